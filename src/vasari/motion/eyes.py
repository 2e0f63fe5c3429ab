"""How eyes look about, and what the coefficients of eyes and lids say of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vasari.shape.space import LOOK_DOWN, LOOK_UP
from vasari.values import BLENDSHAPES, EXPRESSION, FloatArray

LEAVES = 2.0  # degrees that a look has to wander off before the eyes go there
SACCADE = 0.75  # of the way in the first frame
LOOK_SIDE = 0.025  # eyeLookIn and eyeLookOut per degree; see LOOK_DOWN
_AT = {n: BLENDSHAPES.index(n) for n in BLENDSHAPES if n.startswith("eye")}


class Eyes:
    """Fixations and jumps, where a look would slide as well: eyes cannot, but after what moves."""

    def __init__(self) -> None:
        self._at, self._goal = np.zeros(2), np.zeros(2)

    def step(self, looks: NDArray[np.floating]) -> FloatArray:
        """(T, 2) degrees of where they look, of (T, 2) where they would; a jump goes where the last
        of these is."""
        out = np.zeros(looks.shape, np.float32)
        for k, look in enumerate(looks):
            if np.hypot(*(look - self._goal)) > LEAVES:
                self._goal = np.array(looks[-1], float)
            self._at = self._at + SACCADE * (self._goal - self._at)
            out[k] = self._at
        return out


def write_eyes(expression: FloatArray, closure: FloatArray, gaze: FloatArray) -> None:
    """Puts lids (T,) and the eyeLook* that follow from gaze (T, 2) into expression (T, ...)."""
    assert expression.shape[1] == EXPRESSION
    side, up = gaze[:, 0] * LOOK_SIDE, gaze[:, 1]
    for name, value in (
        # the picture's right is the subject's left
        ("eyeLookOutLeft", side), ("eyeLookInRight", side),
        ("eyeLookInLeft", -side), ("eyeLookOutRight", -side),
        ("eyeLookUpLeft", up * LOOK_UP), ("eyeLookUpRight", up * LOOK_UP),
        ("eyeLookDownLeft", -up * LOOK_DOWN), ("eyeLookDownRight", -up * LOOK_DOWN),
        ("eyeBlinkLeft", closure), ("eyeBlinkRight", closure),
    ):  # fmt: skip
        expression[:, _AT[name]] = np.clip(value, 0, 1)
