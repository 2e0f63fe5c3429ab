import numpy as np
import pytest

from vasari.errors import SoundError
from vasari.motion import MotionStream
from vasari.motion.mouth import lip_opening
from vasari.speech import FEATURES, LOUDNESS, VOICE
from vasari.values import BLENDSHAPES, EXPRESSION, Key, Style

BLINK = BLENDSHAPES.index("eyeBlinkLeft")


def talk(frames: int, seed: int = 0) -> np.ndarray:
    """Features as of a voice with a pause each three seconds."""
    random = np.random.default_rng(seed)
    features = np.maximum(random.normal(0, 0.5, (frames, FEATURES)), 0).astype(np.float32)
    loud = np.convolve(random.normal(0, 1, frames + 4), np.ones(5) / 2, "valid")
    pause = np.arange(frames) % 75 > 60
    features[:, VOICE] = np.where(pause, 0.0, 0.95)
    features[:, LOUDNESS] = np.where(pause, -3.0, -0.3 + 0.3 * loud)
    return features


def live(frames: int, style: Style | None = None, seed: int = 0):
    return MotionStream(style).push(talk(frames, seed), last=True)


def test_shapes_and_ranges() -> None:
    m = live(260)
    assert m.rotation.shape == m.position.shape == (260, 3)
    assert m.gaze.shape == (260, 2)
    assert m.expression.shape == (260, EXPRESSION)
    for array in (m.rotation, m.position, m.gaze, m.expression):
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
    assert m.expression[:, : len(BLENDSHAPES)].min() >= 0
    assert m.expression[:, : len(BLENDSHAPES)].max() <= 1


def test_same_seed_same_bits_other_seed_other_motion() -> None:
    a, b, c = live(200, Style(seed=1)), live(200, Style(seed=1)), live(200, Style(seed=2))
    np.testing.assert_array_equal(a.rotation, b.rotation)
    np.testing.assert_array_equal(a.expression, b.expression)
    assert np.abs(a.rotation - c.rotation).max() > 0.5


def test_streams_do_not_disturb_each_other() -> None:
    alone = live(100)
    one, other = MotionStream(), MotionStream(Style(seed=9))
    parts = []
    for k in range(0, 100, 25):
        parts.append(one.push(talk(100)[k : k + 25], last=k == 75).rotation)
        other.push(talk(100, 4)[k : k + 25])
    np.testing.assert_array_equal(alone.rotation, np.concatenate(parts))


def test_head_zero_is_still_and_two_moves_more() -> None:
    assert not live(100, Style(head=0)).rotation.any()
    assert not live(100, Style(head=0)).position.any()
    assert live(500, Style(head=2)).rotation.std() > 1.5 * live(500).rotation.std()


def test_the_head_starts_at_the_portraits_pose() -> None:
    m = live(50)
    assert np.abs(m.rotation[0]).max() < 1
    assert np.abs(m.position[0]).max() < 0.2  # it is eased to, besides


def test_eyes_stay_where_they_look_while_the_head_turns() -> None:
    free, still = live(500), live(500, Style(head=0))
    np.testing.assert_allclose(free.gaze + free.rotation[:, :2], still.gaze, atol=1e-4)
    look = free.expression[:, BLENDSHAPES.index("eyeLookOutLeft")]
    np.testing.assert_allclose(look, np.clip(free.gaze[:, 0] * 0.025, 0, 1), atol=1e-6)


def test_no_blink_ends_halfway_where_blinks_are_forbidden() -> None:
    forbidden = [Key(2, 0, 0)]
    for seed in range(4):
        shut = live(150, Style(seed, blink=[Key(0, 2), *forbidden])).expression[:, BLINK]
        assert not shut[50 + 12 :].any()
        assert np.diff(shut).min() > -0.7  # lids open as they do


def test_mouth_rests_in_a_pause() -> None:
    """A smile may stay; it opens nothing."""
    m, plain = live(150), live(150, Style(expression=0))
    mouth = [i for i, n in enumerate(BLENDSHAPES) if n.startswith(("jaw", "mouth"))]
    assert plain.expression[67:72][:, mouth].max() < 0.03
    assert m.expression[67:72][:, BLENDSHAPES.index("mouthSmileLeft")].max() > 0
    assert lip_opening(m.expression[67:72]).max() < 1e-5


def test_ended_stream_says_so() -> None:
    stream = MotionStream()
    stream.push(talk(3), last=True)
    with pytest.raises(SoundError):
        stream.push(talk(3))
