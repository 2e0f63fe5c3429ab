"""A whole person who comes nearer or goes away, before a background that stays.

What is drawn of the person at the portrait's own distance is shown larger or smaller as one piece,
about the middle of the face. A person who goes away shows the borders that cut the portrait off:
what lies beside and below the face is stretched towards them, and where the top of the head is cut
off it stays at the upper border.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.body import Carried
from vasari.values import FloatArray, Motion
from vasari.values.motion import CAMERA

OPAQUE = 128  # alpha from which a border cuts the person off
CUT_OFF = 0.25  # eye distances of a border over which it does so at least
SPREAD = 0.15  # eye distances over which a cut at the side begins
END = 0.3  # slope of the stretch at the border, of its mean
KEEP = 1.2  # eye distances below and beside the middle of the face that are never stretched


def at_distance(
    motion: Motion, carried: Carried, distance: NDArray[np.float64]
) -> tuple[Motion, Carried]:
    """A motion of T frames, and what goes with it, of a whole person farther away.

    Args:
        motion: in absolute terms.
        carried: what goes with it.
        distance: (T,) times the portrait's own.
    """
    if not (distance != 1).any():
        return motion, carried
    away = ((CAMERA + motion.position[:, 2]) * (distance - 1)).astype(np.float32)
    position = motion.position.copy()
    position[:, 2] += away
    return replace(motion, position=position), replace(carried, away=away)


def grown(lean: float, away: float) -> float:
    """How much larger a person is who is `away`, whose head leans `lean` (eye distances)."""
    return (CAMERA + lean) / (CAMERA + lean + away)


class Distance:
    """Shows one person at any distance.

    Args:
        person: (H, W, 4) the whole person at rest, premultiplied.
        middle: x, y of the face.
        unit: pixels an eye distance.
    """

    def __init__(self, person: NDArray[np.uint8], middle: FloatArray, unit: float) -> None:
        self._x, self._y = float(middle[0]), float(middle[1])
        self._unit = unit
        alpha = person[..., 3]
        self._height, self._width = alpha.shape
        self._cut_above, self._cut_below = (bool(self._cut(row).any()) for row in alpha[[0, -1]])
        self._last: tuple[float, Any, Any] = 0.0, None, None  # a map, and how much larger it shows
        self._sides = [self._cut(alpha[:, column]) for column in (0, -1)]  # left and right, (H,)

    def _cut(self, border: NDArray[np.uint8]) -> FloatArray:
        """(n,) how far the person is cut off at each pixel along a border, 0 to 1."""
        cut = (border > OPAQUE).astype(np.float32)[:, None]
        if cut.sum() < CUT_OFF * self._unit:
            return np.zeros(len(cut), np.float32)
        return np.asarray(cv2.GaussianBlur(cut, (0, 0), SPREAD * self._unit), np.float32)[:, 0]

    def show(self, person: NDArray[np.uint8], larger: float) -> NDArray[np.uint8]:
        """(H, W, 4) the person so many times as large."""
        larger = round(larger, 5)  # else rounding in a lean of the head would make another map
        known, x, y = self._last
        if known != larger:
            x, y = cv2.convertMaps(*self._map(larger), cv2.CV_16SC2)
            self._last = larger, x, y
        how = cv2.INTER_CUBIC if larger > 1 else cv2.INTER_LINEAR
        out = cv2.remap(person, x, y, how, borderMode=cv2.BORDER_CONSTANT)
        if larger > 1:  # no ringing where nothing is
            red, green, blue, alpha = cv2.split(out)
            out = cv2.merge([*(cv2.min(colour, alpha) for colour in (red, green, blue)), alpha])
        return np.asarray(out, np.uint8)

    def _map(self, larger: float) -> tuple[FloatArray, FloatArray]:
        """(H, W) twice: the x and y that each pixel comes from."""
        width, height, near = self._width, self._height, larger > 1
        middle = 0.0 if self._cut_above and not near else self._y
        kept = KEEP * self._unit
        ys = middle + (np.arange(height) - middle) / larger
        if self._cut_below and not near:
            ys = self._stretched(ys, middle, height - 1.0, larger, kept + self._y - middle)
        xs = self._x + (np.arange(width) - self._x) / larger
        x = np.tile(xs, (height, 1))
        if not near:
            row = np.clip(np.round(ys), 0, height - 1).astype(int)
            for end, cut in zip((0.0, width - 1.0), self._sides, strict=True):
                moved = self._stretched(xs, self._x, end, larger, kept) - xs
                x += cut[row][:, None] * moved
        y = np.broadcast_to(ys[:, None], (height, width))
        return x.astype(np.float32), y.astype(np.float32)

    @staticmethod
    def _stretched(
        source: NDArray[np.floating], middle: float, end: float, larger: float, kept: float
    ) -> NDArray[np.floating]:
        """Where along x or y pixels come from, so that `end` comes from itself and what is up to
        `kept` from the middle is not stretched."""
        sign = 1.0 if end > middle else -1.0
        whole = sign * (end - middle)
        if whole <= 1:  # the face lies at this border
            return source
        knee = min(kept, 0.9 * whole * larger)  # in the portrait; shown at knee * larger
        shown = sign * (source - middle) * larger
        # from there with the slope 1 / larger to the end: a cubic that never turns back
        span, rise = whole - knee * larger, whole - knee
        u = np.clip((shown - knee * larger) / span, 0, None)
        start, last = span / larger, END * rise
        value = start * (u - 2 * u**2 + u**3) + rise * (3 * u**2 - 2 * u**3) + last * (u**3 - u**2)
        return np.where(u > 0, middle + sign * (knee + np.minimum(value, rise)), source)
