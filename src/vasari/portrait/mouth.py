"""All that a portrait says about its mouth, read once: tones, teeth, and how far lips are lips."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.own_teeth import OwnTeeth, find_own_teeth
from vasari.portrait.sharpness import softened
from vasari.portrait.teeth import ABOVE, BELOW, DENSITY, HALF_WIDTH, Tones, draw_teeth, tones
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.shape.space import Pose, face_space, mouth_is_open, mouth_opening
from vasari.values import FloatArray, Picture
from vasari.values.traits import MouthTraits

TEETH_DEPTH = 0.07  # eye distances behind the lips
SHOWS_TEETH = 0.06  # opening of a portrait: in a narrower one the lips' shadow tones its teeth
CHEEKS = np.array([50, 280, 117, 346, 101, 330, 205, 425, 151, 9])
LIPS = np.array([11, 12, 72, 302, 38, 268, 15, 16, 85, 315])
FOREIGN = 0.4  # of the way from the lip's colour to that of teeth or dark: no lip any more
# What a line is moved outwards at least where lips are apart: eye distances, and pixels of the
# portrait, over which the hole's dark runs into the lips.
LEAST_INSET, INSET_PIXELS = 0.004, 0.9
MOST_INSET = (0.045, 0.020)  # upper and lower lip
DARK_INSET = 0.012  # farther out, dark is lip or moustache
INSET_STEP, BEYOND = 0.003, 0.02  # what is looked at, eye distances


def read_mouth(
    picture: Picture, landmarks: FloatArray, pose: Pose, closed: FloatArray, own: FloatArray,
    unit: float | None = None,
) -> MouthTraits:  # fmt: skip
    """Read a mouth.

    Args:
        picture: (H, W, 3) the portrait, at any size.
        landmarks: (478, 3) in its pixels.
        pose: the portrait's own, in the same pixels.
        closed: (478, 3) the person's closed, neutral shape in the face space.
        own: (478, 3) the portrait's own shape in the face space.
        unit: pixels an eye distance of the portrait before it was enlarged; None: it was not.
    """
    tone = tones_of(picture, landmarks)
    is_open = mouth_is_open(own)
    shown = None
    if mouth_opening(own) >= SHOWS_TEETH:
        shown = _own_teeth(picture, landmarks, pose, closed, tone)
    if shown is not None:
        tone = replace(tone, tooth=shown.tone)
    drawn = draw_teeth(tone) if shown is None else draw_teeth(tone, shown.edge)
    upper, lower, tongue = softened(drawn, DENSITY, picture, landmarks, pose.scale)
    if shown is not None:
        shown.lay_over(upper)
    soft = max(LEAST_INSET, INSET_PIXELS / (unit or pose.scale))
    inset = np.full((2, 9), soft if is_open else 0.0)
    if mouth_opening(own) >= SHOWS_TEETH:
        inset = _inset(picture, landmarks, tone, pose.scale)
    return MouthTraits(
        upper, lower, tongue, tone.tooth.astype(np.float32), tone.lip.astype(np.float32),
        tone.dark.astype(np.float32), inset.astype(np.float32),
    )  # fmt: skip


def line_of(closed: FloatArray) -> FloatArray:
    """(3,) the middle of the line where the lips of a closed shape (478, 3) meet."""
    return np.asarray((closed[13] + closed[14]) / 2, np.float32)


def teeth_plane(closed: FloatArray) -> FloatArray:
    """(3,) the point of the face space where the plane of the teeth has its zero."""
    return line_of(closed) + np.array([0, 0, TEETH_DEPTH], np.float32)


def _own_teeth(
    picture: Picture, landmarks: FloatArray, pose: Pose, closed: FloatArray, tone: Tones
) -> OwnTeeth | None:
    """The upper teeth that an open-mouthed portrait shows, if they can be told apart."""
    height, width = int((ABOVE + BELOW) * DENSITY), int(2 * HALF_WIDTH * DENSITY)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    u, v = (xs + 0.5) / DENSITY - HALF_WIDTH, (ys + 0.5) / DENSITY - ABOVE
    at = teeth_plane(closed) + np.stack([u, v, np.zeros_like(u)], -1)
    px, py = np.moveaxis(pose.project(at)[..., :2], -1, 0)
    px, py = np.ascontiguousarray(px), np.ascontiguousarray(py)
    own = cv2.remap(picture, px, py, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inner = np.zeros(picture.shape[:2], np.uint8)
    ring = landmarks[face_space().rings["lips_inner"], :2]
    cv2.fillPoly(inner, [np.round(ring * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    eroded = cv2.erode(inner, np.ones((3, 3), np.uint8))
    soft = cv2.GaussianBlur(eroded, (0, 0), max(0.8, 0.008 * pose.scale))
    inside = np.asarray(cv2.remap(soft, px, py, cv2.INTER_LINEAR) / 255, np.float32)
    dark = 0.16 * float(tone.lip.mean())
    return find_own_teeth(np.asarray(own, np.uint8), inside, tone.lip, dark)


def _inset(picture: Picture, landmarks: FloatArray, tone: Tones, unit: float) -> FloatArray:
    """(2, 9) how far outwards each pair's own lip begins from where its inner line was read.

    Readers lay the line of a laughing mouth a little onto the teeth, above all under a moustache.
    Closed, such lips would show a bright seam.
    """
    out = np.empty((2, 9), np.float32)
    for half, rings in enumerate((LIP_RINGS_UPPER, LIP_RINGS_LOWER)):
        at = np.arange(0, MOST_INSET[half] + BEYOND, INSET_STEP)
        places = landmarks[rings[0], :2] + at[:, None, None] * unit * outwards(landmarks, rings)
        x, y = (np.ascontiguousarray(places[..., k], np.float32) for k in (0, 1))
        seen8 = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen: FloatArray = np.asarray(seen8, np.float32)
        lip = seen[at >= MOST_INSET[half]]
        lip = 0.5 * np.median(lip, axis=0) + 0.5 * np.median(lip, axis=(0, 1))
        tooth, dark = (share_of_way(seen, lip, other) for other in (tone.tooth, tone.dark))
        dark[at > DARK_INSET] = 0
        foreign = np.maximum(tooth, dark) > FOREIGN
        foreign[-1] = False
        inset = at[foreign.argmin(0)]  # where the first run ends
        widest = np.maximum(inset, np.maximum(np.r_[inset[1:], 0], np.r_[0, inset[:-1]]))
        smooth = np.convolve(np.pad(widest, 1, mode="edge"), (0.25, 0.5, 0.25), "valid")
        out[half] = np.clip(smooth, LEAST_INSET, MOST_INSET[half])
    return out


def outwards(landmarks: FloatArray, rings: NDArray[np.int_]) -> FloatArray:
    """(9, 2) unit vectors from a lip's inner line outwards."""
    way = landmarks[rings[-1], :2] - landmarks[rings[0], :2]
    return np.asarray(way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-3))


def share_of_way(seen: FloatArray, lip: FloatArray, other: FloatArray) -> FloatArray:
    """(n, m) how far colours (n, m, 3) lie on the way from the lip's (m, 3) to another."""
    way = other - lip
    return np.asarray(((seen - lip) * way).sum(2) / np.maximum((way * way).sum(1), 600))


def tones_of(picture: Picture, landmarks: FloatArray) -> Tones:
    """The colours of a mouth in a picture (H, W, 3) with landmarks (478, 3) in its pixels."""
    rings = face_space().rings
    skin = _pixels(picture, landmarks[CHEEKS, :2])
    lips = _pixels(picture, landmarks[LIPS, :2])
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
