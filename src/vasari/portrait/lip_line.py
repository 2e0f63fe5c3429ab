"""The line where closed lips meet, and where lips a little apart end, found in the picture itself.

A reader that is two pixels off would open the mouth inside a lip. The line is the darkest seam
between the lips, so a closed mouth's landmarks are moved onto it: the path across the mouth that
is darker than what lies above and below it (dynamic programming over columns), close to where the
reader put it. Of lips that stand
a little apart the reader often lays a line into the lip: each comes back to where the lip ends,
and both go from corner to corner in one smooth bow, so that the mouth opens straight.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.mouth import share_of_way, tones_of
from vasari.portrait.own_teeth import redness
from vasari.portrait.teeth import Tones
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.values import FloatArray, Picture

REACH = 0.055  # eye distances up and down in which the line is sought
STEPS = 23  # places in that reach, an odd number
# Lips must be lighter than the line between them so near to it: eye distances, and pixels at least.
BESIDE, BESIDE_PIXELS = 0.015, 1.5
COLUMNS = 33  # between the corners of the mouth
STIFF = 0.12  # cost of a step between neighbouring columns, in units of the strip's contrast
FAR = 0.35  # cost of the farthest place, in the same units
RINGS_FOLLOW = np.array([1.0, 0.85, 0.6], np.float32)  # inner line outwards
CORNERS = (78, 308)
# Lips apart: what is looked at from the seam outwards, all in eye distances.
EDGE_STEP, BEYOND = 0.0025, 0.035
LIP_FROM = 0.012  # so far beyond the read line there is surely lip
LIP_DARK = 0.35  # the dark is that of a lip's light at most: an upper lip in the shade is no dark
LIP_UNTIL, INSIDE_FROM = 0.25, 0.55  # of the way from the lip's colour to that of teeth or dark
RED = 0.25  # redness of lips from which teeth are told by having less
WRONG = 0.5  # cost of a step of EDGE_STEP on the wrong side of an edge, in units of STIFF
AS_READ = 0.03  # eye distances from the read line that cost 1
BLUNT = 0.6  # the power of a parabola that both lines follow: an opening has no needles as corners


def settle_lip_line(
    picture: Picture, landmarks: FloatArray, unit: float, least: float = 0.0
) -> FloatArray:
    """Landmarks of a mouth with its inner lip lines where the picture shows them.

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels; the mouth should be closed or only a little open.
        unit: pixels an eye distance.
        least: 0 moves both lines with the dark line between closed lips. Of lips that stand apart,
            the mean opening that they keep at least, eye distances.
    """
    line = _read_line(landmarks)  # (COLUMNS, 2)
    across = line[-1] - line[0]
    across /= max(float(np.linalg.norm(across)), 1e-6)
    down = np.array([-across[1], across[0]], np.float32)
    step = 2 * REACH / (STEPS - 1)
    beside = math.ceil(max(BESIDE, BESIDE_PIXELS / unit) / step - 1e-6)
    rows = np.arange(STEPS + 2 * beside) - STEPS // 2 - beside
    offsets = np.asarray(rows * step * unit, np.float32)
    places = line[None] + offsets[:, None, None] * down  # (STEPS + 2 beside, COLUMNS, 2)
    light = _light(picture, places, unit)
    contrast = float(np.percentile(light, 90) - np.percentile(light, 5))
    if contrast < 12:
        return landmarks
    offsets = offsets[beside:-beside]
    far = FAR * (np.abs(offsets) / offsets[-1])[:, None] ** 2
    seam = _smooth(offsets[_cheapest(far - _valley(light, beside) / contrast, STIFF)])
    if least == 0:
        shifts = (seam, seam)
    else:
        shifts = _edges(picture, landmarks, line, down, seam, unit, least)
    return _moved(landmarks, line, shifts, down)


def _valley(light: FloatArray, beside: int) -> FloatArray:
    """(STEPS, COLUMNS) how much darker a place is than what lies up to so many rows above and below
    it: the edge of a moustache and an upper lip in the shade have light on one side only."""
    here = light[beside:-beside]
    around = [np.stack([light[beside + sign * k :][: len(here)] for k in range(1, beside + 1)])
              for sign in (-1, 1)]  # fmt: skip
    return np.asarray(np.maximum(np.minimum(*(a.max(0) for a in around)) - here, 0), np.float32)


def _edges(
    picture: Picture, landmarks: FloatArray, line: FloatArray, down: FloatArray, seam: FloatArray,
    unit: float, least: float,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """How far down the upper and the lower lip's line are to go, (COLUMNS,) pixels each."""
    tone = tones_of(picture, landmarks)
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.5, 0.006 * unit)), np.uint8)
    at = np.linspace(-1, 1, COLUMNS)
    bow = (1 - at**2) ** BLUNT
    curves = bow[:, None] * np.stack([np.ones_like(at), at, at**2], 1)
    read, found = [], []
    for sign, rings in ((-1, LIP_RINGS_UPPER), (1, LIP_RINGS_LOWER)):
        below = _below(landmarks[rings[0], :2], line, down)
        most = np.maximum(sign * (below - seam), 0) / unit  # from the seam to the read line
        steps = np.arange(0, float(most.max()) + BEYOND, EDGE_STEP, dtype=np.float32)
        places = line + (seam + sign * unit * steps[:, None])[..., None] * down
        x, y = (np.ascontiguousarray(places[..., k], np.float32) for k in (0, 1))
        seen = cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        edge = _edge(np.asarray(seen, np.float32), steps[:, None] - most, tone)
        edge = np.minimum(steps[edge], most)
        fit = curves @ np.linalg.lstsq(curves, edge, rcond=None)[0]
        read.append(below)
        found.append(np.maximum(fit, 0))
    middle = slice(COLUMNS // 4, COLUMNS - COLUMNS // 4)
    lacks = max(0.0, least - float((found[0] + found[1])[middle].mean()))
    more = lacks / 2 * bow / float(bow[middle].mean())
    upper, lower = ((f + more) * unit for f in found)
    return seam - upper - read[0], seam + lower - read[1]


def _edge(seen: FloatArray, past: FloatArray, tone: Tones) -> NDArray[np.intp]:
    """(COLUMNS,) the row in which a lip begins.

    Args:
        seen: (n, COLUMNS, 3) colours from the seam outwards.
        past: (n, COLUMNS) how far each lies beyond the line that was read, eye distances.
        tone: the colours of the mouth.
    """
    lips = ((past > LIP_FROM) & (past < BEYOND))[..., None]
    lip = np.nanmedian(np.where(lips, seen, np.nan), axis=0)
    lip = np.asarray(0.5 * lip + 0.5 * np.median(lip, axis=0), np.float32)
    darkest = LIP_DARK * lip.mean(1, keepdims=True) / max(float(tone.dark.mean()), 1.0)
    dark = tone.dark * np.minimum(1, darkest)
    foreign = np.maximum(share_of_way(seen, lip, tone.tooth), share_of_way(seen, lip, dark))
    foreign = np.maximum(foreign, _less_red(seen, lip))
    inside = np.clip((foreign - LIP_UNTIL) / (INSIDE_FROM - LIP_UNTIL), 0, 1) * (past <= 0)
    lip_within = np.cumsum(1 - inside, 0) - (1 - inside)
    hole_beyond = inside.sum(0) - (np.cumsum(inside, 0) - inside)
    cost = WRONG * (lip_within + hole_beyond) + (past / AS_READ) ** 2
    return _cheapest(np.asarray(cost, np.float32), STIFF)


def _less_red(seen: FloatArray, lip: FloatArray) -> FloatArray:
    """(n, m) by which share colours (n, m, 3) are less red than lips (m, 3), where lips are red:
    teeth in the shade are neither dark nor light."""
    red = redness(lip)
    return np.asarray((1 - redness(seen) / np.maximum(red, RED)) * np.clip(red / RED, 0, 1))


def _below(points: FloatArray, line: FloatArray, down: FloatArray) -> FloatArray:
    """(COLUMNS,) pixels that a lip's nine points (9, 2) lie below the line; 0 at the corners."""
    along = np.linspace(0, 1, COLUMNS)
    tenths = np.arange(11) / 10
    there = np.stack([np.interp(tenths[1:-1], along, line[:, k]) for k in (0, 1)], 1)
    return np.interp(along, tenths, np.r_[0, (points - there) @ down, 0]).astype(np.float32)


def _read_line(landmarks: FloatArray) -> FloatArray:
    middle = (landmarks[LIP_RINGS_UPPER[0], :2] + landmarks[LIP_RINGS_LOWER[0], :2]) / 2
    points = np.concatenate([landmarks[None, CORNERS[0], :2], middle,
                             landmarks[None, CORNERS[1], :2]])  # fmt: skip
    at = np.linspace(0, len(points) - 1, COLUMNS)
    line = [np.interp(at, np.arange(len(points)), points[:, k]) for k in (0, 1)]
    return np.stack(line, 1).astype(np.float32)


def _light(picture: Picture, places: FloatArray, unit: float) -> FloatArray:
    """(STEPS, COLUMNS) light at places, a little smoothed against hairs and noise."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(grey, (0, 0), max(0.5, 0.008 * unit))
    seen = cv2.remap(soft, places[..., 0], places[..., 1], cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return np.asarray(seen, np.float32)


def _cheapest(cost: FloatArray, stiff: float) -> NDArray[np.intp]:
    """(COLUMNS,) row of the cheapest path from left to right; each row up or down costs `stiff`."""
    rows = np.arange(len(cost))
    step = stiff * np.abs(rows[:, None] - rows[None])  # from, to
    total, came = cost[:, 0], np.zeros(cost.shape, np.intp)
    for k in range(1, cost.shape[1]):
        ways = total[:, None] + step
        came[:, k] = ways.argmin(0)
        total = ways.min(0) + cost[:, k]
    path = np.empty(cost.shape[1], np.intp)
    path[-1] = int(total.argmin())
    for k in range(cost.shape[1] - 1, 0, -1):
        path[k - 1] = came[path[k], k]
    return path


def _smooth(path: FloatArray) -> FloatArray:
    padded = np.pad(path, 3, mode="edge")
    return np.convolve(padded, np.ones(7) / 7, "valid").astype(np.float32)


def _moved(
    landmarks: FloatArray, line: FloatArray, shifts: tuple[FloatArray, FloatArray],
    down: FloatArray,
) -> FloatArray:  # fmt: skip
    """Upper and lower line moved down by so many pixels (COLUMNS,) each, the rings with them."""
    out = landmarks.copy()
    along = np.linspace(0, 1, COLUMNS)
    for rings, shift in zip((LIP_RINGS_UPPER, LIP_RINGS_LOWER), shifts, strict=True):
        share = np.interp(np.arange(1, 10) / 10, along, shift)
        out[rings, :2] += (RINGS_FOLLOW[:, None] * share)[..., None] * down
    for corner, k in zip(CORNERS, (0, -1), strict=True):
        out[corner, :2] += (shifts[0][k] + shifts[1][k]) / 2 * down
    return out
