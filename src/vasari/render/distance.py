"""A whole person who comes nearer or goes away, before a background that stays.

What is drawn of the person at the portrait's own distance is shown larger or smaller about the
middle of the face; the body, which lies behind it, a little less so. A person who goes away shows
what the picture has beside and below the crop. Where the picture's own border cuts the body off,
nobody knows how it goes on: below it is lengthened by a little, from the chest on, and what is
still missing is hidden since the person stands lower in the picture; at the sides what lies beyond
the face is drawn out and falls as shoulders do. The top of a head that is cut off stays at the
upper border.
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
END = 0.5  # slope of the stretch at the border, of its mean
BESIDE, CHEST = 1.2, 1.5  # eye distances from the middle of the face that are never stretched
LONGER = 0.3  # of its length, by which the body below the chest is lengthened
FALLS = 0.45  # of the way that a shoulder is drawn out, it falls
BEHIND = 0.7  # eye distances that the shoulders lie behind the eyes
CHIN, SHOULDERS = 0.9, 1.7  # below the middle of the face, eye distances: between them is the neck


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
        person: (h, w, 4) the person at rest, premultiplied, with what is known around the picture.
        middle: x, y of the face in the picture, pixels.
        unit: pixels an eye distance.
        corner: x, y in `person` of the picture's first pixel.
        size: width, height of the picture; None: `person` is all of it.
    """

    def __init__(
        self, person: NDArray[np.uint8], middle: FloatArray, unit: float,
        corner: tuple[int, int] = (0, 0), size: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        self._x, self._y = float(middle[0]), float(middle[1])
        self._unit = unit
        alpha = person[..., 3]
        self._height, self._width = alpha.shape
        self._corner, self._size = corner, size or (self._width, self._height)
        self._cut_above, self._cut_below = (bool(self._cut(row).any()) for row in alpha[[0, -1]])
        self._last: tuple[float, Any, Any] = 0.0, None, None  # a map, and how much larger it shows
        self._sides = [self._cut(alpha[:, column]) for column in (0, -1)]  # left and right, (h,)

    def _cut(self, border: NDArray[np.uint8]) -> FloatArray:
        """(n,) how far the person is cut off at each pixel along a border, 0 to 1."""
        cut = (border > OPAQUE).astype(np.float32)[:, None]
        if cut.sum() < CUT_OFF * self._unit:
            return np.zeros(len(cut), np.float32)
        return np.asarray(cv2.GaussianBlur(cut, (0, 0), SPREAD * self._unit), np.float32)[:, 0]

    def show(self, person: NDArray[np.uint8], larger: float) -> NDArray[np.uint8]:
        """(H, W, 4) the picture of the person (h, w, 4) so many times as large."""
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
        """(H, W) twice: the x and y in `person` that each pixel comes from."""
        left, top = self._corner
        width, height = self._size
        face = self._x + left, self._y + top  # in `person`
        below = self._height - 1 - face[1]
        sinks = self._sinks(larger, face[1], below)
        down = np.arange(height) - self._y - sinks
        rows = self._grows(down / (larger * self._unit), larger)  # (H,)
        ys = down / rows
        if self._cut_below:
            end = height - 1 - self._y - sinks
            ys = np.minimum(ys, self._stretched(down, end, below, larger, CHEST * self._unit))
        ys += face[1]
        across = np.arange(width) - self._x
        x = across[None] / rows[:, None]
        y = np.repeat(ys[:, None], width, 1)
        row = np.clip(np.round(ys), 0, self._height - 1).astype(int)
        ends = (-1, self._x, face[0]), (1, width - 1 - self._x, self._width - 1 - face[0])
        for (side, end, reach), cut in zip(ends, self._sides, strict=True):
            plain = side * across / larger
            near = self._stretched(side * across, end, reach, larger, BESIDE * self._unit)
            drawn_out = cut[row][:, None] * np.maximum(plain - near, 0)
            x -= side * drawn_out
            y -= FALLS * drawn_out
        return (x + face[0]).astype(np.float32), y.astype(np.float32)

    def _grows(self, down: NDArray[np.floating], larger: float) -> NDArray[np.floating]:
        """How much larger a row is shown that lies so far below the face, eye distances."""
        body = grown(BEHIND, CAMERA / larger - CAMERA)
        t = np.clip((down - CHIN) / (SHOULDERS - CHIN), 0, 1)
        return np.asarray(larger + t * t * (3 - 2 * t) * (body - larger))

    def _sinks(self, larger: float, above: float, below: float) -> float:
        """By how many pixels lower the face is shown, of a person that is known so far above and
        below it."""
        if larger > 1:
            return 0.0
        if self._cut_above:
            return min(0.0, above * larger - self._y)
        if not self._cut_below:
            return 0.0
        longer = LONGER * max(0.0, below - CHEST * self._unit)
        return max(0.0, self._size[1] - 1 - self._y - (below + longer) * larger)

    @staticmethod
    def _stretched(
        shown: NDArray[np.floating], end: float, reach: float, larger: float, kept: float
    ) -> NDArray[np.floating]:
        """How far from the middle comes what is shown so far from it, so that the border at `end`
        shows at most what is at `reach`, and what is up to `kept` is not stretched."""
        plain = shown / larger
        if reach * larger >= end or reach <= 1:
            return plain
        knee = min(kept, 0.9 * reach)
        # from there with the slope 1 / larger to the end: a cubic that never turns back
        span, rise = end - knee * larger, reach - knee
        u = np.clip((shown - knee * larger) / span, 0, None)
        start, last = min(span / larger, 3 * rise), END * rise
        value = start * (u - 2 * u**2 + u**3) + rise * (3 * u**2 - 2 * u**3) + last * (u**3 - u**2)
        return np.where(u > 0, knee + np.minimum(value, rise), plain)
