"""A session's `ahead`: how much sound its pictures wait for, and what less of it costs the lips.

    python -m benchmarks.session

A session of the demo portrait gets sentences that no training saw, from voices that tell when each
phone sounds (Debian: festival festvox-kdlpc16k festvox-itapc16k flite). Its lips, by the motion
that it would draw at 25 pictures a second, are judged at the phones as those of benchmarks.lips
are. The wait is the sound after a picture's beginning that had come when it was decided, of a
sentence in pieces of a millisecond, at 40 pictures a second.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.lips.measure import Lips, at_phones, lips_of
from benchmarks.lips.speakers import spoken
from benchmarks.record import save
from vasari import Face, Session, read_portrait
from vasari.demo import demo_portrait
from vasari.session import Shot
from vasari.shape.space import Rig
from vasari.values import MOTION_HZ, SOUND_HZ

AHEAD = (2, 1, 0)
VOICES = ("flite rms", "festival ked", "festival pc, Italian")
FINE, COARSE = SOUND_HZ // 1000, SOUND_HZ // 25  # samples of a piece


def shots(session: Session, sound: np.ndarray, piece: int) -> tuple[list[Shot], float]:
    """The pictures of one turn, and the longest wait of those before its end, seconds of sound."""
    out: list[Shot] = []
    longest = 0.0
    for start in range(0, len(sound), piece):
        session.push(sound[start : start + piece])
        for shot in _taken(session):
            longest = max(longest, (start + piece) / SOUND_HZ - float(len(out) / session.fps))
            out.append(shot)
    session.flush()
    return out + list(_taken(session)), longest


def _taken(session: Session) -> Iterator[Shot]:
    """All that are decided; silence that was left from the turn before is no part of this one."""
    while (shot := session.take()) is not None:
        if shot.spoken:
            yield shot


def lips(face: Face, turn: list[Shot]) -> Lips:
    """Of the pictures that a turn would have."""
    rig = Rig(face.neutral, face.expression, face.traits.mouth_hidden)
    return lips_of(np.stack([rig.shape(shot.motion.expression[0]) for shot in turn]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="the JSON file (default: benchmarks/results)")
    options = parser.parse_args()
    face, voices = read_portrait(demo_portrait()), spoken(None, VOICES)
    rows = []
    for ahead in AHEAD:
        live = Session(face, ahead=ahead, size=256)
        slow = Session(face, ahead=ahead, size=256, fps=round(MOTION_HZ))
        wait = shots(live, next(iter(voices.values()))[0].sound, FINE)[1]
        row = {
            name: at_phones(
                (lips(face, shots(slow, one.sound, COARSE)[0]), one.phones) for one in said
            )
            for name, said in voices.items()
        }
        rows.append({"ahead": ahead, "wait": wait, "voices": row})
    print(report(rows, list(voices)))
    print(save("session", {"rows": rows}, options.out))


def report(rows: list[dict], voices: list[str]) -> str:
    """The table of docs/how-it-works.md."""
    out = [
        f"| `ahead` | sound after a picture's beginning, at most | closed at p, b, m: "
        f"{'; '.join(voices)} | open vowels, median opening |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        closed, opened = (
            ", ".join(f"{each[key]:.{digits}f}".lstrip("0") for each in row["voices"].values())
            for key, digits in (("closed", 2), ("open_median", 3))
        )
        out.append(f"| {row['ahead']} | {row['wait'] * 1000:.0f} ms | {closed} | {opened} |")
    return "\n".join(out)


if __name__ == "__main__":
    main()
