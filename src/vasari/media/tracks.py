"""Which of several sound tracks has the voice: the first that is not silent."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from vasari.media.container import demuxed, sounds_of
from vasari.telling import Tell

SILENT = 1e-3  # peak of a sound in which nothing is said, -60 dBFS
LISTEN = 600  # seconds of each track that are listened to


def first_with_sound(container: InputContainer, tell: Tell) -> int:
    """The number, from 1, of the first sound track that is not silent; 1 where all are.

    Args:
        container: freshly opened; it is read until the first track sounds, LISTEN at most.
        tell: told when it is not the first.
    """
    tracks = sounds_of(container)
    if len(tracks) == 1:
        return 1
    numbers = {stream.index: number for number, stream in enumerate(tracks, 1)}
    heard = set[int]()
    for packet in demuxed(container, tracks):
        if packet.pts is not None and packet.pts * packet.time_base > LISTEN:
            break
        if numbers[packet.stream.index] in heard:
            continue
        with suppress(av.error.InvalidDataError):
            frames = cast(list[AudioFrame], packet.decode())
            if any(peak(frame) >= SILENT for frame in frames):
                heard.add(numbers[packet.stream.index])
        if 1 in heard:
            break
    number = min(heard, default=1)
    if number > 1:
        tell(
            f"Sound track 1 of {len(tracks)} is silent: track {number} is taken "
            "(--track N takes another)."
        )
    return number


def peak(frame: AudioFrame) -> float:
    """The largest sample of a frame, full scale 1."""
    (packed,) = AudioResampler(format="flt").resample(frame)
    return float(np.abs(packed.to_ndarray()).max(initial=0))
