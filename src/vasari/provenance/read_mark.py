"""Whether pictures carry the mark, how sure that is, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import exp

import cv2
import numpy as np

from vasari.provenance.pattern import DATA, decoded
from vasari.provenance.search import Spectrum, best_place, places_tried, residual, turns_at
from vasari.values import FloatArray, Picture

SURE = 1e-6  # chance of a false alarm below which a mark counts as found
LONGEST = 1024  # pixels: larger pictures are shrunk
SMALLEST = 64  # pixels: in smaller pictures nothing could be found
# Where the mean of all pictures shows nothing, those of stretches of them are looked at, of longer
# ones (twice, four times) where there would be too many.
STRETCH = 100  # pictures
STRETCHES = 16


@dataclass(frozen=True)
class MarkReading:
    """What the search for the mark found.

    Attributes:
        found: whether the pictures carry the mark of Vasari: they are synthetic.
        chance: of a score like this, or a better one, in pictures without the mark, at most. It
            follows from the search itself: see `vasari.provenance.search`.
        score: how well the known phases agree, in standard deviations of pictures without it.
        making: the number of the making, 32 bits; None where too little of it is left to read.
        pictures: how many were looked at together.
    """

    found: bool
    chance: float
    score: float
    making: int | None
    pictures: int


def read_mark(pictures: Iterable[Picture]) -> MarkReading:
    """Look for the mark in pictures that belong together.

    Args:
        pictures: (H, W, 3) or (H, W, 4) uint8, of a video or of one still. Those of another size
            than the first are left out.

    Returns:
        What was found; in no pictures, nothing.
    """
    best = MarkReading(False, 1.0, 0.0, None, 0)
    for looks, (light, count) in enumerate(_means(pictures), 1):
        reading = _looked_at(light, count, looks)
        if reading.found:
            return reading
        best = max(best, reading, key=lambda r: r.score)
    return best


def _means(pictures: Iterable[Picture]) -> Iterator[tuple[FloatArray, int]]:
    """(H, W) mean light of all pictures and their number; then of each stretch of them."""
    sums: list[tuple[FloatArray, int]] = []
    long = STRETCH
    for light in map(_light, pictures):
        if not sums or sums[-1][1] == long:
            if len(sums) == STRETCHES:
                sums = [_joined(sums[k : k + 2]) for k in range(0, STRETCHES, 2)]
                long *= 2
            sums.append((np.zeros_like(light if not sums else sums[0][0]), 0))
        if light.shape == sums[0][0].shape:
            sums[-1] = sums[-1][0] + light, sums[-1][1] + 1
    parts = [_joined(sums)] * bool(sums) + sums * (len(sums) > 1)
    yield from ((total / np.float32(count), count) for total, count in parts if count)


def _joined(sums: list[tuple[FloatArray, int]]) -> tuple[FloatArray, int]:
    return np.sum([total for total, _ in sums], axis=0), sum(count for _, count in sums)


def _light(picture: Picture) -> FloatArray:
    """(H, W) float32 grey levels, what is transparent as middle grey, at most LONGEST a side."""
    light = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_RGB2GRAY)
    out = light.astype(np.float32)
    if picture.shape[2] == 4:
        out = 128 + (out - 128) * picture[..., 3] / np.float32(255)
    shrunk = LONGEST / max(out.shape)
    if shrunk < 1:
        return np.asarray(cv2.resize(out, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA))
    return np.asarray(out)


def _looked_at(light: FloatArray, count: int, looks: int) -> MarkReading:
    """What one mean says, after so many looks with this one."""
    if min(light.shape) < SMALLEST:
        return MarkReading(False, 1.0, 0.0, None, count)
    spectrum = Spectrum(residual(light))
    place = best_place(spectrum)
    chance = min(1.0, looks * places_tried() * exp(-(max(place.score, 0) ** 2) / 2))
    found = chance < SURE
    making = decoded(turns_at(spectrum, place)[:DATA]) if found else None
    return MarkReading(found, chance, place.score, making, count)
