"""Motion at any rate to any number of pictures a second, smooth and streamed.

Picture k shows the middle of [k / fps, (k + 1) / fps), as motion frame j shows the middle of its
time (40 ms at 25 Hz). Between frames runs a monotone cubic: it never overshoots, so a mouth that
closes to zero does not go below it.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from vasari.values import MOTION_HZ, SOUND_HZ, FloatArray, Motion

ROTATION, POSITION, GAZE = slice(0, 3), slice(3, 6), slice(6, 8)  # columns of a motion as a table
EXPRESSION = slice(8, None)
FINEST = 10**6  # largest denominator of motion frames a picture: recorders give odd rates as floats
KEPT = 4  # frames that a picture between two of them looks at


def pictures_in(samples: int, fps: Fraction | int) -> int:
    """How many pictures cover a sound of so many samples at SOUND_HZ."""
    return ceil(Fraction(samples, SOUND_HZ) * fps)


def resampled(motion: Motion, fps: Fraction | int) -> Motion:
    """A whole motion of at least one frame at another rate, as long as it was to half a picture."""
    pictures = max(1, round(len(motion) * float(fps) / motion.rate))
    return FrameRate(fps, hz=motion.rate).push(motion, pictures)


class FrameRate:
    """The state of one motion being resampled: its last frames, and how far it came.

    Args:
        fps: pictures a second.
        hz: frames of motion a second.
        ahead: frames that a picture between two of them waits for: 2, or 1 for the straight line
            between them.
    """

    def __init__(self, fps: Fraction | int, hz: float = MOTION_HZ, ahead: int = 2) -> None:
        self._fps, self._ahead = fps, ahead
        self._step = Fraction(float(hz / fps)).limit_denominator(FINEST)
        self._table = np.zeros((0, 0), np.float32)
        self._first = 0  # motion frame of the table's first row
        self._next = 0  # the next picture

    def push(self, motion: Motion, until: int | None = None) -> Motion:
        """More motion in, all pictures out that it decides.

        Args:
            motion: n frames.
            until: with the last motion, how many pictures there are in all.
        """
        rows = _as_table(motion)
        if not len(rows) and until is None:
            return _as_motion(rows, self._fps)
        self._table = np.concatenate([self._table, rows]) if len(self._table) else rows
        pictures = self._ready(until)
        out = self._at(self._place(pictures))
        self._next += len(pictures)
        drop = max(0, len(self._table) - KEPT)
        self._table, self._first = self._table[drop:], self._first + drop
        return _as_motion(out, self._fps)

    def _ready(self, until: int | None) -> NDArray[np.int64]:
        if until is not None:
            return np.arange(self._next, max(until, self._next))
        have = self._first + len(self._table) - 1
        pictures = np.arange(self._next, ceil((have + 1) / self._step))
        place = self._place(pictures)
        left = np.floor(place)
        decided: NDArray[np.bool_] = left + np.where(place == left, 0, self._ahead) <= have
        return pictures[decided]

    def _place(self, pictures: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where the middles of pictures lie, in frames from the start of the motion."""
        step, whole = self._step.numerator, 2 * self._step.denominator
        return ((2 * pictures + 1) * step - whole // 2) / whole  # whole numbers: exact

    def _at(self, place: NDArray[np.float64]) -> FloatArray:
        """(n, C) the motion at these places."""
        left = np.floor(place).astype(np.int64)
        u = (place - left).astype(np.float32)[:, None]
        last = self._first + len(self._table) - 1
        before, a, b, after = (
            self._table[np.clip(left + i, self._first, last) - self._first] for i in (-1, 0, 1, 2)
        )
        if self._ahead == 1:
            return np.asarray(a + u * (b - a), np.float32)
        return _monotone_cubic(before, a, b, after, u)


def _monotone_cubic(
    before: FloatArray, a: FloatArray, b: FloatArray, after: FloatArray, u: FloatArray
) -> FloatArray:
    """(n, C) between a and b at u in [0, 1), the slopes as Fritsch and Butland take them."""
    start, end = _slope(a - before, b - a), _slope(b - a, after - b)
    rest = 1 - u
    value = rest * rest * ((1 + 2 * u) * a + u * start) + u * u * ((3 - 2 * u) * b - rest * end)
    return value.astype(np.float32)


def _slope(left: FloatArray, right: FloatArray) -> FloatArray:
    same = left * right
    total = left + right
    return np.where(same > 0, 2 * same / np.where(total == 0, 1, total), 0).astype(np.float32)


def _as_table(motion: Motion) -> FloatArray:
    return np.concatenate(
        [motion.rotation, motion.position, motion.gaze, motion.expression], axis=1
    ).astype(np.float32)


def _as_motion(table: FloatArray, fps: Fraction | int) -> Motion:
    return Motion(
        table[:, ROTATION], table[:, POSITION], table[:, GAZE], table[:, EXPRESSION], float(fps)
    )  # fmt: skip
