"""What a running motion is told to do: a `Style`, or one that changes while it runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VasariError
from vasari.values import Style
from vasari.values.style import EASE, Moment, eased

StyleLike = Style | Callable[[], Style] | None  # a function is asked again for each frame

FOLLOWS = 1 / 3  # of a large turn of the gaze that the head makes
SMALL, LARGE = 5.0, 10.0  # degrees: up to here the eyes turn alone; from here the head goes along
LAG = 0.12  # seconds by which the head comes after the eyes


class Steering:
    """What is steered, time by time. Where another style is given, it is eased to from what was.

    Args:
        style: it, or a function that says which one now.
    """

    def __init__(self, style: StyleLike = None) -> None:
        self._ask = style if callable(style) else None
        self._style = checked_style(None if callable(style) else style)
        if self._ask is not None:
            self._style = checked_style(self._ask())
        self._last: Moment | None = None
        self._from: Moment | None = None
        self._since = 0.0

    @property
    def seed(self) -> int:
        """That of the first style: what has begun is not drawn anew."""
        return self._style.seed

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
