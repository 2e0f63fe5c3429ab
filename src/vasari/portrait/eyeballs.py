"""The eyeballs: white completed behind the iris and under the lids, a whole round iris, and the
catch-lights apart, since they stay with the light when an eye turns."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.crops import cut_out
from vasari.shape.eyes import CORNERS, IRISES, RINGS, UPPER, eye_frame
from vasari.shape.space import face_space
from vasari.values import FloatArray, Picture
from vasari.values.traits import EYE_SIDE, SHADE_STEP, SHADES, EyeTraits

Mask = NDArray[np.bool_]

RIM = 3  # pixels inside the opening that lash and lid may cover
LASHES = 6.0  # pixels below the upper lid's line that its lashes may cover
LIMBUS = 1.18  # iris radii from which all is white
INSIDE = 0.86  # iris radii up to which all is iris
NARROWEST = 0.1  # height of an opening, of its width: below, the eye is closed
SEARCH = 0.3  # iris radii by which the reader may err
RADII = np.linspace(0.7, 1.5, 17)  # times the radius that was read
RING = 0.55  # of the contrast of the best circle, from which one around it is the iris's edge
ARC = np.radians(50)  # from the horizontal: where lids seldom cover the edge of an iris
GLINT = 38.0  # levels by which a catch-light is brighter than the iris around it
GLINT_SHARE = 0.6  # and at least so far on the way to the white
LARGEST_GLINT = 0.22  # iris radii, of the square root of its area
WHITES = 60  # pixels of white that tell its tone
BIG = 0.258  # radius of an iris, of the eye's width, that no living eye has
STANDS_OUT = 0.1  # contrast of both irises with what is around them, from which there are any
DARKEST = 0.45  # share of the light that reaches the eyeball right under the lid, at the least
_YS, _XS = np.mgrid[:EYE_SIDE, :EYE_SIDE].astype(np.float32)


def read_eyes(picture: Picture, landmarks: FloatArray, scale: float, flat: bool) -> EyeTraits:
    """Both eyeballs of a portrait.

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels.
        scale: pixels an eye distance.
        flat: of a flat drawing: no lid throws a shadow, and lights are part of the iris.
    """
    eyes = [_Eye.cut(picture, landmarks, scale, k) for k in (0, 1)]
    irises = _irises(eyes)
    slide = flat or min(irises[k, 2] / eye.width for k, eye in enumerate(eyes)) > BIG
    layers, shades = [], []
    for eye, iris in zip(eyes, irises, strict=True):
        if iris[2] == 0:
            layer, shade = np.stack([eye.seen, eye.seen, np.zeros_like(eye.seen)]), _no_shade()
        elif slide:
            layer, shade = _slid(eye, iris), _no_shade()
        else:
            layer, shade = _completed(eye, iris)
        layers.append(layer)
        shades.append(shade)
    return EyeTraits(np.stack(layers), irises, np.stack(shades), slide)


def find_irises(picture: Picture, landmarks: FloatArray, scale: float) -> FloatArray:
    """(2, 3) x, y and radius of both irises in their crops, 0 where none stands out; arguments
    are those of `read_eyes`."""
    return _irises([_Eye.cut(picture, landmarks, scale, k) for k in (0, 1)])


def _no_shade() -> FloatArray:
    return np.ones(SHADES, np.float32)


class _Eye(NamedTuple):
    """One eye in its crop.

    Attributes:
        seen: (EYE_SIDE, EYE_SIDE, 3) the crop.
        known: (EYE_SIDE, EYE_SIDE) bool, where it surely shows the eyeball.
        below: (EYE_SIDE, EYE_SIDE) how far each pixel lies below the upper lid.
        iris: (2,) and radius, as the landmarks say.
        width: of its opening.
    """

    seen: Picture
    known: Mask
    below: FloatArray
    iris: tuple[FloatArray, float]
    width: float

    @staticmethod
    def cut(picture: Picture, landmarks: FloatArray, scale: float, which: int) -> _Eye:
        """The right (0) or left (1) eye of a portrait."""
        ring, iris = face_space().rings[RINGS[which]], IRISES[which]
        frame = eye_frame(landmarks, ring, scale)
        points = np.asarray(landmarks[:, :2] @ frame[:, :2].T + frame[:, 2], np.float32)
        known = _inside(points[ring])
        rim = np.linalg.norm(points[iris + 1 : iris + 5] - points[iris], axis=1)
        return _Eye(
            cut_out(picture, frame, EYE_SIDE, shown=True), known, _below(points[UPPER[which]]),
            (points[iris], max(float(rim.mean()), 3.0)),
            max(float(np.linalg.norm(np.subtract(*points[CORNERS[which]]))), 1.0),
        )  # fmt: skip


def _slid(eye: _Eye, iris: FloatArray) -> NDArray[np.uint8]:
    """(3, EYE_SIDE, EYE_SIDE, 3) layers of an eye that is stretched, not turned: what it shows,
    iris and white going on under the lids, no lights."""
    on_iris = np.hypot(_XS - iris[0], _YS - iris[1]) < 1.1 * iris[2]
    out = eye.seen.astype(np.float32)
    for part in (on_iris, ~on_iris):
        if (eye.known & part).any():
            hidden = part & ~eye.known
            out[hidden] = _spread(eye.seen.astype(np.float32), eye.known & part)[hidden]
    seen = np.clip(out + 0.5, 0, 255).astype(np.uint8)
    return np.stack([seen, seen, np.zeros_like(seen)])


def _completed(eye: _Eye, iris: FloatArray) -> tuple[NDArray[np.uint8], FloatArray]:
    """(3, EYE_SIDE, EYE_SIDE, 3) layers and (SHADES,) shade of one eye with its iris (3,)."""
    seen, radius = eye.seen, float(iris[2])
    away = np.hypot(_XS - iris[0], _YS - iris[1]) / radius
    whites = eye.known & (away > LIMBUS)
    shade = _shade(seen, whites, eye.below)
    light = np.interp(eye.below, SHADE_STEP * np.arange(SHADES), shade)[..., None]
    bare = (seen / light).astype(np.float32)
    white = _spread(bare, whites) if whites.sum() >= WHITES else _white_tone(bare, eye.known)
    glint = _glints(seen, eye.known, away, radius)
    sure = eye.known & (away < INSIDE) & (eye.below > LASHES) & ~glint
    whole = _whole_iris(bare, sure, away, iris)
    lights = np.where(glint[..., None], np.clip(seen - whole * light, 0, 255), 0)
    lights = cv2.GaussianBlur(lights.astype(np.float32), (0, 0), 0.7)
    layers = np.stack([white * light, whole * light, lights])
    return np.clip(layers + 0.5, 0, 255).astype(np.uint8), shade


def _inside(opening: FloatArray) -> Mask:
    """What lies well inside an opening (n, 2); nothing of an eye that is closed."""
    mask = np.zeros((EYE_SIDE, EYE_SIDE), np.uint8)
    width, height = np.ptp(opening, axis=0)
    if min(width, height) >= NARROWEST * max(width, height):
        cv2.fillPoly(mask, [np.round(opening * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM + 1, 2 * RIM + 1))
    return np.asarray(cv2.erode(mask, round_) > 0)


def _below(upper: FloatArray) -> FloatArray:
    """How far each pixel lies below the line of the upper lid (n, 2)."""
    order = np.argsort(upper[:, 0])
    line = np.interp(_XS[0], upper[order, 0], upper[order, 1])
    return np.asarray(_YS - line, np.float32)


def _irises(eyes: list[_Eye]) -> FloatArray:
    """(2, 3) x, y and radius of both irises: the circles near those that were read across which
    the picture brightens most on both sides (Daugman 1993), where lids do not hide it. Both are
    larger or smaller than was read by the same factor; radius 0 where no iris stands out."""
    steps = np.linspace(-SEARCH, SEARCH, 13)
    dx, dy = (k.ravel() for k in np.meshgrid(steps, steps))
    doubt = 1 - 0.35 * (dx**2 + dy**2) / SEARCH**2
    scores, places, contrasts = [], [], []
    for eye in eyes:
        grey = cv2.cvtColor(eye.seen, cv2.COLOR_RGB2GRAY)
        soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.5), np.float32)
        centre, radius = eye.iris
        at = np.asarray(centre + radius * np.stack([dx, dy], 1), np.float32)  # (n, 2)
        step = np.array([_brightens(soft, eye.known, at, r * radius) for r in RADII])  # (17, n)
        score = step * doubt * (1 - 1.2 * (RADII[:, None] - 1) ** 2)
        best = score.argmax(1)
        scores.append(score.max(1))
        places.append(at[best])
        bright = np.percentile(soft[eye.known], 80) if eye.known.any() else np.inf
        contrasts.append(step[np.arange(len(RADII)), best] / max(float(bright), 1.0))
    r = _outer_ring(np.sum(scores, 0))
    stands_out = min(c[r] for c in contrasts) > STANDS_OUT
    return np.array([
        [*places[k][r], RADII[r] * eye.iris[1] * (stands_out and eye.known.any())]
        for k, eye in enumerate(eyes)
    ], np.float32)  # fmt: skip


def _outer_ring(score: NDArray[np.float64]) -> int:
    """The best radius, or one well outside that is nearly as good: the best may be a pupil's."""
    best = int(score.argmax())
    for k in range(len(score) - 2, best + 3, -1):
        if score[k] == score[k - 1 : k + 2].max() and score[k] > RING * score[best]:
            return k
    return best


def _brightens(
    grey: FloatArray, known: Mask, centres: FloatArray, radius: float
) -> NDArray[np.float64]:
    """(n,) by how many levels the picture is brighter just outside of each circle than just inside:
    on both sides, on the worse of them once more, and a little below."""
    side = np.linspace(-ARC, ARC, 20)
    angles = np.stack([side, side + np.pi, side + np.pi / 2])  # right, left, below
    ring = np.stack([np.cos(angles), np.sin(angles)], -1)  # (3, 20, 2)
    seen = np.ones((len(centres), *angles.shape), bool)
    light = []
    for share in (0.86, 1.14):
        place = centres[:, None, None] + share * radius * ring
        x, y = np.moveaxis(np.round(place).astype(int).clip(0, EYE_SIDE - 1), -1, 0)
        light.append(grey[y, x])
        seen &= known[y, x]
    step = np.where(seen, np.clip(light[1] - light[0], -30, 70), 0)
    count = seen.sum(-1)
    mean = step.sum(-1) / np.maximum(count, 5)  # (n, 3)
    right, left, below = mean.T
    return np.asarray(0.5 * (right + left) + 0.5 * np.minimum(right, left) + 0.25 * below)


def _shade(eye: Picture, whites: Mask, below: FloatArray) -> FloatArray:
    """(SHADES,) how much of the light reaches the eyeball so far below the upper lid."""
    grey = eye.astype(np.float32).mean(2)
    at = SHADE_STEP * np.arange(SHADES)
    usual = 1 - 0.3 * np.exp(-at / 5)
    tone, weight = np.zeros(SHADES), np.zeros(SHADES)
    for k, distance in enumerate(at):
        seen = grey[whites & (np.abs(below - distance) < SHADE_STEP)]
        weight[k] = len(seen)
        tone[k] = np.percentile(seen, 60) if len(seen) else 0
    if weight.sum() < 4 * WHITES or tone.max() < 1:
        return np.asarray(usual, np.float32)
    full = float(np.average(tone[weight > 0], weights=weight[weight > 0] * tone[weight > 0] ** 2))
    share = np.clip(tone / full, DARKEST, 1.0)
    trust = weight / (weight + 20)
    mixed = trust * share + (1 - trust) * usual
    return np.asarray(cv2.GaussianBlur(mixed.astype(np.float32)[None], (0, 0), 1.0)[0], np.float32)


def _spread(eye: FloatArray, known: Mask) -> FloatArray:
    """Known pixels kept, and continued smoothly over all others, far ones from afar."""
    weight = known.astype(np.float32)
    out, left = eye * weight[..., None], 1 - weight
    for sigma in (2.0, 4.0, 8.0, 16.0, 48.0):
        share = cv2.GaussianBlur(weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(eye * weight[..., None], (0, 0), sigma)
        mean = mean / np.maximum(share, 1e-6)[..., None]
        trust = left * np.clip(share * 8, 0, 1)
        out, left = out + mean * trust[..., None], left - trust
    return np.asarray(out + left[..., None] * eye[known].mean(0), np.float32)


def _white_tone(eye: FloatArray, known: Mask) -> FloatArray:
    """The white of an eye that shows hardly any: the brightest that is seen in it."""
    seen = eye[known] if known.any() else eye.reshape(-1, 3)
    bright = seen[seen.sum(1) >= np.percentile(seen.sum(1), 85)].mean(0)
    return np.broadcast_to(bright, eye.shape).astype(np.float32)


def _glints(eye: Picture, known: Mask, away: FloatArray, radius: float) -> Mask:
    """Catch-lights: small spots in the iris, far brighter than what is around them."""
    iris = known & (away < INSIDE)
    if not iris.any():
        return iris
    grey = cv2.cvtColor(eye, cv2.COLOR_RGB2GRAY)
    usual = float(np.percentile(grey[iris], 60))
    white = float(np.percentile(grey[known], 90))
    far = max(GLINT, GLINT_SHARE * (white - usual))
    bright = (known & (away < LIMBUS) & (grey > usual + far)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bright)
    kept = stats[:, cv2.CC_STAT_AREA] <= (LARGEST_GLINT * radius) ** 2 * np.pi
    kept[0] = False
    for k in range(1, count):  # what reaches the white is white
        kept[k] &= float(away[labels == k].max()) < 1
    spots = kept[labels].astype(np.uint8)
    return np.asarray((cv2.dilate(spots, np.ones((5, 5), np.uint8)) > 0) & (away < 1))


def _whole_iris(eye: FloatArray, known: Mask, away: FloatArray, centre: FloatArray) -> FloatArray:
    """The iris without a lid or a light before it: what is hidden is taken from where it is
    mirrored, above to below or to the other side; else from its own ring."""
    if not known.any():
        return eye
    ring = np.minimum((away * 10).astype(int), 10)
    tones = np.zeros((11, 3), np.float32)
    last = eye[known].mean(0)
    for k in range(11):
        seen = eye[known & (ring == k)]
        last = tones[k] = np.median(seen, axis=0) if len(seen) > 5 else last
    out = np.stack([np.interp(away * 10 - 0.5, np.arange(11), tones[:, c]) for c in range(3)], 2)
    out = cv2.GaussianBlur(out.astype(np.float32), (0, 0), 1.0)
    cx, cy = float(centre[0]), float(centre[1])
    source = np.dstack([eye, known.astype(np.float32)])
    for x, y in (
        (2 * cx - _XS, 2 * cy - _YS),
        (2 * cx - _XS, _YS),
        (_XS, 2 * cy - _YS),
        (_XS, _YS),
    ):
        there = cv2.remap(source, x, y, cv2.INTER_LINEAR)
        share = cv2.GaussianBlur((there[..., 3] > 0.99).astype(np.float32), (0, 0), 1.0)
        share = np.where(there[..., 3] > 0.99, np.clip(2 * share - 1, 0, 1), 0)[..., None]
        out = out * (1 - share) + there[..., :3] * share
    return np.asarray(out, np.float32)
