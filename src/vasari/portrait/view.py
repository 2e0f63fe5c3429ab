"""Which face of a picture is meant, which way up the picture belongs, and which part is kept.

A large file is looked at reduced. Where the face is small in it, it is read once more in a part of
the file that is not. What people give and get is always in pixels of the file as viewers show it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasari.checks import Framing, Which
from vasari.errors import PictureError
from vasari.portrait.box import FaceBox
from vasari.portrait.finder import find_faces
from vasari.portrait.given import given_landmarks, given_reading, quarters_of
from vasari.portrait.picture import (
    LARGEST_SIDE,
    Opened,
    Part,
    from_array,
    open_picture,
)
from vasari.portrait.reader import Reading, read_landmarks
from vasari.telling import Tell
from vasari.values import FloatArray, moved
from vasari.values.arrays import LONGEST

SMALLEST_FACE = 64  # px of the file
# Score from which a face is surely upright. Of 79 portraits 73 are; turned otherwise none reaches
# more than 0.87, and of 237 that wear masks or hide behind hands none more than 0.90.
SURE = 0.92
ENOUGH = 512  # px of head and shoulders that the reduced picture must have
KEPT = 1024  # px of them that are taken from the file otherwise, where it has them
SQUARE = 2.25  # boxes of the face to a side of the square with head and shoulders

Source = str | os.PathLike[str] | NDArray[np.uint8]


class View(NamedTuple):
    """The picture as it is kept, and the face in it as it was read."""

    opened: Opened
    reading: Reading


def view_of(
    source: Source, face: Which, landmarks: NDArray[np.floating] | None, frame: Framing, say: Tell
) -> View:
    """Open a picture and read the face that is meant.

    Args:
        source: path of a picture file, or its pixels.
        face: which one, unless landmarks are given.
        landmarks: (478, 2) or (478, 3) in pixels of the file, taken instead of reading.
        frame: "full" keeps the whole picture, "crop" may keep a part.
        say: called with each sentence that the user should know.

    Raises:
        PictureError: the picture cannot be read, or holds no such face.
    """
    small = _opened(source)
    if landmarks is not None:
        given = given_landmarks(landmarks, small.size)
        turns, kept = quarters_of(given), _kept(source, small, _around(given), frame, say)
        view = View(kept.turned(turns), given_reading(kept.turned(turns), given))
    elif isinstance(face, int):
        turns, box = _searched(source, small, face, say)
        kept = _kept(source, small, box, frame, say).turned(turns)
        view = View(kept, read_landmarks(kept.rgb, _moved_box(box, kept.from_file)))
    else:
        box = FaceBox(*face, 1.0)
        _check_inside(box, small.size)
        turns, view = _read_in(_kept(source, small, box, frame, say), box)
    if turns:
        say(_TURNED[turns])
    return view


_TURNED = {  # by quarters counter-clockwise
    1: "The picture lay on its side, so it was turned by 90 degrees counter-clockwise.",
    2: "The picture stood on its head, so it was turned by 180 degrees.",
    3: "The picture lay on its side, so it was turned by 90 degrees clockwise.",
}


def _opened(source: Source, part: Part | None = None, longest: int = LONGEST) -> Opened:
    if isinstance(source, np.ndarray):
        return from_array(source, part, longest)
    return open_picture(source, part, longest)


def _searched(source: Source, small: Opened, face: int, say: Tell) -> tuple[int, FaceBox]:
    """By how many quarters the picture must be turned, and the box of the face in the file."""
    turns, seen, found = _upright(small)
    if not found and small.zoom < 1:  # perhaps it is too small in the reduced picture
        turns, seen, found = _upright(_opened(source, (0, 0, *small.size), LARGEST_SIDE))
    if not found:
        raise PictureError(
            "No face was found in the picture; use one that shows a face upright, from the front "
            f"and at least {SMALLEST_FACE} px wide, or give its box with --face x,y,width,height."
        )
    if not 1 <= face <= len(found):
        raise PictureError(
            f"The picture holds {len(found)} face{'s' * (len(found) > 1)}, so there is no face "
            f"{face}; use --face with 1 (the largest) to {len(found)}."
        )
    if len(found) > 1 and face == 1 and found[1].width > 0.3 * found[0].width:
        say(f"{len(found)} faces were found; the largest is taken (--face N picks another).")
    return turns, _moved_box(found[face - 1], seen.to_file)


def _upright(opened: Opened) -> tuple[int, Opened, list[FaceBox]]:
    """Quarters by which the picture must be turned, the picture turned, and its faces.

    Where a face is surely upright, nothing else is tried; where none is, one may surely be so in a
    picture that is turned.
    """
    best = 0, opened, find_faces(opened.rgb)
    highest = _score(best[2])
    for quarters in (1, 3, 2) if highest < SURE else ():
        turned = opened.turned(quarters)
        found = find_faces(turned.rgb)
        if _score(found) >= max(SURE, highest):
            best, highest = (quarters, turned, found), _score(found)
    return best


def _score(found: list[FaceBox]) -> float:
    return max((box.score for box in found), default=0.0)


def _read_in(opened: Opened, box: FaceBox) -> tuple[int, View]:
    """The same for a box in the file that a person gave: the face that is read there. Such faces
    are hard ones, so another turn must be sure."""
    best: tuple[int, View] | None = None
    for quarters in range(4):
        turned = opened.turned(quarters)
        reading = read_landmarks(turned.rgb, _moved_box(box, turned.from_file))
        sure = reading.confidence >= SURE and not quarters_of(reading.landmarks)
        if best is None or (sure and reading.confidence > best[1].reading.confidence):
            best = quarters, View(turned, reading)
        if quarters == 0 and sure:
            break
    assert best is not None
    return best


def _check_inside(box: FaceBox, size: tuple[int, int]) -> None:
    if box.x >= size[0] or box.y >= size[1] or box.x + box.width <= 0 or box.y + box.height <= 0:
        raise PictureError(
            "The box of the face lies outside the picture: give x, y, width and height in pixels "
            "of the picture's file as it is seen."
        )


def _kept(source: Source, small: Opened, box: FaceBox, frame: Framing, say: Tell) -> Opened:
    """The reduced picture, or the part of the file around a face that is small in it."""
    square = SQUARE * max(box.width, box.height)
    if frame == "full" or small.zoom >= 1 or square * small.zoom >= ENOUGH:
        return small
    side = square * LONGEST / KEPT
    part = (
        *_span(box.x + box.width / 2, side, small.size[0]),
        *_span(box.y + box.height / 2, side, small.size[1]),
    )
    kept = _opened(source, (part[0], part[2], part[1], part[3]))
    say(
        f"The face is small in this picture of {small.size[0]} x {small.size[1]} px, so only the "
        f"{part[1] - part[0]} x {part[3] - part[2]} px around it are kept (--frame full keeps "
        "all, reduced)."
    )
    return kept


def _span(middle: float, side: float, end: int) -> tuple[int, int]:
    """First and last of `side` pixels around the middle, shifted into 0 to `end`."""
    length = min(round(side), end)
    first = int(np.clip(round(middle - length / 2), 0, end - length))
    return first, first + length


def _around(landmarks: FloatArray) -> FaceBox:
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    x, y, width, height = (float(v) for v in (*low, *(high - low)))
    return FaceBox(x, y, width, height, 1.0)


def _moved_box(box: FaceBox, m: NDArray[np.float64]) -> FaceBox:
    """A box where the similarity `m` (2, 3) of quarter turns takes it."""
    corners = np.array([[box.x, box.y], [box.x + box.width, box.y + box.height]], np.float32)
    return replace(_around(moved(corners, m)), score=box.score)
