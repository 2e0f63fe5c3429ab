"""A closed lid's skin: where a blink stretches the little that the portrait shows of a lid.

The crease above an open eye is dark; stretched over the eyeball it would look like a black eye.
There the lid takes on the tones of the skin around the eye, column by column, so that light and
shadow go on across it; its lashes stay.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from vasari.render.layers.layer import Now
from vasari.render.layers.patch import Hole, hole, lay
from vasari.values import FloatArray, Indices, Picture

LASH_STRENGTH = 0.75  # of the line that the lashes of a closed eye make
SOFTEST = 24.0  # pixels: a wild expression's lid is a picture high, blurring it takes seconds


class _Cover(NamedTuple):
    """How the stretched skin is covered.

    Attributes:
        begins, full: times the lid's height in the portrait.
        strength: how much is covered at the most.
        lashes: share of the lid's height that keeps its own pixels, at its edge.
        top: share of it left bare at its upper end.
        soft: of the lid's height: softness of the patch.
    """

    begins: float
    full: float
    strength: float
    lashes: float
    top: float
    soft: float


SKIN = _Cover(1.25, 2.2, 0.92, 0.24, 0.06, 0.14)
DRAWN = _Cover(1.03, 1.25, 1.0, 0.04, 0.0, 0.04)  # all but the line: drawn lashes are thick


class Lid:
    """One upper lid of one portrait.

    Args:
        tones: (n + 1, 3) of its skin from the outer to the inner corner, and of its lashes, as
            in `Traits.lids`.
        landmarks: (478, 3) pixels of the part that is drawn.
        edge: indices along the lid's edge.
        above: indices along the fold above it, in step with `edge`.
        flat: of a flat drawing, whose lashes are thick.
    """

    def __init__(
        self, tones: Picture, landmarks: FloatArray, edge: Indices, above: Indices,
        flat: bool = False,
    ) -> None:  # fmt: skip
        self._edge, self._above = edge, above
        self._cover = DRAWN if flat else SKIN
        height = np.linalg.norm(landmarks[above, :2] - landmarks[edge, :2], axis=1)
        self._height = max(float(height[1:-1].mean()), 1.0)
        self._tones, self._lash = tones[:-1], tones[-1]
        self._thick = max(1.0, 0.13 * self._height + 0.012 * float(np.ptp(landmarks[edge, 0])))

    def draw(self, out: Picture, now: Now) -> None:
        """Draw into `out` (H, W, 3 or 4)."""
        edge, above = now.points[self._edge, :2], now.points[self._above, :2]
        cover = self._cover
        height = float(np.linalg.norm(above - edge, axis=1)[1:-1].mean())
        share = (height / self._height - cover.begins) / (cover.full - cover.begins)
        if share <= 0:
            return
        low, high = edge + cover.lashes * (above - edge), above + cover.top * (edge - above)
        size = out.shape[1], out.shape[0]
        softness = min(max(0.6, cover.soft * height), SOFTEST)
        where = hole(np.concatenate([low, high[::-1]]), size, room=math.ceil(2.5 * softness))
        if where is None:
            return
        soft = cv2.GaussianBlur(where.mask, (0, 0), softness)
        tone = self._tones[_along(edge, where, len(self._tones))]
        mask = soft * np.float32(cover.strength * min(share, 1))
        lay(out, where.x, where.y, tone, np.asarray(mask, np.uint8))
        self._draw_lashes(out, edge, min(share, 1))

    def _draw_lashes(self, out: Picture, edge: FloatArray, share: float) -> None:
        """The lashes of a closed eye lie on its line."""
        size = np.array([out.shape[1], out.shape[0]])
        low = np.clip(np.floor(edge.min(0)).astype(int) - 4, 0, size)
        high = np.clip(np.ceil(edge.max(0)).astype(int) + 5, 0, size)
        if (high - low).min() < 2:
            return
        line = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        fixed = np.round((edge - low) * 16).astype(np.int32)
        cv2.polylines(line, [fixed], False, 255, max(1, round(self._thick)), cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(line, (0, 0), 0.4 * self._thick + 0.3)
        tone = np.broadcast_to(self._lash, (*line.shape, 3))
        mask = soft * np.float32(LASH_STRENGTH * share)
        lay(out, int(low[0]), int(low[1]), tone, np.asarray(mask, np.uint8))


def _along(edge: FloatArray, where: Hole, tones: int) -> Indices:
    """(h, w) which of the tones each pixel of a box takes: how far along the lid it lies."""
    chord = edge[-1] - edge[0]
    chord = chord * ((tones - 1) / max(float(chord @ chord), 1e-6))
    x, y = where.pixels()
    at = (x - edge[0, 0]) * chord[0] + (y - edge[0, 1]) * chord[1]
    return np.asarray(np.clip(at, 0, tones - 1), np.intp)
