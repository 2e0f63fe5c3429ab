"""Landmarks that a person gives, in place of what the reader would find."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasari.errors import PictureError
from vasari.files import input_file, is_npz
from vasari.portrait.picture import Opened
from vasari.portrait.reader import Reading, read_landmarks
from vasari.shape.coherent import UNLIKE
from vasari.shape.space import face_space, pose_of
from vasari.values import LANDMARKS, FloatArray, moved
from vasari.values.npz import NUMBERS, Array, Layout, read_npz

WANTED = f"give {LANDMARKS} rows of x, y or x, y, z in pixels, as vasari read --save-landmarks does"
LAYOUT = Layout(
    "landmarks", {"landmarks": Array(NUMBERS, None)}, {}, PictureError, WANTED, most_bytes=64 << 20
)
MOST_JSON = 4 << 20  # bytes: a hundred times those of 478 landmarks
FARTHEST = 1e6  # pixels, of any landmark of any picture
FAR_OUT = 0.5  # of the picture's longer side, beyond its border: no landmark lies so far
ROUNDS = 20  # in which depth and pose find each other: within half a degree after ten
LYING = 60.0  # degrees of roll from which the picture is turned, not the head


def load_landmarks(path: str | os.PathLike[str]) -> FloatArray:
    """Landmarks (478, 2) or (478, 3) as a file has them, an npz or JSON.

    Either holds `landmarks`, of one picture where it comes from a video; JSON may also be the list
    alone.

    Raises:
        PictureError: the file is missing, damaged or something else.
    """
    file = input_file(path, "landmarks", PictureError)
    if is_npz(file):
        return _checked(read_npz(file, LAYOUT)["landmarks"], str(file))
    try:
        return _checked(np.asarray(_stored(file), np.float64), str(file))
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise PictureError(f"{file} holds no landmarks ({why}): {WANTED}.") from None


def given_landmarks(landmarks: NDArray[np.floating], size: tuple[int, int]) -> FloatArray:
    """Landmarks (478, 3) of a face, from what a person gave.

    Args:
        landmarks: (478, 2) or (478, 3) in pixels of a picture; without depth, that of the mean
            face is taken, posed as they are.
        size: width and height of that picture.

    Raises:
        PictureError: these are not the landmarks of a face in this picture.
    """
    try:
        table = np.asarray(landmarks, np.float64)
    except (TypeError, ValueError) as error:
        raise PictureError(f"The landmarks are no table of numbers ({error}): {WANTED}.") from None
    marks = _checked(table, "The array of landmarks")
    _check_inside(marks, size)
    marks = marks if marks.shape[1] == 3 else _with_depth(marks)
    _check_face(marks)
    return marks


def quarters_of(landmarks: FloatArray) -> int:
    """By how many quarters a picture must be turned counter-clockwise for this face to stand."""
    roll = float(pose_of(landmarks).rotation[2])
    return round(roll / 90) % 4 if abs(roll) > LYING else 0


def given_reading(opened: Opened, landmarks: FloatArray) -> Reading:
    """What is read of a face whose landmarks (478, 3) in the file are known: the blendshapes."""
    marks = moved(landmarks, opened.from_file)
    return replace(read_landmarks(opened.rgb, near=marks), landmarks=marks, confidence=1.0)


def _stored(file: Path) -> object:
    """The landmarks as they stand in a JSON file."""
    with file.open("rb") as opened:
        text = opened.read(MOST_JSON + 1)
    if len(text) > MOST_JSON:
        raise ValueError(f"it is larger than {MOST_JSON >> 20} MB")
    table = json.loads(text)
    return table["landmarks"] if isinstance(table, dict) else table


def _checked(landmarks: NDArray[np.floating], name: str) -> FloatArray:
    """One face's landmarks as (478, 2 or 3) float32."""
    marks = landmarks[0] if landmarks.ndim == 3 and len(landmarks) == 1 else landmarks
    if marks.shape not in ((LANDMARKS, 2), (LANDMARKS, 3)):
        raise PictureError(f"{name} has the shape {landmarks.shape}: {WANTED}.")
    if not (marks.dtype.kind in NUMBERS and np.isfinite(marks).all()):
        raise PictureError(f"{name} holds values that are no finite numbers: {WANTED}.")
    if np.abs(marks.astype(np.float64)).max() > FARTHEST:
        raise PictureError(f"{name} holds values beyond {FARTHEST:.0f} pixels: {WANTED}.")
    return marks.astype(np.float32)


def _check_inside(landmarks: FloatArray, size: tuple[int, int]) -> None:
    """Most of a face lies in the picture; a part of it may lie a little beyond the border."""
    if np.ptp(landmarks[:, :2], axis=0).max() < 1:
        raise PictureError(
            "The landmarks lie within one pixel: give them in pixels of the picture, in which a "
            "face has at least 64 px."
        )
    end = np.array(size) - 1
    out = np.maximum(-landmarks[:, :2], landmarks[:, :2] - end).max(1)  # (478,) pixels
    if (out > 0).mean() > 0.5 or out.max() > FAR_OUT * end.max():
        raise PictureError(
            f"The landmarks lie outside the picture of {size[0]} x {size[1]} px: give them "
            "in pixels of the picture as it is seen, upright."
        )


def _check_face(landmarks: FloatArray) -> None:
    pose = pose_of(landmarks)
    far = np.linalg.norm(landmarks - pose.project(face_space().mean), axis=1).mean()
    if not far < UNLIKE * pose.scale:
        raise PictureError(
            "The landmarks do not form a face: give them in the order of MediaPipe, as vasari read "
            "--save-landmarks does."
        )


def _with_depth(landmarks: FloatArray) -> FloatArray:
    """(478, 2) to (478, 3), the depth that of the mean face in the pose that fits them best."""
    mean = face_space().mean
    depth = mean[:, 2] * (landmarks.std(0).mean() / mean[:, :2].std(0).mean())
    for _ in range(ROUNDS):
        depth = pose_of(np.column_stack([landmarks, depth])).project(mean)[:, 2]
    return np.column_stack([landmarks, depth]).astype(np.float32)
