"""Brows rise with stressed syllables."""

from __future__ import annotations

import numpy as np

from vasari.values import BLENDSHAPES, FloatArray

RISES = 0.45  # of stresses that raise the brows
HEIGHT = 0.45  # of a stress of strength 1
UP, DOWN = 0.35, 0.1  # share of the way in a frame
HOLD = 5  # frames
INNER = BLENDSHAPES.index("browInnerUp")
OUTER = [BLENDSHAPES.index(n) for n in ("browOuterUpLeft", "browOuterUpRight")]


class Brows:
    """How far the brows are raised, frame by frame."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._now = self._goal = self._smooth = 0.0
        self._hold = 0

    def step(self, stress: float) -> float:
        """Raise of this frame, 0 to about 0.5."""
        if stress > 0 and self._random.random() < RISES:
            self._goal = HEIGHT * stress * float(self._random.uniform(0.5, 1.2))
            self._hold = HOLD
        self._hold -= 1
        goal = self._goal if self._hold > 0 else 0.0
        self._now += (UP if goal > self._now else DOWN) * (goal - self._now)
        self._smooth += 0.5 * (self._now - self._smooth)
        return self._smooth

    def write(self, expression: FloatArray, raised: FloatArray) -> None:
        """Adds the raise (T,) to what speech itself does to the brows in expression (T, ...)."""
        expression[:, INNER] = np.clip(expression[:, INNER] + 0.7 * raised, 0, 1)
        for k in OUTER:
            expression[:, k] = np.clip(expression[:, k] + raised, 0, 1)
