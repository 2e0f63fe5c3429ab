"""Lips meet at p, b and m and are apart at open vowels, in the demo sentence."""

import numpy as np
import pytest

from tests.conftest import demo_sound
from vasari.motion import MotionStream
from vasari.motion.mouth import lip_opening
from vasari.speech import SpeechStream

# Seconds in the demo voice, from `flite -psdur` (see demo/README.md) and its delay of 0.2 s.
LABIALS = {"am": (1.43, 1.51), "me": (3.56, 3.64), "speak": (3.93, 4.01), "give me": (4.46, 4.56)}
OPEN = {"I": 1.24, "am": 1.38, "graph": 2.12, "Vasari": 2.67, "I will": 5.81, "like": 7.5}
NEAR = 0.04  # seconds
MET, APART = 0.02, 0.05  # eye distances


@pytest.mark.parametrize("chunk", [2, 25])
def test_lips_meet_at_p_b_m_and_part_at_open_vowels(chunk: int) -> None:
    features = SpeechStream(chunk).push(demo_sound(), last=True)
    opening = lip_opening(MotionStream(chunk=chunk).push(features, last=True).expression)
    middle = (np.arange(len(opening)) + 0.5) / 25
    for word, (start, end) in LABIALS.items():
        near = (middle > start - NEAR) & (middle < end + NEAR)
        assert opening[near].min() < MET, word
    for word, at in OPEN.items():
        assert opening[np.abs(middle - at) < 0.06].max() > APART, word
