"""What benchmarks.lips --pictures makes of what was read."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from benchmarks.lips.measure import Lips
from benchmarks.lips.pictures import Read, figures, in_eyes
from benchmarks.lips.sheet import ACROSS, LABEL, TILE, sheet

from benchmarks import record
from vasari.shape.space import face_space

PHONES = [("B", 0.0, 0.08), ("AA", 0.08, 0.28), ("UW", 0.36, 0.56), ("IY", 0.56, 0.76)]
LATER = [("AA", 0.0, 0.2), ("B", 0.4, 0.48)]


def lips(shut: slice, wide: float) -> Lips:
    opening, width = np.full(20, 0.1), np.full(20, wide)
    opening[shut] = 0
    width[9:14] -= 0.1
    return Lips(opening, width)


def read(phones: list, shut: slice, wide: float) -> Read:
    mouth = lips(shut, wide)
    return Read(phones, mouth, mouth, mouth, 1.0)


@pytest.fixture
def made() -> dict[str, dict[str, list[Read]]]:
    """Two portraits of different width, each says two sentences in one voice."""
    return {name: {"joe": [read(PHONES, slice(0, 2), wide), read(LATER, slice(10, 12), wide)]}
            for name, wide in (("thin", 0.5), ("broad", 0.9))}  # fmt: skip


def test_each_portrait_each_voice_and_all_have_their_figures(made: dict) -> None:
    out = figures(made, {"joe": [(lips(slice(0, 2), 0.6), PHONES)]})
    assert set(out["pictures"]) == {"thin", "broad", "joe", "all"}
    assert out["pictures"]["all"]["labials"] == 4
    assert out["pictures"]["all"]["closed"] == out["pictures"]["all"]["read"] == 1
    assert out["motion"]["all"]["closed"] == 1


def test_a_broad_mouth_is_not_taken_for_a_spread_one(made: dict) -> None:
    out = figures(made, {"joe": [(lips(slice(0, 2), 0.6), PHONES)]})
    assert out["mesh"]["all"]["round_auc"] == 1
    assert out["mesh"]["all"]["narrower"] == pytest.approx(0.1)


def test_another_sentences_pictures_do_not_say_it(made: dict) -> None:
    out = figures(made, {"joe": [(lips(slice(0, 2), 0.6), PHONES)]})
    assert out["control"]["all"]["closed"] == 0


def test_lips_are_measured_in_the_persons_own_eye_distances() -> None:
    shapes = np.repeat(face_space().mean[None], 3, 0)
    small, large = in_eyes(shapes), in_eyes(2 * shapes)
    assert large.opening == pytest.approx(small.opening)
    assert large.width == pytest.approx(small.width)


def test_a_part_stays_when_the_rest_is_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "lips.json"
    record.save("lips", {"phones": {"joe": 1.0}}, path)
    record.add("lips", "pictures", {"all": 0.98765}, path)
    record.save("lips", {"phones": {"joe": 2.0}}, path)
    stored = json.loads(path.read_text())
    assert stored["phones"] == {"joe": 2.0}
    assert stored["pictures"]["all"] == 0.9877
    assert stored["pictures"]["made"]["command"]


def test_a_sheet_has_a_tile_for_every_picture(tmp_path: Path) -> None:
    pictures = [np.full((64, 64, 3), 90, np.uint8)] * (ACROSS + 1)
    landmarks = np.tile(np.float32([32, 40, 0]), (len(pictures), 478, 1))
    landmarks[:, 33], landmarks[:, 263] = (22, 25, 0), (42, 25, 0)
    sheet(tmp_path / "a.png", pictures, landmarks, PHONES, np.zeros(len(pictures)))
    assert cv2.imread(str(tmp_path / "a.png")).shape == (2 * (TILE + LABEL), ACROSS * TILE, 3)
