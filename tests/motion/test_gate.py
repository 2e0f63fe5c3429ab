"""The gate: what opens it, what does not, how soon it shuts."""

import numpy as np

from tests.conftest import demo_sound
from vasari.motion.gate import CLEAR, OPENS_IN, QUIET, STOPS_AFTER, Gate, Presence
from vasari.speech import SpeechStream


def ways(voice: list[float], loudness: float = 0.0) -> np.ndarray:
    gate = Gate()
    return np.array([gate.step(v, loudness) for v in voice])


def test_a_clear_voice_opens_it_at_once_and_fully() -> None:
    way = ways([0.0, 0.9, 0.9, 0.9])
    assert way[0] == 0
    assert way[1] > 0
    assert way[1 + OPENS_IN - 1] == 1


def test_a_faint_sound_must_last_for_two_frames() -> None:
    faint = (CLEAR + QUIET) / 2
    assert not ways([0.9, 0.0, 0.9, 0.0], faint).any()
    assert ways([0.9, 0.9], faint)[-1] > 0


def test_no_sound_no_voice() -> None:
    assert not ways([0.9] * 10, QUIET - 0.1).any()


def test_a_stop_consonant_does_not_shut_it_but_silence_does() -> None:
    assert ways([0.9] * 5 + [0.0] * (STOPS_AFTER - 1) + [0.9]).min() >= 0
    assert ways([0.9] * 5 + [0.0] * (STOPS_AFTER - 1) + [0.9])[-1] == 1
    assert ways([0.9] * 5 + [0.0] * (STOPS_AFTER + 3))[-1] == 0


def test_in_speech_less_is_needed_than_to_begin() -> None:
    assert not ways([0.3] * 10).any()
    assert ways([0.9] * 3 + [0.3] * 10)[-1] == 1


def test_a_voice_that_is_held_keeps_it_open_until_it_is_quiet() -> None:
    gate = Gate()
    held = [gate.step(v, 0.0, 0.9) for v in [0.9] * 3 + [0.0] * 50]
    assert held[-1] == 1
    assert [gate.step(0.0, QUIET - 0.1, 0.9) for _ in range(STOPS_AFTER + 3)][-1] == 0


def test_presence_alone_does_not_open_it() -> None:
    gate = Gate()
    assert not any(gate.step(0.3, 0.0, 1.0) for _ in range(20))


def test_presence_is_told_by_all_that_came_before() -> None:
    said = np.concatenate([demo_sound(), np.zeros(16_000, np.float32)])
    features = SpeechStream(25).push(said, last=True)
    presence = Presence()
    sure = [presence.step(f) for f in features]
    assert np.mean(np.array(sure[30:180]) > 0.5) > 0.8
    assert sure[-1] < 0.2
    assert Presence().step(features[60]) != sure[60]
