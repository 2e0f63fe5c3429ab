"""Law 6: silence closes the mouth within 200 ms and holds it still."""

import numpy as np
import pytest

from tests.conftest import demo_sound
from vasari.motion import MotionStream
from vasari.motion.mouth import lip_opening
from vasari.speech import SpeechStream

WITHIN = 5  # frames, 200 ms
STILL = 1e-4  # eye distances


def openings(sound: np.ndarray, chunk: int) -> np.ndarray:
    features = SpeechStream(chunk).push(sound, last=True)
    return lip_opening(MotionStream(chunk=chunk).push(features, last=True).expression)


@pytest.mark.parametrize("chunk", [2, 25])
@pytest.mark.parametrize("stop", [1.5, 2.3, 3.1, 4.4])
@pytest.mark.parametrize("gain", [0.1, 1.0])
def test_mouth_closes_when_the_voice_stops(chunk: int, stop: float, gain: float) -> None:
    voice = demo_sound()[: int(stop * 16_000)] * gain
    gaps = openings(np.concatenate([voice, np.zeros(32_000, np.float32)]), chunk)
    silent = int(np.ceil(stop * 25)) + WITHIN
    assert gaps[:silent].max() > 0.03
    assert gaps[silent:].max() < STILL


@pytest.mark.parametrize("level", [0.0, 1e-4, 1e-3])
def test_mouth_stays_shut_without_a_voice(level: float) -> None:
    noise = np.random.default_rng(0).normal(0, 1, 48_000).astype(np.float32) * np.float32(level)
    assert openings(noise, 25).max() < STILL


def test_mouth_moves_when_somebody_speaks() -> None:
    gaps = openings(demo_sound(), 25)
    assert gaps.std() > 0.02
    assert 0.05 < gaps.max() < 0.5
