"""Folds: a face's own lines deepen, and fade, with its expression.

Raised brows furrow a forehead, lowered ones what lies between them; a smile deepens the line beside
the nose and those beside the eyes. Nothing is drawn: what a portrait shows of such lines is found
once, by filters that see only lines of the right place and direction, and made stronger or weaker.
So an old face furrows, a child's does not, and paint stays paint.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.kernels import kernel
from vasari.shape.space import Pose
from vasari.values import BLENDSHAPES, FloatArray, Picture

SIDE = 288  # pixels of the upright crop in which lines are found
ROOM = 2.4  # eye distances a side
MIDDLE = np.array([0.0, 0.1, 0.0], np.float32)  # of the crop, face space
LINE, BESIDE, LONG = 1.5, 4.5, 8.0  # pixels, spread: of a line, of what is around it, along it
NOISE = 0.006  # share of the light below which a line is no line
DARK = 0.6  # of the light of skin, below which there is hair
SOFT = 1.5  # pixels over which a region ends
LEAST, MOST = -0.6, 2.0  # by what share of themselves lines fade and deepen
SEEN = 0.02  # of a change that is worth the time


class Region(NamedTuple):
    """Where lines lie.

    Attributes:
        outline: landmarks around it.
        directions: of its lines, degrees from horizontal, down to the right.
        deepest: share of the light above which it is no line but an edge: a hat, a rim of glasses.
        codes: by what share of itself a line deepens with each.
    """

    outline: tuple[int, ...]
    directions: tuple[int, ...]
    deepest: float
    codes: dict[str, float]


FOREHEAD = Region(
    (54, 103, 67, 109, 10, 338, 297, 332, 284, 301, 298, 333, 299, 337, 9, 108, 69, 104, 68, 71),
    (-12, 0, 12), 0.2, {"browInnerUp": 2.0, "browOuterUpLeft": 1.5, "browOuterUpRight": 1.5},
)  # fmt: skip
GLABELLA = Region(
    (107, 66, 69, 108, 151, 337, 299, 296, 336, 285, 417, 168, 193, 55),
    (75, 90, 105), 0.45, {"browDownLeft": 1.5, "browDownRight": 1.5, "browInnerUp": -0.5},
)  # fmt: skip
CHEEKS = {
    "Right": (129, 142, 36, 205, 187, 207, 214, 212, 57, 186, 92, 165, 98),
    "Left": (358, 371, 266, 425, 411, 427, 434, 432, 287, 410, 322, 391, 327),
}
SLANTS = {"Right": (110, 125, 140), "Left": (40, 55, 70)}
CORNERS = {"Right": (35, 156, 34, 227, 116, 111), "Left": (265, 383, 264, 447, 345, 340)}


def _beside_nose(side: str) -> Region:
    codes = {
        "mouthSmile" + side: 1.3, "cheekSquint" + side: 0.4, "mouthUpperUp" + side: 0.6,
        "mouthStretch" + side: 0.4, "mouthPucker": -0.6, "mouthFunnel": -0.4,
    }  # fmt: skip
    return Region(CHEEKS[side], SLANTS[side], 0.45, codes)


def _beside_eye(side: str) -> Region:
    codes = {"mouthSmile" + side: 1.0, "cheekSquint" + side: 1.0, "eyeSquint" + side: 0.7}
    return Region(CORNERS[side], (-25, 0, 25), 0.45, codes)


REGIONS = (  # where two meet, the first has it
    GLABELLA, FOREHEAD, _beside_nose("Right"), _beside_nose("Left"),
    _beside_eye("Right"), _beside_eye("Left"),
)  # fmt: skip


class Folds:
    """The lines of one portrait.

    Args:
        picture: (H, W, 3) the part of it that is drawn.
        landmarks: (478, 3) pixels of that part.
        pose: its own, in the same pixels.
        own: (EXPRESSION,) its own.
        fine: how much larger the source is that the picture is warped from.
    """

    def __init__(
        self, picture: Picture, landmarks: FloatArray, pose: Pose, own: FloatArray, fine: int
    ) -> None:
        self._own = own
        m = _window(pose)
        self._into = (m / [fine, fine, 1]).astype(np.float32)
        light = _light(picture, m)
        there = landmarks[:, :2] @ m[:, :2].T + m[:, 2]
        self._lines = np.zeros((SIDE, SIDE), np.float32)
        self._which = np.full((SIDE, SIDE), len(REGIONS), np.uint8)  # of the regions
        self._says = np.zeros((len(REGIONS), len(own)), np.float32)
        for n, region in enumerate(REGIONS):
            inside = np.zeros((SIDE, SIDE), np.uint8)
            cv2.fillPoly(inside, [np.round(there[list(region.outline)]).astype(np.int32)], 1)
            inside[self._which < n] = 0
            self._which[inside > 0] = n
            self._lines += _lines(light, inside, region)
            for name, share in region.codes.items():
                self._says[n, BLENDSHAPES.index(name)] = share

    def draw(
        self, out: NDArray[np.uint8], points: FloatArray, backward: FloatArray, now: FloatArray
    ) -> None:
        """Deepen or fade the lines of a warped face, in place.

        Args:
            out: (H, W, 4) the face.
            points: (468+, 2+) where the landmarks are now, pixels.
            backward: (H, W, 2) where each pixel comes from, pixels of the source.
            now: (EXPRESSION,) the present expression.
        """
        change = np.clip(self._says @ (now - self._own), LEAST, MOST)
        size = np.array([out.shape[1], out.shape[0]] * 2)
        for n, region in enumerate(REGIONS):
            if abs(change[n]) < SEEN:
                continue
            there = points[list(region.outline), :2]
            box = np.concatenate([there.min(0), there.max(0) + 1])
            box = np.clip(box, 0, size).astype(np.int64)
            deepen(out, self._lines, self._which, n, change[n], backward, self._into, box)


def _window(pose: Pose) -> NDArray[np.float64]:
    """Similarity (2, 3) from picture pixels to the upright crop."""
    turn = np.radians(float(pose.rotation[2]))
    a = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    a *= SIDE / (ROOM * pose.scale)
    return np.column_stack([a, (SIDE - 1) / 2 - a @ pose.project(MIDDLE)[:2]])


def _light(picture: Picture, m: NDArray[np.float64]) -> FloatArray:
    """(SIDE, SIDE) logarithm of the light in the crop `m`."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    zoom = float(np.hypot(m[0, 0], m[1, 0]))
    if zoom < 1:  # so that nothing aliases
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.4 / zoom), np.float32)
    crop = cv2.warpAffine(grey, m, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return np.log(np.asarray(crop, np.float32) + 8)


def _lines(light: FloatArray, inside: NDArray[np.uint8], region: Region) -> FloatArray:
    """(SIDE, SIDE) how much darker (below 0) or brighter the lines of a region are than what is
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
