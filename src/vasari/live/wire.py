"""What goes over the wire: sound and sentences up, pictures with their sound down.

docs/live.md says it for people who write a client.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from vasari.checks import quoted
from vasari.live.refused import Refused
from vasari.values import FloatArray, Style

HEADER = struct.Struct("<BBBBIqII")  # 24 bytes, little-endian
MAGIC, VERSION = 0x56, 1  # "V"
FORMATS = {"none": 0, "h264": 1, "jpeg": 2}
KEY, END, IDLE = 1, 2, 4  # flags
NO_SAMPLE = -1  # of a picture that shows no sound that was sent
MOST_TEXT = 64 << 10  # bytes of a message of text
MOST_SOUND = 1 << 20  # bytes of one piece of sound, half a minute


@dataclass(frozen=True)
class Shown:
    """One picture on its way to a viewer.

    Attributes:
        index: counts from 0, without gaps but where pictures were left out.
        sample: number, in the sound that was sent, of the first sample that the picture shows, or
            NO_SAMPLE.
        picture: encoded; empty where it was left out for a slow viewer.
        sound: (n,) int16, 16 kHz, which is heard while it is seen.
        key: whether a decoder may begin here.
        end: whether the turn ends with it.
        idle: whether nobody speaks.
    """

    index: int
    sample: int
    picture: bytes
    sound: np.ndarray[Any, np.dtype[np.int16]]
    key: bool = False
    end: bool = False
    idle: bool = False

    def packed(self, kind: str, *, sound: bool = True) -> bytes:
        """The message: header, picture, and its sound if that is wanted."""
        flags = KEY * self.key | END * self.end | IDLE * self.idle
        heard = self.sound.astype("<i2", copy=False).tobytes() if sound else b""
        code = FORMATS[kind if self.picture else "none"]
        head = HEADER.pack(
            MAGIC, VERSION, code, flags, self.index & 0xFFFFFFFF, self.sample, len(self.picture),
            len(heard),
        )  # fmt: skip
        return head + self.picture + heard


def unpacked(message: bytes) -> Shown:
    """The picture in a message.

    Raises:
        Refused: it is no such message.
    """
    if len(message) < HEADER.size or message[0] != MAGIC or message[1] != VERSION:
        raise Refused("That is no picture of Vasari: see docs/live.md.")
    _, _, _, flags, index, sample, picture, sound = HEADER.unpack_from(message)
    middle = HEADER.size + picture
    heard = np.frombuffer(message, "<i2", sound // 2, middle)
    return Shown(
        index, sample, message[HEADER.size : middle], heard,
        bool(flags & KEY), bool(flags & END), bool(flags & IDLE),
    )  # fmt: skip


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Steered(_Said):
    """What is steered, each as `vasari.Style` has it; what is left away is as it was."""

    seed: int | None = Field(default=None, ge=0, le=2**31)
    gaze: tuple[float, float] | None = None
    distance: float | None = None
    head: float | None = None
    expression: float | None = None
    blink: float | None = None
    emotion: dict[str, float] | str | None = None
    manner: dict[str, float] | None = None

    def style(self, before: Style | None = None) -> Style:
        """The style, what is not said taken from the one before.

        Raises:
            VasariError: a value is out of its range.
        """
        from dataclasses import fields, replace

        known = {field.name for field in fields(Style)}
        given = {k: v for k, v in self.model_dump(exclude_none=True).items() if k in known}
        return replace(before or Style(), **given)


class Start(_Said):
    """The first message: who speaks, and how it is sent."""

    type: Literal["start"]
    face: str = Field(max_length=64)
    fps: Literal[24, 25, 30, 40, 50] = 40
    size: Literal[256, 384, 512, 640, 768] = 512
    pictures: Literal["h264", "jpeg"] = "h264"
    ahead: Literal[0, 1, 2] = 0
    sound: bool = True
    stamp: bool = False
    style: Steered = Steered()


class Restyle(_Said):
    """Another style, eased to."""

    type: Literal["style"]
    style: Steered


class Verb(_Said):
    """flush: the turn ends; interrupt: it is cut off; listen, say: what the sound is that follows;
    keyframe: begin the pictures anew; bye."""

    type: Literal["flush", "interrupt", "listen", "say", "keyframe", "bye"]


Message = Annotated[Restyle | Verb, Field(discriminator="type")]
_MESSAGES: TypeAdapter[Restyle | Verb] = TypeAdapter(Message)


def start_in(text: str) -> Start:
    """The first message of a client.

    Raises:
        Refused: it is something else.
    """
    try:
        return Start.model_validate_json(_short(text))
    except ValidationError as error:
        raise _not_understood(error) from None


def message_in(text: str) -> Restyle | Verb:
    """A later message of a client.

    Raises:
        Refused: it is something else.
    """
    try:
        return _MESSAGES.validate_json(_short(text))
    except ValidationError as error:
        raise _not_understood(error) from None


def sound_in(message: bytes) -> FloatArray:
    """(n,) float32 of 16-bit samples.

    Raises:
        Refused: it is half a sample, or too long.
    """
    if len(message) % 2:
        raise Refused("Sound comes as 16-bit samples: that was half a sample.")
    if len(message) > MOST_SOUND:
        raise Refused("A piece of sound may last half a minute at most: send shorter ones.")
    return np.frombuffer(message, "<i2").astype(np.float32) / np.float32(32768)


def sound_out(sound: FloatArray) -> np.ndarray[Any, np.dtype[np.int16]]:
    """(n,) int16 of float32 samples."""
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)


def style_in(text: str) -> Style:
    """A style as JSON.

    Raises:
        VasariError: it is none.
    """
    try:
        return Steered.model_validate_json(_short(text)).style()
    except ValidationError as error:
        raise _not_understood(error) from None


def told(kind: str, **what: object) -> str:
    """A message of text to a client."""
    return json.dumps({"type": kind, **what})


def _short(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise Refused("The message is too long: sound is sent as binary messages.")
    return text


def _not_understood(error: ValidationError) -> Refused:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the message"
    return Refused(f"{quoted(where)} is not understood ({first['msg']}): see docs/live.md.")
