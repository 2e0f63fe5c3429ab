"""The eyeballs: white completed behind the iris and under the lids, a whole round iris, and the
catch-lights apart, since they stay with the light when an eye turns."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.crops import cut_out
from vasari.shape.eyes import DENSITY, IRISES, RINGS, UPPER, eye_frame
from vasari.shape.space import face_space
from vasari.values import FloatArray, Indices, Picture
from vasari.values.traits import EYE_SIDE, SHADE_STEP, SHADES, EyeTraits

Mask = NDArray[np.bool_]

RIM = 3  # pixels inside the opening that lash and lid may cover
LIMBUS = 1.18  # iris radii from which all is white
INSIDE = 0.86  # iris radii up to which all is iris
NARROWEST = 0.1  # height of an opening, of its width: below, the eye is closed
SEARCH = 0.3  # iris radii by which the reader may err
RADII = np.linspace(0.84, 1.16, 9)  # times the radius that was read
ARC = np.radians(50)  # from the horizontal: where lids seldom cover the edge of an iris
GLINT = 38.0  # levels by which a catch-light is brighter than the iris around it
LARGEST_GLINT = 0.3  # iris radii, of the square root of its area
WHITES = 60  # pixels of white that tell its tone
DARKEST = 0.45  # share of the light that reaches the eyeball right under the lid, at the least


def read_eyes(picture: Picture, landmarks: FloatArray, scale: float, flat: bool) -> EyeTraits:
    """Both eyeballs of a portrait.

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels.
        scale: pixels an eye distance.
        flat: of a flat drawing: no lid throws a shadow, and lights are part of the iris.
    """
    eyes = [
        _read_eye(picture, landmarks, face_space().rings[ring], upper, iris, scale, flat)
        for ring, upper, iris in zip(RINGS, UPPER, IRISES, strict=True)
    ]
    layers, irises, shade = zip(*eyes, strict=True)
    return EyeTraits(np.stack(layers), np.stack(irises), np.stack(shade))


def _read_eye(
    picture: Picture, landmarks: FloatArray, ring: Indices, upper: Indices, iris: int, scale: float,
    flat: bool,
) -> tuple[NDArray[np.uint8], FloatArray, FloatArray]:  # fmt: skip
    """(3, EYE_SIDE, EYE_SIDE, 3) layers, (3,) iris and (SHADES,) shade of one eye."""
    frame = eye_frame(landmarks, ring, scale)
    eye = cut_out(picture, frame, EYE_SIDE, shown=True)
    points = landmarks[:, :2] @ frame[:, :2].T.astype(np.float32) + frame[:, 2].astype(np.float32)
    opening = points[ring]
    none = np.zeros(3, np.float32), np.ones(SHADES, np.float32)
    width, height = np.ptp(opening, axis=0)
    if min(width, height) < NARROWEST * max(width, height, 1):
        return np.stack([eye, eye, np.zeros_like(eye)]), *none
    known = _inside(opening, RIM)
    centre, radius = _iris(eye, known, points[iris], points[iris + 1 : iris + 5])
    ys, xs = np.mgrid[:EYE_SIDE, :EYE_SIDE].astype(np.float32)
    away = np.hypot(xs - centre[0], ys - centre[1]) / radius
    below = _below(points[upper], xs, ys)
    whites = known & (away > LIMBUS)
    shade = np.ones(SHADES, np.float32) if flat else _shade(eye, whites, below)
    light = np.interp(below, SHADE_STEP * np.arange(SHADES), shade).astype(np.float32)[..., None]
    bare = eye.astype(np.float32) / light
    white = _spread(bare, whites) if whites.sum() >= WHITES else _white_tone(bare, known)
    glint = np.zeros(known.shape, bool) if flat else _glints(eye, known, away, radius)
    whole = _whole_iris(bare, known & (away < INSIDE) & ~glint, away, centre)
    lights = np.where(glint[..., None], np.clip(eye - whole * light, 0, 255), 0)
    lights = cv2.GaussianBlur(lights, (0, 0), 0.7)
    layers = np.stack([white * light, whole * light, lights])
    circle = np.array([*centre, radius], np.float32)
    return np.clip(layers + 0.5, 0, 255).astype(np.uint8), circle, shade


def _inside(opening: FloatArray, rim: int) -> Mask:
    mask = np.zeros((EYE_SIDE, EYE_SIDE), np.uint8)
    cv2.fillPoly(mask, [np.round(opening * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    size = 2 * rim + 1
    return np.asarray(
        cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0
    )


def _below(upper: FloatArray, xs: FloatArray, ys: FloatArray) -> FloatArray:
    """How far each pixel lies below the line of the upper lid (n, 2)."""
    order = np.argsort(upper[:, 0])
    return np.asarray(ys - np.interp(xs, upper[order, 0], upper[order, 1]), np.float32)


def _iris(
    eye: Picture, known: Mask, centre: FloatArray, rim: FloatArray
) -> tuple[FloatArray, float]:
    """Centre and radius of the iris: the circle near the one that was read across which the
    picture brightens most (Daugman 1993), where lids do not hide it."""
    radius = max(float(np.linalg.norm(rim - centre, axis=1).mean()), 3.0)
    grey = cv2.GaussianBlur(cv2.cvtColor(eye, cv2.COLOR_RGB2GRAY), (0, 0), 1.5).astype(np.float32)
    side = np.linspace(-ARC, ARC, 24)
    angles = np.concatenate([side, side + np.pi])
    ring = np.stack([np.cos(angles), np.sin(angles)], 1)  # (48, 2)
    steps = np.linspace(-SEARCH, SEARCH, 9) * radius
    best, found = -np.inf, (centre, radius)
    for r in RADII * radius:
        for dx in steps:
            for dy in steps:
                at = centre + (dx, dy)
                score = _brightens(grey, known, at, ring, r)
                score *= 1 - 0.35 * ((dx**2 + dy**2) / (SEARCH * radius) ** 2)
                score *= 1 - 2.0 * (r / radius - 1) ** 2
                if score > best:
                    best, found = score, (at, float(r))
    return np.asarray(found[0], np.float32), found[1]


def _brightens(
    grey: FloatArray, known: Mask, centre: FloatArray, ring: FloatArray, radius: float
) -> float:
    """By how many levels the picture is brighter just outside a circle than just inside."""
    inner = np.round(centre + 0.88 * radius * ring).astype(int).clip(0, EYE_SIDE - 1)
    outer = np.round(centre + 1.12 * radius * ring).astype(int).clip(0, EYE_SIDE - 1)
    seen = known[outer[:, 1], outer[:, 0]] & known[inner[:, 1], inner[:, 0]]
    if seen.sum() < 8:
        return 0.0
    step = grey[outer[:, 1], outer[:, 0]] - grey[inner[:, 1], inner[:, 0]]
    return float(np.clip(step[seen], -20, 60).mean())


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
    bright = (known & (away < LIMBUS) & (grey > usual + GLINT)).astype(np.uint8)
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
    ys, xs = np.mgrid[:EYE_SIDE, :EYE_SIDE].astype(np.float32)
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
    for x, y in ((2 * cx - xs, 2 * cy - ys), (2 * cx - xs, ys), (xs, 2 * cy - ys), (xs, ys)):
        there = cv2.remap(source, x, y, cv2.INTER_LINEAR)
        share = cv2.GaussianBlur((there[..., 3] > 0.99).astype(np.float32), (0, 0), 1.0)
        share = np.where(there[..., 3] > 0.99, np.clip(2 * share - 1, 0, 1), 0)[..., None]
        out = out * (1 - share) + there[..., :3] * share
    return np.asarray(out, np.float32)
