"""The pictures that are compared with a real clip, each kind decoded from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from vasari.follow.retarget import Driver
from vasari.follow.track import track
from vasari.jobs.drive import follow
from vasari.jobs.say import portrait_of
from vasari.media import VideoWriter, read_video
from vasari.render.renderer import Paint

REAL, OURS, HELD, AGAIN = "real clip", "ours", "first picture held", "real encoded again"
PAINTS: dict[str, Paint] = {OURS: "all", "baked, not shaded": "baked", "warped only": "none"}
KINDS = (OURS, *list(PAINTS)[1:], HELD, AGAIN)
RATE = 25


def pictures(path: Path) -> list[np.ndarray]:
    return list(read_video(path))


class Moved:
    """The first picture of a clip, moved as the clip does: read and tracked once, drawn often.

    Kind "ours" is what `vasari drive FIRST CLIP -o OUT --absolute --frame full` writes.
    """

    def __init__(self, clip: Path, first: np.ndarray, folder: Path) -> None:
        Image.fromarray(first).save(folder / "first.png")
        self._folder = folder
        self._face = portrait_of(folder / "first.png", 1, None, lambda sentence: None)
        seen = track(clip)
        self._driver = Driver(seen.motion, seen.found, seen.first)

    def __call__(self, paint: Paint) -> tuple[list[np.ndarray], int]:
        """The pictures, encoded and decoded, and the bits of their file."""
        path = self._folder / f"{paint}.mp4"
        drawn = follow(self._face, self._driver, absolute=True, frame="full", paint=paint)
        with VideoWriter(path, RATE) as movie:
            for picture in drawn:
                movie.write(picture)
        return pictures(path), 8 * path.stat().st_size


def encoded_again(real: list[np.ndarray], bits: int, folder: Path) -> list[np.ndarray]:
    """Pictures after H.264 at so many bits in all."""
    path = folder / "again.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", RATE, options={"preset": "veryfast"})
        stream.height, stream.width = real[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", round(bits * RATE / len(real))
        for k, picture in enumerate(real):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = k, Fraction(1, RATE)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return pictures(path)


def all_kinds(
    clip: Path, real: list[np.ndarray], folder: Path
) -> Iterator[tuple[str, list[np.ndarray], int]]:
    """Each kind's name, its pictures and their bits, in the order of KINDS."""
    moved, ours = Moved(clip, real[0], folder), 0
    for kind, paint in PAINTS.items():
        made, bits = moved(paint)
        if len(made) != len(real) or made[0].shape != real[0].shape:
            raise SystemExit(f"{clip.name}: {len(made)} pictures instead of {len(real)}")
        ours = bits if kind == OURS else ours
        yield kind, made, bits
    yield HELD, [real[0]] * len(real), 0
    yield AGAIN, encoded_again(real, ours, folder), ours


def save_sheet(rows: Iterable[list[np.ndarray]], path: Path, shown: int) -> None:
    """So many pictures of each row, evenly in time, at half their size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    strips = [[row[k] for k in np.linspace(0, len(row) - 1, shown).astype(int)] for row in rows]
    Image.fromarray(np.vstack([np.hstack(strip) for strip in strips])).reduce(2).save(path)
