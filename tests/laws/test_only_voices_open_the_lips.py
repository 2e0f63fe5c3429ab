"""Law 10: sounds that are no voice leave the lips closed nine tenths of the time; a voice opens
them, however it is given."""

import numpy as np
import pytest
from benchmarks.lips import variants, wordless

from tests.conftest import demo_sound
from tests.laws.test_silence_closes_the_mouth import openings

CLOSED = 0.02  # eye distances
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
