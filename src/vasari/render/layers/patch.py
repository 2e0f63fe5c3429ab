"""Flat patches of the head (an eyeball, the plane of the teeth) seen through a hole in the mesh."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.raster import blend
from vasari.shape.space import Pose
from vasari.values import FloatArray, Picture

SUBPIXEL = 4  # bits of the fixed-point coordinates that OpenCV fills polygons with


@dataclass(frozen=True)
class Plane:
    """A plane of the head that faces forward: a point of it and its x and y, in the face space."""

    point: FloatArray  # (3,)

    def to_picture(self, pose: Pose) -> FloatArray:
        """(2, 3) affine from plane coordinates (eye distances) to pixels."""
        step = np.eye(3, dtype=np.float32)[:2]
        at = pose.project(np.stack([self.point, self.point + step[0], self.point + step[1]]))
        return np.stack([at[1] - at[0], at[2] - at[0], at[0]], 1)[:2].astype(np.float32)


@dataclass(frozen=True)
class Hole:
    """An opening in the mesh as it lies in the picture: its box and its antialiased mask."""

    x: int
    y: int
    mask: NDArray[np.uint8]

    def pixels(self) -> tuple[FloatArray, FloatArray]:
        """X (1, w) and y (h, 1) of the box's pixels."""
        height, width = self.mask.shape
        xs = np.arange(self.x, self.x + width, dtype=np.float32)[None]
        ys = np.arange(self.y, self.y + height, dtype=np.float32)[:, None]
        return xs, ys


def hole(polygon: FloatArray, size: tuple[int, int], room: int = 1) -> Hole | None:
    """The hole that a polygon (n, 2) opens in a picture of width, height, with `room` pixels
    around it; None if it is shut."""
    low = np.maximum(np.floor(polygon.min(0)).astype(int) - room, 0)
    high = np.minimum(np.ceil(polygon.max(0)).astype(int) + room + 1, size)
    width, height = high - low
    if width < 2 or height < 2 or cv2.contourArea(polygon.astype(np.float32)) < 1:
        return None
    mask = np.zeros((height, width), np.uint8)
    fixed = np.round((polygon - low) * (1 << SUBPIXEL)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SUBPIXEL)
    return Hole(int(low[0]), int(low[1]), mask)


def into_plane(where: Hole, affine: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Plane coordinates (h, w) each of the hole's pixels."""
    back = cv2.invertAffineTransform(affine).astype(np.float32)
    xs, ys = where.pixels()
    return (
        back[0, 0] * xs + back[0, 1] * ys + back[0, 2],
        back[1, 0] * xs + back[1, 1] * ys + back[1, 2],
    )


def lay(out: Picture, x: int, y: int, layer: Picture, mask: NDArray[np.uint8]) -> None:
    """Blend colours (h, w, 3) over a box of the picture (H, W, 3 or 4), in place.

    Args:
        out: the picture.
        x: of the box's upper left pixel.
        y: of it.
        layer: what is laid over.
        mask: (h, w) how much of it, 0 to 255.
    """
    height, width = mask.shape
    box = out[y : y + height, x : x + width]
    patch = np.ascontiguousarray(box)
    blend(patch, np.ascontiguousarray(layer), mask)
    box[:] = patch


def inside_of(m: NDArray[np.float64], size: tuple[int, int], picture: Picture) -> NDArray[np.int64]:
    """x0, y0, x1, y1 of the part of a picture that such a crop sees."""
    corners = np.array([[0, 0], [size[0], 0], size, [0, size[1]]])
    back = cv2.invertAffineTransform(m)
    there = corners @ back[:, :2].T + back[:, 2]
    low = np.clip(np.floor(there.min(0)), 0, picture.shape[1::-1])
    high = np.clip(np.ceil(there.max(0)) + 1, low, picture.shape[1::-1])
    return np.concatenate([low, high]).astype(np.int64)
