"""Any sound that FFmpeg reads, streamed: once for the networks, once for the output."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.format import AudioFormat
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from vasari.errors import SoundError
from vasari.files import input_file
from vasari.media.clock import Clock, begins
from vasari.media.container import opened, pictures_of, sounds_of
from vasari.media.joined import Part, joined_parts
from vasari.media.placed import PIECE, Blocks, Heard, Placer, Resampled, Samples, framed, mixable
from vasari.media.tracks import first_with_sound
from vasari.telling import Tell
from vasari.values import SOUND_HZ, FloatArray

SHORTEST = 0.1  # seconds: less holds no sound of speech
RATES = (1000, 768_000)  # samples a second that sound of speech can have
SOUND_FRAME = 1024  # samples, where nothing asks for another size


@dataclass(frozen=True)
class Sound:
    """A sound file that is known to be readable.

    Attributes:
        path: absolute.
        rate: samples a second, as it came.
        channels: as it came.
        duration: seconds, or None where the file does not say.
        track: which of the file's sound tracks, from 1.
        tracks: how many it has.
        zero: seconds, in the file's own clock, at which the sound is taken to begin.
        parts: the files that it consists of, first byte and the one after the last, where several
            were joined end to end.
    """

    path: Path
    rate: int
    channels: int
    duration: float | None
    track: int = 1
    tracks: int = 1
    zero: Fraction = Fraction(0)
    parts: tuple[Part, ...] = ()

    def pieces(self, tell: Tell | None = None) -> Iterator[FloatArray]:
        """Mono float32 at SOUND_HZ for the networks, in pieces of half a second.

        Args:
            tell: called with a sentence if the file's timestamps had to be mended.
        """
        nothing = np.zeros((1, 0), np.float32)
        placer = Placer(
            lambda frame: Heard(frame.layout.name, frame.layout.nb_channels), SOUND_HZ, nothing
        )
        blocks = Blocks(self._placed(placer, tell), nothing)
        while len(piece := blocks.take(PIECE)[0]):
            yield piece

    def samples(self, sample: str, rate: int, layout: str) -> tuple[Generator[Samples], Samples]:
        """The sound in another sample format, rate and layout.

        Args:
            sample: FFmpeg's name of a planar sample format.
            rate: samples a second.
            layout: "mono" or "stereo".

        Returns:
            Pieces (channels, n), any n; and an empty one, to tell their type.
        """
        nothing = AudioFrame(sample, layout, 1).to_ndarray()[:, :0]
        placer = Placer(lambda frame: Resampled(sample, rate, layout), rate, nothing)
        return self._placed(placer), nothing

    def frames(
        self, sample: str, rate: int, layout: str, size: int = SOUND_FRAME
    ) -> Iterator[AudioFrame]:
        """The same as frames, of `size` samples but the last; `sample` may be a packed format."""
        blocks = Blocks(*self.samples(AudioFormat(sample).planar.name, rate, layout))
        done = 0
        while (block := blocks.take(size)).shape[1]:
            frame = framed(block, sample, rate, layout)
            frame.pts, frame.time_base = done, Fraction(1, rate)
            done += frame.samples
            yield frame

    def _placed(self, placer: Placer, tell: Tell | None = None) -> Generator[Samples]:
        try:
            for part in self.parts or (None,):
                for frame, start in self.decoded(part, tell):
                    yield from placer.push(mixable(frame), start if part is None else None)
            yield from placer.finish()
        except av.error.FFmpegError as cause:  # such a rate or layout cannot be resampled
            raise SoundError(f"{self.path} cannot be read as sound: it may be damaged.") from cause

    def decoded(
        self, part: Part | None = None, tell: Tell | None = None
    ) -> Iterator[tuple[AudioFrame, Fraction | None]]:
        """Frames, and when they begin in the clock that starts at `zero`."""
        with opened(self.path, "sound", SoundError, part) as container:
            stream = sounds_of(container)[self.track - 1]
            clock, alone = Clock(self.zero, tell), len(container.streams) == 1
            for packet in clock.packets(container, stream):
                for frame in frames_of(packet):
                    if frame.pts is None and alone:  # FLAC joined to FLAC has such frames
                        clock.untimed(frame.samples / frame.sample_rate)
                    yield frame, _start(frame, self.zero)


def open_sound(
    path: str | os.PathLike[str], track: int | None = None, *, from_picture: bool = False,
    tell: Tell = lambda sentence: None,
) -> Sound:  # fmt: skip
    """Look at a sound file, or at the sound of a video.

    It begins with the file: where pictures come before the sound, with silence.

    Args:
        path: any file that FFmpeg reads and that refers to no others.
        track: which of its sound tracks, from 1; None for the first that is not silent.
        from_picture: begin with the first picture, also where sound comes before it.
        tell: called with each sentence that the user should know.

    Raises:
        SoundError: it is not there, holds no sound, or less than SHORTEST seconds.
    """
    file = input_file(path, "sound", SoundError)
    parts = joined_parts(file)
    with opened(file, "sound", SoundError, parts[0] if parts else None) as container:
        streams = sounds_of(container)
        if not streams:
            raise SoundError(f"{file} has no sound in it: give a file with a voice.")
        if track is not None and not 1 <= track <= len(streams):
            many = "1 sound track" if len(streams) == 1 else f"{len(streams)} sound tracks"
            raise SoundError(f"{file} has {many}: there is no track {track}.")
        for stream in streams:
            if not RATES[0] <= stream.sample_rate <= RATES[1]:
                what, (low, high) = f"{stream.sample_rate} samples a second", RATES
                raise SoundError(f"{file} has {what}: use a sound of {low} to {high}.")
        pictures = pictures_of(container)
        first = begins(pictures or streams[0])
        known = [
            Sound(
                file, stream.sample_rate, stream.channels,
                None if parts else _duration(container, stream, first),
                number, len(streams), first, parts,
            )
            for number, stream in enumerate(streams, 1)
        ]  # fmt: skip
        number = track or first_with_sound(container, tell)
    sound = known[number - 1]
    heard = next((start for _, start in sound.decoded() if start is not None), None)
    if heard is not None and not (from_picture and pictures):
        # counted from what the file says: its pictures', or its sound's, which may be padding
        sound = replace(sound, zero=first + (min(heard, Fraction(0)) if pictures else heard))
    return _checked(sound)


def frames_of(packet: Packet[AudioStream]) -> list[AudioFrame]:
    """What a packet holds; nothing if it is damaged, since what follows may be sound."""
    with suppress(av.error.InvalidDataError):
        return packet.decode()
    return []


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


def _duration(container: InputContainer, stream: AudioStream, first: Fraction) -> float | None:
    """Seconds from when the file begins; as far as it says."""
    if stream.duration is not None and stream.time_base is not None:
        late = max(Fraction(0), begins(stream) - first)
        return float(stream.duration * stream.time_base + late)
    return container.duration / av.time_base if container.duration else None


def _start(frame: AudioFrame, zero: Fraction) -> Fraction | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * frame.time_base - zero
