"""Reads 478 landmarks and 52 blendshapes from a face, in three looks.

A coarse network sees the face as it stands in the picture; its landmarks stand the face upright
and at one size for the fine network. A portrait is read several times with small shifts and
mirrored, and the mean is taken; in a video the last picture's landmarks replace the coarse look.
Mouth and eyes are looked at once more from near by (`detail`).
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vasari.networks import network
from vasari.portrait.box import FaceBox
from vasari.portrait.detail import refined
from vasari.shape.crops import about, cut_out, squared, to_picture, upright
from vasari.shape.landmarks import OUTER_CORNERS
from vasari.shape.space import face_space
from vasari.values import BLENDSHAPES, FloatArray, Picture

COARSE, FINE = "reader_coarse", "reader"  # networks in weights/
BOX_ROOM = 1.4  # sides of the finder's box that the coarse network sees
FINE_ROOM = 2.5  # eye distances that the fine network sees
SPREAD = 0.05  # eye distances between views at which their agreement has fallen to 1/e
STEADY = (33, 133, 362, 263, 168, 6)  # the eyes' corners and the root of the nose
# Each view of a portrait: degrees, log scale, right and down in eye distances, mirrored.
VIEWS = (
    (0.0, 0.0, 0.0, 0.0, False),
    (0.0, 0.0, 0.0, 0.0, True),
    (3.0, 0.04, 0.03, -0.02, False),
    (-3.0, -0.04, -0.02, 0.03, True),
    (-2.0, 0.05, -0.03, -0.03, False),
    (2.0, -0.05, 0.02, 0.02, True),
    (4.0, -0.02, 0.02, 0.04, False),
    (-4.0, 0.02, 0.03, -0.04, True),
)


@dataclass(frozen=True)
class Reading:
    """One face as it was read.

    Attributes:
        landmarks: (478, 3) float32, pixels of the picture counted from the middle of its first
            pixel; depth in the same unit, away from the viewer.
        blendshapes: (52,) float32 in [0, 1], in the order of `BLENDSHAPES`.
        confidence: 0 (no face) to 1.
        lips_spread: eye distances by which several views differ about the lips; 0 for one view.
    """

    landmarks: FloatArray
    blendshapes: FloatArray
    confidence: float
    lips_spread: float = 0.0


def read_landmarks(
    picture: Picture,
    box: FaceBox | None = None,
    views: int = 6,
    near: FloatArray | None = None,
) -> Reading:
    """Reads the face in `box`, or the one whose landmarks were `near` in the picture before.

    Args:
        picture: (H, W, 3) uint8 RGB.
        box: where the finder saw the face; not looked at when `near` is given.
        views: crops to average, 1 (video) to 8; more is steadier and slower.
        near: (478, 3) landmarks in pixels to start from.

    Raises:
        ValueError: neither `box` nor `near` is given, or `views` is out of range.
    """
    if not 1 <= views <= len(VIEWS):
        raise ValueError(f"views must be 1 to {len(VIEWS)}, not {views}")
    trust = 1.0
    if near is None:
        if box is None:
            raise ValueError("give the face's box, or landmarks near it")
        near = _coarse(picture, box)
        near = _fine(picture, near, VIEWS[:1]).landmarks
        trust = min(1.0, max(box.score, 0.0)) ** 0.25
    reading = _fine(picture, near, VIEWS[:views])
    return replace(reading, confidence=reading.confidence * trust)


def _read(name: str, crops: Picture) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(N, side, side, 3) -> landmarks (N, 478, 3) in crop sides from the middle, blendshapes
    (N, 52), face (N,)."""
    marks, blend, face = network(name).run(None, {"crops": np.ascontiguousarray(crops)})
    return marks, blend, face


@functools.cache
def _side(name: str) -> int:
    """Pixels of the crop that the network takes."""
    return int(network(name).get_inputs()[0].shape[1])


@functools.cache
def _mirror() -> NDArray[np.int64]:
    """(478,) the landmark that each becomes in a mirror."""
    return np.array(json.loads(network(FINE).get_modelmeta().custom_metadata_map["mirror"]))


def _coarse(picture: Picture, box: FaceBox) -> FloatArray:
    """Rough landmarks (478, 3) in pixels; looks again where the first look was off the middle."""
    px = _side(COARSE)
    side = max(box.width, box.height)
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
    turn = 0.0
    for _ in range(2):
        m = about(middle, turn, px / (side * BOX_ROOM), px)
        marks = to_picture(_read(COARSE, cut_out(picture, m, px)[None])[0][0], m, px)
        upward = upright(marks, px, 1.0)
        turn = float(np.degrees(np.arctan2(upward[1, 0], upward[0, 0])))
        turned = marks[:, :2] @ about(middle, turn, 1.0, 0)[:, :2].T
        low, high = turned.min(0), turned.max(0)
        side = float((high - low).max())
        middle = ((low + high) / 2) @ about(middle, turn, 1.0, 0)[:, :2]
    return marks


def _fine(
    picture: Picture, near: FloatArray, views: tuple[tuple[float, float, float, float, bool], ...]
) -> Reading:
    """Mean of several fine looks at the face whose landmarks are about `near`."""
    px = _side(FINE)
    whole = upright(near, px, FINE_ROOM)
    unit = px / FINE_ROOM
    crops, places = [], []
    for degrees, grow, right, down, mirrored in views:
        middle = np.array([right, down]) * unit + px / 2
        m = (squared(about(middle, degrees, np.exp(grow), px)) @ squared(whole))[:2]
        crop = cut_out(picture, m, px)
        crops.append(crop[:, ::-1] if mirrored else crop)
        places.append(m)
    marks, blend, face = _read(FINE, np.stack(crops))
    for k, view in enumerate(views):
        if view[4]:
            marks[k] = marks[k][_mirror()] * np.array([-1, 1, 1], np.float32)
            blend[k] = blend[k][_SWAPPED]
    all_marks = np.stack(
        [to_picture(a, m, px) for a, m in zip(marks, places, strict=True)]
    )  # (V, 478, 3)
    landmarks = refined(picture, all_marks.mean(0))
    confidence = float(face.mean()) * _agreement(all_marks)
    return Reading(landmarks, blend.mean(0), confidence, _lips_spread(all_marks))


def _agreement(views: FloatArray) -> float:
    """1 where all views (V, 478, 3) say the same, towards 0 where they contradict each other."""
    left, right = (views[:, k].mean(0) for k in OUTER_CORNERS)
    eye = max(float(np.linalg.norm(left - right)), 1e-3)
    spread = float(np.linalg.norm(views.std(0)[:, :2], axis=1).mean()) / eye
    return float(np.exp(-((spread / SPREAD) ** 2)))


def _lips_spread(views: FloatArray) -> float:
    """How much views (V, 478, 3) differ about where the lips lie below the eyes."""
    left, right = (views[:, k].mean(0) for k in OUTER_CORNERS)
    eye = max(float(np.linalg.norm(left - right)), 1e-3)
    lips = views[:, _lips(), :2] - views[:, STEADY, :2].mean(1, keepdims=True)
    return float(np.linalg.norm(lips.std(0), axis=1).mean()) / eye


@functools.cache
def _lips() -> NDArray[np.integer]:
    rings = face_space().rings
    return np.union1d(rings["lips_outer"], rings["lips_inner"])


def _swapped() -> NDArray[np.int64]:
    """The blendshape that each becomes in a mirror."""
    other = {"Left": "Right", "Right": "Left"}
    sides = [next((s for s in other if name.endswith(s)), "") for name in BLENDSHAPES]
    return np.array(
        [
            BLENDSHAPES.index(name.removesuffix(s) + other.get(s, ""))
            for name, s in zip(BLENDSHAPES, sides, strict=True)
        ]
    )


_SWAPPED = _swapped()
