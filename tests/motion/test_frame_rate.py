"""Motion at 25 Hz to any rate: in time, smooth, never overshooting, however it is pushed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vasari.motion.frame_rate import FrameRate, pictures_in
from vasari.values import EXPRESSION, Motion


def motion(values: np.ndarray) -> Motion:
    """Every column of the motion is `values`."""
    columns = [np.tile(values.astype(np.float32)[:, None], (1, n)) for n in (3, 3, 2, EXPRESSION)]
    return Motion(*columns)


def resample(values: np.ndarray, fps: int, cuts: tuple[int, ...] = ()) -> np.ndarray:
    rate = FrameRate(fps)
    pieces = np.split(values, sorted(cuts))
    total = pictures_in(len(values) * 640, fps)
    out = [rate.push(motion(p)) for p in pieces] + [rate.push(motion(values[:0]), total)]
    assert all(m.rate == fps for m in out)
    return np.concatenate([m.expression[:, 0] for m in out])


def test_25_is_left_alone_and_at_once() -> None:
    values = np.random.default_rng(0).normal(size=40).astype(np.float32)
    assert np.array_equal(resample(values, 25), values)
    assert len(FrameRate(25).push(motion(values))) == 40


@pytest.mark.parametrize("fps", [30, 40, 50, 60])
def test_in_time(fps: int) -> None:
    seconds = (np.arange(50) + 0.5) / 25
    seen = resample(np.sin(2 * np.pi * seconds), fps)
    expected = np.sin(2 * np.pi * (np.arange(2 * fps) + 0.5) / fps)
    assert len(seen) == 2 * fps
    assert np.abs(seen - expected)[5:-5].max() < 0.02  # the ends repeat


@given(st.integers(0, 2**32 - 1), st.sampled_from([30, 40, 50, 60]),
       st.lists(st.integers(0, 40), max_size=6))  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_cuts_change_nothing_and_nothing_overshoots(seed: int, fps: int, cuts: list[int]) -> None:
    values = np.random.default_rng(seed).uniform(0, 1, 40).astype(np.float32)
    whole = resample(values, fps)
    assert np.array_equal(whole, resample(values, fps, tuple(cuts)))
    assert whole.min() >= values.min() - 1e-6
    assert whole.max() <= values.max() + 1e-6


@pytest.mark.parametrize("fps", [25, 30, 60])
@pytest.mark.parametrize("samples", [1600, 16_001, 30_000])
def test_as_long_as_the_sound(samples: int, fps: int) -> None:
    assert 0 <= pictures_in(samples, fps) / fps - samples / 16_000 < 1 / fps
