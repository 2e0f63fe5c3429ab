from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.faces import expression, made_face, still
from vasari.render import Renderer
from vasari.render.layers import Now
from vasari.render.layers.mouth_painter import (
    DOWN,
    GAIN,
    HEIGHT,
    LIT,
    TONE,
    WIDTH,
    MouthPainter,
    look,
    window,
)
from vasari.shape.space import face_space
from vasari.values import Face, FloatArray

WIDE = expression(jawOpen=0.6)
WHITE = np.full(3, 200, np.float32)
DARK = np.array([44, 24, 22], np.float32)
RING = face_space().rings["lips_inner"]
FLESH = (90, 50, 46)


def placed(face: Face) -> tuple[Now, FloatArray]:
    """A moment with its mouth wide open, and the middle of its closed lips."""
    renderer = Renderer(face, 256)
    closed = renderer.puppet.rig.shape(expression())
    return renderer.now(still(face, expression=WIDE), 0), closed[[13, 14]].mean(0)


def test_the_window_lies_around_the_mouth() -> None:
    now, line = placed(made_face())
    m = window(now.pose, line)
    below = now.pose.project(line + np.array([0, DOWN, 0], np.float32))[:2]
    np.testing.assert_allclose(m[:, :2] @ below + m[:, 2], ((WIDTH - 1) / 2, (HEIGHT - 1) / 2),
                               atol=1e-3)  # fmt: skip
    there = now.points[RING, :2] @ m[:, :2].T + m[:, 2]
    assert (there > 0).all()
    assert (there < (WIDTH, HEIGHT)).all()


def test_it_sees_the_inside_of_the_lips() -> None:
    now, line = placed(made_face())
    seen = look(np.full((256, 256, 3), 90, np.uint8), now.points[RING, :2], window(now.pose, line))
    assert seen.shape == (HEIGHT, WIDTH, 4)
    assert 100 < (seen[..., 3] > 127).sum() < HEIGHT * WIDTH / 2


def test_it_paints_the_mouth_and_nothing_else() -> None:
    now, line = placed(made_face())
    out = np.full((256, 256, 3), FLESH, np.uint8)
    MouthPainter(line, WHITE, DARK, 1.0).paint(out, now, 1.0)
    changed = np.argwhere((out != FLESH).any(2))[:, ::-1]
    low, high = now.points[RING, :2].min(0), now.points[RING, :2].max(0)
    assert len(changed) > 50
    reach = 0.08 * now.pose.scale
    assert (changed.min(0) > low - reach).all()
    assert (changed.max(0) < high + reach).all()


def test_the_less_is_drawn_the_less_is_painted() -> None:
    now, line = placed(made_face())
    change = []
    for share in (0.0, 0.5, 1.0):
        out = np.full((256, 256, 3), FLESH, np.uint8)
        MouthPainter(line, WHITE, DARK, 1.0).paint(out, now, share)
        change.append(float(np.abs(out.astype(int) - FLESH).sum()))
    assert change[0] == 0
    assert 0.3 < change[1] / change[2] < 0.7


def test_a_portrait_without_colour_gets_none_and_colours_stay_below_alpha() -> None:
    now, line = placed(made_face())
    before = np.full((256, 256, 4), (*FLESH, max(FLESH)), np.uint8)
    out = before.copy()
    MouthPainter(line, WHITE, DARK, 0.0).paint(out, now, 1.0)
    more = out[..., 1:3].astype(int) - before[..., 1:3]
    assert more.any()
    assert np.ptp(more, axis=2).max() <= 1
    assert (out[..., :3] <= out[..., 3:]).all()


def test_teeth_take_no_colour_and_half_of_the_shade() -> None:
    now, line = placed(made_face())
    for tooth in ((200, 190, 180), (60, 56, 52)):  # also in the shade
        out = np.full((256, 256, 3), tooth, np.uint8)
        MouthPainter(line, WHITE, DARK, 1.0).paint(out, now, 1.0)
        more = out.astype(int) - tooth
        assert np.ptp(more, axis=2).max() <= 1
        assert np.abs(more).max() <= 0.5 * (GAIN * max(tooth) + TONE) + 1


def test_black_is_no_tooth_and_takes_the_hue_of_the_dark() -> None:
    now, line = placed(made_face())
    hue = DARK / DARK.mean()
    for tooth, share in ((WHITE, 1.0), (WHITE / 4, WHITE.mean() / 4 / LIT)):
        out = np.zeros((256, 256, 3), np.uint8)
        MouthPainter(line, tooth, DARK, 1.0).paint(out, now, 1.0)
        assert (out <= np.ceil(TONE * share * hue)).all()
        assert out[..., 0].max() > out[..., 1].max()


def test_nothing_violet_is_added() -> None:
    now, line = placed(made_face())
    for tooth, most in (((200, 180, 60), 40), ((200, 180, 180), 255)):
        out = np.full((256, 256, 3), (90, 90, 30), np.uint8)
        MouthPainter(line, np.array(tooth, np.float32), DARK, 1.0).paint(out, now, 1.0)
        changed = out[(out != (90, 90, 30)).any(2)].astype(int)
        assert (
            changed[:, 2] <= np.maximum(30, 1.08 * tooth[2] / tooth[1] * changed[:, 1]) + 3
        ).all()
        assert changed[:, 2].max() <= most


def test_two_threads_draw_what_one_draws() -> None:
    face = made_face()
    turns = still(face, expression=WIDE)
    motion = turns
    for k in range(1, 9):
        motion = motion.then(replace(turns, rotation=turns.rotation + np.float32(k)))
    renderer = Renderer(face, 256)
    together = list(renderer.draw_all(motion))
    assert len(together) == 9
    for k, picture in enumerate(together):
        np.testing.assert_array_equal(picture, renderer.draw(motion, k))
