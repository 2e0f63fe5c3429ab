"""A motion comes back from its file exactly, and nothing half-written is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vasari.errors import OutputError, VideoError
from vasari.values import EXPRESSION, Motion


def some_motion(frames: int = 7, rate: float = 25.0) -> Motion:
    rng = np.random.default_rng(0)

    def some(width: int) -> np.ndarray:
        return rng.random((frames, width), np.float32)

    return Motion(some(3) * 20 - 10, some(3), some(2) * 10, some(EXPRESSION), rate)


def test_a_motion_comes_back(tmp_path: Path) -> None:
    motion = some_motion(rate=59.94)
    motion.save(tmp_path / "a.motion")
    again = Motion.load(tmp_path / "a.motion")
    for name in ("rotation", "position", "gaze", "expression"):
        np.testing.assert_array_equal(getattr(again, name), getattr(motion, name))
    assert again.rate == motion.rate
    assert [p.name for p in tmp_path.iterdir()] == ["a.motion"]


def test_an_empty_motion_comes_back(tmp_path: Path) -> None:
    some_motion(0).save(tmp_path / "a.motion")
    assert len(Motion.load(tmp_path / "a.motion")) == 0


def test_nothing_inside_is_pickled(tmp_path: Path) -> None:
    some_motion().save(tmp_path / "a.motion")
    with np.load(tmp_path / "a.motion", allow_pickle=False) as packed:
        assert str(packed["kind"]) == "vasari motion"
        assert all(packed[name].dtype != object for name in packed.files)


def test_what_is_no_motion_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    np.savez(tmp_path / "other.npz", kind="vasari face")
    for name in ("text", "other.npz", "missing"):
        with pytest.raises(VideoError, match=name):
            Motion.load(tmp_path / name)


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "new.npz", kind="vasari motion", version=99)
    with pytest.raises(VideoError, match="newer"):
        Motion.load(tmp_path / "new.npz")


def test_no_folder_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="folder"):
        some_motion().save(tmp_path / "none" / "a.motion")
