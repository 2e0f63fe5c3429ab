"""Pictures and sound into one movie file, interleaved, in the colours that players expect."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vasari.media.placed import Blocks, Samples, framed
from vasari.media.sound import SOUND_FRAME, Sound

SAYS = "Synthetic video: a portrait animated by Vasari from one picture and a voice"
ONE_THREAD = 512 * 512  # pixels up to which one encoding thread keeps up; more would only cost
MOST_THREADS = 8
AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
OPUS_RATES = (48000,)


@dataclass(frozen=True)
class Recipe:
    """How one kind of file is made.

    Attributes:
        container: FFmpeg's muxer; with its options.
        codec: of the pictures; with its options and pixel format.
        sound: codec of the sound, the rates it takes (None for any), bits a second.
    """

    container: str
    codec: str
    pixels: str
    options: dict[str, str]
    sound: str
    rates: tuple[int, ...] | None
    bits: int | None
    muxing: dict[str, str] = field(default_factory=dict)


# x264's macroblock tree reads memory that nobody wrote where the width is no multiple of 256, so
# that the same pictures gave different files; without it crf 20 is as sharp as 18 was with it
_H264 = {"crf": "20", "preset": "veryfast", "mbtree": "0"}
_VP9 = {"crf": "24", "b:v": "0", "deadline": "realtime", "cpu-used": "8", "row-mt": "1"}
_START = {"movflags": "+faststart"}
_SAME = {"fflags": "+bitexact"}  # else Matroska is given a random number

# (extension, whether transparent) -> recipe
RECIPES = {
    (".mp4", False): Recipe(
        "mp4", "libx264", "yuv420p", _H264, "aac", AAC_RATES, 192_000, _START
    ),
    (".mov", False): Recipe(
        "mov", "libx264", "yuv420p", _H264, "aac", AAC_RATES, 192_000, _START
    ),
    (".mov", True): Recipe(
        "mov", "prores_ks", "yuva444p10le", {"profile": "4444"}, "pcm_s16le", None, None, _START
    ),
    (".webm", False): Recipe(
        "webm", "libvpx-vp9", "yuv420p", _VP9, "libopus", OPUS_RATES, 128_000, _SAME
    ),
    (".webm", True): Recipe(
        "webm", "libvpx-vp9", "yuva420p", _VP9 | {"auto-alt-ref": "0"}, "libopus", OPUS_RATES,
        128_000, _SAME,
    ),
}  # fmt: skip


class MovieFile:
    """One movie being written.

    Args:
        path: of the file.
        recipe: its kind.
        size: width and height, pixels, even.
        fps: pictures a second.
        sound: that goes with it, from its first sample.
        note: is added to the sentence in the metadata.
    """

    def __init__(
        self, path: Path, recipe: Recipe, size: tuple[int, int], fps: Fraction | int,
        sound: Sound | None, note: str = "",
    ) -> None:  # fmt: skip
        self._container: OutputContainer = av.open(
            f"file:{path}", "w", format=recipe.container, container_options=recipe.muxing
        )
        self._container.metadata["comment"] = SAYS + note
        self._pixels = recipe.pixels
        self._count, self._fps = 0, Fraction(fps)
        self._video = self._video_stream(recipe, size)
        self._track = SoundTrack(self._container, recipe, sound) if sound else None
        self._convert = VideoReformatter()

    def _video_stream(self, recipe: Recipe, size: tuple[int, int]) -> VideoStream:
        stream = self._container.add_stream(recipe.codec, self._fps, options=recipe.options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = recipe.pixels
        if recipe.pixels == "yuva420p":
            stream.metadata["alpha_mode"] = "1"  # how Matroska knows of it
        context = stream.codec_context
        context.thread_count = _threads(size)
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        return stream

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Encode the next picture, (H, W, 3) or (H, W, 4) uint8, and the sound up to its end."""
        frame = av.VideoFrame.from_ndarray(picture, "rgb24" if picture.shape[2] == 3 else "rgba")
        frame = self._convert.reformat(
            frame, format=self._pixels, interpolation=Interpolation.AREA,
            src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG, dst_color_range=ColorRange.MPEG,
        )  # fmt: skip
        frame.pts, frame.time_base = self._count, 1 / self._fps
        frame.pict_type = PictureType.NONE
        self._container.mux(self._video.encode(frame))
        self._count += 1
        if self._track:
            self._track.add_until(self._count / self._fps)

    def finish(self) -> bool:
        """Write what the encoders hold back, and the sound up to the last picture's end.

        Returns:
            Whether sound was left over, more than a picture lasts.
        """
        self._container.mux(self._video.encode(None))
        left = False
        if self._track:
            left = self._track.finish(self._count / self._fps, 1 / self._fps)
        self._container.close()  # here, so that an error of the index is heard
        return left

    def close(self) -> None:
        """Let go of the files, however far it came."""
        with suppress(OSError):
            self._container.close()
        if self._track:
            self._track.close()


class SoundTrack:
    """The sound of a movie as it came: its rate where the codec has it, mono or stereo."""

    def __init__(self, container: OutputContainer, recipe: Recipe, sound: Sound) -> None:
        self._container = container
        rate = _nearest_rate(sound.rate, recipe.rates)
        layout = "mono" if sound.channels == 1 else "stereo"
        stream = container.add_stream(recipe.sound, rate, layout=layout)
        assert isinstance(stream, AudioStream)
        if recipe.bits:
            stream.bit_rate = recipe.bits
        context = stream.codec_context
        context.open()  # only then is the size of its frames known
        self._stream, self._rate, self._layout = stream, rate, layout
        self._sample, self._size = context.format.name, context.frame_size or SOUND_FRAME
        self._source, nothing = sound.samples(context.format.planar.name, rate, layout)
        self._blocks, self._rest = Blocks(self._source, nothing), nothing
        self._done = 0  # samples encoded

    def add_until(self, seconds: Fraction) -> None:
        """Encode all whole frames that begin before this time."""
        while not self._rest.shape[1] and self._done < seconds * self._rate:
            block = self._blocks.take(self._size)
            if block.shape[1] < self._size:
                self._rest = block  # the end: shorter frames may only come last
                return
            self._encode(block)

    def finish(self, seconds: Fraction, picture: Fraction) -> bool:
        """Encode the rest up to this time; silence, where more than a picture's time lacks it.

        Returns:
            Whether sound was left over, more than a picture's time.
        """
        whole, pad = round(seconds * self._rate), False
        while self._done < whole:
            left = whole - self._done
            block = self._rest if self._rest.shape[1] else self._blocks.take(self._size)
            self._rest = block[:, :0]
            short = block.shape[1] < self._size  # the sound has ended
            pad = pad or (short and left - block.shape[1] > picture * self._rate)
            if short and pad:
                block = np.pad(block, ((0, 0), (0, self._size - block.shape[1])))
            if not block.shape[1]:
                break
            self._encode(block[:, :left])
        self._container.mux(self._stream.encode(None))
        some = round(picture * self._rate)
        return bool(self._blocks.take(some).shape[1] == some)

    def _encode(self, block: Samples) -> None:
        frame = framed(block, self._sample, self._rate, self._layout)
        frame.pts, frame.time_base = self._done, Fraction(1, self._rate)
        self._container.mux(self._stream.encode(frame))
        self._done += frame.samples

    def close(self) -> None:
        """Close the file that the sound comes from."""
        self._source.close()


def _threads(size: tuple[int, int]) -> int:
    if size[0] * size[1] <= ONE_THREAD:
        return 1
    return min(os.cpu_count() or 1, MOST_THREADS)


def _nearest_rate(rate: int, rates: tuple[int, ...] | None) -> int:
    """The rate itself where it can be written, else the next higher, else the highest."""
    if rates is None or rate in rates:
        return rate
    return min((r for r in rates if r > rate), default=max(rates))
