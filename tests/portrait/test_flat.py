from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.faces import made_face
from vasari.portrait.flat import settle_flat
from vasari.shape.landmarks import LIDS_LOWER, LIDS_UPPER, LIP_RINGS_LOWER, LIP_RINGS_UPPER

SKIN = (255, 226, 205)


def drawn(face, mouth=(0.0, 0.36), open_by=0.0, eye_height=0.22, roll=0.0, noise=0.0):  # type: ignore[no-untyped-def]
    """A cartoon under the face's landmarks: its mouth higher, its eyes larger than they are read.

    Returns the picture and the middles of eyes and mouth in it, pixels.
    """
    picture = np.full_like(face.picture, 90)
    unit = face.scale
    turn = np.radians(roll)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    eyes = face.landmarks[[33, 263], :2].mean(0)

    def at(x: float, y: float) -> np.ndarray:
        return eyes + unit * np.array([x, y]) @ axes

    def oval(place, size, colour):  # type: ignore[no-untyped-def]
        centre, half = tuple((place * 16).astype(int).tolist()), (np.array(size) * unit * 16)
        half = tuple(half.astype(int).tolist())
        cv2.ellipse(picture, centre, half, roll, 0, 360, colour, -1, cv2.LINE_AA, 4)

    oval(at(0, 0.1), (0.85, 0.9), SKIN)
    places = [at(-0.33, 0.0), at(0.33, 0.0)]
    for place in places:
        oval(place, (0.17, eye_height), (20, 20, 30))
        oval(place + [0, 0.02 * unit], (0.15, eye_height - 0.04), (255, 255, 255))
        oval(place + [0, 0.02 * unit], (0.09, eye_height - 0.07), (70, 90, 200))
    places.append(at(*mouth))
    if open_by:
        oval(places[2], (0.12, open_by / 2), (190, 60, 70))
    else:
        oval(places[2], (0.13, 0.018), (60, 30, 30))
    if noise:
        rough = np.random.default_rng(0).normal(0, noise, picture.shape)
        picture = np.clip(picture + rough, 0, 255).astype(np.uint8)
    return picture, places


@pytest.mark.parametrize("roll", [0, 15])
@pytest.mark.parametrize("open_by", [0.0, 0.2])
def test_drawn_eyes_and_mouth_are_found(roll: float, open_by: float) -> None:
    face = made_face(side=420, rotation=(0, 0, roll))
    picture, (right, left, mouth) = drawn(face, open_by=open_by, roll=roll)
    marks = settle_flat(picture, face.landmarks)[:, :2]
    assert np.linalg.norm(marks[[13, 14]].mean(0) - mouth) < 0.06 * face.scale
    down = np.array([-np.sin(np.radians(roll)), np.cos(np.radians(roll))])
    inner = (marks[LIP_RINGS_LOWER[0, 4]] - marks[LIP_RINGS_UPPER[0, 4]]) @ down
    assert abs(inner / face.scale - max(open_by - 0.04, 0)) < 0.05
    for place, half in ((right, slice(7)), (left, slice(7, 14))):
        lids = np.concatenate([marks[LIDS_UPPER[half]], marks[LIDS_LOWER[half]]])
        assert np.linalg.norm(lids.mean(0) - place) < 0.07 * face.scale
        opening = (marks[LIDS_LOWER[half][3]] - marks[LIDS_UPPER[half][3]]) @ down
        assert 0.28 < opening / face.scale < 0.46  # read: 0.12; drawn: 0.44 with its lashes


def test_the_forehead_stays() -> None:
    face = made_face(side=420)
    picture, _ = drawn(face)
    marks = settle_flat(picture, face.landmarks)
    assert np.allclose(marks[10], face.landmarks[10], atol=0.1)
    assert (marks[:, 2] == face.landmarks[:, 2]).all()


def test_what_is_not_flat_is_left_alone() -> None:
    face = made_face(side=420)
    for picture in (drawn(face, noise=6)[0], face.picture):
        assert settle_flat(picture, face.landmarks) is face.landmarks
