"""The motion that a sound gives, with several seeds."""

from __future__ import annotations

import numpy as np

from benchmarks.life.people import FRAME
from vasari import Manner, Motion, Style
from vasari.motion import MotionStream
from vasari.motion.feeling import Feeling
from vasari.speech import SpeechStream

SEEDS = (0, 1, 2)
CHUNK = 25
BEFORE = 25  # frames of silence before a sound: people's clips do not begin at rest either


def seed_of(take: int, seed: int) -> int:
    """Of each take another one: the same for all would blink at the same moment in all."""
    return 1000 * seed + take


def with_silence(sound: np.ndarray) -> np.ndarray:
    return np.pad(sound, (BEFORE * FRAME, 0))


def moved_by(sound: np.ndarray, seed: int, manner: Manner | None = None) -> Motion:
    """The motion relative to rest of (n,) samples, a frame for each 640, as `talk` makes it."""
    sound, feeling = with_silence(sound), Feeling()
    feeling.hear(sound)
    features = SpeechStream(CHUNK).push(sound, last=True)
    style = Style(seed, manner=manner)
    motion = MotionStream(style, CHUNK, feeling=feeling).push(features, last=True)
    return motion.part(BEFORE, len(sound) // FRAME)
