"""Opening a file as media: one container of a known kind, which refers to nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from vasari.errors import VasariError

# FFmpeg's names of the containers that are opened, whatever a file is called. Play lists and all
# else that names other files (hls, dash, concat, image2, sdp, rtsp, lavfi, ...) is not among them.
FORMATS = (
    "mov", "matroska", "webm", "avi", "mpegts", "mpeg", "asf", "asf_o", "flv", "mxf", "nut", "rm",
    "dv", "wtv", "ivf", "gif", "apng", "mpegvideo", "m4v", "h264", "hevc", "mjpeg", "gxf", "nsv",
    "wav", "w64", "mp3", "flac", "ogg", "aac", "aiff", "caf", "au", "amr", "amrnb", "amrwb", "ac3",
    "eac3", "dts", "dtshd", "truehd", "mlp", "ape", "wv", "tta", "tak", "mpc", "mpc8", "voc", "gsm",
    "qcp", "oma", "sox", "dsf", "iff", "loas", "latm", "nistsphere", "ircam", "xwma", "sln", "shn",
)  # fmt: skip
OPTIONS = {
    "format_whitelist": ",".join(FORMATS),
    "protocol_whitelist": "file,subfile",
    "enable_drefs": "0",  # QuickTime's way of keeping sound and pictures in other files
    "use_absolute_path": "0",
}


@contextmanager
def opened(
    path: Path, what: str, error: type[VasariError], part: tuple[int, int] | None = None
) -> Iterator[InputContainer]:
    """An FFmpeg container, its errors in our words.

    Args:
        path: of a plain file.
        what: "sound" or "video", for the message.
        error: raised where it cannot be read.
        part: first byte and the one after the last, where it is only a part of the file.
    """
    unreadable = f"{path} cannot be read as {what}: it may be damaged or of another kind."
    # "file:" keeps names with a colon from being taken for a protocol
    name = f"file:{path}"
    if part:
        name = f"subfile,,start,{part[0]},end,{part[1]},,:{name}"
    try:
        container = av.open(name, options=OPTIONS)
    except (av.error.FFmpegError, OSError, ValueError) as cause:
        raise error(unreadable) from cause
    with container:
        try:
            yield container
        except av.error.FFmpegError as cause:
            raise error(unreadable) from cause


def pictures_of(container: InputContainer) -> VideoStream | None:
    """The stream of moving pictures; a cover or a thumbnail is none."""
    still = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    for stream in container.streams.video:
        if not stream.disposition & still and stream.codec_context is not None:
            return stream
    return None


def sounds_of(container: InputContainer) -> list[AudioStream]:
    """The sound tracks that can be decoded."""
    return [stream for stream in container.streams.audio if stream.codec_context is not None]


def demuxed(container: InputContainer, streams: Sequence[Stream]) -> Iterator[Packet[Stream]]:
    """The packets of some streams, in the order of the file; at the end one that flushes each."""
    # a stream that comes up later is unknown to PyAV, which stumbles when it flushes that one, last
    with suppress(IndexError):
        yield from container.demux(list(streams))
