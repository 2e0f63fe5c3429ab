"""The face space: identity, expression, pose and gaze, each changed alone.

    landmarks = project(rig.shape(expression), rotation, scale, origin)

`neutral + expression @ basis` is linear; two laws are put on top of it. Lips: when the code says
closed, the inner lip lines coincide. Lids: an eye closes by the share of its own opening, so that
wide and narrow eyes both shut. At the portrait's own expression both give the portrait back.
The basis is fitted by training/face_space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from vasari.shape.landmarks import (
    LIDS_ABOVE,
    LIDS_LOWER,
    LIDS_UPPER,
    LIP_RINGS_LOWER,
    LIP_RINGS_UPPER,
    MESH_POINTS,
)
from vasari.values import BLENDSHAPES, EXPRESSION, FloatArray

RING_FOLLOWS = np.array([1.0, 0.67, 0.33], np.float32)[:, None]  # share of the inner line's move
# The skin of a closing lid unrolls from under the fold, which itself (or the rim of glasses before
# it) hardly moves: the points above a lid's line follow it a part of the way.
ABOVE_FOLLOWS = 0.25
UPPER_LID_SHARE = 0.9  # of a closing eye's way; the lower lid makes the rest
LID_SHUT = 0.30  # an eye is shut when this share of its opening is left by the linear code
OPEN_LEAST = 0.2  # opening that no code but the blink goes below
BLINK_SHUT = 0.8  # eyeBlink that shuts an eye, however wide or narrow other codes hold it
MOST_UNEVEN = 5.0  # a pair of the lips may be so many times as far open as their middle
LIP_SHUT = 0.020  # a mouth less open than this in the portrait counts as closed, eye distances
# eyeLookDown and eyeLookUp per degree of gaze: an upper lid goes two thirds of the iris's way. (Of
# tracked clips .036 and .017 are read, by a teacher that sees less than is there.)
LOOK_DOWN, LOOK_UP = 0.06, 0.034
RIGID_ABOVE, RIGID_FADE = 0.40, 0.30  # face space: points below hang on the jaw
JAW_SAYS = 0.03  # weight of a point of the jaw in the pose, a point of the skull having 1
SOFT_SAYS = 0.3  # and of a lid or a brow
SOFT_RINGS = ("left_eye", "right_eye", "left_eyebrow", "right_eyebrow")  # these move by themselves
NECK = np.array([0.0, 1.1, 0.7], np.float32)  # where a head turns, face space
JAW_OPEN = BLENDSHAPES.index("jawOpen")
BLINK = np.array([BLENDSHAPES.index("eyeBlink" + side) for side in ("Right", "Left")])


@dataclass(frozen=True)
class FaceSpace:
    """basis (EXPRESSION, 478, 3), mean (478, 3), residual_reader (1434, 16), rings of points."""

    basis: FloatArray
    mean: FloatArray
    residual_reader: FloatArray
    triangles: NDArray[np.int16]
    rings: dict[str, NDArray[np.int16]]


@cache
def face_space() -> FaceSpace:
    """The face space that ships with the package."""
    with (files("vasari") / "weights" / "face_space.npz").open("rb") as f:
        z = dict(np.load(f, allow_pickle=False))
    rings = {k: v for k, v in z.items() if v.ndim == 1}
    return FaceSpace(
        z["basis"].astype(np.float32), z["mean"], z["residual_reader"].astype(np.float32),
        z["triangles"], rings,
    )  # fmt: skip


@dataclass(frozen=True)
class Pose:
    """Weak perspective: pixel = shape @ matrix(rotation).T * scale + origin.

    rotation is yaw, pitch, roll in degrees; scale pixels an eye distance; origin (3,) pixels,
    where the zero of the face space lands.
    """

    rotation: FloatArray
    scale: float
    origin: FloatArray

    def project(self, shape: FloatArray) -> FloatArray:
        """(..., 3) in the face space to (..., 3) pixels, z in the same unit."""
        matrix = rotation_matrix(self.rotation).T * np.float32(self.scale)
        return np.asarray(shape @ matrix + self.origin, np.float32)

    def unproject(self, landmarks: FloatArray) -> FloatArray:
        """The inverse of `project`."""
        centred = landmarks - self.origin
        return np.asarray(centred @ rotation_matrix(self.rotation) / self.scale, np.float32)


def rotation_matrix(rotation: FloatArray) -> FloatArray:
    """(3, 3) from yaw (to the picture's right), pitch (up), roll (clockwise as seen), degrees."""
    (sy, sp, sr), (cy, cp, cr) = np.sin(np.radians(rotation)), np.cos(np.radians(rotation))
    yaw = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    pitch = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(yaw @ pitch @ roll, np.float32)


def rotation_angles(matrix: FloatArray) -> FloatArray:
    """Yaw, pitch, roll in degrees: the inverse of `rotation_matrix` for |pitch| < 90."""
    yaw = np.arctan2(-matrix[0, 2], matrix[2, 2])
    pitch = np.arcsin(np.clip(matrix[1, 2], -1, 1))
    roll = np.arctan2(matrix[1, 0], matrix[1, 1])
    return np.asarray(np.degrees(np.array([yaw, pitch, roll])), np.float32)


def pose_of(landmarks: FloatArray, expression: FloatArray | None = None) -> Pose:
    """Pose of one face, by a similarity (Umeyama 1991) onto the mean face.

    Args:
        landmarks: (478, 3) pixels, z in the same unit, away from the viewer.
        expression: (EXPRESSION,), taken into account where it is known.
    """
    space = face_space()
    target = space.mean
    if expression is not None:
        target = target + np.tensordot(expression, space.basis, 1)
    matrix, scale, origin = similarity(target[:MESH_POINTS], landmarks[:MESH_POINTS], _rigid())
    return Pose(rotation_angles(matrix), scale, origin)


def similarity(
    model: FloatArray, seen: FloatArray, weight: NDArray[np.float64]
) -> tuple[FloatArray, float, FloatArray]:
    """Fit seen = model @ matrix.T * scale + origin, least squares (Umeyama 1991).

    Args:
        model: (n, 3).
        seen: (n, 3).
        weight: (n,), sum 1.
    """
    model_mean, seen_mean = weight @ model, weight @ seen
    u, s, vt = np.linalg.svd((weight[:, None] * (seen - seen_mean)).T @ (model - model_mean))
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    matrix = (u * sign) @ vt
    scale = float((s * sign).sum() / (weight @ ((model - model_mean) ** 2).sum(1)))
    origin = seen_mean - scale * matrix @ model_mean
    return np.asarray(matrix, np.float32), scale, np.asarray(origin, np.float32)


def rigid_weights(
    mean: FloatArray, rings: Mapping[str, NDArray[np.integer]]
) -> NDArray[np.float64]:
    """(468,) how much each point says about the pose: the skull all, the jaw hardly, sum 1."""
    weight = np.clip((RIGID_ABOVE - mean[:MESH_POINTS, 1]) / RIGID_FADE, JAW_SAYS, 1)
    weight[np.concatenate([rings[n] for n in SOFT_RINGS])] *= SOFT_SAYS
    return np.asarray(weight / weight.sum(), np.float64)


@cache
def _rigid() -> NDArray[np.float64]:
    return rigid_weights(face_space().mean, face_space().rings)


def lip_gaps(shape: FloatArray) -> FloatArray:
    """(..., 9) vertical gaps between the inner lip lines, negative where they cross."""
    inner_upper, inner_lower = LIP_RINGS_UPPER[0], LIP_RINGS_LOWER[0]
    return np.asarray(shape[..., inner_lower, 1] - shape[..., inner_upper, 1])


def mouth_opening(shape: FloatArray) -> float:
    """The mean gap in the middle of the lips of a shape (478, 3), eye distances."""
    return float(lip_gaps(shape)[2:7].mean())


def mouth_is_open(shape: FloatArray) -> bool:
    """Whether a portrait's mouth counts as open, from its shape (478, 3)."""
    return mouth_opening(shape) >= LIP_SHUT


def lid_gaps(shape: FloatArray) -> FloatArray:
    """(..., 14) vertical openings of the eyes."""
    return np.asarray(shape[..., LIDS_LOWER, 1] - shape[..., LIDS_UPPER, 1])


def settle_mouth(
    shape: FloatArray, expression: FloatArray, shut: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Make a portrait's shape and expression agree about how far the mouth is open.

    A mouth that is all but closed is closed exactly (its inner lines are laid on each other);
    jawOpen is corrected so that taking the expression out closes the middle of the mouth.

    Args:
        shape: (478, 3) the portrait's own shape in the face space.
        expression: (EXPRESSION,) as read.
        shut: the mouth is to be closed, however far open it was read.

    Returns:
        shape and expression, corrected copies.
    """
    shape, expression = shape.copy(), expression.copy()
    if shut or not mouth_is_open(shape):
        _set_lips(shape, lip_gaps(shape), np.zeros(9, np.float32))
    basis = face_space().basis
    middle = slice(2, 7)
    left_open = lip_gaps(shape - np.tensordot(expression, basis, 1))[middle].mean()
    expression[JAW_OPEN] += left_open / lip_gaps(basis[JAW_OPEN])[middle].mean()
    return shape, expression


def _set_lips(shape: FloatArray, gaps: FloatArray, wanted: FloatArray) -> None:
    """Move both inner lip lines in place so that their gaps become `wanted`; rings follow."""
    half = (wanted - gaps)[None] / 2 * RING_FOLLOWS
    shape[LIP_RINGS_UPPER, 1] -= half
    shape[LIP_RINGS_LOWER, 1] += half
    met = np.clip(1 - wanted / 0.02, 0, 1)[:, None]  # where closed, the lines also share x and z
    upper, lower = LIP_RINGS_UPPER[0], LIP_RINGS_LOWER[0]
    middle = (shape[upper] + shape[lower]) / 2
    for line in (upper, lower):
        shape[line, ::2] += met * (middle - shape[line])[:, ::2]


class Rig:
    """One person's face, ready to take any expression.

    Args:
        neutral: (478, 3) this person without expression.
        own: (EXPRESSION,) the portrait's own expression, at which the portrait is given back.
        sealed: lips never open, whatever the expression: something lies before them.
    """

    def __init__(self, neutral: FloatArray, own: FloatArray, sealed: bool = False) -> None:
        self._neutral, self._sealed = neutral, sealed
        space = face_space()
        self._basis = np.ascontiguousarray(space.basis.reshape(EXPRESSION, -1))
        shape = self._linear(own)
        self._lips_shut, self._lips_own = lip_gaps(neutral), lip_gaps(shape)
        self._lips_own = np.where(mouth_is_open(shape), self._lips_own, 0)
        self._lids_own = np.maximum(lid_gaps(shape), 0.01)
        self._lid_model = lid_gaps(space.mean), lid_gaps(space.basis)
        self._own_open = np.maximum(self._openness(own), OPEN_LEAST / 2)

    def _linear(self, expression: FloatArray) -> FloatArray:
        shape = self._neutral + (expression @ self._basis).reshape(-1, 3)
        return np.asarray(shape, np.float32)

    def _openness(self, expression: FloatArray) -> FloatArray:
        """(14,) opening of the eyes as a share of the mean face's: what a blink leaves of what
        all other codes make."""
        mean, by_code = self._lid_model
        blink = expression[BLINK]
        share = 1 + (expression @ by_code - blink @ by_code[BLINK]) / mean
        left = np.repeat(np.clip(1 - blink / BLINK_SHUT, 0, None), 7)
        return np.asarray(np.clip((share - LID_SHUT) / (1 - LID_SHUT), OPEN_LEAST, 1.6) * left)

    def shape(self, expression: FloatArray) -> FloatArray:
        """(EXPRESSION,) to (478, 3) in the face space, lips and lids in contact when closed."""
        shape = self._linear(expression)
        gaps = lip_gaps(shape)
        _set_lips(shape, gaps, self._lip_opening(gaps))
        lids = lid_gaps(shape)
        move = self._lids_own * self._openness(expression) / self._own_open - lids
        shape[LIDS_UPPER, 1] -= UPPER_LID_SHARE * move
        shape[LIDS_ABOVE, 1] -= ABOVE_FOLLOWS * UPPER_LID_SHARE * move
        shape[LIDS_LOWER, 1] += (1 - UPPER_LID_SHARE) * move
        return shape

    def _lip_opening(self, gaps: FloatArray) -> FloatArray:
        """Linear gaps to real ones: shut at the neutral's gap, the portrait's own at its own."""
        if self._sealed:
            return np.zeros_like(gaps)
        shut, own = self._lips_shut, self._lips_own
        from_shut = gaps - shut
        towards_own = own * from_shut / np.maximum(own - shut, 0.01)
        opened = np.where((own > 0) & (gaps > own), gaps, towards_own)
        opened = np.where(own > 0, opened, from_shut)
        most = MOST_UNEVEN * max(float(opened[2:7].mean()), 0.0)  # shut is shut from end to end
        return np.asarray(np.clip(opened, 0, most), np.float32)
