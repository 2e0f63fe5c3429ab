"""Sheets of people beside their portraits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from benchmarks.lips.measure import Lips
from benchmarks.lips.sheet import LABEL, TILE
from benchmarks.lips.sheets import ACROSS, PASSAGES, PINYIN, Row, draw, met, shown
from benchmarks.teacher import Seen

from training.articulation.phones import ROUND, SHUT
from vasari.shape.space import face_space

PHONES = [("S", 0.0, 0.2), ("B", 0.2, 0.28), ("S", 0.28, 0.6), ("UW", 0.6, 0.8)]


def test_pictures_at_lips_phones_and_their_neighbours_are_shown() -> None:
    names = dict(shown(PHONES[:3], 15))
    assert list(names) == [4, 5, 6, 7]
    assert names[4] == names[7] == "S"
    assert names[5] == names[6] == "B"


def test_closed_and_narrow_lips_are_counted() -> None:
    opening, width = np.full(20, 0.1), np.ones(20)
    assert met(Lips(opening, width), PHONES, SHUT) == "0 of 1"
    opening[6], width[16:18] = 0.01, 0.8
    assert met(Lips(opening, width), PHONES, SHUT) == "1 of 1"
    assert met(Lips(opening, width), PHONES, ROUND) == "1 of 1"


def test_rows_lie_under_one_another_at_the_same_times(tmp_path: Path) -> None:
    marks = np.tile(100 * face_space().mean + 128, (20, 1, 1)).astype(np.float32)
    seen = Seen(marks, np.zeros((20, 52)), np.zeros((20, 4, 4)), np.ones(20, bool))
    grey = [[np.full((256, 256, 3), 10 * k + row, np.uint8) for k in range(20)] for row in (0, 5)]
    rows = [Row(pictures, seen, Lips(np.zeros(20), np.ones(20))) for pictures in grey]
    draw(tmp_path / "a.png", rows, [(3, "B"), (7, "-")])
    made = cv2.imread(str(tmp_path / "a.png"))
    middle, below = TILE // 2, TILE + LABEL + TILE // 2
    assert made.shape[1] == ACROSS * TILE
    assert [made[middle, TILE // 2, 0], made[middle, TILE + TILE // 2, 0]] == [30, 70]
    assert [made[below, TILE // 2, 0], made[below, TILE + TILE // 2, 0]] == [35, 75]


def test_twenty_passages_of_ten_people_and_every_syllable_is_spelt() -> None:
    assert len(PASSAGES) >= 20
    assert len({p.clip for p in PASSAGES}) >= 10
    assert all(w in PINYIN for p in PASSAGES for w in p.words.split() if w[0].isdigit())
