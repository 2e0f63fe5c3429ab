"""Tracking in blocks is the computation over the whole video at once, without its memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.follow.readings import UNIT, readings
from vasari.errors import OutputError
from vasari.follow.landmark_file import LandmarkFile
from vasari.follow.smooth import BLOCK, SmoothStream, smooth
from vasari.follow.tracking import NEUTRAL_FROM, Tracking, coded, positions
from vasari.portrait.gaze import gaze_of
from vasari.portrait.reader import Reading
from vasari.shape.space import Pose, pose_of
from vasari.values import BLENDSHAPES, EXPRESSION, Motion

Seen = list[tuple[Reading | None, bool]]


def at_once(seen: Seen) -> tuple[Motion, np.ndarray, np.ndarray]:
    """Motion, neutral and landmarks with everything in memory."""
    there = [(reading, fresh) for reading, fresh in seen if reading]
    landmarks = np.array([reading.landmarks for reading, _ in there])
    blends = np.array([reading.blendshapes for reading, _ in there])
    starts = np.array([fresh for _, fresh in there])
    codes = np.zeros((len(there), EXPRESSION), np.float32)
    codes[:, : len(BLENDSHAPES)] = blends
    raw = [pose_of(marks, code) for marks, code in zip(landmarks, codes, strict=True)]
    turns, scales, origins, shapes, blends = (
        smooth(np.asarray(values, np.float32), starts)
        for values in (
            np.unwrap([pose.rotation for pose in raw], axis=0, period=360),
            np.log([[pose.scale] for pose in raw]),
            [pose.origin for pose in raw],
            [pose.unproject(marks) for pose, marks in zip(raw, landmarks, strict=True)],
            blends[..., None],
        )
    )
    found = np.array([reading is not None for reading, _ in seen])
    held = np.maximum(np.cumsum(found) - 1, 0)
    turns, origins, shapes = turns[held], origins[held], shapes[held]
    scales, blends = np.exp(scales[held, 0]), np.clip(blends[held, :, 0], 0, 1)
    neutral, expression = coded(shapes, blends, found)
    place = positions(scales, origins, int(np.argmax(found)))
    marks = np.array([
        Pose(turn, float(scale), origin).project(shape)
        for turn, scale, origin, shape in zip(turns, scales, origins, shapes, strict=True)
    ])  # fmt: skip
    return Motion(turns, place, gaze_of(shapes), expression), neutral, marks


def in_blocks(seen: Seen) -> tuple[Motion, np.ndarray, np.ndarray]:
    given: list[np.ndarray] = []
    tracking = Tracking(given.append)
    for reading, fresh in seen:
        tracking.add(reading, fresh)
    assert tracking.found == [reading is not None for reading, _ in seen]
    motion, neutral = tracking.finish()
    assert max(map(len, given)) <= BLOCK
    return motion, neutral, np.concatenate(given)


def with_gaps(pictures: int) -> Seen:
    """Nobody at first, absences, and cuts."""
    seen: Seen = [(reading, k % 700 == 0) for k, reading in enumerate(readings(pictures))]
    for first, last in ((0, 4), (90, 120), (pictures - 3, pictures)):
        seen[first:last] = [(None, False)] * (last - first)
    return seen


def test_a_short_video_is_the_same() -> None:
    seen = with_gaps(2 * BLOCK)
    (a, neutral, marks), (b, wanted, real) = in_blocks(seen), at_once(seen)
    np.testing.assert_allclose(neutral, wanted, atol=1e-6)
    for name in ("rotation", "position", "gaze", "expression"):
        assert len(getattr(a, name)) == len(seen)
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), atol=2e-5)
    np.testing.assert_allclose(marks, real, atol=1e-3)


def test_a_long_video_is_all_but_the_same() -> None:
    """What differs: noise is that of about a minute, and fewer pictures tell the neutral."""
    seen = with_gaps(max(5 * BLOCK, 2 * NEUTRAL_FROM) + 130)
    (a, neutral, marks), (b, wanted, real) = in_blocks(seen), at_once(seen)
    assert np.abs(neutral - wanted).max() < 0.001  # eye distances
    off = np.abs(marks - real) / UNIT
    assert off.max() < 0.005
    assert off.mean() < 0.0001
    assert np.abs(a.rotation - b.rotation).max() < 0.05  # degrees
    assert np.abs(a.position - b.position).max() < 0.005
    assert np.abs(a.gaze - b.gaze).mean() < 0.05
    names = len(BLENDSHAPES)
    assert np.abs(a.expression - b.expression)[:, :names].max() < 0.02
    assert np.abs(a.expression - b.expression)[:, names:].mean() < 0.02


@pytest.mark.parametrize("frames", [1, 7, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 3 * BLOCK + 5])
def test_blocks_give_every_frame_once(frames: int) -> None:
    values = np.arange(frames, dtype=np.float32)[:, None]
    stream = SmoothStream()
    blocks = [stream.push((value,), k == 0) for k, value in enumerate(values)] + [stream.rest()]
    out = np.concatenate([block[0] for block in blocks if block])
    np.testing.assert_allclose(out, values, atol=0.01)


def test_a_turn_through_half_a_circle_is_no_leap() -> None:
    space_marks = next(readings(1)).landmarks
    middle = space_marks.mean(0)
    seen: Seen = []
    for degrees in np.arange(170, 190, 1.0):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        marks = ((space_marks - middle) @ turn.T + middle).astype(np.float32)
        seen.append((Reading(marks, np.zeros(len(BLENDSHAPES), np.float32), 1.0), False))
    roll = in_blocks(seen)[0].rotation[:, 2]
    np.testing.assert_allclose(np.diff(roll), 1, atol=0.1)


def test_landmarks_are_written_as_they_come(tmp_path: Path) -> None:
    marks = np.random.default_rng(0).normal(size=(70, 478, 3)).astype(np.float32)
    found = np.arange(70) % 3 > 0
    with LandmarkFile(tmp_path / "a.npz") as file:
        for piece in np.array_split(marks, 4):
            file.take(piece)
        assert not (tmp_path / "a.npz").exists()
        file.finish(found)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as packed:
        np.testing.assert_array_equal(packed["landmarks"], marks)
        np.testing.assert_array_equal(packed["found"], found)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_of_a_video_that_fails_no_landmarks_stay(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), LandmarkFile(tmp_path / "a.npz") as file:
        file.take(np.zeros((3, 478, 3), np.float32))
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with pytest.raises(OutputError, match="folder"):
        LandmarkFile(tmp_path / "none" / "a.npz")
