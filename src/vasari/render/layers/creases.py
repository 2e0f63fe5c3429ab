"""Creases: what a strong expression does to any skin, beyond a portrait's own lines.

Without them a lowered brow is a brow that lies lower. They are soft and shallow, come only where a
code has moved far from the portrait's own, and only on skin: not on hair, hats and rims.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.layers.folds import deepen
from vasari.render.layers.layer import Now
from vasari.shape.creases import lines
from vasari.shape.crops import cut_out
from vasari.shape.folds import window
from vasari.shape.space import Pose
from vasari.values import BLENDSHAPES, FloatArray, Picture
from vasari.values.traits import FOLDS_SIDE

BEGINS = 0.2  # of what makes a crease: talking makes none
SEEN = 0.02  # of a crease that is worth the time
REACH = 3.5  # spreads across a crease, where it ends
FLANK, FLANK_WIDER = 0.3, 2.6  # beside a fold skin stands out: less than it is deep, and wider
UNLIKE = 0.45  # logarithm of light: what differs so much from the cheeks is no skin
CHEEKS = [205, 425, 50, 280, 151, 9]


class Creases:
    """Those of one portrait.

    Args:
        picture: (H, W, 3) the part that is drawn.
        landmarks: (478, 3) in its pixels.
        pose: of the head there.
        own: (EXPRESSION,) the portrait's own expression.
        fine: how much larger the source is that the picture is warped from.
    """

    def __init__(
        self, picture: Picture, landmarks: FloatArray, pose: Pose, own: FloatArray, fine: int
    ) -> None:
        m = window(pose)
        corners, weights, creases, self._says = lines()
        self._corners, self._own = corners, own[: len(BLENDSHAPES)].copy()
        at = (landmarks[corners][..., :2] * weights[..., None]).sum(2)  # (n, FINE, 2)
        at = at @ m[:, :2].T + m[:, 2]
        unit = pose.scale * float(np.hypot(m[0, 0], m[0, 1]))
        skin = _skin(picture, landmarks, m)
        self._pieces = [
            _drawn(line, width * unit, deep, skin)
            for line, (width, deep) in zip(at, creases, strict=True)
        ]
        self._into = (m / [fine, fine, 1]).astype(np.float32)
        self._all = np.zeros((FOLDS_SIDE, FOLDS_SIDE), np.uint8)

    def draw(self, out: Picture, now: Now) -> None:
        """Shade a warped face (H, W, 4), in place."""
        change = self._says @ (now.expression[: len(BLENDSHAPES)] - self._own)
        depth = np.clip((change - BEGINS) / (1 - BEGINS), 0, 1.2)
        some = np.flatnonzero(depth > SEEN)
        if not len(some):
            return
        field = np.zeros((FOLDS_SIDE, FOLDS_SIDE), np.float32)
        for k in some:
            place, piece = self._pieces[k]
            field[place] += np.float32(depth[k]) * piece
        there = now.points[np.unique(self._corners[some]), :2]
        margin = 0.1 * now.pose.scale
        box = np.concatenate([there.min(0) - margin, there.max(0) + margin])
        box = np.clip(box, 0, [out.shape[1], out.shape[0]] * 2).astype(np.int64)
        deepen(out, field, self._all, 0, np.float32(1), now.backward, self._into, box)


def _skin(picture: Picture, landmarks: FloatArray, m: NDArray[np.float64]) -> FloatArray:
    """(FOLDS_SIDE, FOLDS_SIDE) how sure each pixel of the crop `m` is skin, 0 to 1."""
    light = cv2.cvtColor(cut_out(picture, m, FOLDS_SIDE), cv2.COLOR_RGB2GRAY).astype(np.float32)
    light = np.log(cv2.GaussianBlur(light, (0, 0), 2) + 8)
    there = np.round(landmarks[CHEEKS, :2] @ m[:, :2].T + m[:, 2]).astype(int)
    there = there.clip(0, FOLDS_SIDE - 1)
    usual = np.median(light[there[:, 1], there[:, 0]])
    sure = np.exp(
        -(np.clip((usual - light) / UNLIKE, 0, None) ** 4)
    )  # hair is darker; light is not
    return np.asarray(cv2.GaussianBlur(sure, (0, 0), 2), np.float32)


def _drawn(
    at: FloatArray, spread: float, deep: float, skin: FloatArray
) -> tuple[tuple[slice, slice], FloatArray]:
    """Where in the crop a crease lies, and by what share of the light it changes it there.

    Args:
        at: (FINE, 2) points along it, pixels of the crop.
        spread: across it, pixels.
        deep: share of the light that it takes.
        skin: (FOLDS_SIDE, FOLDS_SIDE).
    """
    margin = REACH * spread
    x0, y0 = np.clip(at.min(0) - margin, 0, FOLDS_SIDE).astype(int)
    x1, y1 = np.clip(at.max(0) + margin + 1, 0, FOLDS_SIDE).astype(int)
    ys, xs = np.mgrid[y0:y1, x0:x1]
    square = (xs[..., None] - at[:, 0]) ** 2 + (ys[..., None] - at[:, 1]) ** 2  # (h, w, FINE)
    near = square.argmin(-1) if square.size else np.zeros(xs.shape, int)
    away = np.sqrt(np.take_along_axis(square, near[..., None], -1)[..., 0]) / spread
    taper = np.sin(np.pi * (np.arange(len(at)) + 0.5) / len(at))
    line = np.exp(-(away**2) / 2)
    if deep > 0:
        line = (1 + FLANK) * line - FLANK * np.exp(-((away / FLANK_WIDER) ** 2) / 2)
    piece = -deep * line * taper[near] * skin[y0:y1, x0:x1]
    return (slice(y0, y1), slice(x0, x1)), np.asarray(piece, np.float32)
