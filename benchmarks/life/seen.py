"""The same figures from finished pictures: real people's motion on a portrait, as `drive` draws it,
and what a sound makes of it, both read by the teacher."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.life.made import BEFORE, with_silence
from benchmarks.life.measure import Moved
from benchmarks.life.people import FRAME, Take, read
from benchmarks.teacher import VIDEO, Teacher
from vasari import Face, Style, read_portrait, talk
from vasari.demo import demo_portrait
from vasari.follow.retarget import Driver
from vasari.jobs.drive import follow
from vasari.values import Picture

PORTRAITS = (
    "photo_bc_36", "photo_einstein", "photo_london_036n", "photo_obama", "photo_meb_16",
    "paint_girl_19c",
)  # fmt: skip
FRAMES = 150  # of each take
SIZE = 512


def portraits(shared: Path, folder: Path | None = None) -> list[Face]:
    """The demo's and PORTRAITS; take k is drawn on the portrait k, over and over. What was read is
    kept in a folder, if one is given."""
    there = shared / "data" / "portraits"
    paths = [demo_portrait(), *(next(there.glob(f"{name}.*")) for name in PORTRAITS)]
    return [_read_once(path, folder) for path in paths]


def _read_once(path: Path, folder: Path | None) -> Face:
    kept = folder / f"{path.stem}.face" if folder else None
    if kept and kept.is_file():
        return Face.load(kept)
    face = read_portrait(path)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        face.save(kept)
    return face


def driven(face: Face, take: Take, size: int = SIZE) -> Iterator[Picture]:
    """The portrait that moves as the person does."""
    return follow(face, Driver(take.motion, take.found), size=size)


def spoken(face: Face, sound: np.ndarray, style: Style, size: int = SIZE) -> Iterator[Picture]:
    """The portrait that says a sound, from after a second of silence on."""
    pictures = talk(face, with_silence(sound), size=size, fps=25, style=style, mark=False)
    return islice(pictures, BEFORE, BEFORE + len(sound) // FRAME)


class Kept:
    """Faces in motion by name, kept in a folder, if one is given, to go on from there."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def of(self, name: str, make: Callable[..., Moved], *args: Any) -> Moved:
        """What lies there under a name, or what is made of args and then lies there."""
        path = self._folder / f"{name}.npz" if self._folder else None
        if path and path.is_file():
            return Moved(**np.load(path))
        moved = make(*args)
        if path:
            np.savez(path, **vars(moved))
        return moved


def of_driven(teacher: Teacher, face: Face, take: Take) -> Moved:
    """What the teacher reads of a portrait that moves as the person does."""
    return _as_read(teacher, driven(face, take))


def of_spoken(teacher: Teacher, face: Face, take: Take, style: Style) -> Moved:
    """What the teacher reads of a portrait that says what the person says."""
    return _as_read(teacher, spoken(face, take.sound, style))


def _as_read(teacher: Teacher, pictures: Iterator[Picture]) -> Moved:
    seen = teacher.read(pictures, VIDEO)
    return Moved(*read(seen.landmarks, seen.blendshapes), seen.found)
