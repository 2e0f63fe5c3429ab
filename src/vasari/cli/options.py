"""Arguments and options that several commands share, and what they accept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from vasari import checks
from vasari.checks import FPS_SAID, Which
from vasari.errors import VasariError

if TYPE_CHECKING:
    from vasari.provenance.making import Marks
    from vasari.values import Style

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


def style_of(
    file: str | None, seed: int = 0, gaze: str | None = None, pose: str | None = None, **others: Any
) -> Style:  # fmt: skip
    """What the options steer; each alone goes before what the file says of it.

    Raises:
        VasariError: the file says something that is not understood.
    """
    from vasari.values import Style

    given = {name: value for name, value in others.items() if value is not None}
    if gaze is not None:
        given["gaze"] = pair(gaze)
    if pose is not None:
        given["pose"] = triple(pose)
    style = Style(seed) if file is None else Style.load(file, seed)
    return replace(style, **given)


def marks_of(
    picture: str, consent: bool, badge: bool, no_mark: bool, cert: str | None, key: str | None,
    stamps: str | None,
) -> Marks:  # fmt: skip
    """What the options say of marks; asks about consent where somebody sits before a terminal.

    Raises:
        VasariError: the answer is no.
    """
    from vasari.provenance.consent import ask
    from vasari.provenance.making import Marks

    agreed = True if consent else ask(picture)
    how = "option" if consent else "terminal"
    return Marks(agreed, badge, not no_mark, cert, key, stamps, how)


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
Gaze = Annotated[
    str | None,
    typer.Option(
        metavar="YAW,PITCH", callback=check_gaze,
        help="Where the eyes mostly look, degrees: right and up of where they look in PICTURE.",
    ),
]  # fmt: skip
Pose = Annotated[
    str | None,
    typer.Option(
        metavar="YAW,PITCH,ROLL", callback=check_pose,
        help="How far the head is turned from its own pose, degrees; the eyes stay.",
    ),
]  # fmt: skip
Emotion = Annotated[
    str | None,
    typer.Option(
        metavar="NAME:STRENGTH[,...]", callback=check_emotion,
        help=f"Of {', '.join(checks.EMOTIONS)}, 0 to 1; auto (the voice's own) or none.",
    ),
]  # fmt: skip
Distance = Annotated[
    float | None,
    typer.Option(
        metavar="D", callback=check_distance,
        help="0.7 (near) to 1.4 (far): at .8 the face is 1/.8 as large.",
    ),
]  # fmt: skip
Head = Annotated[
    float | None,
    typer.Option(metavar="G", callback=check_head, help="Head motion, 0 (still) to 2."),
]
Expression = Annotated[
    float | None,
    typer.Option(
        metavar="G", callback=check_expression, help="All that moves but lips and blinks, 0 to 2."
    ),
]
Blink = Annotated[
    float | None,
    typer.Option(metavar="G", callback=check_blink, help="How often, 0 (never) to 2."),
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
NoMark = Annotated[
    bool, typer.Option("--no-mark", help="Leave the pixels unmarked, for tests and research.")
]
Cert = Annotated[
    str | None,
    typer.Option("--c2pa-cert", metavar="PEM", help="Sign with this chain, not the machine's own."),
]
Key = Annotated[str | None, typer.Option("--c2pa-key", metavar="PEM", help="Its private key.")]
Stamps = Annotated[
    str | None,
    typer.Option("--c2pa-tsa", metavar="URL", help="Have signatures time-stamped there."),
]
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
