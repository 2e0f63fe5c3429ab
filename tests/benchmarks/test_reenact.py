"""What the re-enactment benchmark measures says the right thing of pictures that are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from benchmarks.reenact.clip import turns_little
from benchmarks.reenact.features import distances
from benchmarks.reenact.flicker import flicker
from benchmarks.reenact.inside import OPEN, opening, sharpness
from benchmarks.reenact.kinds import KINDS, REAL
from benchmarks.reenact.measure import boxes
from benchmarks.reenact.mouth import Mouth, beside, read_mouth
from benchmarks.reenact.table import markdown, summary
from benchmarks.reenact.teeth import FEWEST, constancy, strip
from benchmarks.teacher import Seen

from vasari.shape.landmarks import LIP_RINGS_LOWER
from vasari.shape.space import face_space

SIZE, UNIT, FRAMES = 320, 120.0, 10  # pixels a side and an eye distance; pictures of a mouth


def face(opened: float = 0.1) -> np.ndarray:
    """(478, 3) pixels: the mean face from the front, its lower lip so many eye distances lower."""
    shape = face_space().mean.copy()
    shape[np.unique(LIP_RINGS_LOWER), 1] += np.float32(opened)
    return shape * np.float32(UNIT) + np.float32([SIZE / 2, SIZE / 2, 0])


def texture(seed: int, soft: float = 1.5) -> np.ndarray:
    """(SIZE, SIZE, 3) random, with detail of so many pixels."""
    noise = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=(SIZE, SIZE)), (0, 0), soft)
    grey = np.clip(128 + 40 * noise / noise.std(), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def blurred(picture: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0))


def mouth(pictures: list[np.ndarray], landmarks: np.ndarray | None = None) -> Mouth:
    places = np.stack([face() if landmarks is None else landmarks] * len(pictures))
    places[..., :2] += 0.5  # as the teacher counts
    n = len(pictures)
    return read_mouth(
        pictures, Seen(places, np.zeros((n, 52)), np.zeros((n, 4, 4)), np.ones(n, bool))
    )


def test_a_mouth_is_open_by_its_lips() -> None:
    assert opening(face()) > OPEN > opening(face(0.0))
    assert opening(face(0.2)) - opening(face(0.1)) == pytest.approx(0.1, abs=0.01)


def test_a_blurred_mouth_is_less_sharp() -> None:
    picture = texture(0)
    inside, cheek = sharpness(picture, face())
    assert 0.7 < inside / cheek < 1.4  # the same noise everywhere
    soft_inside, _ = sharpness(blurred(picture), face())
    assert soft_inside < 0.5 * inside
    assert np.isnan(sharpness(picture, face(-0.04))[0])


def test_a_mouth_that_stands_still_does_not_flicker() -> None:
    picture, place = texture(0), face()
    box = boxes(place, (SIZE, SIZE))["mouth"]
    assert flicker(picture, picture, place, place, box) == pytest.approx(0, abs=1e-3)
    brighter = np.clip(picture.astype(int) + 7, 0, 255).astype(np.uint8)
    assert flicker(picture, brighter, place, place, box) == pytest.approx(7, abs=0.2)


def test_what_the_landmarks_explain_is_no_flicker() -> None:
    picture, place = texture(0, soft=4.0), face()
    moved, there = np.roll(picture, (3, -4), (0, 1)), place + np.float32([-4, 3, 0])
    box = boxes(there, (SIZE, SIZE))["mouth"]
    assert flicker(picture, moved, place, there, box) < 0.2
    assert flicker(picture, moved, place, place, box) > 10


def test_a_fixed_texture_is_constant_and_noise_is_not() -> None:
    teeth = texture(0)
    moves = [(k, -2 * k) for k in range(FEWEST)]  # right, down
    fixed = [
        strip(np.roll(teeth, (y, x), (0, 1)), face() + np.float32([x, y, 0])) for x, y in moves
    ]
    assert constancy(fixed) == pytest.approx(1, abs=1e-3)
    noise = [strip(texture(k), face()) for k in range(60)]
    assert abs(constancy(noise)) < 0.1
    assert np.isnan(constancy(fixed[1:]))


def test_a_mouth_beside_itself_and_beside_a_soft_one() -> None:
    pictures = [texture(k) for k in range(FRAMES)]
    real, soft = mouth(pictures), mouth([blurred(p) for p in pictures])
    same = beside(real, real)
    assert same["sharpness"] == same["flicker"] == same["open"] == 1
    assert beside(soft, real)["sharpness"] < 0.5
    held = beside(mouth(pictures[:1] * FRAMES), real)
    assert held["flicker"] == pytest.approx(0, abs=1e-3)
    assert held["constancy"] == pytest.approx(1)
    closed = beside(mouth(pictures, face(0.0)), real)
    assert closed["open"] == 0
    assert all(np.isnan(closed[k]) for k in ("sharpness", "to_cheek", "constancy"))


def test_features_are_apart_as_pictures_are() -> None:
    pytest.importorskip("onnx", reason="comes with the training requirements")
    picture, place = texture(0), face()
    same = distances(picture, picture, place)
    soft = distances(picture, blurred(picture), place)
    other = distances(picture, texture(1, soft=6.0), place)
    for part in ("face", "mouth"):
        assert same[part] == pytest.approx(0, abs=1e-5)
        assert 0.001 < soft[part] < other[part] < 1


def test_a_turn_counts_from_the_camera_and_from_the_first_picture() -> None:
    assert turns_little(np.array([-5.0, 9.0, 3.0]))
    assert not turns_little(np.array([0.0, 16.0]))
    assert not turns_little(np.array([-8.0, 8.0]))


def test_the_tables_leave_out_what_could_not_be_measured() -> None:
    alike = {"psnr": 20.0, "ssim": 0.5}
    seen = dict.fromkeys(("sharpness", "to_cheek", "flicker", "constancy", "open"), 0.75)
    kind = {**dict.fromkeys(("whole", "mouth", "eyes"), alike),
            "features": {"face": 0.01, "mouth": 0.02}, "mouth seen": seen}  # fmt: skip
    unseen = {**kind, "mouth seen": dict.fromkeys(seen, float("nan"))}
    one = {"turns_little": True, REAL: {"mouth seen": seen}, **dict.fromkeys(KINDS, kind)}
    two = {"turns_little": False, REAL: {"mouth seen": seen}, **dict.fromkeys(KINDS, unseen)}
    clips = {"one": one, "two": two}
    result = {**summary(clips), "clips": clips}
    assert result["mean"][KINDS[0]]["mouth seen"]["constancy"] == 0.75
    assert result["turns below 15 degrees"]["clips"] == 1
    text = markdown(result)
    assert f"| {KINDS[0]} | 20.00, 0.500 | 20.00, 0.500 |" in text
    assert "| 10.0 | 20.0 | 0.75 |" in text
    assert "nan" not in text
