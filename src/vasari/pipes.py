"""A pipe as an input: copied into a file for as long as it is needed, since it is read twice."""

from __future__ import annotations

import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from vasari.errors import PictureError, SoundError, VasariError, VideoError

HANDED_OVER = re.compile(r"-|/dev/stdin|/dev/fd/\d+|/proc/self/fd/\d+")  # by the shell
MOST = 2 << 30  # bytes that are taken out of a pipe
BLOCK = 1 << 20  # bytes copied at once

What = Literal["picture", "sound", "video"]
ERRORS: dict[What, type[VasariError]] = {
    "picture": PictureError, "sound": SoundError, "video": VideoError,
}  # fmt: skip


@contextmanager
def spooled(path: str, what: What) -> Iterator[str]:
    """A path that can be read again and again: that which was given, or of a copy of a pipe.

    `-`, `/dev/stdin` and what `<(...)` gives are pipes that the shell hands over. The copy lies in
    the folder for temporary files and is removed at the end.

    Args:
        path: as it was given.
        what: it should be, for messages.

    Raises:
        VasariError: nothing comes out of the pipe, or more than MOST bytes.
    """
    if not HANDED_OVER.fullmatch(path) or (path != "-" and not _is_pipe(path)):
        yield path
        return
    folder = Path(tempfile.mkdtemp(prefix="vasari-"))
    try:
        copy = folder / "pipe"
        try:
            with _source(path, what) as source, copy.open("wb") as out:
                size = _copied(source, out, path, what)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ERRORS[what](f"{path} cannot be read ({reason}): give a file.") from error
        if not size:
            raise ERRORS[what](f"Nothing came out of {path}: pipe a {what} into it.")
        yield str(copy)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_pipe(path: str) -> bool:
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _source(path: str, what: What) -> BinaryIO:
    if path != "-":
        return Path(path).open("rb")
    if sys.stdin is None or sys.stdin.isatty():
        raise ERRORS[what](f"- stands for what is piped in, and nothing is: give a {what} file.")
    return open(0, "rb", closefd=False)


def _copied(source: BinaryIO, out: BinaryIO, path: str, what: What) -> int:
    size = 0
    while block := source.read(BLOCK):
        size += len(block)
        if size > MOST:
            raise ERRORS[what](f"More than {MOST >> 30} GiB came out of {path}: give a file.")
        out.write(block)
    return size
