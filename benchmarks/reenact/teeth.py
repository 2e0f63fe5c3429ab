"""Whether a mouth shows the same teeth each time it opens.

Under the upper inner lip line of every open mouth a strip is read, upright and at one size: WIDE
across, from SKIPPED below the line to HIGH further down, in eye distances. Where the same teeth
stand there each time, the strips are alike. Constancy is the correlation of a strip with the mean
of all the others, averaged over the strips: 1 for a fixed texture, 0 for noise. Lips that rise or
fall over the teeth, and heads that turn, lower it in real clips too.
"""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.reenact.inside import eye_distance
from benchmarks.reenact.measure import grey
from vasari.shape.landmarks import LIP_RINGS_UPPER

WIDE, HIGH, SKIPPED = 0.36, 0.06, 0.01  # eye distances
COLUMNS, ROWS = 48, 8  # samples of a strip
MIDDLE = 13  # landmark: the upper lip's inner middle
CORNERS = (78, 308)  # of the inner lips
FEWEST = 8  # open mouths that can be judged


def strip(picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """(ROWS, COLUMNS) grey under the upper lip, its mean taken away."""
    unit = eye_distance(landmarks)
    line = landmarks[[CORNERS[0], *LIP_RINGS_UPPER[0], CORNERS[1]], :2].astype(np.float64)
    across = (landmarks[263, :2] - landmarks[33, :2]) / unit
    down = np.array([-across[1], across[0]])
    from_middle = line - landmarks[MIDDLE, :2]
    x = np.linspace(-WIDE / 2, WIDE / 2, COLUMNS) * unit
    lip = np.interp(x, from_middle @ across, from_middle @ down)
    y = lip + (SKIPPED + np.linspace(0, HIGH, ROWS))[:, None] * unit
    at = landmarks[MIDDLE, :2] + x[None, :, None] * across + y[..., None] * down
    at = np.ascontiguousarray(at, np.float32)
    seen = cv2.remap(grey(picture), at[..., 0], at[..., 1], cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return seen - seen.mean()


def constancy(strips: list[np.ndarray]) -> float:
    """Mean correlation of each strip with the mean of the others; NaN for too few of them."""
    if len(strips) < FEWEST:
        return float("nan")
    all_of_them = np.sum(strips, axis=0)
    return float(np.mean([_correlation(s, all_of_them - s) for s in strips]))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Of two pictures without mean; 0 where one of them is flat."""
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / size if size > 1e-6 else 0.0
