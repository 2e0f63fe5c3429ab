"""A portrait sings: python examples/sing.py [PICTURE SONG OUT].

Give a voice without instruments; they are often heard as no voice. Without arguments it sings a
scale on "la", made here.
"""

from __future__ import annotations

import sys
import wave

import numpy as np

import vasari
from vasari.demo import demo_portrait

HZ = 16_000
TUNE = (0, 2, 4, 5, 7, 7, 9, 9, 9, 9, 7)  # half tones above A, one every .45 s
FORMANTS = ((800, 90, 1.0), (1150, 100, 0.5), (2900, 120, 0.15))  # of an a: Hz, width, strength


def la(note: int, seconds: float = 0.45) -> np.ndarray:
    """One sung "la": harmonics under the formants of an a, darker at first, with some vibrato."""
    time = np.arange(round(seconds * HZ)) / HZ
    pitch = 220 * 2 ** (note / 12) * (1 + 0.006 * np.sin(2 * np.pi * 5.5 * time))
    phase = 2 * np.pi * np.cumsum(pitch) / HZ
    opened = np.clip(time / 0.12, 0, 1)[:, None]  # the tongue leaves the teeth
    harmonics = np.arange(1, 16)
    tone = pitch[:, None] * harmonics
    loud = sum(s / (1 + ((tone - (0.45 + 0.55 * opened) * f) / w) ** 2) for f, w, s in FORMANTS)
    voice = (np.sin(phase[:, None] * harmonics) * loud / harmonics**0.5).sum(1)
    return voice * np.clip(np.minimum(time / 0.05, (seconds - time) / 0.06), 0, 1)


def scale(path: str) -> str:
    """Write the tune as a WAV."""
    song = np.concatenate([la(note) for note in TUNE])
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, HZ, 0, "NONE", ""))
        file.writeframes((song / np.abs(song).max() * 20_000).astype("<i2").tobytes())
    return path


def main() -> None:
    """Run the example."""
    picture, song, out = sys.argv[1:] or (demo_portrait(), scale("la.wav"), "sing.mp4")
    style = vasari.Style(head=1.4, expression=1.4, emotion={"happy": 0.4})
    vasari.say(picture, song, out, style=style, tell=print)
    print(f"Made {out}")


if __name__ == "__main__":
    main()
