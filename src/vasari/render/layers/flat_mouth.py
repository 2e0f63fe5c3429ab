"""The mouth of a flat drawing: no teeth row by row, but what is drawn in it, or one plain tone."""

from __future__ import annotations

import numpy as np

from vasari.render.layers.patch import hole
from vasari.render.raster import blend
from vasari.shape.space import Pose, face_space, mouth_is_open
from vasari.values import FloatArray, Picture

INSIDE = np.array([128, 44, 52], np.uint8)  # of a mouth that is drawn closed


class FlatMouth:
    """The mouth of one flat drawing; stands in for `Mouth`.

    One that is drawn open is stretched by the mesh, with the tongue and teeth that it shows.

    Args:
        own: (478, 3) the portrait's own shape in the face space.
    """

    def __init__(self, own: FloatArray) -> None:
        self._ring = face_space().rings["lips_inner"]
        self._shows_itself = mouth_is_open(own)

    def source(self, source: FloatArray, shape: FloatArray, fine: int) -> FloatArray:
        """Where the mesh (V, 2) takes its pixels from; see `Mouth.source`."""
        return source

    def draw(
        self, out: Picture, points: FloatArray, pose: Pose, shape: FloatArray, raised: float = 0.0
    ) -> float:
        """Draw into `out` (H, W, 3 or 4); see `Mouth.draw`."""
        if self._shows_itself:
            return 0.0
        where = hole(points[self._ring, :2], (out.shape[1], out.shape[0]))
        if where is None:
            return 0.0
        height, width = where.mask.shape
        box = out[where.y : where.y + height, where.x : where.x + width]
        patch = np.ascontiguousarray(box)
        plain = np.empty((height, width, 3), np.uint8)
        plain[:] = INSIDE
        blend(patch, plain, where.mask)
        box[:] = patch
        return 1.0
