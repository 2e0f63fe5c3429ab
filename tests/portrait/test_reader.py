"""Landmarks lie on the face, whatever stands around it and however it is turned."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from vasari.portrait.box import FaceBox
from vasari.portrait.finder import find_faces
from vasari.portrait.reader import Reading, cut_out, read_landmarks, upright
from vasari.values import BLENDSHAPES

data = pytest.importorskip("skimage.data")
# Seen by eye in scikit-image's astronaut: landmark, x, y.
SEEN = {33: (195, 100), 263: (255, 103), 61: (202, 139), 291: (244, 140), 1: (223, 131)}
EYE = 60.0  # eye distance there, pixels


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return np.asarray(data.astronaut())


@pytest.fixture(scope="module")
def reading(astronaut: np.ndarray) -> Reading:
    return read_landmarks(astronaut, find_faces(astronaut)[0])


def off(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance in eye distances of this face."""
    return float(np.linalg.norm(a[:, :2] - b[:, :2], axis=1).mean() / EYE)


def test_shapes_and_ranges(reading: Reading) -> None:
    assert reading.landmarks.shape == (478, 3)
    assert reading.landmarks.dtype == np.float32
    assert reading.blendshapes.shape == (len(BLENDSHAPES),)
    assert 0 <= reading.blendshapes.min() <= reading.blendshapes.max() <= 1
    assert 0.5 < reading.confidence <= 1


def test_landmarks_lie_where_one_sees_them(reading: Reading) -> None:
    for k, place in SEEN.items():
        assert np.linalg.norm(reading.landmarks[k, :2] - place) < 0.12 * EYE, k


def test_a_smile_is_read(reading: Reading) -> None:
    smile = reading.blendshapes[[BLENDSHAPES.index(f"mouthSmile{s}") for s in ("Left", "Right")]]
    assert smile.min() > 0.4
    assert reading.blendshapes[BLENDSHAPES.index("tongueOut")] < 0.05


def test_depth_grows_away_from_the_viewer(reading: Reading) -> None:
    nose, ears = reading.landmarks[1, 2], reading.landmarks[[234, 454], 2]
    assert nose < ears.min()


@pytest.mark.parametrize("degrees", [-35, 35])
def test_roll_moves_the_landmarks_along(
    astronaut: np.ndarray, reading: Reading, degrees: float
) -> None:
    turn = cv2.getRotationMatrix2D((224, 125), degrees, 1.0)
    rolled = np.asarray(cv2.warpAffine(astronaut, turn, (512, 512)))
    again = read_landmarks(rolled, find_faces(rolled)[0]).landmarks
    assert off(again, reading.landmarks[:, :2] @ turn[:, :2].T + turn[:, 2]) < 0.04


def test_scale_moves_the_landmarks_along(astronaut: np.ndarray, reading: Reading) -> None:
    large = np.asarray(cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC))
    again = read_landmarks(large, find_faces(large)[0]).landmarks
    assert off((again + 0.5) / 3 - 0.5, reading.landmarks) < 0.03


def test_one_view_is_close_to_six(astronaut: np.ndarray, reading: Reading) -> None:
    one = read_landmarks(astronaut, find_faces(astronaut)[0], views=1)
    assert off(one.landmarks, reading.landmarks) < 0.03


def test_tracking_starts_from_landmarks_nearby(astronaut: np.ndarray, reading: Reading) -> None:
    moved = reading.landmarks + np.float32([4, -3, 0])
    again = read_landmarks(astronaut, views=1, near=moved)
    assert off(again.landmarks, reading.landmarks) < 0.03


def test_the_same_twice(astronaut: np.ndarray, reading: Reading) -> None:
    again = read_landmarks(astronaut, find_faces(astronaut)[0])
    np.testing.assert_array_equal(again.landmarks, reading.landmarks)


def test_no_face_is_not_believed(reading: Reading) -> None:
    coffee = np.asarray(data.coffee())
    for box in (FaceBox(150, 100, 200, 200, 1.0), FaceBox(10, 10, 120, 120, 1.0)):
        assert read_landmarks(coffee, box).confidence < 0.4 < reading.confidence


def test_wrong_arguments(astronaut: np.ndarray) -> None:
    with pytest.raises(ValueError, match="box"):
        read_landmarks(astronaut)
    with pytest.raises(ValueError, match="views"):
        read_landmarks(astronaut, FaceBox(0, 0, 9, 9, 1), views=0)


def test_a_large_picture_is_cut_where_a_small_one_is() -> None:
    rng = np.random.default_rng(0)
    small = cv2.GaussianBlur(rng.integers(0, 256, (90, 120, 3)).astype(np.uint8), (0, 0), 3)
    large = cv2.resize(small, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    m = np.array([[0.9, 0.1, -20.0], [-0.1, 0.9, -5.0]])
    scale = np.array([[1 / 8, 0, 0.5 / 8 - 0.5], [0, 1 / 8, 0.5 / 8 - 0.5], [0, 0, 1]])
    direct = cut_out(np.asarray(small), m, 48)
    shrunk = cut_out(np.asarray(large), m @ scale, 48)
    assert_allclose(direct.astype(float), shrunk.astype(float), atol=6)


def test_upright_undoes_roll_and_size() -> None:
    rng = np.random.default_rng(1)
    face = rng.normal(size=(478, 3)).astype(np.float32)
    t = np.radians(30)
    turn = 7 * np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    moved = np.column_stack([face[:, :2] @ turn.T + (300, 200), face[:, 2]])
    a, b = upright(face, 128, 2.5), upright(moved, 128, 2.5)
    assert_allclose(
        face[:, :2] @ a[:, :2].T + a[:, 2], moved[:, :2] @ b[:, :2].T + b[:, 2], atol=1e-3
    )
