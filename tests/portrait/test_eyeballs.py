"""What is completed of an eye: a whole iris, white behind it, catch-lights apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.faces import expression, made_face, painted
from vasari.shape.eyes import IRISES, RINGS, eye_frame
from vasari.shape.space import face_space
from vasari.values import Face
from vasari.values.traits import EYE_SIDE


def crop_place(face: Face, which: int, points: np.ndarray) -> np.ndarray:
    """Pixels of the portrait to those of an eye's crop."""
    m = eye_frame(face.traits.drawn, face_space().rings[RINGS[which]], face.scale)
    return np.asarray(points @ m[:, :2].T + m[:, 2])


@pytest.mark.parametrize("which", [0, 1])
def test_the_iris_is_found_where_it_was_drawn(which: int) -> None:
    face = made_face(512)
    iris = face.landmarks[IRISES[which] : IRISES[which] + 5, :2]
    radius = np.linalg.norm(iris[1:] - iris[0], axis=1).mean()
    x, y, found = face.traits.eyes.irises[which]
    there = crop_place(face, which, iris[0])
    assert np.hypot(x - there[0], y - there[1]) < 0.15 * found
    zoom = crop_place(face, which, np.array([1.0, 0])) - crop_place(face, which, np.zeros(2))
    assert found == pytest.approx(radius * zoom[0], rel=0.15)


@pytest.mark.parametrize("which", [0, 1])
def test_the_white_goes_on_behind_the_iris_and_the_iris_under_the_lid(which: int) -> None:
    eyes = made_face(512).traits.eyes
    white, iris, lights = eyes.layers[which].mean(-1)
    x, y, radius = eyes.irises[which]
    assert white[round(float(y)), round(float(x))] > 150
    ys, xs = np.mgrid[:EYE_SIDE, :EYE_SIDE]
    disc = np.hypot(xs - x, ys - y) < 0.85 * radius
    assert iris[disc].max() < 100  # also where the lids cover it
    assert not lights.any()


def test_a_catch_light_is_no_part_of_the_iris() -> None:
    plain = made_face(512)
    picture = plain.picture.copy()
    for iris in IRISES:
        at = np.round(plain.landmarks[iris, :2] + (2, 1)).astype(int).tolist()
        cv2.circle(picture, at, 1, (255, 255, 255), -1)
    eyes = painted(plain, picture).traits.eyes
    for (_, iris, lights), (x, y, radius) in zip(eyes.layers, eyes.irises, strict=True):
        ys, xs = np.mgrid[:EYE_SIDE, :EYE_SIDE]
        disc = np.hypot(xs - x, ys - y) < 0.8 * radius
        assert lights[disc].max() > 60
        assert iris[disc].max() < 140


def test_an_eye_without_an_iris_does_not_turn() -> None:
    face = made_face(512)
    blank = painted(face, np.full_like(face.picture, 128))
    assert not blank.traits.eyes.irises[:, 2].any()


def test_a_closed_eye_has_none() -> None:
    face = made_face(512, own=expression(eyeBlink=1.0))
    assert not face.traits.eyes.irises[:, 2].any()


def test_irises_that_fill_the_eye_slide() -> None:
    face = made_face(512)
    assert not face.traits.eyes.slide
    picture = face.picture.copy()
    for ring, iris in zip(RINGS, IRISES, strict=True):
        opening = np.round(face.landmarks[face_space().rings[ring], :2]).astype(np.int32)
        inside = cv2.fillPoly(np.zeros(picture.shape[:2], np.uint8), [opening], 1)
        middle = np.round(face.landmarks[iris, :2]).astype(int).tolist()
        large = cv2.circle(np.zeros_like(inside), middle, 12, 1, -1)
        picture[(inside & large) > 0] = (70, 50, 40)
    assert painted(face, picture).traits.eyes.slide
