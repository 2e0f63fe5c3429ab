"""Law 1 for speech and motion: how the pushed sound is cut never changes a bit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import voice_like
from vasari.motion import MotionStream
from vasari.motion.frame_rate import FrameRate
from vasari.speech import SpeechStream
from vasari.values import Style

NAMES = ("rotation", "position", "gaze", "expression")


def sound(samples: int = 21_000) -> np.ndarray:
    hiss = np.random.default_rng(3).normal(0, 1e-4, samples).astype(np.float32)
    return voice_like(samples / 16_000) + hiss


def run(pieces: list[np.ndarray], chunk: int) -> dict[str, np.ndarray]:
    speech, motion = SpeechStream(chunk), MotionStream(Style(seed=5), chunk)
    made = [motion.push(speech.push(p)) for p in pieces]
    made.append(motion.push(speech.push(np.zeros(0, np.float32), last=True), last=True))
    return {n: np.concatenate([getattr(m, n) for m in made]) for n in NAMES}


@pytest.mark.parametrize("chunk", [1, 2, 25])
@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(0, 21_000), max_size=12))
def test_any_cut_gives_the_same_bits(chunk: int, cuts: list[int]) -> None:
    whole = run([sound()], chunk)
    cut = run(np.split(sound(), sorted(cuts)), chunk)
    for name in NAMES:
        np.testing.assert_array_equal(whole[name], cut[name])


def test_sample_by_sample_gives_the_same_bits() -> None:
    short = sound(4_000)
    whole, grains = run([short], 2), run(list(short[:, None]), 2)
    for name in NAMES:
        np.testing.assert_array_equal(whole[name], grains[name])


@pytest.mark.parametrize("piece", [None, 16_000, 640, 100])
def test_work_grows_with_length_alone(monkeypatch: pytest.MonkeyPatch, piece: int | None) -> None:
    """Twice the sound, twice the values copied, however it is cut: no piece is copied again for
    each that follows."""
    copied, concatenate = 0, np.concatenate

    def counting(arrays: Sequence[np.ndarray], axis: int = 0, **more: Any) -> np.ndarray:
        nonlocal copied
        out = concatenate(arrays, axis, **more)
        copied += out.size
        return out

    def work(seconds: int) -> int:
        nonlocal copied
        copied, whole = 0, np.zeros(16_000 * seconds, np.float32)
        speech, motion, rate = SpeechStream(5), MotionStream(Style(), 5), FrameRate(30)
        step = piece or len(whole)
        for first in range(0, len(whole), step):
            rate.push(motion.push(speech.push(whole[first : first + step])))
        return copied

    monkeypatch.setattr(np, "concatenate", counting)
    assert work(20) < 2.3 * work(10)


@pytest.mark.parametrize("samples", [0, 1, 639, 640, 641, 1280, 16_000, 17_777])
@pytest.mark.parametrize("chunk", [1, 2, 7, 25])
def test_frames_are_the_sound_length_rounded_up(samples: int, chunk: int) -> None:
    assert len(run([sound(samples)], chunk)["gaze"]) == -(-samples // 640)
