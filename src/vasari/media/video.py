"""Pictures and their sound into one file, written while they come, complete or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vasari.checks import Rate, checked_fps, checked_path
from vasari.errors import OutputError, VasariError
from vasari.files import Draft, as_path, cannot_write
from vasari.media.encode import RECIPES, MovieFile
from vasari.media.pictures import PictureFolder
from vasari.media.sound import Sound

WAITING = 4  # pictures that wait for the encoder
PATIENCE = 0.2  # seconds between looks at whether the encoder still lives


Sign = Callable[[Path, Path, str], bool]  # takes old, new and extension; says whether it did


class _Sink(Protocol):
    def add(self, picture: NDArray[np.uint8]) -> None: ...
    def finish(self) -> bool: ...
    def close(self) -> None: ...


class VideoWriter:
    """Writes a movie in a thread of its own, so that drawing and encoding overlap.

    Used as a context: leaving it normally puts the complete file at its place, leaving it by any
    exception leaves nothing.

    Args:
        path: .mp4, .mov or .webm; or a folder, ending in "/", for PNG pictures.
        fps: pictures a second, one of `checks.FPS`.
        sound: goes into the movie as it came, from its first sample to the last picture's end.
        transparent: pictures have alpha; needs .webm, .mov or a folder.
        sign: writes the complete file anew, before it is put at its place.
        note: is added to the sentence in the metadata.

    Attributes:
        sound_left: once it is closed, whether there was more sound than pictures.

    Raises:
        OutputError: such a file cannot be written there.
    """

    def __init__(
        self, path: str | os.PathLike[str], fps: Rate = 25, sound: Sound | None = None, *,
        transparent: bool = False, sign: Sign | None = None, note: str = "",
    ) -> None:  # fmt: skip
        check_output(path, transparent=transparent)
        self._fps = checked_fps(fps)
        self._sound, self._transparent = sound, transparent
        self._sign, self._note = sign, note
        self._draft = Draft(as_path(path).absolute(), folder=is_folder(path))
        self._queue: Queue[NDArray[np.uint8] | None] = Queue(WAITING)
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self.sound_left = False
        self._thread = threading.Thread(target=self._encode, name="vasari-encode", daemon=True)
        self._thread.start()

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Hand over the next picture: even height and width, all alike, never changed afterwards.

        Args:
            picture: (H, W, 3) uint8 RGB, or (H, W, 4) with straight alpha where transparent.
        """
        self._put(picture)

    def _put(self, picture: NDArray[np.uint8] | None) -> None:
        while True:
            if self._failure:
                raise self._failure
            try:
                return self._queue.put(picture, timeout=PATIENCE)
            except Full:
                continue

    def close(self) -> None:
        """Finish the movie and put it at its place."""
        self._put(None)
        self._thread.join()
        if self._failure:
            raise self._failure
        if self._sign and not self._draft.folder:
            sign, kind = self._sign, self._draft.target.suffix.lower()
            self._draft.rewrite(lambda old, new: sign(old, new, kind))
        self._draft.publish()

    def abandon(self) -> None:
        """Stop, and leave nothing behind."""
        self._stop.set()
        self._thread.join()
        self._draft.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            self.abandon()

    def _encode(self) -> None:
        """The thread: pictures from the queue into the file, until None or a stop."""
        sink: _Sink | None = None
        try:
            while (picture := self._waited_for()) is not None:
                sink = sink or self._open(picture)
                sink.add(picture)
            if self._stop.is_set():
                return
            if sink is None:
                raise OutputError("No picture was given, so there is no video to write.")
            self.sound_left = sink.finish()
        except BaseException as error:
            self._failure = self._translated(error)
        finally:
            if sink:
                sink.close()

    def _waited_for(self) -> NDArray[np.uint8] | None:
        while not self._stop.is_set():
            with suppress(Empty):
                return self._queue.get(timeout=PATIENCE)
        return None

    def _open(self, picture: NDArray[np.uint8]) -> _Sink:
        if self._draft.folder:
            return PictureFolder(self._draft.path, self._note)
        recipe = RECIPES[self._draft.target.suffix.lower(), self._transparent]
        height, width = picture.shape[:2]
        return MovieFile(
            self._draft.path, recipe, (width, height), self._fps, self._sound, self._note
        )

    def _translated(self, error: BaseException) -> BaseException:
        if isinstance(error, OSError) and not isinstance(error, VasariError):
            return cannot_write(self._draft.target, error)
        return error


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a folder of pictures is asked for."""
    return os.fspath(checked_path(path, "output")).endswith(("/", os.sep))


def check_output(path: str | os.PathLike[str], *, transparent: bool = False) -> None:
    """Refuse early what could not be written at the end.

    Raises:
        OutputError: the extension is unknown, or that kind of file has no transparency.
    """
    if is_folder(path):
        return
    suffix = Path(path).suffix.lower()
    if (suffix, False) not in RECIPES:
        raise OutputError(
            f"{as_path(path)} has no extension that can be written: use .mp4, .webm or .mov, or "
            'end it in "/" for a folder of PNG pictures.'
        )
    if transparent and (suffix, True) not in RECIPES:
        raise OutputError(
            f'{suffix} knows no transparency: use .webm or .mov, or end the output in "/" for a '
            "folder of PNG pictures."
        )
