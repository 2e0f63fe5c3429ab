"""Put a motion that is meant for anyone onto one portrait."""

from __future__ import annotations

import numpy as np

from vasari.face_space import rotation_angles, rotation_matrix
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray, Motion

NECK = np.array([0.0, 1.1, 0.7], np.float32)  # where a head turns, face space
MOUTH = np.array([n.startswith(("jaw", "mouth", "tongue")) for n in BLENDSHAPES])
SMILE = np.array([n.startswith(("mouthSmile", "mouthDimple", "mouthFrown")) for n in BLENDSHAPES])
SMILE_KEPT = 0.6  # of a portrait's smile, while it talks


def kept_expression(face: Face) -> FloatArray:
    """(EXPRESSION,) what a portrait keeps of its own expression while the mouth talks."""
    keep = np.ones(EXPRESSION, np.float32)
    keep[: len(BLENDSHAPES)][MOUTH] = 0
    keep[: len(BLENDSHAPES)][SMILE] = SMILE_KEPT
    keep[len(BLENDSHAPES) :] = 0
    return keep * face.expression


def onto_face(face: Face, motion: Motion) -> Motion:
    """A motion relative to rest becomes one in absolute terms for this portrait.

    The head turns from the portrait's own pose about its neck, the eyes from its own gaze, and
    the expression is added to what the portrait keeps of its own.
    """
    own = rotation_matrix(face.rotation)
    turns = [rotation_matrix(r) for r in motion.rotation]
    rotation = np.stack([rotation_angles(t @ own) for t in turns])
    pivot = own @ NECK
    position = motion.position + np.stack([pivot - t @ pivot for t in turns])
    expression = motion.expression + kept_expression(face)
    n = len(BLENDSHAPES)
    expression[:, :n] = np.clip(expression[:, :n], -0.2, 1)
    return Motion(
        rotation.astype(np.float32), position.astype(np.float32),
        motion.gaze + face.gaze, expression, motion.rate,
    )  # fmt: skip
