"""Many videos by many machines: rows of a table, made through Ray Data (extra `fleet`)."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from vasari.errors import VasariError
from vasari.files import as_path, input_file, write_whole
from vasari.jobs.say import say
from vasari.telling import Tell

COLUMNS = ("picture", "sound", "out")
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Row:
    """One video: a picture or saved face, a sound, and where it goes."""

    picture: str
    sound: str
    out: str


@dataclass(frozen=True)
class Done:
    """What became of a row: "made", "there already", or "failed" with the sentence why."""

    out: str
    state: str
    why: str = ""


def batch(
    table: str | PathLike[str], report: str | PathLike[str], *, size: int = 512, fps: str = "25",
    cores: int = 1, tell: Tell = lambda sentence: None,
) -> list[Done]:  # fmt: skip
    """Make a video of each row of a table, on all machines of the Ray cluster that is there.

    Where none is, Ray starts one on this machine. A row whose video is there already is left as it
    is, so a batch that was stopped goes on where it was. A row that fails stops no other; a row
    whose worker dies is tried again. Videos are written whole or not at all. Paths must be seen by
    every machine.

    Args:
        table: a CSV with the columns picture, sound and out.
        report: a JSON that says of each row what became of it.
        size: side of the videos, pixels.
        fps: pictures a second.
        cores: that one video takes.
        tell: called with what a person should know.

    Returns:
        What stands in the report, in the table's order.

    Raises:
        VasariError: there is no such table, or Ray is not installed.
    """
    rows = rows_of(table)
    ray = _ray()
    options = {"size": size, "fps": fps}
    tell(f"{len(rows)} videos")
    made = (
        ray.data.from_items([asdict(row) for row in rows], override_num_blocks=len(rows))
        .map(_one, fn_kwargs={"options": options}, num_cpus=cores)  # Ray tries again what dies
        .take_all()
    )  # fmt: skip
    by_out = {str(row["out"]): Done(**row) for row in made}
    done = [by_out[row.out] for row in rows]
    whole = {"rows": [asdict(one) for one in done], "counts": _counts(done)}
    write_whole(as_path(report), (json.dumps(whole, indent=1) + "\n").encode())
    tell(", ".join(f"{many} {state}" for state, many in _counts(done).items()))
    return done


def rows_of(table: str | PathLike[str]) -> list[Row]:
    """The rows of a table.

    Raises:
        VasariError: it is none, or two rows go to the same file.
    """
    file = input_file(table, "table", VasariError)
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            rows = [Row(*(row[name] or "" for name in COLUMNS)) for row in reader]
    except (KeyError, ValueError, csv.Error, UnicodeDecodeError):
        raise VasariError(
            f"{file} is no such table: give a CSV whose first line is {','.join(COLUMNS)}."
        ) from None
    if not rows or len(rows) > MOST_ROWS:
        raise VasariError(f"{file} has {len(rows)} rows: give 1 to {MOST_ROWS}.")
    if len({row.out for row in rows}) < len(rows):
        raise VasariError(f"Two rows of {file} go to the same file: give each its own.")
    return rows


def _one(row: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Make one row, somewhere."""
    from vasari.threads import settle_libraries

    settle_libraries()
    out = str(row["out"])
    if Path(out).exists():
        return asdict(Done(out, "there already"))
    try:
        say(row["picture"], row["sound"], out, **options)
    except VasariError as error:
        return asdict(Done(out, "failed", str(error)))
    except Exception as error:  # a fault of ours must not stop a thousand others
        return asdict(Done(out, "failed", f"unforeseen: {type(error).__name__}: {error}"))
    return asdict(Done(out, "made"))


def _counts(done: list[Done]) -> dict[str, int]:
    states = [one.state for one in done]
    return {state: states.count(state) for state in dict.fromkeys(states)}


def _ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError:
        raise VasariError("Ray is not installed: pip install 'vasari[fleet]'.") from None
    if not ray.is_initialized():
        ray.init(log_to_driver=False, include_dashboard=False)
    return ray
