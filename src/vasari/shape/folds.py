"""Where a face folds, and what deepens each fold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasari.shape.crops import by_pose
from vasari.shape.space import Pose
from vasari.values.traits import FOLDS_SIDE

ROOM = 2.4  # eye distances a side
MIDDLE = np.array([0.0, 0.1, 0.0], np.float32)  # of the crop, face space


class Region(NamedTuple):
    """Where lines lie.

    Attributes:
        outline: landmarks around it.
        directions: of its lines, degrees from horizontal, down to the right.
        deepest: share of the light above which it is no line but an edge: a hat, a rim of glasses.
        codes: by what share of itself a line deepens with each.
    """

    outline: tuple[int, ...]
    directions: tuple[int, ...]
    deepest: float
    codes: dict[str, float]


FOREHEAD = Region(
    (54, 103, 67, 109, 10, 338, 297, 332, 284, 301, 298, 333, 299, 337, 9, 108, 69, 104, 68, 71),
    (-12, 0, 12), 0.2, {"browInnerUp": 2.0, "browOuterUpLeft": 1.5, "browOuterUpRight": 1.5},
)  # fmt: skip
GLABELLA = Region(
    (107, 66, 69, 108, 151, 337, 299, 296, 336, 285, 417, 168, 193, 55),
    (75, 90, 105), 0.45, {"browDownLeft": 1.5, "browDownRight": 1.5, "browInnerUp": -0.5},
)  # fmt: skip
CHEEKS = {
    "Right": (129, 142, 36, 205, 187, 207, 214, 212, 57, 186, 92, 165, 98),
    "Left": (358, 371, 266, 425, 411, 427, 434, 432, 287, 410, 322, 391, 327),
}
SLANTS = {"Right": (110, 125, 140), "Left": (40, 55, 70)}
CORNERS = {"Right": (35, 156, 34, 227, 116, 111), "Left": (265, 383, 264, 447, 345, 340)}


def _beside_nose(side: str) -> Region:
    codes = {
        "mouthSmile" + side: 1.3, "cheekSquint" + side: 0.4, "mouthUpperUp" + side: 0.6,
        "mouthStretch" + side: 0.4, "mouthPucker": -0.6, "mouthFunnel": -0.4,
    }  # fmt: skip
    return Region(CHEEKS[side], SLANTS[side], 0.45, codes)


def _beside_eye(side: str) -> Region:
    codes = {"mouthSmile" + side: 1.0, "cheekSquint" + side: 1.0, "eyeSquint" + side: 0.7}
    return Region(CORNERS[side], (-25, 0, 25), 0.45, codes)


REGIONS = (  # where two meet, the first has it
    GLABELLA, FOREHEAD, _beside_nose("Right"), _beside_nose("Left"),
    _beside_eye("Right"), _beside_eye("Left"),
)  # fmt: skip


def window(pose: Pose) -> NDArray[np.float64]:
    """Similarity (2, 3) from picture pixels to the upright crop."""
    return by_pose(pose, MIDDLE, FOLDS_SIDE / ROOM, (FOLDS_SIDE, FOLDS_SIDE))
