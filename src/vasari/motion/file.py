"""A `Motion` as one file: an npz without pickle."""

from __future__ import annotations

import os
import zipfile

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VideoError
from vasari.media.files import input_file, write_npz
from vasari.values import EXPRESSION, Motion

KIND = "vasari motion"
VERSION = 1
COLUMNS = {"rotation": 3, "position": 3, "gaze": 2, "expression": EXPRESSION}


def save_motion(motion: Motion, path: str | os.PathLike[str]) -> None:
    """Write a motion to one file, whole or not at all.

    Raises:
        OutputError: the file cannot be written there.
    """
    arrays: dict[str, NDArray[np.generic]] = {
        name: np.asarray(getattr(motion, name), np.float32).reshape(-1, width)
        for name, width in COLUMNS.items()
    }
    arrays |= {
        "kind": np.array(KIND),
        "version": np.array(VERSION),
        "rate": np.array(motion.rate, np.float64),
        "recorded": np.frombuffer("\n".join(motion.recorded).encode(), np.uint8),
    }
    write_npz(path, arrays)


def load_motion(path: str | os.PathLike[str]) -> Motion:
    """Read a motion that `save_motion` wrote.

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
