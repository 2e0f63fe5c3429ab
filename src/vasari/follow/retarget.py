"""The motion of anyone put onto one portrait: as changes from rest, or as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.shape.onto_face import MOUTH, onto_face
from vasari.shape.space import NECK, rotation_angles, rotation_matrix
from vasari.values import BLENDSHAPES, Face, FloatArray, Motion, Picture

REST_QUANTILE = 0.1  # of each mouth shape: a talking mouth is at rest for so much of the time
REST_MOST = 0.25  # a resting value above this is meant, such as a smile that stays
SAME_PICTURE = 6.0  # of 255, mean difference up to which compression explains it


@dataclass(frozen=True)
class Driver:
    """Who is followed.

    Attributes:
        motion: T frames at MOTION_HZ.
        found: (T,) bool, the frames in which the face was in sight.
        first: (H, W, 3) uint8, the first picture; None where only the motion is known.
    """

    motion: Motion
    found: NDArray[np.bool_]
    first: Picture | None = None


def as_changes(face: Face, driver: Driver) -> Motion:
    """The driver's motion, counted from the driver's rest, put onto the face's own.

    Turns are taken in the head's own axes, so that a nod stays a nod on a head that is turned.
    The neck moves as the driver's does; what turning about it adds is the face's own.
    """
    motion, found = driver.motion, driver.found
    turned = np.array([rotation_matrix(r) for r in motion.rotation])
    rest = rotation_matrix(_median(motion.rotation[found]))
    own = rotation_matrix(face.rotation)
    own_turns = [np.asarray(own @ rest.T @ turn @ own.T, np.float32) for turn in turned]
    turns = np.array([rotation_angles(turn) for turn in own_turns])
    neck = np.asarray(motion.position + turned @ NECK, np.float32)
    changes = Motion(
        turns, neck - _median(neck[found]), motion.gaze - _median(motion.gaze[found]),
        motion.expression - resting(motion.expression[found]), motion.rate,
    )  # fmt: skip
    return onto_face(face, changes)


def _median(values: FloatArray) -> FloatArray:
    return np.asarray(np.median(values, axis=0), np.float32)


def resting(expression: FloatArray) -> FloatArray:
    """(T, EXPRESSION) to (EXPRESSION,): what a reader sees in this person's face at rest."""
    names = len(BLENDSHAPES)
    rest = np.zeros(expression.shape[1], np.float32)
    shapes = expression[:, :names]
    rest[:names] = np.where(
        MOUTH, np.quantile(shapes, REST_QUANTILE, axis=0), np.median(shapes, axis=0)
    )
    return np.minimum(rest, REST_MOST)


def as_seen(face: Face, driver: Driver) -> Motion:
    """The driver's pose, gaze and expression as they are; only the place is the face's own.

    Where the portrait is the driver's first picture, everything is counted from what was read in
    the portrait, so that this picture comes back exactly.
    """
    motion = driver.motion
    if is_first_picture(face, driver):
        return from_picture(face, motion, 0)
    first = int(np.argmax(driver.found))
    own, start = (rotation_matrix(r) @ NECK for r in (face.rotation, motion.rotation[first]))
    return Motion(
        motion.rotation, motion.position + own - start, motion.gaze, motion.expression, motion.rate
    )


def is_first_picture(face: Face, driver: Driver) -> bool:
    """Whether the portrait shows the driver's own first picture."""
    if driver.first is None or face.picture.shape != driver.first.shape or not driver.found[0]:
        return False
    difference = np.abs(face.picture.astype(np.int16) - driver.first)
    return float(difference.mean()) < SAME_PICTURE


def from_picture(face: Face, motion: Motion, k: int) -> Motion:
    """The motion of the person whose k-th picture the portrait is; its place counts from there."""
    turn = rotation_matrix(motion.rotation[k]).T @ rotation_matrix(face.rotation)
    turns = [
        rotation_angles(np.asarray(rotation_matrix(r) @ turn, np.float32)) for r in motion.rotation
    ]
    return Motion(
        np.array(turns), motion.position,
        motion.gaze - motion.gaze[k] + face.gaze,
        motion.expression - motion.expression[k] + face.expression, motion.rate,
    )  # fmt: skip
