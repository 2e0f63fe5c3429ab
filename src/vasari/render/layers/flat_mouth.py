"""The mouth of a flat drawing: no teeth row by row, but what is drawn in it, or one plain tone."""

from __future__ import annotations

import numpy as np

from vasari.render.layers.layer import Now
from vasari.render.layers.patch import hole, lay
from vasari.shape.space import face_space, mouth_is_open
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

    def draw(self, out: Picture, now: Now) -> None:
        """Draw into `out` (H, W, 3 or 4)."""
        if self._shows_itself:
            return
        where = hole(now.points[self._ring, :2], (out.shape[1], out.shape[0]))
        if where is not None:
            plain = np.broadcast_to(INSIDE, (*where.mask.shape, 3))
            lay(out, where.x, where.y, plain, where.mask)
