"""Readings of one face, picture after picture, to its motion, without keeping the landmarks.

Of each picture 78 numbers stay: pose, gaze, blendshapes, and the residual axes of its shape, which
the neutral need not be known for since they are linear in it. Landmarks are smoothed in blocks and
leave; a few, evenly spread over all, stay for their median, the neutral.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vasari.follow.smooth import SmoothStream
from vasari.portrait.gaze import gaze_of
from vasari.portrait.reader import Reading
from vasari.shape.space import Pose, face_space, pose_of
from vasari.values import BLENDSHAPES, EXPRESSION, MOTION_HZ, FloatArray, Motion
from vasari.values.motion import CAMERA, bounded

NEUTRAL_FROM = 1500  # pictures at most, at least half as many of a longer video, tell the neutral
GIVEN_AT_ONCE = 500  # landmarks of so many pictures

Take = Callable[[FloatArray], None]  # takes landmarks (n, 478, 3) of the next pictures


class Tracking:
    """The state of one face being tracked.

    Args:
        take: called with the landmarks of the next pictures, as soon as they are smooth.

    Attributes:
        found: for each picture whether the face was in sight.
    """

    def __init__(self, take: Take) -> None:
        self.found: list[bool] = []
        self._take = take
        self._smoothing = SmoothStream()
        self._turn: FloatArray | None = None  # of the last reading, unwrapped
        self._shown: list[int] = []  # by how many pictures each reading is shown
        self._given = 0  # readings whose landmarks left
        self._codes: list[tuple[FloatArray, ...]] = []  # of blocks of readings
        self._spread = _Spread()

    def add(self, reading: Reading | None, fresh: bool) -> None:
        """The next picture.

        Args:
            reading: of the face; None where it is out of sight, and the last one is held.
            fresh: nothing before says anything about this reading.
        """
        if reading is None:
            if self._shown:
                self._shown[-1] += 1
        else:
            missed = 0 if self._shown else len(self.found)  # before the first the first is held
            self._shown.append(1 + missed)
            self._keep(self._smoothing.push(self._parted(reading), fresh))
        self.found.append(reading is not None)

    def finish(self) -> tuple[Motion, FloatArray]:
        """The motion of all pictures, and the person's neutral (478, 3)."""
        self._keep(self._smoothing.rest())
        neutral = np.median(self._spread.kept, axis=0)
        held = np.repeat(np.arange(len(self._shown)), self._shown)
        turns, scales, origins, gaze, blends, residuals = (
            np.concatenate(column)[held] for column in zip(*self._codes, strict=True)
        )
        residuals -= _residuals(neutral)
        place = positions(scales, origins, 0)
        expression = np.concatenate([blends, residuals], axis=1)
        motion = bounded(Motion(turns, place, gaze, expression, MOTION_HZ))
        return motion, neutral.astype(np.float32)

    def _parted(self, reading: Reading) -> tuple[FloatArray, ...]:
        """Turn (3,), log of scale (1,), origin (3,), shape (478, 3) and blendshapes (52, 1)."""
        expression = np.zeros(EXPRESSION, np.float32)
        expression[: len(BLENDSHAPES)] = reading.blendshapes
        pose = pose_of(reading.landmarks, expression)
        turn, last = pose.rotation, self._turn
        if last is not None:  # the other way round is the same turn
            turn = np.asarray(turn + 360 * np.round((last - turn) / 360), np.float32)
        self._turn = turn
        scale = np.log(np.array([pose.scale], np.float32))
        shape = pose.unproject(reading.landmarks)
        return turn, scale, pose.origin, shape, reading.blendshapes[:, None]

    def _keep(self, block: tuple[FloatArray, ...]) -> None:
        """Codes of a block of readings that is smooth; its landmarks leave."""
        if not block:
            return
        turns, scales, origins, shapes, blends = block
        blends, scales = np.clip(blends[..., 0], 0, 1), np.exp(scales[:, 0])
        rests = at_rest(shapes, blends)
        self._spread.add(rests)
        self._codes.append((turns, scales, origins, gaze_of(shapes), blends, _residuals(rests)))
        first, self._given = self._given, self._given + len(shapes)
        shown = np.repeat(np.arange(len(shapes)), self._shown[first : self._given])
        for a in range(0, len(shown), GIVEN_AT_ONCE):
            self._take(np.array([
                Pose(turns[k], float(scales[k]), origins[k]).project(shapes[k])
                for k in shown[a : a + GIVEN_AT_ONCE]
            ]))  # fmt: skip


class _Spread:
    """Some of many shapes, evenly spread over all of them.

    Attributes:
        kept: at most NEUTRAL_FROM, all of them where there are no more.
    """

    def __init__(self) -> None:
        self.kept: list[FloatArray] = []
        self._seen, self._step = 0, 1

    def add(self, shapes: FloatArray) -> None:
        for shape in shapes:
            if self._seen % self._step == 0:
                if len(self.kept) == NEUTRAL_FROM:
                    self.kept, self._step = self.kept[::2], 2 * self._step
                if self._seen % self._step == 0:
                    self.kept.append(shape.copy())
            self._seen += 1


def at_rest(shapes: FloatArray, blendshapes: FloatArray) -> FloatArray:
    """(T, 478, 3) what blendshapes (T, 52) leave of shapes (T, 478, 3)."""
    basis = face_space().basis[: len(BLENDSHAPES)]
    return np.asarray(shapes - np.tensordot(blendshapes, basis, 1), np.float32)


def _residuals(shapes: FloatArray) -> FloatArray:
    """(..., 478, 3) to (..., RESIDUALS), against the mean face."""
    space = face_space()
    away = (shapes - space.mean).reshape(*shapes.shape[:-2], -1)
    return np.asarray(away @ space.residual_reader, np.float32)


def coded(
    shapes: FloatArray, blendshapes: FloatArray, found: np.ndarray
) -> tuple[FloatArray, FloatArray]:
    """The person's neutral (478, 3), and the expression (T, EXPRESSION) in each picture."""
    rests = at_rest(shapes, blendshapes)
    neutral = np.median(rests[found], axis=0).astype(np.float32)
    residuals = _residuals(rests) - _residuals(neutral)
    return neutral, np.concatenate([blendshapes, residuals], axis=1).astype(np.float32)


def positions(scales: FloatArray, origins: FloatArray, first: int) -> FloatArray:
    """(T, 3) right, down, away in eye distances, from where the face was in picture `first`.

    Args:
        scales: (T,) pixels an eye distance.
        origins: (T, 3) pixels.
        first: the picture.
    """
    aside = (origins[:, :2] - origins[first, :2]) / scales[first]
    away = CAMERA * (scales[first] / scales - 1)
    return np.column_stack([aside, away]).astype(np.float32)
