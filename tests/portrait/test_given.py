"""Landmarks that a person gives are taken as they are."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from vasari.errors import PictureError
from vasari.portrait.given import _with_depth, load_landmarks
from vasari.portrait.read import read_portrait
from vasari.shape.space import Pose, face_space
from vasari.values import BLENDSHAPES, Face


@cache
def astronaut() -> Face:
    return read_portrait(skimage.data.astronaut())


def changed() -> np.ndarray:
    """(478, 3) her landmarks, four pixels lower and to the right, and the mouth opened."""
    marks = astronaut().landmarks + np.float32(4)
    rings = face_space().rings
    lower = np.setdiff1d(rings["lips_inner"], [13, 80, 81, 82, 310, 311, 312, 191, 415, 78, 308])
    marks[lower, 1] += 8
    return marks


def test_the_face_has_exactly_these_landmarks() -> None:
    face = read_portrait(skimage.data.astronaut(), landmarks=changed())
    np.testing.assert_allclose(face.landmarks, changed(), atol=0.02)
    assert face.confidence == 1.0


def test_what_was_read_comes_back() -> None:
    own = astronaut()
    face = read_portrait(skimage.data.astronaut(), landmarks=own.landmarks)
    np.testing.assert_allclose(face.landmarks, own.landmarks, atol=0.02)
    np.testing.assert_allclose(face.rotation, own.rotation, atol=0.5)
    names = slice(0, len(BLENDSHAPES))
    np.testing.assert_allclose(face.expression[names], own.expression[names], atol=0.1)


@pytest.mark.parametrize("turn", [(0, 0, 0), (35, -10, 20), (-50, 15, -100)])
def test_a_missing_depth_is_the_mean_faces(turn: tuple[float, float, float]) -> None:
    pose = Pose(np.array(turn, np.float32), 90.0, np.array([300, 200, 0], np.float32))
    marks = pose.project(face_space().mean)
    again = _with_depth(marks[:, :2])
    np.testing.assert_array_equal(again[:, :2], marks[:, :2])
    depth = again[:, 2] - marks[:, 2]
    np.testing.assert_allclose(depth - depth.mean(), 0, atol=1.0)


def test_without_depth_the_pose_is_about_the_same() -> None:
    flat = read_portrait(skimage.data.astronaut(), landmarks=astronaut().landmarks[:, :2])
    np.testing.assert_allclose(flat.landmarks[:, :2], astronaut().landmarks[:, :2], atol=0.02)
    np.testing.assert_allclose(flat.rotation, astronaut().rotation, atol=6)


def test_files_of_every_kind(tmp_path: Path) -> None:
    marks = changed()
    np.savez(tmp_path / "one.npz", landmarks=marks)
    np.savez(tmp_path / "tracked.npz", landmarks=marks[None], found=np.array([True]))
    (tmp_path / "list.json").write_text(json.dumps(marks.tolist()))
    (tmp_path / "object.json").write_text(json.dumps({"landmarks": marks.tolist(), "box": {}}))
    for path in tmp_path.iterdir():
        np.testing.assert_array_equal(load_landmarks(path), marks)
    (tmp_path / "flat.json").write_text(json.dumps(marks[:, :2].tolist()))
    np.testing.assert_array_equal(load_landmarks(tmp_path / "flat.json"), marks[:, :2])


def bad_files(folder: Path) -> list[Path]:
    rows = changed().tolist()
    np.savez(folder / "video.npz", landmarks=np.zeros((9, 478, 3)))
    np.savez(folder / "other.npz", points=changed())
    np.savez(folder / "wide.npz", landmarks=np.full((478, 2), 1e30, np.float32))
    np.savez(folder / "words.npz", landmarks=np.full((478, 2), "left"))
    np.savez(folder / "complex.npz", landmarks=np.full((478, 2), 1j))
    np.savez(folder / "pickled.npz", landmarks=np.array([{}], dtype=object))
    np.save(folder / "plain.npy", changed())
    texts = {
        "few.json": json.dumps(rows[:68]),
        "ragged.json": json.dumps([*rows[:-1], rows[-1][:2]]),
        "words.json": json.dumps([["left", "right"]] * 478),
        "none.json": json.dumps([[None, 1.0]] * 478),
        "nan.json": json.dumps([[float("nan"), 1.0]] * 478),
        "huge.json": json.dumps([[1e300, 1.0]] * 478),
        "number.json": "3",
        "empty.json": "",
        "cut.json": json.dumps(rows)[:900],
        "object.json": "{}",
        "deep.json": "[" * 100_000,
        "integer.json": "[[" + "9" * 4000 + ", 1]]",
        "long.json": "[[" + "9" * 400 + ", 1]" + ", [1, 1]" * 477 + "]",
        "far.json": json.dumps([[2e6, 1.0]] * 478),
        "large.json": " " * (5 << 20) + "[]",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    (folder / "bytes.npz").write_bytes(b"PK\x03\x04 and nothing more")
    (folder / "folder").mkdir()
    return [*folder.iterdir(), folder / "missing.npz"]


def test_bad_files_get_one_sentence(tmp_path: Path) -> None:
    for path in bad_files(tmp_path):
        with pytest.raises(PictureError) as caught:
            load_landmarks(path)
        said = str(caught.value)
        assert path.name in said
        assert said.endswith(".")
        assert "\n" not in said


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        (lambda own: own + 400, "outside the picture of 512 x 512"),
        (lambda own: np.where(np.arange(478)[:, None] == 7, 9999, own), "outside"),
        (lambda own: own * 0.1, "64 px"),
        (lambda own: np.full((478, 2), 99.0), "64 px"),
        (lambda own: own[::-1], "order of MediaPipe"),
        (lambda own: own * [1, 0, 0] + [0, 90, 0], "order of MediaPipe"),
        (lambda own: own[:100], "shape"),
        (lambda own: own * np.nan, "finite"),
        (lambda own: own * 1e-38, "64 px"),
        (lambda own: own * 1e6, "1000000 pixels"),
    ],
)
def test_what_is_no_face_in_the_picture(marks, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PictureError, match=says):
        read_portrait(skimage.data.astronaut(), landmarks=marks(astronaut().landmarks))
