"""Readings of somebody who talks and turns, made here with the noise of a reader."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vasari.portrait.reader import Reading
from vasari.shape.space import Pose, face_space
from vasari.values import BLENDSHAPES, EXPRESSION

UNIT = 90.0  # pixels an eye distance
NOISE = 0.004  # eye distances


def readings(pictures: int, seed: int = 0) -> Iterator[Reading]:
    """One reading a picture."""
    rng, space, names = np.random.default_rng(seed), face_space(), len(BLENDSHAPES)
    person = space.mean + rng.normal(0, 0.02, space.mean.shape)
    for time in np.arange(pictures) / 25:
        pace = np.linspace(0.5, 6, names)
        codes = np.zeros(EXPRESSION, np.float32)
        codes[:names] = np.clip(0.3 + 0.3 * np.sin(np.arange(names) + time * pace), 0, 1)
        codes[:names] *= rng.uniform(0.9, 1.1)
        turn = np.array([15 * np.sin(0.7 * time), 8 * np.sin(0.4 * time), 4 * np.sin(0.3 * time)])
        place = np.array([320 + 40 * np.sin(0.2 * time), 240, 0], np.float32)
        pose = Pose(turn.astype(np.float32), UNIT * (1 + 0.1 * np.sin(0.05 * time)), place)
        marks = pose.project((person + np.tensordot(codes, space.basis, 1)).astype(np.float32))
        marks += rng.normal(0, NOISE * UNIT, marks.shape).astype(np.float32)
        yield Reading(marks, codes[:names].copy(), 0.9)
