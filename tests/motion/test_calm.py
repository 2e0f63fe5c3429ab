from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vasari.motion.calm import Calm
from vasari.values import BLENDSHAPES, EXPRESSION, Motion

JAW = BLENDSHAPES.index("jawOpen")


def jaw(values: list[float]) -> Motion:
    zero = np.zeros((len(values), 3), np.float32)
    codes = np.zeros((len(values), EXPRESSION), np.float32)
    codes[:, JAW] = values
    return Motion(zero, zero, zero[:, :2], codes)


def test_a_single_wide_frame_is_calmed() -> None:
    out = Calm().push(jaw([0.3, 0.3, 0.9, 0.3, 0.3]), last=True).expression[:, JAW]
    assert out == pytest.approx([0.3, 0.45, 0.6, 0.45, 0.3])


def test_a_closure_stays_closed() -> None:
    out = Calm().push(jaw([0.5, 0.5, 0.0, 0.5, 0.5]), last=True).expression[:, JAW]
    assert out[2] == 0
    assert len(out) == 5


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=12),
    st.lists(st.integers(0, 12), max_size=5),
)
def test_pieces_do_not_matter(values: list[float], cuts: list[int]) -> None:
    whole = Calm().push(jaw(values), last=True).expression
    calm, parts, begin = Calm(), [], 0
    for end in sorted(min(c, len(values)) for c in cuts):
        parts.append(calm.push(jaw(values[begin:end])).expression)
        begin = end
    parts.append(calm.push(jaw(values[begin:]), last=True).expression)
    assert (np.concatenate(parts) == whole).all()
