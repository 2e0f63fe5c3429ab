"""The background plate: the picture with the person painted over, for the head to move before.

Just inside the silhouette the background is continued with pieces of itself: texture stays texture,
and lines go straight on. Deeper, where no head ever moves away, it fades into a smooth fill.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.patches import continued
from vasari.values import FloatArray, Picture

EDGE = 0.06  # eye distances by which the painted region reaches beyond the matte
SEEN = 5  # of 255, matte from which a pixel is person
DEPTH = (0.2, 0.5)  # eye distances inside: all pieces up to the first, none from the second
WISP_EYES = 128  # px, eye distance at which wisps are looked for
WISP_REACH = 0.35  # eye distances beyond the painted region in which they are
WISP_ROOM = 3  # eye distances around the painted region that tell what is usual
WISP_WIDTH = 0.06  # eye distances, half of the width of the thickest
WISP_LEAST = 10  # of 255 by which they differ from what is around them
WISP_TIMES = 3  # and how many times as much as pixels further off do
WISP_MOTLEY = 12  # of 255: where pixels further off differ by more, nothing is a wisp
FILL_SIDE = 400  # px, longer side at which the smooth fill is found

Mask = NDArray[np.bool_]


def make_plate(picture: Picture, matte: NDArray[np.uint8], eye_distance: float) -> Picture:
    """The picture without its person; equal to it outside the slightly grown matte and its wisps.

    Args:
        picture: (H, W, 3) uint8.
        matte: (H, W) uint8.
        eye_distance: pixels.
    """
    unknown = grown(matte > SEEN, 2 + EDGE * eye_distance)
    if not unknown.any():
        return picture.copy()
    if unknown.all():  # no background to go on from: one colour that fits
        mean = cv2.resize(picture, (1, 1), interpolation=cv2.INTER_AREA)
        return np.broadcast_to(mean, picture.shape).astype(np.uint8)
    plate = picture.copy()
    part = _around(unknown, round(WISP_ROOM * eye_distance))
    unknown[part] |= wisps(picture[part], unknown[part], eye_distance)
    part = _around(unknown, round(eye_distance))
    plate[part] = _painted(picture[part], unknown[part], eye_distance)
    return plate


def wisps(picture: Picture, unknown: Mask, eye_distance: float) -> Mask:
    """(H, W) hairs and tips that go on beyond the silhouette: thin, and unlike the background.

    They would stay behind as ghosts; once the plate is painted over, the renderer lifts them off
    it with the alpha that explains them.
    """
    shrink = min(1.0, WISP_EYES / eye_distance)
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    within = cv2.resize(unknown.astype(np.uint8), small.shape[1::-1]) > 0
    unit = eye_distance * shrink
    near = grown(within, WISP_REACH * unit)
    far = ~near
    if not far.any() or not within.any():
        return np.zeros_like(unknown)
    kernel = np.ones((2 * round(WISP_WIDTH * unit) + 1,) * 2, np.uint8)
    thin = np.dstack([
        cv2.morphologyEx(small, way, kernel).max(2)
        for way in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    ]).astype(np.float32)  # fmt: skip
    usual = thin[far].mean(0)
    if usual.max() > WISP_MOTLEY:
        return np.zeros_like(unknown)
    stands_out = (thin > np.maximum(WISP_LEAST, WISP_TIMES * usual)).any(2)
    _, parts = cv2.connectedComponents((stands_out & ~within).astype(np.uint8))
    rooted, leaving = (np.unique(parts[grown(mask, 2)]) for mask in (within, far))
    hair = np.zeros(int(parts.max()) + 1, bool)
    hair[rooted] = True
    hair[[0, *leaving]] = False  # a line that goes on is no hair
    kept = hair[parts]
    hairs = grown(kept, 1) if kept.any() else kept
    return np.asarray(cv2.resize(hairs.astype(np.uint8), unknown.shape[::-1]) > 0)


def _around(unknown: Mask, room: int) -> tuple[slice, slice]:
    """Rows and columns that hold all of the unknown and some background."""
    height, width = unknown.shape
    rows, columns = np.flatnonzero(unknown.any(1)), np.flatnonzero(unknown.any(0))
    return (
        slice(max(int(rows[0]) - room, 0), min(int(rows[-1]) + room, height)),
        slice(max(int(columns[0]) - room, 0), min(int(columns[-1]) + room, width)),
    )


def _painted(picture: Picture, unknown: Mask, eye_distance: float) -> Picture:
    known = ~unknown
    full, none = (eye_distance * d for d in DEPTH)
    pieces, laid = continued(picture, unknown, eye_distance, none)
    deep = cv2.distanceTransform(unknown.astype(np.uint8), cv2.DIST_L2, 5)
    weight = laid * np.clip((none - deep) / (none - full), 0, 1)
    soft = max(1.0, 0.04 * eye_distance)
    weight = np.minimum(weight, cv2.GaussianBlur(weight, (0, 0), soft))
    fill = _smooth_fill(picture, known)
    fill += weight[..., None] * (pieces - fill)
    step = push_pull((picture - fill) * known[..., None], known)  # the seam, faded out inwards
    inside = np.clip(np.rint(fill + step), 0, 255).astype(np.uint8)
    return np.where(unknown[..., None], inside, picture)


def grown(mask: Mask, reach: float) -> Mask:
    """The mask and all within `reach` pixels of it."""
    far = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(far <= reach)


def _smooth_fill(picture: Picture, known: Mask) -> FloatArray:
    shrink = min(1.0, FILL_SIDE / max(known.shape))
    masked = np.dstack([picture * known[..., None], known * np.uint8(255)]).astype(np.float32)
    small = cv2.resize(masked, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    share = small[..., 3:] / np.float32(255)
    layer = np.where(share > 0.5, small[..., :3] / np.maximum(share, 0.5), 0).astype(np.float32)
    fill = cv2.GaussianBlur(push_pull(layer, share[..., 0] > 0.5), (0, 0), 3)
    return np.asarray(cv2.resize(fill, known.shape[1::-1]), np.float32)


def push_pull(layer: FloatArray, known: Mask) -> FloatArray:
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
    share = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA))
    small = cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    small = np.where(share[..., None] > 0, small / np.maximum(share, 1e-6)[..., None], 0)
    below = push_pull(small.astype(np.float32), share > 0)
    pulled = cv2.resize(below, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(known[..., None], layer, pulled).astype(np.float32)
