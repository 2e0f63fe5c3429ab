"""Glasses: their rims turn with the head, and no lid or brow moves them.

A band along the rims (`portrait.rims`) is lifted off, the skin below is filled in, and the band is
laid over lids and brows that move. It is wider than a rim and fades into the skin beside it, so
that it need not be exact.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.layers.layer import Now
from vasari.render.layers.patch import lay
from vasari.render.mesh import Mesh
from vasari.render.raster import rasterise
from vasari.shape.space import Pose, face_space
from vasari.values import FloatArray, Picture

HALF = 0.046  # eye distances on either side of the line that are lifted off
LASHES = 0.033  # eye distances around an eye that are lash and lid, and move
ROOM = 1.3  # times as much as in the portrait lies between the mesh's points and a band's end
FADE = 0.02  # eye distances over which the band fades into the skin
TWICE = np.array([[2, 0, 0], [0, 2, 0]], np.float64)


class Rims:
    """The rims of one portrait's glasses.

    Args:
        person: (H, W, 4) the portrait, lifted off its plate.
        band: (H, W) what is lifted off (255), and how it fades.
        mesh: carries the head.
        pose: the portrait's own.
    """

    def __init__(
        self, person: NDArray[np.uint8], band: NDArray[np.uint8], mesh: Mesh, pose: Pose
    ) -> None:
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
        inside = np.asarray(
            (source[:, :2] > (x, y)).all(1) & (source[:, :2] < (x + w, y + h)).all(1)
        )
        if not inside.any():  # a small piece: the nearest point carries it
            inside[np.linalg.norm(source[:, :2] - (x + w / 2, y + h / 2), axis=1).argmin()] = True
        self._inside = np.flatnonzero(inside)
        self._room = (
            source[inside, :2].min(0) - (x, y), (x + w, y + h) - source[inside, :2].max(0)
        )  # fmt: skip
        self._source, self._weight = source, mesh.weight
        self._rest = pose.unproject(source)
        self._from = np.ascontiguousarray(2 * (source[:, :2] - corner))

    def draw(self, out: Picture, now: Now) -> None:
        """Lay the rims over `out` (H, W, 4), carried by the head alone."""
        turned = now.pose.project(self._rest)
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
        colours = cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB)
        lay(out, int(low[0]), int(low[1]), np.asarray(colours), cv2.extractChannel(seen, 3))


def without_rims(person: NDArray[np.uint8], band: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The person with skin where the rims were."""
    x, y, w, h = cv2.boundingRect(band)
    x0, y0, x1, y1 = max(x - 8, 0), max(y - 8, 0), x + w + 8, y + h + 8
    out = person.copy()
    colours = np.ascontiguousarray(person[y0:y1, x0:x1, :3])
    rims = (band[y0:y1, x0:x1] == 255).astype(np.uint8)
    out[y0:y1, x0:x1, :3] = cv2.inpaint(colours, rims, 4, cv2.INPAINT_TELEA)
    return out


def band_of(
    pieces: FloatArray, landmarks: FloatArray, unit: float, size: tuple[int, ...]
) -> NDArray[np.uint8]:
    """(H, W) the band along the rims, 255 where it is lifted off.

    Args:
        pieces: (n, 4) of the rims, from x, y to x, y in pixels.
        landmarks: (478, 3) in the same pixels.
        unit: pixels an eye distance.
        size: H, W.
    """
    band = np.zeros(size, np.uint8)
    for x0, y0, x1, y1 in np.round(pieces * 16).astype(np.int32).tolist():
        thick = max(1, round(2 * HALF * unit))
        cv2.line(band, (x0, y0), (x1, y1), 255, thick, cv2.LINE_8, 4)
    for name in ("right_eye", "left_eye"):
        ring = np.round(landmarks[face_space().rings[name], :2]).astype(np.int32)
        cv2.fillPoly(band, [ring], 0)
        cv2.polylines(band, [ring], True, 0, max(1, round(LASHES * unit)))
    if not band.any():  # nothing is as far away as it can be told
        return band
    away = cv2.distanceTransform(255 - band, cv2.DIST_L2, 3)
    over = max(1.0, FADE * unit)
    return np.asarray(np.clip(255 * (1 - away / (over + 1)), 0, 255), np.uint8)
