"""Landmarks of a video in one npz, written while they come, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vasari.files import Draft, as_path, cannot_write
from vasari.values import LANDMARKS, FloatArray

PIECE = 1 << 20  # bytes copied at once


class LandmarkFile:
    """A file being written: `landmarks` (T, 478, 3) float32 in pixels, and `found` (T,) bool.

    Used as a context: leaving it without `finish` leaves nothing.

    Args:
        path: of the npz.

    Raises:
        OutputError: it cannot be written there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._draft = Draft(as_path(path).absolute())
        try:  # an array begins with its length, which is known last: until then it lies here
            self._come = tempfile.TemporaryFile(dir=self._draft.target.parent)  # noqa: SIM115
        except OSError as error:
            self._draft.discard()
            raise cannot_write(self._draft.target, error) from error

    def take(self, landmarks: FloatArray) -> None:
        """The next landmarks, (n, 478, 3)."""
        try:
            self._come.write(np.ascontiguousarray(landmarks, "<f4").tobytes())
        except OSError as error:
            raise cannot_write(self._draft.target, error) from error

    def finish(self, found: NDArray[np.bool_]) -> None:
        """Put the complete file at its place.

        Args:
            found: (T,) where the face was in sight.
        """
        try:
            with zipfile.ZipFile(self._draft.path, "w", zipfile.ZIP_DEFLATED) as packed:
                with packed.open("found.npy", "w") as entry:
                    np.lib.format.write_array(entry, found, allow_pickle=False)
                with packed.open("landmarks.npy", "w", force_zip64=True) as entry:
                    shape = (len(found), LANDMARKS, 3)
                    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(entry, header)
                    self._come.seek(0)
                    shutil.copyfileobj(self._come, entry, PIECE)
            self._draft.publish()
        except OSError as error:
            raise cannot_write(self._draft.target, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._come.close()
        self._draft.discard()
