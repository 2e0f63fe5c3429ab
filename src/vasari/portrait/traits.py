"""How a portrait looks: everything that the renderer asks for, read once."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from vasari.portrait.eyeballs import read_eyes
from vasari.portrait.flat import is_flat
from vasari.portrait.folds import find_folds
from vasari.portrait.glasses import behind_dark_glass
from vasari.portrait.lids import lid_tones
from vasari.portrait.mouth import read_mouth
from vasari.portrait.rims import find_rims
from vasari.portrait.unfold import unfold
from vasari.shape.crops import cut_out, framed, into_frame, out_of_frame
from vasari.shape.space import Pose, Rig, face_space
from vasari.values import FloatArray, Picture
from vasari.values.traits import Traits

SIDE = 512  # pixels of the crop of head and shoulders in which traits are looked for
COLOURFUL = 12.0  # levels between the channels of a face from which it has a colour


def read_traits(
    picture: Picture, crop: tuple[float, float, float], landmarks: FloatArray, pose: Pose,
    neutral: FloatArray, expression: FloatArray, mouth_hidden: bool = False,
) -> Traits:  # fmt: skip
    """The traits of one portrait.

    Args:
        picture: (H, W, 3).
        crop: x, y, side of the square with head and shoulders, pixels.
        landmarks: (478, 3) pixels.
        pose: of the head, in the same pixels.
        neutral: (478, 3) the person without expression, face space.
        expression: (EXPRESSION,) the portrait's own.
        mouth_hidden: something lies before the mouth (`hidden.mouth_is_hidden`).
    """
    x, y, side = crop
    zoom = SIDE / side
    seen = cut_out(picture, framed(x, y, zoom), SIDE, shown=True)
    marks = unfold(into_frame(landmarks, x, y, zoom), seen)
    scale = pose.scale
    pose = replace(pose, scale=pose.scale * zoom, origin=into_frame(pose.origin, x, y, zoom))
    rig = Rig(neutral, expression)
    closed, own = rig.shape(np.zeros_like(expression)), rig.shape(expression)
    flat, dark = is_flat(seen, marks), behind_dark_glass(seen, marks)
    rims = np.zeros((0, 4), np.float32) if dark else find_rims(seen, marks)
    corner = np.array([x, y] * 2, np.float32)
    return Traits(
        flat=flat,
        dark_glass=dark,
        mouth_hidden=mouth_hidden,
        colour=_colour(seen, marks),
        drawn=out_of_frame(marks, x, y, zoom),
        rims=(rims / np.float32(zoom) + corner).astype(np.float32),
        folds=find_folds(seen, marks, pose),
        lids=lid_tones(seen, marks, flat, mouth_hidden),
        eyes=read_eyes(picture, out_of_frame(marks, x, y, zoom), scale, flat),
        mouth=read_mouth(seen, marks, pose, closed, own, scale),
    )


def _colour(picture: Picture, landmarks: FloatArray) -> float:
    """0 for a face without any colour, 1 for one that has it."""
    inside = np.zeros(picture.shape[:2], np.uint8)
    oval = landmarks[face_space().rings["face_oval"], :2]
    cv2.fillPoly(inside, [np.round(oval).astype(np.int32)], 1)
    seen = picture[inside > 0].astype(np.int16)
    return min(1.0, float(np.ptp(seen, axis=1).mean()) / COLOURFUL) if len(seen) else 1.0
