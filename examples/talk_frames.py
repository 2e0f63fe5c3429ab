"""Pictures one by one, as arrays, from pieces of sound: what a live programme would do.

python examples/talk_frames.py [PICTURE]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

import vasari
from vasari.demo import demo_portrait

HZ = 16_000  # samples a second: mono float32, full scale 1
PIECE = 1_600  # samples, 0.1 s: any length will do, the pictures stay the same


def microphone(seconds: float = 1.0) -> Iterator[np.ndarray]:
    """Stands for your source of sound: a hum that comes and goes four times a second."""
    time = np.arange(round(seconds * HZ)) / HZ
    hum = sum(np.sin(2 * np.pi * 120 * n * time) / n for n in range(1, 20))
    voice = (0.1 * hum * (np.sin(2 * np.pi * 4 * time) > 0)).astype(np.float32)
    for start in range(0, len(voice), PIECE):
        yield voice[start : start + PIECE]


def main() -> None:
    """Run the example."""
    picture = sys.argv[1] if len(sys.argv) > 1 else demo_portrait()
    face = vasari.read_portrait(picture)
    for k, frame in enumerate(vasari.talk(face, microphone(), size=256, chunk=2)):
        print(f"picture {k} at {k / 25:.2f} s: {frame.shape} {frame.dtype}")


if __name__ == "__main__":
    main()
