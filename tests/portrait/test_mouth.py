from __future__ import annotations

import cv2
import numpy as np

from tests.faces import expression, painted_lips
from vasari.portrait.mouth import INSET_PIXELS, LEAST_INSET, MOST_INSET, read_mouth
from vasari.portrait.teeth import tones
from vasari.shape.space import Pose, Rig, face_space
from vasari.values import Face
from vasari.values.traits import MouthTraits

LAUGHING = expression(jawOpen=0.35, mouthSmile=0.6)


def read(face: Face, as_closed: bool = False) -> MouthTraits:
    rig = Rig(face.neutral, face.expression)
    pose = Pose(face.rotation, face.scale, face.origin)
    closed = rig.shape(expression())
    own = closed if as_closed else rig.shape(face.expression)
    return read_mouth(face.picture, face.landmarks, pose, closed, own)


def test_a_mouth_has_the_portraits_tones() -> None:
    traits = read(painted_lips(LAUGHING))
    assert np.abs(traits.tooth - [225, 220, 205]).max() < 12
    assert np.abs(traits.lip - [180, 110, 105]).max() < 25
    assert traits.dark.max() < 70


def test_teeth_that_are_seen_are_kept() -> None:
    face = painted_lips(LAUGHING)
    shown, hidden = read(face), read(face, as_closed=True)
    assert (shown.upper[..., :3] == hidden.upper[..., :3]).all(2).mean() < 0.98
    assert hidden.upper[..., 3].any()


def test_lips_that_were_read_onto_teeth_give_them_up() -> None:
    face = painted_lips(LAUGHING)
    plain = read(face).inset
    assert (plain <= LEAST_INSET + 0.009).all()
    by = np.float32(0.025 * face.scale)  # the upper lip's line is read too low
    face.landmarks[[191, 80, 81, 82, 13, 312, 311, 310, 415], 1] += by
    wrong = read(face).inset
    assert (wrong[0, 2:7] > plain[0, 2:7] + 0.015).all()
    assert (wrong[0] <= MOST_INSET[0]).all()


def test_a_closed_mouth_is_taken_as_it_is() -> None:
    assert not read(painted_lips(expression()), as_closed=True).inset.any()


def test_the_size_of_the_picture_hardly_matters() -> None:
    small, large = (read(painted_lips(LAUGHING, side)) for side in (512, 1024))
    assert np.abs(small.inset - large.inset).max() < 0.01
    assert np.abs(small.upper.astype(int) - large.upper).mean() < 4


def test_a_glimpse_of_teeth_in_the_shade_does_not_tone_them() -> None:
    face = painted_lips(expression(jawOpen=-0.02))
    shaded = painted_lips(expression(jawOpen=-0.02))
    ring = face.landmarks[face_space().rings["lips_inner"], :2]
    cv2.fillPoly(shaded.picture, [np.round(ring).astype(np.int32)], (120, 105, 90))
    assert np.abs(read(shaded).tooth - read(face).tooth).max() < 6


def test_teeth_are_as_light_as_the_whites_of_eyes_where_skin_is_dark() -> None:
    skin, lips = np.full((10, 3), (80, 60, 50.0)), np.full((10, 3), (75, 50, 50.0))
    whites = np.concatenate([np.full((60, 3), 55.0), np.full((40, 3), 150.0), skin])
    assert 140 < tones(skin, lips, whites).tooth.mean() < 165


def test_shaded_eyes_do_not_darken_the_teeth_of_lit_skin() -> None:
    skin, lips = np.full((10, 3), (220, 190, 175.0)), np.full((10, 3), (110, 70, 65.0))
    whites = np.concatenate([np.full((100, 3), 60.0), skin[:1]])
    assert 185 < tones(skin, lips, whites).tooth.mean() < 215


def test_a_small_pictures_hole_runs_a_pixel_into_its_lips() -> None:
    face = painted_lips(expression(jawOpen=-0.05))
    assert np.allclose(read(face).inset, INSET_PIXELS / face.scale)
    pose = Pose(face.rotation, face.scale, face.origin)
    own, closed = (Rig(face.neutral, face.expression).shape(e)
                   for e in (face.expression, expression()))  # fmt: skip
    small = read_mouth(face.picture, face.landmarks, pose, closed, own, face.scale / 2)
    assert np.allclose(small.inset, 2 * INSET_PIXELS / face.scale)
