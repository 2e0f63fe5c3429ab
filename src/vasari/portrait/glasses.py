"""Sunglasses: what is behind a dark glass is not seen, so nothing moves there."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.landmarks import LIDS_ABOVE
from vasari.values import FloatArray, Picture

DARK = 0.3  # of the light on cheek and brow: an eye and all its lids are never as dark as this
# Bare skin below the eye, and around it where glasses seldom reach: right eye, left eye.
BELOW_EYES = (np.array([119, 118, 100]), np.array([348, 347, 329]))
AROUND = (np.array([50, 101, 36, 205, 104]), np.array([280, 330, 266, 425, 333]))


def behind_dark_glass(picture: Picture, landmarks: FloatArray) -> bool:
    """Whether at least one eye is so dark, with its lids and the skin below it, that it is seen
    through a dark glass. The other glass may mirror the sky."""
    soft = cv2.GaussianBlur(picture, (5, 5), 0)
    grey = np.asarray(cv2.cvtColor(soft, cv2.COLOR_RGB2GRAY), np.uint8)
    eyes = zip((LIDS_ABOVE[:7], LIDS_ABOVE[7:]), BELOW_EYES, AROUND, strict=True)
    return any(
        _light_inside(grey, landmarks[np.r_[above, below[::-1]], :2])
        < DARK * _light_at(grey, landmarks[around, :2])
        for above, below, around in eyes
    )


def _light_inside(grey: NDArray[np.uint8], polygon: FloatArray) -> float:
    """Light of the brighter pixels in a polygon (n, 2)."""
    inside = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(polygon).astype(np.int32)], 1)
    seen = grey[inside > 0]
    return float(np.percentile(seen, 75)) if len(seen) else 255.0


def _light_at(grey: NDArray[np.uint8], points: FloatArray) -> float:
    at = np.clip(np.round(points).astype(int), 0, np.array(grey.shape[::-1]) - 1)
    return float(np.median(grey[at[:, 1], at[:, 0]]))
