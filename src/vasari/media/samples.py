"""A sound however it is given, in pieces of mono float32 at SOUND_HZ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike
from typing import Any

import numpy as np

from vasari.checks import checked_path
from vasari.errors import SoundError
from vasari.media.placed import PIECE
from vasari.media.sound import open_sound
from vasari.values import SOUND_HZ, FloatArray

SoundLike = str | PathLike[str] | FloatArray | Iterable[FloatArray]
NOTHING = np.zeros(0, np.float32)
LOUDEST = 100.0  # a sample beyond is no float of full scale 1


def sound_pieces(sound: SoundLike) -> Iterator[FloatArray]:
    """Pieces of mono float32 at 16 kHz of at most PIECE samples, whatever way the sound was given.

    What is there already is checked at once, pieces that come later when they come.

    Raises:
        SoundError: samples are not one row of finite floating point numbers, or there are none.
    """
    if isinstance(sound, str | PathLike):
        return open_sound(checked_path(sound, "sound")).pieces()
    if isinstance(sound, np.ndarray | list | tuple):
        given = [sound] if isinstance(sound, np.ndarray) else sound
        for _ in _cut(given):
            pass
        return _cut(given)
    if not hasattr(sound, "__iter__") or hasattr(sound, "decode") or hasattr(sound, "read"):
        raise SoundError(
            f"{type(sound).__name__} is no sound: give the path of a file, an array of mono float "
            f"samples at {SOUND_HZ} Hz, or pieces of such samples."
        )
    return _cut(sound)


def side_by_side(
    one: Iterable[FloatArray], other: Iterable[FloatArray]
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Two sounds in pieces on one clock, cut to the same lengths; the shorter is continued with
    silence."""
    pieces, rests = [iter(one), iter(other)], [NOTHING, NOTHING]
    while True:
        rests = [
            rest if len(rest) else next((p for p in sound if len(p)), NOTHING)
            for rest, sound in zip(rests, pieces, strict=True)
        ]
        there = [len(rest) for rest in rests if len(rest)]
        if not there:
            return
        n = min(there)
        a, b = (rest[:n] if len(rest) else np.zeros(n, np.float32) for rest in rests)
        yield a, b
        rests = [rest[n:] for rest in rests]


def _cut(pieces: Iterable[FloatArray]) -> Iterator[FloatArray]:
    """The samples in pieces of at most PIECE, each checked."""
    heard = 0
    for piece in pieces:
        samples = _row(piece)
        for start in range(0, len(samples), PIECE):
            yield checked_samples(samples[start : start + PIECE])
        heard += len(samples)
    if not heard:
        raise SoundError("The sound holds no samples: give at least one.")


def checked_samples(piece: Any) -> FloatArray:
    """One row of floats with full scale 1, as float32; it may be empty.

    Raises:
        SoundError: it is something else.
    """
    samples = _row(piece)
    _check_loudness(float(np.abs(samples).max(initial=0)))
    return samples.astype(np.float32, copy=False)


def _row(piece: Any) -> FloatArray:
    if not isinstance(piece, np.ndarray):
        piece = np.asarray(piece) if hasattr(piece, "__array__") else piece
    if (
        not isinstance(piece, np.ndarray)
        or piece.ndim != 1
        or not np.issubdtype(piece.dtype, np.floating)
    ):
        what = getattr(piece, "shape", ""), getattr(piece, "dtype", type(piece).__name__)
        raise SoundError(
            f"Samples must be one row of floats at {SOUND_HZ} Hz with full scale 1, not "
            f"{' '.join(map(str, filter(None, what)))}: convert them, or give the path of the file."
        )
    return piece


def _check_loudness(loudest: float) -> None:
    if not loudest < LOUDEST:  # so written, NaN is refused too
        what = f"reach {loudest:.0f}" if np.isfinite(loudest) else "are no finite numbers"
        raise SoundError(f"Some samples {what}: give floats with full scale 1.")
