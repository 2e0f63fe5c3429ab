from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.faces import expression, made_face, painted, still
from vasari.render import Renderer
from vasari.render.body import Carried
from vasari.shape.onto_face import onto_face
from vasari.shape.space import Rig, lid_gaps
from vasari.values import BLENDSHAPES, EXPRESSION, Motion


def boxes(face, points, grow=4):  # type: ignore[no-untyped-def]
    at = face.landmarks[points, :2]
    low, high = at.min(0).astype(int) - grow, at.max(0).astype(int) + grow
    mask = np.zeros(face.matte.shape, bool)
    mask[low[1] : high[1], low[0] : high[0]] = True
    return mask


def test_gaze_moves_the_eyes_alone() -> None:
    face = made_face()
    draw = Renderer(face, 256).draw
    rest = draw(still(face), 0)
    turned = draw(still(face, gaze=np.array([15, 5])), 0)
    changed = (rest != turned).any(2)
    eyes = boxes(face, [33, 133, 159, 145]) | boxes(face, [263, 362, 386, 374])
    assert changed.sum() > 50
    assert not (changed & ~eyes).any()


def test_lids_follow_a_glance() -> None:
    """Also where only the gaze was given; codes that say more are believed."""
    face = made_face()
    zero, quiet = np.zeros((1, 3), np.float32), np.zeros((1, EXPRESSION), np.float32)
    looks = {}
    for pitch in (-15, 0, 15):
        gaze = np.array([[0, pitch]], np.float32)
        moved = onto_face(face, Motion(zero, zero, gaze, quiet)).expression[0]
        looks[pitch] = lid_gaps(Rig(face.neutral, face.expression).shape(moved))[[3, 10]]
    assert (looks[-15] < looks[0] - 0.01).all()
    assert (looks[15] > looks[0] + 0.005).all()
    down = expression(eyeLookDown=0.9)[None]
    moved = onto_face(face, Motion(zero, zero, np.array([[0, -5]], np.float32), down))
    assert moved.expression[0, BLENDSHAPES.index("eyeLookDownLeft")] == pytest.approx(0.9)


def test_nothing_moves_behind_a_dark_glass() -> None:
    face = made_face()
    picture = np.full_like(face.picture, 200)
    for corners in ([33, 133], [263, 362]):
        x, y = face.landmarks[corners, :2].mean(0).astype(int)
        picture[y - 14 : y + 14, x - 18 : x + 18] = 10
    face = painted(face, picture)
    draw = Renderer(face, 256).draw
    rest = draw(still(face), 0)
    shut = face.expression + expression(eyeBlink=1)
    blink = still(face, expression=shut, gaze=np.array([15, 0]))
    assert (draw(blink, 0) == rest).all()


def test_the_head_turns_and_its_picture_with_it() -> None:
    """A patch of the cheek is found where the mesh says it went."""
    face = made_face()
    draw = Renderer(face, 256).draw
    rest = draw(still(face), 0).astype(int)
    moved = draw(still(face, position=np.array([0.1, 0, 0])), 0).astype(int)
    step = round(0.1 * face.scale)
    x, y = face.landmarks[1, :2].astype(int)
    nose = rest[y - 20 : y + 5, x - 12 : x + 12]
    there = moved[y - 20 : y + 5, x - 12 + step : x + 12 + step]
    here = moved[y - 20 : y + 5, x - 12 : x + 12]
    assert np.abs(nose - there).mean() < 6 < np.abs(nose - here).mean()


def test_an_open_mouth_is_not_smeared() -> None:
    """Inside an opened mouth lies the mouth, not the lips' own pixels stretched over it."""
    face = made_face()
    renderer = Renderer(face, 256)
    wide = expression(jawOpen=0.8)
    shown = renderer.draw(still(face, expression=wide), 0).astype(int)
    rest = renderer.draw(still(face), 0).astype(int)
    x, y = face.landmarks[14, :2].astype(int)
    assert np.abs(shown - rest)[y + 2 : y + 8, x - 5 : x + 5].mean() > 20


@pytest.mark.parametrize("background", [(0, 255, 0), (10, 20, 30)])
def test_background_is_replaced(background: tuple[int, int, int]) -> None:
    face = made_face()
    shown = Renderer(face, 256, background=background).draw(still(face), 0)
    assert (shown[2, 2] == background).all()
    x, y = face.landmarks[4, :2].astype(int)
    assert (shown[y, x] == face.picture[y, x]).all()


def test_transparent_background() -> None:
    face = made_face()
    shown = Renderer(face, 256, background="transparent").draw(still(face), 0)
    assert shown.shape == (256, 256, 4)
    assert shown[2, 2, 3] == 0
    x, y = face.landmarks[4, :2].astype(int)
    assert shown[y, x, 3] == 255


@pytest.mark.parametrize("size", [256, 333, 512])
def test_sizes(size: int) -> None:
    face = made_face()
    assert Renderer(face, size).draw(still(face), 0).shape == (size, size, 3)


def test_full_frame_is_the_portrait_made_even() -> None:
    face = made_face(side=251)
    assert Renderer(face, frame="full").draw(still(face), 0).shape == (250, 250, 3)


def test_motion_leaves_the_portrait_smoothly() -> None:
    face = made_face(own=expression(jawOpen=0.6))
    zero, quiet = np.zeros((10, 3), np.float32), np.zeros((10, EXPRESSION), np.float32)
    moves = onto_face(face, Motion(zero + 5, zero, zero[:, :2], quiet), begun=0)
    assert np.allclose(moves.expression[0], face.expression)
    assert np.allclose(moves.rotation[0], face.rotation, atol=1e-4)
    assert moves.expression[-1].max() < 1e-6  # and its lips are pressed a little


def test_no_motion_reaches_the_edge_of_what_is_drawn() -> None:
    """In a large picture only a box moves; motion cut off at its border would be a seam."""
    small = made_face(256)
    wide = {"left": 500, "right": 500, "top": 0, "bottom": 500}
    room = ((wide["top"], wide["bottom"]), (wide["left"], wide["right"]))
    shift = np.array([wide["left"], wide["top"], 0], np.float32)
    picture = np.pad(small.picture, (*room, (0, 0)), mode="symmetric")
    x, y, side = small.crop
    moved_face = replace(
        small, origin=small.origin + shift, landmarks=small.landmarks + shift,
        crop=(x + shift[0], y + shift[1], side),
    )  # fmt: skip
    full = np.full(picture.shape[:2], 255, np.uint8)
    face = painted(moved_face, picture, plate=picture // 2, matte=full)
    renderer = Renderer(face, frame="full")
    motion = still(face, position=np.array([0.1, -0.1, 0]))
    breath = Carried(np.hstack([motion.rotation, motion.position]), np.float32([0.04]))
    moved = (renderer.draw(motion, 0, breath) != renderer.draw(still(face), 0)).any(2)
    x0, _, x1, y1 = renderer.stage.box
    assert 0 < x0 < x1 < picture.shape[1]
    assert y1 < picture.shape[0]
    assert moved.sum() > 1000
    assert not moved[:y1, [x0, x1 - 1]].any()
    assert not moved[y1 - 1].any()


def test_a_body_moves_out_of_the_picture_below_but_nothing_comes_up() -> None:
    whole = made_face()
    layers = (whole.picture, whole.matte, whole.plate)
    picture, matte, plate = (np.ascontiguousarray(layer[:200]) for layer in layers)
    face = painted(whole, picture, matte=matte, plate=plate)
    renderer = Renderer(face, frame="full")
    rest = renderer.now(still(face), 0).points
    middle = np.abs(rest[:, 0] - face.landmarks[152, 0]) < 0.5 * face.scale
    below = middle & (rest[:, 1] >= 199) & (rest[:, 1] < 235)
    assert below.any()
    for way, least, most in ((0.2, 0.04, 0.2), (-0.2, 0, 0)):
        moved = renderer.now(still(face, position=np.array([0, way, 0])), 0).points
        down = (moved - rest)[below, 1] / face.scale
        assert least <= down.min() <= down.max() <= most
