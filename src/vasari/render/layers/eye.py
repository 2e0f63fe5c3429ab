"""An eyeball behind the lids: it turns with the head and the gaze, never with the lids.

Its white lies still, a whole round iris turns before it on a ball, and catch-lights go but a part
of the way, since the light stays where it is (`portrait.eyeballs`). The shadow of the upper lid
goes with the lid. At rest the portrait's own pixels are seen.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.render.layers.layer import Now
from vasari.render.layers.patch import Hole, Plane, hole
from vasari.render.raster import turn_eye
from vasari.shape.eyes import DENSITY, EYEBALL, RINGS, UPPER, eye_frame
from vasari.shape.space import Pose, face_space
from vasari.values import FloatArray, Picture
from vasari.values.traits import EYE_SIDE, SHADE_STEP, EyeTraits

FINER = 2.0  # times as fine as the picture, the crop is read
LEAVES = 5.0  # degrees of a gaze after which lash and lid along the rim have left the eyeball
GLINT_GOES = 0.45  # of the iris's way: the cornea's middle lies half as far out as the iris
SEEN = 1.3  # times the angle that is asked: readers see an iris go less far than it does
MOST = np.radians(38.0)  # of a gaze in the head
LID_STEPS = 48  # along the upper lid
STEEPEST = 0.35  # cosine of the largest angle at which an iris is still seen as a disc


class Eye:
    """One eye of one portrait.

    Args:
        picture: (H, W, 3) the working picture.
        landmarks: (478, 3) in its pixels.
        pose: the portrait's own, in the same pixels.
        gaze: (2,) the portrait's own, degrees.
        width: of the eye between its corners, face space.
        traits: of both eyes.
        which: the right eye (0) or the left (1).
    """

    def __init__(
        self, picture: Picture, landmarks: FloatArray, pose: Pose, gaze: FloatArray, width: float,
        traits: EyeTraits, which: int,
    ) -> None:  # fmt: skip
        ring, iris = face_space().rings[RINGS[which]], traits.irises[which]
        self._ring, self._upper, self._slide = ring, UPPER[which], traits.slide
        opening = landmarks[ring, :2]
        middle = np.append(opening.mean(0), landmarks[ring, 2].mean()).astype(np.float32)
        self._plane = Plane(pose.unproject(middle))
        frame = eye_frame(landmarks, ring, pose.scale)
        fine = min(1.0, FINER * pose.scale / DENSITY)
        side = round(EYE_SIDE * fine)
        fine = side / EYE_SIDE
        self._layers = np.stack(
            [
                cv2.resize(k, (side, side), interpolation=cv2.INTER_AREA)
                for k in traits.layers[which]
            ]
        )
        centre = (iris + 0.5) * fine - 0.5
        self._iris = np.array([centre[0], centre[1], iris[2] * fine], np.float32)
        grow = np.array([[fine, 0, 0.5 * fine - 0.5], [0, fine, 0.5 * fine - 0.5], [0, 0, 1]])
        self._frame = _squared(grow[:2] @ _squared(frame))  # from portrait pixels to the layers'
        own = _squared(self._plane.to_picture(pose))
        self._turn = (self._frame @ own)[:2, :2]  # from the plane to the layers
        self._back = self._frame @ own
        self._radius = EYEBALL * width
        self._gaze = gaze
        self._shade = traits.shade[which].astype(np.float32)
        self._step = np.float32(SHADE_STEP * fine)
        axis = self._frame[:2, :2] @ (opening[len(ring) // 2] - opening[0])
        axis = axis * np.sign(axis[0] or 1) / max(float(np.hypot(*axis)), 1e-6)
        self._axes = np.array([axis, [-axis[1], axis[0]]])  # along the eye, and down
        self._line = self._lid(landmarks, np.eye(3))
        low = np.floor(opening.min(0)).astype(int) - 4
        low = np.clip(low, 0, np.array(picture.shape[1::-1]) - 1)
        high = np.clip(np.ceil(opening.max(0)).astype(int) + 5, low + 1, picture.shape[1::-1])
        self._corner = low.astype(np.float32)
        eye = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]])
        self._rest = np.zeros((*eye.shape[:2], 3), np.float32)
        where = Hole(int(low[0]), int(low[1]), np.full(eye.shape[:2], 255, np.uint8))
        drawn = np.zeros_like(eye)
        self._paint(drawn, where, np.eye(3), landmarks, np.zeros(2, np.float32), 0.0)
        self._rest = eye.astype(np.float32) - drawn

    def draw(self, out: Picture, now: Now) -> None:
        """Draw into `out` (H, W, 3 or 4)."""
        where = hole(now.points[self._ring, :2], (out.shape[1], out.shape[0]))
        if where is None:
            return
        # from pixels now to those of the portrait that lie there when the gaze rests
        back = (
            np.linalg.inv(self._frame)
            @ self._back
            @ np.linalg.inv(_squared(self._plane.to_picture(now.pose)))
        )
        height, width = where.mask.shape
        box = out[where.y : where.y + height, where.x : where.x + width]
        patch = np.ascontiguousarray(box)
        share = 1 - min(1.0, float(np.hypot(*now.turn)) / LEAVES)
        self._paint(patch, where, back, now.points, now.turn, share)
        box[:] = patch

    def _paint(
        self, out: Picture, where: Hole, back: NDArray[np.float64], points: FloatArray,
        turn: FloatArray, share: float,
    ) -> None:  # fmt: skip
        """Paint the eyeball on a box of the picture (h, w, 3 or 4)."""
        here = np.array([[1, 0, where.x], [0, 1, where.y], [0, 0, 1.0]])
        to_layers = self._frame @ back @ here
        disc, moved = self._disc(turn)
        lid = self._lid(points, back)
        turn_eye(
            out, where.mask, self._layers, self._rest, to_layers.astype(np.float32),
            (back @ here).astype(np.float32), self._corner, self._iris, disc, moved,
            np.float32(GLINT_GOES), self._axes.astype(np.float32), self._line, lid, self._shade,
            self._step, np.float32(share), self._slide,
        )  # fmt: skip

    def _disc(self, turn: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(2, 2) from the layers, about the iris as it is seen now, to about its rest; and (2,) by
        how much its middle moves."""
        rest, now = _direction(self._gaze), _direction(self._gaze + turn * SEEN)
        moved = self._turn @ (self._radius * (now - rest))
        back = np.linalg.inv(self._turn)
        disc = self._turn @ _seen(rest) @ np.linalg.inv(_seen(now)) @ back
        return disc.astype(np.float32), moved.astype(np.float32)

    def _lid(self, points: FloatArray, back: NDArray[np.float64]) -> FloatArray:
        """(LID_STEPS,) how far down, by its place along the eye, the upper lid's line lies."""
        line = points[self._upper, :2] @ back[:2, :2].T + back[:2, 2]
        line = line @ self._frame[:2, :2].T + self._frame[:2, 2]
        line = (line - self._iris[:2]) @ self._axes.T
        order = np.argsort(line[:, 0])
        along = (np.arange(LID_STEPS) / (LID_STEPS - 1) - 0.5) * len(self._layers[0])
        return np.asarray(np.interp(along, line[order, 0], line[order, 1]), np.float32)


def _direction(gaze: FloatArray) -> NDArray[np.float64]:
    """(2,) right and down, of a gaze in degrees: the unit vector's part across the face."""
    yaw, pitch = np.clip(np.radians(gaze.astype(np.float64)), -MOST, MOST)
    return np.array([np.sin(yaw), -np.sin(pitch)])


def _seen(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 2) how a disc that faces there is seen from the front: narrower the way it turns."""
    squared = min(float(direction @ direction), 1 - STEEPEST**2)
    if squared < 1e-9:
        return np.eye(2)
    narrow = 1 - np.sqrt(1 - squared)
    return np.asarray(np.eye(2) - narrow * np.outer(direction, direction) / (direction @ direction))


def _squared(m: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.vstack([m, [0.0, 0.0, 1.0]])
