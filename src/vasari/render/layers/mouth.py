"""The inside of the mouth: dark, with tongue and lower row on the jaw and the upper row before it.

The upper row is fixed to the head and the lower row to the jaw, so the same mouth shape shows
the same teeth for ever. A portrait that shows its own teeth keeps them. Light comes in between the
lips: the upper one throws its shadow on the teeth, corners are dark, and of a small opening hardly
more is seen than that it is one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.mouth import line_of, outwards, teeth_plane
from vasari.portrait.sharpness import UNIT
from vasari.portrait.teeth import ABOVE, DENSITY, HALF_WIDTH, draw_tip
from vasari.render.layers.inside import MARGIN, STEPS, draw_inside
from vasari.render.layers.layer import Now
from vasari.render.layers.mouth_painter import MouthPainter
from vasari.render.layers.patch import SUBPIXEL, Plane
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.shape.space import Pose, face_space, mouth_is_open
from vasari.values import BLENDSHAPES, FloatArray, Picture
from vasari.values.traits import MouthTraits

CHIN = np.array([152, 148, 377, 175, 199, 200])  # points that go with the jaw bone
UPPER = np.r_[78, LIP_RINGS_UPPER[0], 308]  # the inner lines of the lips, corner to corner
LOWER = np.r_[78, LIP_RINGS_LOWER[0], 308]
LIP_RINGS = np.stack([LIP_RINGS_UPPER, LIP_RINGS_LOWER])  # (2, 3, 9)
INSET_FOLLOWS = np.array([1.0, 0.93, 0.86], np.float32)  # of a ring, inner line outwards
TONGUE_OUT = BLENDSHAPES.index("tongueOut")
OWN_NEAR = 0.014  # eye distances: lips as near as this to the portrait's own show its pixels
OWN_SHUT = 0.7  # and at most this share of their way until they meet
SOFTEST = 0.45  # pixels: least blur of what is sampled, against aliasing
FULL_OPEN = 0.07  # opening, eye distances, from which on all light that there is comes in
LEAST_LIGHT = 0.50  # and how much of it through a slit
ROLL_OPEN = 0.04  # opening at which rims have turned inwards, and no seam is left
# The rim of a hole is soft and wet, so less of it is seen than there is: by so many eye distances
# at the upper and at the lower lip, from an opening on.
RIM, RIM_OPEN = 0.0022, 0.02
DIM, MOST_LIFT = 3.0, 1.5  # such an upper lip is in the shade of a laugh, and is lit without it
SEAM = 0.60  # how dark the line is between lips that the portrait shows apart
# The tongue lies behind the lower teeth; it goes down with the jaw, but not all the way. Its tip
# comes up before both rows, from below the lower lip to the edge of the upper one.
TONGUE_REST, TONGUE_FOLLOWS, TONGUE_RISES = -0.015, 0.25, 0.09
TIP_FROM, TIP_UP, TIP_OUT = 0.04, 0.22, 0.60  # tongueOut: hidden, at the teeth's edge, before it
TIP_HIDDEN = 0.10  # below the lower lip's line
TIP_PLACES = np.array([-0.014, -0.036])  # up and out, from the edge of the upper row


@dataclass(frozen=True)
class _Opening:
    """The lips' opening in the picture.

    Attributes:
        x, y: corner of its box, pixels.
        mask: (h, w) uint8, antialiased.
        back: (2, 3) from the box's pixels to the plane of the lips, eye distances.
        lines: (STEPS, 2) heights of the lips' inner lines there, from corner to corner.
        corners: (2,) x of the mouth's corners there.
    """

    x: int
    y: int
    mask: NDArray[np.uint8]
    back: FloatArray
    lines: FloatArray
    corners: FloatArray

    @property
    def gap(self) -> float:
        """The largest opening, eye distances."""
        return max(0.0, float((self.lines[:, 1] - self.lines[:, 0]).max()))


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
        colour: of the portrait, 0 (none) to 1, where the network shall paint over the drawing.
        dim: how many times lighter the lower lip is than the upper one (`how_dim`).
    """

    def __init__(
        self, traits: MouthTraits, landmarks: FloatArray, scale: float, closed: FloatArray,
        own: FloatArray, colour: float | None = None, dim: float = 1.0,
    ) -> None:  # fmt: skip
        self.line = line_of(closed)
        self.tooth = traits.tooth
        self._plane, self._behind = Plane(self.line), Plane(teeth_plane(closed))
        self._chin = float(closed[CHIN, 1].mean())
        rings = face_space().rings
        self._lips = np.concatenate([rings["lips_inner"], rings["lips_outer"]])
        self._own_lips = own[self._lips, :2]
        self._own_open = mouth_is_open(own)
        shut = float(np.linalg.norm(closed[self._lips, :2] - self._own_lips, axis=1).mean())
        self._near = min(OWN_NEAR, max(OWN_SHUT * shut, 1e-3))
        self._lift = min(MOST_LIFT, max(0.0, dim / DIM - 1))
        self._outwards = _outwards(traits, landmarks, scale)
        self._colours = np.stack([traits.dark, traits.lip])
        self._soft = _softness(traits.lower)
        tip = cv2.GaussianBlur(draw_tip(traits.tongue), (0, 0), self._soft * DENSITY)
        self._edge = _biting_edge(traits.upper)
        from_back = (traits.tongue, traits.lower, traits.upper, np.asarray(tip, np.uint8))
        self._textures = np.stack([_prefiltered(texture, scale) for texture in from_back])
        self._painter = None
        if colour is not None:
            self._painter = MouthPainter(self.line, self.tooth, traits.dark, colour)

    def source(self, source: FloatArray, shape: FloatArray, fine: int) -> FloatArray:
        """Where the mesh (V, 2) takes its pixels from, `fine` times as many as in the picture: lips
        that the portrait shows apart give up what was read as lip but is tooth, once they move."""
        share = self._share(shape) if self._own_open else 0.0
        if share == 0.0:
            return source
        out = source.copy()
        out[LIP_RINGS] += np.float32(share * fine) * self._outwards
        return out

    def draw(self, out: Picture, now: Now) -> None:
        """Draw into `out` (H, W, 3 or 4)."""
        share = self._share(now.shape)
        where = self._opening(now.points, now.pose, (out.shape[1], out.shape[0]))
        if where is None or share < 1e-3:
            return
        jaw = float(now.shape[CHIN, 1].mean() - self._chin)
        tongue = TONGUE_REST + TONGUE_FOLLOWS * jaw
        out_by = float(now.expression[TONGUE_OUT])
        tongue -= TONGUE_RISES * out_by
        places = (jaw + TIP_HIDDEN, *(self._edge + TIP_PLACES))
        tip = float(np.interp(out_by, (TIP_FROM, TIP_UP, TIP_OUT), places))
        drawn = len(self._textures) - (out_by <= TIP_FROM)  # without the tip while it is down
        height, width = where.mask.shape
        box = out[where.y : where.y + height, where.x : where.x + width]
        patch = np.ascontiguousarray(box)
        draw_inside(
            patch, where.mask, where.back, where.lines, where.corners, self._textures[:drawn],
            self._places(now.pose, (tongue, jaw, 0.0, tip)), np.float32(DENSITY), self._colours,
            self._amounts(where.gap, share),
        )  # fmt: skip
        box[:] = patch
        if self._painter is not None:
            self._painter.paint(out, now, share)

    def _amounts(self, gap: float, share: float) -> FloatArray:
        """As `draw_inside` takes them; what the portrait's own open mouth did to its lips goes."""
        enters = LEAST_LIGHT + (1 - LEAST_LIGHT) * min(1.0, gap / FULL_OPEN)
        opened = min(1.0, gap / ROLL_OPEN)
        seam, lift = (SEAM * (1 - opened), self._lift) if self._own_open else (0.0, 0.0)
        return np.array([share, enters, share * opened, share * seam, share * lift], np.float32)

    def _share(self, shape: FloatArray) -> float:
        """Near the portrait's own open mouth its own pixels show (the mesh carries them)."""
        if not self._own_open:
            return 1.0
        moved = np.linalg.norm(shape[self._lips, :2] - self._own_lips, axis=1)
        share = min(1.0, float(moved.mean()) / self._near)
        return share * share * (3 - 2 * share)

    def _opening(self, points: FloatArray, pose: Pose, size: tuple[int, int]) -> _Opening | None:
        """The opening between the lips as it lies in the picture, None where it is outside or
        nothing of it would be seen."""
        upper, lower = points[UPPER, :2], points[LOWER, :2]
        way = lower - upper
        far = np.linalg.norm(way, axis=1, keepdims=True) / pose.scale
        way *= RIM / np.maximum(far, RIM_OPEN)
        upper, lower = upper - way, lower + way
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
            mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), self._soft * pose.scale), np.uint8)
        back = cv2.invertAffineTransform(self._plane.to_picture(pose)).astype(np.float32)
        top, floor = (line @ back[:, :2].T + back[:, 2] for line in (upper, lower))
        back[:, 2] += back[:, :2] @ low.astype(np.float32)
        corners = np.array([top[0, 0], top[-1, 0]], np.float32)
        at = np.linspace(corners[0], corners[1], STEPS)
        lines = np.stack([_along(top, at), _along(floor, at)], 1).astype(np.float32)
        return _Opening(int(low[0]), int(low[1]), mask, back, lines, corners)

    def _places(self, pose: Pose, down: tuple[float, ...]) -> FloatArray:
        """(4, 2) pixels from the zero of the plane of the lips to that of each texture, which lies
        in the plane of the teeth, moved down by so many eye distances."""
        lips, teeth = self._plane.to_picture(pose), self._behind.to_picture(pose)
        shift = np.linalg.solve(lips[:, :2], lips[:, 2] - teeth[:, 2])
        places = np.tile(shift + (HALF_WIDTH, ABOVE), (len(down), 1))
        places[:, 1] -= down
        return np.asarray(places * DENSITY - 0.5, np.float32)


def how_dim(picture: Picture, landmarks: FloatArray) -> float:
    """How many times lighter the lower lip of a picture (H, W, 3) is than the upper one."""
    light = cv2.blur(cv2.cvtColor(picture[..., :3], cv2.COLOR_RGB2GRAY), (3, 3))
    lips = (landmarks[LIP_RINGS[:, 0, 1:8], :2] + landmarks[LIP_RINGS[:, 1, 1:8], :2]) / 2
    x, y = np.moveaxis(np.round(lips).astype(int), -1, 0)  # each (2, 7)
    seen = light[y.clip(0, light.shape[0] - 1), x.clip(0, light.shape[1] - 1)]
    upper, lower = np.median(seen, axis=1)
    return float(lower / max(float(upper), 1.0))


def _outwards(traits: MouthTraits, landmarks: FloatArray, scale: float) -> FloatArray:
    """(2, 3, 9, 2) pixels by which the lips' rings take what they show from farther out."""
    ways = np.stack([outwards(landmarks, rings) for rings in LIP_RINGS])
    moves = np.float32(scale) * traits.inset[..., None] * ways
    return np.asarray(moves[:, None] * INSET_FOLLOWS[:, None, None], np.float32)


def _along(line: FloatArray, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of a line (n, 2), from left to right, at each x."""
    return np.interp(x, np.maximum.accumulate(line[:, 0]), line[:, 1])


def _softness(texture: NDArray[np.uint8]) -> float:
    """Deviation, eye distances, of the blur that made a row of teeth as soft as the portrait: its
    alpha falls steepest at the biting edges. A hole in lips is no sharper."""
    steepest = float(np.diff(texture[..., 3].astype(np.float32), axis=0).max(initial=0)) / 255
    return 1 / (math.sqrt(2 * math.pi) * max(steepest, 0.02) * DENSITY)


def _biting_edge(upper: NDArray[np.uint8]) -> float:
    """Where the front teeth of an upper row end, eye distances below its line."""
    middle = upper[:, upper.shape[1] // 2 + np.arange(-DENSITY // 20, DENSITY // 20), 3].max(1)
    return float(np.flatnonzero(middle > 127).max(initial=0)) / DENSITY - ABOVE


def _prefiltered(texture: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """A texture blurred as pictures with so many pixels an eye distance need it."""
    done, needed = SOFTEST * DENSITY / UNIT, SOFTEST * DENSITY / scale
    if needed <= done:
        return texture
    blurred = cv2.GaussianBlur(texture, (0, 0), float(np.sqrt(needed**2 - done**2)))
    return np.asarray(blurred, np.uint8)
