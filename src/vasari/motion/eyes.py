"""Lids, and what they and the eyes' coefficients do when eyes look elsewhere."""

from __future__ import annotations

import numpy as np

from vasari.shape.space import LOOK_DOWN, LOOK_UP
from vasari.values import BLENDSHAPES, EXPRESSION, FloatArray

OPEN = 0.1  # closure up to which lids are open
LOOK_SIDE = 0.025  # eyeLookIn and eyeLookOut per degree; see LOOK_DOWN
_AT = {n: BLENDSHAPES.index(n) for n in BLENDSHAPES if n.startswith("eye")}


class Lids:
    """Blinks as they come, or fewer of them, each one whole."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._shutting = self._shown = False

    def step(self, closure: float, often: float) -> float:
        """Closure of the next frame, 0 to 1, of what it would be by itself, and of the share of
        blinks that are shown: from 1 on all."""
        if closure < OPEN:
            self._shutting = False
            return 0.0
        if not self._shutting:
            self._shutting, self._shown = True, bool(self._random.random() < often)
        return min(closure, 1.0) if self._shown else 0.0


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
