"""Paths that a person gave: inputs that are there, outputs that appear only when complete."""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from vasari.checks import checked_path
from vasari.errors import OutputError, VasariError

NPZ_BEGINS = b"PK\x03\x04"
DRAFT = re.compile(r"\.vasari-[0-9a-f]{12}\.part")  # names of unfinished files beside the output
FRESH = 60.0  # seconds in which a draft is left alone: it may be about to be locked


def as_path(path: str | os.PathLike[str], what: str = "file") -> Path:
    """A path with `~` resolved.

    Raises:
        VasariError: it is no path.
    """
    path = Path(checked_path(path, what))
    try:
        return path.expanduser()
    except RuntimeError:  # "~nobody": there is no such person, so it may be a name
        return path


def input_file(path: str | os.PathLike[str], what: str, error: type[VasariError]) -> Path:
    """The file that is to be read, as an absolute path.

    Args:
        path: as it was given.
        what: "sound", "picture" or "video", for the message.
        error: raised where there is no such file.
    """
    found = as_path(path, what)
    if found.is_dir():
        raise error(f"{found} is a folder: give the {what} file itself.")
    if not found.exists():
        raise error(f"There is no file {found}: check the name of the {what}.")
    if not found.is_file():  # opening it could wait for ever
        raise error(f"{found} is a pipe, a socket or a device: give a {what} file.")
    if not os.access(found, os.R_OK):
        raise error(f"{found} may not be read: change its permissions or copy it elsewhere.")
    return found.absolute()


def is_npz(path: str | os.PathLike[str]) -> bool:
    """Whether a file is an npz (a zip), judged by its first bytes."""
    where = as_path(path)
    try:
        if not where.is_file():  # a pipe would be waited for
            return False
        with where.open("rb") as file:
            return file.read(len(NPZ_BEGINS)) == NPZ_BEGINS
    except OSError:
        return False


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file."""
    with suppress(OSError):
        return one.samefile(other)
    return False


class Draft:
    """A file or folder being written beside its target, which it replaces when complete.

    Args:
        target: where the result shall be.
        folder: whether it is a folder of files.

    Raises:
        OutputError: nothing can be written there.
    """

    def __init__(self, target: Path, *, folder: bool = False) -> None:
        self.target = target
        self.path = target.parent / f".vasari-{secrets.token_hex(6)}.part"
        self.folder = folder
        _check_target(target, folder)
        _sweep(target.parent)
        try:
            self.path.mkdir() if folder else self.path.touch(exist_ok=False)
        except OSError as error:
            raise cannot_write(target, error) from error
        self._lock = _lock(self.path)  # held while this process lives: others leave the draft alone

    def publish(self) -> None:
        """Put the complete draft in the target's place."""
        try:
            if self.folder:
                _replace_folder(self.path, self.target)
            else:
                with self.path.open("rb+") as f:
                    os.fsync(f.fileno())
                self.path.replace(self.target)
        except OSError as error:
            raise cannot_write(self.target, error) from error
        self._unlock()

    def rewrite(self, change: Callable[[Path, Path], bool]) -> None:
        """Let the complete draft, a file, be written anew.

        Args:
            change: is given the draft and the name of an empty file, and says whether that counts.
        """
        anew = Draft(self.target)
        try:
            if change(self.path, anew.path):
                anew.path.replace(self.path)
                self._lock, anew._lock = anew._lock, self._lock
        except OSError as error:
            raise cannot_write(self.target, error) from error
        finally:
            anew.discard()

    def discard(self) -> None:
        """Remove the draft, if it is still there."""
        _remove(self.path, self.folder)
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
        self._lock = None


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files that are needed for a while.

    Raises:
        OutputError: there is no place for one.
    """
    try:
        folder = TemporaryDirectory(prefix="vasari-")
    except OSError as error:
        raise OutputError(
            "No folder for temporary files can be written: set TMPDIR to one that can."
        ) from error
    with folder as name:
        yield Path(name)


def write_npz(path: str | os.PathLike[str], arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write arrays to one compressed file, whole or not at all, under exactly this name.

    Raises:
        OutputError: the file cannot be written there.
    """
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    write_whole(path, packed.getvalue())


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        OutputError: the file cannot be written there.
    """
    draft = Draft(as_path(path).absolute())
    try:
        draft.path.write_bytes(content)
        draft.publish()
    except OSError as error:
        raise cannot_write(draft.target, error) from error
    finally:
        draft.discard()


def cannot_write(target: Path, error: OSError) -> OutputError:
    """What a person is told about an error of the operating system."""
    if not target.parent.is_dir():
        return OutputError(f"There is no folder {target.parent}: make it first.")
    reason = error.strerror or str(error)
    free = "free some space or " if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return OutputError(
        f"{target} could not be written ({reason.lower()}): {free}choose another folder; "
        "nothing was left behind."
    )


def _sweep(folder: Path) -> None:
    """Remove the drafts in a folder that processes left which were killed."""
    with suppress(OSError):
        for path in folder.iterdir():
            if DRAFT.fullmatch(path.name):
                _remove_if_left(path)


def _remove_if_left(path: Path) -> None:
    with suppress(OSError):  # another run was quicker, or it is not ours to remove
        known = path.lstat()
        ours = stat.S_ISREG(known.st_mode) or stat.S_ISDIR(known.st_mode)  # no link, no pipe
        if not ours or time.time() - known.st_mtime < FRESH:
            return
        lock = _lock(path)
        if lock is not None:
            _remove(path, stat.S_ISDIR(known.st_mode))
            os.close(lock)


def _remove(path: Path, folder: bool) -> None:
    if folder:
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _lock(path: Path) -> int | None:
    """A handle that keeps a file or folder locked until it is closed, or its process ends.

    The lock rather than a process number in the name: it holds between containers, and numbers
    come again. None where another has it, or the system knows no such locks.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _check_target(target: Path, folder: bool) -> None:
    if not target.parent.is_dir():
        raise OutputError(f"There is no folder {target.parent}: make it first.")
    if folder and target.is_dir():
        strange = [p.name for p in target.iterdir() if not _is_numbered_picture(p)]
        if strange:
            raise OutputError(f"{target} holds other files ({strange[0]}): give a new folder.")
    elif folder and target.exists():
        raise OutputError(f"{target} is a file: give another name for the folder of pictures.")
    elif target.is_dir():
        raise OutputError(f'{target} is a folder: end it in "/" for PNG pictures, or add a name.')


def _is_numbered_picture(path: Path) -> bool:
    return path.suffix == ".png" and path.stem.isdecimal()


def _replace_folder(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.replace(target)
        return
    old = draft.with_suffix(".old")
    target.replace(old)
    try:
        draft.replace(target)
    except OSError:
        old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
