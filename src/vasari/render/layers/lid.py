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
from numpy.typing import NDArray

from vasari.render.layers.patch import Hole, hole
from vasari.render.raster import blend
from vasari.shape.space import face_space
from vasari.values import FloatArray, Indices, Picture

LASH_STRENGTH = 0.75  # of the line that the lashes of a closed eye make
SKIN_ABOVE = np.array([0.0, 0.5, 1.0])  # lid heights above the fold where skin is looked at
SHADE = 0.72, 0.96  # of the light on the skin around falls on a closed lid: deep, shallow socket
TONES = 32  # along the lid
SOFTEST = (
    24.0  # pixels: a wild expression's lid is a picture high, and blurring it would take seconds
)


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
        picture: (H, W, 3) the working picture.
        landmarks: (478, 3) in its pixels.
        edge: indices along the lid's edge.
        above: indices along the fold above it, in step with `edge`.
        below: indices of bare skin below the eye, from the outer to the inner corner.
        flat: of a flat drawing, in which no socket shades a lid.
    """

    def __init__(
        self, picture: Picture, landmarks: FloatArray, edge: Indices, above: Indices,
        below: Indices, flat: bool = False,
    ) -> None:  # fmt: skip
        self._edge, self._above = edge, above
        self._cover = DRAWN if flat else SKIN
        height = np.linalg.norm(landmarks[above, :2] - landmarks[edge, :2], axis=1)
        self._height = max(float(height[1:-1].mean()), 1.0)
        self._tones = _tones(picture, landmarks, edge, above, below, not flat)
        if flat:
            self._tones[:] = _even_tone(picture, landmarks)
        self._lash = _darkest(picture, landmarks[edge, :2])
        self._thick = max(1.0, 0.13 * self._height + 0.012 * float(np.ptp(landmarks[edge, 0])))

    def draw(self, out: Picture, points: FloatArray) -> None:
        """Draw into `out` (H, W, 3 or 4); points (468+, 2+) are the landmarks now, pixels."""
        edge, above, cover = points[self._edge, :2], points[self._above, :2], self._cover
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
        tone = self._tones[_along(edge, where)]
        _lay(out, where.x, where.y, tone, soft * np.float32(cover.strength * min(share, 1)))
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
        _lay(out, int(low[0]), int(low[1]), tone, soft * np.float32(LASH_STRENGTH * share))


def _along(edge: FloatArray, where: Hole) -> Indices:
    """(h, w) which of the TONES each pixel of a box takes: how far along the lid it lies."""
    chord = edge[-1] - edge[0]
    chord = chord * ((TONES - 1) / max(float(chord @ chord), 1e-6))
    x, y = where.pixels()
    at = (x - edge[0, 0]) * chord[0] + (y - edge[0, 1]) * chord[1]
    return np.asarray(np.clip(at, 0, TONES - 1), np.intp)


def _lay(out: Picture, x: int, y: int, tone: Picture, mask: FloatArray) -> None:
    """Blend colours (h, w, 3) over a box of the picture, in place; mask (h, w) is 0 to 255."""
    h, w = mask.shape
    box = out[y : y + h, x : x + w]
    patch = np.ascontiguousarray(box)
    blend(patch, np.ascontiguousarray(tone), np.asarray(mask, np.uint8))
    box[:] = patch


def _darkest(picture: Picture, points: FloatArray) -> NDArray[np.uint8]:
    """(3,) the tone of the darkest third of the pixels at points."""
    size = picture.shape[1], picture.shape[0]
    at = np.clip(np.round(points).astype(int), 0, np.array(size) - 1)
    seen = picture[at[:, 1], at[:, 0]].astype(np.float32)
    dark = seen[seen.sum(1) <= np.percentile(seen.sum(1), 34)]
    return np.asarray(dark.mean(0), np.uint8)


def _even_tone(picture: Picture, landmarks: FloatArray) -> FloatArray:
    """(3,) the skin of a flat drawing: the middle tone of its face below the eyes."""
    face = np.zeros(picture.shape[:2], np.uint8)
    oval = landmarks[face_space().rings["face_oval"], :2]
    cv2.fillPoly(face, [np.round(oval).astype(np.int32)], 1)
    face[: max(0, round(float(landmarks[[33, 263], 1].max())))] = 0
    seen = picture[face > 0]
    return np.asarray(np.median(seen, axis=0) if len(seen) else picture.mean((0, 1)), np.float32)


def _tones(
    picture: Picture, landmarks: FloatArray, edge: Indices, above: Indices, below: Indices,
    shaded: bool,
) -> Picture:  # fmt: skip
    """(TONES, 3) of the skin around the eye along the lid: in each column the brighter half of
    what lies above the fold and below the eye, since the rest is crease, lash and brow."""
    fold = landmarks[above, :2]
    up = (fold - landmarks[edge, :2])[None] * SKIN_ABOVE[:, None, None]
    n = len(edge)
    under = np.stack([np.interp(np.linspace(0, 1, n), np.linspace(0, 1, len(below)),
                                landmarks[below, k]) for k in (0, 1)], 1)  # fmt: skip
    at = np.concatenate([fold + up, under[None], under[None]])  # (5, n, 2)
    at = np.clip(np.round(at).astype(int), 0, np.array(picture.shape[1::-1]) - 1)
    seen = cv2.GaussianBlur(picture, (5, 5), 0)[at[..., 1], at[..., 0]].astype(np.float32)
    light = seen.sum(2)
    bright = (light >= np.median(light, axis=0))[..., None]
    column = (seen * bright).sum(0) / bright.sum(0)  # (n, 3)
    if shaded:
        socket = 0.6 + 0.4 * seen[0] / np.maximum(column, 1)  # the fold: how deep, how warm
        column *= np.clip(socket, *SHADE)
    padded = np.pad(column, ((2, 2), (0, 0)), mode="edge")
    column = np.stack([np.convolve(padded[:, c], np.ones(5) / 5, "valid") for c in range(3)], 1)
    along = np.linspace(0, n - 1, TONES)
    tones = [np.interp(along, np.arange(n), column[:, c]) for c in range(3)]
    return np.stack(tones, 1).astype(np.uint8)
