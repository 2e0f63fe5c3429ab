"""A face is followed through motion, absence and cuts; what stands still is calm, nothing lags."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.conftest import Vasari
from vasari.errors import VideoError
from vasari.follow.smooth import smooth
from vasari.follow.track import Track, track
from vasari.media import VideoWriter
from vasari.values import BLENDSHAPES, Motion
from vasari.values.motion import CAMERA

SIDE = 288
UNIT = 38.0  # about the eye distance of the astronaut at that size, pixels


def moved(picture: NDArray[np.uint8], right: float, grown: float, turned: float = 0) -> np.ndarray:
    """The picture shifted by pixels, grown and turned clockwise by degrees about its face."""
    middle = (SIDE * 0.44, SIDE * 0.22)
    matrix = cv2.getRotationMatrix2D(middle, -turned, grown)
    matrix[0, 2] += right
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)


def write(path: Path, pictures: list[np.ndarray]) -> Path:
    with VideoWriter(path) as video:
        for picture in pictures:
            video.write(np.ascontiguousarray(picture))
    return path


@pytest.fixture(scope="module")
def ada(portrait: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(portrait).resize((SIDE, SIDE), Image.Resampling.LANCZOS))


@pytest.fixture(scope="module")
def swaying(ada: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 pictures: the face goes to the right and back, 20 px, and turns by 10 degrees."""
    way = np.sin(np.linspace(0, 2 * np.pi, 30))
    pictures = [moved(ada, 20 * w, 1, 10 * w) for w in way]
    return write(tmp_path_factory.mktemp("track") / "swaying.mp4", pictures)


@pytest.fixture(scope="module")
def sway(swaying: Path) -> Track:
    return track(swaying)


def test_pose_follows_the_picture_without_lag(sway: Track) -> None:
    way = np.sin(np.linspace(0, 2 * np.pi, 30))
    roll = sway.motion.rotation[:, 2] - sway.motion.rotation[0, 2]
    np.testing.assert_allclose(roll, 10 * way, atol=1.5)
    lags = [np.corrcoef(np.roll(way, k)[3:-3], roll[3:-3])[0, 1] for k in (-1, 0, 1)]
    assert int(np.argmax(lags)) == 1
    assert sway.found.all()
    assert sway.cuts == ()


def test_shapes_are_as_promised(sway: Track) -> None:
    motion = sway.motion
    for values in (motion.rotation, motion.position, motion.gaze, motion.expression):
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
    names = motion.expression[:, : len(BLENDSHAPES)]
    assert names.min() >= 0
    assert names.max() <= 1
    assert motion.rate == 25


def test_what_comes_nearer_has_negative_depth(ada: NDArray[np.uint8], tmp_path: Path) -> None:
    grown = np.linspace(1, 1.3, 16)
    seen = track(write(tmp_path / "nearer.mp4", [moved(ada, 0, g) for g in grown]))
    np.testing.assert_allclose(seen.motion.position[:, 2], CAMERA * (1 / grown - 1), atol=0.4)


def test_absence_and_return_are_said_and_held(ada: NDArray[np.uint8], tmp_path: Path) -> None:
    empty = np.full_like(ada, 90)
    video = write(tmp_path / "away.mp4", [empty] * 3 + [ada] * 6 + [empty] * 5 + [ada] * 4)
    said: list[str] = []
    seen = track(video, tell=said.append)
    assert seen.found.tolist() == [False] * 3 + [True] * 6 + [False] * 5 + [True] * 4
    np.testing.assert_allclose(seen.motion.expression[13], seen.motion.expression[8], atol=1e-5)
    np.testing.assert_array_equal(seen.motion.position[0], seen.motion.position[3])
    assert any("from 0.00 to 0.12 s" in sentence for sentence in said)
    assert any("from 0.36 to 0.56 s" in sentence for sentence in said)


def test_a_cut_is_found_and_said(ada: NDArray[np.uint8], tmp_path: Path) -> None:
    other = 255 - ada[:, ::-1] // 3  # nothing of the picture stays
    other[40:200, 80:240] = moved(ada, -20, 1.2)[0:160, 60:220]
    said: list[str] = []
    seen = track(write(tmp_path / "cut.mp4", [ada] * 5 + [other] * 5), tell=said.append)
    assert seen.cuts == (5,)
    assert any("cut at 0.20 s" in sentence for sentence in said)


def test_no_face_is_said(tmp_path: Path) -> None:
    video = write(tmp_path / "grey.mp4", [np.full((64, 64, 3), 128, np.uint8)] * 3)
    with pytest.raises(VideoError, match="No face"):
        track(video)


def test_a_still_face_is_calm(ada: NDArray[np.uint8], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noisy = [np.clip(ada + rng.normal(0, 6, ada.shape), 0, 255).astype(np.uint8) for _ in range(20)]
    parts: list[np.ndarray] = []
    track(write(tmp_path / "noisy.mp4", noisy), take=parts.append)
    shake = np.linalg.norm(np.diff(np.concatenate(parts)[..., :2], axis=0), axis=-1)
    assert shake.mean() < 0.01 * UNIT


def test_smoothing_keeps_blinks_and_takes_noise() -> None:
    rng = np.random.default_rng(0)
    time = np.arange(200)
    blink = np.clip(1 - np.abs(time - 100) / 3, 0, 1)  # shut and open in six frames
    noise = rng.normal(0, 0.01, 200)
    out = smooth((blink + noise)[:, None, None].astype(np.float32), np.zeros(200, bool))[:, 0, 0]
    assert out[100] > 0.85
    assert int(np.argmax(out)) == 100
    assert np.abs(out[:80]).std() < 0.6 * np.abs(noise[:80]).std() + 0.002


def test_smoothing_stops_at_starts() -> None:
    step = np.repeat([0.0, 1.0], 20).astype(np.float32)[:, None, None]
    starts = np.zeros(40, bool)
    starts[20] = True
    np.testing.assert_allclose(smooth(step, starts), step, atol=1e-5)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 9])
def test_smoothing_of_the_shortest(frames: int) -> None:
    line = np.arange(frames, dtype=np.float32)[:, None, None]
    np.testing.assert_allclose(smooth(line, np.ones(frames, bool)), line)
    np.testing.assert_allclose(smooth(line, np.zeros(frames, bool)), line, atol=1e-4)


def test_the_command_writes_all_three(swaying: Path, tmp_path: Path, vasari: Vasari) -> None:
    names = [tmp_path / name for name in ("a.motion", "a.npz", "a.csv")]
    done = vasari("track", swaying, "-o", names[0], "--landmarks", names[1], "--csv", names[2])
    assert done.code == 0, done.err
    assert len(Motion.load(names[0])) == 30
    with np.load(names[1]) as packed:
        assert packed["landmarks"].shape == (30, 478, 3)
        assert packed["found"].dtype == bool
    assert len(names[2].read_text().splitlines()) == 31
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "a.motion", "a.npz"]
