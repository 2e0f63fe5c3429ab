"""The motion that a sound gives, with several seeds."""

from __future__ import annotations

import numpy as np

from benchmarks.life.people import FRAME
from vasari import Motion, Style
from vasari.motion import MotionStream
from vasari.motion.feeling import Feeling
from vasari.speech import SpeechStream

SEEDS = (0, 1, 2)
CHUNK = 25


def moved_by(sound: np.ndarray, seed: int, chunk: int = CHUNK) -> Motion:
    """The motion relative to rest of (n,) samples, a frame for each 640, as `talk` makes it."""
    feeling = Feeling()
    feeling.hear(sound)
    features = SpeechStream(chunk).push(sound, last=True)
    motion = MotionStream(Style(seed), chunk, feeling=feeling).push(features, last=True)
    return motion.part(0, len(sound) // FRAME)
