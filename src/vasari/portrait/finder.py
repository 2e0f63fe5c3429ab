"""Finds the faces of a picture, from near full-frame ones down to 64 px in a very large picture.

One small network looks at squares of the picture, shrunk to its side: first at the whole, then at
halves, and at ever smaller squares as long as nothing has been found. Each find is looked at once
more from near by, and then read: what cannot be read as a face in several views that agree was
none, and the landmarks say where the box really lies.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vasari.networks import network
from vasari.portrait.box import FaceBox
from vasari.portrait.reader import read_landmarks
from vasari.shape.crops import cut_out
from vasari.values import FloatArray, Picture

FINDER = "finder"  # network in weights/
STRIDE = 8  # pixels of the network's picture a cell
SURE = 0.4  # least score of a find that is read
BELIEVED = 0.35  # least confidence of its reading
VIEWS = 4  # crops a reading
HINT = 0.2  # least score in the first look for a second
NEAR = 2.0  # sides of a box that the second look sees
SAME = 0.35  # overlap (of the smaller box) from which two finds are one face
SMALLEST = 64  # px of a face that is still looked for in a large picture
SEEN = 16  # px of the network's picture that a face needs
BATCH = 16  # squares a run


@dataclass(frozen=True)
class _Square:
    """A square of the picture that is looked at, in pixels."""

    x: float
    y: float
    side: float


def find_faces(picture: Picture) -> list[FaceBox]:
    """The faces of a picture (H, W, 3) uint8 RGB, largest first; rolled by up to 45 degrees."""
    height, width = picture.shape[:2]
    if min(height, width) < SEEN:
        return []
    longer = max(height, width)
    found: list[FaceBox] = []
    for level in itertools.count():
        side = longer / 2**level
        if level and (side < _side() or (found and level > 1) or _too_small(2 * side)):
            break
        first = _look(picture, _squares(width, height, side), HINT)
        seen = _distinct([b for a in _distinct(first) if (b := _again(picture, a))])
        new = [b for b in seen if all(_overlap(b, f) <= SAME for f in found)]
        found = _distinct(found + [b for a in new if (b := _read(picture, a))])
    return sorted(found, key=lambda b: -b.width * b.height)


def _too_small(side: float) -> bool:
    """Whether a square of that side already showed the smallest faces large enough."""
    return SMALLEST * _side() / side >= SEEN


@functools.cache
def _side() -> int:
    """Pixels of the picture that the network takes."""
    return int(network(FINDER).get_inputs()[0].shape[1])


def _squares(width: int, height: int, side: float) -> list[_Square]:
    """Squares that cover the picture, half overlapping; one in the middle when it fits whole."""

    def starts(length: int) -> list[float]:
        if side >= length:
            return [(length - side) / 2]
        n = int(np.ceil((length - side) / (side / 2)))
        return [float(v) for v in np.linspace(0, length - side, n + 1)]

    return [_Square(x, y, side) for y in starts(height) for x in starts(width)]


def _look(picture: Picture, squares: list[_Square], least: float) -> list[FaceBox]:
    """What the network sees in each square."""
    found: list[FaceBox] = []
    for k in range(0, len(squares), BATCH):
        some = squares[k : k + BATCH]
        inputs = np.stack([_view(picture, s) for s in some])
        heat, boxes = network(FINDER).run(None, {"pictures": inputs})
        for square, h, b in zip(some, heat, boxes, strict=True):
            found += _peaks(h, b, square, least)
    return found


def _view(picture: Picture, square: _Square) -> Picture:
    """The square at the network's size; the border is repeated where it leaves the picture."""
    side = _side()
    f = side / square.side
    m = np.array([[f, 0.0, -square.x * f], [0.0, f, -square.y * f]])
    m[:, 2] += f / 2 - 0.5  # from pixel middles to edges and back
    return cut_out(picture, m, side)


def _peaks(heat: FloatArray, boxes: FloatArray, square: _Square, least: float) -> list[FaceBox]:
    """Faces where the heat (h, w) has a local maximum; boxes (h, w, 3) are middle and side in
    pixels of the network's picture."""
    high = np.asarray(cv2.dilate(heat, np.ones((3, 3), np.uint8)))
    f = square.side / _side()
    found = []
    for r, c in np.argwhere((heat >= least) & (heat >= high)):
        x, y, side = (float(v) * f for v in boxes[r, c])
        left, top = square.x + x + f / 2 - side / 2, square.y + y + f / 2 - side / 2
        found.append(FaceBox(left, top, side, side, float(heat[r, c])))
    return found


def _again(picture: Picture, box: FaceBox) -> FaceBox | None:
    """The same face seen from near by, or None if it is none."""
    side = box.width * NEAR
    x, y = box.x + box.width / 2, box.y + box.height / 2
    near = _look(picture, [_Square(x - side / 2, y - side / 2, side)], HINT)
    same = [b for b in near if _overlap(b, box) > SAME]
    if not same:
        return None
    best = max(same, key=lambda b: b.score)
    score = (best.score * max(box.score, best.score * 0.5)) ** 0.5
    return replace(best, score=score) if score >= SURE else None


def _read(picture: Picture, box: FaceBox) -> FaceBox | None:
    """The square around the landmarks that the reader sees there, or None if it sees no face."""
    reading = read_landmarks(picture, box, views=VIEWS)
    if reading.confidence < BELIEVED:
        return None
    low, high = reading.landmarks[:, :2].min(0), reading.landmarks[:, :2].max(0)
    side = float((high - low).max())
    x, y = (float(v) for v in (low + high - side) / 2)
    return FaceBox(x, y, side, side, (box.score * reading.confidence) ** 0.5)


def _distinct(boxes: list[FaceBox]) -> list[FaceBox]:
    """The best of each group of overlapping boxes."""
    kept: list[FaceBox] = []
    for box in sorted(boxes, key=lambda b: -b.score):
        if all(_overlap(box, k) <= SAME for k in kept):
            kept.append(box)
    return kept


def _overlap(a: FaceBox, b: FaceBox) -> float:
    """Shared area as a part of the smaller box."""
    w = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    h = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    smaller = min(a.width * a.height, b.width * b.height)
    return max(w, 0.0) * max(h, 0.0) / max(smaller, 1e-6)
