"""A video of anyone to `Motion`: read picture by picture, parted, smoothed and coded in blocks.

What every picture shows is parted into pose, this person's neutral shape and an expression:

    landmarks = project(neutral + expression @ basis, rotation, scale, origin)

The neutral is the median of what the blendshapes leave of the shape over all pictures, so that
the expression is the same as training/face_space codes it. Of each picture only its codes are kept
(`follow.tracking`): landmarks leave as soon as they are smooth.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VideoError
from vasari.files import input_file
from vasari.follow.follower import Follower
from vasari.follow.tracking import Take, Tracking
from vasari.media import read_video
from vasari.telling import Progress, Tell
from vasari.values import MOTION_HZ, FloatArray, Motion, Picture


@dataclass(frozen=True)
class Track:
    """What a video of T pictures at MOTION_HZ showed of one face.

    Attributes:
        motion: poses as they are; position from the place in the first picture with the face.
        found: (T,) bool, where the face is in sight.
        cuts: the pictures that begin another shot.
        neutral: (478, 3) float32, the person without expression, face space.
        first: (H, W, 3) uint8, the first picture of the video.
    """

    motion: Motion
    found: NDArray[np.bool_]
    cuts: tuple[int, ...]
    neutral: FloatArray
    first: Picture


def track(
    video: str | os.PathLike[str], *, take: Take = lambda landmarks: None,
    most: int | None = None,
    progress: Progress = lambda done, total: None, tell: Tell = lambda sentence: None,
) -> Track:  # fmt: skip
    """Follow the largest face of a video, also through cuts, hands and absence.

    Memory grows by the motion alone, half a megabyte a minute.

    Args:
        video: any video file.
        take: called with landmarks, (n, 478, 3) float32 in pixels of the video, smoothed, of the
            next n pictures, until all T have been given; where the face is out of sight, the last
            ones are held.
        most: pictures that are looked at, from the first; None for all.
        progress: called after each picture.
        tell: called with each sentence that the user should know: where the face was out of
            sight, and where the picture was cut.

    Raises:
        VideoError: it cannot be read, or shows no face.
    """
    file = input_file(video, "video", VideoError)
    follower, tracking, first, cuts = Follower(), Tracking(take), None, list[int]()
    for k, picture in enumerate(islice(read_video(file, tell=tell), most)):
        first = picture if first is None else first
        sight = follower.look(picture)
        if sight.cut:
            cuts.append(k)
        tracking.add(sight.reading, sight.fresh)
        progress(k + 1, None)
    found = np.array(tracking.found, bool)
    if first is None or not found.any():
        raise VideoError(f"No face was found in {video}: use a video that shows one from near by.")
    for sentence in _gaps(found, cuts):
        tell(sentence)
    motion, neutral = tracking.finish()
    return Track(motion, found, tuple(cuts), neutral, first)


def _gaps(found: NDArray[np.bool_], cuts: list[int]) -> list[str]:
    """What to say about a video in which the face was not always there."""
    said = [f"There is a cut at {k / MOTION_HZ:.2f} s: the face is searched anew." for k in cuts]
    edges = np.flatnonzero(np.diff(np.concatenate([[True], found, [True]])))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        held = "what comes after" if a == 0 else "its last motion"
        said.append(
            f"The face is out of sight from {a / MOTION_HZ:.2f} to {b / MOTION_HZ:.2f} s: "
            f"{held} is held."
        )
    return said
