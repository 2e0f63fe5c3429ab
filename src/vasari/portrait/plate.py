"""The background plate: the picture with the person painted over, for the head to move before."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.values import Picture

EDGE = 0.06  # eye distances by which the painted region reaches beyond the matte
SEEN = 5  # of 255, matte from which a pixel is person
FILL_SIDE = 400  # px, longer side at which the background is continued
INPAINT_RADIUS = 4.0  # px at that size


def make_plate(picture: Picture, matte: NDArray[np.uint8], eye_distance: float) -> Picture:
    """The picture without its person; equal to it outside the slightly grown matte.

    Args:
        picture: (H, W, 3) uint8.
        matte: (H, W) uint8.
        eye_distance: pixels.
    """
    unknown = _grown(matte > SEEN, 2 + EDGE * eye_distance)
    if not unknown.any():
        return picture.copy()
    fill = _continued(picture, unknown)
    return _joined(picture, fill, unknown)


def _grown(mask: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
    far = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(far <= reach)


def _continued(picture: Picture, unknown: NDArray[np.bool_]) -> Picture:
    """The background carried on into the unknown, at reduced size, back at the picture's size."""
    height, width = unknown.shape
    shrink = min(1.0, FILL_SIDE / max(height, width))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    known = (~unknown).astype(np.float32)
    share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    colour = cv2.resize(picture * known[..., None], size, interpolation=cv2.INTER_AREA)
    small = np.clip(colour / np.maximum(share, 1e-3)[..., None], 0, 255).astype(np.uint8)
    hidden = (share < 0.5).astype(np.uint8)
    if hidden.all():
        return np.full_like(picture, 128)
    filled = np.asarray(cv2.inpaint(small, hidden, INPAINT_RADIUS, cv2.INPAINT_TELEA), np.uint8)
    filled = np.where(hidden[..., None] > 0, _calmer(filled, hidden), filled)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC))


def _calmer(filled: Picture, hidden: NDArray[np.uint8]) -> Picture:
    """Streaks far from the background are blurred away, more the deeper they lie."""
    deep = cv2.distanceTransform(hidden, cv2.DIST_L2, 5)
    soft = cv2.GaussianBlur(filled, (0, 0), 6)
    share = np.clip((deep - 8) / 24, 0, 1)[..., None]
    return np.asarray(np.round(filled * (1 - share) + soft * share), np.uint8)


def _joined(picture: Picture, fill: Picture, unknown: NDArray[np.bool_]) -> Picture:
    """Fill inside, picture outside, the step between them faded out inwards."""
    known = ~unknown
    step = push_pull((picture.astype(np.float32) - fill) * known[..., None], known)
    inside = np.clip(fill + step, 0, 255)
    return np.where(unknown[..., None], np.round(inside).astype(np.uint8), picture)


def push_pull(layer: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Smooth continuation of `layer` (zero where unknown) into the unknown (Gortler et al. 1996).

    Args:
        layer: (H, W, C) float32.
        known: (H, W).
    """
    weight = known.astype(np.float32)
    if min(weight.shape) <= 2 or known.all():
        mean = layer.sum((0, 1)) / max(float(weight.sum()), 1.0)
        return np.where(known[..., None], layer, mean).astype(np.float32)
    size = (weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    small = np.where(share[..., None] > 0, small / np.maximum(share, 1e-6)[..., None], 0)
    below = push_pull(small.astype(np.float32), share > 0)
    pulled = cv2.resize(below, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(known[..., None], layer, pulled).astype(np.float32)
