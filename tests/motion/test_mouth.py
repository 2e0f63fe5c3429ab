"""The articulation network as a stream: what it moves, how far ahead it hears, no memory lost."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import demo_sound
from tests.motion.test_stream import talk
from vasari.errors import SoundError
from vasari.motion import MotionStream
from vasari.motion.mouth import AHEAD, MouthStream, lip_opening
from vasari.speech import SpeechStream
from vasari.values import BLENDSHAPES, EXPRESSION, Style

STILL = Style(head=0, blink=0, expression=0)
TONGUE_OUT = BLENDSHAPES.index("tongueOut")
OTHERS = [i for i, n in enumerate(BLENDSHAPES) if n.startswith(("brow", "eye"))]


def moved(features: np.ndarray, chunk: int) -> np.ndarray:
    return MotionStream(STILL, chunk).push(features, last=True).expression


def network(features: np.ndarray, chunk: int) -> np.ndarray:
    """What the network alone makes, the gate wide open; frames before the first left out."""
    stream, gate = MouthStream(chunk), np.ones(chunk, np.float32)
    made = [stream.push(p, gate) for p in features.reshape(-1, chunk, features.shape[1])]
    return np.concatenate(made)[AHEAD:]


def test_only_the_lower_face_and_residuals_move_and_blendshapes_stay_in_their_range() -> None:
    made = network(talk(100), 25)
    assert made.shape == (100 - AHEAD, EXPRESSION)
    assert made.dtype == np.float32
    assert not made[:, OTHERS].any()
    blends = made[:, : len(BLENDSHAPES)]
    assert blends.min() >= 0
    assert blends.max() <= 1
    assert made[:, BLENDSHAPES.index("jawOpen")].std() > 0.01


@pytest.mark.parametrize("chunk", [1, 2, 5, 50])
def test_the_size_of_chunks_does_not_change_what_is_said(chunk: int) -> None:
    np.testing.assert_allclose(network(talk(100), chunk), network(talk(100), 25), atol=2e-4)


@pytest.mark.parametrize("frames", [0, 1, 3, 24, 25, 26, 60])
@pytest.mark.parametrize("chunk", [1, 2, 25])
def test_as_many_frames_as_features(frames: int, chunk: int) -> None:
    assert len(moved(talk(60)[:frames], chunk)) == frames


@pytest.mark.parametrize("chunk", [1, 25])
def test_it_hears_so_far_ahead_and_no_farther(chunk: int) -> None:
    features, changed = talk(75), talk(75)
    changed[40:] = talk(75, seed=3)[40:]
    before, after = network(features, chunk), network(changed, chunk)
    first = 40 - AHEAD
    np.testing.assert_allclose(before[:first], after[:first], atol=2e-4)
    assert np.abs(before[first:40] - after[first:40]).max() > 1e-3


def test_frames_come_as_soon_as_they_are_decided() -> None:
    stream = MotionStream(STILL, 1)
    assert len(stream.push(talk(30)[:10])) == 10 - AHEAD
    assert len(stream.push(talk(30)[10:11])) == 1


@pytest.mark.parametrize("ahead", range(AHEAD + 1))
def test_live_waits_for_no_more_than_it_is_told(ahead: int) -> None:
    stream = MotionStream(STILL, 1, ahead=ahead)
    made = stream.push(talk(60)[:40])
    assert len(made) == 40 - ahead
    rest = stream.push(talk(60)[40:], last=True)
    assert len(rest) == 20 + ahead
    same = MotionStream(STILL, 1, ahead=ahead).push(talk(60)[:40], last=True)
    np.testing.assert_allclose(made.expression, same.expression[: 40 - ahead], atol=1e-6)


def test_a_mouth_cannot_look_farther_than_its_network() -> None:
    with pytest.raises(SoundError, match="0 to 2 frames ahead"):
        MotionStream(STILL, 1, ahead=AHEAD + 1)


def test_lips_that_press_on_each_other_are_shut() -> None:
    closed = np.zeros((1, EXPRESSION), np.float32)
    closed[0, BLENDSHAPES.index("mouthClose")] = 0.3
    assert lip_opening(closed)[0] == 0


def test_lips_meet_without_rolling_in() -> None:
    expression = moved(SpeechStream(25).push(demo_sound(), last=True), 25)
    rolled = expression[:, [BLENDSHAPES.index(f"mouthRoll{lip}") for lip in ("Upper", "Lower")]]
    assert rolled.max() < 0.6
    assert np.abs(expression[:, len(BLENDSHAPES) :]).max() < 6  # deviations of real faces


def test_the_tip_of_the_tongue_rises_at_l_and_lies_low_at_a() -> None:
    tip = moved(SpeechStream(25).push(demo_sound(), last=True), 25)[:, TONGUE_OUT]
    hello, like = slice(14, 19), slice(185, 190)  # the l of "hello", the vowel of "like"
    assert tip[hello].max() > 0.2
    assert tip[like].max() < 0.1
    assert tip.max() <= 1
