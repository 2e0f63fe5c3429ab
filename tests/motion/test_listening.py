"""A listener nods into pauses, never twice alike, raises brows, smiles along, and looks at who
speaks."""

from __future__ import annotations

import numpy as np
import pytest

from vasari.motion.feeling import TONE
from vasari.motion.listening import DEEPEST, Cues, Listening
from vasari.speech import FEATURES, LOUDNESS, VOICE
from vasari.values import BLENDSHAPES

SMILE, BROW = BLENDSHAPES.index("mouthSmileLeft"), BLENDSHAPES.index("browOuterUpLeft")
INNER = BLENDSHAPES.index("browInnerUp")
SEEDS = 40


def heard(*spans: tuple[int, float]) -> np.ndarray:
    """(m, FEATURES): spans of frames with a voice so sure; it comes in syllables."""
    voice = np.concatenate([np.full(n, v) for n, v in spans])
    out = np.zeros((len(voice), FEATURES), np.float32)
    syllable = 0.8 * np.sin(np.arange(len(voice)) / 3)
    out[:, VOICE], out[:, LOUDNESS] = voice, np.where(voice > 0.5, syllable, -3)
    return out


def run(features: np.ndarray, seed: int = 0, more: int = 0, own: float = 0, tone=(0,) * TONE):
    listening, done = Listening(np.random.default_rng(seed)), []
    for frame in features:
        listening.hear(frame[None], np.array([tone], np.float32))
        done.append(listening.step(own))
    return done + [listening.step(own) for _ in range(more)]


def pitches(*args, **kwargs) -> np.ndarray:
    return np.array([heed.rotation[1] for heed in run(*args, **kwargs)])


def test_nobody_speaks() -> None:
    for heed in run(heard((200, 0.0))):
        assert not heed.rotation.any()
        assert not heed.position.any()
        assert not heed.codes.any()
        assert heed.attention == 0


def dips(pitch: np.ndarray) -> float:
    """How far the head goes down within half a second at most."""
    return float((pitch[12:] - pitch[:-12]).min())


def test_it_nods_after_most_phrases_and_within_one_more_rarely() -> None:
    after = within = 0
    for seed in range(SEEDS):
        pitch = pitches(heard((50, 1.0), (40, 0.0)), seed)
        within += dips(pitch[:50]) < -1
        after += dips(pitch[50:]) < -1
    assert 0.3 * SEEDS <= after <= 0.9 * SEEDS
    assert within < after / 2


def test_no_two_nods_are_alike() -> None:
    deep = [pitches(heard((50, 1.0), (40, 0.0)), seed)[50:].min() for seed in range(SEEDS)]
    deep = np.array([d for d in deep if d < -1])
    assert deep.std() > 0.25 * np.abs(deep.mean())
    assert np.abs(deep).max() < 1.5 * DEEPEST


def test_who_has_nodded_nods_less() -> None:
    """Phrases that follow each other get fewer nods than phrases far apart."""
    close, far = (
        np.mean([
            (np.diff(pitches(heard(*[(25, 1.0), (rest, 0.0)] * 6), seed)) < -0.15).sum()
            for seed in range(SEEDS)
        ])
        for rest in (12, 150)
    )  # fmt: skip
    assert close < 0.8 * far


def test_it_attends_and_lets_go() -> None:
    done = run(heard((100, 1.0)), more=250)
    attention = [heed.attention for heed in done]
    assert attention[99] > 0.9
    assert attention[-1] < 0.1
    assert np.abs(np.diff(attention)).max() < 0.07


def test_it_moves_smoothly() -> None:
    for seed in range(10):
        done = run(heard(*[(60, 1.0), (20, 0.0)] * 8), seed)
        rotation = np.array([heed.rotation for heed in done])
        codes = np.array([heed.codes for heed in done])
        assert np.abs(np.diff(rotation, axis=0)).max() < 2.5
        assert np.abs(np.diff(codes, axis=0)).max() < 0.12
        assert codes.max() < 0.8


def test_brows_rise_now_and_then() -> None:
    most = [max(heed.codes[BROW] for heed in run(heard((250, 1.0)), seed)) for seed in range(20)]
    assert 0.2 < np.mean(np.array(most) > 0.1) < 1


def test_it_smiles_with_who_is_pleased_and_not_with_who_is_not() -> None:
    pleased, calm, troubled = (
        np.mean([heed.codes for heed in run(heard((150, 1.0)), tone=(0, 0, 0, 0.3, feels))], axis=0)
        for feels in (0.9, 0.0, -0.9)
    )
    assert pleased[SMILE] > calm[SMILE] + 0.2
    assert troubled[SMILE] <= calm[SMILE] + 0.01
    assert troubled[INNER] > calm[INNER] + 0.1


def test_who_speaks_attends_less() -> None:
    for seed in range(5):
        quiet, busy = (run(heard(*[(50, 1.0), (30, 0.0)] * 4), seed, own=own) for own in (0, 1))
        assert busy[40].attention < 0.5 * quiet[40].attention
        moved = [np.abs([heed.rotation for heed in done]).mean() for done in (quiet, busy)]
        assert moved[1] < 0.6 * moved[0]


def test_low_pitch_is_a_cue_once() -> None:
    cues, low = Cues(), []
    for k in range(120):
        pitch = -0.5 if 80 <= k < 100 else 0.2 + 0.05 * np.sin(k)
        low.append(cues.step(1.0, 0.0, pitch).low)
    assert np.flatnonzero(low).tolist() == [82]


@pytest.mark.parametrize("at_once", [5, 100])
def test_a_burst_is_caught_up_with(at_once: int) -> None:
    listening = Listening(np.random.default_rng(0))
    features = heard((100, 1.0), (150, 0.0))
    for k in range(0, 250, at_once):
        listening.hear(features[k : k + at_once])
        for _ in range(at_once):
            heed = listening.step()
    assert heed.attention < 0.2


@pytest.mark.parametrize("at_once", [1, 7, 300])
def test_a_file_is_heard_frame_by_frame_however_it_comes(at_once: int) -> None:
    features = heard((100, 1.0), (100, 0.0), (100, 1.0))
    listening, done = Listening(np.random.default_rng(0), live=False), []
    for k in range(0, 300, at_once):
        part = features[k : k + at_once]
        listening.hear(part)
        done += [listening.step() for _ in part]
    np.testing.assert_array_equal(
        [heed.rotation for heed in done], [heed.rotation for heed in run(features)]
    )
