"""Lips that close at once, whatever the sound still says."""

from __future__ import annotations

import numpy as np

from vasari.motion.mouth import signed_opening
from vasari.shape.onto_face import MOUTH, onto_face
from vasari.shape.space import JAW_OPEN
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray, Motion
from vasari.values.style import eased

CLOSES_IN, OPENS_IN = 2, 6  # pictures
MOOD = ("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch", "mouthPress")
SPEECH = np.ones(EXPRESSION, bool)  # codes of articulation, the learned residuals among them
SPEECH[: len(BLENDSHAPES)] = MOUTH & [not name.startswith(MOOD) for name in BLENDSHAPES]
_JAW_OPENS = float(signed_opening(np.eye(EXPRESSION, dtype=np.float32)[JAW_OPEN]))


class Hush:
    """Closes the lips of one portrait within CLOSES_IN pictures; all else goes on.

    Attributes:
        on: whether they are to be closed from the next picture on.
    """

    def __init__(self, face: Face) -> None:
        nothing = np.zeros((1, 3), np.float32)
        rest = Motion(nothing, nothing, nothing[:, :2], np.zeros((1, EXPRESSION), np.float32))
        self._closed = onto_face(face, rest).expression[0]
        self._way = 0.0
        self.on = False

    def step(self, expression: FloatArray) -> FloatArray:
        """(EXPRESSION,) of the next picture, in absolute terms."""
        step = 1 / CLOSES_IN if self.on else -1 / OPENS_IN
        self._way = min(1.0, max(0.0, self._way + step))
        if not self._way:
            return expression
        left = 1 - eased(self._way)
        closed = self._closed
        out = np.where(SPEECH, closed + left * (expression - closed), expression)
        wanted = left * max(float(signed_opening(expression - closed)), 0.0)
        over = float(signed_opening(out - closed)) - wanted  # a smile parts lips, too
        out[JAW_OPEN] -= max(over, 0.0) / _JAW_OPENS
        return np.asarray(out, np.float32)
