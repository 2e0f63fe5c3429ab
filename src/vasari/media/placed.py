"""Sound that comes in frames with times, as one row of samples: gaps filled, overlaps cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from vasari.values import SOUND_HZ

JITTER = Fraction(1, 20)  # seconds by which frames may miss their time, as they do in recordings
MOST_CHANNELS = 8  # that FFmpeg's resampler mixes; of more, the mean is taken
MOST_PLANES = 7  # of a frame that PyAV shows; with eight it reads behind their end
PIECE = SOUND_HZ // 2  # samples of one piece for the networks
CANCELLED = 0.1  # a mix that much weaker than a channel, -20 dB: its channels cancel each other

Samples = np.ndarray[Any, Any]  # (channels, n)


class Converter(Protocol):
    """Turns frames of one kind into samples; made anew for each stretch without gaps."""

    def push(self, frame: AudioFrame | None) -> Iterator[Samples]:
        """The next frame in, or None at the end; samples out."""


class Resampled:
    """Samples in another format, rate and layout, as PyAV shows them.

    Args:
        sample: FFmpeg's name of a format.
        rate: samples a second.
        layout: such as "mono" or "stereo".
        size: samples of each piece but the last; None for whatever comes.
    """

    def __init__(self, sample: str, rate: int, layout: str, size: int | None = None) -> None:
        self._resampler = AudioResampler(format=sample, layout=layout, rate=rate, frame_size=size)

    def push(self, frame: AudioFrame | None) -> Iterator[Samples]:
        """The next frame in, or None at the end; samples out."""
        for out in self._resampler.resample(frame):
            yield out.to_ndarray()


class Heard:
    """Mono for the networks, (1, n) float32 at SOUND_HZ: a mix, or where it cancels, a channel.

    Args:
        layout: of the frames that come.
        channels: that it has.
    """

    def __init__(self, layout: str, channels: int) -> None:
        self._channels = channels
        # packed, since PyAV cannot be asked for eight planes
        self._each = Resampled("flt", SOUND_HZ, layout, PIECE)
        # of two it is the mean, so that a voice in both is as loud as it is in mono
        self._mix = Resampled("fltp", SOUND_HZ, "mono", PIECE) if channels > 2 else None

    def push(self, frame: AudioFrame | None) -> Iterator[Samples]:
        """The next frame in, or None at the end; samples out."""
        each = [packed.reshape(-1, self._channels).T for packed in self._each.push(frame)]
        if self._mix is None:
            mixed = [samples.mean(0, keepdims=True) for samples in each]
        else:
            mixed = list(self._mix.push(frame))
        yield from map(_loud, mixed, each)


def _loud(mixed: Samples, each: Samples) -> Samples:
    """The mix (1, n), or the loudest channel where it is far louder."""
    powers = np.square(each, dtype=np.float64).mean(1)
    loudest = int(powers.argmax())
    if np.square(mixed, dtype=np.float64).mean() < CANCELLED**2 * powers[loudest]:
        return each[loudest, None]
    return mixed


class Placer:
    """Puts sound where its times say, from zero on.

    Args:
        convert: makes the converter of a stretch that begins with this frame.
        rate: samples a second that converters give.
        nothing: (channels, 0) of the type that they give.
    """

    def __init__(
        self, convert: Callable[[AudioFrame], Converter], rate: int, nothing: Samples
    ) -> None:
        self._convert, self._rate, self._nothing = convert, rate, nothing
        self._converter: Converter | None = None
        self._kind: tuple[str, str, int] | None = None
        self._end = Fraction(0)  # seconds, of what came
        self._done = 0  # samples that were given

    def push(self, frame: AudioFrame, start: Fraction | None) -> Iterator[Samples]:
        """The next frame in, samples (channels, n) out.

        Args:
            frame: of any kind.
            start: seconds at which it begins; None for right after the last one.
        """
        slack = JITTER if self._kind else 0  # the first one begins exactly
        if start is None or abs(start - self._end) <= slack:
            start = self._end
        elif start < self._end:
            late = _without(frame, round((self._end - start) * frame.sample_rate))
            if late is None:
                return
            frame, start = late, self._end
        if start > self._end or self._kind != _kind(frame):
            yield from self._closed()
            yield from self._silence(start)
            self._converter, self._kind = self._convert(frame), _kind(frame)
        assert self._converter is not None
        self._end += Fraction(frame.samples, frame.sample_rate)
        yield from map(self._counted, self._converter.push(frame))

    def finish(self) -> Iterator[Samples]:
        """What is left, to exactly the end."""
        yield from self._closed()

    def _closed(self) -> Iterator[Samples]:
        """The end of a stretch; converters may give a sample more or less than it is long."""
        whole = round(self._end * self._rate)
        for samples in self._converter.push(None) if self._converter else ():
            yield self._counted(samples[:, : max(0, whole - self._done)])
        yield from self._silence(self._end)

    def _silence(self, until: Fraction) -> Iterator[Samples]:
        missing = round(until * self._rate) - self._done
        while missing > 0:
            some = min(missing, self._rate)
            yield self._counted(np.zeros((len(self._nothing), some), self._nothing.dtype))
            missing -= some
        self._end = until

    def _counted(self, samples: Samples) -> Samples:
        self._done += samples.shape[1]
        return samples


class Blocks:
    """Samples (channels, n) in blocks of a size that is asked for.

    Args:
        samples: any pieces.
        nothing: (channels, 0) of their type.
    """

    def __init__(self, samples: Iterable[Samples], nothing: Samples) -> None:
        self._samples, self._held = iter(samples), nothing

    def take(self, size: int) -> Samples:
        """The next (channels, size); fewer only at the end."""
        held = [self._held]
        while sum(piece.shape[1] for piece in held) < size:
            piece = next(self._samples, None)
            if piece is None:
                break
            held.append(piece)
        whole = held[0] if len(held) == 1 else np.concatenate(held, axis=1)
        self._held = whole[:, size:]
        return whole[:, :size]


def mixable(frame: AudioFrame) -> AudioFrame:
    """A frame that can be mixed and cut: of very many channels, their mean."""
    channels = frame.layout.nb_channels
    if channels <= MOST_PLANES:
        return frame
    (packed,) = AudioResampler(format="flt").resample(frame)
    if channels > MOST_CHANNELS:
        mono = packed.to_ndarray().reshape(-1, channels).mean(1)
        packed = AudioFrame.from_ndarray(mono[None], format="flt", layout="mono")
        packed.sample_rate = frame.sample_rate
    return packed


def framed(samples: Samples, sample: str, rate: int, layout: str) -> AudioFrame:
    """(channels, n) samples as a frame, whose format may also be a packed one."""
    if sample[-1] != "p":
        samples = np.ascontiguousarray(samples.T).reshape(1, -1)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), sample, layout)
    frame.sample_rate = rate
    return frame


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _without(frame: AudioFrame, first: int) -> AudioFrame | None:
    """A frame without its first samples; None if that is all of it."""
    if first >= frame.samples:
        return None
    channels = 1 if frame.format.is_planar else frame.layout.nb_channels
    rest: Samples = np.ascontiguousarray(frame.to_ndarray()[:, first * channels :])
    late = AudioFrame.from_ndarray(rest, frame.format, frame.layout)
    late.sample_rate = frame.sample_rate
    return late
