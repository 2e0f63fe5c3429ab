"""The rims of clear glasses, found without labels.

Around each eye runs a closed line of strong edges, and another crosses the bridge of the nose.
Where all are strong, they are glasses.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.crops import cut_out
from vasari.shape.landmarks import OUTER_CORNERS
from vasari.shape.space import face_space
from vasari.values import FloatArray, Indices, Picture

UNIT = 120  # pixels an eye distance in the crop that is looked at
SIZE, MIDDLE = (220, 120), (110, 50)  # that crop, and where between the eyes its middle lies
RAYS = 96  # around an eye
NEAR, FAR = 6, 61  # pixels from the middle of an eye to its rim
LASHES = 4  # pixels around an eye that are lash and lid
STRONGEST = 30.0  # levels a pixel: an edge that is stronger does not count for more
STEEP = 1.5  # levels that a step of the line across its direction costs
SEEN = 14.0  # levels a pixel that the edge of a rim has at least
LINE = 7.0  # levels a pixel from which a piece of the line belongs to a rim


def find_rims(picture: Picture, landmarks: FloatArray) -> FloatArray:
    """(n, 4) pieces of the rims, each from x, y to x, y in pixels; none without glasses.

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels.
    """
    crop, matrix = _cut(picture, landmarks)
    points = landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    lines = [_around(crop, points[face_space().rings[name]]) for name in ("right_eye", "left_eye")]
    bridge = _across(crop)
    if any(np.percentile(strength[_below()], 25) < SEEN for _, strength in lines):
        return np.zeros((0, 4), np.float32)
    if np.percentile(bridge[1], 10) < SEEN:
        return np.zeros((0, 4), np.float32)
    lines = [(np.vstack([line, line[:1]]), np.append(s, s[0])) for line, s in lines]
    back = cv2.invertAffineTransform(matrix)
    pieces = []
    for line, strength in [*lines, bridge]:
        there = line @ back[:, :2].T + back[:, 2]
        pieces.append(np.hstack([there[:-1], there[1:]])[strength[1:] > LINE])
    return np.concatenate(pieces).astype(np.float32)


def _cut(picture: Picture, landmarks: FloatArray) -> tuple[Picture, NDArray[np.float64]]:
    """The upright crop around both eyes, softened, and the matrix (2, 3) into it."""
    a, b = landmarks[list(OUTER_CORNERS), :2]
    x, y = (b - a) * UNIT / float((b - a) @ (b - a))
    matrix = np.array([[x, y, 0], [-y, x, 0]], np.float64)
    matrix[:, 2] = MIDDLE - matrix[:, :2] @ ((a + b) / 2)
    crop = cut_out(picture, matrix, SIZE)
    return np.asarray(cv2.GaussianBlur(crop, (0, 0), 0.8), np.uint8), matrix


def _rays() -> tuple[FloatArray, FloatArray]:
    turn = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    return np.cos(turn), np.sin(turn)


def _below() -> NDArray[np.bool_]:
    """(RAYS,) those that go down to the cheek, where no brow and no fold can pass for a rim."""
    return np.asarray(_rays()[1] > 0.35)


def _around(crop: Picture, ring: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
    """The strongest closed line around an eye, (RAYS, 2), and its edge's strength, (RAYS,)."""
    middle = ring.mean(0)
    right, down = _rays()
    far = np.arange(NEAR, FAR + 1)
    x, y = middle[0] + right[:, None] * far, middle[1] + down[:, None] * far
    seen = cv2.remap(crop.astype(np.float32), x.astype(np.float32), y.astype(np.float32),
                     cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    edges = np.abs(np.diff(seen, axis=1)).max(2)
    eye = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(eye, [np.round(ring).astype(np.int32)], 1)
    around = cv2.dilate(eye, np.ones((2 * LASHES + 1, 2 * LASHES + 1), np.uint8))
    x, y = x[:, :-1] + right[:, None] / 2, y[:, :-1] + down[:, None] / 2
    on_eye = cv2.remap(around, x.astype(np.float32), y.astype(np.float32), cv2.INTER_NEAREST) > 0
    outside = (np.abs(x - MIDDLE[0]) < 3) | (np.minimum(x, y) < 1)
    outside |= (x > SIZE[0] - 2) | (y > SIZE[1] - 2)
    worth = np.where(on_eye | outside, -STRONGEST, np.minimum(edges, STRONGEST))
    path = _best_line(np.concatenate([worth, worth]), 2)  # twice around, so that the ends meet
    path = np.roll(path[RAYS // 2 : RAYS // 2 + RAYS], RAYS // 2)
    every = np.arange(RAYS)
    line = np.stack([x[every, path], y[every, path]], 1)
    return np.asarray(line, np.float32), np.asarray(edges[every, path], np.float32)


def _across(crop: Picture) -> tuple[FloatArray, FloatArray]:
    """The strongest line across the bridge of the nose, (n, 2), and its strength, (n,)."""
    x0, y0 = MIDDLE[0] - 14, 18
    part = crop[y0 : y0 + 64, x0 : x0 + 29].astype(np.float32)
    edges = (np.abs(part[2:] - part[:-2]).max(2) / 2).T
    path = _best_line(np.minimum(edges, STRONGEST), 1)
    along = np.arange(len(path))
    line = np.stack([x0 + along, y0 + 1 + path], 1).astype(np.float32)
    return line, np.asarray(edges[along, path], np.float32)


def _best_line(worth: FloatArray, most: int) -> Indices:
    """(n,) the place in each row of `worth` (n, m) that a line passes which gathers the most and
    steps aside by no more than `most` from row to row."""
    steps = np.arange(-most, most + 1)
    gathered: NDArray[np.floating] = worth[0]
    came = []
    every = np.arange(worth.shape[1])
    for row in worth[1:]:
        padded = np.pad(gathered, most, constant_values=-1e9)
        choice = np.stack([padded[most + s : most + s + len(row)] - STEEP * abs(s) for s in steps])
        best = choice.argmax(0)
        came.append(steps[best])
        gathered = choice[best, every] + row
    path = [int(gathered.argmax())]
    for step in came[::-1]:
        path.append(path[-1] + int(step[path[-1]]))
    return np.array(path[::-1], np.intp)
