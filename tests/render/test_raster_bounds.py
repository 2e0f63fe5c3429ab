"""Whatever they are given, the loops write only into their buffers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vasari.render.raster import blend, find_cuts, over, rasterise, relight, soften

GUARD = 4096  # elements before and after a buffer
MARK = 77
WILD = [np.nan, np.inf, -np.inf, 1e30, -1e30, 3.4e38, 1e10, -(2.0**31), 2.0**63, 1e-45, 0.0, 5.5]
PLACES = st.sampled_from(WILD) | st.floats(-40, 60, width=32) | st.floats(width=32)
SIDES = st.integers(1, 24)


class Guarded:
    """A buffer in the middle of a larger one that nobody may touch."""

    def __init__(self, shape: tuple[int, ...], dtype: type, fill: float = 0) -> None:
        size = int(np.prod(shape))
        self._all = np.full(size + 2 * GUARD, MARK, dtype)
        self.inside = self._all[GUARD : GUARD + size].reshape(shape)
        self.inside[:] = fill

    def assert_untouched(self) -> None:
        assert (self._all[:GUARD] == MARK).all()
        assert (self._all[len(self._all) - GUARD :] == MARK).all()


def floats(*shape: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float32, shape, elements=PLACES.map(np.float32).map(float), fill=PLACES)


def seeds(draw: Callable[..., np.ndarray], *shape: int) -> np.ndarray:
    """Few values drawn, spread over a larger array."""
    few = draw(floats(16))
    return few[np.random.default_rng(draw(st.integers(0, 999))).integers(0, 16, shape)]


@st.composite
def meshes(draw: Callable[..., object]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangles, most of them with vertices that there are; targets; sources."""
    target, source = seeds(draw, 9, 3), seeds(draw, 9, 2)  # type: ignore[arg-type]
    corner = st.integers(0, 8) | st.sampled_from([-1, 9, 2**31 - 1, -(2**31)])
    return draw(arrays(np.int32, (14, 3), elements=corner)), target, source  # type: ignore[return-value]


def one(*corners: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    target = np.array(corners, np.float32)
    return np.array([[0, 1, 2]], np.int32), target, np.zeros((3, 2), np.float32)


@settings(max_examples=400, deadline=None)
@given(meshes(), SIDES, SIDES)
@example(one((0, 0, 0), (1e30, 0, 0), (0, 1e30, 0)), 8, 8)
@example(one((-9e4, -9e4, 0), (9e4, -9e4, 0), (0, 9e4, 0)), 24, 24)
@example(one((np.nan, 3, 0), (9, np.nan, 0), (0, 9, np.nan)), 8, 8)
@example(one((1, 1, np.nan), (7, 1, np.inf), (1, 7, -np.inf)), 8, 8)
@example(one((2, 2, 0), (2.000001, 9, 0), (2.000002, 2, 0)), 8, 8)
def test_rasterise(
    mesh: tuple[np.ndarray, np.ndarray, np.ndarray], height: int, width: int
) -> None:
    backward = Guarded((height, width, 2), np.float32)
    depth = Guarded((height, width), np.float32, 1e9)
    rasterise(*mesh, backward.inside, depth.inside)
    backward.assert_untouched()
    depth.assert_untouched()


def test_a_triangle_far_out_covers_nothing_and_a_large_one_all() -> None:
    backward, depth = np.zeros((8, 8, 2), np.float32), np.full((8, 8), 1e9, np.float32)
    rasterise(*one((0, 0, 0), (1e6, 0, 0), (0, 1e6, 0)), backward, depth)
    assert (depth == 1e9).all()
    rasterise(*one((-5e4, -9e4, 1), (9e4, -9e4, 1), (-5e4, 9e4, 1)), backward, depth)
    assert (depth < 2).all()


@settings(max_examples=100, deadline=None)
@given(st.data(), SIDES, SIDES, st.integers(0, 9))
def test_find_cuts_and_soften(data: st.DataObject, height: int, width: int, room: int) -> None:
    backward = seeds(data.draw, height, width, 2)
    cuts = Guarded((room, 2), np.int32)
    found = find_cuts(backward, data.draw(PLACES.map(np.float32)), cuts.inside)
    cuts.assert_untouched()
    assert 0 <= found <= room
    places = st.integers(-3, 30) | st.sampled_from([2**31 - 1, -(2**31)])
    given_cuts = data.draw(arrays(np.int32, (room, 2), elements=places))
    picture, colours = Guarded((height, width, 4), np.uint8), Guarded((room, 4), np.uint8)
    soften(picture.inside, given_cuts, colours.inside, data.draw(st.sampled_from([-5, 3, 2**40])))
    picture.assert_untouched()
    colours.assert_untouched()


@settings(max_examples=200, deadline=None)
@given(st.data(), SIDES, SIDES, st.sampled_from([3, 4]))
def test_relight(data: st.DataObject, height: int, width: int, channels: int) -> None:
    out, n = Guarded((height, width, channels), np.uint8, 90), data.draw(st.integers(1, 6))
    light, back = seeds(data.draw, n, n, 3), data.draw(floats(2, 3))
    inner = np.zeros((height, width), np.uint8)
    ends = st.integers(-40, 60) | st.sampled_from([2**40, -(2**40)])
    relight(out.inside, light, inner, back, data.draw(arrays(np.int64, 4, elements=ends)))
    out.assert_untouched()


SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([3, 4]))


@settings(max_examples=150, deadline=None)
@given(SHAPES, SHAPES, SHAPES)
def test_buffers_of_other_sizes_are_refused(
    a: tuple[int, int, int], b: tuple[int, int, int], c: tuple[int, int, int]
) -> None:
    out = Guarded(c, np.uint8)
    first, second = np.ones(a, np.uint8), np.ones(b, np.uint8)
    mask = np.ones(b[:2], np.uint8)
    for call, fits in (
        (lambda: over(first, second, out.inside), a == (*c[:2], 4) and b == c and c[2] == 3),
        (lambda: blend(out.inside, first, mask), a == (*c[:2], 3) and b[:2] == c[:2]),
    ):
        if fits:
            call()
        else:
            with pytest.raises(ValueError, match="shapes"):
                call()
        out.assert_untouched()
