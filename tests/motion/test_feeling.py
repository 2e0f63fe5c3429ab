"""The voice's own feeling: heard the same however it is cut, none in calm speech, turned off."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.motion.test_stream import talk
from vasari import EMOTIONS, Style
from vasari.demo import demo_voice
from vasari.media import open_sound
from vasari.motion import MotionStream
from vasari.motion.feeling import MODEST, Feeling, Sounds, beyond, shown_by


def felt(sound: np.ndarray, cuts: list[int]) -> np.ndarray:
    feeling = Feeling()
    for first, last in pairwise([0, *cuts, len(sound)]):
        feeling.hear(sound[first:last])
    return np.array([feeling.step() for _ in range(len(sound) // 640)])


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return np.concatenate(list(open_sound(demo_voice()).pieces()))[: 16_000 * 5]


def test_how_the_sound_is_cut_changes_no_bit(voice: np.ndarray) -> None:
    whole = felt(voice, [])
    np.testing.assert_array_equal(felt(voice, [1, 700, 20_001, 20_002]), whole)


def test_a_calm_voice_shows_nothing_and_silence_neither(voice: np.ndarray) -> None:
    for sound in (voice, np.zeros(32_000, np.float32)):
        assert max(shown_by(f).max() for f in felt(sound, [])) < 0.1


@pytest.mark.parametrize("hz", [110.0, 180.0, 320.0])
def test_pitch_is_heard(hz: float) -> None:
    t = np.arange(640 * 6) / 16_000
    tone = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 6)) * 0.1
    sounds = Sounds()
    heard = [sounds.push(block.astype(np.float32)) for block in tone.reshape(-1, 640)][-1]
    assert heard[-1] > 0.8
    assert heard[-2] / heard[-1] == pytest.approx(np.log2(hz / 160), abs=0.04)


def test_what_is_shown_is_modest_and_of_the_right_kind() -> None:
    assert not shown_by(beyond(np.array([0.15, -0.1]))).any()
    for pair, name in (((0.9, -0.9), "angry"), ((-0.9, -0.9), "sad"), ((0.9, 0.9), "happy")):
        shown = shown_by(beyond(np.array(pair)))
        assert shown.argmax() == EMOTIONS.index(name)
        assert 0.3 < shown.max() <= MODEST


def test_auto_shows_it_and_none_turns_it_off() -> None:
    class Angry(Feeling):
        def step(self) -> np.ndarray:
            return np.array([1.0, -1.0])

    def move(emotion: str, feeling: Feeling) -> np.ndarray:
        stream = MotionStream(Style(emotion=emotion, blink=0), feeling=feeling)
        return stream.push(talk(100), last=True).expression

    calm = move("none", Feeling())
    np.testing.assert_array_equal(move("none", Angry()), calm)
    np.testing.assert_array_equal(move("happy:0.5", Angry()), move("happy:0.5", Feeling()))
    assert np.abs(move("auto", Angry()) - calm).max() > 0.2
