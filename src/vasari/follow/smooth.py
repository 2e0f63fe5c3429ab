"""Smoothing without lag: what stands still gets calm, what moves fast stays as it was seen.

The filters are Savitzky and Golay's: the middle of a parabola fitted to the values around it, as
many before as after. A wide one calms, a narrow one follows; which of both holds is decided value
by value, by how much the wide one would change against the noise of this very video around it.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vasari.values import FloatArray

WIDE, NARROW = 4, 2  # frames looked at on each side
NOISE_OF_THIRD = np.sqrt(20.0)  # third differences of white noise of deviation 1 deviate so much
NORMAL_MEDIAN = 0.6745  # median of the size of a normal value of deviation 1
FAST = 2.0  # times the noise: a change by which a value counts as moving
FAST_EASE = 4  # power: how suddenly
BLOCK = 500  # frames smoothed at once; as many before and after them tell of the noise
TOGETHER = 64  # points smoothed at once: more would only need more memory


class SmoothStream:
    """`smooth` as a stream of frames of several arrays, which come out in blocks.

    Up to 2 * BLOCK frames it is the same; in longer streams noise is that of the blocks before,
    around and after a frame, instead of that of all its stretch.
    """

    def __init__(self) -> None:
        self._held: list[tuple[FloatArray, ...]] = []  # a block that left, and what came after it
        self._starts: list[bool] = []
        self._left = 0  # how many of these left

    def push(self, frame: tuple[FloatArray, ...], start: bool) -> tuple[FloatArray, ...]:
        """The next frame: its arrays, (..., C) each, and whether something new begins.

        Returns:
            (n, ..., C) each, the next n frames; or nothing.
        """
        self._held.append(frame)
        self._starts.append(start)
        return self._give(BLOCK) if len(self._held) - self._left == 2 * BLOCK else ()

    def rest(self) -> tuple[FloatArray, ...]:
        """All frames that are left."""
        return self._give(len(self._held) - self._left)

    def _give(self, count: int) -> tuple[FloatArray, ...]:
        starts, first = np.array(self._starts), self._left
        out = tuple(
            smooth(np.array(column, np.float32), starts)[first : first + count].copy()
            for column in zip(*self._held, strict=True)
        )
        drop = max(first + count - BLOCK, 0)
        del self._held[:drop], self._starts[:drop]
        self._left = first + count - drop
        return out


def smooth(values: FloatArray, starts: NDArray[np.bool_]) -> FloatArray:
    """Smooth each stretch between starts on its own.

    Args:
        values: (T, ..., C); the C of a point move together.
        starts: (T,) where something new begins, so that nothing before says anything about it.
    """
    out = np.array(values, np.float32)
    edges = [0, *np.flatnonzero(starts[1:]) + 1, len(values)]
    for a, b in pairwise(edges):
        if values.ndim < 3:
            out[a:b] = _smooth_stretch(values[a:b])
            continue
        for p in range(0, values.shape[1], TOGETHER):
            out[a:b, p : p + TOGETHER] = _smooth_stretch(values[a:b, p : p + TOGETHER])
    return out


def _smooth_stretch(values: FloatArray) -> FloatArray:
    if len(values) < 2 * NARROW + 2:
        return values
    calm, quick = (_fitted(values, side) for side in (WIDE, NARROW))
    change = np.linalg.norm(values - calm, axis=-1)
    change = np.maximum(change, _neighbours(change))  # a fast move begins before it shows
    moving = (change / (FAST * _noise(values) + 1e-9)) ** FAST_EASE
    share = (moving / (1 + moving))[..., None]
    return np.asarray(calm + share * (quick - calm), np.float32)


def _noise(values: FloatArray) -> FloatArray:
    """(1, ...) the deviation of the noise, from third differences, which hardly see motion."""
    if len(values) < 4:
        return np.zeros((1, *values.shape[1:-1]), np.float32)
    third = np.linalg.norm(np.diff(values, 3, axis=0), axis=-1)
    return np.asarray(
        np.median(third, axis=0, keepdims=True) / (NOISE_OF_THIRD * NORMAL_MEDIAN), np.float32
    )


def _neighbours(change: FloatArray) -> FloatArray:
    """(T, ...) the larger of the values before and after."""
    out = change.copy()
    out[1:] = np.maximum(out[1:], change[:-1])
    out[:-1] = np.maximum(out[:-1], change[1:])
    return out


def _fitted(values: FloatArray, side: int) -> FloatArray:
    """The parabola's values; near the ends the window is shifted, so that it stays whole."""
    n = len(values)
    window = min(2 * side + 1, n - (n + 1) % 2)
    if window < 5:
        return values
    half = window // 2
    weights = _weights(window)
    out = np.empty_like(values)
    flat, smoothed = values.reshape(n, -1), out.reshape(n, -1)
    smoothed[half : n - half] = sum(
        weights[half, k] * flat[k : n - window + 1 + k] for k in range(window)
    )
    smoothed[:half] = weights[:half] @ flat[:window]
    smoothed[n - half :] = weights[half + 1 :] @ flat[n - window :]
    return out


@cache
def _weights(window: int) -> FloatArray:
    """(window, window): row k gives the fitted parabola at place k."""
    place = np.arange(window) - window // 2
    powers = np.vander(place.astype(np.float64), 3)
    return np.asarray(powers @ np.linalg.pinv(powers), np.float32)
