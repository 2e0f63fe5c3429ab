"""What is changed, one thing at a time, and what else moves when the picture is read again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vasari.motion.eyes import write_eyes
from vasari.portrait.gaze import gaze_of
from vasari.shape.onto_face import onto_face
from vasari.shape.space import face_space, pose_of
from vasari.values import BLENDSHAPES, EXPRESSION, Face, Motion

TURNS = (-15.0, -10.0, -5.0, 5.0, 10.0, 15.0)  # degrees
GLANCES = (-20.0, -10.0, 10.0, 20.0)  # degrees
SHARES = (0.5, 1.0)
FACES: dict[str, dict[str, float]] = {  # an expression of strength 1
    "jawOpen": {"jawOpen": 0.6},
    "smile": {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8},
    "brows": {"browInnerUp": 0.8, "browOuterUpLeft": 0.8, "browOuterUpRight": 0.8},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
}
GROUP = {**dict.fromkeys(("yaw", "pitch", "roll"), "pose"),
         **dict.fromkeys(("gaze yaw", "gaze pitch"), "gaze"),
         **dict.fromkeys(FACES, "expression")}  # fmt: skip
LOOKS = np.array([n.startswith("eyeLook") for n in BLENDSHAPES])  # gaze said as blendshapes
LIPS = np.r_[face_space().rings["lips_inner"], face_space().rings["lips_outer"]]


@dataclass(frozen=True)
class Step:
    """One change: of what (a key of GROUP), by how much in its unit."""

    factor: str
    amount: float


def steps() -> list[Step]:
    turns = [Step(f, a) for f in ("yaw", "pitch", "roll") for a in TURNS]
    glances = [Step(f, a) for f in ("gaze yaw", "gaze pitch") for a in GLANCES]
    return turns + glances + [Step(f, a) for f in FACES for a in SHARES]


def motion_of(face: Face, all_steps: list[Step]) -> Motion:
    """Frame 0 at rest (the portrait's own pose and gaze, the mouth closed), then each step."""
    n = len(all_steps) + 1
    rotation, gaze = np.zeros((n, 3), np.float32), np.zeros((n, 2), np.float32)
    expression = np.zeros((n, EXPRESSION), np.float32)
    for k, step in enumerate(all_steps, 1):
        if step.factor in ("yaw", "pitch", "roll"):
            rotation[k, ("yaw", "pitch", "roll").index(step.factor)] = step.amount
        elif step.factor in FACES:
            for name, strength in FACES[step.factor].items():
                expression[k, BLENDSHAPES.index(name)] = strength * step.amount
        else:
            gaze[k, ("gaze yaw", "gaze pitch").index(step.factor)] = step.amount
    lids_shut = expression[:, BLENDSHAPES.index("eyeBlinkLeft")].copy()
    write_eyes(expression, lids_shut, gaze)  # the lids go with the gaze, as whenever it moves
    return onto_face(face, Motion(rotation, np.zeros_like(rotation), gaze, expression))


@dataclass(frozen=True)
class Told:
    """One picture as a reader tells it.

    Attributes:
        rotation: (3,) degrees.
        gaze: (2,) degrees.
        shape: (478, 3) without pose, face space.
        blendshapes: (52,).
        neutral: (478, 3) shape without expression.
    """

    rotation: np.ndarray
    gaze: np.ndarray
    shape: np.ndarray
    blendshapes: np.ndarray
    neutral: np.ndarray


def told(landmarks: np.ndarray, blendshapes: np.ndarray) -> Told:
    """From (478, 3) pixels and (52,)."""
    expression = np.zeros(EXPRESSION, np.float32)
    expression[: len(BLENDSHAPES)] = blendshapes
    pose = pose_of(landmarks, expression)
    shape = pose.unproject(landmarks)
    neutral = shape - np.tensordot(expression, face_space().basis, 1)
    return Told(pose.rotation, gaze_of(shape), shape, blendshapes, neutral)


def moved(now: Told, rest: Told) -> dict[str, float]:
    """How far each factor moved: pose and gaze in degrees (largest angle), shape, lips and neutral
    in % of the eye distance (mean over points, in the picture's plane), blendshapes in their unit
    (largest)."""
    return {
        "pose": float(np.abs(now.rotation - rest.rotation).max()),
        "gaze": float(np.abs(now.gaze - rest.gaze).max()),
        "shape": _distance(now.shape[:468], rest.shape[:468]),
        "lips": _distance(now.shape[LIPS], rest.shape[LIPS]),
        "blendshapes": float(np.abs(now.blendshapes - rest.blendshapes)[~LOOKS].max()),
        "neutral": _distance(now.neutral[:468], rest.neutral[:468]),
    }


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    return 100 * float(np.linalg.norm((a - b)[:, :2], axis=1).mean())


def answer(step: Step, now: Told, rest: Told) -> float:
    """How much of what was asked is read, in the step's own unit."""
    if step.factor in ("yaw", "pitch", "roll"):
        k = ("yaw", "pitch", "roll").index(step.factor)
        return float(now.rotation[k] - rest.rotation[k])
    if step.factor in FACES:
        names = [BLENDSHAPES.index(n) for n in FACES[step.factor]]
        asked = np.array(list(FACES[step.factor].values()))
        return float((now.blendshapes - rest.blendshapes)[names].mean() / asked.mean())
    k = ("gaze yaw", "gaze pitch").index(step.factor)
    return float(now.gaze[k] - rest.gaze[k])
