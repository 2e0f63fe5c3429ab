"""Loose hair trails the head a little, and only it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faces import made_face, still
from vasari.render import Body, Renderer
from vasari.render.body import DELAY, LIFT, Carried
from vasari.values import Face, Motion


def turning(face: Face, yaw: np.ndarray, rate: float = 25.0) -> Motion:
    turns = face.rotation + np.asarray(yaw, np.float32)[:, None] * np.float32([1, 0, 0])
    return replace(still(face, len(yaw)), rotation=turns, rate=rate)


def trail(motion: Motion) -> np.ndarray:
    return Body().push(motion).hair[:, 0]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=5))
def test_cuts_change_nothing(cuts: list[int]) -> None:
    whole = turning(made_face(), np.random.default_rng(0).normal(0, 3, 30).cumsum())
    body, ends = Body(breath=1.0), [0, *sorted(cuts), 30]
    pieces = [body.push(whole.part(a, b)) for a, b in pairwise(ends)]
    once = Body(breath=1.0).push(whole)
    np.testing.assert_array_equal(np.concatenate([p.hair for p in pieces]), once.hair)
    np.testing.assert_array_equal(np.concatenate([p.breath for p in pieces]), once.breath)


def test_a_breath_begins_at_rest_and_is_as_deep_as_asked() -> None:
    motion = still(made_face(), 100)
    assert not Body().push(motion).breath.any()
    breath = Body(breath=0.5).push(motion).breath
    assert breath[0] == 0
    assert breath.max() == pytest.approx(0.5 * LIFT, rel=1e-2)


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
    late = Carried(np.float32([[4, 3, 2, 0.05, 0.05, 0]]), np.zeros(1, np.float32))
    there, here = renderer.now(motion, 0, carried=late), renderer.now(motion, 0)
    moved = np.abs(there.points - here.points).max(1)
    source = renderer.puppet.mesh.source
    away = np.linalg.norm(face.landmarks[[10, 152]].mean(0) - source, axis=1)
    assert not moved[:468].any()
    assert not moved[source[:, 1] > face.landmarks[152, 1]].any()
    assert moved.max() > 1
    assert away[moved > 0].min() > 0.9 * face.scale
