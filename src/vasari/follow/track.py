"""A video of anyone to `Motion`: read picture by picture, then parted and smoothed as a whole.

What every picture shows is parted into pose, this person's neutral shape and an expression:

    landmarks = project(neutral + expression @ basis, rotation, scale, origin)

The neutral is the median of what the blendshapes leave of the shape over all pictures, so that
the expression is the same as training/face_space codes it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VideoError
from vasari.follow.follower import Follower, Sight
from vasari.follow.smooth import smooth
from vasari.media import read_video
from vasari.portrait.gaze import gaze_of
from vasari.render.renderer import CAMERA
from vasari.shape.space import Pose, face_space, pose_of
from vasari.values import (
    BLENDSHAPES,
    EXPRESSION,
    MOTION_HZ,
    FloatArray,
    Motion,
    Picture,
)

Progress = Callable[[int, int | None], None]  # takes pictures done, and in all where known
Tell = Callable[[str], None]  # takes a sentence for the person


@dataclass(frozen=True)
class Track:
    """What a video of T pictures at MOTION_HZ showed of one face.

    Attributes:
        motion: poses as they are; position from the place in the first picture with the face.
        landmarks: (T, 478, 3) float32, pixels of the video, smoothed; the last ones held where
            the face is out of sight.
        found: (T,) bool, where it is in sight.
        cuts: the pictures that begin another shot.
        neutral: (478, 3) float32, the person without expression, face space.
        first: (H, W, 3) uint8, the first picture of the video.
    """

    motion: Motion
    landmarks: FloatArray
    found: NDArray[np.bool_]
    cuts: tuple[int, ...]
    neutral: FloatArray
    first: Picture


def track(
    video: str | os.PathLike[str], *,
    progress: Progress = lambda done, total: None, tell: Tell = lambda sentence: None,
) -> Track:  # fmt: skip
    """Follow the largest face of a video, also through cuts, hands and absence.

    Args:
        video: any video file.
        progress: called after each picture.
        tell: called with each sentence that the user should know: where the face was out of
            sight, and where the picture was cut.

    Raises:
        VideoError: it cannot be read, or shows no face.
    """
    follower, sights, first = Follower(), list[Sight](), None
    for picture in read_video(video, tell=tell):
        first = picture if first is None else first
        sights.append(follower.look(picture))
        progress(len(sights), None)
    if first is None or not any(sight.reading for sight in sights):
        raise VideoError(f"No face was found in {video}: use a video that shows one from near by.")
    found = np.array([sight.reading is not None for sight in sights])
    cuts = tuple(k for k, sight in enumerate(sights) if sight.cut)
    for sentence in _gaps(found, cuts):
        tell(sentence)
    seen = [sight.reading for sight in sights if sight.reading]
    starts = np.array([sight.fresh for sight in sights])[found]
    poses, shapes, blendshapes = _calmed(
        np.array([reading.landmarks for reading in seen]),
        np.array([reading.blendshapes for reading in seen]), starts,
    )  # fmt: skip
    held = np.maximum(np.cumsum(found) - 1, 0)  # which of those seen each picture shows
    poses, shapes, blendshapes = [poses[k] for k in held], shapes[held], blendshapes[held]
    neutral, expression = coded(shapes, blendshapes, found)
    motion = Motion(
        np.array([pose.rotation for pose in poses]), positions(poses, int(np.argmax(found))),
        gaze_of(shapes), expression, MOTION_HZ,
    )  # fmt: skip
    landmarks = np.array([p.project(s) for p, s in zip(poses, shapes, strict=True)])
    return Track(motion, landmarks, found, cuts, neutral, first)


def _calmed(
    landmarks: FloatArray, blendshapes: FloatArray, starts: NDArray[np.bool_]
) -> tuple[list[Pose], FloatArray, FloatArray]:
    """Poses, shapes (T, 478, 3) and blendshapes (T, 52), each smoothed as what it is."""
    expression = np.zeros((len(landmarks), EXPRESSION), np.float32)
    expression[:, : len(BLENDSHAPES)] = blendshapes
    raw = [pose_of(marks, e) for marks, e in zip(landmarks, expression, strict=True)]
    shapes = np.array([p.unproject(marks) for p, marks in zip(raw, landmarks, strict=True)])
    turns = np.unwrap([p.rotation for p in raw], axis=0, period=360)
    scales = np.log([[p.scale] for p in raw])
    origins = np.array([p.origin for p in raw])
    turns, scales, origins, shapes, blends = (
        smooth(np.asarray(values, np.float32), starts)
        for values in (turns, scales, origins, shapes, blendshapes[..., None])
    )
    poses = [
        Pose(turn, float(np.exp(scale[0])), origin)
        for turn, scale, origin in zip(turns, scales, origins, strict=True)
    ]
    return poses, shapes, np.clip(blends[..., 0], 0, 1)


def coded(
    shapes: FloatArray, blendshapes: FloatArray, found: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """The person's neutral (478, 3), and the expression (T, EXPRESSION) in each picture."""
    space = face_space()
    rest = shapes - np.tensordot(blendshapes, space.basis[: len(BLENDSHAPES)], 1)
    neutral = np.median(rest[found], axis=0)
    residuals = (rest - neutral).reshape(len(shapes), -1) @ space.residual_reader
    expression = np.concatenate([blendshapes, residuals], axis=1)
    return neutral.astype(np.float32), expression.astype(np.float32)


def positions(poses: list[Pose], first: int) -> FloatArray:
    """(T, 3) right, down, away in eye distances, from where the face was in picture `first`."""
    start = poses[first]
    out = [
        [*(pose.origin - start.origin)[:2] / start.scale, CAMERA * (start.scale / pose.scale - 1)]
        for pose in poses
    ]
    return np.array(out, np.float32)


def _gaps(found: NDArray[np.bool_], cuts: tuple[int, ...]) -> list[str]:
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
