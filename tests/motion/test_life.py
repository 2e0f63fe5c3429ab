"""The life network as a stream: draws by seed, hears so far, keeps little, blinks as often as
asked, and its patches meet."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.conftest import demo_sound
from vasari.motion.feeling import Feeling
from vasari.motion.head import MOST
from vasari.motion.life import (
    AHEAD,
    BLINK,
    CODES,
    DRAWN,
    GAZE,
    PATCH,
    ROTATION,
    SIZE,
    TOLD,
    Asked,
    Life,
    some_manner,
    step_all,
    told_of,
)
from vasari.motion.manner import told
from vasari.speech import SpeechStream
from vasari.values.manner import Manner

WINDOW = PATCH + AHEAD


@cache
def heard(frames: int) -> np.ndarray:
    """(frames + AHEAD, TOLD) of the demo's voice, over and over."""
    voice = np.resize(demo_sound(), (frames + AHEAD) * 640)
    feeling = Feeling()
    feeling.hear(voice)
    return np.array([told_of(f, feeling.tone()) for f in SpeechStream(25).push(voice, last=True)])


@cache
def silent(frames: int) -> np.ndarray:
    features = SpeechStream(25).push(np.zeros((frames + AHEAD) * 640, np.float32), last=True)
    return np.array([told_of(f, None) for f in features])


def asked(blink: float = 1.0, **manner: float) -> Asked:
    middle = some_manner(np.random.default_rng(0))
    return Asked(told(Manner(**manner), middle), np.zeros(2), blink)


def live(told: np.ndarray, wish: Asked, seed: int = 0) -> np.ndarray:
    """(T, SIZE)"""
    life = Life(np.random.default_rng(seed))
    return np.array([life.step(told[k : k + WINDOW], wish) for k in range(len(told) - AHEAD)])


def test_it_begins_at_rest_and_stays_in_its_range() -> None:
    moved = live(heard(250), asked())
    assert moved.shape == (250, SIZE)
    assert np.isfinite(moved).all()
    assert np.abs(moved[0, ROTATION]).max() < 1
    assert (np.abs(moved[:, :6]) <= MOST).all()


def test_a_seed_is_a_face_of_its_own() -> None:
    one, same, other = (live(heard(100), asked(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other)[:, ROTATION].max() > 0.5
    manners = [some_manner(np.random.default_rng(seed)) for seed in range(3)]
    assert not np.allclose(manners[0], manners[1])


def test_several_faces_in_one_call_are_as_each_by_itself() -> None:
    wishes = [asked(), asked(blink=2), asked(yaw=8.0)]
    alone = [Life(np.random.default_rng(seed)) for seed in range(3)]
    together = [Life(np.random.default_rng(seed)) for seed in range(3)]
    for k in range(0, 60, PATCH):
        sounds = [heard(100)[k + 10 * n :][:WINDOW] for n in range(3)]
        step_all(together, sounds, wishes)
        for frame in range(PATCH):
            for one, other, sound, wish in zip(alone, together, sounds, wishes, strict=True):
                a, b = (life.step(sound[frame:], wish) for life in (one, other))
                np.testing.assert_allclose(a, b, atol=2e-3)


def test_it_hears_the_patch_and_what_follows_and_no_more() -> None:
    def first(change: int) -> np.ndarray:
        sound = heard(100)[20:60].copy()
        sound[change] = 0
        return Life(np.random.default_rng(0)).step(sound, asked())

    plain = first(WINDOW)
    np.testing.assert_array_equal(first(WINDOW + 1), plain)
    assert np.abs(first(WINDOW - 1) - plain).max() > 0
    assert np.abs(first(0) - plain).max() > 0


def test_what_it_keeps_does_not_grow() -> None:
    life, sizes = Life(np.random.default_rng(0)), []
    for _ in range(60 * PATCH):
        life.step(np.zeros((WINDOW, TOLD), np.float32), asked())
        sizes.append((life._cache.shape, life._age))
    assert len({shape for shape, _ in sizes}) == 1
    assert sizes[-1][1] == sizes[-PATCH - 1][1] == sizes[0][0][5]


def test_blinks_are_whole_or_half_and_as_frequent_as_asked() -> None:
    def closures(blink: float) -> np.ndarray:
        return live(heard(1500), asked(blink))[:, BLINK]

    def rate(shut: np.ndarray) -> float:
        return float(((shut[1:] > 0.3) & (shut[:-1] <= 0.3)).sum() * 1500 / len(shut))

    half, once, twice = (closures(blink) for blink in (0.5, 1, 2))
    assert not live(heard(250), asked(0))[:, BLINK].any()
    assert 10 <= rate(once) <= 45
    assert rate(half) < 0.75 * rate(once)
    assert rate(twice) > 1.4 * rate(once)
    starts = np.flatnonzero((once[1:] > 0) & (once[:-1] == 0))
    depths = np.array([once[start : start + 5].max() for start in starts[:-1]])
    assert depths.min() > 0.4
    assert (depths > 0.9).mean() > 0.5


def test_a_manner_is_met() -> None:
    sour, glad = (
        live(heard(600), asked(tempo=t, smile=s, smiles=s / 2)) for t, s in ((4, 0.02), (16, 0.3))
    )
    slow, quick = (np.abs(np.diff(m[:, ROTATION], axis=0)).mean() for m in (sour, glad))
    assert quick > 1.3 * slow
    smile = CODES["mouthSmileLeft"]
    assert glad[:, smile].mean() > 2 * sour[:, smile].mean()


def test_who_talks_moves_more_than_who_is_silent_and_who_is_silent_is_alive() -> None:
    talks, rests = live(heard(500), asked()), live(silent(1500), asked())
    speed = [np.abs(np.diff(m[:, ROTATION], axis=0)).mean() for m in (talks, rests)]
    assert speed[0] > 1.5 * speed[1]
    by_seconds = rests[:, ROTATION].reshape(-1, 125, 3)
    assert (np.ptp(by_seconds, axis=1).max(1) > 0.1).all()  # no five seconds frozen
    assert (rests[:, BLINK] > 0.9).any()
    assert np.ptp(rests[:, GAZE], axis=0).max() > 1


def test_it_does_not_drift() -> None:
    moved = live(heard(2000), asked(), seed=4)
    by_halves = moved[:, :DRAWN].reshape(2, -1, DRAWN).mean(1)
    assert np.abs(by_halves[:, ROTATION]).max() < 4
    assert np.abs(by_halves[:, GAZE]).max() < 4
    assert by_halves[:, list(CODES.values())].max() < 0.6


@pytest.mark.parametrize("seed", [0, 1])
def test_patches_meet_without_a_jerk(seed: int) -> None:
    jerk = np.abs(np.diff(live(heard(1000), asked(), seed)[:, ROTATION], 3, axis=0)).mean(1)
    by_place = [jerk[k::PATCH].mean() for k in range(PATCH)]
    assert max(by_place) < 1.25 * np.mean(by_place)
