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
    Framing,
    Rate,
    checked_background,
    checked_chunk,
    checked_flag,
    checked_fps,
    checked_frame,
    checked_path,
    checked_size,
)
from vasari.errors import SoundError
from vasari.media.samples import SoundLike, side_by_side, sound_pieces
from vasari.motion.frame_rate import pictures_in
from vasari.motion.steering import StyleLike, checked_style
from vasari.performer import Performer
from vasari.portrait.read import read_portrait
from vasari.provenance.making import Finish, number_of
from vasari.render import Renderer
from vasari.values import Face, FloatArray, Picture, Style
from vasari.values.face import is_face_file

FaceLike = Face | str | PathLike[str] | NDArray[np.uint8]
SILENCE = np.zeros(640, np.float32)  # a motion frame of it
CHUNK = 25  # motion frames made at once: a file has no hurry, and larger chunks cost less


def talk(
    face: FaceLike, sound: SoundLike | None, *, size: int = 512, fps: Rate = 25,
    frame: Framing = "crop", background: BackgroundLike = None, style: StyleLike = None,
    chunk: int = CHUNK, mark: bool = True, listen: SoundLike | None = None,
) -> Iterator[Picture]:  # fmt: skip
    """Pictures of a face that says a sound, `fps` a second.

    Args:
        face: the portrait, from `read_portrait`; or what that takes, a path or pixels, or the path
            of a saved face: it is read before this function comes back.
        sound: path of a file, mono float32 samples at 16 kHz, or pieces of such samples; None for
            nothing to say, only to listen to.
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
        mark: mark the pixels, so that `vasari verify` finds them to be synthetic, with a number
            that follows from the portrait and the seed. False is for tests and research.
        listen: the voice of somebody else, from the same moment on, to which the face listens: it
            nods, raises its brows, looks at the viewer. The pictures last as long as the longer of
            the two.

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
    check_something(sound, listen)
    mark, who = checked_flag(mark, "pixels are marked"), face_of(face, asked.frame)
    own, other = (None if heard is None else sound_pieces(heard) for heard in (sound, listen))
    shown = pictures(who, own or (), asked, other)
    return map(marking(who, asked.style, asked.background), shown) if mark else shown


def check_something(sound: object, listen: object) -> None:
    """Whether there is something to say or to listen to.

    Raises:
        SoundError: there is not.
    """
    if sound is None and listen is None:
        raise SoundError("There is no sound: give one to say, or one to listen to.")


@dataclass(frozen=True)
class Asked:
    """What is asked of `talk`, checked."""

    size: int
    fps: Fraction
    frame: Framing
    background: Background
    style: StyleLike
    chunk: int


def marking(face: Face, style: StyleLike, background: Background) -> Finish:
    """Marks the pixels of what has no making of its own."""
    seed = style.seed if isinstance(style, Style) else 0
    return Finish(number_of(face, seed), False, background)


def pictures(
    face: Face, sound: Iterable[FloatArray], asked: Asked, other: Iterable[FloatArray] | None = None
) -> Iterator[Picture]:
    """The pictures of `talk`, of mono float32 at 16 kHz in pieces."""
    renderer = Renderer(face, asked.size, asked.frame, asked.background)
    listens, heard = other is not None, 0
    performer = Performer(face, asked.fps, asked.style, asked.chunk, listens=listens)
    for piece in sound if other is None else _listened(performer, sound, other):
        heard += len(piece)
        yield from renderer.draw_all(*performer.push(piece))
    total = pictures_in(heard, asked.fps)
    while (left := total - performer.made) > 0:  # silence follows, until all is said
        if listens:
            performer.listen(SILENCE)
        motion, carried = performer.push(SILENCE)
        yield from renderer.draw_all(motion.part(0, left), carried.part(0, left))


def _listened(
    performer: Performer, sound: Iterable[FloatArray], other: Iterable[FloatArray]
) -> Iterator[FloatArray]:
    """The pieces of a sound, each after as much of the other's is heard."""
    for own, theirs in side_by_side(sound, other):
        performer.listen(theirs)
        yield own


def face_of(face: FaceLike, frame: Framing) -> Face:
    """A face, read from a picture or a file where it is none yet."""
    if isinstance(face, Face):
        return face
    if not isinstance(face, np.ndarray) and is_face_file(checked_path(face, "picture")):
        return Face.load(face)
    return read_portrait(face, frame=frame)


def _asked(style: StyleLike) -> StyleLike:
    return style if callable(style) else checked_style(style)
