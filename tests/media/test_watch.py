"""Pictures out of a video: at a steady rate, the way up that a viewer sees."""

from __future__ import annotations

import struct
from fractions import Fraction
from math import cos, radians, sin
from pathlib import Path

import av
import numpy as np
import pytest

from tests.conftest import voice_like, write_wav
from vasari.errors import VideoError
from vasari.media import read_video


def film(path: Path, fps: int, count: int, skip: tuple[int, ...] = ()) -> Path:
    """Picture k has brightness 5 k; its left upper corner is white."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", fps, options={"crf": "10", "preset": "ultrafast"})
        stream.width, stream.height = 96, 64
        for k in set(range(count)) - set(skip):
            picture = np.full((64, 96, 3), 5 * k, np.uint8)
            picture[:16, :16] = 255
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = k, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def brightness(path: Path, rate: float = 25) -> list[float]:
    return [round(picture[32:, 32:].mean() / 5, 1) for picture in read_video(path, rate)]


def test_the_same_rate_gives_each_picture_once(tmp_path: Path) -> None:
    assert brightness(film(tmp_path / "a.mp4", 25, 30)) == pytest.approx(range(30), abs=0.4)


def test_other_rates(tmp_path: Path) -> None:
    fast = brightness(film(tmp_path / "a.mp4", 50, 40))
    assert fast == pytest.approx([2 * k + 1 for k in range(20)], abs=1.1)
    slow = brightness(film(tmp_path / "b.mp4", 10, 10))
    assert len(slow) == 25
    assert slow == pytest.approx([(k + 0.5) // 2.5 for k in range(25)], abs=0.4)


def test_a_gap_is_filled(tmp_path: Path) -> None:
    seen = brightness(film(tmp_path / "a.mp4", 25, 12, skip=(4, 5, 6)))
    assert seen == pytest.approx([0, 1, 2, 3, 3, 3, 3, 7, 8, 9, 10, 11], abs=0.4)


@pytest.mark.parametrize(("degrees", "corner"), [(90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))])
def test_turned_as_the_file_says(tmp_path: Path, degrees: int, corner: tuple[int, int]) -> None:
    path = film(tmp_path / "a.mp4", 25, 3)
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    c, s = (round(f(radians(degrees)) * (1 << 16)) for f in (cos, sin))
    turned = struct.pack(">9i", c, s, 0, -s, c, 0, 0, 0, 1 << 30)
    content = path.read_bytes()
    track = content.index(b"tkhd")
    path.write_bytes(content[:track] + content[track:].replace(upright, turned, 1))
    picture = next(read_video(path))
    assert picture.shape == ((64, 96, 3) if degrees == 180 else (96, 64, 3))
    assert picture[corner].mean() > 200


def test_not_a_video(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no pictures"):
        next(read_video(write_wav(tmp_path / "a.wav", voice_like(0.2))))
    with pytest.raises(VideoError, match="no file"):
        next(read_video(tmp_path / "missing.mp4"))
