"""Something before the mouth: a mask, a hand, a cup. Lips that are not seen must not be opened.

The reader never learned such things: it draws a mouth on them, but not twice at the same place. So
where its views differ about the lips, the picture is asked: does it show lips there at all, or one
even thing?
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.crops import cut_out, upright
from vasari.shape.space import face_space
from vasari.values import FloatArray, Picture, moved

UNIT, ROOM = 100, 2.8  # pixels an eye distance, and eye distances, of the crop that is looked at
# Views may differ by so much of an eye distance for a unit of CIELAB. Tuned on 79 portraits and
# masks, cups and hands drawn over them (docs/decisions.md, 2026-11-27).
EVEN = 0.0027  # by which the mouth with a little skin around it varies
ALIKE = 0.007  # by which lips differ from the skin around them, in pictures that have colours
NOT_SKIN = 20.0  # chroma by which a thing differs from the skin,
SAME = 8.0  # while lips and chin differ by no more than this,
UNSTEADY = 0.0085, 0.012  # and the views by more than the first; for all else, than the second
COLOURED = 6.0  # chroma of a skin that has any
SKIN = (151, 9, 8, 168, 6, 108, 337, 107, 336, 69, 299)  # forehead and root of the nose
CHIN = (18, 200, 199, 83, 313, 201, 421, 175)
NEAR, AROUND = 1.3, (1.1, 1.5)  # the lips' outline enlarged: with some skin, and the skin alone


def mouth_is_hidden(picture: Picture, landmarks: FloatArray, spread: float) -> bool:
    """Whether something lies before the mouth, so that no lips are seen there.

    Args:
        picture: (H, W, 3), no flat drawing.
        landmarks: (478, 3) in its pixels.
        spread: by how much views of it differed about the lips, eye distances.
    """
    side = round(UNIT * ROOM)
    m = upright(landmarks, side, ROOM)
    points = moved(landmarks[:, :2], m)
    soft = cv2.GaussianBlur(cut_out(picture, m, side), (0, 0), 0.015 * UNIT)
    light = soft.astype(np.float32) / np.float32(255)
    lab = np.asarray(cv2.cvtColor(light, cv2.COLOR_RGB2LAB), np.float32)
    rings = face_space().rings
    lips = _inside(points[rings["lips_outer"]], 1.0, side)
    near = _inside(points[rings["lips_outer"]], NEAR, side)
    around = _inside(points[rings["lips_outer"]], AROUND[1], side)
    around &= _inside(points[rings["face_oval"]], 1.0, side)
    around &= ~_inside(points[rings["lips_outer"]], AROUND[0], side)
    lips &= ~_inside(points[rings["lips_inner"]], 0.9, side)
    skin, chin = _at(lab, points[list(SKIN)]), _at(lab, points[list(CHIN)])
    if not lips.any() or not around.any():
        return False
    lip = np.median(lab[lips], axis=0)
    varies = float(np.sqrt(lab[near].var(axis=0).sum()))
    differs = float(np.linalg.norm(lip - np.median(lab[around], axis=0)))
    coloured = np.hypot(*skin[1:]) > COLOURED
    same = np.linalg.norm(lip - chin) < SAME
    foreign = coloured and same and np.hypot(*(chin - skin)[1:]) > NOT_SKIN
    if spread < UNSTEADY[1]:
        return bool(foreign and spread > UNSTEADY[0])
    return bool(foreign or spread > EVEN * varies or (coloured and spread > ALIKE * differs))


def _inside(ring: FloatArray, grown: float, side: int) -> NDArray[np.bool_]:
    """(side, side) the inside of a ring (n, 2), enlarged about its middle."""
    middle = ring.mean(0)
    inside = np.zeros((side, side), np.uint8)
    cv2.fillPoly(inside, [np.round(middle + grown * (ring - middle)).astype(np.int32)], 1)
    return np.asarray(inside > 0)


def _at(lab: FloatArray, points: FloatArray) -> FloatArray:
    """(3,) the middle colour at points (n, 2)."""
    x, y = np.clip(np.round(points).astype(int), 0, len(lab) - 1).T
    return np.asarray(np.median(lab[y, x], axis=0), np.float32)
