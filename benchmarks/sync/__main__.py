"""Sync in the pictures: the rendered mouth, read again by the teacher, against the real speaker's.

    python -m benchmarks.sync --teacher-python teacher/bin/python [--clips 20]

For each validation clip the first picture is the portrait and its sound the voice. Lip opening
(mean gap of the inner-lip pairs / eye distance) and jawOpen are read from the rendered pictures,
each for itself, and correlated with the speaker's own track: at zero offset, at the best within 5
frames, and against the mouth that another clip's sound made (control). The same correlation before
rendering (`codes`: the motion alone; `rig`: this person's mesh) tells in which room sync is lost,
and --perfect draws the speaker's own track instead of what was heard: what the renderer and the
teacher leave of a perfect motion. Nothing is corrected for the clips' own audio lag.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.data import (
    JAW_OPEN,
    KINDS,
    Clip,
    add_shared_argument,
    lip_opening,
    upright,
    validation_clips,
)
from benchmarks.record import save
from benchmarks.sync.measure import at_rest, best, correlation, quiet_frames
from benchmarks.teacher import STILLS, Teacher, add_teacher_arguments, start_teacher
from vasari import Face, Motion, Style, VasariError, read_portrait, talk
from vasari.motion import MotionStream
from vasari.render import Renderer
from vasari.shape.onto_face import onto_face
from vasari.shape.space import Rig
from vasari.speech import SpeechStream

APART = 7  # the control is the clip so many places on


@dataclass(frozen=True)
class Made:
    """What a clip's sound made of its first picture: opening and jaw (T,) at each stage."""

    opening: dict[str, np.ndarray]
    jaw: dict[str, np.ndarray]
    found: np.ndarray


def make(clip: Clip, teacher: Teacher, size: int, perfect: bool) -> Made:
    """Render one clip and read it again."""
    face, sound = read_portrait(clip.portrait()), clip.heard()
    motion = own_motion(clip) if perfect else heard_motion(sound)
    shown = drawn(face, motion, size) if perfect else talk(face, sound, size=size, fps=25)
    seen = teacher.read(shown, STILLS)
    codes, rig = before_rendering(face, motion)
    jaw = {"pictures": seen.blendshapes[:, JAW_OPEN], "codes": motion.expression[:, JAW_OPEN]}
    pictures = lip_opening(upright(seen.landmarks, seen.blendshapes))
    return Made({"pictures": pictures, "codes": codes, "rig": rig}, jaw, seen.found)


def heard_motion(sound: np.ndarray) -> Motion:
    features = SpeechStream(25).push(sound, last=True)
    return MotionStream(Style(), 25).push(features, last=True)


def own_motion(clip: Clip) -> Motion:
    """The speaker's own expression, on a head that rests."""
    n = len(clip.code)
    rest = (np.zeros((n, k), np.float32) for k in (3, 3, 2))
    return Motion(*rest, clip.code)


def drawn(face: Face, motion: Motion, size: int) -> Iterator[np.ndarray]:
    renderer, on_face = Renderer(face, size), onto_face(face, motion)
    return (renderer.draw(on_face, k) for k in range(len(on_face)))


def before_rendering(face: Face, motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """(T,) lip opening of the motion alone, and (T,) of this person's mesh."""
    rig = Rig(face.neutral, face.expression)
    anyone = Rig(rig.shape(np.zeros_like(face.expression)), np.zeros_like(face.expression))
    codes = lip_opening(np.stack([anyone.shape(e) for e in motion.expression]))
    mesh = np.stack([rig.shape(e) for e in onto_face(face, motion).expression])
    return codes, lip_opening(mesh)


def score(clip: Clip, made: Made, other: Made) -> dict[str, Any]:
    n = min(len(clip.found), len(made.found))
    ok = clip.found[:n] & made.found[:n]
    out: dict[str, Any] = {"clip": clip.name, "kind": clip.kind, "read": float(made.found.mean())}
    for name, real, tracks, others in (
        ("lips", clip.opening, made.opening, other.opening), ("jaw", clip.jaw, made.jaw, other.jaw)
    ):  # fmt: skip
        top, offset = best(tracks["pictures"], real, ok)
        m = min(n, len(other.found))
        also = ok[:m] & other.found[:m]
        out[name] = {
            "zero": correlation(tracks["pictures"], real, ok), "best": top, "offset": offset,
            "control_zero": correlation(others["pictures"], real, also),
            "control_best": best(others["pictures"], real, also)[0],
            **{s: correlation(t, real, ok) for s, t in tracks.items() if s != "pictures"},
            "spread": float(tracks["pictures"][:n][ok].std() / max(real[:n][ok].std(), 1e-3)),
        }  # fmt: skip
    lips = made.opening
    out["lips"]["rendering"] = correlation(lips["pictures"], lips["rig"], made.found)
    quiet = quiet_frames(clip.heard(), n)
    out["silence"] = at_rest(made.opening["pictures"][:n], quiet & made.found[:n])
    out["silence_real"] = at_rest(clip.opening[:n], quiet & clip.found[:n])
    return out


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean and median over clips of every figure."""
    out: dict[str, Any] = {"clips": len(rows), "read": float(np.mean([r["read"] for r in rows]))}
    for part in ("lips", "jaw", "silence", "silence_real"):
        out[part] = {}
        for name in rows[0][part]:
            values = np.array([r[part][name] for r in rows], float)
            values = values[np.isfinite(values)]
            some = len(values) > 0
            out[part][name] = {
                "mean": float(values.mean()) if some else None,
                "median": float(np.median(values)) if some else None,
            }
    return out


def table(by_kind: dict[str, dict[str, Any]]) -> str:
    columns = ("zero", "best", "control_zero", "control_best", "rig", "codes", "spread")
    lines = [f"{'':18}{'clips':>6}" + "".join(f"{c:>14}" for c in columns) + "   mean (median)"]
    for kind, s in by_kind.items():
        for part in ("lips", "jaw"):
            cells = [s[part].get(c) for c in columns]
            lines.append(f"{kind:12}{part:6}{s['clips']:6}" + "".join(map(_cell, cells)))
    whole = by_kind["all"]
    for name, part in (("made", "silence"), ("speaker", "silence_real")):
        rest = whole[part]
        lines.append(
            f"in silence, {name}: travel {_number(rest['travel'])} eye distances a second, "
            f"closed {_number(rest['closed'])} of frames, mean of clips"
        )
    return "\n".join(lines)


def _number(value: dict[str, float | None]) -> str:
    return "-" if value["mean"] is None else f"{value['mean']:.3f}"


def _cell(value: dict[str, float | None] | None) -> str:
    if value is None or value["mean"] is None:
        return f"{'':14}"
    return f"{value['mean']:7.3f} ({value['median']:.2f})".rjust(14)


def main() -> None:
    parser = argparse.ArgumentParser(description="Sync of rendered mouths with real speakers.")
    add_shared_argument(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--clips", type=int, help="only so many, of each kind its share")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each clip at most")
    parser.add_argument("--size", type=int, default=256, help="side of the pictures")
    parser.add_argument("--perfect", action="store_true", help="move by the speaker's own track")
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    start = perf_counter()
    clips, unread = validation_clips(Path(args.shared), args.seconds, args.clips), []
    done: list[tuple[Clip, Made]] = []
    with start_teacher(args) as teacher:
        for k, clip in enumerate(clips, 1):
            print(f"{k} of {len(clips)}: {clip.name}", file=sys.stderr)
            try:
                done.append((clip, make(clip, teacher, args.size, args.perfect)))
            except VasariError as error:
                unread.append({"clip": clip.name, "kind": clip.kind, "why": str(error)})
    rows = [score(c, made, done[(k + APART) % len(done)][1]) for k, (c, made) in enumerate(done)]
    for r in rows:
        lips, jaw = r["lips"], r["jaw"]
        print(f"{r['clip']} {r['kind']:9} lips {lips['zero']:6.3f} best {lips['best']:6.3f} at "
              f"{lips['offset']:+d} rig {lips['rig']:6.3f} codes {lips['codes']:6.3f} "
              f"picture~rig {lips['rendering']:6.3f} jaw {jaw['zero']:6.3f}")  # fmt: skip
    groups = {"all": rows, **{k: [r for r in rows if r["kind"] == k] for k in KINDS}}
    by_kind = {kind: summary(some) for kind, some in groups.items() if some}
    print(table(by_kind))
    print(f"portraits read: {len(done)} of {len(clips)}")
    settings = {"size": args.size, "seconds": args.seconds, "fps": 25}
    path = save("sync_perfect" if args.perfect else "sync", {
        "settings": settings, "took_seconds": perf_counter() - start,
        "portraits_read": len(done) / max(len(clips), 1), "unread": unread,
        "summary": by_kind, "clips": rows,
    }, args.out)  # fmt: skip
    print(f"written to {path}")


if __name__ == "__main__":
    main()
