"""Arguments and options that several commands share, and what they accept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Literal, TypeVar

import typer

from vasari import checks
from vasari.checks import FPS_SAID, Which
from vasari.errors import VasariError

Value = TypeVar("Value")


def _words(check: Callable[[Value], object]) -> Callable[[Value], Value]:
    """A check as the command line wants it: what is wrong is wrong usage."""

    def checked(value: Value) -> Value:
        try:
            check(value)
        except VasariError as error:
            raise typer.BadParameter(str(error)) from None
        return value

    return checked


check_fps = _words(checks.checked_fps)
check_size = _words(checks.checked_size)
check_background = _words(checks.checked_background)


def which(text: str) -> Which:
    """`--face` as it was written: a number from 1, or x,y,width,height in pixels.

    Raises:
        PictureError: it is neither.
    """
    with suppress(ValueError):
        parts = text.split(",")
        return checks.checked_which(int(text) if len(parts) == 1 else [float(p) for p in parts])
    return checks.checked_which(text)


check_face = _words(which)


WhichFace = Annotated[
    str,
    typer.Option(
        "--face", metavar="N", callback=check_face,
        help="1 is the largest; or its box, x,y,width,height in pixels.",
    ),
]  # fmt: skip
GivenLandmarks = Annotated[
    str | None,
    typer.Option(
        "--landmarks", metavar="FILE",
        help="The landmarks of the face, .npz or .json, taken instead of reading them.",
    ),
]  # fmt: skip
DriverVideo = Annotated[
    str,
    typer.Argument(metavar="VIDEO", help="A video of one face, a motion file or a Live Link CSV."),
]
Picture = Annotated[str, typer.Argument(metavar="PICTURE", help="A picture, or a saved face.")]
Fps = Annotated[
    str, typer.Option(metavar="N", callback=check_fps, help=f"Pictures a second: {FPS_SAID}.")
]
SoundTrack = Annotated[
    int | None,
    typer.Option(
        "--track", metavar="N", min=1, help="Which sound track; else the first that is not silent."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Out = Annotated[
    str, typer.Option("-o", "--out", help='.mp4, .webm, .mov, or a folder ending in "/".')
]
Frame = Annotated[
    Literal["crop", "full"], typer.Option(help="Head and shoulders, or the whole picture.")
]
