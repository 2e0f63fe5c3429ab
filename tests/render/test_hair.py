"""Loose hair trails the head a little, and only it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faces import made_face, still
from vasari.render import Hair, Renderer
from vasari.render.hair import DELAY
from vasari.values import Face, Motion


def turning(face: Face, yaw: np.ndarray, rate: float = 25.0) -> Motion:
    turns = face.rotation + np.asarray(yaw, np.float32)[:, None] * np.float32([1, 0, 0])
    return replace(still(face, len(yaw)), rotation=turns, rate=rate)


def trail(motion: Motion) -> np.ndarray:
    hair = Hair().push(motion).hair
    assert hair is not None
    return hair[:, 0]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=5))
def test_cuts_change_nothing(cuts: list[int]) -> None:
    whole = turning(made_face(), np.random.default_rng(0).normal(0, 3, 30).cumsum())
    hair, ends = Hair(), [0, *sorted(cuts), 30]
    pieces = [hair.push(whole.part(a, b)).hair for a, b in pairwise(ends)]
    np.testing.assert_array_equal(np.concatenate(pieces)[:, 0], trail(whole))  # type: ignore[arg-type]


def test_a_still_head_has_still_hair() -> None:
    motion = still(made_face(rotation=(12, -6, 8)), 30)
    assert (trail(motion) == motion.rotation[:, 0]).all()


def test_it_trails_by_its_delay_swings_out_and_comes_to_rest() -> None:
    for rate in (25.0, 60.0):
        time = np.arange(round(2 * rate)) / rate
        yaw = np.minimum(time, 1.0) * 10
        hair = trail(turning(made_face(), yaw, rate))
        assert np.isclose(yaw - hair, 10 * DELAY, atol=0.02)[time > 0.7][: round(0.3 * rate)].all()
        assert 0.01 < hair.max() - 10 < 0.3
        assert abs(hair[-1] - 10) < 0.01


def test_a_cut_is_no_whip() -> None:
    yaw = np.where(np.arange(20) < 5, -30, 30)
    assert np.abs(trail(turning(made_face(), yaw)) - yaw).max() <= 5


def test_only_what_lies_beyond_the_skull_trails() -> None:
    face = made_face()
    renderer = Renderer(face, 256)
    motion = still(face)
    late = replace(motion, hair=np.float32([[4, 3, 2, 0.05, 0.05, 0]]))
    moved = np.abs(renderer.placed(late, 0)[2] - renderer.placed(motion, 0)[2]).max(1)
    away = np.linalg.norm(face.landmarks[[10, 152]].mean(0) - renderer._mesh.source, axis=1)
    assert not moved[:468].any()
    assert not moved[renderer._mesh.source[:, 1] > face.landmarks[152, 1]].any()
    assert moved.max() > 1
    assert away[moved > 0].min() > 0.9 * face.scale
