"""What the life network moves: everything but the articulation of the lips and the tongue.

One row a motion frame, SIZE columns, relative to rest: head rotation (degrees) and position (eye
distances), where the eyes look (degrees from the viewer, whichever way the head is turned), how far
both lids are shut, and coefficients of brows, lids, and of the mouth what comes and goes slowly.
"""

from __future__ import annotations

import numpy as np

ROTATION, POSITION, GAZE, BLINK = slice(0, 3), slice(3, 6), slice(6, 8), 8
NAMES = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthPressLeft", "mouthPressRight",
)  # fmt: skip
CODES = {name: BLINK + 1 + k for k, name in enumerate(NAMES)}
SIZE = BLINK + 1 + len(NAMES)
AWAY = 5.0  # degrees from the viewer at which a gaze has left them
# By how much each column is divided for the network: its spread, about.
UNIT = np.array([4, 4, 3, 0.08, 0.08, 0.25, 5, 4, 0.3, *[0.15] * len(NAMES)], np.float32)

PATCH = 5  # frames that are made at once, 200 ms
AHEAD = 10  # frames of speech after a patch that are heard where they are there already
