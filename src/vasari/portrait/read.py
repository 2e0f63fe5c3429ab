"""Reading a portrait: find the face, read it, part the person from the background."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vasari.checks import Framing, checked_frame, checked_which
from vasari.errors import PictureError
from vasari.portrait.flat import is_flat, settle_flat
from vasari.portrait.gaze import gaze_of
from vasari.portrait.hidden import mouth_is_hidden
from vasari.portrait.lip_line import settle_lip_line
from vasari.portrait.matte import Crop, find_matte
from vasari.portrait.picture import Opened
from vasari.portrait.plate import make_plate
from vasari.portrait.reader import Reading
from vasari.portrait.traits import read_traits
from vasari.portrait.view import SMALLEST_FACE, view_of
from vasari.shape.landmarks import MESH_POINTS, OUTER_CORNERS
from vasari.shape.onto_face import MOUTH
from vasari.shape.space import (
    Pose,
    face_space,
    mouth_is_open,
    mouth_opening,
    pose_of,
    settle_mouth,
)
from vasari.telling import Tell
from vasari.values import BLENDSHAPES, EXPRESSION, Face, FloatArray, Picture

CROP_SIDE = 4.2  # eye distances: head, hair and some shoulder
CROP_LEAST = 1.8  # eye distances: a tight picture may shrink the crop to this before it is left
EYES_AT = 0.41  # of the crop's side, from its top
MOUTH_ROOM = 0.05  # eye distances between the lips and the border of the picture
AJAR = 0.06  # eye distances: lips that are less apart are looked for in the picture
AJAR_LEAST = 0.024  # opening that such lips keep, if they were not read closed: they have to meet
SURE = 0.75  # confidence under which a warning is said: of 79 portraits three, all misread
SEE_THROUGH = 0.005  # share of the picture that must be transparent for its alpha to be the matte

Box = tuple[float, float, float, float]


def read_portrait(
    picture: str | os.PathLike[str] | NDArray[np.uint8],
    face: int | Sequence[float] = 1,
    say: Tell = lambda sentence: None,
    landmarks: NDArray[np.floating] | None = None,
    frame: Framing = "crop",
) -> Face:
    """Everything that Vasari needs to know about a portrait, read once.

    Args:
        picture: path of a picture file, or its pixels (H, W, 3) uint8.
        face: which face, 1 is the largest; or its box (x, y, width, height) in pixels of the
            file (or of the array), as viewers show it.
        say: called with each sentence that the user should know.
        landmarks: (478, 2) or (478, 3) in the same pixels, taken as they are instead of read; only
            lips that all but touch are laid on each other.
        frame: what the face is for. Of a picture over 2160 px in which the face is small, "crop"
            keeps the part around it at the file's own size, "full" the whole, reduced.

    Raises:
        VasariError: the picture cannot be read, or holds no usable face.
    """
    opened, reading = view_of(picture, checked_which(face), landmarks, checked_frame(frame), say)
    _check_size(reading, opened.zoom)
    check_mouth(reading.landmarks, opened.rgb.shape)
    hidden = (  # who gives landmarks has seen the mouth, and drawings are read too roughly
        landmarks is None
        and not is_flat(opened.rgb, reading.landmarks)
        and mouth_is_hidden(opened.rgb, reading.landmarks, reading.lips_spread)
    )
    say_doubts(reading.confidence, hidden, say)
    marks, expression, pose, neutral = parted(
        opened.rgb, reading, exactly=landmarks is not None, hidden=hidden
    )
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
        traits=read_traits(opened.rgb, crop, marks, pose, neutral, expression, hidden),
        to_file=opened.to_file.astype(np.float32),
    )


def say_doubts(confidence: float, mouth_hidden: bool, say: Tell) -> None:
    """Tells that a face was read with little confidence, and that its mouth is not seen."""
    if confidence < SURE:
        say(
            f"The face was read with little confidence ({confidence:.2f}), so the result may look "
            "wrong: see vasari read --draw, then give its box with --face x,y,width,height or its "
            "landmarks with --landmarks."
        )
    if mouth_hidden:
        say(
            "Something seems to lie before the mouth (a mask, a hand, a cup), so the lips stay "
            "closed and only jaw and cheeks move."
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


def _check_size(reading: Reading, zoom: float) -> None:
    _, _, width, height = box_of(reading.landmarks)
    large = max(width, height) / zoom
    if large < SMALLEST_FACE:
        raise PictureError(
            f"The face is only {large:.0f} px large; use a picture in which it has at least "
            f"{SMALLEST_FACE} px."
        )


def check_mouth(landmarks: FloatArray, size: tuple[int, ...]) -> None:
    """Refuse a face whose mouth the picture's border cuts off.

    Args:
        landmarks: (478, 3) pixels.
        size: height and width of the picture.

    Raises:
        PictureError: with one sentence.
    """
    lips = landmarks[face_space().rings["lips_outer"], :2]
    unit = float(np.linalg.norm(landmarks[33] - landmarks[263]))
    room = {
        "left": lips[:, 0].min(), "upper": lips[:, 1].min(),
        "right": size[1] - 1 - lips[:, 0].max(), "lower": size[0] - 1 - lips[:, 1].max(),
    }  # fmt: skip
    border = min(room, key=lambda side: room[side])
    if room[border] < MOUTH_ROOM * unit:
        raise PictureError(
            f"The mouth is cut off by the {border} border of the picture; use one that shows all "
            "of it and the chin."
        )


def parted(
    picture: Picture, reading: Reading, *, exactly: bool = False, hidden: bool = False
) -> tuple[FloatArray, FloatArray, Pose, FloatArray]:
    """Landmarks (lips settled), expression, pose and neutral shape of a reading.

    Closed lips meet where the picture shows it, or `exactly` where the reading says. What the
    reader says of a `hidden` mouth is made up: it counts as closed and at rest.
    """
    expression = np.zeros(EXPRESSION, np.float32)
    expression[: len(BLENDSHAPES)] = reading.blendshapes
    if hidden:
        expression[: len(BLENDSHAPES)][MOUTH] = 0
    landmarks = reading.landmarks if exactly else settle_flat(picture, reading.landmarks)
    pose = pose_of(landmarks, expression)
    shape = pose.unproject(landmarks)
    if not exactly and not hidden and mouth_opening(shape) < AJAR:
        least = AJAR_LEAST if mouth_is_open(shape) else 0.0
        shape = pose.unproject(settle_lip_line(picture, landmarks, pose.scale, least))
    shape, expression = settle_mouth(shape, expression, hidden)
    neutral = shape - np.tensordot(expression, face_space().basis, 1)
    return pose.project(shape), expression, pose, np.asarray(neutral, np.float32)


def _matte(opened: Opened, landmarks: FloatArray, crop: Crop, say: Tell) -> NDArray[np.uint8]:
    """The picture's own alpha where it has a meaningful one, else what the network finds."""
    alpha = opened.alpha
    if alpha is not None and (alpha < 250).mean() > SEE_THROUGH and (alpha > 250).any():
        return alpha
    matte, found = find_matte(opened.rgb, landmarks, crop)
    if not found:
        say("The person could not be told from the background, so a plain outline is used.")
    return matte
