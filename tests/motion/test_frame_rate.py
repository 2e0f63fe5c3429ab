"""Motion at 25 Hz to any rate: in time, smooth, never overshooting, however it is pushed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vasari.checks import FPS
from vasari.motion.frame_rate import FrameRate, pictures_in, resampled
from vasari.values import EXPRESSION, Motion


def motion(values: np.ndarray) -> Motion:
    """Every column of the motion is `values`."""
    columns = [np.tile(values.astype(np.float32)[:, None], (1, n)) for n in (3, 3, 2, EXPRESSION)]
    return Motion(*columns)


def resample(values: np.ndarray, fps: Fraction | int, cuts: tuple[int, ...] = ()) -> np.ndarray:
    rate = FrameRate(fps)
    pieces = np.split(values, sorted(cuts))
    total = pictures_in(len(values) * 640, fps)
    out = [rate.push(motion(p)) for p in pieces] + [rate.push(motion(values[:0]), total)]
    assert all(m.rate == float(fps) for m in out)
    return np.concatenate([m.expression[:, 0] for m in out])


def test_25_is_left_alone_and_at_once() -> None:
    values = np.random.default_rng(0).normal(size=40).astype(np.float32)
    assert np.array_equal(resample(values, 25), values)
    assert len(FrameRate(25).push(motion(values))) == 40


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(24_000, 1001), 30, 40, 50, 60])
def test_in_time(fps: Fraction | int) -> None:
    seconds = (np.arange(50) + 0.5) / 25
    seen = resample(np.sin(2 * np.pi * seconds), fps)
    expected = np.sin(2 * np.pi * (np.arange(ceil(2 * fps)) + 0.5) / float(fps))
    assert len(seen) == ceil(2 * fps)
    assert np.abs(seen - expected)[5:-5].max() < 0.02  # the ends repeat


@given(st.integers(0, 2**32 - 1), st.sampled_from([rate for rate in FPS if rate != 25]),
       st.lists(st.integers(0, 40), max_size=6))  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_cuts_change_nothing_and_nothing_overshoots(
    seed: int, fps: Fraction, cuts: list[int]
) -> None:
    values = np.random.default_rng(seed).uniform(0, 1, 40).astype(np.float32)
    whole = resample(values, fps)
    assert np.array_equal(whole, resample(values, fps, tuple(cuts)))
    assert whole.min() >= values.min() - 1e-6
    assert whole.max() <= values.max() + 1e-6


@pytest.mark.parametrize("fps", FPS)
@pytest.mark.parametrize("samples", [1600, 16_001, 30_000, 3600 * 16_000])
def test_as_long_as_the_sound(samples: int, fps: Fraction) -> None:
    assert 0 <= pictures_in(samples, fps) / fps - Fraction(samples, 16_000) < 1 / fps


@pytest.mark.parametrize("fps", FPS)
def test_no_drift_in_an_hour(fps: Fraction) -> None:
    """The middle of the last pictures of an hour, in frames of the motion, is exact."""
    last = pictures_in(3600 * 16_000, fps)
    pictures = np.arange(last - 1000, last)
    placed = FrameRate(fps)._place(pictures)
    exact = [(k + Fraction(1, 2)) / fps * 25 - Fraction(1, 2) for k in pictures.tolist()]
    assert placed == pytest.approx([float(place) for place in exact], abs=1e-9)
    whole = [place.denominator == 1 for place in exact]
    assert (placed == np.floor(placed)).tolist() == whole


@pytest.mark.parametrize("hz", [59.94, 60_000 / 1001, 23.976, 60.0, 1000 / 33])
def test_recorded_at_any_rate(hz: float) -> None:
    """Ten minutes of a slow swing keep their time to a tenth of a picture."""
    time = (np.arange(round(600 * hz)) + 0.5) / hz
    swing = resampled(replace(motion(np.sin(time)), rate=hz), 25).expression[:, 0]
    wanted = np.sin((np.arange(len(swing)) + 0.5) / 25)
    assert len(swing) == pytest.approx(15_000, abs=1)
    assert np.abs(swing - wanted)[5:-5].max() < 0.004
