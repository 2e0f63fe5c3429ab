"""How much a mouth changes from picture to picture beyond what its motion explains.

The picture before is carried to the present one by the landmarks of both, piecewise affine over the
triangles of the face, with the hole of the mouth spanned between its lips. Flicker is the mean
difference that remains in the box around the mouth, grey levels of 255: what appears, vanishes or
swims. A real mouth has some (teeth come out from behind the lips, the landmarks err), so ours is
told as a ratio to the real clip's.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from benchmarks.reenact.measure import Box, grey
from vasari.render.raster import rasterise
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.shape.space import face_space

RIGHT, LEFT = 78, 308  # corners of the inner lips


@cache
def triangles() -> np.ndarray:
    """(n, 3) int32: the face's, and those that span the open mouth."""
    upper, lower = LIP_RINGS_UPPER[0], LIP_RINGS_LOWER[0]
    upper, lower = ([RIGHT, *ring, LEFT] for ring in (upper, lower))
    pairs = zip(upper, upper[1:], lower, lower[1:], strict=False)
    span = [t for a, b, c, d in pairs for t in ((a, b, c), (b, d, c))]
    return np.concatenate([face_space().triangles, span]).astype(np.int32)


def carried(
    picture: np.ndarray, before: np.ndarray, now: np.ndarray, box: Box
) -> tuple[np.ndarray, np.ndarray]:
    """A grey picture seen through `box` once its landmarks `before` (478, 3) have gone to `now`.

    Returns:
        (h, w) the picture, and (h, w) bool where the face covers it.
    """
    rows, columns = box
    size = rows.stop - rows.start, columns.stop - columns.start
    target = now.astype(np.float32) - np.float32([columns.start, rows.start, 0])
    backward = np.full((*size, 2), -1, np.float32)
    depth = np.full(size, 1e9, np.float32)
    source = np.ascontiguousarray(before[:, :2], np.float32)
    rasterise(triangles(), np.ascontiguousarray(target), source, backward, depth)
    seen = cv2.remap(picture, backward[..., 0], backward[..., 1], cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return seen, depth < 1e9


def flicker(
    last: np.ndarray, picture: np.ndarray, before: np.ndarray, now: np.ndarray, box: Box
) -> float:
    """Mean difference of two neighbouring pictures in `box`, their landmarks' motion taken out."""
    seen, covered = carried(grey(last), before, now, box)
    change = np.abs(grey(picture)[box] - seen)[covered]
    return float(change.mean()) if len(change) else float("nan")
