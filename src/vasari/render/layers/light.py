"""The painter: what light does to a moving face, put onto the warped and baked picture.

Warping keeps a photo's texture, but a cheek that rises also folds and shades, a turned head meets
the light elsewhere. A small network sees the drawn face and how it differs from the portrait, and
gives a gain for everything but the inside of the mouth. It is smooth, so texture and brush strokes
stay as sharp as they were.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.networks import network
from vasari.render.layers.layer import Now
from vasari.render.layers.patch import inside_of
from vasari.render.raster import relight
from vasari.shape.crops import by_pose, cut_out
from vasari.shape.landmarks import MESH_POINTS
from vasari.shape.space import Pose, face_space
from vasari.values import BLENDSHAPES, FloatArray, Picture

SIDE = 128  # pixels that the network sees
ROOM = 1.95  # eye distances a side of its crop
MIDDLE = np.array([0.0, 0.42, 0.0], np.float32)  # of the crop, face space
CODE = 2 * len(BLENDSHAPES) + 8  # own and present blendshapes, rotations, change of gaze
DEGREES = 30.0  # what counts as 1 in the code
ALL = 0.02  # eye distances of mean change from the portrait from which all paint is on
BRIGHTEST = np.float32(1.2)  # gain: a deep fold is redder than its skin, and more would glow
COOLER = np.array([0.65, 1.0, 1.0], np.float32)  # of a gain above 1, by colour: folds are red
FADE = 8  # pixels of the light inside the crop's border over which it begins
MASKS = (("lips_inner",), ("right_eye", "left_eye"), ("face_oval",))


def window(pose: Pose) -> NDArray[np.float64]:
    """Similarity (2, 3) from picture pixels to the painter's upright crop."""
    return by_pose(pose, MIDDLE, SIDE / ROOM, (SIDE, SIDE))


def look(picture: Picture, points: FloatArray, m: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 6): the crop `m` of a picture (H, W, 3 or 4), and where mouth, eyes and face
    lie by the landmarks now (468+, 2+)."""
    out = np.empty((SIDE, SIDE, 6), np.uint8)
    out[..., :3] = cut_out(picture, m, SIDE, quick=True)[..., :3]
    there = points[:MESH_POINTS, :2] @ m[:, :2].T + m[:, 2]
    rings = face_space().rings
    for channel, names in enumerate(MASKS, 3):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        for name in names:
            fixed = np.round(there[rings[name]] * 16).astype(np.int32)
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
        out[..., channel] = mask
    out[..., 5] = cv2.blur(out[..., 5], (9, 9))
    return out


def code_of(
    own: FloatArray, now: FloatArray, own_rotation: FloatArray, rotation: FloatArray,
    turn: FloatArray,
) -> FloatArray:  # fmt: skip
    """(CODE,): the portrait's own expression and the present one, poses in degrees, and by how
    much the gaze has turned."""
    n = len(BLENDSHAPES)
    return np.concatenate(
        [own[:n], now[:n], own_rotation / DEGREES, rotation / DEGREES, turn / DEGREES]
    ).astype(np.float32)


class Light:
    """Shades one portrait as it moves.

    Args:
        expression: (EXPRESSION,) its own.
        landmarks: (478, 3) its own, pixels of the part that is drawn.
        pose: its own, in the same pixels.
        colour: of the portrait, 0 (none) to 1.
    """

    def __init__(
        self, expression: FloatArray, landmarks: FloatArray, pose: Pose, colour: float
    ) -> None:
        self._expression, self._rotation, self._unit = expression, pose.rotation, pose.scale
        self._own = landmarks[:MESH_POINTS, :2].copy()
        self._ring = face_space().rings["lips_inner"]
        self._colour = np.float32(colour)
        self._cooler = 1 + self._colour * (COOLER - 1)
        inwards = np.minimum(np.arange(SIDE // 2), np.arange(SIDE // 2)[::-1]) / FADE
        self._fade = np.minimum.outer(inwards, inwards).clip(0, 1).astype(np.float32)[..., None]

    def draw(self, out: Picture, now: Now) -> None:
        """Shade `out` (H, W, 3 or 4), the face as it is drawn, in place."""
        change = (
            np.linalg.norm(now.points[:MESH_POINTS, :2] - self._own, axis=1).mean() / self._unit
        )
        share = min(1.0, float(change) / ALL)
        if share < 1e-3:
            return
        m = window(now.pose)
        seen = look(out, now.points, m)
        code = code_of(
            self._expression, now.expression, self._rotation, now.pose.rotation, now.turn
        )
        (light,) = network("painter").run(["light"], {"seen": seen[None], "code": code[None]})
        grey = light.mean(2, keepdims=True)  # engravings and statues stay grey
        light = grey + self._colour * (light - grey)
        light = np.minimum(light, BRIGHTEST)
        light = np.where(light > 1, 1 + self._cooler * (light - 1), light)
        light = 1 + np.float32(share) * self._fade * (light - 1)
        inner = np.zeros(out.shape[:2], np.uint8)
        fixed = np.round(now.points[self._ring, :2] * 16).astype(np.int32)
        cv2.fillPoly(inner, [fixed], 255, cv2.LINE_AA, 4)
        half = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25]])  # the light is half as fine
        back = (half @ np.vstack([m, [0, 0, 1]])).astype(np.float32)
        relight(out, light, inner, back, inside_of(m, (SIDE, SIDE), out))
