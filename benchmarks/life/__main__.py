"""How alive: head, eyes, brows and smile beside real people whom nothing was trained on.

    python -m benchmarks.life --teacher-python teacher/bin/python [--only motion]

One table, real people and what their sound makes of a face (three seeds), in the same units: of the
motion itself, and of finished pictures, where the real people's motion was drawn on the same
portrait and both were read by the teacher, so that its noise is in both. Then whether it moves to
the sound, how far the distributions are apart, how much seeds differ, whether seams, drift, loops
or repeated gestures show over minutes. Beside it stand the laws that moved the head, the eyes and
the brows until 27 November 2026 (benchmarks/results/life-laws.json, made by this same command).
`--pairs` draws sheets for a blind look, `--score` counts its answers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import vasari
from benchmarks.data import add_shared_argument
from benchmarks.life import apart, long, manner, pairs, rhythm, seen
from benchmarks.life.made import SEEDS, moved_by, seed_of
from benchmarks.life.measure import Moved, bent, of_motion, spread_of, table_of, within
from benchmarks.life.people import FRAME, Take, part, validation
from benchmarks.life.table import shown
from benchmarks.record import RESULTS, add
from benchmarks.teacher import add_teacher_arguments, start_teacher
from training.rhythm.inputs import of_sound
from vasari import Style
from vasari.demo import demo_voice
from vasari.media import open_sound

VOICES = ("varied", "one sentence again and again")
PATCH = 5  # frames that are made at once
LAWS = RESULTS / "life-laws.json"
Made = Sequence[Sequence[Moved]]


def people(takes: Sequence[Take]) -> dict[str, Any]:
    sources = sorted({t.source for t in takes})
    return {"takes": len(takes), "minutes": sum(map(len, takes)) / 1500,
            "takes by source": {s: sum(t.source == s for t in takes) for s in sources}}  # fmt: skip


def commit() -> str:
    """Of the package that was measured, which PYTHONPATH may take from elsewhere."""
    where = Path(vasari.__file__).parent
    command = ["git", "-C", str(where), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def as_moved(take: Take) -> Moved:
    moved = of_motion(take.motion)
    return Moved(moved.rotation, moved.gaze, moved.blends, take.found)


def table(real: Sequence[Moved], made: Made) -> dict[str, dict[str, Any]]:
    """Rows of the table, by name: the real figure with its standard error, the made one, that of
    each seed, and whether it is within 20 %."""
    own, each = table_of(real), [table_of(some) for some in made]
    error = spread_of(real)
    rows = {}
    for name, value in own.items():
        seeds = [e[name] for e in each]
        mean = float(np.mean(seeds))
        rows[name] = {"real": value, "error": error[name], "made": mean, "seeds": seeds,
                      "within": within(mean, value)}  # fmt: skip
    return rows


def rhythms(takes: Sequence[Take], real: Sequence[Moved], made: Made) -> dict[str, Any]:
    use = [k for k, t in enumerate(takes) if t.own_voice and len(real[k]) >= rhythm.WINDOW]
    sounds = [of_sound(takes[k].sound) for k in use]
    return {part: rhythm.rhythm(part, sounds, [real[k] for k in use],
                                [[some[k] for k in use] for some in made])
            for part in rhythm.PARTS}  # fmt: skip


def over_minutes(args: argparse.Namespace, takes: Sequence[Take]) -> dict[str, Any]:
    """The demo's voice and all validation sounds one after the other, MINUTES long."""
    samples = long.MINUTES * 60 * 25 * FRAME
    demo = np.concatenate(list(open_sound(demo_voice()).pieces()))
    varied = np.concatenate([demo, *(t.sound for t in takes)])
    out = {}
    for name, sound in zip(VOICES, (varied, demo), strict=True):
        made = of_motion(moved_by(np.resize(sound, samples).astype(np.float32), 0))
        out[name] = {"seams": long.seams([made], PATCH, args.phase), "drift": long.drift(made),
                     "loops": long.loops(made), "gestures": long.gestures([made])}  # fmt: skip
    real = [as_moved(t) for t in takes]
    out["real"] = {"seams": long.seams(real, PATCH, args.phase), "gestures": long.gestures(real)}
    return out


def heard(take: Take, seed: int) -> Moved:
    return of_motion(moved_by(take.sound, seed))


def in_motion(args: argparse.Namespace, takes: Sequence[Take]) -> dict[str, Any]:
    """The table, the rhythm and the distances of the motion itself."""
    kept = seen.Kept(args.work and args.work / "motion")
    real = [as_moved(t) for t in takes]
    made = [[kept.of(f"{t.name}-{seed}", heard, t, seed_of(k, seed)) for k, t in enumerate(takes)]
            for seed in SEEDS]  # fmt: skip
    return {
        "table": table(real, made),
        "real as far as one picture shows": table_of(bent(real)),
        "real as read, not smoothed": table_of([Moved(*t.raw, t.found) for t in takes]),
        "rhythm": rhythms(takes, real, made), "frechet": apart.distances(real, made),
        "diversity": apart.diversity(real, made),
    }  # fmt: skip


def in_pictures(args: argparse.Namespace, takes: Sequence[Take]) -> dict[str, Any]:
    """The same of finished pictures, and the rhythm of a head that is held still: what the reader
    takes for a head's motion where only the mouth moves."""
    faces = seen.portraits(Path(args.shared), args.work)
    some = [part(t, 0, seen.FRAMES) for t in takes]
    kept = seen.Kept(args.work and args.work / "pictures")
    real, still = [], []
    made: list[list[Moved]] = [[] for _ in SEEDS]
    with start_teacher(args) as teacher:
        for k, take in enumerate(some):
            on, name = (teacher, faces[k % len(faces)], take), take.name
            real.append(kept.of(f"{name}-real", seen.of_driven, *on))
            for seed, of_seed in zip(SEEDS, made, strict=True):
                style = Style(seed_of(k, seed))
                of_seed.append(kept.of(f"{name}-{seed}", seen.of_spoken, *on, style))
            style = Style(seed_of(k, 0), head=0)
            still.append(kept.of(f"{name}-still", seen.of_spoken, *on, style))
            print(f"{k + 1} of {len(some)}", flush=True)
    found = [m.found for each in (real, *made) for m in each]
    out = {"portraits": ["demo", *seen.PORTRAITS], "frames of each take": seen.FRAMES,
           "takes": len(some), "found": float(np.mean(np.concatenate(found))),
           "table": table(real, made), "rhythm": rhythms(some, real, made),
           "frechet": apart.distances(real, made)}  # fmt: skip
    held = rhythms(some, still, [still])["head"]
    out["rhythm"]["head"]["made with head held still"] = held["made"]
    return out


def in_manner(args: argparse.Namespace, takes: Sequence[Take]) -> dict[str, Any]:
    return manner.measure(takes)


MEASURES: dict[str, Callable[[argparse.Namespace, Sequence[Take]], dict[str, Any]]] = {
    "motion": in_motion, "minutes": over_minutes, "pictures": in_pictures,
    "manner": in_manner,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="How alive a face is beside real people.")
    add_shared_argument(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--only", nargs="*", choices=MEASURES, default=list(MEASURES),
                        help="of the measures; with none the table of before is shown")  # fmt: skip
    parser.add_argument("--takes", type=int, help="only so many of the people's, evenly spread")
    parser.add_argument("--work", type=Path, help="folder for what was read, to go on from")
    parser.add_argument("--keep-as", default="life", help="name of the result")
    parser.add_argument("--phase", type=int, default=0, help="frame of a patch at which it begins")
    pairs.add_arguments(parser)
    args = parser.parse_args()
    if pairs.asked(args):
        return
    start = perf_counter()
    takes = validation(Path(args.shared)) if args.only else []
    takes = takes[:: max(1, len(takes) // args.takes)] if args.takes else takes
    for name in args.only:
        result = {"vasari": commit(), "people": people(takes), **MEASURES[name](args, takes)}
        result["took_seconds"] = perf_counter() - start
        print(f"{name} written to {add(args.keep_as, name, result)}", flush=True)
    kept = (RESULTS / f"{args.keep_as}.json", LAWS)
    print(shown(*(json.loads(path.read_text()) if path.is_file() else {} for path in kept)))


if __name__ == "__main__":
    main()
