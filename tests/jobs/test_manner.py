"""A manner is read from whatever shows somebody who moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import vasari
from tests.motion.test_manner import acted
from vasari.follow.live_link import write_live_link
from vasari.follow.track import Track
from vasari.jobs.manner import _longest_shot
from vasari.media import VideoWriter
from vasari.motion.frame_rate import resampled


def test_a_motion_its_file_and_a_take_of_live_link_tell_the_same(tmp_path: Path) -> None:
    motion = acted()
    motion.save(tmp_path / "a.motion")
    write_live_link(motion, tmp_path / "a.csv")
    manner = vasari.read_manner(motion)
    assert vasari.read_manner(tmp_path / "a.motion") == manner
    np.testing.assert_allclose(vasari.read_manner(tmp_path / "a.csv"), manner, atol=0.02)
    np.testing.assert_allclose(
        vasari.read_manner(resampled(motion, 60)), manner, rtol=0.05, atol=0.02
    )


def test_what_tells_no_manner_is_said(tmp_path: Path) -> None:
    acted().part(0, 50).save(tmp_path / "short.motion")
    with VideoWriter(tmp_path / "grey.mp4") as video:
        for _ in range(10):
            video.write(np.full((64, 64, 3), 90, np.uint8))
    (tmp_path / "a.txt").write_text("no video")
    for name, why in {
        "short.motion": "2.0 s only", "grey.mp4": "No face", "a.txt": "cannot be read",
        "none.mp4": "no file", "none.motion": "no ",
    }.items():  # fmt: skip
        with pytest.raises(vasari.VasariError) as caught:
            vasari.read_manner(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
        assert why in str(caught.value)
    with pytest.raises(vasari.VasariError, match="no path"):
        vasari.read_manner(5)  # type: ignore[arg-type]


def test_of_a_cut_video_the_longest_shot_counts() -> None:
    motion = acted().part(0, 200)
    found = np.ones(200, bool)
    found[150:170] = False
    neutral, picture = np.zeros((478, 3), np.float32), np.zeros((4, 4, 3), np.uint8)
    track = Track(motion, found, (40, 90), neutral, picture)
    np.testing.assert_array_equal(np.flatnonzero(_longest_shot(track)), np.flatnonzero(found)[90:])
    whole = replace(track, cuts=())
    np.testing.assert_array_equal(_longest_shot(whole), found)
