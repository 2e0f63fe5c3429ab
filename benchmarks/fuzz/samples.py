"""One good file of each kind, from which damaged ones are made."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vasari.follow.live_link import write_live_link
from vasari.values import EXPRESSION, Face, Motion

RATE = 16_000  # samples a second

OURS = {
    "face": "a.face", "motion": "a.motion", "landmarks npz": "a.npz", "landmarks JSON": "a.json",
    "CSV": "a.csv",
}  # fmt: skip
PICTURES = {kind: f"a.{kind.lower()}" for kind in ("PNG", "JPEG", "WebP", "GIF", "AVIF", "HEIC")}
MEDIA = {kind: f"a.{kind.lower()}" for kind in ("WAV", "OGG", "MP3", "MP4")}
FILES = {**OURS, **PICTURES, **MEDIA}


def make(folder: Path, face: Face) -> None:
    """Write them all; a face and its landmarks are those given."""
    motion = some_motion(face)
    face.save(folder / FILES["face"])
    motion.save(folder / FILES["motion"])
    write_live_link(motion, folder / FILES["CSV"])
    np.savez(folder / FILES["landmarks npz"], landmarks=face.landmarks)
    (folder / FILES["landmarks JSON"]).write_text(
        json.dumps({"landmarks": np.round(face.landmarks.astype(float), 2).tolist()})
    )
    picture = Image.fromarray(face.picture).resize((128, 128))
    for kind, name in PICTURES.items():
        if kind == "HEIC":
            (folder / name).write_bytes(heic(np.asarray(picture)))
        else:
            picture.save(folder / name, exif=_turned()) if kind == "JPEG" else picture.save(
                folder / name
            )
    for kind, name in MEDIA.items():
        _write_media(folder / name, kind, np.asarray(picture))


def some_motion(face: Face, frames: int = 8) -> Motion:
    """A face that turns a little."""
    share = np.linspace(0, 1, frames, dtype=np.float32)[:, None]
    return Motion(
        face.rotation + 5 * share, np.tile(0.1 * share, 3), face.gaze + 8 * share,
        np.tile(face.expression[:EXPRESSION], (frames, 1)) * (1 - share),
    )  # fmt: skip


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation
    return exif


def _write_media(path: Path, kind: str, picture: NDArray[np.uint8]) -> None:
    """Half a second of a tone; MP4 has pictures, too."""
    codec = {"WAV": "pcm_s16le", "OGG": "libopus", "MP3": "libmp3lame", "MP4": "aac"}[kind]
    tone = (0.2 * np.sin(np.arange(RATE // 2) / 9)).astype(np.float32)
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", 25) if kind == "MP4" else None
        if video:
            video.width, video.height = picture.shape[1::-1]
            video.pix_fmt = "yuv420p"
        sound = out.add_stream(codec, RATE, layout="mono")
        for k in range(12 if video else 0):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, k, 1), format="rgb24")
            out.mux(video.encode(frame))
        if video:
            out.mux(video.encode(None))
        resampler = av.AudioResampler(sound.format, "mono", RATE, frame_size=sound.frame_size or 0)
        piece = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
        piece.sample_rate = RATE
        for part in [*resampler.resample(piece), *resampler.resample(None)]:
            out.mux(sound.encode(part))
        out.mux(sound.encode(None))


def heic(picture: NDArray[np.uint8]) -> bytes:
    """A HEIF file of one picture: an MP4's key frame and its settings, in other boxes."""
    import io

    room = io.BytesIO()
    with av.open(room, "w", format="mp4") as out:
        stream = out.add_stream(
            "libx265",
            25,
            options={"x265-params": "log-level=none:bframes=0:frame-threads=1:pools=none"},
        )
        stream.width, stream.height = picture.shape[1::-1]
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = 0
        out.mux([*stream.encode(frame), *stream.encode(None)])
    movie = room.getvalue()
    at = movie.index(b"hvcC") - 4
    settings = movie[at : at + int.from_bytes(movie[at : at + 4], "big")]
    at = movie.index(b"mdat") - 4
    return _heif(settings, movie[at + 8 : at + int.from_bytes(movie[at : at + 4], "big")], picture)


def _heif(settings: bytes, frame: bytes, picture: NDArray[np.uint8]) -> bytes:
    height, width = picture.shape[:2]
    size = _box(b"ispe", struct.pack(">I2I", 0, width, height))
    entry = _box(b"infe", struct.pack(">B3xHH4sx", 2, 1, 0, b"hvc1"))

    def meta(begins: int) -> bytes:
        return _box(b"meta", b"\0" * 4 + b"".join([
            _box(b"hdlr", struct.pack(">I4x4s12xx", 0, b"pict")),
            _box(b"pitm", struct.pack(">IH", 0, 1)),
            _box(b"iloc", struct.pack(">I2BHHHHII", 0, 0x44, 0, 1, 1, 0, 1, begins, len(frame))),
            _box(b"iinf", struct.pack(">IH", 0, 1) + entry),
            _box(b"iprp", _box(b"ipco", settings + size)
                 + _box(b"ipma", struct.pack(">IIHBBB", 0, 1, 1, 2, 0x81, 0x02))),
        ]))  # fmt: skip

    kind = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    begins = len(kind) + len(meta(0)) + 8
    return kind + meta(begins) + _box(b"mdat", frame)


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


Make = Callable[[Path, Face], None]
