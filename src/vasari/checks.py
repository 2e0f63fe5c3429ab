"""What a person asks for, checked once where it comes in: by the command, the jobs and `talk`.

Each function takes whatever was given and gives it as the rooms take it, or raises a `VasariError`
that says what would do. Nothing heavy is imported: the command checks its words with these as well.
"""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any, Literal, NamedTuple

from vasari.errors import OutputError, PictureError, VasariError

Background = tuple[int, int, int] | Literal["transparent"] | None  # None keeps the portrait's
BackgroundLike = str | Iterable[int] | None  # a name, red, green and blue, or None
Framing = Literal["crop", "full"]
Rate = float | str | Fraction
Which = int | tuple[float, float, float, float]  # the largest but so many, or a box

NTSC = Fraction(1000, 1001)
FPS = (
    24 * NTSC,
    Fraction(24),
    Fraction(25),
    30 * NTSC,
    Fraction(30),
    Fraction(40),
    Fraction(50),
    60 * NTSC,
    Fraction(60),
)  # pictures a second that can be written
FPS_SAID = ", ".join(f"{float(rate):.5g}" for rate in FPS[:-1]) + f" or {FPS[-1]}"
NEAR = Fraction(1, 200)  # pictures a second: 23.976 and 23.98 both mean 24000/1001
SIZES = (256, 1024)  # pixels: smallest and largest side of frame "crop"
CHUNKS = (1, 250)  # motion frames made at once: no delay, and ten seconds of it
GAINS = (0.0, 2.0)  # strengths of head motion, expression and blinking
GAZES = (30.0, 20.0)  # degrees to either side, and up or down
DISTANCES = (0.7, 1.4)  # of the portrait's own
POSES = (30.0, 20.0, 20.0)  # degrees of yaw, pitch and roll to either side
SECONDS = 1e6  # latest time of a keyframe
NUMBER = r"\d{1,9}(\.\d{1,9})?|\d{1,9}/\d{1,9}"
GREEN = (0, 255, 0)
NAMED: dict[str, Background] = {"keep": None, "green": GREEN, "transparent": "transparent"}


class Emotion(NamedTuple):
    """How strongly each emotion is shown, 0 to 1; `auto`: how far the voice's own feeling is."""

    neutral: float = 0.0
    happy: float = 0.0
    sad: float = 0.0
    angry: float = 0.0
    surprised: float = 0.0
    afraid: float = 0.0
    disgusted: float = 0.0
    contempt: float = 0.0
    auto: float = 0.0


EMOTIONS = Emotion._fields[:-1]
AUTO, NONE = Emotion(auto=1.0), Emotion()


def checked_fps(fps: Any) -> Fraction:
    """Pictures a second, one of FPS: 23.976, "23.98" and "24000/1001" all mean 24000/1001.

    Raises:
        OutputError: it is not.
    """
    asked = _rational(fps)
    near = min(FPS, key=lambda rate: abs(rate - asked))
    if abs(near - asked) > NEAR:
        raise OutputError(f"{quoted(fps)} pictures a second cannot be made: use {FPS_SAID}.")
    return near


def checked_size(size: Any) -> int:
    """An even number of pixels within SIZES.

    Raises:
        OutputError: it is not.
    """
    side = _whole(size)
    if side is None or side % 2 or not SIZES[0] <= side <= SIZES[1]:
        low, high = SIZES
        raise OutputError(
            f"{quoted(size)} pixels cannot be made: use an even size from {low} to {high}."
        )
    return side


def checked_chunk(chunk: Any) -> int:
    """Motion frames made at once, within CHUNKS.

    Raises:
        VasariError: it is no such number.
    """
    frames = _whole(chunk)
    if frames is None or not CHUNKS[0] <= frames <= CHUNKS[1]:
        low, high = CHUNKS
        raise VasariError(
            f"{quoted(chunk)} is no chunk: use a whole number of motion frames, {low} to {high}."
        )
    return frames


def checked_frame(frame: Any) -> Framing:
    """The name of a frame.

    Raises:
        OutputError: it is none.
    """
    for name in ("crop", "full"):
        if isinstance(frame, str) and frame == name:
            return name
    raise OutputError(
        f"{quoted(frame)} is no frame: use crop (head and shoulders) or full (the whole picture)."
    )


def checked_background(background: Any) -> Background:
    """`keep` or None, `green`, `#rrggbb`, `transparent`, or red, green and blue from 0 to 255.

    Raises:
        VasariError: it is none of these.
    """
    if background is None:
        return None
    if isinstance(background, str):
        if background in NAMED:
            return NAMED[background]
        if re.fullmatch("#[0-9a-fA-F]{6}", background):
            red, green, blue = bytes.fromhex(background[1:])
            return red, green, blue
    elif isinstance(background, Iterable):
        colour = [-1 if (part := _whole(value)) is None else part for value in background]
        if len(colour) == 3 and all(part in range(256) for part in colour):
            return colour[0], colour[1], colour[2]
    raise VasariError(
        f"{quoted(background)} is no background: use keep, green, transparent, a colour such as "
        "#20304f, or its red, green and blue as whole numbers from 0 to 255."
    )


def checked_which(face: Any) -> Which:
    """Which face of a picture: a number from 1, or its box, x, y, width and height in pixels.

    Raises:
        PictureError: it is neither.
    """
    number = _whole(face)
    if number is not None and number >= 1:
        return number
    if isinstance(face, Iterable) and not isinstance(face, str | bytes):
        box = list(face)
        if len(box) == 4 and all(is_number(edge) for edge in box) and min(box[2:]) > 0:
            x, y, width, height = map(float, box)
            return x, y, width, height
    raise PictureError(
        f"{quoted(face)} tells no face: use 1 (the largest), 2, ..., or its box as four numbers in "
        "pixels, x, y, width and height, the last two above 0."
    )


def checked_path(path: Any, what: str) -> str | os.PathLike[str]:
    """The path of something.

    Args:
        path: as it was given.
        what: it is the path of, for the message.

    Raises:
        VasariError: it is no path.
    """
    if isinstance(path, str | os.PathLike):
        text: str | bytes = os.fspath(path)
        if isinstance(text, str) and text and "\0" not in text:
            return path
    raise VasariError(f"{quoted(path)} is no path: give the path of the {what}.")


def checked_flag(flag: Any, name: str) -> bool:
    """True or False, and nothing that only counts as such.

    Raises:
        VasariError: it is neither.
    """
    if type(flag).__name__ not in ("bool", "bool_"):  # numpy's own counts, and is not imported here
        raise VasariError(f"{quoted(flag)} does not say whether {name}: use True or False.")
    return bool(flag)


def checked_seed(seed: Any) -> int:
    """A whole number from 0.

    Raises:
        VasariError: it is not.
    """
    number = _whole(seed)
    if number is None or number < 0:
        raise VasariError(f"{quoted(seed)} is no seed: use a whole number, 0 or more.")
    return number


def checked_head(head: Any) -> float:
    """How much the head moves, within GAINS.

    Raises:
        VasariError: it is no such number.
    """
    return _gain(head, "head motion", "still")


def checked_expression(expression: Any) -> float:
    """How much the face but the lips moves, within GAINS.

    Raises:
        VasariError: it is no such number.
    """
    return _gain(expression, "expression", "the lips alone")


def checked_blink(blink: Any) -> float:
    """How often the eyes blink, within GAINS.

    Raises:
        VasariError: it is no such number.
    """
    return _gain(blink, "blinking", "never")


def _gain(gain: Any, what: str, none: str) -> float:
    low, high = GAINS
    if not is_number(gain) or not low <= gain <= high:
        raise VasariError(
            f"{quoted(gain)} is no strength of {what}: use a number from 0 ({none}) to "
            f"{high:g}, 1 being natural."
        )
    return float(gain)


def checked_distance(distance: Any) -> float:
    """How far away the person is, within DISTANCES.

    Raises:
        VasariError: it is no such number.
    """
    low, high = DISTANCES
    if not is_number(distance) or not low <= distance <= high:
        raise VasariError(
            f"{quoted(distance)} is no distance: use a number from {low:g} (near) to {high:g} "
            "(far), 1 being the portrait's own."
        )
    return float(distance)


def checked_gaze(gaze: Any) -> tuple[float, float]:
    """Where the eyes look, yaw and pitch within GAZES, degrees; None is 0, 0.

    Raises:
        VasariError: it is no such pair.
    """
    if gaze is None:
        return 0.0, 0.0
    if isinstance(gaze, Iterable) and not isinstance(gaze, str | bytes):
        pair = list(gaze)
        fits = len(pair) == 2 and all(map(is_number, pair))
        if fits and all(abs(angle) <= most for angle, most in zip(pair, GAZES, strict=True)):
            return float(pair[0]), float(pair[1])
    side, up = GAZES
    raise VasariError(
        f"{quoted(gaze)} is no gaze: use yaw (-{side:g} to {side:g} degrees, positive to the "
        f"picture's right) and pitch (-{up:g} to {up:g}, positive up), such as 12,-5."
    )


def checked_pose(pose: Any) -> tuple[float, float, float]:
    """By how much the head is turned, yaw, pitch and roll within POSES, degrees; None is none.

    Raises:
        VasariError: it is no such triple.
    """
    if pose is None:
        return 0.0, 0.0, 0.0
    if isinstance(pose, Iterable) and not isinstance(pose, str | bytes):
        angles = list(pose)
        fits = len(angles) == 3 and all(map(is_number, angles))
        if fits and all(abs(angle) <= most for angle, most in zip(angles, POSES, strict=True)):
            return float(angles[0]), float(angles[1]), float(angles[2])
    yaw, pitch, roll = POSES
    raise VasariError(
        f"{quoted(pose)} is no pose: use yaw (-{yaw:g} to {yaw:g} degrees, positive to the "
        f"picture's right), pitch (-{pitch:g} to {pitch:g}, positive up) and roll (-{roll:g} to "
        f"{roll:g}, positive clockwise), such as 8,-3,0."
    )


def checked_emotion(emotion: Any) -> Emotion:
    """Which emotions are shown: strengths by name, or the same as text, "happy:0.5,sad:0.2";
    "auto" or None leaves it to the voice, "none" shows none.

    Raises:
        VasariError: it is none of these.
    """
    if emotion is None:
        return AUTO
    if isinstance(emotion, str):
        strengths = {"auto": AUTO._asdict(), "none": {}}.get(emotion, _strengths(emotion))
    else:
        strengths = emotion._asdict() if isinstance(emotion, Emotion) else emotion
    if isinstance(strengths, Mapping) and all(
        name in Emotion._fields and is_number(value) and 0 <= value <= 1
        for name, value in strengths.items()
    ):
        return Emotion(**{name: float(value) for name, value in strengths.items()})
    raise VasariError(
        f"{quoted(emotion)} is no emotion: use auto, none, or strengths from 0 to 1 of "
        f"{', '.join(EMOTIONS)}, such as happy:0.5,surprised:0.2."
    )


def _strengths(text: str) -> dict[str, float] | None:
    """Strengths by name from a text; None where it is none, or names one twice."""
    try:
        found = [(name.strip(), float(value)) for name, value in
                 (part.split(":") for part in text.split(","))]  # fmt: skip
    except ValueError:
        return None
    return dict(found) if len(dict(found)) == len(found) else None


def checked_seconds(seconds: Any, what: str) -> float:
    """A time from 0 to SECONDS.

    Raises:
        VasariError: it is no such number.
    """
    if not is_number(seconds) or not 0 <= seconds <= SECONDS:
        raise VasariError(
            f"{quoted(seconds)} is no time for {what}: use seconds from 0 to {SECONDS:g}."
        )
    return float(seconds)


def _whole(value: Any) -> int | None:
    """The whole number that a value is, also one of numpy's; None where it is none."""
    if type(value).__name__ in ("bool", "bool_"):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def _rational(value: Any) -> Fraction:
    """The number that a value is, or that stands in a text; 0 where it is none."""
    try:
        if isinstance(value, str):
            return Fraction(value if re.fullmatch(NUMBER, value, re.ASCII) else 0)
        if not is_number(value):
            return Fraction(0)
        return value if isinstance(value, Fraction) else Fraction(float(value))
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        return Fraction(0)


def is_number(value: Any) -> bool:
    """Whether it is one finite number, of Python or numpy."""
    if type(value).__name__ in ("bool", "bool_") or getattr(value, "ndim", None):
        return False
    try:
        return isfinite(value)
    except (TypeError, ValueError, OverflowError):
        return False


def quoted(value: Any) -> str:
    """A value in a sentence, short."""
    text = " ".join((repr(value) if isinstance(value, str) else str(value)).split())
    return text if len(text) <= 60 else text[:57] + "..."
