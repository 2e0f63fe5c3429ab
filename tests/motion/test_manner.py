"""A manner tells people apart, in the units of people and in the network's."""

from __future__ import annotations

import numpy as np
import pytest

from vasari import Manner, Motion, VasariError
from vasari.motion.columns import closure, columns_of, fixations, smooth
from vasari.motion.life import BLINK, CODES, GAZE, POSITION, ROTATION, SIZE
from vasari.motion.manner import MANNER, as_manner, manner_in, told
from vasari.shape.space import NECK, rotation_matrix
from vasari.values import BLENDSHAPES, EXPRESSION

SECONDS = 20
T = 25 * SECONDS
TIME = np.arange(T) / 25


def acted(yaw: float = 4.0, hz: float = 0.3, blinks: int = 6, smile: float = 0.2) -> Motion:
    """Somebody who turns to and fro about the neck, blinks so often and smiles now and then."""
    rotation = np.zeros((T, 3), np.float32)
    rotation[:, 0] = yaw * np.sin(2 * np.pi * hz * TIME)
    position = np.stack([NECK - rotation_matrix(r) @ NECK for r in rotation])
    expression = np.full((T, EXPRESSION), 0.05, np.float32)
    for at in np.linspace(1, SECONDS - 1, blinks):
        shut = np.array([0.2, 0.5, 0.6, 0.4, 0.2])  # a reader's blinks hardly reach 1
        first = round(at * 25)
        for side in ("Left", "Right"):
            expression[first : first + 5, BLENDSHAPES.index("eyeBlink" + side)] += shut
    smiles = smile * np.clip(np.sin(2 * np.pi * 0.1 * TIME), 0, 1)
    expression[:, BLENDSHAPES.index("mouthSmileLeft")] += smiles
    return Motion(rotation, position.astype(np.float32), -rotation[:, :2].copy(), expression)


def test_columns_are_relative_to_rest() -> None:
    motion = acted()
    moved = columns_of(motion)
    assert moved.shape == (T, SIZE)
    np.testing.assert_allclose(moved[20:-20, ROTATION], motion.rotation[20:-20], atol=0.1)
    assert np.abs(moved[:, POSITION]).max() < 0.01  # a turn about the neck is no sway
    assert np.abs(moved[:, GAZE]).max() < 0.3  # the eyes stay with the viewer
    assert moved[:, BLINK].max() == pytest.approx(1)
    assert np.median(moved[:, list(CODES.values())], axis=0).max() < 0.05


def test_a_nearer_head_is_the_same_head() -> None:
    """Position counts in eye distances of the size that the head mostly has."""
    away = np.zeros((T, 3), np.float32)
    away[:, 2] = -3 + 0.1 * np.sin(TIME)
    motion = acted(yaw=0)
    near = Motion(motion.rotation, away, motion.gaze, motion.expression)
    place = columns_of(near)[:, POSITION]
    assert place[:, 2].std() == pytest.approx(away[:, 2].std() * 12 / 9, rel=0.02)


def test_each_number_tells_what_it_says() -> None:
    base, wide, quick, winks, glad = (
        manner_in(acted(**changes)) for changes in
        ({}, {"yaw": 8.0}, {"hz": 0.6}, {"blinks": 12}, {"smile": 0.4})
    )  # fmt: skip
    assert base.yaw == pytest.approx(4 / np.sqrt(2), rel=0.02)
    assert wide.yaw == pytest.approx(2 * base.yaw, rel=0.02)
    assert quick.tempo == pytest.approx(2 * base.tempo, rel=0.03)
    assert (base.blinks, winks.blinks) == (pytest.approx(18), pytest.approx(36))
    assert base.smile_left == pytest.approx(2 * base.smile)
    assert glad.smile == pytest.approx(2 * base.smile, rel=0.05)


def test_there_and_back() -> None:
    manner = manner_in(acted())
    back = as_manner(told(manner, np.full(MANNER, np.nan)))
    np.testing.assert_allclose(np.maximum(manner, 0.01), np.maximum(back, 0.01), rtol=1e-6)


def test_what_is_left_open_is_the_seeds() -> None:
    seeds = np.linspace(0, 1, MANNER)
    asked = told(Manner(yaw=np.e), seeds)
    assert asked[0] == pytest.approx(1)
    np.testing.assert_array_equal(asked[1:], seeds[1:])


def test_frames_out_of_sight_tell_nothing() -> None:
    motion, seen = acted(), np.ones(T, bool)
    motion.rotation[100:150] += 60  # where the reader was lost
    seen[90:160] = False
    assert manner_in(motion, seen).yaw == pytest.approx(manner_in(acted()).yaw, rel=0.15)


def test_too_little_is_said() -> None:
    with pytest.raises(VasariError, match=r"2\.4 s only, and a manner takes 2\.5 s"):
        manner_in(acted().part(0, 60))


def test_a_parabola_is_smooth_and_jitter_is_not() -> None:
    curve = np.stack([TIME**2, 1 - TIME], 1)
    np.testing.assert_allclose(smooth(curve), curve, atol=1e-8)
    jitter = np.random.default_rng(0).normal(0, 1, (T, 1))
    assert smooth(jitter).std() < 0.7


def test_slow_lids_are_no_blink() -> None:
    shapes = np.zeros((T, len(BLENDSHAPES)))
    for side in ("Left", "Right"):
        shapes[100:160, BLENDSHAPES.index("eyeBlink" + side)] = 0.6 * np.hanning(60)
    assert closure(shapes).max() == 0


def test_a_gaze_behind_a_blink_is_filled_in() -> None:
    look, shut = np.zeros((T, 2)), np.zeros(T)
    look[100:105, 1], shut[100:105] = -15, 1
    look[200:] = 8
    out = fixations(look, shut)
    assert np.abs(out[:190]).max() < 0.1
    assert np.abs(out[210:] - 8).max() < 0.1  # and a jump stays one
    assert (np.abs(np.diff(out[:, 0])) > 0.5).sum() <= 2
