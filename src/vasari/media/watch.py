"""Pictures out of a video, at a steady rate, the way up that a viewer sees."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

import av.error
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vasari.errors import VideoError
from vasari.files import input_file
from vasari.media.clock import LONGEST_PAUSE, Clock, begins
from vasari.media.container import opened, pictures_of
from vasari.telling import Tell
from vasari.values import MOTION_HZ, Picture


def read_video(
    path: str | os.PathLike[str], rate: float = MOTION_HZ, tell: Tell | None = None
) -> Iterator[Picture]:
    """The pictures of a video, at `rate` a second: picture k is the one seen at time k / rate.

    Args:
        path: any video that FFmpeg reads and that refers to no other files.
        rate: pictures a second.
        tell: called with a sentence if the file's timestamps had to be mended.

    Yields:
        (H, W, 3) uint8 RGB, turned as the file says.

    Raises:
        VideoError: it is not there, or holds no pictures.
    """
    file = input_file(path, "video", VideoError)
    step = 1 / Fraction(rate).limit_denominator(1001)
    with opened(file, "video", VideoError) as container:
        stream = pictures_of(container)
        if stream is None:
            raise VideoError(f"{file} has no pictures in it: give a video.")
        stream.thread_type = "AUTO"
        zero = begins(stream)
        packets = Clock(zero, tell).packets(container, stream)
        yield from _steady((f for packet in packets for f in _frames_of(packet)), zero, step)


def _steady(frames: Iterator[VideoFrame], zero: Fraction, step: Fraction) -> Iterator[Picture]:
    """Repeat and drop pictures so that one comes every `step` seconds."""
    count = 0
    for frame, end in _with_end(frames, zero, step):
        picture = None
        while (count + Fraction(1, 2)) * step < end:  # the middle is what jitter spares
            picture = _upright(frame) if picture is None else picture
            yield picture
            count += 1


def _with_end(
    frames: Iterator[VideoFrame], zero: Fraction, step: Fraction
) -> Iterator[tuple[VideoFrame, Fraction]]:
    """Each frame with the time, counted from `zero`, at which it is replaced."""
    held: VideoFrame | None = None
    time = zero - step
    for frame in frames:
        time = _time(frame.pts, frame, time + step)
        if held is not None:
            yield held, time - zero
        held = frame
    if held is not None:
        lasts = _time(held.duration, held, step) or step
        yield held, time - zero + min(lasts, Fraction(LONGEST_PAUSE))


def _frames_of(packet: Packet[VideoStream]) -> list[VideoFrame]:
    with suppress(av.error.InvalidDataError):  # damaged: what follows may be pictures
        return packet.decode()
    return []


def _time(ticks: int | None, frame: VideoFrame, otherwise: Fraction) -> Fraction:
    if ticks is None or frame.time_base is None:
        return otherwise
    return ticks * frame.time_base


def _upright(frame: VideoFrame) -> Picture:
    picture = frame.to_ndarray(format="rgb24")
    return np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)))
