"""The finder finds faces of any size and roll, and nothing where there is none."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from vasari.portrait.finder import FaceBox, find_faces

data = pytest.importorskip("skimage.data")
MIDDLE = np.array([224.0, 125.0])  # of the astronaut's face, pixels
SIDE = 106.0


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return np.asarray(data.astronaut())


def middle(box: FaceBox) -> np.ndarray:
    return np.array([box.x + box.width / 2, box.y + box.height / 2])


def test_one_face_where_it_is(astronaut: np.ndarray) -> None:
    (box,) = find_faces(astronaut)
    assert_allclose(middle(box), MIDDLE, atol=20)
    assert SIDE * 0.75 < box.width == box.height < SIDE * 1.35
    assert 0.5 <= box.score <= 1


@pytest.mark.parametrize("degrees", [-40, -20, 20, 40])
def test_rolled(astronaut: np.ndarray, degrees: float) -> None:
    turn = cv2.getRotationMatrix2D(tuple(MIDDLE), degrees, 1.0)
    rolled = cv2.warpAffine(astronaut, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    assert_allclose(middle(find_faces(rolled)[0]), MIDDLE, atol=25)


@pytest.mark.parametrize("side", [180, 1500])
def test_size_of_the_picture_does_not_matter(astronaut: np.ndarray, side: int) -> None:
    f = side / 512
    box = find_faces(cv2.resize(astronaut, (side, side), interpolation=cv2.INTER_AREA))[0]
    assert_allclose(middle(box) / f, MIDDLE, atol=25)


def test_small_face_in_a_large_picture(astronaut: np.ndarray) -> None:
    picture = np.full((2400, 3600, 3), 90, np.uint8)
    face = cv2.resize(astronaut[30:260, 110:340], (180, 180), interpolation=cv2.INTER_AREA)
    picture[1500:1680, 2800:2980] = face
    box = find_faces(picture)[0]
    assert_allclose(middle(box), (2890, 1575), atol=30)


def test_near_full_frame(astronaut: np.ndarray) -> None:
    box = find_faces(astronaut[65:190, 160:290].copy())[0]
    assert_allclose(middle(box), MIDDLE - (160, 65), atol=25)


def test_two_faces_largest_first(astronaut: np.ndarray) -> None:
    picture = np.full((512, 900, 3), 90, np.uint8)
    picture[:, :512] = astronaut
    picture[100:356, 600:856] = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    large, small = find_faces(picture)
    assert_allclose(middle(large), MIDDLE, atol=25)
    assert_allclose(middle(small), MIDDLE / 2 + (600, 100), atol=15)


@pytest.mark.parametrize("name", ["coffee", "rocket", "brick", "coins", "text"])
def test_nothing_without_a_face(name: str) -> None:
    picture = np.asarray(getattr(data, name)())
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    assert find_faces(np.ascontiguousarray(picture)) == []


def test_nothing_in_noise() -> None:
    rng = np.random.default_rng(0)
    assert find_faces(rng.integers(0, 256, (700, 900, 3)).astype(np.uint8)) == []
    smooth = cv2.GaussianBlur(rng.integers(0, 256, (400, 400, 3)).astype(np.uint8), (0, 0), 9)
    assert find_faces(np.asarray(smooth)) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (64, 2), (16, 16)])
def test_any_shape_is_taken(shape: tuple[int, int]) -> None:
    assert find_faces(np.zeros((*shape, 3), np.uint8)) == []
