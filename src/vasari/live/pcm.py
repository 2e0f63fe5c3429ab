"""Sound as others send it, 16-bit whole numbers, to ours and back without loss."""

from __future__ import annotations

import io

import av
import numpy as np

from vasari.errors import SoundError
from vasari.values import SOUND_HZ, FloatArray

FULL = 32768  # what full scale is as a whole number


def from_pcm(samples: bytes | bytearray | memoryview, channels: int = 1) -> FloatArray:
    """(n,) float32, the mean of interleaved channels of little-endian 16-bit samples.

    Raises:
        SoundError: these are no whole samples.
    """
    if len(samples) % (2 * channels):
        raise SoundError(
            f"{len(samples)} bytes are no whole samples: send 16-bit ones, all channels of each."
        )
    table = np.frombuffer(samples, "<i2").reshape(-1, channels)
    return np.asarray(table.mean(1, dtype=np.float32) / FULL, np.float32)


def to_pcm(sound: FloatArray) -> bytes:
    """Little-endian 16-bit samples of (n,) float32 with full scale 1."""
    return np.clip(np.round(sound * FULL), -FULL, FULL - 1).astype("<i2").tobytes()


def from_file(content: bytes) -> FloatArray:
    """(n,) float32 at SOUND_HZ, of a whole sound file that lies in memory, such as a WAV.

    Raises:
        SoundError: it is none.
    """
    resampler = av.AudioResampler("s16", "mono", SOUND_HZ)
    try:
        with av.open(io.BytesIO(content), "r") as file:
            frames = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
        frames += resampler.resample(None)
    except (av.error.FFmpegError, IndexError):
        raise SoundError("That is no sound file: give a WAV.") from None
    return from_pcm(b"".join(frame.to_ndarray().tobytes() for frame in frames))
