"""Pictures out of a video, at a steady rate, the way up that a viewer sees."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame

from vasari.errors import VideoError
from vasari.files import input_file
from vasari.media.sound import opened
from vasari.values import MOTION_HZ, Picture


def read_video(path: str | os.PathLike[str], rate: float = MOTION_HZ) -> Iterator[Picture]:
    """The pictures of a video, at `rate` a second: picture k is the one seen at time k / rate.

    Yields:
        (H, W, 3) uint8 RGB, turned as the file says.

    Raises:
        VideoError: it is not there, or holds no pictures.
    """
    file = input_file(path, "video", VideoError)
    step = 1 / Fraction(rate).limit_denominator(1000)
    with opened(file, "video", VideoError) as container:
        if not container.streams.video:
            raise VideoError(f"{file} has no pictures in it: give a video.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        yield from _steady(container.decode(stream), step)


def _steady(frames: Iterator[VideoFrame], step: Fraction) -> Iterator[Picture]:
    """Repeat and drop pictures so that one comes every `step` seconds."""
    count = 0
    for frame, end in _with_end(frames, step):
        picture = None
        while (count + Fraction(1, 2)) * step < end:  # the middle is what jitter spares
            picture = _upright(frame) if picture is None else picture
            yield picture
            count += 1


def _with_end(
    frames: Iterator[VideoFrame], step: Fraction
) -> Iterator[tuple[VideoFrame, Fraction]]:
    """Each frame with the time, counted from the first, at which it is replaced."""
    held: VideoFrame | None = None
    start = time = Fraction(0)
    for frame in frames:
        time = _time(frame.pts, frame, time + step)
        if held is None:
            start = time
        else:
            yield held, time - start
        held = frame
    if held is not None:
        yield held, time - start + (_time(held.duration, held, step) or step)


def _time(ticks: int | None, frame: VideoFrame, otherwise: Fraction) -> Fraction:
    if ticks is None or frame.time_base is None:
        return otherwise
    return ticks * frame.time_base


def _upright(frame: VideoFrame) -> Picture:
    picture = frame.to_ndarray(format="rgb24")
    return np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)))
