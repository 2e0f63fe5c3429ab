"""A portrait's own lines: furrows, crow's feet, folds beside the nose.

What a picture shows of such lines is found by filters that see only lines of the right place and
direction. So an old face has them, a child's does not, and none are invented.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.crops import cut_out
from vasari.shape.folds import REGIONS, Region, window
from vasari.shape.space import Pose
from vasari.values import FloatArray, Picture
from vasari.values.traits import FOLD_STEP, FOLDS_SIDE, NO_FOLD

LINE, BESIDE, LONG = 1.5, 4.5, 8.0  # pixels, spread: of a line, of what is around it, along it
NOISE = 0.006  # share of the light below which a line is no line
DARK = 0.6  # of the light of skin, below which there is hair
SOFT = 1.5  # pixels over which a region ends


def find_folds(picture: Picture, landmarks: FloatArray, pose: Pose) -> NDArray[np.uint8]:
    """(2, n, n), n = FOLDS_SIDE: the lines, in steps of FOLD_STEP around NO_FOLD, and the region
    that each pixel belongs to (its place in REGIONS; where two meet the first has it).

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels.
        pose: of the head, in the same pixels.
    """
    m = window(pose)
    light = _light(picture, m)
    there = landmarks[:, :2] @ m[:, :2].T + m[:, 2]
    lines = np.zeros((FOLDS_SIDE, FOLDS_SIDE), np.float32)
    which = np.full((FOLDS_SIDE, FOLDS_SIDE), len(REGIONS), np.uint8)
    for n, region in enumerate(REGIONS):
        inside = np.zeros((FOLDS_SIDE, FOLDS_SIDE), np.uint8)
        cv2.fillPoly(inside, [np.round(there[list(region.outline)]).astype(np.int32)], 1)
        inside[which < n] = 0
        which[inside > 0] = n
        lines += _lines(light, inside, region)
    steps = np.clip(np.round(lines / FOLD_STEP) + NO_FOLD, 0, 255).astype(np.uint8)
    return np.stack([steps, which])


def _light(picture: Picture, m: NDArray[np.float64]) -> FloatArray:
    """(FOLDS_SIDE, FOLDS_SIDE) logarithm of the light in the crop `m`."""
    grey = cv2.cvtColor(cut_out(picture, m, FOLDS_SIDE), cv2.COLOR_RGB2GRAY)
    return np.log(grey.astype(np.float32) + 8)


def _lines(light: FloatArray, inside: NDArray[np.uint8], region: Region) -> FloatArray:
    """(n, n) how much darker (below 0) or brighter the lines of a region are than what is
    around them; 0 towards the border of where they may lie, in hair and beside edges."""
    if not inside.any():
        return inside.astype(np.float32)
    seen = np.stack([cv2.filter2D(light, -1, _filter(d)) for d in region.directions])
    line = np.take_along_axis(seen, np.abs(seen).argmax(0)[None], 0)[0]
    skin = np.median(light[inside > 0])
    dark = (light < skin + np.log(DARK)).astype(np.uint8)
    hair = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))  # a line is thinner
    edge = (np.abs(line) > region.deepest).astype(np.uint8)
    other = cv2.dilate(hair | edge, np.ones((15, 15), np.uint8))
    mask = cv2.erode(inside, np.ones((5, 5), np.uint8)) * (1 - other)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), SOFT)
    return np.asarray(np.sign(line) * np.maximum(np.abs(line) - NOISE, 0) * soft, np.float32)


def _filter(degrees: int) -> FloatArray:
    """A kernel that sees lines of one direction: their light less that around them."""
    reach = int(3 * LONG)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    turn = np.radians(degrees)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    stretch = np.exp(-((along / LONG) ** 2) / 2)
    near, far = (stretch * np.exp(-((across / s) ** 2) / 2) for s in (LINE, BESIDE))
    return np.asarray(near / near.sum() - far / far.sum(), np.float32)
