"""Moments of a made face, for layers that are tried alone."""

from __future__ import annotations

import numpy as np

from vasari.render.layers import Now
from vasari.shape.space import Pose
from vasari.values import Face


def moment(
    face: Face, points: np.ndarray, expression: np.ndarray | None = None,
    backward: np.ndarray | None = None,
) -> Now:  # fmt: skip
    """The face at rest, but for its points, and what else is given."""
    return Now(
        pose=Pose(face.rotation, face.scale, face.origin),
        shape=face.neutral,
        points=points,
        expression=face.expression if expression is None else expression,
        turn=np.zeros(2, np.float32),
        backward=np.zeros((1, 1, 2), np.float32) if backward is None else backward,
    )
