"""Glasses: their rims turn with the head, and no lid or brow moves them.

The rims are found once: around each eye runs a closed line of strong edges, and another crosses
the bridge of the nose. Where all are strong, a band along them is lifted off, the skin below is
filled in, and the band is laid over lids and brows that move. The band is wider than a rim and
fades into the skin beside it, so that it need not be exact.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.mesh import Mesh
from vasari.render.raster import blend, rasterise
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
HALF = 5.5  # pixels on either side of the line that are lifted off
ROOM = 1.3  # times as much as in the portrait lies between the mesh's points and a band's end
FADE = 0.02  # eye distances over which the band fades into the skin
TWICE = np.array([[2, 0, 0], [0, 2, 0]], np.float64)


class Rims:
    """The rims of one portrait's glasses.

    Args:
        person: (H, W, 4) the portrait, lifted off its plate.
        band: (H, W) what is lifted off (255), and how it fades.
        mesh: carries the head.
    """

    def __init__(self, person: NDArray[np.uint8], band: NDArray[np.uint8], mesh: Mesh) -> None:
        triangles, source = mesh.triangles, mesh.source
        x, y, w, h = cv2.boundingRect(band)
        corner = np.array([x, y], np.float32)
        layer = np.dstack([person[..., :3], band])[y : y + h, x : x + w]
        self._layer = cv2.warpAffine(  # read bilinearly, as fast and sharp as the person is
            layer, TWICE, (2 * w, 2 * h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        corners = np.clip(source[triangles][..., :2], 0, band.shape[::-1])
        low, high = corners.min(1).astype(int), corners.max(1).astype(int) + 2
        near = [
            band[y0:y1, x0:x1].any() for (x0, y0), (x1, y1) in zip(low, high, strict=True)
        ]  # fmt: skip
        self._triangles = np.ascontiguousarray(triangles[near])
        inside = (source[:, :2] > (x, y)).all(1) & (source[:, :2] < (x + w, y + h)).all(1)
        self._inside = np.flatnonzero(inside)
        self._room = (
            source[inside, :2].min(0) - (x, y), (x + w, y + h) - source[inside, :2].max(0)
        )  # fmt: skip
        self._source, self._weight = source, mesh.weight
        self._from = np.ascontiguousarray(2 * (source[:, :2] - corner))

    def draw(self, out: Picture, turned: FloatArray) -> None:
        """Lay the rims over `out` (H, W, 4); turned (V, 3) is where the head alone carries each
        vertex, pixels."""
        target = self._source + self._weight[:, None] * (turned - self._source)
        there, size = target[self._inside, :2], np.array(out.shape[1::-1])
        low = np.floor(there.min(0) - ROOM * self._room[0]).astype(int)
        low = np.clip(low, 0, size)
        high = np.ceil(there.max(0) + ROOM * self._room[1]).astype(int) + 1
        width, height = np.clip(high, low, size) - low
        if min(width, height) < 1:
            return
        target[:, :2] -= low
        backward = np.full((height, width, 2), -9, np.float32)
        depth = np.full((height, width), 1e9, np.float32)
        rasterise(self._triangles, np.ascontiguousarray(target, np.float32), self._from,
                  backward, depth)  # fmt: skip
        seen = cv2.remap(  # type: ignore[call-overload]  # one map holds both coordinates
            self._layer, backward, None, cv2.INTER_LINEAR
        )
        box = out[low[1] : low[1] + height, low[0] : low[0] + width]
        patch = np.ascontiguousarray(box)
        blend(patch, cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB), cv2.extractChannel(seen, 3))
        box[:] = patch


def without_rims(person: NDArray[np.uint8], band: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The person with skin where the rims were."""
    x, y, w, h = cv2.boundingRect(band)
    x0, y0, x1, y1 = max(x - 8, 0), max(y - 8, 0), x + w + 8, y + h + 8
    out = person.copy()
    colours = np.ascontiguousarray(person[y0:y1, x0:x1, :3])
    rims = (band[y0:y1, x0:x1] == 255).astype(np.uint8)
    out[y0:y1, x0:x1, :3] = cv2.inpaint(colours, rims, 4, cv2.INPAINT_TELEA)
    return out


def find_rims(picture: Picture, landmarks: FloatArray) -> NDArray[np.uint8] | None:
    """(H, W) the band along the rims, 255 where it is lifted off; None without glasses.

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels.
    """
    crop, matrix = _cut(picture, landmarks)
    points = landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    lines = [_around(crop, points[face_space().rings[name]]) for name in ("right_eye", "left_eye")]
    bridge = _across(crop)
    if any(np.percentile(strength[_below()], 25) < SEEN for _, strength in lines):
        return None
    if np.percentile(bridge[1], 10) < SEEN:
        return None
    lines = [(np.vstack([line, line[:1]]), np.append(s, s[0])) for line, s in lines]
    back = cv2.invertAffineTransform(matrix)
    band = np.zeros(picture.shape[:2], np.uint8)
    zoom = float(np.hypot(*matrix[:, 0]))
    for line, strength in [*lines, bridge]:
        there = np.round((line @ back[:, :2].T + back[:, 2]) * 16).astype(np.int32)
        for a, b, strong in zip(there[:-1], there[1:], strength[1:] > LINE, strict=True):
            if strong:
                thick = max(1, round(2 * HALF / zoom))
                cv2.line(band, a.tolist(), b.tolist(), 255, thick, cv2.LINE_8, 4)
    for name in ("right_eye", "left_eye"):  # lash and lid move
        ring = np.round(landmarks[face_space().rings[name], :2]).astype(np.int32)
        cv2.fillPoly(band, [ring], 0)
        cv2.polylines(band, [ring], True, 0, max(1, round(LASHES / zoom)))
    return _faded(band, max(1.0, FADE * UNIT / zoom))


def _faded(band: NDArray[np.uint8], over: float) -> NDArray[np.uint8]:
    away = cv2.distanceTransform(255 - band, cv2.DIST_L2, 3)
    return np.asarray(np.clip(255 * (1 - away / (over + 1)), 0, 255), np.uint8)


def _cut(picture: Picture, landmarks: FloatArray) -> tuple[Picture, NDArray[np.float64]]:
    """The upright crop around both eyes, softened, and the matrix (2, 3) into it."""
    a, b = landmarks[33, :2], landmarks[263, :2]
    x, y = (b - a) * UNIT / float((b - a) @ (b - a))
    matrix = np.array([[x, y, 0], [-y, x, 0]], np.float64)
    matrix[:, 2] = MIDDLE - matrix[:, :2] @ ((a + b) / 2)
    zoom = float(np.hypot(x, y))
    inner = matrix.copy()
    if zoom < 0.7:  # shrink first, so that nothing aliases
        picture = np.asarray(
            cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8
        )
        inner[:, :2] /= zoom
    crop = cv2.warpAffine(picture, inner, SIZE, borderMode=cv2.BORDER_REPLICATE)
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
