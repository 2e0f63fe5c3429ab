"""The arrays that travel between the rooms, their units and names."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[np.integer]
Picture: TypeAlias = NDArray[np.uint8]  # (H, W, 3) RGB

MOTION_HZ = 25.0  # motion frames a second inside Vasari
SOUND_HZ = 16_000  # samples a second that the networks hear
LONGEST = 2160  # px, longer side of every picture inside Vasari
LANDMARKS = 478  # MediaPipe's order: 468 mesh points, then 5 of each iris
RESIDUALS = 16  # learned expression axes beyond the blendshapes

# Apple's 52 ARKit blendshapes in the teacher's order; the teacher has no tongueOut, so it is last.
BLENDSHAPES: tuple[str, ...] = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft",
    "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft",
    "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip
EXPRESSION = len(BLENDSHAPES) + RESIDUALS  # coefficients of one expression
# What a coefficient may be, either side of 0: faces make 1 of a blendshape and 10 of a residual.
EXPRESSION_MOST: FloatArray = np.where(np.arange(EXPRESSION) < len(BLENDSHAPES), 5, 50).astype(
    np.float32
)


def moved(points: FloatArray, m: NDArray[np.floating]) -> FloatArray:
    """Points (n, 2 or 3) where the similarity `m` (2, 3) takes them; depth grows with it."""
    out = np.array(points, np.float64)
    out[:, :2] = points[:, :2] @ m[:, :2].T + m[:, 2]
    out[:, 2:] *= np.hypot(m[0, 0], m[1, 0])
    return out.astype(np.float32)
