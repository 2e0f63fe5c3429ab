from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.faces import expression, made_face, painted, still
from vasari.render import Renderer
from vasari.render.layers.light import CODE, MIDDLE, SIDE, Light, code_of, look, window
from vasari.shape.space import face_space


def drawn(paint: str, **codes: float) -> np.ndarray:
    face = made_face()
    shown = still(face, expression=expression(**codes)) if codes else still(face)
    return Renderer(face, 256, paint=paint).draw(shown, 0).astype(int)  # type: ignore[arg-type]


def test_the_window_stands_upright_around_the_face() -> None:
    renderer = Renderer(made_face(), 256)
    pose = renderer.stage.pose
    m = window(pose)
    middle = m[:, :2] @ pose.project(MIDDLE)[:2] + m[:, 2]
    np.testing.assert_allclose(middle, (SIDE - 1) / 2, atol=1e-3)
    chin, lid = (m[:, :2] @ renderer.stage.landmarks[k, :2] + m[:, 2] for k in (152, 159))
    assert 0 < lid[1] < chin[1] < SIDE


def test_it_sees_the_mouth_only_when_that_is_open() -> None:
    face = made_face()
    renderer = Renderer(face, 256)
    picture = renderer.draw(still(face), 0)
    areas = []
    for opened in (0.0, 0.6):
        motion = still(face, expression=expression(jawOpen=opened))
        now = renderer.now(motion, 0)
        seen = look(picture, now.points, window(now.pose))
        assert seen.shape == (SIDE, SIDE, 6)
        areas.append(int((seen[..., 3] > 127).sum()))
    assert 3 * areas[0] < areas[1]


def test_the_code_tells_own_and_present() -> None:
    e = expression(jawOpen=0.5)
    code = code_of(e * 0, e, np.zeros(3), np.array([30.0, 0, 0]), np.zeros(2))
    assert code.shape == (CODE,)
    assert code.max() == 1.0  # thirty degrees
    assert np.isclose(sorted(code)[-2], 0.5)


def test_at_rest_nothing_is_painted() -> None:
    np.testing.assert_array_equal(drawn("all"), drawn("baked"))


def test_an_open_mouth_is_painted_inside_the_face_alone() -> None:
    face = made_face()
    difference = np.abs(drawn("all", jawOpen=0.6) - drawn("baked", jawOpen=0.6)).max(2)
    assert difference.max() > 3
    oval = face.landmarks[face_space().rings["face_oval"], :2]
    around = np.zeros(difference.shape, np.uint8)
    x, y, side = face.crop
    there = ((oval - (x, y)) * (256 / side)).astype(np.int32)
    cv2.fillPoly(around, [cv2.convexHull(there)], 1)
    around = cv2.dilate(around, np.ones((61, 61), np.uint8))  # the jaw is down, the rim is soft
    assert difference[around == 0].max() == 0


def test_paint_keeps_colours_below_alpha() -> None:
    face = made_face()
    renderer = Renderer(face, 256)
    motion = still(face, expression=expression(jawOpen=0.6))
    light = Light(face.expression, renderer.stage.landmarks, renderer.stage.pose, 1.0)
    out = np.full((256, 256, 4), 90, np.uint8)
    light.draw(out, renderer.now(motion, 0))
    assert (out[..., :3] <= out[..., 3:]).all()


def test_warped_alone_shows_less_than_baked() -> None:
    assert np.abs(drawn("none", jawOpen=0.6) - drawn("baked", jawOpen=0.6)).max() > 20


def test_a_grey_portrait_stays_grey() -> None:
    face = made_face()
    grey = np.repeat(face.picture.mean(2, keepdims=True).astype(np.uint8), 3, axis=2)
    face = painted(face, grey, plate=grey)
    motion = still(face, expression=expression(jawOpen=0.6))
    assert np.ptp(Renderer(face, 256).draw(motion, 0).astype(int), axis=2).max() < 12


def test_the_light_is_held_and_fades_before_its_crop_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a fold glows, and the crop's border is a line across the face."""

    class Glaring:
        def run(self, *_: object) -> tuple[np.ndarray]:
            return (np.full((SIDE // 2, SIDE // 2, 3), 3, np.float32),)

    monkeypatch.setattr("vasari.render.layers.light.network", lambda name: Glaring())
    face = made_face()
    renderer = Renderer(face, 256)
    motion = still(face, expression=expression(jawOpen=0.6))
    light = Light(face.expression, renderer.stage.landmarks, renderer.stage.pose, 1.0)
    out = np.full((256, 256, 3), 80, np.uint8)
    now = renderer.now(motion, 0)
    light.draw(out, now)
    assert tuple(out.max((0, 1))) == (90, 96, 96)  # a fifth more; red, which folds are, less
    mouth = np.round(now.points[face_space().rings["lips_inner"], :2]).astype(int)
    around = out.copy()
    low, high = mouth.min(0) - 2, mouth.max(0) + 3
    around[low[1] : high[1], low[0] : high[0]] = 96
    steps = [np.abs(np.diff(around[..., 1].astype(int), axis=axis)).max() for axis in (0, 1)]
    assert max(steps) <= 3
