"""Put a motion that is meant for anyone onto one portrait."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasari.shape.space import (
    JAW_OPEN,
    LOOK_DOWN,
    LOOK_UP,
    NECK,
    face_space,
    lip_gaps,
    mouth_is_open,
    rotation_angles,
    rotation_matrix,
)
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray, Motion

MOUTH = np.array([n.startswith(("jaw", "mouth", "tongue")) for n in BLENDSHAPES])
SMILES, ARTICULATES = np.zeros(EXPRESSION, bool), np.ones(EXPRESSION, bool)  # codes that do so
SMILES[: len(BLENDSHAPES)] = [
    n.startswith(("mouthSmile", "mouthDimple", "mouthFrown")) for n in BLENDSHAPES
]
ARTICULATES[: len(BLENDSHAPES)] = MOUTH
LIDS_LOOK = [  # code that moves a lid, and how much of it a degree of gaze upwards asks for
    (BLENDSHAPES.index(name + side), by)
    for name, by in (("eyeLookDown", -LOOK_DOWN), ("eyeLookUp", LOOK_UP))
    for side in ("Left", "Right")
]
ROUNDS = [BLENDSHAPES.index(name) for name in ("mouthPucker", "mouthFunnel")]
ASIDE = 20.0  # degrees of yaw from which a portrait hides its far cheek
FAR_SIDE = 4.0  # degrees that such a head may turn back
EASE = 0.2  # seconds in which a portrait leaves its own expression
YIELDS = np.zeros(EXPRESSION, bool)  # what makes room for an emotion; the mouth has left its own
YIELDS[: len(BLENDSHAPES)] = [n.startswith(("brow", "cheek", "nose")) for n in BLENDSHAPES]
SPEAKS = 0.1  # of a coefficient of the mouth, from which on it speaks and has left its own
SMILE_KEPT = 0.6  # of a portrait's smile, while it talks
# Nobody grins around a u. Of the narrowing that pucker and funnel make in the mesh a reader sees
# half in the picture (`benchmarks.mouth`), so a rounded mouth is rounded more; together these open
# it by .025 eye distances, so that a hole stays.
ROUND_FROM, ROUND_FULL = 0.05, 0.4  # mouthPucker from which a mouth is rounded, and all round
SMILE_GOES, SMILE_COMES = 0.12, 0.6  # seconds for the whole of a smile
MORE_ROUND = (0.5, 0.26)  # of ROUNDS that are added to it
HOLE = 0.01  # opening from which all of that is: m in "moon" is closed
# Lips that meet are pressed a little: those of a photo that shows them apart, drawn together to
# where they just touch, are still read as open (.02 to .04 eye distances).
PRESS = 0.1  # of jawOpen
MET, PARTED = 0.02, 0.02  # openings over which that fades: beyond 0, of lips that the photo parts


def onto_face(
    face: Face, motion: Motion, begun: float = EASE, kept: FloatArray | float = 1.0,
    smile: FloatArray | None = None,
) -> Motion:  # fmt: skip
    """A motion relative to rest becomes one in absolute terms for this portrait.

    The head turns from the portrait's own pose about its neck, the eyes from its own gaze, and
    the expression is added to what the portrait keeps of its own. Lids follow a glance up or down
    at least as far as they do in people, also where only the gaze was given.

    Args:
        face: whom it moves.
        motion: relative to rest, as `MotionStream` makes it.
        begun: seconds for which it has been moving before the first of these frames; a motion
            that begins (0) leaves the portrait's own expression smoothly, but a mouth that
            speaks does so from the first frame.
        kept: (T,) or one number, how much of what it keeps of its own smile and brows stays, 0 to
            1: an emotion takes the place of the rest.
        smile: (T,) how much of any smile stays beside rounded lips, from `Smiles`; without it each
            frame stands for itself.
    """
    share = _smooth((begun + np.arange(len(motion)) / motion.rate) / EASE)[:, None]
    own = rotation_matrix(face.rotation)
    turns = [rotation_matrix(r) for r in _eased_turn(face, motion.rotation * share)]
    rotation = np.array([rotation_angles(turn @ own) for turn in turns]).reshape(-1, 3)
    pivot = own @ NECK
    about_neck = np.array([pivot - turn @ pivot for turn in turns]).reshape(-1, 3)
    position = motion.position * share + about_neck
    expression = articulated(face, motion.expression, kept, smile)
    for code, by in LIDS_LOOK:
        expression[:, code] = np.maximum(expression[:, code], by * motion.gaze[:, 1]).clip(None, 1)
    n = len(BLENDSHAPES)
    expression[:, :n] = np.clip(expression[:, :n], -0.4, 1)
    left = np.where(ARTICULATES, np.maximum(share, _speaking(motion.expression)), share)
    expression = face.expression + left * (expression - face.expression)
    return Motion(
        rotation.astype(np.float32), position.astype(np.float32),
        motion.gaze * share + face.gaze, expression.astype(np.float32), motion.rate,
    )  # fmt: skip


def kept_expression(face: Face) -> FloatArray:
    """(EXPRESSION,) what a portrait shows while its closed mouth says nothing."""
    return np.asarray(articulated(face, np.zeros((1, EXPRESSION), np.float32))[0])


class Smiles:
    """How much of a smile stays in speech: it goes where lips are rounded and comes back slowly, or
    a mouth that says u and i in turn would snap to and fro.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: float) -> None:
        self._goes, self._comes = 1 / (SMILE_GOES * rate), 1 / (SMILE_COMES * rate)
        self._now = 1.0

    def push(self, expression: FloatArray) -> FloatArray:
        """(T, EXPRESSION) of the next frames, relative to rest, to (T,) 0 to 1."""
        out = 1 - _rounded(expression)
        for k, wanted in enumerate(out):
            self._now += float(np.clip(wanted - self._now, -self._goes, self._comes))
            out[k] = self._now
        return out


def _rounded(expression: FloatArray) -> FloatArray:
    """(T, EXPRESSION) to (T,) how far lips are rounded, 0 to 1."""
    return _smooth((expression[:, ROUNDS[0]] - ROUND_FROM) / (ROUND_FULL - ROUND_FROM))


def articulated(
    face: Face, expression: FloatArray, kept: FloatArray | float = 1.0,
    smile: FloatArray | None = None,
) -> FloatArray:  # fmt: skip
    """What this portrait shows of an expression relative to rest, beside what it keeps of its own:
    rounded lips end a smile, lips that meet are pressed. Both (T, EXPRESSION); `kept` and `smile`
    as of `onto_face`."""
    rounded = _rounded(expression)
    smiles = (1 - rounded if smile is None else smile)[:, None]
    opening = expression @ _gaps()
    parted = PARTED * (1 - rounded) if mouth_is_open(_own_shape(face)) else 0.0
    met = np.clip((parted - opening) / MET, 0, 1)
    share = np.broadcast_to(np.asarray(kept, np.float32), len(expression))[:, None]
    out = expression + np.where(YIELDS, share, 1) * _kept_at_rest(face)
    gone = np.where(SMILES, (1 - smiles) * out, 0)
    out -= gone
    out[:, JAW_OPEN] += gone @ _gaps() / _gaps()[JAW_OPEN]  # lips stay as far apart
    out += share * smiles * _kept_smile(face)
    more = rounded * np.clip(opening / HOLE, 0, 1)
    out[:, ROUNDS] += more[:, None] * np.array(MORE_ROUND, np.float32)
    out[:, JAW_OPEN] -= PRESS * met
    return np.asarray(out, np.float32)


def _kept_at_rest(face: Face) -> FloatArray:
    """(EXPRESSION,) what a portrait keeps of its own expression, but for the mouth."""
    return np.where(ARTICULATES, 0, face.expression).astype(np.float32)


def _kept_smile(face: Face) -> FloatArray:
    """(EXPRESSION,) what it keeps of its smile while it talks; it may not part the lips."""
    kept = np.where(SMILES, SMILE_KEPT * face.expression, 0).astype(np.float32)
    kept[JAW_OPEN] = min(0.0, -float(kept @ _gaps() / _gaps()[JAW_OPEN]))
    return kept


def _speaking(expression: FloatArray) -> FloatArray:
    """(T, 1) whether a mouth speaks, 0 to 1: in silence it is exactly at rest."""
    moved = np.abs(expression[:, : len(BLENDSHAPES)][:, MOUTH]).max(1, initial=0)
    return np.asarray(np.minimum(1, moved / SPEAKS), np.float32)[:, None]


def _smooth(t: NDArray[np.floating]) -> FloatArray:
    """0 below 0, 1 above 1, and no corner."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _own_shape(face: Face) -> FloatArray:
    return np.asarray(face.neutral + np.tensordot(face.expression, face_space().basis, 1))


@cache
def _gaps() -> FloatArray:
    """(EXPRESSION,) by how much each code parts the lips, eye distances."""
    return np.asarray(lip_gaps(face_space().basis)[:, 2:7].mean(1), np.float32)


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
