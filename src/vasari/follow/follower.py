"""Following one face from picture to picture: found, seen again, lost, cut to another."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vasari.portrait.box import FaceBox
from vasari.portrait.finder import find_faces
from vasari.portrait.reader import Reading, read_landmarks
from vasari.shape.landmarks import MESH_POINTS, OUTER_CORNERS
from vasari.values import FloatArray, Picture

SURE = 0.5  # confidence under which a face counts as lost
LEAPT = 0.35  # eye distances between pictures, more than which is another place
AGAIN = 0.12  # eye distances of motion from which a face is looked at a second time
GROWN = 1.5  # times in size between pictures, more than which is another face
THUMB = (24, 24)  # pixels of the small grey picture in which cuts show
CUT = 20.0  # of 255, mean change of the thumb at a cut: between clips at least 26, within one 12


@dataclass(frozen=True)
class Sight:
    """What one picture showed.

    Attributes:
        reading: of the face; None where it is out of sight.
        fresh: nothing before says anything about this reading.
        cut: the whole picture changed.
    """

    reading: Reading | None
    fresh: bool
    cut: bool


class Follower:
    """The state of following one face: where it was, and how the picture looked."""

    def __init__(self) -> None:
        self._near: FloatArray | None = None  # where it was in the picture before
        self._last: FloatArray | None = None  # where it was seen last
        self._thumb: FloatArray | None = None

    def look(self, picture: Picture) -> Sight:
        """The next picture, (H, W, 3) uint8 RGB."""
        cut = self._is_cut(picture)
        if cut:
            self._last = None
        before = self._near
        reading = None if cut or before is None else _read_near(picture, before)
        if reading is None:
            reading = self._find(picture)
        fresh = cut or before is None or reading is None or not _same(before, reading)
        self._near = None if reading is None else reading.landmarks
        self._last = self._last if reading is None else reading.landmarks
        return Sight(reading, fresh, cut)

    def _is_cut(self, picture: Picture) -> bool:
        small = cv2.resize(picture, THUMB, interpolation=cv2.INTER_AREA)
        thumb = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        thumb -= thumb.mean()  # a lamp switched on is no cut
        before, self._thumb = self._thumb, thumb
        return before is not None and float(np.abs(thumb - before).mean()) > CUT

    def _find(self, picture: Picture) -> Reading | None:
        """The face nearest to where it was seen last, or the largest."""
        faces = find_faces(picture)
        if not faces:
            return None
        last = self._last
        box = faces[0] if last is None else min(faces, key=lambda face: _away(face, last))
        reading = read_landmarks(picture, box)
        return reading if reading.confidence >= SURE else None


def _read_near(picture: Picture, near: FloatArray) -> Reading | None:
    """The face near where it was; None if it is not there any more."""
    reading = read_landmarks(picture, near=near, views=1)
    if reading.confidence >= SURE and _moved(near, reading.landmarks) > AGAIN:
        reading = read_landmarks(picture, near=reading.landmarks, views=1)
    inside = _inside(reading.landmarks, picture)
    return reading if reading.confidence >= SURE and inside and _same(near, reading) else None


def _eye_distance(landmarks: FloatArray) -> float:
    """Pixels, at least one."""
    left, right = landmarks[list(OUTER_CORNERS)]
    return max(float(np.linalg.norm(left - right)), 1.0)


def _moved(before: FloatArray, after: FloatArray) -> float:
    """Mean way of the landmarks in eye distances."""
    way = np.linalg.norm((after - before)[:, :2], axis=1).mean()
    return float(way) / _eye_distance(before)


def _same(before: FloatArray, reading: Reading) -> bool:
    """Whether both can be one face in pictures that follow each other."""
    grown = _eye_distance(reading.landmarks) / _eye_distance(before)
    return _moved(before, reading.landmarks) < LEAPT and 1 / GROWN < grown < GROWN


def _inside(landmarks: FloatArray, picture: Picture) -> bool:
    """Whether the middle of the face lies in the picture."""
    x, y = landmarks[:MESH_POINTS, :2].mean(0)
    height, width = picture.shape[:2]
    return bool(0 <= x < width and 0 <= y < height)


def _away(face: FaceBox, landmarks: FloatArray) -> float:
    """How far a box lies from where the face was, in pixels."""
    x, y = landmarks[:MESH_POINTS, :2].mean(0)
    return float(np.hypot(face.x + face.width / 2 - x, face.y + face.height / 2 - y))
