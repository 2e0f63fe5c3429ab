"""Creases and shades that strong expressions put on any face, and what makes each.

Places are those of the mean face (face space, right side), carried to a portrait by the triangles
of the mesh. Most follow Ekman, Friesen and Hager 2002, who say where each action unit wrinkles.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasari.shape.landmarks import MESH_POINTS
from vasari.shape.space import face_space
from vasari.values import BLENDSHAPES, FloatArray


class Crease(NamedTuple):
    """One soft line of the right side; the left mirrors it.

    Attributes:
        points: x, y along it.
        width: spread across it, eye distances.
        deep: share of the light that it takes in the middle, all codes at 1; below 0 it gives.
        codes: what makes it; "Side" stands for Right and Left.
    """

    points: tuple[tuple[float, float], ...]
    width: float
    deep: float
    codes: dict[str, float]


AU4, AU9 = {"browDownSide": 1.0}, {"noseSneerSide": 1.0}
AU6 = {"cheekSquintSide": 1.0}
AU12 = {"mouthSmileSide": 0.7, "cheekSquintSide": 0.3, "noseSneerSide": 0.4, "mouthDimpleSide": 0.3}
LOWER_LID = {"eyeSquintSide": 0.7, "cheekSquintSide": 0.6, "noseSneerSide": 0.3}
CREASES = (
    Crease(((-0.075, -0.66), (-0.078, -0.58), (-0.068, -0.50)), 0.019, 0.24, AU4),
    Crease(((-0.140, -0.69), (-0.120, -0.62), (-0.100, -0.55)), 0.020, 0.14, AU4),
    Crease(((-0.33, -0.595), (-0.22, -0.545), (-0.12, -0.485)), 0.032, 0.16, AU4),  # under the brow
    Crease(((-0.05, -0.445), (0.0, -0.435), (0.05, -0.445)), 0.016, 0.09,
           {"browDownSide": 0.5, "noseSneerSide": 1.0}),
    Crease(((-0.115, -0.36), (-0.085, -0.30), (-0.065, -0.23)), 0.014, 0.22, AU9),
    Crease(((-0.14, -0.29), (-0.11, -0.235), (-0.10, -0.17)), 0.014, 0.16, AU9),
    Crease(((-0.24, 0.02), (-0.31, 0.12), (-0.365, 0.24), (-0.375, 0.36)), 0.024, 0.20, AU12),
    Crease(((-0.36, 0.00), (-0.46, 0.08), (-0.56, 0.06)), 0.085, -0.06,  # the cheek above
           {"mouthSmileSide": 0.4, "cheekSquintSide": 0.6}),
    Crease(((-0.22, -0.262), (-0.30, -0.235), (-0.38, -0.228), (-0.47, -0.243), (-0.53, -0.275)),
           0.017, 0.17, LOWER_LID),
    Crease(((-0.545, -0.385), (-0.60, -0.41), (-0.66, -0.445)), 0.012, 0.15, AU6),
    Crease(((-0.555, -0.345), (-0.62, -0.345), (-0.68, -0.35)), 0.012, 0.15, AU6),
    Crease(((-0.55, -0.305), (-0.61, -0.28), (-0.66, -0.245)), 0.012, 0.13, AU6),
    Crease(((-0.32, -0.73), (-0.16, -0.715), (0.0, -0.70), (0.16, -0.715), (0.32, -0.73)),
           0.016, 0.07, {"browInnerUp": 1.0}),
    Crease(((-0.28, -0.81), (-0.14, -0.795), (0.0, -0.785), (0.14, -0.795), (0.28, -0.81)),
           0.016, 0.06, {"browInnerUp": 1.0}),
    Crease(((-0.60, -0.70), (-0.48, -0.745), (-0.34, -0.755), (-0.2, -0.745)), 0.016, 0.12,
           {"browOuterUpSide": 1.0}),
    Crease(((-0.315, 0.44), (-0.345, 0.50), (-0.345, 0.57)), 0.020, 0.16, {"mouthFrownSide": 1.0}),
    Crease(((-0.345, 0.36), (-0.365, 0.42), (-0.35, 0.47)), 0.016, 0.18, {"mouthDimpleSide": 1.0}),
    Crease(((-0.09, 0.67), (0.0, 0.655), (0.09, 0.67)), 0.03, 0.06, {"mouthShrugLower": 1.0}),
)  # fmt: skip
FINE = 40  # points that each line is drawn through


@cache
def lines() -> tuple[NDArray[np.int64], FloatArray, FloatArray, FloatArray]:
    """All creases of both sides.

    Returns:
        (n, FINE, 3) landmarks and (n, FINE, 3) their weights, whose sums are the points; (n, 2)
        width and depth; and (n, BLENDSHAPES) what makes each.
    """
    places, shapes, codes = [], [], []
    for crease in CREASES:
        for side, sign in (("Right", 1), ("Left", -1)):
            places.append(_fine(np.array(crease.points) * [sign, 1]))
            shapes.append([crease.width, crease.deep])
            row = np.zeros(len(BLENDSHAPES), np.float32)
            for name, share in crease.codes.items():
                row[BLENDSHAPES.index(name.replace("Side", side))] = share
            codes.append(row)
    corners, weights = _on_mesh(np.concatenate(places))
    n = len(places)
    return (corners.reshape(n, FINE, 3), weights.reshape(n, FINE, 3),
            np.array(shapes, np.float32), np.array(codes))  # fmt: skip


def _fine(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(FINE, 2) points evenly along a line through a few."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    way = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, way[-1], FINE)
    return np.stack([np.interp(at, way, points[:, k]) for k in (0, 1)], 1)


def _on_mesh(points: NDArray[np.float64]) -> tuple[NDArray[np.int64], FloatArray]:
    """(m, 2) places of the mean face to the triangles (m, 3) that they lie in and the weights
    (m, 3) of their corners."""
    space = face_space()
    triangles = space.triangles.astype(np.int64)
    corner = space.mean[:MESH_POINTS, :2][triangles].astype(np.float64)  # (t, 3, 2)
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    from_a = points[:, None] - a  # (m, t, 2)
    v = (from_a[..., 0] * ac[:, 1] - from_a[..., 1] * ac[:, 0]) / area
    w = (ab[:, 0] * from_a[..., 1] - ab[:, 1] * from_a[..., 0]) / area
    weights = np.stack([1 - v - w, v, w], -1)  # (m, t, 3)
    best = weights.min(-1).argmax(1)
    rows = np.arange(len(points))
    return triangles[best], weights[rows, best].astype(np.float32)
