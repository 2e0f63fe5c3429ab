"""What the coefficients of eyes and lids say of a gaze and a blink."""

from __future__ import annotations

import numpy as np

from vasari.shape.space import LOOK_DOWN, LOOK_UP
from vasari.values import BLENDSHAPES, EXPRESSION, FloatArray

LOOK_SIDE = 0.025  # eyeLookIn and eyeLookOut per degree; see LOOK_DOWN
_AT = {n: BLENDSHAPES.index(n) for n in BLENDSHAPES if n.startswith("eye")}


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
