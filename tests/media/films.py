"""Small films and sounds as they come from everywhere, made by FFmpeg in the test."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from vasari.media import Sound, open_sound, read_video

SOUND, PICTURES = 257, 256  # how FFmpeg numbers the streams of a transport stream
LOUD = 0.05  # of a tone


class Track(NamedTuple):
    """(channels, n) float32 samples, their rate, when they begin in seconds, and their times."""

    samples: NDArray[np.float32]
    rate: int = 48_000
    start: float = 0.0
    time: Callable[[float], float] = lambda seconds: seconds


def tone(seconds: float, rate: int = 48_000, level: float = 0.5) -> NDArray[np.float32]:
    """(1, n) a tone."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * 440 * time)).astype(np.float32)[None]


def film(
    path: Path, *tracks: Track, pictures: int = 0, start: float = 0.0, codec: str = "aac",
    form: str | None = None, time: Callable[[int], float] = lambda k: k / 25,
) -> Path:  # fmt: skip
    """A file of 64 x 64 pictures, 5 brighter each, 25 a second, and of sound tracks."""
    with av.open(str(path), "w", format=form) as out:
        todo = []
        if pictures:
            stream = out.add_stream("libx264", 25, options={"crf": "10", "preset": "ultrafast"})
            stream.width = stream.height = 64
            for k in range(pictures):
                picture = np.full((64, 64, 3), min(5 * k, 255), np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame.time_base = Fraction(1, 12_800)
                frame.pts = round((time(k) + start) * 12_800)
                todo.append((k / 25 + start, stream, frame))
        for track in tracks:
            todo += _frames(out, track, codec)
        for _, stream, frame in sorted(todo, key=lambda entry: entry[0]):
            out.mux(stream.encode(frame))
        for stream in out.streams:
            out.mux(stream.encode(None))
    return path


def _frames(out: av.container.OutputContainer, track: Track, codec: str) -> list:
    layout = "mono" if len(track.samples) == 1 else "stereo"
    stream = out.add_stream(codec, track.rate, layout=layout)
    context = stream.codec_context
    context.open()
    whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(track.samples), "fltp", layout)
    whole.rate = track.rate
    resampler = av.AudioResampler(
        context.format.name, layout, track.rate, context.frame_size or 1024
    )
    frames, done = [], 0
    for frame in [*resampler.resample(whole), *resampler.resample(None)]:
        frame.time_base = Fraction(1, track.rate)
        frame.pts = round((track.time(done / track.rate) + track.start) * track.rate)
        frames.append((done / track.rate + track.start, stream, frame))
        done += frame.samples
    return frames


def muxed(path: Path, *sources: tuple[Path, float]) -> Path:
    """The first streams of files in one, each so many seconds later."""
    packets = []
    with av.open(str(path), "w") as out:
        for source, late in sources:
            with av.open(str(source)) as file:
                stream = out.add_stream_from_template(file.streams[0])
                for packet in file.demux(file.streams[0]):
                    if packet.size and packet.pts is not None and packet.dts is not None:
                        packet.pts += round(late / packet.time_base)
                        packet.dts += round(late / packet.time_base)
                        packets.append((packet.dts * packet.time_base, len(packets), packet))
                        packet.stream = stream
        for _, _, packet in sorted(packets):
            out.mux(packet)
    return path


def moved(path: Path, stream: int, units: range, seconds: float) -> Path:
    """A transport stream, the timestamps of some of a stream's access units moved."""
    content, count = bytearray(path.read_bytes()), 0
    for at in range(0, len(content), 188):
        number = (content[at + 1] & 0x1F) << 8 | content[at + 2]
        if number != stream or not content[at + 1] & 0x40:  # 0x40: a unit begins here
            continue
        unit = at + 4 + (1 + content[at + 4] if content[at + 3] & 0x20 else 0)
        if count in units:
            _move(content, unit + 9, seconds)
            if content[unit + 7] & 0xC0 == 0xC0:
                _move(content, unit + 14, seconds)
        count += 1
    path.write_bytes(content)
    return path


def _move(content: bytearray, at: int, seconds: float) -> None:
    a, b, c, d, e = content[at : at + 5]
    ticks = (a >> 1 & 7) << 30 | b << 22 | c >> 1 << 15 | d << 7 | e >> 1
    ticks = (ticks + round(seconds * 90_000)) % (1 << 33)
    content[at : at + 5] = (
        a & 0xF1 | ticks >> 30 << 1, ticks >> 22 & 255, (ticks >> 15 & 127) << 1 | 1,
        ticks >> 7 & 255, (ticks & 127) << 1 | 1,
    )  # fmt: skip


def joined(path: Path, *parts: Path) -> Path:
    """Files end to end."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def heard(sound: Sound) -> NDArray[np.float32]:
    """(n,) what the networks hear; as long as what the output gets."""
    samples = np.concatenate(list(sound.pieces()))
    written = sum(frame.samples for frame in sound.frames("fltp", 44_100, "mono"))
    assert abs(len(samples) / 16_000 - written / 44_100) <= 1 / 16_000
    return samples


def sounding(path: Path, **how: bool | int) -> list[tuple[float, float]]:
    """Seconds between which a file sounds, to 10 ms; pauses under 30 ms do not count."""
    samples = heard(open_sound(path, **how))  # type: ignore[arg-type]
    loud = np.abs(samples[: len(samples) // 160 * 160].reshape(-1, 160)).max(1) > LOUD
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud, [0]])))
    spans: list[tuple[float, float]] = []
    for a, b in zip(edges[::2] / 100, edges[1::2] / 100, strict=True):
        if spans and a - spans[-1][1] < 0.03:
            spans[-1] = (spans[-1][0], float(b))
        else:
            spans.append((float(a), float(b)))
    return spans


def shown(path: Path) -> float:
    """Seconds of pictures."""
    return sum(1 for _ in read_video(path)) / 25
