"""The mouth network as a stream, its amplitude set right and its mouth shut in silence."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from vasari.networks import network
from vasari.shape.space import face_space, lip_gaps
from vasari.speech import FEATURES
from vasari.values import BLENDSHAPES, EXPRESSION, FloatArray

HISTORY = 30  # motion frames of past that the network needs for one frame
MIDDLE = slice(2, 7)  # lip pairs whose mean gap is the opening
JAW_OPEN, MOUTH_CLOSE = BLENDSHAPES.index("jawOpen"), BLENDSHAPES.index("mouthClose")


@cache
def _statistics() -> dict[str, FloatArray]:
    """What goes with the network: `outputs` (n,) which coefficients it makes, `gain` (n,),
    `follows` (n,) how they change with an eye distance of lip opening, and the map of openings
    `guessed` (k,) to `given` (k,)."""
    with (files("vasari") / "weights" / "motion.npz").open("rb") as f:
        z = dict(np.load(f, allow_pickle=False))
    return {k: v.astype(np.float32) for k, v in z.items()}


@cache
def _opening_by_code() -> FloatArray:
    """(EXPRESSION,) lip opening by each coefficient, eye distances."""
    return np.asarray(lip_gaps(face_space().basis)[:, MIDDLE].mean(1), np.float32)


def lip_opening(expression: FloatArray) -> FloatArray:
    """(..., EXPRESSION) to (...): how far a closed mouth is opened, eye distances."""
    return np.asarray(np.maximum((expression * _opening_by_code()).sum(-1), 0))


class MouthStream:
    """Features of `chunk` frames to expression codes relative to a closed mouth."""

    def __init__(self, chunk: int) -> None:
        self._network = network("motion")
        self._window = np.zeros((1, HISTORY + chunk, FEATURES), np.float32)
        self._chunk = chunk

    def push(self, features: FloatArray, gate: FloatArray) -> FloatArray:
        """Takes (chunk, FEATURES) and (chunk,) of how far the mouth may move, 0 to 1; gives
        (chunk, EXPRESSION)."""
        self._window[:, : -self._chunk] = self._window[:, self._chunk :].copy()
        self._window[0, -self._chunk :] = features
        (guess,) = self._network.run(None, {"features": self._window})
        return articulate(guess[0]) * gate[:, None]


def articulate(guess: FloatArray) -> FloatArray:
    """The network's mean guess under-articulates: give it the spread of real speech.

    Args:
        guess: (n, outputs) as the network gives it.

    Returns:
        (n, EXPRESSION) with the lip opening mapped as the statistics say; where the mouth should be
        shut, mouthClose does what jawOpen cannot.
    """
    s = _statistics()
    out = np.zeros((len(guess), EXPRESSION), np.float32)
    outputs = s["outputs"].astype(np.intp)
    by_code = _opening_by_code()[outputs]
    wanted = np.interp((guess * by_code).sum(-1), s["guessed"], s["given"]).astype(np.float32)
    louder = guess * s["gain"]
    more = wanted - (louder * by_code).sum(-1)
    out[:, outputs] = louder + more[:, None] * s["follows"]
    blend = out[:, : len(BLENDSHAPES)]
    np.clip(blend, 0, 1, out=blend)
    open_lips(out, wanted)
    return out


def signed_opening(expression: FloatArray) -> FloatArray:
    """(n, EXPRESSION) to (n,), eye distances, below zero where lips press on each other."""
    return np.asarray((expression * _opening_by_code()).sum(-1))


def open_lips(expression: FloatArray, wanted: NDArray[np.floating]) -> None:
    """Changes jawOpen, then mouthClose where that is not enough, until lips open as `wanted`."""
    for coefficient in (JAW_OPEN, MOUTH_CLOSE):
        left = (wanted - signed_opening(expression)) / _opening_by_code()[coefficient]
        expression[:, coefficient] = np.clip(expression[:, coefficient] + left, 0, 1)
