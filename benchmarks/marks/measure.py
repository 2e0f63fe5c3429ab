"""One portrait, or some unmarked pictures, measured: what a worker does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2

from benchmarks.marks.attacks import ATTACKS
from benchmarks.marks.clips import SIZES, as_sent, rendered, takes, unmarked
from vasari import VasariError
from vasari.provenance.read_mark import MarkReading, read_mark

ALWAYS = "x264 crf 23"
OTHERS = [name for name in ATTACKS if name != ALWAYS]
EACH = 2  # other attacks on a clip
SHORT = 25  # pictures that they are given
Row = dict[str, Any]


def row(kind: str, name: str, reading: MarkReading, making: int | None = None) -> Row:
    return {
        "kind": kind, "name": name, "found": reading.found, "score": reading.score,
        "chance": reading.chance, "read": reading.making == making,
        "wrong": reading.making is not None and reading.making != making,
    }  # fmt: skip


def tasks(unmarked_parts: int, portraits: int) -> list[tuple[str, int]]:
    """Kind and number of all that is to be done, mixed, so that any beginning is of every kind."""
    mixed = [(k * 0.6180339887 % 1, task) for kind, count in
             (("portrait", portraits), ("unmarked", unmarked_parts))
             for k, task in enumerate((kind, n) for n in range(count))]  # fmt: skip
    return [task for _, task in sorted(mixed)]


def done(task: tuple[str, int], parts: int, data: Path, most: int) -> tuple[Any, list[Row]]:
    """A task and what was measured in it."""
    cv2.setNumThreads(1)
    kind, number = task
    portraits = media(data / "portraits")
    if kind == "portrait":
        return task, of_portrait(number, portraits, media(data / "voices"))
    rows = []
    for name, pictures in list(unmarked(data, portraits, most))[number::parts]:
        rows.append(row("unmarked", name, read_mark(pictures())))
    return task, rows


def media(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.iterdir()) if p.suffix != ".csv"]


def of_portrait(number: int, portraits: list[Path], voices: list[Path]) -> list[Row]:
    """All that is measured with one portrait."""
    path, size = portraits[number], SIZES[number % len(SIZES)]
    try:
        pictures = rendered(path, number, voices)
    except VasariError as error:
        print(f"{path.stem}: {error}", flush=True)
        return []
    rows = [row("unmarked", f"render {path.stem}", read_mark(as_sent(pictures)))]
    for take, (making, sent, psnr) in enumerate(takes(pictures, path.stem)):
        first = (3 * number + take) * EACH
        names = [ALWAYS] + [OTHERS[(first + k) % len(OTHERS)] for k in range(EACH)]
        for name in names[: 1 if size != 512 else None]:
            kind = name if size == 512 else f"{name}, made at {size} pixels"
            part = sent if name == ALWAYS else sent[:SHORT]
            rows.append(row(kind, path.stem, read_mark(ATTACKS[name](part)), making))
            rows[-1]["psnr"] = psnr
    return rows
