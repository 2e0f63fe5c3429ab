"""Makes songs with exact phone times: Festival's diphone voices, told each phone's length and
pitch, hold vowels up to four seconds. Into the same folder as voices.py, as `song_*.npz`.

    python -m training.articulation.songs --out voices/ [--count 160]

Debian: festival festvox-kallpc16k festvox-suopuhe-lj festvox-suopuhe-mv festvox-czech-ph. The
singers and songs of the benchmark (benchmarks/lips/sung.py) are not among these.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from benchmarks.lips.voices import festival_script

from training.articulation.voices import keep

VOICES = {  # the lowest note in Hz, its name for a pause and how it spells vowels
    "kal_diphone": (95, "pau", {"a": "aa", "e": "eh", "i": "iy", "o": "ow", "u": "uw"}),
    "suo_fi_lj_diphone": (165, "#", {v: v + ":" for v in "aeiou"}),
    "hy_fi_mv_diphone": (90, "#", {v: v + ":" for v in "aeiou"}),
    "czech_ph": (100, "#", {v: v + ":" for v in "aeiou"}),
}
CONSONANTS = [*"ppbbmmffvvvtdnslrk"]
VOWELS = [*"aaaeiouu"]
SCALE = [0, 2, 4, 5, 7, 9, 12]
SHORTEST, LONGEST = 0.25, 4.0  # seconds of a vowel
WHOLE = 14.0  # seconds of a song
POINTS_HZ = 20  # targets of the pitch a second


def song(voice: str, rng: np.random.Generator) -> str:
    """Festival's segments of one song."""
    lowest, pause, spelled = VOICES[voice]
    depth, speed = rng.uniform(0, 0.04), rng.uniform(4.5, 6.5)
    parts, spent = [f"({pause} 0.3)"], 0.0

    def sing(phone: str, seconds: float, hz: float) -> None:
        at = np.arange(0, seconds, 1 / POINTS_HZ)
        bent = hz * (1 + depth * np.sin(2 * np.pi * speed * at))
        targets = " ".join(f"({t:.2f} {f:.0f})" for t, f in zip(at, bent, strict=True))
        parts.append(f"({phone} {seconds:.2f} {targets})")

    while spent < WHOLE:
        hz = lowest * 2 ** (rng.choice(SCALE) / 12)
        vowel = float(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))
        sing(str(rng.choice(CONSONANTS)), float(rng.uniform(0.06, 0.14)), hz)
        sing(spelled[str(rng.choice(VOWELS))], vowel, hz)
        spent += vowel
        if rng.random() < 0.2:
            parts.append(f"({pause} {rng.uniform(0.15, 0.8):.2f})")
    return " ".join([*parts, f"({pause} 0.5)"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=160)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(8)
    for k in range(args.count):
        voice = str(rng.choice(list(VOICES)))
        segments = song(voice, rng)
        sung = festival_script(voice, f"(Utterance Segments ({segments}))")
        keep(args.out / f"song_{k:04d}_{voice}.npz", sung, segments)


if __name__ == "__main__":
    main()
