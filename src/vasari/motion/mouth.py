"""The articulation network as a stream, its mouth shut in silence."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasari.errors import SoundError
from vasari.networks import network
from vasari.shape.space import face_space, lip_gaps
from vasari.speech import FEATURES, LOUDNESS
from vasari.speech.mel import LOWEST
from vasari.values import BLENDSHAPES, FloatArray

PAST, AHEAD = 14, 2  # motion frames that the network can see before and after the one it makes
MIDDLE = slice(2, 7)  # lip pairs whose mean gap is the opening
JAW_OPEN, MOUTH_CLOSE = BLENDSHAPES.index("jawOpen"), BLENDSHAPES.index("mouthClose")


@cache
def _opening_by_code() -> FloatArray:
    """(EXPRESSION,) lip opening by each coefficient, eye distances."""
    return np.asarray(lip_gaps(face_space().basis)[:, MIDDLE].mean(1), np.float32)


def lip_opening(expression: FloatArray) -> FloatArray:
    """(..., EXPRESSION) to (...): how far a closed mouth is opened, eye distances."""
    return np.asarray(np.maximum(signed_opening(expression), 0))


def signed_opening(expression: FloatArray) -> FloatArray:
    """(..., EXPRESSION) to (...), eye distances, below zero where lips press on each other."""
    return np.asarray((expression * _opening_by_code()).sum(-1))


class MouthStream:
    """Features of `chunk` frames to expression codes relative to a closed mouth, `ahead` frames
    behind the features: 0 to AHEAD. What the network would see farther on is taken to be as the
    newest feature is."""

    def __init__(self, chunk: int, ahead: int = AHEAD) -> None:
        if not 0 <= ahead <= AHEAD:
            raise SoundError(f"A mouth can look 0 to {AHEAD} frames ahead, not {ahead}.")
        self._network = network("motion")
        self._window = np.zeros((1, PAST + chunk + AHEAD, FEATURES), np.float32)
        self._window[..., LOUDNESS] = LOWEST  # before the sound there is silence
        self._known = self._window[0, : PAST + chunk + ahead]
        self._chunk = chunk

    def push(self, features: FloatArray, gate: FloatArray) -> FloatArray:
        """Takes (chunk, FEATURES) and (chunk,) of how far the mouth may move, 0 to 1; gives
        (chunk, EXPRESSION), of which the first tells of `ahead` frames before the first feature."""
        self._known[: -self._chunk] = self._known[self._chunk :].copy()
        self._known[-self._chunk :] = features
        self._window[0, len(self._known) :] = features[-1]
        (expression,) = self._network.run(None, {"features": self._window})
        return np.asarray(expression[0] * gate[:, None], np.float32)


def open_lips(expression: FloatArray, wanted: NDArray[np.floating]) -> None:
    """Changes jawOpen, then mouthClose where that is not enough, until lips open as `wanted`."""
    for coefficient in (JAW_OPEN, MOUTH_CLOSE):
        left = (wanted - signed_opening(expression)) / _opening_by_code()[coefficient]
        expression[:, coefficient] = np.clip(expression[:, coefficient] + left, 0, 1)
