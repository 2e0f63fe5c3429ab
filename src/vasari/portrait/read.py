"""Reading a portrait: find the face, read it, part the person from the background."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vasari.checks import Which, checked_which
from vasari.errors import PictureError
from vasari.portrait.finder import FaceBox, find_faces
from vasari.portrait.flat import settle_flat
from vasari.portrait.gaze import gaze_of
from vasari.portrait.given import given_reading
from vasari.portrait.lip_line import settle_lip_line
from vasari.portrait.matte import Crop, find_matte
from vasari.portrait.picture import Opened, from_array, open_picture
from vasari.portrait.plate import make_plate
from vasari.portrait.reader import Reading, read_landmarks
from vasari.portrait.traits import read_traits
from vasari.shape.landmarks import MESH_POINTS, OUTER_CORNERS
from vasari.shape.space import Pose, face_space, mouth_is_open, pose_of, settle_mouth
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray, Picture

SMALLEST_FACE = 64  # px
CROP_SIDE = 4.2  # eye distances: head, hair and some shoulder
CROP_LEAST = 1.8  # eye distances: a tight picture may shrink the crop to this before it is left
EYES_AT = 0.41  # of the crop's side, from its top
SURE = 0.75  # confidence under which a warning is said: of 79 portraits three, all misread
SEE_THROUGH = 0.005  # share of the picture that must be transparent for its alpha to be the matte

Box = tuple[float, float, float, float]
Say = Callable[[str], None]


def read_portrait(
    picture: str | os.PathLike[str] | NDArray[np.uint8],
    face: int | Sequence[float] = 1,
    say: Say = lambda sentence: None,
    landmarks: NDArray[np.floating] | None = None,
) -> Face:
    """Everything that Vasari needs to know about a portrait, read once.

    Args:
        picture: path of a picture file, or its pixels (H, W, 3) uint8.
        face: which face, 1 is the largest; or its box (x, y, width, height) in pixels.
        say: called with each sentence that the user should know.
        landmarks: (478, 2) or (478, 3) in the same pixels, taken as they are instead of read; only
            lips that all but touch are laid on each other.

    Raises:
        VasariError: the picture cannot be read, or holds no usable face.
    """
    which = checked_which(face)
    opened = from_array(picture) if isinstance(picture, np.ndarray) else open_picture(picture)
    if landmarks is None:
        reading = read_landmarks(opened.rgb, _chosen(opened.rgb, which, say))
    else:
        reading = given_reading(opened.rgb, landmarks)
    _check_size(reading)
    say_if_unsure(reading.confidence, say)
    marks, expression, pose, neutral = parted(opened.rgb, reading, exactly=landmarks is not None)
    crop = crop_of(marks, pose.scale, opened.rgb.shape[:2])
    matte = _matte(opened, marks, crop, say)
    return Face(
        picture=opened.rgb,
        matte=matte,
        plate=make_plate(opened.rgb, matte, pose.scale),
        crop=crop,
        landmarks=marks,
        scale=pose.scale,
        rotation=pose.rotation,
        origin=pose.origin,
        neutral=neutral,
        expression=expression,
        gaze=gaze_of(pose.unproject(marks)),
        confidence=reading.confidence,
        traits=read_traits(opened.rgb, crop, marks, pose),
    )


def say_if_unsure(confidence: float, say: Say) -> None:
    """Tells that a face was read with little confidence, and what may help."""
    if confidence < SURE:
        say(
            f"The face was read with little confidence ({confidence:.2f}), so the result may look "
            "wrong: see vasari read --draw, then give its box with --face x,y,width,height or its "
            "landmarks with --landmarks."
        )


def box_of(landmarks: FloatArray) -> Box:
    """x, y, width, height in pixels of the upright box around the face."""
    low, high = landmarks[:MESH_POINTS, :2].min(0), landmarks[:MESH_POINTS, :2].max(0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def crop_of(landmarks: FloatArray, scale: float, size: tuple[int, ...]) -> Crop:
    """Place and side of the square with head, hair and some shoulder.

    It is shifted into the picture where it fits, made smaller down to `CROP_LEAST` where not, and
    reaches beyond a picture that is tighter still.
    """
    room = min(size[0], size[1])
    side = float(np.clip(room, CROP_LEAST * scale, CROP_SIDE * scale))
    x, _, width, _ = box_of(landmarks)
    eyes = landmarks[list(OUTER_CORNERS), 1].mean()
    corner = [x + width / 2 - side / 2, float(eyes) - EYES_AT * side]
    for axis, end in ((0, size[1]), (1, size[0])):
        if side <= end:
            corner[axis] = float(np.clip(corner[axis], 0, end - side))
    return corner[0], corner[1], side


def _chosen(picture: Picture, face: Which, say: Say) -> FaceBox:
    """The box of the face that is meant."""
    if not isinstance(face, int):
        x, y, width, height = face
        if x >= picture.shape[1] or y >= picture.shape[0] or x + width <= 0 or y + height <= 0:
            raise PictureError(
                "The box of the face lies outside the picture: give x, y, width and height in "
                "pixels of the picture as it is seen, upright."
            )
        return FaceBox(x, y, width, height, 1.0)
    found = find_faces(picture)
    if not found:
        raise PictureError(
            "No face was found in the picture; use one that shows a face from the front, at least "
            f"{SMALLEST_FACE} px wide, or give its box with --face x,y,width,height."
        )
    if not 1 <= face <= len(found):
        raise PictureError(
            f"The picture holds {len(found)} face{'s' * (len(found) > 1)}, so there is no face "
            f"{face}; use --face with 1 (the largest) to {len(found)}."
        )
    if len(found) > 1 and face == 1 and found[1].width > 0.3 * found[0].width:
        say(f"{len(found)} faces were found; the largest is taken (--face N picks another).")
    return found[face - 1]


def _check_size(reading: Reading) -> None:
    _, _, width, height = box_of(reading.landmarks)
    if max(width, height) < SMALLEST_FACE:
        raise PictureError(
            f"The face is only {max(width, height):.0f} px large; use a picture in which it has "
            f"at least {SMALLEST_FACE} px."
        )


def parted(
    picture: Picture, reading: Reading, *, exactly: bool = False
) -> tuple[FloatArray, FloatArray, Pose, FloatArray]:
    """Landmarks (lips settled), expression, pose and neutral shape of a reading.

    Closed lips meet where the picture shows it, or `exactly` where the reading says.
    """
    expression = np.zeros(EXPRESSION, np.float32)
    expression[: len(BLENDSHAPES)] = reading.blendshapes
    landmarks = reading.landmarks if exactly else settle_flat(picture, reading.landmarks)
    pose = pose_of(landmarks, expression)
    shape = pose.unproject(landmarks)
    if not exactly and not mouth_is_open(shape):
        shape = pose.unproject(settle_lip_line(picture, landmarks, pose.scale))
    shape, expression = settle_mouth(shape, expression)
    neutral = shape - np.tensordot(expression, face_space().basis, 1)
    return pose.project(shape), expression, pose, np.asarray(neutral, np.float32)


def _matte(opened: Opened, landmarks: FloatArray, crop: Crop, say: Say) -> NDArray[np.uint8]:
    """The picture's own alpha where it has a meaningful one, else what the network finds."""
    alpha = opened.alpha
    if alpha is not None and (alpha < 250).mean() > SEE_THROUGH and (alpha > 250).any():
        return alpha
    matte, found = find_matte(opened.rgb, landmarks, crop)
    if not found:
        say("The person could not be told from the background, so a plain outline is used.")
    return matte
