"""What is done with a file of each kind: it is read, and what could be read is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.fuzz.samples import MEDIA, PICTURES
from vasari.follow.live_link import write_live_link
from vasari.jobs.drive import placed_on
from vasari.jobs.read import describe
from vasari.jobs.recorded import recorded
from vasari.media import open_sound, read_video
from vasari.portrait.draw import draw_face
from vasari.portrait.given import given_landmarks, load_landmarks
from vasari.portrait.picture import open_picture
from vasari.render import Renderer
from vasari.values import Face, Motion

SIDE = 256  # pixels of what is drawn
DRAWN = 3  # pictures of a motion


class Tries:
    """The readers, by kind of file.

    Args:
        good: the face from which the damaged files were made.
    """

    def __init__(self, good: Path) -> None:
        self._good = good
        self._used = set[bytes]()

    def of(self, kind: str) -> Callable[[Path], object]:
        if kind in PICTURES:
            return open_picture
        if kind in MEDIA:
            return _heard
        return {
            "face": self._face, "motion": self._motion, "CSV": self._motion,
            "landmarks npz": self._landmarks, "landmarks JSON": self._landmarks,
        }[kind]  # fmt: skip

    @cache  # noqa: B019  # one in a process
    def _known(self) -> tuple[Face, Renderer]:
        face = Face.load(self._good)
        return face, Renderer(face, SIDE)

    def _new(self, *values: np.ndarray) -> bool:
        """Whether these values were not used before."""
        key = b"".join(np.ascontiguousarray(value).tobytes() for value in values)
        known = key in self._used
        self._used.add(key)
        return not known

    def _face(self, path: Path) -> None:
        face = Face.load(path)
        numbers = [face.landmarks, face.neutral, face.expression, face.rotation, face.origin]
        rest = np.array([*face.crop, face.scale, *face.gaze, face.confidence])
        if not self._new(*numbers, rest, face.picture, face.matte, face.plate):
            return
        describe(face)
        draw_face(face)
        renderer = Renderer(face, SIDE)
        now = np.where(np.arange(len(face.expression)) % 9 == 0, 0.6, face.expression)
        renderer.draw(
            Motion(face.rotation[None] + np.float32(9), np.zeros((1, 3), np.float32),
                   face.gaze[None] + np.float32(9), now[None].astype(np.float32)), 0
        )  # fmt: skip

    def _motion(self, path: Path) -> None:
        driver = recorded(path)
        motion = driver.motion
        if not self._new(motion.rotation, motion.position, motion.gaze, motion.expression):
            return
        write_live_link(motion, path.with_suffix(".again.csv"))
        face, renderer = self._known()
        first, *rest = placed_on(face, driver, absolute=len(motion) % 2 == 0)
        moved = first.then(*rest)
        size = np.abs(moved.expression).max(1) + np.abs(moved.position).max(1)
        for k in np.argsort(-size)[:DRAWN]:
            renderer.draw(moved, int(k))

    def _landmarks(self, path: Path) -> None:
        marks = load_landmarks(path)
        if self._new(marks):
            height, width = self._known()[0].picture.shape[:2]
            given_landmarks(marks, (width, height))


def _heard(path: Path) -> None:
    """Sound, then pictures where the file has any; all of them."""
    for _ in open_sound(path).pieces():
        pass
    if path.suffix == ".mp4":
        for _ in read_video(path):
            pass
