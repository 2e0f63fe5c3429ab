from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from tests.faces import expression, made_face, painted_lips, still
from vasari.portrait.teeth import DENSITY
from vasari.render import Renderer
from vasari.render.layers import inside
from vasari.render.layers.inside import STEPS, draw_inside
from vasari.render.layers.mouth import DIM, MOST_LIFT, RIM, Mouth, _softness, how_dim
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.shape.space import mouth_opening

WIDE = expression(jawOpen=0.6)


def fall(far: np.ndarray, reach: float) -> np.ndarray:
    return np.clip(1 - far / (3 * reach), 0, None) ** 3


def plain(out, mask, back, lines, corners, textures, places, density, colours, amounts):  # type: ignore[no-untyped-def]
    """What `draw_inside` does, with whole arrays."""
    share, enters, rolled, seam, lift = amounts
    ys, xs = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
    x, y = (r[0] * xs + r[1] * ys + r[2] for r in back)
    at = np.linspace(*corners, STEPS)
    below, above = y - np.interp(x, at, lines[:, 0]), np.interp(x, at, lines[:, 1]) - y
    near = np.clip(np.minimum(abs(below), abs(above)) / inside.SEAM_REACH, 0, 1)
    shade = (
        (1 - rolled * inside.ROLLED_UPPER * fall(abs(below), inside.ROLL_REACH))
        * (1 - rolled * inside.ROLLED_LOWER * fall(abs(above), inside.ROLL_REACH))
        * (1 - seam * (1 - near**2) ** 2)
        * (1 + lift * np.where(below < 0, np.clip(1 - (below / inside.MARGIN) ** 2, 0, 1), 0))
    )
    ends = np.clip((x - corners[0]) * (corners[1] - x) * 40, 0, 1)
    lips = out[..., :3] * (1 + (shade - 1) * ends)[..., None]
    behind, before = np.maximum(below, 0), np.maximum(above, 0)
    aside = np.clip(2 * (x - corners[0]) / np.ptp(corners) - 1, -1, 1)
    deep = np.minimum(1, np.minimum(behind, before) / inside.THROAT_REACH) * (1 - aside**2)
    dark = colours[0] * (1 - inside.THROAT * deep)[..., None]
    seen = dark
    for texture, place in zip(textures, places, strict=True):
        u, v = x * density + place[0], y * density + place[1]
        layer = cv2.remap(texture.astype(np.float32), u, v, cv2.INTER_LINEAR)
        seen = seen + (layer[..., :3] - seen) * layer[..., 3:] / 255
    light = enters * (1 - inside.LIP_SHADOW * fall(behind, inside.LIP_REACH))
    light *= 1 - inside.FLOOR_SHADOW * fall(before, inside.FLOOR_REACH)
    light = (light * np.sqrt(1 - aside**2))[..., None]
    seen = dark + (seen - dark) * light
    for far, reach, wet in (
        (behind, inside.WET_UPPER_REACH, inside.WET_UPPER),
        (before, inside.WET_LOWER_REACH, inside.WET_LOWER),
    ):
        seen = seen + (inside.WET * fall(far, reach))[..., None] * (colours[1] * wet - seen)
    m = (mask * share / 255)[..., None]
    return lips * (1 - m) + seen * m


def test_the_loop_does_what_whole_arrays_do() -> None:
    rng = np.random.default_rng(0)
    out = rng.integers(60, 200, (40, 60, 3)).astype(np.uint8)
    back = np.array([[0.01, 0.001, -0.3], [-0.001, 0.01, -0.2]], np.float32)
    corners = np.array([-0.25, 0.25], np.float32)
    bow = 0.06 * (1 - np.linspace(-1, 1, STEPS) ** 2)
    lines = np.stack([-bow, bow + 0.001], 1).astype(np.float32)
    ys, xs = np.mgrid[:40, :60]
    x, y = (r[0] * xs + r[1] * ys + r[2] for r in back)
    at = np.linspace(-0.25, 0.25, STEPS)
    opening = (y > np.interp(x, at, lines[:, 0])) & (y < np.interp(x, at, lines[:, 1]))
    mask = (255 * opening).astype(np.uint8)
    textures = cv2.GaussianBlur(rng.integers(0, 256, (90, 120, 12)).astype(np.uint8), (0, 0), 2)
    textures = np.ascontiguousarray(textures.reshape(90, 120, 3, 4).transpose(2, 0, 1, 3))
    places = np.array([[60, 40], [58, 44], [60, 38]], np.float32)
    colours = np.array([[20, 10, 8], [170, 90, 90]], np.float32)
    amounts = np.array([0.9, 0.8, 0.7, 0.4, 0.2], np.float32)
    rest = (mask, back, lines, corners, textures, places, np.float32(150), colours, amounts)
    wanted = plain(out.astype(np.float32), *rest)
    near = (np.minimum(y - np.interp(x, at, lines[:, 0]), np.interp(x, at, lines[:, 1]) - y)
            > -inside.MARGIN + 1e-4)  # fmt: skip
    draw_inside(out, *rest)
    assert near.sum() > 300
    assert np.abs(out - wanted)[near].max() < 2.5


def middle(renderer: Renderer, picture: np.ndarray, code: np.ndarray) -> np.ndarray:
    """(n, 3) the picture's column between the middles of the inner lips."""
    face = made_face(512)
    points = renderer.now(still(face, expression=code), 0).points + [*renderer.stage.box[:2], 0]
    x, top, bottom = (int(v) for v in (points[13, 0], points[13, 1], points[14, 1]))
    return picture[top : bottom + 1, x].astype(int)


def test_it_is_dark_behind_the_teeth() -> None:
    face = painted_lips(expression())
    renderer = Renderer(face, 512, paint="baked")
    column = middle(renderer, renderer.draw(still(face, expression=WIDE), 0), WIDE).mean(1)
    teeth, throat = column[: len(column) // 3].max(), column[len(column) // 3 :].min()
    assert teeth > 110
    assert throat < 40


def test_the_tongue_rises() -> None:
    face = painted_lips(expression())
    renderer = Renderer(face, 512, paint="baked")
    raised = WIDE + expression(tongueOut=1)
    low, high = (middle(renderer, renderer.draw(still(face, expression=e), 0), e)
                 for e in (WIDE, raised))  # fmt: skip
    between = slice(len(low) // 3, 3 * len(low) // 4)
    assert high[between].mean() > low[between].mean() + 10


def test_the_tip_of_the_tongue_is_seen_at_the_edge_of_the_teeth() -> None:
    face = painted_lips(expression())
    renderer = Renderer(face, 512, paint="baked")
    little = expression(jawOpen=0.22)
    codes = [little + expression(tongueOut=out) for out in (0, 0.25, 0.8)]
    none, some, all_ = (middle(renderer, renderer.draw(still(face, expression=e), 0), e)
                        for e in codes)  # fmt: skip
    red = [c[:, 0] - c[:, 1] for c in (none, some, all_)]
    low = slice(2 * len(none) // 3, None)
    assert red[1][low].mean() > red[0][low].mean() + 10
    assert red[2].mean() > red[1].mean()  # and before the teeth
    assert np.median(some[low].mean(1)) < 0.7 * none.mean(1).max()  # it is no tooth


def test_lips_a_little_apart_are_drawn_wholly_once_they_meet() -> None:
    face = painted_lips(expression(jawOpen=-0.05))
    renderer = Renderer(face, 512)
    mouth = renderer._mouth
    assert isinstance(mouth, Mouth)
    own, closed = (renderer.puppet.rig.shape(e) for e in (face.expression, expression()))
    assert 0.02 < mouth_opening(own) < 0.04
    assert mouth._share(own) == 0
    assert mouth._share(closed) == 1


def test_lips_take_their_pixels_from_farther_out_once_they_move() -> None:
    face = painted_lips(expression(jawOpen=0.35, mouthSmile=0.6))
    renderer = Renderer(face, 512)
    mouth, source = renderer._mouth, renderer._source
    assert isinstance(mouth, Mouth)
    own, closed = (renderer.puppet.rig.shape(e) for e in (face.expression, expression()))
    assert mouth.source(source, own, 2) is source
    moved = mouth.source(source, closed, 2) - source
    assert (moved[LIP_RINGS_UPPER[:, 4], 1] < 0).all()
    assert (moved[LIP_RINGS_LOWER[:, 4], 1] > 0).all()
    rest = np.delete(moved, np.r_[LIP_RINGS_UPPER.ravel(), LIP_RINGS_LOWER.ravel()], axis=0)
    assert not rest.any()


def test_an_upper_lip_in_the_shade_of_a_laugh_is_lit_when_the_laugh_is_left() -> None:
    face = painted_lips(expression(jawOpen=0.35, mouthSmile=0.6))
    upper = np.zeros(face.picture.shape[:2], np.uint8)
    lip = np.r_[LIP_RINGS_UPPER[0], LIP_RINGS_UPPER[2, ::-1]]
    cv2.fillPoly(upper, [np.round(face.landmarks[lip, :2]).astype(np.int32)], 1)
    picture = np.where(upper[..., None] > 0, face.picture // 6, face.picture)
    dark = replace(face, picture=picture)
    assert how_dim(face.picture, face.landmarks) < DIM < how_dim(picture, face.landmarks)
    light = []
    for lift in (0.0, MOST_LIFT):
        renderer = Renderer(dark, 512, paint="baked")
        mouth = renderer._mouth
        assert isinstance(mouth, Mouth)
        assert mouth._lift > 0
        mouth._lift = lift
        closed = still(face, expression=expression())
        points = renderer.now(closed, 0).points[:, :2] + renderer.stage.box[:2]
        x, y = np.round(points[13]).astype(int)
        rim = slice(y - 1 - round(0.02 * renderer.stage.pose.scale), y)
        light.append(renderer.draw(closed, 0)[rim, x - 3 : x + 4].mean())
    assert light[1] > 1.2 * light[0]


def test_the_hole_is_wider_by_what_its_rim_hides_and_closed_is_closed() -> None:
    face = painted_lips(expression())
    renderer = Renderer(face, 512)
    mouth = renderer._mouth
    assert isinstance(mouth, Mouth)
    for code, wider in ((expression(jawOpen=0.3), 2 * RIM), (expression(), 0.0)):
        now = renderer.now(still(face, expression=code), 0)
        hole = mouth._opening(now.points, now.pose, renderer.size)
        seen = hole.gap if hole else 0.0
        apart = now.shape[LIP_RINGS_LOWER[0], 1] - now.shape[LIP_RINGS_UPPER[0], 1]
        assert np.isclose(seen - apart.max(), wider, atol=1e-3)


def test_the_hole_is_as_soft_as_the_teeth() -> None:
    row = np.zeros((200, 20, 4), np.uint8)
    row[100:, :, 3] = 255
    for deviation in (2.0, 5.0):
        soft = cv2.GaussianBlur(row, (0, 0), deviation)
        assert np.isclose(_softness(soft) * DENSITY, deviation, rtol=0.1)
