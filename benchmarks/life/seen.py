"""The same figures from finished pictures: real people's motion on a portrait, as `drive` draws it,
and what a sound makes of it, both read by the teacher."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.life.made import BEFORE, with_silence
from benchmarks.life.measure import Moved
from benchmarks.life.people import FRAME, Take, read
from benchmarks.teacher import VIDEO, Seen, Teacher
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


def portraits(shared: Path) -> list[Face]:
    """The demo's and PORTRAITS; take k is drawn on the portrait k, over and over."""
    folder = shared / "data" / "portraits"
    paths = [demo_portrait(), *(next(folder.glob(f"{name}.*")) for name in PORTRAITS)]
    return [read_portrait(path) for path in paths]


def driven(face: Face, take: Take, size: int = SIZE) -> Iterator[Picture]:
    """The portrait that moves as the person does."""
    return follow(face, Driver(take.motion, take.found), size=size)


def spoken(face: Face, sound: np.ndarray, style: Style, size: int = SIZE) -> Iterator[Picture]:
    """The portrait that says a sound, from after a second of silence on."""
    pictures = talk(face, with_silence(sound), size=size, fps=25, style=style, mark=False)
    return islice(pictures, BEFORE, BEFORE + len(sound) // FRAME)


def again(teacher: Teacher, pictures: Iterator[Picture]) -> Moved:
    return of_seen(teacher.read(pictures, VIDEO))


def of_seen(seen: Seen) -> Moved:
    return Moved(*read(seen.landmarks, seen.blendshapes), seen.found)
