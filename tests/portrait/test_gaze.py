"""Gaze turns with the irises."""

from __future__ import annotations

import numpy as np

from vasari.portrait.gaze import gaze_of
from vasari.shape.eyes import IRISES
from vasari.shape.space import face_space


def test_signs_and_size() -> None:
    ahead = face_space().mean.copy()
    moved = np.repeat(ahead[None], 3, 0)
    moved[1, IRISES, 0] += 0.03  # to the picture's right
    moved[2, IRISES, 1] -= 0.03  # up
    gaze = gaze_of(moved)
    right, up = gaze[1] - gaze[0], gaze[2] - gaze[0]
    assert gaze.shape == (3, 2)
    assert 6 < right[0] < 25
    assert abs(right[1]) < 0.1
    assert 6 < up[1] < 25
