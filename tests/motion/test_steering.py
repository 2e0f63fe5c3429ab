"""What is steered is met in the motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.motion.test_stream import BLINK, talk
from vasari import Key, Motion, Style, VasariError
from vasari.motion import MotionStream
from vasari.motion.life import CODES
from vasari.motion.mouth import signed_opening
from vasari.motion.steering import NOT_LIPS, OnTop, Steering
from vasari.values import BLENDSHAPES

FIELDS = ("rotation", "position", "gaze", "expression")
SIDES = [k for k, n in enumerate(BLENDSHAPES) if n.startswith("brow")]


def move(frames: int, style: Style | None = None, chunk: int = 25) -> Motion:
    return MotionStream(style, chunk).push(talk(frames), last=True)


def same(one: Motion, other: Motion) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_natural_style_changes_no_bit() -> None:
    said = Style(head=1, expression=1, blink=1, gaze=(0, 0), distance=1)
    same(move(300), move(300, said))
    keyed = Style(head=[Key(1, 1)], gaze=[Key(0, (0, 0)), Key(2, (0, 0))], distance=[Key(1, 0.8)])
    same(move(300), move(300, keyed))  # the distance is none of the motion's


@pytest.mark.parametrize("target", [(5, 0), (12, -5), (-18, 8), (0, 12), (30, 20)])
def test_the_gaze_is_met(target: tuple[float, float]) -> None:
    """In the world: eyes and head together look there, on average over glances."""
    free, steered = move(500), move(500, Style(gaze=target))
    way = (steered.gaze + steered.rotation[:, :2]) - (free.gaze + free.rotation[:, :2])
    np.testing.assert_allclose(np.median(way[15:], axis=0), target, atol=0.1)
    turn = (steered.rotation - free.rotation)[-1, :2]
    third = np.array(target) / 3 if np.hypot(*target) > 10 else (0, 0)
    np.testing.assert_allclose(turn, third, atol=0.1)
    assert np.ptp(steered.gaze, axis=0).min() > 1  # and go on living


def test_eyes_go_first_and_the_head_follows() -> None:
    at = 2.0
    steered = move(150, Style(gaze=[Key(at, (18, 0))]))
    free, turned = move(150), None
    turned = steered.rotation[:, 0] - free.rotation[:, 0]
    whole = turned + steered.gaze[:, 0] - free.gaze[:, 0]
    begin, end = round(25 * at), round(25 * (at + 0.3))
    assert not whole[: begin - 1].any()
    np.testing.assert_allclose(whole[end:], 18, atol=1e-3)  # complete within its time
    assert turned[end] < 0.8 * 6 < 0.95 * 6 < turned[end + 12]
    assert np.argmax(whole > 9) < np.argmax(turned > 3) - 1


def test_the_pose_is_offset_and_the_eyes_stay() -> None:
    free, turned = move(200), move(200, Style(head=0, pose=(10, -4, 3)))
    np.testing.assert_allclose(turned.rotation, np.tile((10, -4, 3), (200, 1)))
    world = np.median(turned.gaze + turned.rotation[:, :2], axis=0)
    np.testing.assert_allclose(world, np.median(free.gaze + free.rotation[:, :2], axis=0), atol=1)


def test_still_turns_the_eyes_alone() -> None:
    free, steered = (move(100, Style(head=0, gaze=gaze)) for gaze in (None, (15, 0)))
    assert not steered.rotation.any()
    assert not steered.position.any()
    np.testing.assert_allclose((steered.gaze - free.gaze)[10:, 0], 15, atol=1e-3)


def test_head_gain_by_keys() -> None:
    free, half = move(200), move(200, Style(head=[Key(4, 0.0, 0.5)]))
    np.testing.assert_array_equal(free.rotation[:99], half.rotation[:99])
    assert not half.rotation[113:].any()


@pytest.mark.parametrize("seed", range(3))
def test_no_blink_at_all(seed: int) -> None:
    shut = move(25 * 60, Style(seed, blink=0)).expression[:, BLINK]
    assert not shut.any()


def test_blinks_come_as_often_as_asked() -> None:
    def rate(gain: float) -> float:
        shut = move(25 * 240, Style(blink=gain)).expression[:, BLINK] > 0.5
        return int((shut[1:] & ~shut[:-1]).sum()) / 4

    assert rate(0.5) < 0.7 * rate(1)
    assert 1.5 * rate(1) < rate(2) < 2.3 * rate(1)


def test_expression_gain_leaves_the_lips() -> None:
    free, none, double = (move(500, Style(expression=gain)) for gain in (1, 0, 2))
    assert free.expression[:, SIDES].max() > 0.1
    assert not none.expression[:, NOT_LIPS].any()
    twice = (2 * free.expression[:, SIDES]).clip(max=1)
    np.testing.assert_allclose(double.expression[:, SIDES], twice, atol=1e-5)
    lips = [k for k, n in enumerate(BLENDSHAPES) if n.startswith("mouth") and n not in CODES]
    lips.remove(BLENDSHAPES.index("mouthClose"))  # with the jaw it makes up for a smile's opening
    np.testing.assert_allclose(none.expression[:, lips], free.expression[:, lips], atol=1e-6)
    np.testing.assert_allclose(
        signed_opening(none.expression), signed_opening(free.expression), atol=0.01
    )
    same(replace(none, expression=free.expression), free)


@pytest.mark.parametrize("chunk", [1, 2, 7])
def test_keys_come_at_their_time_for_any_chunk(chunk: int) -> None:
    style = Style(gaze=[Key(1, (12, 5))], head=[Key(1.5, 0)])
    free, keyed = move(120, chunk=chunk), move(120, style, chunk)
    way = keyed.gaze + keyed.rotation[:, :2] - free.gaze - free.rotation[:, :2]
    np.testing.assert_allclose(way[:24], 0, atol=1e-6)
    np.testing.assert_allclose(way[33:], np.tile((12, 5), (87, 1)), atol=1e-3)
    np.testing.assert_array_equal(free.position[:37], keyed.position[:37])
    assert not keyed.position[46:].any()


def test_another_style_while_it_runs_is_eased_to() -> None:
    now = [Style()]
    steering = Steering(lambda: now[0])
    before = [steering.at(k / 25).distance for k in range(25)]
    now[0] = Style(distance=0.8, seed=5)
    after = [steering.at(1 + k / 25).distance for k in range(25)]
    assert set(before) == {1.0}
    assert after[0] == 1
    assert np.abs(np.diff(after)).max() < 0.05
    assert set(after[9:]) == {0.8}
    assert steering.seed == 0


def test_on_top_of_a_driver() -> None:
    driver = move(100)
    same(OnTop(Style())(driver)[0], driver)
    whole = OnTop(Style(gaze=(12, 0), head=0.5, blink=0))(driver)[0]
    on_top = OnTop(Style(gaze=(12, 0), head=0.5, blink=0))
    same(whole, on_top(driver.part(0, 40))[0].then(on_top(driver.part(40, 100))[0]))
    assert not whole.expression[:, BLINK].any()
    world = whole.rotation[:, 0] + whole.gaze[:, 0]
    own = 0.5 * driver.rotation[:, 0] + driver.gaze[:, 0]
    np.testing.assert_allclose(world - own, 12, atol=1e-3)


def test_what_is_no_style() -> None:
    with pytest.raises(VasariError, match="is no style"):
        MotionStream("calm")  # type: ignore[arg-type]
    with pytest.raises(VasariError, match="is no style"):
        MotionStream(lambda: 3)  # type: ignore[arg-type, return-value]
