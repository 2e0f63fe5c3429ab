"""The inside of the mouth: a dark hole, the lower row and tongue on the jaw, the upper row.

The upper row is fixed to the head and the lower row to the jaw, so the same mouth shape shows
the same teeth for ever. A portrait that shows its own teeth keeps them.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.own_teeth import OwnTeeth, find_own_teeth
from vasari.portrait.sharpness import softened
from vasari.portrait.teeth import ABOVE, BELOW, DENSITY, HALF_WIDTH, Tones, draw_teeth, tones
from vasari.render.layers.layer import Now
from vasari.render.layers.mouth_painter import MouthPainter
from vasari.render.layers.patch import Plane, hole, into_plane, lay
from vasari.shape.space import Pose, face_space, mouth_is_open
from vasari.values import FloatArray, Picture

CHIN = np.array([152, 148, 377, 175, 199, 200])  # points that go with the jaw bone
TEETH_DEPTH = 0.07  # eye distances behind the lips
OWN_NEAR = 0.014  # eye distances: lips as near as this to the portrait's own show its pixels
CHEEKS = np.array([50, 280, 117, 346, 101, 330, 205, 425, 151, 9])


class Mouth:
    """The mouth of one portrait.

    Attributes:
        line: (3,) the middle of the closed lips in the face space.
        tooth: (3,) the colour of the teeth, 0 to 255.

    Args:
        picture: (H, W, 3) the working picture.
        landmarks: (478, 3) in its pixels.
        pose: the portrait's own.
        closed: (478, 3) the person's closed, neutral shape in the face space.
        own: (478, 3) the portrait's own shape in the face space.
        colour: of the portrait, 0 (none) to 1, where the network shall paint over the drawing.
    """

    def __init__(
        self, picture: Picture, landmarks: FloatArray, pose: Pose, closed: FloatArray,
        own: FloatArray, colour: float | None = None,
    ) -> None:  # fmt: skip
        self._ring = face_space().rings["lips_inner"]
        self.line = ((closed[13] + closed[14]) / 2).astype(np.float32)
        self._plane = Plane(self.line + np.array([0, 0, TEETH_DEPTH], np.float32))
        self._chin = float(closed[CHIN, 1].mean())
        self._lips = np.concatenate([self._ring, face_space().rings["lips_outer"]])
        self._own_lips = own[self._lips, :2]
        self._own_open = mouth_is_open(own)
        tone = _tones(picture, landmarks)
        self._dark = tone.dark.astype(np.float32)
        shown = self._own_teeth(picture, landmarks, pose) if self._own_open else None
        if shown is None:
            drawn = draw_teeth(tone)
        else:
            drawn = draw_teeth(replace(tone, tooth=shown.tone), shown.edge)
        self.tooth = tone.tooth if shown is None else shown.tone
        self._upper, self._lower = softened(drawn, DENSITY, picture, landmarks, pose.scale)
        if shown is not None:
            shown.lay_over(self._upper)
        self._painter = (
            None if colour is None else MouthPainter(self.line, self.tooth, colour)
        )  # fmt: skip

    def draw(self, out: Picture, now: Now) -> None:
        """Draw into `out` (H, W, 3 or 4)."""
        where = hole(now.points[self._ring, :2], (out.shape[1], out.shape[0]))
        share = self._share(now.shape)
        if where is None or share < 1e-3:
            return
        x, y = into_plane(where, self._plane.to_picture(now.pose))
        jaw = np.float32(now.shape[CHIN, 1].mean() - self._chin)
        seen = np.empty((*where.mask.shape, 3), np.float32)
        seen[:] = self._dark
        for texture, down in ((self._lower, jaw), (self._upper, np.float32(0))):
            layer = _sample(texture, x, y - down)
            seen += (layer[..., :3] - seen) * (layer[..., 3:] * np.float32(1 / 255))
        seen *= self._shade(where.mask, now.pose)[..., None]
        mask = (where.mask * np.float32(share)).astype(np.uint8)
        lay(out, where.x, where.y, np.clip(seen, 0, 255).astype(np.uint8), mask)
        if self._painter is not None:
            self._painter.paint(out, now, share)

    def _share(self, shape: FloatArray) -> float:
        """Near the portrait's own open mouth its own pixels show (the mesh carries them)."""
        if not self._own_open:
            return 1.0
        moved = np.linalg.norm(shape[self._lips, :2] - self._own_lips, axis=1)
        share = min(1.0, float(moved.mean()) / OWN_NEAR)
        return share * share * (3 - 2 * share)

    def _shade(self, mask: NDArray[np.uint8], pose: Pose) -> FloatArray:
        """(h, w) the lips' shadow: soft and dark along the rim, above all under the upper lip."""
        unit = max(1.0, 0.035 * pose.scale)
        padded = cv2.copyMakeBorder(mask, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
        far = cv2.distanceTransform((padded > 127).astype(np.uint8), cv2.DIST_L2, 3)
        far = np.clip(far[2:-2, 2:-2] * (1.4 / unit), 0, 1)
        return np.asarray(0.55 + 0.45 * far**0.8, np.float32)

    def _own_teeth(self, picture: Picture, landmarks: FloatArray, pose: Pose) -> OwnTeeth | None:
        """The upper teeth that an open-mouthed portrait shows, if they can be told apart."""
        height, width = int((ABOVE + BELOW) * DENSITY), int(2 * HALF_WIDTH * DENSITY)
        ys, xs = np.mgrid[:height, :width].astype(np.float32)
        u, v = (xs + 0.5) / DENSITY - HALF_WIDTH, (ys + 0.5) / DENSITY - ABOVE
        a = self._plane.to_picture(pose)
        px, py = a[0, 0] * u + a[0, 1] * v + a[0, 2], a[1, 0] * u + a[1, 1] * v + a[1, 2]
        own = np.asarray(
            cv2.remap(picture, px, py, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )
        inner = np.zeros(picture.shape[:2], np.uint8)
        fixed = np.round(landmarks[self._ring, :2] * 16).astype(np.int32)
        cv2.fillPoly(inner, [fixed], 255, cv2.LINE_AA, 4)
        eroded = cv2.erode(inner, np.ones((3, 3), np.uint8))
        soft = cv2.GaussianBlur(eroded, (0, 0), max(0.8, 0.008 * pose.scale))
        inside = np.asarray(cv2.remap(soft, px, py, cv2.INTER_LINEAR) / 255, np.float32)
        return find_own_teeth(own, inside, float(self._dark.mean()))


def _sample(texture: NDArray[np.uint8], x: FloatArray, y: FloatArray) -> FloatArray:
    """Texture (h, w, 4) at plane coordinates (eye distances from the point where lips meet)."""
    u = (x + HALF_WIDTH) * DENSITY - 0.5
    v = (y + ABOVE) * DENSITY - 0.5
    seen = cv2.remap(texture, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return seen.astype(np.float32)


def _tones(picture: Picture, landmarks: FloatArray) -> Tones:
    rings = face_space().rings
    skin = _pixels(picture, landmarks[CHEEKS, :2])
    lips = _pixels(picture, landmarks[[11, 12, 72, 302, 38, 268, 15, 16, 85, 315], :2])
    eyes = []
    for name in ("right_eye", "left_eye"):
        inside = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillPoly(inside, [np.round(landmarks[rings[name], :2]).astype(np.int32)], 255)
        eyes.append(picture[inside > 0])
    whites = np.concatenate([*eyes, skin])
    return tones(skin, lips, whites if len(whites) else skin)


def _pixels(picture: Picture, points: FloatArray) -> FloatArray:
    """(n, 3) colours at points, averaged over 3x3."""
    at = np.round(points).astype(int)
    x = np.clip(at[:, 0], 1, picture.shape[1] - 2)
    y = np.clip(at[:, 1], 1, picture.shape[0] - 2)
    around = [picture[y + dy, x + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return np.asarray(np.mean(around, axis=0), np.float32)
