"""Lips that close at once, whatever the sound still says."""

from __future__ import annotations

import numpy as np

from vasari.shape.onto_face import MOUTH, kept_expression
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray
from vasari.values.style import eased

CLOSES_IN, OPENS_IN = 2, 6  # pictures
LIPS = np.ones(EXPRESSION, bool)  # codes of articulation, the learned residuals among them
LIPS[: len(BLENDSHAPES)] = MOUTH


class Hush:
    """Closes the lips of one portrait within CLOSES_IN pictures; head and eyes go on.

    Attributes:
        on: whether they are to be closed from the next picture on.
    """

    def __init__(self, face: Face) -> None:
        self._closed = kept_expression(face)
        self._way = 0.0
        self.on = False

    def step(self, expression: FloatArray) -> FloatArray:
        """(EXPRESSION,) of the next picture, in absolute terms."""
        step = 1 / CLOSES_IN if self.on else -1 / OPENS_IN
        self._way = min(1.0, max(0.0, self._way + step))
        if not self._way:
            return expression
        kept = 1 - np.float32(eased(self._way))
        return np.where(LIPS, self._closed + kept * (expression - self._closed), expression)
