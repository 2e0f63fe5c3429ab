"""A motion that was recorded, from its file."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike

import numpy as np

from vasari.errors import VideoError
from vasari.files import as_path, is_npz
from vasari.follow.live_link import is_live_link, read_live_link
from vasari.follow.retarget import Driver
from vasari.motion.frame_rate import resampled
from vasari.shape.space import NECK, rotation_matrix
from vasari.values import MOTION_HZ, Motion

MOTION_FILES = (".csv", ".motion", ".npz")  # what `track` writes and Live Link Face records


def is_motion_file(path: str | PathLike[str]) -> bool:
    """Whether a file holds a motion, by its name or by what it begins with."""
    return as_path(path).suffix.lower() in MOTION_FILES or is_npz(path)


def recorded(path: str | PathLike[str]) -> Driver:
    """A motion from a file, at MOTION_HZ.

    Where it tells no position, as Live Link Face does not, the neck stays and the head turns.

    Raises:
        VideoError: the file is missing, damaged or something else.
    """
    motion = read_live_link(path)[0] if is_live_link(path) else Motion.load(path)
    if not len(motion):
        raise VideoError(f"{as_path(path)} holds no frames: record the motion again.")
    if not motion.position.any():
        neck = np.array([rotation_matrix(r) @ NECK for r in motion.rotation])
        motion = replace(motion, position=neck[0] - neck)
    motion = resampled(motion, round(MOTION_HZ))
    return Driver(motion, np.ones(len(motion), bool))
