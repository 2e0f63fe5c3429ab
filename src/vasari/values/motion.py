"""`Motion`: what a face does over time, and its file, an npz without pickle."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VideoError
from vasari.files import write_npz
from vasari.values.arrays import EXPRESSION, EXPRESSION_MOST, MOTION_HZ, FloatArray
from vasari.values.npz import FLOATS, Array, Layout, Unfit, check_values, read_npz

KIND = "vasari motion"
VERSION = 1
MOST_FRAMES = 250_000  # nearly three hours at MOTION_HZ, more than one at 60 Hz
MOST_SECONDS = 10_000  # the same
CAMERA = 12.0  # eye distances from the camera to a head at position 0
NEAREST = -8.0  # position away: a head three times as large; at -12 the camera would be in it
FAR = np.array([200, 200, 1000], np.float32)  # eye distances: beyond the border of any picture
TURN = 720.0  # degrees: angles are followed past a full turn
COLUMNS = {
    "rotation": Array(FLOATS, ("frames", 3), -TURN, TURN),
    "position": Array(FLOATS, ("frames", 3), np.array([-FAR[0], -FAR[1], NEAREST]), FAR),
    "gaze": Array(FLOATS, ("frames", 2), -TURN, TURN),
    "expression": Array(FLOATS, ("frames", EXPRESSION), -EXPRESSION_MOST, EXPRESSION_MOST),
}
RATE = {"rate": Array(FLOATS, (), 1, 1000)}
LAYOUT = Layout(
    "motion file", {**COLUMNS, **RATE}, {"frames": MOST_FRAMES}, VideoError,
    "make it again with vasari track VIDEO -o MOTION", KIND, VERSION,
)  # fmt: skip


@dataclass(frozen=True)
class Motion:
    """What a face does over time, T frames at `rate` Hz, at most 250 000 and 10 000 seconds.

    `COLUMNS` has the ranges; a file or a renderer takes no others, and `bounded` makes them so.

    Attributes:
        rotation: (T, 3) float32, head yaw (towards the picture's right), pitch (up), roll
            (clockwise as seen), degrees, -720 to 720.
        position: (T, 3) float32, head position in eye distances: right and down, -200 to 200, and
            away, -8 (towards the camera, which is at -12) to 1000.
        gaze: (T, 2) float32, yaw and pitch of the eyes relative to the head, degrees, same signs,
            -720 to 720.
        expression: (T, EXPRESSION) float32, the 52 `BLENDSHAPES`, 0 to 1 and never beyond -5 to 5,
            then residuals, -50 to 50.
        rate: frames a second, 1 to 1000.
    """

    rotation: FloatArray
    position: FloatArray
    gaze: FloatArray
    expression: FloatArray
    rate: float = MOTION_HZ

    def __len__(self) -> int:
        return len(self.expression)

    def part(self, first: int, last: int) -> Motion:
        """Frames first to last, the last left out."""
        return self._with({name: getattr(self, name)[first:last] for name in COLUMNS})

    def then(self, *after: Motion) -> Motion:
        """One motion of several: others of the same rate follow without a gap."""
        parts = (self, *after)
        return self._with(
            {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
        )

    def _with(self, columns: dict[str, FloatArray]) -> Motion:
        return Motion(**columns, rate=self.rate)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this motion to one file without pickle, whole or not at all.

        Raises:
            OutputError: the file cannot be written there.
        """
        arrays: dict[str, NDArray[np.generic]] = {
            name: np.asarray(getattr(self, name), np.float32) for name in COLUMNS
        }
        arrays |= {
            "kind": np.array(KIND),
            "version": np.array(VERSION),
            "rate": np.array(self.rate, np.float64),
        }
        write_npz(path, arrays)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Motion:
        """Read a motion that `save` wrote.

        Raises:
            VideoError: the file is missing, damaged or something else.
        """
        arrays = read_npz(path, LAYOUT)
        columns = {name: np.asarray(arrays[name], np.float32) for name in COLUMNS}
        try:
            rate = float(arrays["rate"])
            check_length(len(columns["expression"]), rate)
        except Unfit as error:
            raise VideoError(f"{path} is damaged ({error}): {LAYOUT.again}.") from None
        return Motion(**columns, rate=rate)


def check_motion(motion: Motion) -> None:
    """Whether a motion holds what its attributes say, wherever it was made.

    Raises:
        VideoError: it does not.
    """
    values = {field.name: getattr(motion, field.name) for field in fields(motion)}
    try:
        values["rate"] = np.asarray(motion.rate)
        check_values(values, {**COLUMNS, **RATE}, LAYOUT.most)
        check_length(len(motion), motion.rate)
    except Unfit as error:
        raise VideoError(
            f"The motion cannot be used ({error}): see vasari.Motion for what it may hold."
        ) from None


def bounded(motion: Motion) -> Motion:
    """A motion of numbers, with what lies beyond its ranges at their ends."""
    kept = {
        name: np.clip(getattr(motion, name), column.low, column.high).astype(np.float32)
        for name, column in COLUMNS.items()
    }
    return Motion(**kept, rate=motion.rate)


def check_length(frames: int, rate: float) -> None:
    """Whether so many frames at so many a second are not too many.

    Raises:
        Unfit: they are.
    """
    if frames > MOST_FRAMES or frames / rate > MOST_SECONDS:
        raise Unfit(f"it is longer than {MOST_FRAMES} frames or {MOST_SECONDS} s")
