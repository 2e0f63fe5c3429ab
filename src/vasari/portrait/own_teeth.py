"""The teeth that a portrait shows, cut out so that they can stay while the lips move."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.teeth import ABOVE, DENSITY, UPPER_EDGE
from vasari.values import FloatArray, Picture

LEAST = 0.006  # square eye distances of teeth that are worth keeping
HIGHEST, LOWEST = UPPER_EDGE - 0.03, UPPER_EDGE + 0.09  # where a biting edge can lie


@dataclass(frozen=True)
class OwnTeeth:
    """Upper teeth in the plane of the teeth.

    Attributes:
        colour: (h, w, 3) the portrait in that plane.
        share: (h, w) 0 to 1, where the teeth are.
        tone: (3,) their colour where it is brightest.
        edge: where the biting edge of the front teeth lies, eye distances below the lips' line.
    """

    colour: Picture
    share: FloatArray
    tone: FloatArray
    edge: float

    def lay_over(self, upper: NDArray[np.uint8]) -> None:
        """Put them over a drawn upper row (h, w, 4), in place."""
        share = self.share[..., None]
        upper[..., :3] = (upper[..., :3] * (1 - share) + self.colour * share).astype(np.uint8)
        upper[..., 3] = np.maximum(upper[..., 3], (self.share * 255).astype(np.uint8))


def find_own_teeth(colour: Picture, inside: FloatArray, dark: float) -> OwnTeeth | None:
    """Tell the upper teeth from tongue, gaps and lower teeth by their light and their place.

    Args:
        colour: (h, w, 3) the portrait in the plane of the teeth.
        inside: (h, w) 0 to 1, where that is within the inner lips.
        dark: light of the dark of the mouth, 0 to 255.
    """
    light = colour.astype(np.float32).mean(2)
    if not (inside > 0.9).any():
        return None
    bright = float(np.percentile(light[inside > 0.9], 85))
    teeth = np.clip((light - 0.5 * bright) / (0.2 * bright), 0, 1) * inside
    teeth = _upper_row(teeth)
    if bright < 1.6 * dark + 30 or teeth.sum() < LEAST * DENSITY**2:
        return None
    tone = np.percentile(colour[teeth > 0.8], 70, axis=0) if (teeth > 0.8).any() else None
    if tone is None:
        return None
    middle = teeth.shape[1] // 2
    front = teeth[:, middle - DENSITY // 12 : middle + DENSITY // 12].max(1)
    edge = float(np.nonzero(front > 0.5)[0].max(initial=0)) / DENSITY - ABOVE
    return OwnTeeth(colour, teeth, tone.astype(np.float32), float(np.clip(edge, HIGHEST, LOWEST)))


def _upper_row(teeth: FloatArray) -> FloatArray:
    """Only the biggest piece and what stands beside it; lower teeth and lips fall away."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((teeth > 0.45).astype(np.uint8))
    if count < 2:
        return np.zeros_like(teeth)
    biggest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    top = stats[biggest, cv2.CC_STAT_TOP]
    middle = top + 0.75 * stats[biggest, cv2.CC_STAT_HEIGHT]
    centre = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT] / 2
    beside = centre < middle
    beside[0], beside[biggest] = False, True
    kept = cv2.dilate(beside[labels].astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray(teeth * cv2.GaussianBlur(kept.astype(np.float32), (0, 0), 1.5), np.float32)
