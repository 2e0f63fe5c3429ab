"""A real portrait read from end to end: NASA's portrait of Eileen Collins (public domain)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import skimage.data

from vasari.errors import PictureError
from vasari.portrait.draw import draw_face
from vasari.portrait.read import box_of, crop_of, read_portrait
from vasari.shape.space import Pose, Rig
from vasari.values import Face


@cache
def astronaut() -> Face:
    return read_portrait(skimage.data.astronaut())


def test_face_and_crop() -> None:
    face = astronaut()
    x, y, width, height = box_of(face.landmarks)
    assert 150 < x < 190
    assert 60 < y < 95
    assert 75 < width < 115
    assert 85 < height < 130
    left, top, side = face.crop
    assert left <= x - 0.2 * width
    assert top >= 0
    assert top + side >= y + 1.1 * height
    assert np.abs(face.rotation).max() < 15
    assert np.abs(face.gaze).max() < 20
    assert face.confidence > 0.5


def test_matte_holds_head_and_suit_and_nothing_else() -> None:
    matte = astronaut().matte
    assert matte.shape == (512, 512)
    for x, y in ((224, 110), (224, 30), (190, 50), (255, 50), (224, 300)):  # face, hair, suit
        assert matte[y, x] > 200, (x, y)
    for x, y in ((350, 20), (150, 20), (300, 60), (400, 40)):  # wall and shuttle
        assert matte[y, x] < 30, (x, y)


def test_plate_is_the_picture_away_from_the_person() -> None:
    face = astronaut()
    assert (face.plate[:80, 320:] == face.picture[:80, 320:]).all()
    hair = face.picture[40, 190].astype(int)
    assert np.abs(face.plate[60, 224].astype(int) - hair).sum() > 60


def test_the_reading_gives_the_landmarks_back() -> None:
    face = astronaut()
    pose = Pose(face.rotation, face.scale, face.origin)
    linear = Rig(face.neutral, face.expression).shape(face.expression)
    far = np.hypot(*(pose.project(linear) - face.landmarks)[:468, :2].T) / face.scale
    assert np.median(far) < 0.005
    assert far.max() < 0.05


def test_an_alpha_channel_is_the_matte() -> None:
    alpha = np.zeros((512, 512), np.uint8)
    alpha[:400, 100:330] = 255
    face = read_portrait(np.dstack([skimage.data.astronaut(), alpha]))
    assert (face.matte == alpha).all()


def test_drawing() -> None:
    drawn = draw_face(astronaut())
    assert drawn.dtype == np.uint8
    assert drawn.shape[0] >= 512


def test_no_face_is_said() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    with pytest.raises(PictureError, match="No face"):
        read_portrait(noise)


def test_a_face_that_is_not_there() -> None:
    with pytest.raises(PictureError, match="no face 99"):
        read_portrait(skimage.data.astronaut(), face=99)


def test_a_small_face_is_refused() -> None:
    small = np.full((400, 400, 3), 200, np.uint8)
    small[100:228, 100:228] = skimage.data.astronaut()[::4, ::4]
    with pytest.raises(PictureError):
        read_portrait(small)


def test_crop_prefers_to_stay_inside() -> None:
    marks = astronaut().landmarks - np.array([150, 60, 0], np.float32)
    x, y, side = crop_of(marks, 57.0, (400, 500))
    assert (x, y) == (0, 0)
    assert side == pytest.approx(4.2 * 57)
    assert crop_of(marks, 57.0, (200, 500))[2] == 200
