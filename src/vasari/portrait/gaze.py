"""Where the eyes look, from the irises' place between the eye corners."""

from __future__ import annotations

import numpy as np

from vasari.shape.eyes import CORNERS, EYEBALL, IRISES
from vasari.values import FloatArray

# Tracked clips agree with the eyeball of 12 mm radius between corners 30 mm apart: the horizontal
# offset follows eyeLookIn/Out with r = 0.96, 0.18 widths for a whole unit, which is 27 degrees.
REST_HEIGHT = -0.085  # of that width: the iris looking ahead lies above the line of the corners
WIDEST = 0.9  # sine of the largest angle that is told


def gaze_of(shape: FloatArray) -> FloatArray:
    """(..., 478, 3) in the face space to (..., 2): yaw to the picture's right, pitch up, degrees.

    Relative to the head, both eyes averaged.
    """
    corners = shape[..., CORNERS, :2]  # (..., 2 eyes, 2 corners, 2)
    place = shape[..., list(IRISES), :2] - corners.mean(-2)
    width = np.abs(corners[..., 0, 0] - corners[..., 1, 0])[..., None]
    offset = (place / np.maximum(width, 1e-3)).mean(-2) - np.array([0, REST_HEIGHT], np.float32)
    sine = np.clip(offset / EYEBALL, -WIDEST, WIDEST)
    return np.asarray(np.degrees(np.arcsin(sine)) * np.array([1, -1]), np.float32)
