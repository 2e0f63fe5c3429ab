"""Pictures for the way to a viewer: H.264 access units without delay, or JPEG."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, Protocol

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from vasari.values import Picture

Format = Literal["h264", "jpeg", "raw"]  # raw: somebody else encodes
# ultrafast needs a third of the time of veryfast here; zerolatency gives each picture at once
_X264 = {"preset": "ultrafast", "tune": "zerolatency", "crf": "23", "forced-idr": "1"}
_MOST_BITS = 6_000_000  # a second: what a home's line carries
_LEVEL = "31"  # H.264's, with which every browser's decoder gets on: up to 768 px at 40 a second
JPEG_QUALITY = 82


class Encoder(Protocol):
    """Pictures one by one into bytes."""

    def encode(self, picture: Picture, *, key: bool = False) -> tuple[bytes, bool]:
        """The bytes of the next picture, and whether a decoder may begin with it."""


class H264:
    """H.264 in Annex B, constrained baseline; each picture comes back at once.

    Args:
        size: width and height, pixels, even.
        fps: pictures a second.
        keys: seconds between pictures with which a decoder may begin.
    """

    def __init__(self, size: tuple[int, int], fps: Fraction, keys: float = 2.0) -> None:
        every = max(1, round(keys * fps))
        options = _X264 | {
            "level": _LEVEL, "g": str(every), "keyint_min": str(every), "sc_threshold": "0",
            "maxrate": str(_MOST_BITS), "bufsize": str(_MOST_BITS // 2),
        }  # fmt: skip
        codec = av.CodecContext.create("libx264", "w")
        assert isinstance(codec, VideoCodecContext)
        codec.width, codec.height = size
        codec.pix_fmt, codec.time_base, codec.framerate = "yuv420p", 1 / fps, fps
        codec.thread_count, codec.options = 1, options
        codec.profile = "Baseline"
        codec.color_range = ColorRange.MPEG
        codec.colorspace = Colorspace.SMPTE170M  # what OpenCV's conversion makes
        codec.color_primaries = ColorPrimaries.BT709
        codec.color_trc = ColorTrc.BT709
        self._codec, self._count = codec, 0
        self._yuv = np.empty((size[1] * 3 // 2, size[0]), np.uint8)

    def encode(self, picture: Picture, *, key: bool = False) -> tuple[bytes, bool]:
        """As `Encoder`."""
        cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420, dst=self._yuv)
        frame = av.VideoFrame.from_ndarray(self._yuv, "yuv420p")
        frame.pts, self._count = self._count, self._count + 1
        frame.pict_type = PictureType.I if key else PictureType.NONE
        packets = self._codec.encode(frame)
        return b"".join(map(bytes, packets)), any(p.is_keyframe for p in packets)


class Jpeg:
    """JPEG: larger, but every browser shows it, and every picture stands alone."""

    def encode(self, picture: Picture, *, key: bool = False) -> tuple[bytes, bool]:
        """As `Encoder`."""
        bgr: NDArray[np.uint8] = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)  # type: ignore[assignment]
        done, packed = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        assert done
        return packed.tobytes(), True


class Raw:
    """Planes of YUV 4:2:0 as they are."""

    def encode(self, picture: Picture, *, key: bool = False) -> tuple[bytes, bool]:
        """As `Encoder`."""
        return cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes(), True


def encoder(kind: Format, size: tuple[int, int], fps: Fraction, keys: float = 2.0) -> Encoder:
    """An encoder for pictures of one size, (width, height)."""
    if kind == "h264":
        return H264(size, fps, keys)
    return Jpeg() if kind == "jpeg" else Raw()
