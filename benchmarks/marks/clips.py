"""Pictures with and without the mark, of many kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np

import vasari
from benchmarks.marks.attacks import Pictures, encoded, x264
from vasari.media import read_video
from vasari.provenance.mark import Marker

SIZES = (512, 512, 512, 512, 256, 512, 512, 768)  # pixels, of one portrait after the other
TAKES, LENGTH, APART = 3, 45, 15  # clips of a portrait, their pictures, between their beginnings
OURS = {"crf": "20", "preset": "veryfast", "mbtree": "0"}  # as `vasari say` encodes

Clip = tuple[str, Callable[[], Pictures]]


def rendered(portrait: Path, number: int, voices: list[Path]) -> Pictures:
    """A portrait that speaks, LENGTH + (TAKES - 1) * APART pictures, without a mark."""
    talk = vasari.talk(
        portrait, voices[number % len(voices)], size=SIZES[number % len(SIZES)],
        style=vasari.Style(seed=number), mark=False,
    )  # fmt: skip
    return list(islice(talk, LENGTH + (TAKES - 1) * APART))


def takes(pictures: Pictures, name: str) -> Iterator[tuple[int, Pictures, float]]:
    """Of each take: the number of its making, its pictures as our file gives them, marked, and the
    PSNR of what is marked."""
    for take in range(TAKES):
        making = crc32(f"{name} {take}".encode())
        part = pictures[take * APART :][:LENGTH]
        marker, marked = Marker(pictures[0], making), [p.copy() for p in part]
        for picture in marked:
            marker.mark(picture)
        psnr = float(np.mean([cv2.PSNR(p, m) for p, m in zip(part, marked, strict=True)]))
        yield making, encoded(marked, options=OURS), psnr


def unmarked(data: Path, portraits: list[Path], most: int) -> Iterator[Clip]:
    """Pictures and clips that never had a mark; our own renders are added by the benchmark."""
    clips, stills = sorted((data / "clips").glob("*.mp4")), sorted((data / "stills").glob("*"))
    yield from ((f"portrait {p.stem}", lambda p=p: _picture(p)) for p in portraits)
    yield from _textures()
    yield from ((f"clip {p.stem}", lambda p=p: list(islice(read_video(p), 50)))
                for p in _some(clips, most // 2))  # fmt: skip
    yield from ((f"still {p.stem}", lambda p=p: _picture(p)) for p in _some(stills, most // 2))


def _some(paths: list[Path], most: int) -> list[Path]:
    return paths[:: max(1, len(paths) // most)][:most]


def _picture(path: Path) -> Pictures:
    picture = cv2.imread(str(path))
    return [] if picture is None else [np.ascontiguousarray(picture[..., ::-1])]


def _textures() -> Iterator[Clip]:
    """What a search for a lattice might take for one: gratings, checks, weaves, noise, text."""
    y, x = np.mgrid[:512, :512].astype(np.float64)
    random = np.random.default_rng(1)
    waves = [("grating", period, lambda u: np.sin(u)) for period in (5, 7.5, 8, 12, 15, 20, 30, 60)]
    waves += [("checks", period, lambda u: np.sign(np.sin(u))) for period in (8, 15, 30, 60)]
    for name, period, shape in waves:
        both = shape(2 * np.pi * x / period) + shape(2 * np.pi * y / period)
        yield f"{name} {period}", lambda both=both: [_grey(128 + 30 * both)]
    for period in (30, 48, 60, 64, 120):
        once = cv2.GaussianBlur(random.normal(0, 60, (period, period)), (0, 0), 1.2)
        tiled = np.tile(once, (17, 17))[:512, :512]
        yield f"tiled noise {period}", lambda tiled=tiled: [_grey(128 + 2 * tiled)]
    yield "noise", lambda: [_grey(random.normal(128, 40, (512, 512)))]
    with suppress(ImportError):
        from skimage import data

        for name in ("brick", "grass", "gravel", "coins", "page", "text", "camera", "coffee",
                     "chelsea", "hubble_deep_field", "moon", "immunohistochemistry"):  # fmt: skip
            with suppress(Exception):  # some want the network
                picture = _rgb(getattr(data, name)())
                yield name, lambda p=picture: [p]


def _grey(light: np.ndarray) -> np.ndarray:
    return _rgb(light.clip(0, 255).astype(np.uint8))


def _rgb(picture: np.ndarray) -> np.ndarray:
    return np.dstack([picture] * 3) if picture.ndim == 2 else np.ascontiguousarray(picture)


def as_sent(pictures: Pictures) -> Pictures:
    """Our own pictures without a mark, as a file that was encoded once more gives them."""
    return x264(23)(encoded(pictures[:LENGTH], options=OURS))
