"""The inside of the mouth: dark, with tongue and lower row on the jaw and the upper row before it.

The upper row is fixed to the head and the lower row to the jaw, so the same mouth shape shows
the same teeth for ever. A portrait that shows its own teeth keeps them. Light comes in between the
lips: the upper one throws its shadow on the teeth, corners are dark, and of a small opening hardly
more is seen than that it is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.mouth import MouthTraits, line_of, outwards, teeth_plane
from vasari.portrait.sharpness import UNIT
from vasari.portrait.teeth import ABOVE, DENSITY, HALF_WIDTH
from vasari.render.layers.patch import SUBPIXEL, Plane
from vasari.render.raster import blend
from vasari.shape.space import LIP_RINGS_LOWER, LIP_RINGS_UPPER, Pose, face_space, mouth_is_open
from vasari.values import BLENDSHAPES, FloatArray, Picture

CHIN = np.array([152, 148, 377, 175, 199, 200])  # points that go with the jaw bone
UPPER = np.r_[78, LIP_RINGS_UPPER[0], 308]  # the inner lines of the lips, corner to corner
LOWER = np.r_[78, LIP_RINGS_LOWER[0], 308]
LIP_RINGS = np.stack([LIP_RINGS_UPPER, LIP_RINGS_LOWER])  # (2, 3, 9)
INSET_FOLLOWS = np.array([1.0, 0.93, 0.86], np.float32)  # of a ring, inner line outwards
TONGUE_OUT = BLENDSHAPES.index("tongueOut")
OWN_NEAR = 0.014  # eye distances: lips as near as this to the portrait's own show its pixels
MARGIN = 0.03  # eye distances around the opening that are shaded, too
SOFTEST = 0.45  # pixels: least blur of what is sampled, against aliasing
# Light that comes in, all lengths in eye distances.
FULL_OPEN = 0.07  # opening from which all light that there is comes in
LEAST_LIGHT = 0.30  # and how much of it through a slit
LIP_SHADOW, LIP_REACH = 0.62, 0.016  # of the upper lip on what lies behind it
FLOOR_SHADOW, FLOOR_REACH = 0.40, 0.010  # just above the lower lip
WET = (0.42, 0.30)  # the lips' wet inner sides, upper and lower: how light, against the lips
WET_REACH = (0.004, 0.007)  # and how far they are seen
ROLLED = (0.30, 0.18)  # how dark the lips' own rims become where they turn inwards
ROLL_REACH, ROLL_OPEN = 0.012, 0.04  # over what width, and from which opening on
SEAM, SEAM_REACH = 0.60, 0.006  # the dark line between lips that the portrait shows apart
# The tongue lies behind the lower teeth; it goes down with the jaw, but not all the way.
TONGUE_REST, TONGUE_FOLLOWS, TONGUE_RISES = -0.01, 0.55, 0.09


@dataclass(frozen=True)
class _Opening:
    """The lips' opening in the picture: a box, its mask, and lengths in eye distances.

    Attributes:
        x, y: the box's corner, pixels.
        mask: (h, w) uint8, antialiased.
        at: (h, w) each, the pixels in the plane of the lips.
        below, above: (h, w) how far below the upper and above the lower lip's line.
        aside: (h, w) -1 to 1 from corner to corner.
        gap: the largest opening.
    """

    x: int
    y: int
    mask: NDArray[np.uint8]
    at: tuple[FloatArray, FloatArray]
    below: FloatArray
    above: FloatArray
    aside: FloatArray
    gap: float


class Mouth:
    """The mouth of one portrait.

    Attributes:
        line: (3,) the middle of the closed lips in the face space.
        tooth: (3,) the colour of the teeth, 0 to 255.

    Args:
        traits: what was read of it.
        landmarks: (478, 3) in pixels of the pictures to be drawn.
        scale: of those pixels an eye distance.
        closed: (478, 3) the person's closed, neutral shape in the face space.
        own: (478, 3) the portrait's own shape in the face space.
    """

    def __init__(
        self, traits: MouthTraits, landmarks: FloatArray, scale: float, closed: FloatArray,
        own: FloatArray,
    ) -> None:  # fmt: skip
        self.line = line_of(closed)
        self.tooth = traits.tooth
        self._traits = traits
        self._plane, self._behind = Plane(self.line), Plane(teeth_plane(closed))
        self._chin = float(closed[CHIN, 1].mean())
        rings = face_space().rings
        self._lips = np.concatenate([rings["lips_inner"], rings["lips_outer"]])
        self._own_lips = own[self._lips, :2]
        self._own_open = mouth_is_open(own)
        self._outwards = _outwards(traits, landmarks, scale)
        self._upper, self._lower, self._tongue = (
            _prefiltered(t, scale) for t in (traits.upper, traits.lower, traits.tongue)
        )

    def source(self, source: FloatArray, shape: FloatArray, fine: int) -> FloatArray:
        """Where the mesh (V, 2) takes its pixels from, `fine` times as many as in the picture: lips
        that the portrait shows apart give up what was read as lip but is tooth, once they move."""
        share = self._share(shape) if self._own_open else 0.0
        if share == 0.0:
            return source
        out = source.copy()
        out[LIP_RINGS] += np.float32(share * fine) * self._outwards
        return out

    def draw(
        self, out: Picture, points: FloatArray, pose: Pose, shape: FloatArray, raised: float = 0.0
    ) -> float:
        """Draw into `out` (H, W, 3 or 4).

        Args:
            out: the picture drawn so far.
            points: (468+, 2+) where the landmarks are now, pixels.
            pose: where the head is now.
            shape: (478, 3) the expression now, in the face space.
            raised: 0 to 1, how far the tongue is raised.

        Returns:
            0 to 1, how much of the mouth was drawn; the rest is the portrait's own.
        """
        share = self._share(shape)
        where = self._opening(points, pose, (out.shape[1], out.shape[0]))
        if where is None or share < 1e-3:
            return 0.0
        height, width = where.mask.shape
        box = out[where.y : where.y + height, where.x : where.x + width]
        patch = np.ascontiguousarray(box)
        self._shade_lips(patch, where, share)
        if where.mask.any():
            jaw = float(shape[CHIN, 1].mean() - self._chin)
            seen = self._inside(where, pose, jaw, raised)
            mask = (where.mask * np.float32(share)).astype(np.uint8)
            blend(patch, np.clip(seen, 0, 255).astype(np.uint8), mask)
        box[:] = patch
        return share

    def _share(self, shape: FloatArray) -> float:
        """Near the portrait's own open mouth its own pixels show (the mesh carries them)."""
        if not self._own_open:
            return 1.0
        moved = np.linalg.norm(shape[self._lips, :2] - self._own_lips, axis=1)
        share = min(1.0, float(moved.mean()) / OWN_NEAR)
        return share * share * (3 - 2 * share)

    def _opening(self, points: FloatArray, pose: Pose, size: tuple[int, int]) -> _Opening | None:
        """The opening between the lips as it lies in the picture, None where it is outside or
        nothing of it would be seen."""
        upper, lower = points[UPPER, :2], points[LOWER, :2]
        room = MARGIN * pose.scale + 1
        both = np.concatenate([upper, lower])
        low = np.maximum(np.floor(both.min(0) - room).astype(int), 0)
        high = np.minimum(np.ceil(both.max(0) + room).astype(int) + 1, size)
        width, height = high - low
        if width < 2 or height < 2:
            return None
        polygon = np.concatenate([upper, lower[-2:0:-1]])
        is_open = cv2.contourArea(polygon.astype(np.float32)) >= 1
        if not (is_open or self._own_open):
            return None
        mask = np.zeros((height, width), np.uint8)
        if is_open:
            fixed = np.round((polygon - low) * (1 << SUBPIXEL)).astype(np.int32)
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SUBPIXEL)
        back = cv2.invertAffineTransform(self._plane.to_picture(pose)).astype(np.float32)
        xs = np.arange(low[0], high[0], dtype=np.float32)[None]
        ys = np.arange(low[1], high[1], dtype=np.float32)[:, None]
        x = back[0, 0] * xs + back[0, 1] * ys + back[0, 2]
        y = back[1, 0] * xs + back[1, 1] * ys + back[1, 2]
        top = (upper @ back[:, :2].T + back[:, 2]).astype(np.float32)
        floor = (lower @ back[:, :2].T + back[:, 2]).astype(np.float32)
        below, above = y - _along(top, x), _along(floor, x) - y
        left, right = float(top[0, 0]), float(top[-1, 0])
        aside = (x - (left + right) / 2) * np.float32(2 / max(right - left, 1e-3))
        gap = float((floor - top)[:, 1].max())
        return _Opening(int(low[0]), int(low[1]), mask, (x, y), below, above, aside, max(gap, 0.0))

    def _inside(self, where: _Opening, pose: Pose, jaw: float, raised: float) -> FloatArray:
        """(h, w, 3) what is seen through the opening, in the light that comes in."""
        shift = self._behind.to_picture(pose)[:, 2] - self._plane.to_picture(pose)[:, 2]
        back = cv2.invertAffineTransform(self._plane.to_picture(pose))[:, :2]
        dx, dy = (back @ shift).astype(np.float32)
        x, y = where.at[0] - dx, where.at[1] - dy
        traits, light = self._traits, self._light(where)[..., None]
        seen = np.empty((*where.mask.shape, 3), np.float32)
        seen[:] = traits.dark
        tongue = TONGUE_REST + TONGUE_FOLLOWS * jaw - TONGUE_RISES * raised
        for texture, down in ((self._tongue, tongue), (self._lower, jaw), (self._upper, 0.0)):
            layer = _sample(texture, x, y - np.float32(down))
            seen += (layer[..., :3] - seen) * (layer[..., 3:] * np.float32(1 / 255))
        seen *= light
        for k, far in enumerate((where.below, where.above)):
            wet = np.exp(-np.maximum(far, 0) / np.float32(WET_REACH[k]))[..., None]
            seen += wet * np.float32(0.8) * (traits.lip * np.float32(WET[k]) - seen)
        return seen

    def _light(self, where: _Opening) -> FloatArray:
        """(h, w) how much of the light outside comes to each place behind the lips."""
        enters = LEAST_LIGHT + (1 - LEAST_LIGHT) * min(1.0, where.gap / FULL_OPEN)
        light = 1 - np.float32(LIP_SHADOW) * np.exp(-where.below / np.float32(LIP_REACH))
        light *= 1 - np.float32(FLOOR_SHADOW) * np.exp(-where.above / np.float32(FLOOR_REACH))
        light *= np.sqrt(np.clip(1 - where.aside * where.aside, 0, 1))
        return np.asarray(light * np.float32(enters), np.float32)

    def _shade_lips(self, patch: Picture, where: _Opening, share: float) -> None:
        """The lips' rims turn inwards and darken; between lips that the portrait shows apart the
        dark line is drawn that others have."""
        rolled = share * min(1.0, where.gap / ROLL_OPEN)
        reach = np.float32(-1 / ROLL_REACH)
        shade = 1 - np.float32(rolled * ROLLED[0]) * np.exp(reach * np.abs(where.below))
        shade *= 1 - np.float32(rolled * ROLLED[1]) * np.exp(reach * np.abs(where.above))
        if self._own_open:
            near = np.minimum(np.abs(where.below), np.abs(where.above)) / np.float32(SEAM_REACH)
            seam = SEAM * share * max(0.0, 1 - where.gap / ROLL_OPEN)
            shade *= 1 - np.float32(seam) * np.exp(-near * near)
        ends = np.clip((1 - np.abs(where.aside)) * 8, 0, 1)
        shade = 1 + (shade - 1) * ends
        patch[..., :3] = (patch[..., :3] * shade[..., None] + 0.5).astype(np.uint8)


def _outwards(traits: MouthTraits, landmarks: FloatArray, scale: float) -> FloatArray:
    """(2, 3, 9, 2) pixels by which the lips' rings take what they show from farther out."""
    ways = np.stack([outwards(landmarks, rings) for rings in LIP_RINGS])
    moves = np.float32(scale) * traits.inset[..., None] * ways
    return np.asarray(moves[:, None] * INSET_FOLLOWS[:, None, None], np.float32)


def _along(line: FloatArray, x: FloatArray) -> FloatArray:
    """Height of a line (n, 2), from left to right, at each x."""
    right = np.maximum.accumulate(line[:, 0])
    return np.interp(x.ravel(), right, line[:, 1]).reshape(x.shape).astype(np.float32)


def _prefiltered(texture: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """A texture blurred as pictures with so many pixels an eye distance need it."""
    done, needed = SOFTEST * DENSITY / UNIT, SOFTEST * DENSITY / scale
    if needed <= done:
        return texture
    blurred = cv2.GaussianBlur(texture, (0, 0), float(np.sqrt(needed**2 - done**2)))
    return np.asarray(blurred, np.uint8)


def _sample(texture: NDArray[np.uint8], x: FloatArray, y: FloatArray) -> FloatArray:
    """Texture (h, w, 4) at plane coordinates (eye distances from the point where lips meet)."""
    u = (x + np.float32(HALF_WIDTH)) * DENSITY - np.float32(0.5)
    v = (y + np.float32(ABOVE)) * DENSITY - np.float32(0.5)
    seen = cv2.remap(texture, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return seen.astype(np.float32)
