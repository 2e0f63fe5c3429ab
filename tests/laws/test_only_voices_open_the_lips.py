"""Law 10: sounds that are no voice leave the lips closed nine tenths of the time; a voice opens
them, however it is given, and holds them open."""

import numpy as np
import pytest
from benchmarks.lips import variants, wordless

from tests.conftest import demo_sound
from tests.laws.test_silence_closes_the_mouth import openings
from training.speech import throats

CLOSED = 0.02  # eye distances
HOLD = 3  # seconds
SHARE = {"guitar, strummed": 0.8}  # the first strum is taken for a voice


@pytest.mark.parametrize("name", wordless.MADE)
def test_what_is_no_voice_leaves_the_lips_closed(name: str) -> None:
    gaps = openings(wordless.leveled(wordless.MADE[name]()), 25)
    assert np.mean(gaps < CLOSED) >= SHARE.get(name, 0.9)


@pytest.mark.parametrize("name", variants.VARIANTS)
def test_a_voice_opens_them(name: str) -> None:
    clean = openings(demo_sound(), 25)
    gaps = openings(variants.VARIANTS[name](demo_sound()), 25)
    assert np.quantile(gaps, 0.9) > 0.6 * np.quantile(clean, 0.9)
    assert np.corrcoef(gaps, clean)[0, 1] > 0.6


@pytest.mark.parametrize("at", [1.2, 2.62, 5.78, 7.45])  # seconds: I, Vasari, I, like
def test_a_vowel_is_sung_with_open_lips_as_long_as_it_lasts(at: float) -> None:
    begins = int(at * 16_000)
    vowel = demo_sound()[begins : begins + 1_600]
    held = throats.stretched(vowel, HOLD * 10)
    gaps = openings(np.concatenate([demo_sound()[:begins], held, np.zeros(16_000, np.float32)]), 25)
    first = int(at * 25) + 5
    assert np.mean(gaps[first : first + 25 * HOLD - 8] > CLOSED) >= 0.8
    assert gaps[first + 25 * HOLD + 5 :].max() < CLOSED
