"""The line where closed lips meet, found in the picture itself.

A reader that is two pixels off would open the mouth inside a lip. The line is the darkest seam
between the lips, so a closed mouth's landmarks are moved onto it: the path of least light across
the mouth (dynamic programming over columns), close to where the reader put it.
"""

from __future__ import annotations

import cv2
import numpy as np

from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.values import FloatArray, Picture

REACH = 0.055  # eye distances up and down in which the line is sought
STEPS = 23  # places in that reach, an odd number
COLUMNS = 33  # between the corners of the mouth
STIFF = 0.12  # cost of a step between neighbouring columns, in units of the strip's contrast
FAR = 0.35  # cost of the farthest place, in the same units
RINGS_FOLLOW = np.array([1.0, 0.85, 0.6], np.float32)  # inner line outwards
CORNERS = (78, 308)


def settle_lip_line(picture: Picture, landmarks: FloatArray, unit: float) -> FloatArray:
    """Landmarks of a closed mouth with the inner lip lines on the dark line between the lips.

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels; the mouth should be all but closed.
        unit: pixels an eye distance.
    """
    line = _read_line(landmarks)  # (COLUMNS, 2)
    across = line[-1] - line[0]
    across /= max(float(np.linalg.norm(across)), 1e-6)
    down = np.array([-across[1], across[0]], np.float32)
    offsets = np.linspace(-REACH, REACH, STEPS, dtype=np.float32) * np.float32(unit)
    places = line[None] + offsets[:, None, None] * down  # (STEPS, COLUMNS, 2)
    light = _light(picture, places, unit)
    contrast = float(np.percentile(light, 90) - np.percentile(light, 5))
    if contrast < 12:
        return landmarks
    far = FAR * (np.abs(offsets) / offsets[-1])[:, None] ** 2
    path = offsets[_cheapest(light / contrast + far)]
    return _moved(landmarks, line, _smooth(path), down)


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


def _cheapest(cost: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """(COLUMNS,) row of the cheapest path from left to right."""
    rows = np.arange(len(cost))
    step = STIFF * np.abs(rows[:, None] - rows[None])  # from, to
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
    landmarks: FloatArray, line: FloatArray, shift: FloatArray, down: FloatArray
) -> FloatArray:
    out = landmarks.copy()
    along = np.linspace(0, 1, COLUMNS)
    share = np.interp(np.arange(1, 10) / 10, along, shift)
    for rings in (LIP_RINGS_UPPER, LIP_RINGS_LOWER):
        out[rings, :2] += (RINGS_FOLLOW[:, None] * share)[..., None] * down
    for corner, by in zip(CORNERS, (shift[0], shift[-1]), strict=True):
        out[corner, :2] += by * down
    return out
