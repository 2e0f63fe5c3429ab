"""Arguments and options that several commands share, and what they accept."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from vasari.errors import VasariError
from vasari.rates import FPS_SAID, exact_rate


def check_fps(fps: str) -> str:
    """A rate that can be written."""
    try:
        exact_rate(fps)
    except VasariError as error:
        raise typer.BadParameter(str(error)) from None
    return fps


def check_size(size: int) -> int:
    """An even number of pixels."""
    if size % 2:
        raise typer.BadParameter(f"{size} is odd; videos need an even number of pixels.")
    return size


def check_background(text: str) -> str:
    """Words that name a background."""
    from vasari.render.background import parse_background

    try:
        parse_background(text)
    except VasariError as error:
        raise typer.BadParameter(str(error)) from None
    return text


def which(text: str) -> int | tuple[float, float, float, float]:
    """`--face` as it was written: a number from 1, or x,y,width,height in pixels."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    x, y, width, height = (float(part) for part in text.split(","))
    if min(width, height) <= 0:
        raise ValueError("a box has a width and a height")
    return x, y, width, height


def check_face(text: str) -> str:
    """Words that `which` understands."""
    try:
        which(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is neither 1, 2, ... nor x,y,width,height.") from None
    return text


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
Track = Annotated[
    int | None,
    typer.Option(min=1, help="Which sound track; else the first that is not silent."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Out = Annotated[
    str, typer.Option("-o", "--out", help='.mp4, .webm, .mov, or a folder ending in "/".')
]
Frame = Annotated[
    Literal["crop", "full"], typer.Option(help="Head and shoulders, or the whole picture.")
]
