"""Values at the ends of their ranges are drawn; beyond them there is one sentence. No crash."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.faces import made_face, still
from vasari import talk
from vasari.errors import PictureError, VideoError
from vasari.jobs.drive import Driver, follow
from vasari.render import Renderer
from vasari.values import EXPRESSION, Face, Motion
from vasari.values.motion import COLUMNS, check_motion

SIDE = 256


@cache
def renderer() -> Renderer:
    return Renderer(made_face(), SIDE)


def somewhere(rng: np.random.Generator, frames: int) -> Motion:
    """Values anywhere within the ranges, or at their ends."""
    columns = {}
    for name, column in COLUMNS.items():
        width = column.shape[1]
        low, high = np.broadcast_to(column.low, width), np.broadcast_to(column.high, width)
        place = rng.random((frames, width))
        place = np.round(place) if rng.random() < 0.5 else place
        columns[name] = np.clip(low + (high - low) * place, low, high).astype(np.float32)
    return Motion(**columns)


@pytest.mark.parametrize("seed", range(8))
def test_all_that_a_motion_may_hold_is_drawn(seed: int) -> None:
    motion = somewhere(np.random.default_rng(seed), 3)
    check_motion(motion)
    for picture in renderer().draw_all(motion):
        assert picture.shape == (SIDE, SIDE, 3)


@pytest.mark.parametrize("absolute", [True, False])
def test_a_driver_that_comes_too_near_stays_before_the_camera(absolute: bool) -> None:
    face = made_face()
    motion = still(face, 3)
    motion.position[:, 2] = 5, 5, -8  # relative to its rest, a step through the camera
    pictures = list(follow(face, Driver(motion, np.ones(3, bool)), absolute, size=SIDE))
    assert len(pictures) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"expression": np.full((1, EXPRESSION), 1e30, np.float32)},
        {"expression": np.full((1, EXPRESSION), np.nan, np.float32)},
        {"position": np.float32([[0, 0, -12]])},
        {"position": np.float32([[0, 0, -np.inf]])},
        {"rotation": np.float32([[np.nan, 0, 0]])},
        {"gaze": np.float32([[1e30, 0]])},
    ],
)
def test_a_wild_motion_is_refused(change: dict[str, np.ndarray]) -> None:
    motion = replace(still(made_face()), **change)
    with pytest.raises(VideoError, match=next(iter(change))):
        list(renderer().draw_all(motion))
    with pytest.raises(VideoError, match=next(iter(change))):
        renderer().draw(motion, 0)


def wild_faces() -> dict[str, Face]:
    face = made_face()
    nan = np.full_like(face.landmarks, np.nan)
    return {
        "scale": replace(face, scale=0.0),
        "crop": replace(face, crop=(0.0, 0.0, 0.0)),
        "crop holds": replace(face, crop=(0.0, 0.0, 1e9)),
        "size for the face": replace(face, crop=(-9e3, -9e3, 2e4)),
        "hold the face": replace(face, crop=(5000.0, 0.0, 256.0)),
        "landmarks holds": replace(face, landmarks=nan),
        "lie outside": replace(
            face, landmarks=face.landmarks + np.float32([999, 0, 0]),
            origin=face.origin + np.float32([999, 0, 0]),
        ),
        "differ": replace(face, landmarks=face.landmarks[::-1].copy()),
        "pose and landmarks": replace(face, landmarks=np.full_like(nan, 99)),
        "expression": replace(face, expression=np.full(EXPRESSION, 1e30, np.float32)),
        "neutral holds": replace(face, neutral=face.neutral * np.float32(1e30)),
        "no face": replace(face, neutral=np.zeros_like(face.neutral)),
        "matte": replace(face, matte=face.matte[:9]),
        "picture": replace(face, picture=face.picture.astype(np.float32)),
    }  # fmt: skip


@pytest.mark.parametrize("says", wild_faces())
@pytest.mark.filterwarnings("ignore:overflow")
def test_a_wild_face_is_refused(says: str) -> None:
    face = wild_faces()[says]
    with pytest.raises(PictureError, match=says):
        Renderer(face, SIDE)
    with pytest.raises(PictureError, match=says):
        next(talk(face, np.zeros(16_000, np.float32), size=SIDE))
