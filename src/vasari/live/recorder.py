"""Frames of a session into an MP4, as they come."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

import av
import numpy as np

from vasari.live.pcm import to_pcm
from vasari.values import SOUND_HZ, Frame


class Recorder:
    """Writes what was shown and heard, each picture with its own sound.

    Args:
        path: of an .mp4.
        size: width and height of the pictures.
        fps: of the session.
    """

    def __init__(self, path: str | os.PathLike[str], size: tuple[int, int], fps: Fraction) -> None:
        self._file: Any = av.open(os.fspath(path), "w", format="mp4")
        self._video: Any = self._file.add_stream("libx264", fps, options={"preset": "veryfast"})
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuv420p"
        self._audio: Any = self._file.add_stream("aac", SOUND_HZ, layout="mono")
        self._pictures = self._samples = 0

    def write(self, frame: Frame) -> None:
        """The next frame; frames that were left out leave no gap."""
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame.picture[..., :3]), "rgb24")
        picture.pts, picture.time_base = self._pictures, 1 / Fraction(self._video.average_rate)
        self._pictures += 1
        self._file.mux(self._video.encode(picture))
        pcm = np.frombuffer(to_pcm(frame.sound), np.int16)[None]
        sound = av.AudioFrame.from_ndarray(pcm, "s16", "mono")
        sound.sample_rate, sound.pts = SOUND_HZ, self._samples
        sound.time_base = Fraction(1, SOUND_HZ)
        self._samples += len(frame.sound)
        self._file.mux(self._audio.encode(sound))

    def close(self) -> None:
        """End the file."""
        for stream in (self._video, self._audio):
            self._file.mux(stream.encode(None))
        self._file.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
