"""Any sound that FFmpeg reads, streamed: once for the networks, once for the output."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from vasari.errors import SoundError, VasariError
from vasari.files import input_file
from vasari.values import SOUND_HZ, FloatArray

SHORTEST = 0.1  # seconds: less holds no sound of speech
PIECE = SOUND_HZ // 2  # samples of one decoded piece
MOST_CHANNELS = 8  # that FFmpeg's resampler mixes; of more, the mean is taken
LOCAL_ONLY = {"protocol_whitelist": "file"}  # a play list must not reach out to the network


@dataclass(frozen=True)
class Sound:
    """A sound file that is known to be readable.

    Attributes:
        path: absolute.
        rate: samples a second, as it came.
        channels: as it came.
        duration: seconds, or None where the file does not say.
    """

    path: Path
    rate: int
    channels: int
    duration: float | None

    def pieces(self) -> Iterator[FloatArray]:
        """Mono float32 at SOUND_HZ for the networks, in pieces of about half a second."""
        held: list[FloatArray] = []
        for frame in self.frames("flt", SOUND_HZ, "mono"):
            held.append(frame.to_ndarray()[0])
            if sum(map(len, held)) >= PIECE:
                yield np.concatenate(held)
                held = []
        if held:
            yield np.concatenate(held)

    def frames(
        self, sample: str, rate: int, layout: str, size: int | None = None
    ) -> Generator[AudioFrame]:
        """The sound in another sample format, rate and layout.

        Args:
            sample: FFmpeg's name of the sample format.
            rate: samples a second.
            layout: "mono" or "stereo".
            size: samples of each frame but the last; None for whatever comes.
        """
        resampler = AudioResampler(format=sample, layout=layout, rate=rate, frame_size=size)
        samples = 0
        for source in _and_none(self._decoded()):
            for frame in resampler.resample(source):
                frame.pts, frame.time_base = samples, Fraction(1, rate)
                samples += frame.samples
                yield frame

    def _decoded(self) -> Iterator[AudioFrame]:
        """Frames of one format, one after the other."""
        kind = None
        with opened(self.path, "sound", SoundError) as container:
            for packet in container.demux(container.streams.audio[0]):
                for frame in _frames_of(packet):
                    kind = kind or _kind(frame)
                    if _kind(frame) == kind:  # another would stop the resampler
                        yield _mixable(frame)


def open_sound(path: str | os.PathLike[str]) -> Sound:
    """Look at a sound file, or at the sound of a video.

    Raises:
        SoundError: it is not there, holds no sound, or less than SHORTEST seconds.
    """
    file = input_file(path, "sound", SoundError)
    with opened(file, "sound", SoundError) as container:
        if not container.streams.audio:
            raise SoundError(f"{file} has no sound in it: give a file with a voice.")
        stream = container.streams.audio[0]
        sound = Sound(file, stream.rate, stream.channels, _duration(container))
    return _checked(sound)


@contextmanager
def opened(path: Path, what: str, error: type[VasariError]) -> Iterator[InputContainer]:
    """An FFmpeg container, its errors in our words."""
    unreadable = f"{path} cannot be read as {what}: it may be damaged or of another kind."
    try:
        # "file:" keeps names with a colon from being taken for a protocol
        container = av.open(f"file:{path}", options=LOCAL_ONLY)
    except (av.error.FFmpegError, OSError, ValueError) as cause:
        raise error(unreadable) from cause
    with container:
        try:
            yield container
        except av.error.FFmpegError as cause:
            raise error(unreadable) from cause


def _checked(sound: Sound) -> Sound:
    heard = 0
    for piece in sound.pieces():
        heard += len(piece)
        if heard >= SHORTEST * SOUND_HZ:
            return sound
    if not heard:
        raise SoundError(f"{sound.path} holds no sound that can be read: give another file.")
    raise SoundError(
        f"{sound.path} lasts only {heard / SOUND_HZ:.2f} s: give at least {SHORTEST} s of sound."
    )


def _duration(container: InputContainer) -> float | None:
    stream = container.streams.audio[0]
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _frames_of(packet: av.Packet[AudioStream]) -> list[AudioFrame]:
    with suppress(av.error.InvalidDataError):  # damaged: what follows may be sound
        return packet.decode()
    return []


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.rate


def _mixable(frame: AudioFrame) -> AudioFrame:
    if frame.layout.nb_channels <= MOST_CHANNELS:
        return frame
    # interleaved, since PyAV cannot show more than eight planes
    (packed,) = AudioResampler(format="flt").resample(frame)
    mono = packed.to_ndarray().reshape(-1, frame.layout.nb_channels).mean(1)
    mixed = AudioFrame.from_ndarray(mono[None], format="flt", layout="mono")
    mixed.rate = frame.rate
    return mixed


def _and_none(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame | None]:
    """The frames, then None, which flushes a resampler."""
    yield from frames
    yield None
