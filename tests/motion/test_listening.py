"""A listener nods into pauses, raises brows, and looks at who speaks."""

from __future__ import annotations

import numpy as np
import pytest

from vasari.motion.listening import NOD, Listening
from vasari.speech import FEATURES, LOUDNESS, VOICE


def heard(*spans: tuple[int, float]) -> np.ndarray:
    """(m, FEATURES): spans of frames with a voice so sure; it comes in syllables."""
    voice = np.concatenate([np.full(n, v) for n, v in spans])
    out = np.zeros((len(voice), FEATURES), np.float32)
    syllable = 0.8 * np.sin(np.arange(len(voice)) / 3)
    out[:, VOICE], out[:, LOUDNESS] = voice, np.where(voice > 0.5, syllable, -3)
    return out


def run(features: np.ndarray, seed: int = 0, more: int = 0):
    listening, done = Listening(np.random.default_rng(seed)), []
    for frame in features:
        listening.hear(frame[None])
        done.append(listening.step())
    return done + [listening.step() for _ in range(more)]


def test_nobody_speaks() -> None:
    for heed in run(heard((200, 0.0))):
        assert (heed.pitch, heed.roll, heed.brow, heed.attention) == (0, 0, 0, 0)


def test_it_nods_after_most_phrases_and_within_one_more_rarely() -> None:
    after = within = 0
    for seed in range(40):
        pitch = np.array([heed.pitch for heed in run(heard((50, 1.0), (30, 0.0)), seed)])
        within += pitch[:50].min() < -1
        after += pitch[50 : 50 + NOD + 4].min() < -1
    assert 20 <= after <= 38
    assert within < after


def test_it_attends_and_lets_go() -> None:
    done = run(heard((100, 1.0)), more=200)
    attention = [heed.attention for heed in done]
    assert attention[99] > 0.9
    assert attention[-1] < 0.1
    assert np.abs(np.diff(attention)).max() < 0.07


def test_brows_rise_now_and_then() -> None:
    raised = [max(heed.brow for heed in run(heard((100, 1.0)), seed)) for seed in range(20)]
    assert 0 < np.mean(np.array(raised) > 0.2) <= 1


@pytest.mark.parametrize("at_once", [5, 100])
def test_a_burst_is_caught_up_with(at_once: int) -> None:
    listening = Listening(np.random.default_rng(0))
    features = heard((100, 1.0), (100, 0.0))
    for k in range(0, 200, at_once):
        listening.hear(features[k : k + at_once])
        for _ in range(at_once):
            heed = listening.step()
    assert heed.attention < 0.2
