"""How the head moves while someone talks: an autoregression fitted on clips, nods, and breath."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from vasari.values import FloatArray

LIMIT = np.array([8.0, 7.0, 5.0])  # degrees of yaw, pitch, roll that are only ever approached
VIGOUR_KEPT = 0.97  # a frame: liveliness rises and falls within a second or two
STRENGTH = np.array([1.05, 0.8, 0.85])  # against the clips: a portrait is watched closely
CALM = 0.5  # of the clips' vigour in silence: much of it there is no longer silence
CALM_IN, LIVELY_IN = 0.08, 0.2  # a frame, how quickly liveliness follows speech
NOD_FRAMES = 12
NOD_DEGREES = 1.6  # of a stress of strength 1
BREATH_HZ = 0.24  # breaths a second, of the head's sway and of the shoulders
BREATH = np.array([0.0, 0.006, 0.003])  # eye distances right, down, away
SWAY = np.array([0.012, 0.006, 0.015])  # eye distances, spread
SWAY_KEPT = 0.985  # a frame


@cache
def _model() -> dict[str, NDArray[np.float64]]:
    with (files("vasari") / "weights" / "head.npz").open("rb") as f:
        return {k: v.astype(np.float64) for k, v in np.load(f, allow_pickle=False).items()}


def _nod() -> NDArray[np.float64]:
    """(NOD_FRAMES,) a dip of the head and back, peak 1."""
    t = (np.arange(NOD_FRAMES) + 1) / (NOD_FRAMES + 1)
    return np.asarray(np.sin(np.pi * t**0.8) ** 2)


class Head:
    """Rotation (degrees) and position (eye distances), frame by frame at `rate` Hz."""

    def __init__(self, random: np.random.Generator, rate: float) -> None:
        self._random, self._rate = random, rate
        self._m = _model()
        self._past = np.zeros(self._m["past"].shape)  # (3, order), the newest first
        self._vigour, self._life = 0.0, 0.0
        self._sway, self._sway_speed = np.zeros(3), np.zeros(3)
        self._breath = random.uniform(0, 1)
        self._nods = np.zeros(NOD_FRAMES)
        self._shape = _nod()
        for _ in range(50):  # start in the middle of a movement, then shift it to rest
            self._turn()
        self._from = self._past[:, 0].copy()

    def step(self, speaking: bool, stress: float) -> tuple[FloatArray, FloatArray]:
        """One frame: (3,) rotation and (3,) position relative to the portrait's own."""
        goal = 1.0 if speaking else 0.0
        self._life += (LIVELY_IN if speaking else CALM_IN) * (goal - self._life)
        self._turn()
        self._from *= 0.96  # so that the first frame is the portrait's own pose
        rotation = (self._past[:, 0] - self._from) * STRENGTH
        rotation[1] += self._nod_of(stress)
        rotation = LIMIT * np.tanh(rotation / LIMIT)
        return rotation.astype(np.float32), self._place().astype(np.float32)

    def _turn(self) -> None:
        m, kept = self._m, VIGOUR_KEPT
        noise = self._random.normal(0, 1, 4)
        self._vigour = kept * self._vigour + noise[3] * m["vigour"] * np.sqrt(1 - kept**2)
        quiet, loud = CALM * m["spread"][:, 0], m["spread"][:, 1]
        spread = (quiet + (loud - quiet) * self._life) * np.exp(self._vigour - m["vigour"] ** 2)
        new = (m["past"] * self._past).sum(1) + noise[:3] * spread
        self._past[:, 1:] = self._past[:, :-1].copy()
        self._past[:, 0] = new

    def _nod_of(self, stress: float) -> float:
        if stress > 0:
            sign = -1.0 if self._random.random() < 0.75 else 0.6
            size = stress * NOD_DEGREES * self._random.uniform(0.3, 1.2)
            self._nods += sign * size * self._shape
        now = float(self._nods[0])
        self._nods = np.append(self._nods[1:], 0.0)
        return now

    def _place(self) -> NDArray[np.float64]:
        self._breath = (self._breath + BREATH_HZ / self._rate) % 1.0
        push = self._random.normal(0, 1, 3) * SWAY * (1 - SWAY_KEPT)
        self._sway_speed = SWAY_KEPT * self._sway_speed + push
        self._sway = SWAY_KEPT * self._sway + self._sway_speed
        return np.asarray(self._sway + BREATH * np.sin(2 * np.pi * self._breath))
