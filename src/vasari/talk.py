"""The joining function: a face and a sound become pictures, as the sound comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike
from typing import Literal

import numpy as np

from vasari.background import Background
from vasari.errors import SoundError
from vasari.frame_rate import FrameRate, pictures_in
from vasari.media import open_sound
from vasari.motion import MotionStream
from vasari.render import Hair, Renderer, onto_face
from vasari.speech import SpeechStream
from vasari.values import SOUND_HZ, Face, FloatArray, Picture, Style

Frame = Literal["crop", "full"]
SoundLike = str | PathLike[str] | FloatArray | Iterable[FloatArray]
CHUNK = 25  # motion frames made at once: a file has no hurry, and larger chunks cost less


def talk(
    face: Face, sound: SoundLike, *, size: int = 512, fps: int = 25, frame: Frame = "crop",
    background: Background = None, style: Style | None = None, chunk: int = CHUNK,
) -> Iterator[Picture]:  # fmt: skip
    """Pictures of a face that says a sound, `fps` a second.

    Args:
        face: the portrait, from `read_portrait`.
        sound: path of a file, mono float32 samples at 16 kHz, or pieces of such samples.
        size: side of the pictures of frame "crop", pixels.
        fps: pictures a second.
        frame: "crop" (head and shoulders) or "full" (the whole portrait).
        background: None keeps the portrait's; an RGB triple; or "transparent".
        style: what is steered; the default moves naturally.
        chunk: motion frames made at once; the same chunk gives the same pictures, however the
            sound is cut into pieces.

    Yields:
        (H, W, 3) uint8 RGB, or (H, W, 4) with straight alpha for a transparent background.
    """
    renderer = Renderer(face, size, frame, background)
    speech, motion = SpeechStream(chunk), MotionStream(style or Style(), chunk)
    rate, hair = FrameRate(fps), Hair()
    heard, shown = 0, 0
    for piece, last in with_last(sound_pieces(sound)):
        heard += len(piece)
        moves = motion.push(speech.push(piece, last), last)
        moves = rate.push(moves, pictures_in(heard, fps) if last else None)
        moves, shown = onto_face(face, moves, shown / fps), shown + len(moves)
        moves = hair.push(moves)
        yield from renderer.draw_all(moves)


def sound_pieces(sound: SoundLike) -> Iterable[FloatArray]:
    """Pieces of mono float32 at 16 kHz, whatever way the sound was given.

    Raises:
        SoundError: samples are not one row of floating point numbers.
    """
    if isinstance(sound, str | PathLike):
        return open_sound(sound).pieces()
    return map(_checked, [sound] if isinstance(sound, np.ndarray) else sound)


def _checked(piece: FloatArray) -> FloatArray:
    piece = np.asarray(piece)
    if piece.ndim != 1 or not np.issubdtype(piece.dtype, np.floating):
        raise SoundError(
            f"Samples must be one row of floats at {SOUND_HZ} Hz with full scale 1, not "
            f"{piece.shape} {piece.dtype}: convert them, or give the path of the file."
        )
    return piece


def with_last(pieces: Iterable[FloatArray]) -> Iterator[tuple[FloatArray, bool]]:
    """The pieces as they come, then an empty one that says it was the last."""
    for piece in pieces:
        yield piece, False
    yield np.zeros(0, np.float32), True
