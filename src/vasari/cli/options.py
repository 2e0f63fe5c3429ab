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


def pair(text: str) -> tuple[float, float]:
    """`--gaze` as it was written.

    Raises:
        VasariError: it is no gaze.
    """
    try:
        return checks.checked_gaze([float(part) for part in text.split(",")])
    except ValueError:
        return checks.checked_gaze(text)


def triple(text: str) -> tuple[float, float, float]:
    """`--pose` as it was written.

    Raises:
        VasariError: it is no pose.
    """
    try:
        return checks.checked_pose([float(part) for part in text.split(",")])
    except ValueError:
        return checks.checked_pose(text)


def _given(check: Callable[[Value], object]) -> Callable[[Value | None], Value | None]:
    """A check of what may be left away."""
    checked = _words(check)
    return lambda value: None if value is None else checked(value)


check_gaze = _given(pair)
check_pose = _given(triple)
check_emotion = _given(checks.checked_emotion)
check_distance = _given(checks.checked_distance)
check_head = _given(checks.checked_head)
check_expression = _given(checks.checked_expression)
check_blink = _given(checks.checked_blink)


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
StyleFile = Annotated[
    str | None,
    typer.Option("--style", metavar="FILE.toml", help="Keyframes of all these; see the guide."),
]
Consent = Annotated[
    bool,
    typer.Option(
        "--i-have-consent", help="“I am this person or have their permission, or this is nobody.”"
    ),
]
Badge = Annotated[bool, typer.Option("--badge", help="Draw “AI” into the lower right corner.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Out = Annotated[
    str, typer.Option("-o", "--out", help='.mp4, .webm, .mov, or a folder ending in "/".')
]
Framing = Annotated[
    Literal["crop", "full"], typer.Option(help="Head and shoulders, or the whole picture.")
]
Host = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Listen there; all but this machine needs a token.")
]
Port = Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="Listen at this port.")]
Token = Annotated[
    str | None,
    typer.Option(
        metavar="T", envvar="VASARI_TOKEN",
        help="What clients must know; made and said where one is needed and none is given.",
    ),
]  # fmt: skip
Sessions = Annotated[
    int, typer.Option(metavar="N", min=1, max=64, help="Live conversations at once.")
]
Keep = Annotated[
    float,
    typer.Option(metavar="MINUTES", min=1, help="Forget portraits and videos after that time."),
]
Ice = Annotated[
    list[str] | None,
    typer.Option(
        "--ice", metavar="URL",
        help="stun:HOST:PORT or turn:HOST:PORT,USER,PASSWORD; may be given several times.",
    ),
]  # fmt: skip
