"""Folds: a face's own lines deepen, and fade, with its expression.

Raised brows furrow a forehead, lowered ones what lies between them; a smile deepens the line beside
the nose and those beside the eyes. Nothing is drawn: the portrait's own lines (`portrait.folds`)
are made stronger or weaker. So an old face furrows, a child's does not, and paint stays paint.
"""

from __future__ import annotations

import numpy as np

from vasari.kernels import kernel
from vasari.render.layers.layer import Now
from vasari.shape.folds import REGIONS, window
from vasari.shape.space import Pose
from vasari.values import BLENDSHAPES, FloatArray, Picture
from vasari.values.traits import FOLD_STEP, NO_FOLD

LEAST, MOST = -0.6, 2.0  # by what share of themselves lines fade and deepen
SEEN = 0.02  # of a change that is worth the time


class Folds:
    """The lines of one portrait.

    Args:
        found: (2, n, n) the portrait's `Traits.folds`.
        pose: its own, in pixels of the part that is drawn.
        own: (EXPRESSION,) its own.
        fine: how much larger the source is that the picture is warped from.
    """

    def __init__(self, found: Picture, pose: Pose, own: FloatArray, fine: int) -> None:
        self._own = own
        self._into = (window(pose) / [fine, fine, 1]).astype(np.float32)
        self._lines = (found[0].astype(np.float32) - NO_FOLD) * np.float32(FOLD_STEP)
        self._which = np.ascontiguousarray(found[1])  # of the regions
        self._says = np.zeros((len(REGIONS), len(own)), np.float32)
        for n, region in enumerate(REGIONS):
            for name, share in region.codes.items():
                self._says[n, BLENDSHAPES.index(name)] = share

    def draw(self, out: Picture, now: Now) -> None:
        """Deepen or fade the lines of a warped face (H, W, 4), in place."""
        change = np.clip(self._says @ (now.expression - self._own), LEAST, MOST)
        size = np.array([out.shape[1], out.shape[0]] * 2)
        for n, region in enumerate(REGIONS):
            if abs(change[n]) < SEEN:
                continue
            there = now.points[list(region.outline), :2]
            box = np.concatenate([there.min(0), there.max(0) + 1])
            box = np.clip(box, 0, size).astype(np.int64)
            deepen(out, self._lines, self._which, n, change[n], now.backward, self._into, box)


@kernel(
    "void(uint8[:,:,::1], float32[:,::1], uint8[:,::1], int64, float32, float32[:,:,::1],"
    "float32[:,::1], int64[::1])",
)
def deepen(out, lines, which, region, change, backward, into, box):  # type: ignore[no-untyped-def]
    """Make lines in a picture darker or lighter, in place.

    Args:
        out: (H, W, 4) the picture with premultiplied alpha.
        lines: (n, n) how much brighter they are than what is around them, sampled bilinearly.
        which: (n, n) the region that each belongs to.
        region: the one that changes.
        change: by what share of themselves its lines grow.
        backward: (H, W, 2) where each pixel comes from.
        into: (2, 3) from there to places in `lines`.
        box: x0, y0, x1, y1 of the pixels that may change.
    """
    n = lines.shape[0]
    for y in range(box[1], box[3]):
        for x in range(box[0], box[2]):
            sx, sy = backward[y, x, 0], backward[y, x, 1]
            u = into[0, 0] * sx + into[0, 1] * sy + into[0, 2]
            v = into[1, 0] * sx + into[1, 1] * sy + into[1, 2]
            if u < 0 or v < 0 or u >= n - 1 or v >= n - 1:
                continue
            i, j = int(v), int(u)
            if which[i, j] != region:
                continue
            fv, fu = v - np.float32(i), u - np.float32(j)
            upper = lines[i, j] + fu * (lines[i, j + 1] - lines[i, j])
            lower = lines[i + 1, j] + fu * (lines[i + 1, j + 1] - lines[i + 1, j])
            gain = np.float32(1) + change * (upper + fv * (lower - upper))
            if gain == 1:
                continue
            most = np.float32(out[y, x, 3])
            for c in range(3):
                out[y, x, c] = min(out[y, x, c] * gain + np.float32(0.5), most)
