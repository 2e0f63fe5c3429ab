"""A whole person who comes nearer or goes away, before a background that stays.

What is drawn of the person at the portrait's own distance is shown larger or smaller as one piece,
about the middle of the face. Where the picture's border cuts the person off, what lies between the
face and the border is stretched towards it, so no border of the portrait comes into the picture.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.body import Carried
from vasari.values import FloatArray, Motion
from vasari.values.motion import CAMERA

CUT_OFF = 16  # alpha of a border that cuts the person off
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
        self._middle, self._keep = middle, KEEP * unit
        alpha = person[..., 3]
        sides = ((alpha[:, 0], alpha[:, -1]), (alpha[0], alpha[-1]))
        self._cut = [[bool(side.max() > CUT_OFF) for side in pair] for pair in sides]
        self._size = alpha.shape[1], alpha.shape[0]

    def show(self, person: NDArray[np.uint8], larger: float) -> NDArray[np.uint8]:
        """(H, W, 4) the person so many times as large."""
        xs, ys = (self._source(axis, larger) for axis in (0, 1))
        width, height = self._size
        shape = (height, width)
        x = np.broadcast_to(xs[None, :], shape).copy()
        y = np.broadcast_to(ys[:, None], shape).copy()
        how = cv2.INTER_CUBIC if larger > 1 else cv2.INTER_LINEAR
        out = np.asarray(cv2.remap(person, x, y, how, borderMode=cv2.BORDER_CONSTANT), np.uint8)
        np.minimum(out[..., :3], out[..., 3:], out=out[..., :3])  # no ringing where nothing is
        return out

    def _source(self, axis: int, larger: float) -> FloatArray:
        """(n,) where along x (0) or y (1) each pixel comes from."""
        n, middle = self._size[axis], float(self._middle[axis])
        place = np.arange(n, dtype=np.float64)
        source = middle + (place - middle) / larger
        if larger < 1:
            for end, cut in zip((0.0, n - 1.0), self._cut[axis], strict=True):
                if cut:
                    self._stretch(place, source, middle, end, larger)
        return source.astype(np.float32)

    def _stretch(
        self, place: NDArray[np.float64], source: NDArray[np.float64], middle: float, end: float,
        larger: float,
    ) -> None:  # fmt: skip
        """Changes `source` on the way from the middle to `end` so that it just reaches it."""
        sign = 1.0 if end > middle else -1.0
        whole = sign * (end - middle)
        knee = min(self._keep, 0.9 * whole * larger)  # in the portrait; shown at knee * larger
        shown = sign * (place - middle)
        beyond = shown > knee * larger
        # from the knee with the slope there, 1 / larger, to the end: a cubic that never turns back
        span, rise = whole - knee * larger, whole - knee
        u = (shown[beyond] - knee * larger) / span
        start, last = span / larger, min(rise, 0.3 * rise)
        value = start * (u - 2 * u**2 + u**3) + rise * (3 * u**2 - 2 * u**3) + last * (u**3 - u**2)
        source[beyond] = middle + sign * (knee + np.minimum(value, rise))
