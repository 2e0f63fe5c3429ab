"""The teeth that a portrait shows, cut out so that they can stay while the lips move."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.teeth import ABOVE, DENSITY, UPPER_EDGE
from vasari.values import FloatArray, Picture

LEAST_RED = 0.12  # redness of the lips in a picture with colours
REDDEST = 0.75  # of the lips' redness: what is redder is no tooth
LEAST = 0.006  # square eye distances of teeth that are worth keeping
NARROWEST = 0.32  # eye distances of a row: of a narrower one only the tone is kept
# Where a biting edge can lie. A laughing mouth that is closed in thought lays its lips half-way,
# too low for its own teeth to show in speech: higher ones are taken down so far.
HIGHEST, LOWEST = UPPER_EDGE - 0.01, UPPER_EDGE + 0.04


@dataclass(frozen=True)
class OwnTeeth:
    """Upper teeth in the plane of the teeth.

    Attributes:
        colour: (h, w, 3) the portrait in that plane.
        share: (h, w) 0 to 1, where the teeth are; all 0 where too few are seen.
        tone: (3,) their colour where it is brightest.
        edge: where the biting edge of the front teeth lies, eye distances below the lips' line.
    """

    colour: Picture
    share: FloatArray
    tone: FloatArray
    edge: float

    def lay_over(self, upper: NDArray[np.uint8]) -> None:
        """Put them over a drawn upper row (h, w, 4), in place; no drawn tooth is longer than the
        own one in front of it."""
        height, width = self.share.shape
        columns = np.flatnonzero(self.share.max(0) > 0.5)
        if not len(columns):
            return
        last = height - (self.share[::-1, columns] > 0.3).argmax(0)
        ends = np.interp(np.arange(width), columns, last)
        beyond = np.clip(np.arange(height)[:, None] - ends + 1, 0, 1)
        upper[..., 3] = (upper[..., 3] * (1 - beyond)).astype(np.uint8)
        share = self.share[..., None]
        upper[..., :3] = (upper[..., :3] * (1 - share) + self.colour * share).astype(np.uint8)
        upper[..., 3] = np.maximum(upper[..., 3], (self.share * 255).astype(np.uint8))


def find_own_teeth(
    colour: Picture, inside: FloatArray, lip: FloatArray, dark: float
) -> OwnTeeth | None:
    """Tell the upper teeth from tongue, lips, gaps and lower teeth by their light, their colour
    and their place.

    Args:
        colour: (h, w, 3) the portrait in the plane of the teeth.
        inside: (h, w) 0 to 1, where that is within the inner lips.
        lip: (3,) the colour of the lips.
        dark: light of the dark of the mouth, 0 to 255.
    """
    soft = cv2.GaussianBlur(colour, (0, 0), 0.006 * DENSITY).astype(np.float32)
    light, well = soft.mean(2), inside > 0.9
    if not well.any():
        return None
    pale = _paleness(soft, well, lip)
    bright = float(np.percentile(light[well & (pale > 0.5)], 85)) if (pale[well] > 0.5).any() else 0
    if bright < 1.6 * dark + 30:
        return None
    teeth = np.clip((light - 0.5 * bright) / (0.15 * bright), 0, 1) * pale * inside
    teeth = _upper_row(np.asarray(teeth, np.float32), inside)
    if teeth.sum() < LEAST * DENSITY**2:
        return None
    tone = np.percentile(colour[teeth > 0.8], 70, axis=0) if (teeth > 0.8).any() else None
    if tone is None:
        return None
    middle = teeth.shape[1] // 2
    front = teeth[:, middle - DENSITY // 12 : middle + DENSITY // 12].max(1)
    edge = float(np.nonzero(front > 0.5)[0].max(initial=0)) / DENSITY - ABOVE
    if (teeth.max(0) > 0.5).sum() < NARROWEST * DENSITY:
        return OwnTeeth(colour, np.zeros_like(teeth), tone.astype(np.float32), UPPER_EDGE)
    lower = max(0, round((HIGHEST - edge) * DENSITY))
    colour, teeth = np.roll(colour, lower, 0), np.roll(teeth, lower, 0)
    return OwnTeeth(colour, teeth, tone.astype(np.float32), float(np.clip(edge, HIGHEST, LOWEST)))


def _paleness(colour: FloatArray, well: NDArray[np.bool_], lip: FloatArray) -> FloatArray:
    """(h, w) 0 to 1: teeth are less red than lips, gums and tongue. All 1 where not even lips are
    red, 0 where nothing is less red."""
    red = redness(colour)
    lightest = colour.mean(2) >= np.percentile(colour.mean(2)[well], 60)
    tooth, most = float(np.percentile(red[well & lightest], 15)), float(redness(lip[None])[0])
    if most < LEAST_RED:
        return np.ones_like(red)
    if tooth > REDDEST * most:
        return np.zeros_like(red)
    return np.asarray(np.clip((0.62 * most + 0.38 * tooth - red) / (0.24 * (most - tooth)), 0, 1))


def redness(colour: FloatArray) -> FloatArray:
    """Of colours (..., 3), red against green: blue would take yellow teeth for flesh."""
    return np.asarray((colour[..., 0] - colour[..., 1]) / (colour.mean(-1) + 10))


def _upper_row(teeth: FloatArray, inside: FloatArray) -> FloatArray:
    """The upper row as one piece with what lies between its teeth: in each column what comes
    first below the upper lip, about as long as in its neighbours."""
    there = cv2.morphologyEx((teeth > 0.5).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5)))
    count, labels, stats, places = cv2.connectedComponentsWithStats(there)
    if count < 2:
        return np.zeros_like(teeth)
    area, top = stats[1:, cv2.CC_STAT_AREA], places[1:, 1]
    large = area > 0.3 * area.max()
    first = 1 + int(np.flatnonzero(large)[np.argmin(top[large])])
    line = top[first - 1] + 0.35 * stats[first, cv2.CC_STAT_HEIGHT]
    beside = places[:, 1] < line
    beside[0], beside[first] = False, True
    row = beside[labels].astype(np.uint8)
    row = cv2.morphologyEx(row, cv2.MORPH_CLOSE, np.ones((7, DENSITY // 16), np.uint8))
    starts, ends = row.argmax(0), row.shape[0] - row[::-1].argmax(0)
    columns = np.flatnonzero(row.any(0))
    for x in columns:  # only the first run
        run = row[starts[x] :, x]
        ends[x] = starts[x] + (int(run.argmin()) if not run.all() else len(run))
    reach = DENSITY // 12
    for x in columns:
        near = columns[np.abs(columns - x) <= reach]
        most = np.percentile(ends[near], 70) + 0.012 * DENSITY
        row[int(min(ends[x], most)) :, x] = 0
    solid = cv2.GaussianBlur(row.astype(np.float32), (0, 0), 1.5)
    return np.asarray(solid * np.clip(inside * 1.2, 0, 1), np.float32)
