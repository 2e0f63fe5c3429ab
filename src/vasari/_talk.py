"""The joining function: a face and a sound become pictures, as the sound comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from vasari.checks import (
    Background,
    BackgroundLike,
    Frame,
    Rate,
    checked_background,
    checked_chunk,
    checked_fps,
    checked_frame,
    checked_path,
    checked_size,
)
from vasari.media.samples import SoundLike, sound_pieces
from vasari.motion import MotionStream
from vasari.motion.emotion import own_kept
from vasari.motion.frame_rate import FrameRate, pictures_in
from vasari.motion.steering import Steering, StyleLike, checked_style
from vasari.portrait.read import read_portrait
from vasari.render import Body, Renderer
from vasari.render.body import Carried
from vasari.render.distance import at_distance
from vasari.shape.onto_face import onto_face
from vasari.speech import SpeechStream
from vasari.values import Face, FloatArray, Motion, Picture
from vasari.values.face import is_face_file
from vasari.values.style import Moment

FaceLike = Face | str | PathLike[str] | NDArray[np.uint8]
CHUNK = 25  # motion frames made at once: a file has no hurry, and larger chunks cost less


def talk(
    face: FaceLike, sound: SoundLike, *, size: int = 512, fps: Rate = 25, frame: Frame = "crop",
    background: BackgroundLike = None, style: StyleLike = None, chunk: int = CHUNK,
) -> Iterator[Picture]:  # fmt: skip
    """Pictures of a face that says a sound, `fps` a second.

    Args:
        face: the portrait, from `read_portrait`; or what that takes, a path or pixels, or the path
            of a saved face: it is read before this function comes back.
        sound: path of a file, mono float32 samples at 16 kHz, or pieces of such samples.
        size: side of the pictures of frame "crop", pixels, even, 256 to 1024.
        fps: pictures a second, one of `checks.FPS`: 23.976 is taken as 24000/1001, exactly.
        frame: "crop" (head and shoulders) or "full" (the whole portrait).
        background: "keep" or None keeps the portrait's; "green", "#rrggbb", (red, green, blue)
            from 0 to 255, or "transparent".
        style: what is steered; the default moves naturally. A function that gives a `Style` is
            asked for each picture, and what it changes is eased to over 0.3 s; since `chunk`
            frames are made at once, they are asked for at once.
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
        _asked(style), checked_chunk(chunk),
    )  # fmt: skip
    return pictures(_face(face, asked.frame), sound_pieces(sound), asked)


@dataclass(frozen=True)
class Asked:
    """What is asked of `talk`, checked."""

    size: int
    fps: Fraction
    frame: Frame
    background: Background
    style: StyleLike
    chunk: int


def pictures(face: Face, sound: Iterable[FloatArray], asked: Asked) -> Iterator[Picture]:
    """The pictures of `talk`, of mono float32 at 16 kHz in pieces."""
    renderer = Renderer(face, asked.size, asked.frame, asked.background)
    speech, motion = SpeechStream(asked.chunk), MotionStream(asked.style, asked.chunk)
    rate, body, steering = FrameRate(asked.fps), Body(), Steering(asked.style)
    heard, shown = 0, 0
    for piece, last in with_last(sound):
        heard += len(piece)
        features = speech.push(piece, last)
        if not len(features) and not last:
            continue
        moves = motion.push(features, last)
        moves = rate.push(moves, pictures_in(heard, asked.fps) if last else None)
        times = np.asarray((shown + np.arange(len(moves)) + 0.5) / float(asked.fps), np.float64)
        moments = [steering.at(float(time)) for time in times]
        kept = np.array([own_kept(moment.emotion) for moment in moments])
        moves, shown = onto_face(face, moves, float(shown / asked.fps), kept), shown + len(moves)
        yield from renderer.draw_all(*_carried(moves, body, moments))


def _carried(
    motion: Motion, body: Body, moments: list[Moment]
) -> tuple[Motion, Carried]:  # fmt: skip
    """A motion at the distance that is asked for in each of its frames, and what goes with it."""
    carried = body.push(motion, np.array([moment.head for moment in moments]))
    return at_distance(motion, carried, np.array([moment.distance for moment in moments]))


def _face(face: FaceLike, frame: Frame) -> Face:
    if isinstance(face, Face):
        return face
    if not isinstance(face, np.ndarray) and is_face_file(checked_path(face, "picture")):
        return Face.load(face)
    return read_portrait(face, frame=frame)


def _asked(style: StyleLike) -> StyleLike:
    return style if callable(style) else checked_style(style)


def with_last(pieces: Iterable[FloatArray]) -> Iterator[tuple[FloatArray, bool]]:
    """The pieces as they come, then an empty one that says it was the last."""
    for piece in pieces:
        yield piece, False
    yield np.zeros(0, np.float32), True
