"""Put a motion that is meant for anyone onto one portrait."""

from __future__ import annotations

import numpy as np

from vasari.shape.space import (
    JAW_OPEN,
    LOOK_DOWN,
    LOOK_UP,
    NECK,
    face_space,
    lip_gaps,
    rotation_angles,
    rotation_matrix,
)
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray, Motion

MOUTH = np.array([n.startswith(("jaw", "mouth", "tongue")) for n in BLENDSHAPES])
SMILE = np.array([n.startswith(("mouthSmile", "mouthDimple", "mouthFrown")) for n in BLENDSHAPES])
LIDS_LOOK = [  # code that moves a lid, and how much of it a degree of gaze upwards asks for
    (BLENDSHAPES.index(name + side), by)
    for name, by in (("eyeLookDown", -LOOK_DOWN), ("eyeLookUp", LOOK_UP))
    for side in ("Left", "Right")
]
ASIDE = 20.0  # degrees of yaw from which a portrait hides its far cheek
FAR_SIDE = 4.0  # degrees that such a head may turn back
EASE = 0.2  # seconds in which a portrait leaves its own expression
YIELDS = np.array([n.startswith(("brow", "cheek", "nose", "mouth", "jaw")) for n in BLENDSHAPES])
SMILE_KEPT = 0.6  # of a portrait's smile, while it talks


def kept_expression(face: Face) -> FloatArray:
    """(EXPRESSION,) what a portrait keeps of its own expression while the mouth talks."""
    keep = np.ones(EXPRESSION, np.float32)
    keep[: len(BLENDSHAPES)][MOUTH] = 0
    keep[: len(BLENDSHAPES)][SMILE] = SMILE_KEPT
    keep[len(BLENDSHAPES) :] = 0
    kept = keep * face.expression
    gaps = lip_gaps(face_space().basis)[:, 2:7].mean(1)  # by how much each code parts the lips
    kept[JAW_OPEN] = min(0.0, -float(kept @ gaps / gaps[JAW_OPEN]))  # a kept smile may not
    return kept


def onto_face(
    face: Face, motion: Motion, begun: float = EASE, kept: FloatArray | float = 1.0
) -> Motion:
    """A motion relative to rest becomes one in absolute terms for this portrait.

    The head turns from the portrait's own pose about its neck, the eyes from its own gaze, and
    the expression is added to what the portrait keeps of its own. Lids follow a glance up or down
    at least as far as they do in people, also where only the gaze was given.

    Args:
        face: whom it moves.
        motion: relative to rest, as `MotionStream` makes it.
        begun: seconds for which it has been moving before the first of these frames; a motion
            that begins (0) leaves the portrait's own expression smoothly.
        kept: (T,) or one number, how much of what it keeps of its own smile and brows stays, 0 to
            1: an emotion takes the place of the rest.
    """
    t = np.clip((begun + np.arange(len(motion)) / motion.rate) / EASE, 0, 1)[:, None]
    share = (t * t * (3 - 2 * t)).astype(np.float32)
    own = rotation_matrix(face.rotation)
    turns = [rotation_matrix(r) for r in _eased_turn(face, motion.rotation * share)]
    rotation = np.array([rotation_angles(turn @ own) for turn in turns]).reshape(-1, 3)
    pivot = own @ NECK
    about_neck = np.array([pivot - turn @ pivot for turn in turns]).reshape(-1, 3)
    position = motion.position * share + about_neck
    expression = motion.expression.copy()
    for code, by in LIDS_LOOK:
        expression[:, code] = np.maximum(expression[:, code], by * motion.gaze[:, 1]).clip(None, 1)
    n = len(BLENDSHAPES)
    own_kept, yields = kept_expression(face), np.zeros(EXPRESSION, bool)
    yields[:n] = YIELDS
    expression += np.where(yields, np.broadcast_to(kept, len(motion))[:, None], 1) * own_kept
    expression[:, :n] = np.clip(expression[:, :n], -0.4, 1)
    expression = face.expression + share * (expression - face.expression)
    return Motion(
        rotation.astype(np.float32), position.astype(np.float32),
        motion.gaze * share + face.gaze, expression.astype(np.float32), motion.rate,
    )  # fmt: skip


def _eased_turn(face: Face, rotation: FloatArray) -> FloatArray:
    """Turns that would bring an unseen far side to view, held small.

    A portrait that looks aside shows one cheek only: it may turn farther away freely, and back
    towards the viewer by no more than FAR_SIDE degrees.
    """
    own = float(face.rotation[0])
    if abs(own) < ASIDE:
        return rotation
    out = rotation.copy()
    back = -np.sign(own) * out[:, 0]
    out[:, 0] = np.where(back > 0, -np.sign(own) * FAR_SIDE * np.tanh(back / FAR_SIDE), out[:, 0])
    return out
