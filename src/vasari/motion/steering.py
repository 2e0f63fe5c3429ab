"""What a running motion is told to do: a `Style`, or one that changes while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VasariError
from vasari.motion.emotion import Emotions, own_kept, parted_lips, write_emotion
from vasari.motion.mouth import open_lips, signed_opening
from vasari.values import (
    BLENDSHAPES,
    EMOTIONS,
    EXPRESSION,
    MOTION_HZ,
    FloatArray,
    Motion,
    Style,
)
from vasari.values.manner import Manner
from vasari.values.style import EASE, Moment, eased

StyleLike = Style | Callable[[], Style] | None  # a function is asked again for each frame

BLINK = [BLENDSHAPES.index("eyeBlink" + side) for side in ("Left", "Right")]
LIPS_OR_LOOK = ("jaw", "mouth", "tongue", "eyeLook", "eyeBlink")
NOT_LIPS = np.zeros(EXPRESSION, bool)  # codes of expression, not of articulation, gaze or blinks
NOT_LIPS[: len(BLENDSHAPES)] = [not name.startswith(LIPS_OR_LOOK) for name in BLENDSHAPES]
EYE_MOST = np.array([32.0, 24.0])  # degrees in the head, that steered eyes turn
FOLLOWS = 1 / 3  # of a large turn of the gaze that the head makes
SMALL, LARGE = 5.0, 10.0  # degrees: up to here the eyes turn alone; from here the head goes along
LAG = 0.12  # seconds by which the head comes after the eyes


class Steering:
    """What is steered, time by time. Where another style is given, it is eased to from what was.

    Attributes:
        seed: that of the first style, since what has begun is not drawn anew.

    Args:
        style: it, or a function that says which one now.
    """

    def __init__(self, style: StyleLike = None) -> None:
        self._ask = style if callable(style) else None
        self._style = checked_style(None if callable(style) else style)
        if self._ask is not None:
            self._style = checked_style(self._ask())
        self.seed = self._style.seed
        self._last: Moment | None = None
        self._from: Moment | None = None
        self._since = 0.0

    @property
    def manner(self) -> Manner | None:
        """That of the style there is now, if it has one."""
        manner = self._style.manner
        return manner if isinstance(manner, Manner) else None

    def at(self, time: float) -> Moment:
        """What is steered now; times in order, seconds from the beginning."""
        if self._ask is not None:
            style = checked_style(self._ask())
            if style != self._style:
                self._style, self._from, self._since = style, self._last, time
        moment = self._style.at(time)
        if self._from is not None:
            share = eased((time - self._since) / EASE)
            moment = self._from.towards(moment, share)
            if share >= 1:
                self._from = None
        self._last = moment
        return moment


def checked_style(style: Style | None) -> Style:
    """A style, the natural one for None.

    Raises:
        VasariError: it is none.
    """
    if style is not None and not isinstance(style, Style):
        raise VasariError(f"{type(style).__name__} is no style: make one with vasari.Style.")
    return style or Style()


class Turn:
    """How a head goes after the eyes when they look elsewhere, at `rate` Hz."""

    def __init__(self, rate: float) -> None:
        self._step = 1 / (LAG * rate)
        self._near, self._now = np.zeros(2), np.zeros(2)

    def step(self, aim: NDArray[np.float64], most: float = 1.0) -> NDArray[np.float64]:
        """(2,) yaw and pitch of the head beyond its own motion.

        Args:
            aim: (2,) where the eyes look, degrees.
            most: share of its part that the head makes; 0 where it is to be still.
        """
        away = float(np.hypot(*aim))
        goal = min(most, 1.0) * FOLLOWS * eased((away - SMALL) / (LARGE - SMALL)) * aim
        step = min(self._step, 1.0)
        self._near = self._near + step * (goal - self._near)
        self._now = self._now + step * (self._near - self._now)
        return self._now


class OnTop:
    """A style on top of what a driver does, whose frames come in pieces.

    Blinks are the driver's own: below 1 they are shallower, and above there are no more.
    """

    def __init__(self, style: Style) -> None:
        self._natural = style == Style(style.seed)
        self._steering, self._turn, self._frames = Steering(style), Turn(MOTION_HZ), 0
        self._emotions = Emotions(np.random.default_rng(style.seed), MOTION_HZ)

    def __call__(self, changes: Motion) -> tuple[Motion, FloatArray]:
        """The next changes from rest, at MOTION_HZ, and (T,) how much the portrait keeps of its own
        smile and brows."""
        kept = np.ones(len(changes), np.float32)
        if self._natural:
            return changes, kept
        shown = np.zeros((len(changes), len(BLENDSHAPES)), np.float32)
        parted = np.zeros(len(changes), np.float32)
        rotation, position, gaze, expression = (
            getattr(changes, name).copy() for name in ("rotation", "position", "gaze", "expression")
        )
        for k in range(len(changes)):
            style = self._steering.at((self._frames + k + 0.5) / MOTION_HZ)
            turn = self._turn.step(style.gaze, style.head)
            rotation[k] *= style.head
            position[k] *= style.head
            rotation[k] += style.pose
            rotation[k, :2] += turn
            gaze[k] = np.clip(gaze[k] + style.gaze - turn - style.pose[:2], -EYE_MOST, EYE_MOST)
            expression[k, NOT_LIPS] *= style.expression
            expression[k, BLINK] *= min(style.blink, 1.0)
            codes, part = self._emotions.step(style.emotion[: len(EMOTIONS)])
            shown[k], parted[k] = style.expression * codes, style.expression * part
            kept[k] = own_kept(style.emotion)
        self._frames += len(changes)
        if shown.any():
            opening = signed_opening(expression)
            write_emotion(expression, shown, opening)
            open_lips(expression, parted_lips(opening, parted, np.ones_like(parted)))
        changes = replace(
            changes, rotation=rotation, position=position, gaze=gaze, expression=expression
        )
        return changes, kept
