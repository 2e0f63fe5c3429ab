"""The joining function: a face and a sound become pictures, as the sound comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vasari.checks import (
    Background,
    BackgroundLike,
    Frame,
    checked_background,
    checked_chunk,
    checked_fps,
    checked_frame,
    checked_path,
    checked_size,
)
from vasari.errors import SoundError, VasariError
from vasari.media import open_sound
from vasari.motion import MotionStream
from vasari.motion.frame_rate import FrameRate, pictures_in
from vasari.portrait import read_portrait
from vasari.render import Hair, Renderer, onto_face
from vasari.speech import SpeechStream
from vasari.values import SOUND_HZ, Face, FloatArray, Picture, Style
from vasari.values.face import is_face_file

FaceLike = Face | str | PathLike[str] | NDArray[np.uint8]
SoundLike = str | PathLike[str] | FloatArray | Iterable[FloatArray]
LEAD = 1.0  # motion frames: lips that hear 80 ms ahead come late by a frame in some clips
CHUNK = 25  # motion frames made at once: a file has no hurry, and larger chunks cost less
PIECE = SOUND_HZ // 2  # samples worked on at once: a long array streams as a file does
LOUDEST = 100.0  # a sample beyond is no float of full scale 1


def talk(
    face: FaceLike, sound: SoundLike, *, size: int = 512, fps: int = 25, frame: Frame = "crop",
    background: BackgroundLike = None, style: Style | None = None, chunk: int = CHUNK,
) -> Iterator[Picture]:  # fmt: skip
    """Pictures of a face that says a sound, `fps` a second.

    Args:
        face: the portrait, from `read_portrait`; or what that takes, a path or pixels, or the path
            of a saved face: it is read before this function comes back.
        sound: path of a file, mono float32 samples at 16 kHz, or pieces of such samples.
        size: side of the pictures of frame "crop", pixels, even, 256 to 1024.
        fps: pictures a second, 25, 30, 40, 50 or 60.
        frame: "crop" (head and shoulders) or "full" (the whole portrait).
        background: "keep" or None keeps the portrait's; "green", "#rrggbb", (red, green, blue)
            from 0 to 255, or "transparent".
        style: what is steered; the default moves naturally.
        chunk: motion frames made at once, 1 to 250; the same chunk gives the same pictures,
            however the sound is cut into pieces.

    Returns:
        An iterator of (H, W, 3) uint8 RGB, or (H, W, 4) with straight alpha for a transparent
        background.

    Raises:
        VasariError: one sentence that says what is wrong; of pieces that only come later, when
            they come.
    """
    asked = Asked(
        checked_size(size), checked_fps(fps), checked_frame(frame), checked_background(background),
        _style(style), checked_chunk(chunk),
    )  # fmt: skip
    return pictures(_face(face), sound_pieces(sound), asked)


@dataclass(frozen=True)
class Asked:
    """What is asked of `talk`, checked."""

    size: int
    fps: int
    frame: Frame
    background: Background
    style: Style
    chunk: int


def pictures(face: Face, sound: Iterable[FloatArray], asked: Asked) -> Iterator[Picture]:
    """The pictures of `talk`, of mono float32 at 16 kHz in pieces."""
    renderer = Renderer(face, asked.size, asked.frame, asked.background)
    speech, motion = SpeechStream(asked.chunk), MotionStream(asked.style, asked.chunk)
    rate, hair = FrameRate(asked.fps, LEAD), Hair()
    heard, shown = 0, 0
    for piece, last in with_last(sound):
        heard += len(piece)
        features = speech.push(piece, last)
        if not len(features) and not last:
            continue
        moves = motion.push(features, last)
        moves = rate.push(moves, pictures_in(heard, asked.fps) if last else None)
        moves, shown = onto_face(face, moves, shown / asked.fps), shown + len(moves)
        moves = hair.push(moves)
        yield from renderer.draw_all(moves)


def _face(face: FaceLike) -> Face:
    if isinstance(face, Face):
        return face
    if not isinstance(face, np.ndarray) and is_face_file(checked_path(face, "picture")):
        return Face.load(face)
    return read_portrait(face)


def _style(style: Style | None) -> Style:
    if style is not None and not isinstance(style, Style):
        raise VasariError(f"{type(style).__name__} is no style: make one with vasari.Style.")
    return style or Style()


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


def _cut(pieces: Iterable[FloatArray]) -> Iterator[FloatArray]:
    """The samples in pieces of at most PIECE, each checked."""
    heard = 0
    for piece in pieces:
        samples = _samples(piece)
        for start in range(0, len(samples), PIECE):
            part = samples[start : start + PIECE]
            _check_loudness(float(np.abs(part).max()))
            yield part.astype(np.float32, copy=False)
        heard += len(samples)
    if not heard:
        raise SoundError("The sound holds no samples: give at least one.")


def _samples(piece: Any) -> FloatArray:
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


def with_last(pieces: Iterable[FloatArray]) -> Iterator[tuple[FloatArray, bool]]:
    """The pieces as they come, then an empty one that says it was the last."""
    for piece in pieces:
        yield piece, False
    yield np.zeros(0, np.float32), True
