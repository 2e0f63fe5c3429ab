"""What the life network moves: everything but the articulation of the lips and the tongue.

One row a motion frame, SIZE columns, relative to rest: head rotation (degrees) and position (eye
distances), where the eyes look (degrees from the viewer, whichever way the head is turned), how far
both lids are shut, and coefficients of brows, lids, and of the mouth what comes and goes slowly.
"""

from __future__ import annotations

import numpy as np

from vasari.values import FloatArray

ROTATION, POSITION, GAZE = slice(0, 3), slice(3, 6), slice(6, 8)
NAMES = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthPressLeft", "mouthPressRight",
)  # fmt: skip
CODES = {name: 8 + k for k, name in enumerate(NAMES)}
DRAWN = 8 + len(NAMES)  # columns that the network draws; of blinks it says only when one begins
BLINK = DRAWN
SIZE = DRAWN + 1
AWAY = 5.0  # degrees from the viewer at which a gaze has left them
# By how much each column is divided for the network: its spread, about.
UNIT = np.array([4, 4, 3, 0.08, 0.08, 0.25, 5, 4, *[0.15] * len(NAMES), 0.3], np.float32)

PATCH = 5  # frames that are made at once, 200 ms
AHEAD = 10  # frames of speech after a patch that are heard where they are there already

# Closure of the lids from the frame on in which a blink begins, and how often it is of this length:
# means of 939 blinks of real people.
BLINKS = (
    (0.07, (0.2, 0.95, 1.0, 0.36, 0.17, 0.06)),
    (0.26, (0.13, 0.9, 1.0, 0.76, 0.37, 0.17, 0.05)),
    (0.37, (0.1, 0.85, 1.0, 0.89, 0.65, 0.35, 0.18, 0.06)),
    (0.2, (0.08, 0.81, 1.0, 0.94, 0.82, 0.61, 0.36, 0.22, 0.08)),
    (0.06, (0.1, 0.79, 0.98, 1.0, 0.9, 0.75, 0.57, 0.38, 0.2, 0.08)),
    (0.04, (0.1, 0.82, 1.0, 0.97, 0.9, 0.81, 0.71, 0.59, 0.4, 0.25, 0.1)),
)


class Lids:
    """How far the lids are shut, patch by patch: the network says when, people's blinks say how."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._left = np.zeros(0, np.float32)

    def step(self, begins: int) -> FloatArray:
        """(PATCH,) closure, 0 to 1, where a blink begins in frame `begins`; PATCH for none."""
        closure = np.zeros(PATCH + max(len(shape) for _, shape in BLINKS), np.float32)
        closure[: len(self._left)] = self._left
        if begins < PATCH:
            share = np.array([share for share, _ in BLINKS])
            shape = BLINKS[self._random.choice(len(BLINKS), p=share / share.sum())][1]
            part = slice(begins, begins + len(shape))
            closure[part] = np.maximum(closure[part], shape)
        self._left = closure[PATCH:]
        return closure[:PATCH]
