"""How sharp the inside of an open mouth is.

Sharpness is the mean of |Laplacian| of the grey picture, here over the pixels inside the inner
lips, RIM away from them so that the edge of the lips themselves does not count, and over two
patches of cheek. Two ratios are made of it: an open mouth against the same moment of the real clip
(1 is right, a blurred mouth is below, noise above), and an open mouth against the cheek of the same
picture, which tells a mouth that is sharp in a soft picture, or soft in a sharp one.
"""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.reenact.measure import grey
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.shape.space import face_space

OPEN = 0.08  # eye distances between the inner lips from which a mouth counts as open
RIM = 0.015  # eye distances inside the lips that are left out
CHEEKS = (205, 425)
CHEEK = 0.1  # eye distances, radius of a patch
FEWEST = 30  # pixels inside a mouth that can be judged


def eye_distance(landmarks: np.ndarray) -> float:
    """Pixels between the outer corners of the eyes, by landmarks (478, 2 or 3)."""
    return float(np.linalg.norm(landmarks[33, :2] - landmarks[263, :2]))


def opening(landmarks: np.ndarray) -> float:
    """Eye distances between the inner lips, mean of their five middle pairs."""
    upper, lower = (landmarks[ring[0][2:7], :2] for ring in (LIP_RINGS_UPPER, LIP_RINGS_LOWER))
    return float(np.linalg.norm(lower - upper, axis=1).mean()) / eye_distance(landmarks)


def sharpness(picture: np.ndarray, landmarks: np.ndarray) -> tuple[float, float]:
    """Mean |Laplacian| inside the lips and on the cheeks; NaN where too little is seen of them."""
    edges = np.abs(cv2.Laplacian(grey(picture), cv2.CV_64F))
    unit = eye_distance(landmarks)
    lips, cheeks = (np.zeros(edges.shape, np.uint8) for _ in range(2))
    ring = landmarks[face_space().rings["lips_inner"], :2]
    cv2.fillPoly(lips, [np.round(ring).astype(np.int32)], (1,))
    across = 2 * round(RIM * unit) + 1
    lips = cv2.erode(lips, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across)))
    for x, y in np.round(landmarks[list(CHEEKS), :2]).astype(int).tolist():
        cv2.circle(cheeks, (x, y), round(CHEEK * unit), (1,), -1)
    return _mean(edges, lips), _mean(edges, cheeks)


def _mean(values: np.ndarray, mask: np.ndarray) -> float:
    inside = values[mask > 0]
    return float(inside.mean()) if len(inside) >= FEWEST else float("nan")
