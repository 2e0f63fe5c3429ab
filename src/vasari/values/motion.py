"""`Motion`: what a face does over time, and its file, an npz without pickle."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VideoError
from vasari.files import input_file, write_npz
from vasari.values.arrays import EXPRESSION, MOTION_HZ, FloatArray

KIND = "vasari motion"
VERSION = 1
COLUMNS = {"rotation": 3, "position": 3, "gaze": 2, "expression": EXPRESSION}


@dataclass(frozen=True)
class Motion:
    """What a face does over time, T frames at `rate` Hz.

    Attributes:
        rotation: (T, 3) float32, head yaw (towards the picture's right), pitch (up), roll
            (clockwise as seen), degrees.
        position: (T, 3) float32, head position in eye distances: right, down, away.
        gaze: (T, 2) float32, yaw and pitch of the eyes relative to the head, degrees, same signs.
        expression: (T, EXPRESSION) float32, the 52 `BLENDSHAPES` in [0, 1], then residuals.
        rate: frames a second.
        recorded: the rows of the Live Link Face CSV that it was read from, header first.
    """

    rotation: FloatArray
    position: FloatArray
    gaze: FloatArray
    expression: FloatArray
    rate: float = MOTION_HZ
    recorded: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.expression)

    def part(self, first: int, last: int) -> Motion:
        """Frames first to last, the last left out."""
        return replace(
            self, rotation=self.rotation[first:last], position=self.position[first:last],
            gaze=self.gaze[first:last], expression=self.expression[first:last],
        )  # fmt: skip

    def then(self, *after: Motion) -> Motion:
        """One motion of several: others of the same rate follow without a gap."""
        parts = (self, *after)
        return replace(
            self,
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS},
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this motion to one file without pickle, whole or not at all.

        Raises:
            OutputError: the file cannot be written there.
        """
        arrays: dict[str, NDArray[np.generic]] = {
            name: np.asarray(getattr(self, name), np.float32).reshape(-1, width)
            for name, width in COLUMNS.items()
        }
        arrays |= {
            "kind": np.array(KIND),
            "version": np.array(VERSION),
            "rate": np.array(self.rate, np.float64),
            "recorded": np.frombuffer("\n".join(self.recorded).encode(), np.uint8),
        }
        write_npz(path, arrays)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Motion:
        """Read a motion that `save` wrote.

        Raises:
            VideoError: the file is missing, damaged or something else.
        """
        file = input_file(path, "motion", VideoError)
        try:
            with file.open("rb") as f, np.load(f, allow_pickle=False) as packed:
                arrays = {name: packed[name] for name in packed.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise VideoError(f"{file} is no motion file: make one with vasari track.") from error
        if str(arrays.get("kind")) != KIND:
            raise VideoError(f"{file} is no motion file: make one with vasari track.")
        if int(arrays["version"]) > VERSION:
            raise VideoError(f"{file} was made by a newer Vasari: update Vasari or track again.")
        try:
            return _motion(arrays)
        except (KeyError, ValueError) as error:
            raise VideoError(f"{file} is damaged ({error}): track the video again.") from error


def _motion(arrays: dict[str, NDArray[np.generic]]) -> Motion:
    columns = {name: np.asarray(arrays[name], np.float32) for name in COLUMNS}
    length = len(columns["expression"])
    for name, width in COLUMNS.items():
        if columns[name].shape != (length, width):
            raise ValueError(f"{name} has shape {columns[name].shape}")
    rate = float(arrays["rate"])
    if not 0 < rate < np.inf:
        raise ValueError(f"its rate is {rate}")
    recorded = arrays["recorded"].tobytes().decode()
    rows = tuple(recorded.split("\n")) if recorded else ()
    return Motion(**columns, rate=rate, recorded=rows)
