"""A face's own lines deepen and fade with its expression; nothing else changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.faces import expression, made_face, painted, still
from tests.render.layers.moments import moment
from vasari.portrait.folds import find_folds
from vasari.render import Renderer
from vasari.render.layers.folds import Folds, deepen
from vasari.shape.space import Pose
from vasari.values import Face

ACROSS = ([67, 297], [69, 299])  # a furrow lies between these two lines of the forehead


def furrowed(face: Face, strength: int = 20) -> np.ndarray:
    """(H, W, 3) plain skin with a soft furrow across the forehead."""
    skin = np.full(face.picture.shape, 180, np.uint8)
    ends = np.round(face.landmarks[list(ACROSS), :2].mean(0)).astype(int)
    dark = cv2.line(np.zeros(skin.shape[:2], np.float32), *ends.tolist(), strength, 2)
    return (skin - cv2.GaussianBlur(dark, (0, 0), 1)[..., None]).astype(np.uint8)


def shown(face: Face, picture: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The picture with the folds of an expression, before any warp."""
    pose = Pose(face.rotation, face.scale, face.origin)
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    out = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    found = find_folds(picture, face.landmarks, pose)
    backward = np.ascontiguousarray(np.dstack([xs, ys]))
    layer = Folds(found, pose, face.expression, 1)
    layer.draw(out, moment(face, face.landmarks, now, backward))
    return out[..., :3].astype(int)


@pytest.mark.parametrize("rotation", [(0, 0, 0), (0, 0, 20)])
def test_raised_brows_deepen_a_furrow_and_lowered_ones_let_it_fade(
    rotation: tuple[float, float, float],
) -> None:
    calm = made_face(512, rotation)
    raised = made_face(512, rotation, own=expression(browInnerUp=0.5, browOuterUp=0.5))
    for face, now, sign in ((calm, raised.expression, -1), (raised, calm.expression, 1)):
        picture = furrowed(face)
        change = sign * (shown(face, picture, now) - picture)
        line = picture[..., 0] < 172
        assert change[line].mean() > 1.5
        assert change.max() < 30
        away = cv2.dilate(line.astype(np.uint8), np.ones((31, 31), np.uint8)) == 0
        assert not change[away].any()


def test_its_own_expression_and_those_of_other_places_leave_it() -> None:
    face = made_face(512, own=expression(browInnerUp=0.3))
    picture = furrowed(face)
    for now in (face.expression, face.expression + expression(mouthSmile=0.5, jawOpen=0.5)):
        assert (shown(face, picture, now) == picture).all()


def test_smooth_skin_gets_no_lines() -> None:
    face = made_face(512)
    picture = furrowed(face, 0)
    assert (shown(face, picture, expression(browInnerUp=0.7, browOuterUp=0.7)) == picture).all()


def test_the_rim_of_a_hat_is_no_furrow() -> None:
    face = made_face(512)
    picture = furrowed(face, 0)
    rim = int(face.landmarks[[67, 69], 1].mean())
    picture[:rim] = 60
    change = shown(face, picture, expression(browInnerUp=0.7, browOuterUp=0.7)) - picture
    assert np.abs(change).max() <= 2


def test_the_renderer_folds_what_is_no_flat_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    face = made_face(512)
    up = still(face, expression=expression(browInnerUp=0.6, browOuterUp=0.6))
    noise = np.random.default_rng(0).normal(0, 3, (512, 512, 3))
    shade = np.linspace(-30, 30, 512)[:, None, None] + noise
    furrow = furrowed(face)
    for picture, folds in ((furrow + shade, True), (furrow, False)):
        renderer = Renderer(painted(face, picture.clip(0, 255).astype(np.uint8)), 512)
        with_lines = renderer.draw(up, 0).astype(int)
        with monkeypatch.context() as patched:
            patched.setattr(Folds, "draw", lambda *_: None)
            assert ((renderer.draw(up, 0) - with_lines).max() > 4) == folds


def test_lines_deepen_in_their_region_alone() -> None:
    """Against its numpy twin at whole places: a gain where the line of this region comes from."""
    rng = np.random.default_rng(1)
    out = np.dstack([rng.integers(0, 200, (6, 8, 3)), np.full((6, 8), 190)]).astype(np.uint8)
    lines = rng.uniform(-0.3, 0.3, (9, 9)).astype(np.float32)
    which = rng.integers(0, 2, (9, 9)).astype(np.uint8)
    backward = rng.integers(0, 8, (6, 8, 2)).astype(np.float32)
    x, y = backward[..., 0].astype(int), backward[..., 1].astype(int)
    gain = np.where(which[y, x] == 1, 1 + 2 * lines[y, x], 1)[..., None]
    expected = out.copy()
    expected[..., :3] = np.minimum(out[..., :3] * gain + 0.5, np.where(gain == 1, 255, 190))
    into, box = np.eye(2, 3, dtype=np.float32), np.array([0, 0, 8, 6])
    deepen(out, lines, which, 1, np.float32(2), backward, into, box)
    assert np.abs(out.astype(int) - expected).max() <= 1
