"""The motion of anyone put onto one portrait: as changes from rest, or as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.shape.onto_face import MOUTH, Smiles, onto_face
from vasari.shape.space import NECK, rotation_angles, rotation_matrix
from vasari.values import BLENDSHAPES, Face, FloatArray, Motion, Picture

REST_QUANTILE = 0.1  # of each mouth shape: a talking mouth is at rest for so much of the time
REST_MOST = 0.25  # a resting value above this is meant, such as a smile that stays
AT_ONCE = 250  # motion frames put onto the face at once
SAME_PICTURE = 6.0  # of 255, mean difference up to which compression explains it


Steered = Callable[[Motion], tuple[Motion, FloatArray | float]]


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


def as_changes(
    face: Face, driver: Driver, steered: Steered = lambda changes: (changes, 1.0)
) -> Iterator[Motion]:
    """The driver's motion, counted from the driver's rest, put onto the face's own, in pieces.

    Turns are taken in the head's own axes, so that a nod stays a nod on a head that is turned.
    The neck moves as the driver's does; what turning about it adds is the face's own.
    `steered` is what the user changes about the changes, piece by piece, and how much the face
    keeps of its own expression.
    """
    motion, found = driver.motion, driver.found
    gaze, expression = _median(motion.gaze[found]), resting(motion.expression[found])
    neck = _median(np.concatenate([_necks(part) for part in pieces(motion)])[found])
    rest = rotation_matrix(_median(motion.rotation[found]))
    own, smiles = rotation_matrix(face.rotation), Smiles(motion.rate)
    for part in pieces(motion):
        turns = [own @ rest.T @ rotation_matrix(r) @ own.T for r in part.rotation]
        changes = Motion(
            np.array([rotation_angles(np.asarray(turn, np.float32)) for turn in turns]),
            _necks(part) - neck, part.gaze - gaze, part.expression - expression, part.rate,
        )  # fmt: skip
        changes, kept = steered(changes)
        yield onto_face(face, changes, kept=kept, smile=smiles.push(changes.expression))


def pieces(motion: Motion) -> Iterator[Motion]:
    """A motion in pieces of AT_ONCE frames."""
    return (motion.part(first, first + AT_ONCE) for first in range(0, len(motion), AT_ONCE))


def _necks(motion: Motion) -> FloatArray:
    """(T, 3) where the neck is."""
    turned = np.array([rotation_matrix(r) for r in motion.rotation])
    return np.asarray(motion.position + turned @ NECK, np.float32)


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


def as_seen(face: Face, driver: Driver) -> Iterator[Motion]:
    """The driver's pose, gaze and expression as they are, in pieces; only the place is the face's.

    Where the portrait is the driver's first picture, everything is counted from what was read in
    the portrait, so that this picture comes back exactly.
    """
    motion = driver.motion
    if is_first_picture(face, driver):
        yield from (from_picture(face, part, motion.part(0, 1)) for part in pieces(motion))
        return
    first = int(np.argmax(driver.found))
    own, start = (rotation_matrix(r) @ NECK for r in (face.rotation, motion.rotation[first]))
    for part in pieces(motion):
        yield Motion(
            part.rotation, part.position + own - start, part.gaze, part.expression, part.rate
        )


def is_first_picture(face: Face, driver: Driver) -> bool:
    """Whether the portrait shows the driver's own first picture."""
    if driver.first is None or face.picture.shape != driver.first.shape or not driver.found[0]:
        return False
    difference = np.abs(face.picture.astype(np.int16) - driver.first)
    return float(difference.mean()) < SAME_PICTURE


def from_picture(face: Face, motion: Motion, own: Motion) -> Motion:
    """The motion of the person whom the portrait shows, who had moved by `own` (one frame) in it;
    the motion's place counts from there."""
    turn = rotation_matrix(own.rotation[0]).T @ rotation_matrix(face.rotation)
    turns = [
        rotation_angles(np.asarray(rotation_matrix(r) @ turn, np.float32)) for r in motion.rotation
    ]
    return Motion(
        np.array(turns), motion.position,
        motion.gaze - own.gaze + face.gaze,
        motion.expression - own.expression + face.expression, motion.rate,
    )  # fmt: skip
