"""Looks at mouth and eyes from near by, and puts their landmarks right.

Two small networks: one sees a mouth, one the subject's right eye (the left one in a mirror). Each
moves the landmarks around it; towards the rim of what it saw, less and less.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.networks import network
from vasari.shape.crops import cut_out, to_picture, upright
from vasari.values import FloatArray, Picture


@dataclass(frozen=True)
class Detail:
    """A part of the face: its network in weights/, the landmarks whose mean is its middle, and
    the side of its crop in eye distances."""

    name: str
    middle: tuple[int, ...]
    room: float


MOUTH = Detail("reader_mouth", (61, 291, 0, 17), 1.0)
EYE = Detail("reader_eye", (33, 133, 159, 145), 0.8)  # the subject's right one
SIDE = 64  # pixels that both networks see
SHARE = {"reader_mouth": 0.75, "reader_eye": 0.8}  # of the way moved: measured, both err apart


@dataclass(frozen=True)
class _Points:
    """The landmarks (n,) that a network places, how much it is believed (n, 1), and which
    landmark of the whole face each is in a mirror (n,)."""

    index: NDArray[np.int64]
    weight: FloatArray
    mirrored: NDArray[np.int64]


def window(
    landmarks: FloatArray, middle: tuple[int, ...], side: int, room: float
) -> NDArray[np.float64]:
    """Similarity (2, 3) to an upright crop around the mean of some landmarks."""
    m = upright(landmarks, side, room)
    m[:, 2] = (side - 1) / 2 - m[:, :2] @ landmarks[list(middle), :2].mean(0)
    return m


@functools.cache
def _points(name: str) -> _Points:
    known = network(name).get_modelmeta().custom_metadata_map
    index = np.array(json.loads(known["points"]))
    weight = np.array(json.loads(known["weights"]), np.float32)[:, None] * SHARE[name]
    return _Points(index, weight, np.array(json.loads(known["mirror"]))[index])


def refined(picture: Picture, landmarks: FloatArray) -> FloatArray:
    """The landmarks (478, 3) with mouth and eyes seen again, in a straight and a mirrored look."""
    out = landmarks.copy()
    mouth, eye = _points(MOUTH.name), _points(EYE.name)
    m = window(landmarks, MOUTH.middle, SIDE, MOUTH.room)
    straight, flipped = _looks(picture, MOUTH, m, m)
    # What the mirrored look says of a landmark is said under its partner's name.
    place = {int(k): n for n, k in enumerate(mouth.index)}
    partner = np.array([place[int(k)] for k in mouth.mirrored])
    _move(out, mouth.index, mouth.weight, (straight + flipped[partner]) / 2)
    other = tuple(int(k) for k in _mirror_of(EYE.middle))
    right = window(landmarks, EYE.middle, SIDE, EYE.room)
    left = window(landmarks, other, SIDE, EYE.room)
    seen_right, seen_left = _looks(picture, EYE, right, left)
    _move(out, eye.index, eye.weight, seen_right)
    _move(out, eye.mirrored, eye.weight, seen_left)
    return out


def _mirror_of(points: tuple[int, ...]) -> NDArray[np.int64]:
    return np.array(json.loads(network(EYE.name).get_modelmeta().custom_metadata_map["mirror"]))[
        list(points)
    ]


def _looks(
    picture: Picture, detail: Detail, straight: NDArray[np.float64], mirrored: NDArray[np.float64]
) -> tuple[FloatArray, FloatArray]:
    """Landmarks (n, 3) in pixels of the picture from one crop and from another in a mirror."""
    crops = np.stack([cut_out(picture, straight, SIDE), cut_out(picture, mirrored, SIDE)[:, ::-1]])
    marks = network(detail.name).run(["landmarks"], {"crops": np.ascontiguousarray(crops)})[0]
    marks[1, :, 0] *= -1
    return to_picture(marks[0], straight, SIDE), to_picture(marks[1], mirrored, SIDE)


def _move(out: FloatArray, index: NDArray[np.int64], weight: FloatArray, seen: FloatArray) -> None:
    out[index] += weight * (seen - out[index])
