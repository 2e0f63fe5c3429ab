"""Whether the parts of a `Face` belong to each other: what draws it counts on that."""

from __future__ import annotations

import numpy as np

from vasari.errors import PictureError
from vasari.shape.landmarks import OUTER_CORNERS
from vasari.shape.space import Pose, face_space
from vasari.values import Face, FloatArray
from vasari.values.face import check_face

APART = 0.1  # eye distances, mean, of landmarks from where pose and shape put them; read: 0.0001
UNLIKE = 0.5  # eye distances, mean, of a neutral shape from the mean face; people: up to 0.15
OUTSIDE = 0.5  # share of landmarks that may lie outside the picture or the crop
ASIDE = (
    2.0  # eye distances, of a landmark as it is drawn from where it is, and of rims from the eyes
)
LEAST_CROP, MOST_CROP = 1.0, 40.0  # eye distances, its side; read: 1.8 to 4.2


def check_coherent(face: Face) -> None:
    """Whether a face can be drawn: its values are in their ranges and say the same.

    Raises:
        PictureError: it cannot.
    """
    check_face(face)
    space = face_space()
    shape = face.neutral + np.tensordot(face.expression, space.basis, 1)
    there = Pose(face.rotation, face.scale, face.origin).project(shape)
    x, y, side = face.crop
    height, width = face.picture.shape[:2]
    drawn, rims = face.traits.drawn - face.landmarks, face.traits.rims.reshape(-1, 2)
    between = face.landmarks[list(OUTER_CORNERS), :2].mean(0)
    for fits, what in (
        (_apart(face.neutral, space.mean) < UNLIKE, "neutral shape is no face's"),
        (_apart(there, face.landmarks) < APART * face.scale, "pose and landmarks differ"),
        (_outside(face.landmarks, 0, 0, width, height) <= OUTSIDE, "landmarks lie outside"),
        (_outside(face.landmarks, x, y, side, side) <= OUTSIDE, "crop does not hold the face"),
        (_longest(drawn) < ASIDE * face.scale, "landmarks are drawn elsewhere"),
        (_longest(rims - between) < ASIDE * face.scale, "glasses lie elsewhere"),
        (LEAST_CROP < side / face.scale < MOST_CROP, "crop has not the size for the face"),
    ):
        if not fits:
            raise PictureError(
                f"The face cannot be used (its {what}): read the picture again with read_portrait."
            )


def _apart(one: FloatArray, other: FloatArray) -> float:
    return float(np.linalg.norm(one - other, axis=1).mean())


def _longest(ways: FloatArray) -> float:
    return float(np.linalg.norm(ways, axis=1).max(initial=0))


def _outside(marks: FloatArray, x: float, y: float, width: float, height: float) -> float:
    """Share of landmarks outside a box."""
    inside = (marks[:, :2] >= (x, y)) & (marks[:, :2] <= (x + width, y + height))
    return 1 - float(inside.all(1).mean())
