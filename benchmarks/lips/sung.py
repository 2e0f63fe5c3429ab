"""Songs with exact times: Festival's diphone voices, told each phone's length and pitch."""

from __future__ import annotations

import numpy as np

from benchmarks.lips.voices import Spoken, festival_script

CONSONANT, BREATH = 0.09, 0.5  # seconds
VIBRATO, VIBRATO_HZ, POINTS_HZ = 0.03, 5.5, 20  # share of the pitch; how often; targets a second
# Syllables, their seconds and their notes (semitones above the lowest).
SONGS = (
    "ma 1.2 0  ba 0.6 2  mo 1.2 4  pi 0.8 5 | va 1.0 7  la 1.6 5  mu 1.2 4  fa 1.4 2",
    "la 0.5 0  pa 0.5 4  ma 2.0 7  bi 0.6 5 | na 0.6 4  mu 1.5 2  pa 0.7 0  va 1.8 4",
    "fi 0.9 7  ba 1.1 9  lo 1.3 7  ma 0.8 5 | pa 1.5 4  wa 1.2 2  mi 0.7 4  ba 2.2 0",
)
VOICES = {  # the lowest note in Hz, and how the voice spells the vowels
    "ked_diphone": (110, {"a": "aa", "i": "iy", "o": "ow", "u": "uw"}),
    "pc_diphone": (120, {"a": "a1", "i": "i1", "o": "o1", "u": "u1"}),
}


def sung(voice: str) -> list[Spoken]:
    """SONGS by one of VOICES.

    Raises:
        OSError: Festival is not installed.
        CalledProcessError: or not this voice.
    """
    return [festival_script(voice, f"(Utterance Segments ({_segments(voice, s)}))") for s in SONGS]


def _segments(voice: str, song: str) -> str:
    lowest, vowels = VOICES[voice]
    pause = "#" if voice == "pc_diphone" else "pau"
    parts = [f"({pause} 0.3)"]
    for phrase in song.split("|"):
        words = phrase.split()
        for syllable, seconds, note in zip(words[::3], words[1::3], words[2::3], strict=True):
            pitch = lowest * 2 ** (float(note) / 12)
            parts.append(_segment(syllable[0], CONSONANT, pitch))
            parts.append(_segment(vowels[syllable[1]], float(seconds), pitch))
        parts.append(f"({pause} {BREATH})")
    return " ".join(parts)


def _segment(phone: str, seconds: float, pitch: float) -> str:
    at = np.arange(0, seconds, 1 / POINTS_HZ)
    bent = pitch * (1 + VIBRATO * np.sin(2 * np.pi * VIBRATO_HZ * at))
    targets = " ".join(f"({t:.2f} {f:.0f})" for t, f in zip(at, bent, strict=True))
    return f"({phone} {seconds} {targets})"
