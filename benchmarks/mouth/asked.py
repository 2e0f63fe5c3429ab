"""What is asked of a mouth, and how it is measured on a shape of the face space."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vasari.shape.onto_face import onto_face
from vasari.shape.space import Rig, lip_gaps
from vasari.values import BLENDSHAPES, EXPRESSION, Face, Motion

MIDDLE = slice(3, 6)  # the three pairs of the inner lips around the middle
CORNERS = (61, 291)  # of the mouth
EYES = (33, 263)
OPENINGS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.10, 0.12, 0.14, 0.16, 0.18, 0.20)  # eye distances
WAY = {"jawOpen": 1.0, "mouthLowerDown": 0.35, "mouthUpperUp": 0.15}  # how a mouth opens
LIPS: dict[str, dict[str, float]] = {  # shapes of the lips
    "smile": {"mouthSmile": 0.8},
    "pucker": {"mouthPucker": 0.9},
    "funnel": {"mouthFunnel": 0.6, "mouthPucker": 0.3},
    "rolled": {"mouthRollLower": 0.6, "mouthRollUpper": 0.5, "mouthPress": 0.3},
}
APART = (0.0, 0.06)  # opening of each: as the shape itself makes it, and somewhat open


@dataclass(frozen=True)
class Mouth:
    """gap: of the inner lips in the middle, width: between the corners; both in eye distances."""

    gap: float
    width: float


def measured(shape: np.ndarray) -> Mouth:
    """The mouth of a shape (478, 3) without pose."""
    eyes = np.linalg.norm(shape[EYES[0]] - shape[EYES[1]])
    gap = lip_gaps(shape)[MIDDLE].mean() / eyes
    return Mouth(float(gap), float(np.linalg.norm(shape[CORNERS[0]] - shape[CORNERS[1]]) / eyes))


def code_of(**values: float) -> np.ndarray:
    """(EXPRESSION,) from names; a name without Left or Right sets both."""
    out = np.zeros(EXPRESSION, np.float32)
    for name, value in values.items():
        out[[k for k, b in enumerate(BLENDSHAPES) if b.removesuffix("Left") == name
             or b.removesuffix("Right") == name]] = value  # fmt: skip
    return out


def talking(face: Face, codes: np.ndarray) -> Motion:
    """Codes (T, EXPRESSION) put on a portrait that has long left its own expression."""
    return onto_face(face, replace(resting(len(codes)), expression=codes.astype(np.float32)))


def resting(frames: int) -> Motion:
    """A head that looks ahead and says nothing."""
    return Motion(*(np.zeros((frames, k), np.float32) for k in (3, 3, 2, EXPRESSION)))


def opened(face: Face, rig: Rig, lips: np.ndarray, gap: float) -> np.ndarray:
    """(EXPRESSION,) these lips, opened the usual way until the rig's own gap is `gap`; at 0 as
    they are, whatever the rig makes of it."""
    if gap <= 0:
        return lips
    low, high = -0.3, 1.0
    for _ in range(14):
        middle = (low + high) / 2
        now = talking(face, (lips + np.float32(middle) * code_of(**WAY))[None])
        small = measured(rig.shape(now.expression[0])).gap < gap
        low, high = (middle, high) if small else (low, middle)
    return lips + np.float32(high) * code_of(**WAY)
