"""Where the eyes lie, and the crop in which each is completed when a portrait is read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vasari.shape.landmarks import LEFT_IRIS, LIDS_UPPER, RIGHT_IRIS
from vasari.values import FloatArray, Indices
from vasari.values.traits import EYE_SIDE

# Right eye, then left.
RINGS = ("right_eye", "left_eye")  # of `face_space().rings`: their openings
IRISES = (RIGHT_IRIS, LEFT_IRIS)
CORNERS = np.array([[33, 133], [263, 362]])  # outer, inner
UPPER = np.array([[33, *LIDS_UPPER[:7], 133], [263, *LIDS_UPPER[7:], 362]])  # the line of the lid
EYEBALL = 0.4  # radius, of the width between the corners: 12 mm of 30 mm
DENSITY = 240.0  # pixels of the crop an eye distance


def eye_frame(landmarks: FloatArray, ring: Indices, scale: float) -> NDArray[np.float64]:
    """(2, 3) from pixels to those of an eye's crop of EYE_SIDE.

    Args:
        landmarks: (478, 3) pixels.
        ring: indices of the eye's opening.
        scale: pixels an eye distance.
    """
    opening = landmarks[ring, :2].astype(np.float64)
    middle = (opening.min(0) + opening.max(0)) / 2
    zoom = DENSITY / scale
    corner = (EYE_SIDE - 1) / 2 - zoom * middle
    return np.array([[zoom, 0, corner[0]], [0, zoom, corner[1]]])
