"""Blinks and gaze: what eyes do while someone talks to a viewer."""

from __future__ import annotations

import numpy as np

from vasari.shape.space import LOOK_DOWN, LOOK_UP
from vasari.values import BLENDSHAPES, EXPRESSION, FloatArray

# Blinks: log-normal intervals (Bentivoglio 1997), here 20 a minute on average.
BLINK_MEDIAN, BLINK_SPREAD = 2.1, 0.55  # seconds, of the logarithm
BLINK_SHORTEST, BLINK_LONGEST = 0.6, 8.0  # seconds
FIRST_BLINK = 0.7, 2.2  # seconds
# Closure at each frame: lids shut in two frames and open in three or four.
BLINK_SHAPES = (
    (0.55, 1.0, 0.8, 0.4, 0.12),
    (0.3, 0.9, 1.0, 0.75, 0.38, 0.12),
    (0.45, 1.0, 1.0, 0.72, 0.4, 0.18, 0.06),
)
# Gaze: short fixations around the viewer's eyes, now and then a glance aside.
FIXATION_MEDIAN, FIXATION_SPREAD = 0.75, 0.6  # seconds, of the logarithm
NEAR = np.array([1.6, 1.1])  # degrees, spread of fixations around the viewer
ASIDE = np.array([6.0, 3.5])  # degrees, spread of glances aside
ASIDE_CHANCE = 0.07  # of a new fixation
ASIDE_SECONDS = 0.45, 1.1
GAZE_LIMIT = np.array([14.0, 9.0])  # degrees
SACCADE_SHARE = 0.75  # of the way in the first frame; the rest in the second
COMPENSATION = 0.85  # of the head's turn that the eyes take back
LOOK_SIDE = 0.025  # eyeLookIn and eyeLookOut per degree; see LOOK_DOWN
_AT = {n: BLENDSHAPES.index(n) for n in BLENDSHAPES if n.startswith("eye")}


class Blinks:
    """Closure of both lids, frame by frame at `rate` Hz."""

    def __init__(self, random: np.random.Generator, rate: float) -> None:
        self._random, self._rate = random, rate
        self._wait: float = round(random.uniform(*FIRST_BLINK) * rate)
        self._left: list[float] = []

    def step(self, hurry: bool = False, often: float = 1.0) -> float:
        """Closure of this frame, 0 to 1.

        Args:
            hurry: a large glance begins: it often brings a blink along.
            often: how often eyes blink, 0 (never; one that has begun ends) to 2.
        """
        if not self._left and often:
            self._wait -= often
            if hurry and self._wait > 0 and self._random.random() < 0.35 * often:
                self._wait = 0
            if self._wait <= 0:
                self._begin()
        return self._left.pop(0) if self._left else 0.0

    def _begin(self) -> None:
        r = self._random
        self._left = list(BLINK_SHAPES[r.choice(3, p=[0.3, 0.45, 0.25])])
        seconds = np.exp(r.normal(np.log(BLINK_MEDIAN), BLINK_SPREAD))
        seconds = min(max(float(seconds), BLINK_SHORTEST), BLINK_LONGEST)
        self._wait = round(seconds * self._rate)


class Gaze:
    """Yaw and pitch of the eyes relative to the head, degrees, frame by frame at `rate` Hz."""

    def __init__(self, random: np.random.Generator, rate: float) -> None:
        self._random, self._rate = random, rate
        self._goal, self._now = np.zeros(2), np.zeros(2)
        self._wait = round(0.8 * rate)
        self.jumped = False  # whether a large glance began in this frame

    def step(self, rotation: FloatArray, attention: float = 0.0) -> FloatArray:
        """(2,) gaze, while the head is turned by `rotation` (3,) degrees from rest; `attention`
        (0 to 1) keeps it with the viewer."""
        self._wait -= 1
        self.jumped = False
        if self._wait <= 0:
            self._look_elsewhere()
        self._now += SACCADE_SHARE * (self._goal - self._now)
        gaze = (1 - attention) * self._now + steady_gaze(rotation)
        return np.clip(gaze, -GAZE_LIMIT, GAZE_LIMIT).astype(np.float32)

    def _look_elsewhere(self) -> None:
        r, aside = self._random, self._random.random() < ASIDE_CHANCE
        goal = r.normal(0, ASIDE if aside else NEAR)
        if aside:
            seconds = r.uniform(*ASIDE_SECONDS)
        else:
            seconds = float(np.exp(r.normal(np.log(FIXATION_MEDIAN), FIXATION_SPREAD)))
        self.jumped = bool(np.hypot(*(goal - self._goal)) > 5)
        self._goal = goal
        self._wait = max(5, round(min(seconds, 4.0) * self._rate))


def steady_gaze(rotation: FloatArray) -> FloatArray:
    """(2,) gaze that stays with the viewer while the head is turned by `rotation` degrees."""
    return np.asarray(-COMPENSATION * rotation[:2], np.float32)


def write_eyes(expression: FloatArray, closure: FloatArray, gaze: FloatArray) -> None:
    """Puts lids (T,) and the eyeLook* that follow from gaze (T, 2) into expression (T, ...)."""
    assert expression.shape[1] == EXPRESSION
    side, up = gaze[:, 0] * LOOK_SIDE, gaze[:, 1]
    for name, value in (
        # the picture's right is the subject's left
        ("eyeLookOutLeft", side), ("eyeLookInRight", side),
        ("eyeLookInLeft", -side), ("eyeLookOutRight", -side),
        ("eyeLookUpLeft", up * LOOK_UP), ("eyeLookUpRight", up * LOOK_UP),
        ("eyeLookDownLeft", -up * LOOK_DOWN), ("eyeLookDownRight", -up * LOOK_DOWN),
        ("eyeBlinkLeft", closure), ("eyeBlinkRight", closure),
    ):  # fmt: skip
        expression[:, _AT[name]] = np.clip(value, 0, 1)
