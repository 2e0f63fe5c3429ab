"""An eyeball behind the lids: it turns with the head and the gaze, never with the lids.

Its texture is the portrait's own eye, completed under the lids. The gaze moves the iris in its
socket by a smooth stretch of the white, so the portrait's own pixels, catch-light included, stay.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.layers.layer import Now
from vasari.render.layers.patch import Hole, Plane, hole, into_plane, lay
from vasari.shape.space import Pose
from vasari.values import FloatArray, Indices, Picture

EYEBALL = 0.133  # radius in eye distances: 12 mm of 90 mm
STIFF = 1.15  # iris radii around its centre that move as one
REACH = 2.7  # iris radii where the stretch of the white ends
LEAVES = 2.0  # pixels of a gaze after which lash and lid along the rim have left the eyeball
MAX_SHIFT = 0.85  # iris radii: farther, and the white would fold


class Eye:
    """One eye of one portrait.

    Args:
        picture: (H, W, 3) the working picture.
        landmarks: (478, 3) in its pixels.
        pose: the portrait's own, in the same pixels.
        ring: indices of the eye's opening.
        iris: index of the middle of its iris.
    """

    def __init__(
        self, picture: Picture, landmarks: FloatArray, pose: Pose, ring: Indices, iris: int
    ) -> None:
        self._ring = ring
        opening = landmarks[ring, :2]
        rim = landmarks[iris + 1 : iris + 5, :2] - landmarks[iris, :2]
        self._centre = landmarks[iris, :2].copy()
        self._radius = float(np.linalg.norm(rim, axis=1).mean())
        corner_depth = float(landmarks[ring, 2].mean())
        middle = np.append(opening.mean(0), corner_depth).astype(np.float32)
        self._plane = Plane(pose.unproject(middle))
        own = self._plane.to_picture(pose)
        self._own = np.vstack([own, [0, 0, 1]]).astype(np.float32)
        self._rest, self._corner = _complete(picture, opening, self._centre, self._radius, False)
        self._moved, _ = _complete(picture, opening, self._centre, self._radius, True)

    def draw(self, out: Picture, now: Now) -> None:
        """Draw into `out` (H, W, 3 or 4)."""
        where = hole(now.points[self._ring, :2], (out.shape[1], out.shape[0]))
        if where is None:
            return
        x, y = self._source(where, now.pose)
        shift = self._shift(now.turn)
        x, y = self._shifted(x, y, shift)
        share = min(1.0, float(np.hypot(*shift)) / LEAVES)
        texture = cv2.addWeighted(self._moved, share, self._rest, 1 - share, 0)
        seen = cv2.remap(
            texture, x - self._corner[0], y - self._corner[1],
            cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        lay(out, where.x, where.y, np.asarray(seen, np.uint8), where.mask)

    def _source(self, where: Hole, pose: Pose) -> tuple[FloatArray, FloatArray]:
        """Portrait pixels behind the hole's pixels when the gaze rests."""
        u, v = into_plane(where, self._plane.to_picture(pose))
        own = self._own
        return own[0, 0] * u + own[0, 1] * v + own[0, 2], own[1, 0] * u + own[1, 1] * v + own[1, 2]

    def _shift(self, turn: FloatArray) -> FloatArray:
        """(2,) how far a gaze moves the iris, pixels of the portrait."""
        yaw, pitch = np.sin(np.radians(turn))
        shift = self._own[:2, :2] @ (EYEBALL * np.array([yaw, -pitch], np.float32))
        limit = MAX_SHIFT * self._radius
        return np.asarray(shift * min(1.0, limit / max(float(np.hypot(*shift)), 1e-6)), np.float32)

    def _shifted(
        self, x: FloatArray, y: FloatArray, shift: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        away = np.hypot(x - self._centre[0] - shift[0], y - self._centre[1] - shift[1])
        t = np.clip((away / self._radius - STIFF) / (REACH - STIFF), 0, 1)
        share = 1 - t * t * (3 - 2 * t)
        return x - share * shift[0], y - share * shift[1]


def _complete(
    picture: Picture, opening: FloatArray, centre: FloatArray, radius: float, rimless: bool
) -> tuple[Picture, FloatArray]:
    """The eye's surroundings with iris and white continued under the lids, and its corner.

    The rim of the opening is kept for an eye that rests; one that moves would take lash and lid
    along, so there (`rimless`) iris and white go on to its very edge.
    """
    height, width = picture.shape[:2]
    reach = np.ptp(opening[:, 0]) * 0.45 + 2
    low = np.clip(np.floor(opening.min(0) - reach).astype(int), 0, (width - 4, height - 4))
    high = np.clip(np.ceil(opening.max(0) + reach).astype(int), low + 4, (width, height))
    eye = picture[low[1] : high[1], low[0] : high[0]].copy()
    inside = np.zeros(eye.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round((opening - low) * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    square = np.ones((3, 3), np.uint8)
    known = cv2.erode(inside, square) > 0
    if not known.any():
        return eye, low.astype(np.float32)
    kept = known if rimless else cv2.dilate(inside, square) > 0
    ys, xs = np.mgrid[: eye.shape[0], : eye.shape[1]].astype(np.float32)
    cx, cy = centre - low
    on_iris = np.hypot(xs - cx, ys - cy) < 1.1 * radius
    white = _spread(eye, known & ~on_iris)
    iris = _spread(eye, known & on_iris)
    mirrored = cv2.remap(np.dstack([eye, known.astype(np.uint8) * 255]), xs, 2 * cy - ys,
                         cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)  # fmt: skip
    iris = np.where(mirrored[..., 3:] > 250, mirrored[..., :3], iris)
    edge = np.clip((1.1 * radius - np.hypot(xs - cx, ys - cy)) / 2 + 0.5, 0, 1)[..., None]
    filled = (white * (1 - edge) + iris * edge).astype(np.uint8)
    return np.where(kept[..., None], eye, filled), low.astype(np.float32)


def _spread(eye: Picture, known: NDArray[np.bool_]) -> FloatArray:
    """Known pixels continued outwards, softly."""
    if not known.any():
        return eye.astype(np.float32)
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(labels.max()) + 1, 3), np.float32)
    colours[labels[known]] = eye[known]
    return np.asarray(cv2.GaussianBlur(colours[labels], (0, 0), 1.5), np.float32)
