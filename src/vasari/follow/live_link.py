"""`Motion` to and from the CSV that the app Live Link Face writes.

One row a frame: timecode `HH:MM:SS:FF.fff`, the number of values, 52 blendshapes by their ARKit
names in capitals, then yaw, pitch and roll of the head and of each eye in radians. Head and eyes
are in ARKit's axes (x to the viewer's right, y up, z towards the viewer), right-handed: yaw is
positive towards the picture's right, pitch downwards, roll counter-clockwise as seen.

Where the rows that a motion was read from are given when it is written again, what is still the
same is written as it was, digit by digit: timecodes, both eyes apart, and more digits than a
float32 has.
What the CSV has no column for, position and residuals, stays in the `Motion` file.
"""

from __future__ import annotations

import codecs
import os
import re
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VideoError
from vasari.files import input_file, write_whole
from vasari.values import BLENDSHAPES, EXPRESSION, FloatArray, Motion
from vasari.values.motion import COLUMNS, MOST_FRAMES, check_length, check_motion
from vasari.values.npz import check_values

_SIDED = ("EyeBlink", "EyeLookDown", "EyeLookIn", "EyeLookOut", "EyeLookUp", "EyeSquint", "EyeWide")
SHAPES = (
    *(f"{name}{side}" for side in ("Left", "Right") for name in _SIDED),
    "JawForward", "JawRight", "JawLeft", "JawOpen",
    "MouthClose", "MouthFunnel", "MouthPucker", "MouthRight", "MouthLeft",
    "MouthSmileLeft", "MouthSmileRight", "MouthFrownLeft", "MouthFrownRight",
    "MouthDimpleLeft", "MouthDimpleRight", "MouthStretchLeft", "MouthStretchRight",
    "MouthRollLower", "MouthRollUpper", "MouthShrugLower", "MouthShrugUpper",
    "MouthPressLeft", "MouthPressRight", "MouthLowerDownLeft", "MouthLowerDownRight",
    "MouthUpperUpLeft", "MouthUpperUpRight",
    "BrowDownLeft", "BrowDownRight", "BrowInnerUp", "BrowOuterUpLeft", "BrowOuterUpRight",
    "CheekPuff", "CheekSquintLeft", "CheekSquintRight", "NoseSneerLeft", "NoseSneerRight",
    "TongueOut",
)  # fmt: skip
TURNS = tuple(
    f"{part}{axis}" for part in ("Head", "LeftEye", "RightEye") for axis in ("Yaw", "Pitch", "Roll")
)
VALUES = (*SHAPES, *TURNS)  # 61
HEADER = ("Timecode", "BlendShapeCount", *VALUES)

ORDER = [BLENDSHAPES.index(name[0].lower() + name[1:]) for name in SHAPES]
HEAD = slice(len(SHAPES), len(SHAPES) + 3)
EYES = (slice(len(SHAPES) + 3, len(SHAPES) + 5), slice(len(SHAPES) + 6, len(SHAPES) + 8))
HEAD_SIGNS = np.degrees([1, -1, -1])  # radians in their axes to degrees in ours
EYE_SIGNS = np.degrees([1, -1])
RATES = (24, 25, 30, 48, 50, 60, 120)  # frames a second that a timecode may count
APP_RATE = 60  # where the timecodes do not tell
TIMECODE = re.compile(r"(\d{1,4}):(\d{1,4}):(\d{1,4})[:;](\d{1,4})(?:\.(\d{1,9}))?")
MOST_BYTES = 192 << 20  # those of an hour at 60 Hz
MOST_ROW = 16 << 10  # letters in a row: eight times those that the app writes
Rows = tuple[str, ...]  # of a CSV, the header first

ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # else UTF-8


def read_live_link(path: str | os.PathLike[str]) -> tuple[Motion, Rows]:
    """A take of Live Link Face, one motion frame a row, at the rate of its timecodes; and its rows.

    A row without values repeats the one before it.

    Raises:
        VideoError: the file is missing or something else.
    """
    file = input_file(path, "CSV", VideoError)
    try:
        rows = _read_rows(file)
        return _motion(rows), rows
    except (OSError, ValueError) as error:
        raise VideoError(
            f"{file} is no CSV of Live Link Face ({error}): give a take as the app exports it."
        ) from None


def write_live_link(motion: Motion, path: str | os.PathLike[str], recorded: Rows = ()) -> None:
    """Write the CSV, whole or not at all.

    Args:
        motion: what is written.
        path: of the file.
        recorded: the rows that the motion was read from.

    Raises:
        OutputError: the file cannot be written there.
    """
    check_motion(motion)
    table, again = table_of(motion), None
    with suppress(ValueError):  # rows from elsewhere
        again = _motion(recorded) if recorded else None
    if again is not None and len(again) == len(motion):
        rows = _rows_again(recorded, table, table == table_of(again))
    else:
        rows = [",".join(HEADER), *map(partial(_row, motion.rate), range(len(table)), table)]
    write_whole(path, ("\n".join(rows) + "\n").encode())


def is_live_link(path: str | os.PathLike[str]) -> bool:
    """Whether a name is that of a CSV."""
    return os.fspath(path).lower().endswith(".csv")


def _read_rows(file: Path) -> Rows:
    """The rows of a text file that hold anything, in UTF-8 or, where it says so, UTF-16."""
    if file.stat().st_size > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES >> 20} MB")
    with file.open("rb") as opened:
        encoding = ENCODINGS.get(opened.read(2), "utf-8-sig")
    rows = list[str]()
    with file.open(encoding=encoding) as lines:
        while line := lines.readline(MOST_ROW + 1):
            if len(line) > MOST_ROW or len(rows) > MOST_FRAMES:
                raise ValueError(f"row {len(rows) + 1} is too much")
            if line.strip():
                rows.append(line.rstrip("\n"))
    return tuple(rows)


def _motion(rows: Rows) -> Motion:
    """The motion of a header and its rows.

    Raises:
        ValueError: they are something else.
    """
    if not rows:
        raise ValueError("it is empty")
    places, width = _places(rows[0]), rows[0].count(",") + 1
    table = np.zeros((len(rows) - 1, len(VALUES)))
    for k, row in enumerate(rows[1:]):
        table[k] = table[k - 1] if k else 0
        cells = row.split(",")
        if any(cell.strip() for cell in cells[width:]):
            raise ValueError(f"row {k + 2} has more values than the first row has names")
        try:
            for value, at in enumerate(places):
                if 0 <= at < len(cells) and cells[at].strip():
                    table[k, value] = float(cells[at])
        except ValueError:
            raise ValueError(f"row {k + 2} holds what is no number") from None
    rate = _rate([row.split(",")[0] for row in rows[1:]])
    check_length(len(table), rate)
    return Motion(**_columns(table), rate=rate)


def _columns(table: NDArray[np.float64]) -> dict[str, FloatArray]:
    """The arrays of a motion from (T, 61) values."""
    expression = np.zeros((len(table), EXPRESSION))
    expression[:, ORDER] = table[:, : len(SHAPES)]
    gaze = (table[:, EYES[0]] + table[:, EYES[1]]) / 2 * EYE_SIGNS
    columns = {
        "rotation": table[:, HEAD] * HEAD_SIGNS, "position": np.zeros((len(table), 3)),
        "gaze": gaze, "expression": expression,
    }  # fmt: skip
    check_values(columns, COLUMNS, {})
    return {name: column.astype(np.float32) for name, column in columns.items()}


def _places(header: str) -> list[int]:
    """For each of VALUES its column, -1 where the file has none."""
    names = [name.strip().lower() for name in header.split(",")]
    if names[0] != "timecode" or "jawopen" not in names:
        raise ValueError("its first row has other names")
    return [names.index(name.lower()) if name.lower() in names else -1 for name in VALUES]


def _rate(timecodes: list[str]) -> float:
    """Frames a second: the least usual rate that counts to the highest frame number seen."""
    parts = [match.groups() for code in timecodes if (match := TIMECODE.match(code.strip()))]
    if len({part[2] for part in parts}) < 2:  # no whole second was seen
        return float(APP_RATE)
    highest = max(int(part[3]) for part in parts)
    return float(next((rate for rate in RATES if rate > highest), RATES[-1]))


def table_of(motion: Motion) -> FloatArray:
    """(T, 61) float32, the columns of the CSV."""
    table = np.zeros((len(motion), len(VALUES)))
    table[:, : len(SHAPES)] = motion.expression[:, ORDER]
    table[:, HEAD] = motion.rotation / HEAD_SIGNS
    for eye in EYES:
        table[:, eye] = motion.gaze / EYE_SIGNS
    return table.astype(np.float32)


def _row(rate: float, k: int, values: FloatArray) -> str:
    return ",".join([_timecode(k, rate), str(len(VALUES)), *(f"{v:.10f}" for v in values)])


def _timecode(k: int, rate: float) -> str:
    """Of frame k, counted from midnight."""
    whole = max(round(rate), 1)
    seconds, frame = divmod(k, whole)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frame:02d}.000"


def _rows_again(recorded: Rows, table: FloatArray, same: NDArray[np.bool_]) -> list[str]:
    """The rows as they were recorded, but for the values that have changed."""
    places, width = _places(recorded[0]), recorded[0].count(",") + 1
    rows = [recorded[0]]
    for row, values, kept in zip(recorded[1:], table, same, strict=True):
        cells = row.split(",")
        cells += [""] * (width - len(cells))
        for value, at in enumerate(places):
            if at >= 0 and not kept[value]:
                cells[at] = f"{values[value]:.10f}"
        rows.append(row if kept.all() else ",".join(cells))
    return rows
