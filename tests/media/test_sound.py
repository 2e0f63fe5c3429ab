"""Any sound in; mono float32 at 16 kHz out, in step with what came."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import voice_like, write_wav
from vasari.errors import SoundError
from vasari.media import open_sound

KINDS = {
    "m4a": ("ipod", "aac", 44_100), "flac": ("flac", "flac", 44_100),
    "mp3": ("mp3", "libmp3lame", 44_100), "ogg": ("ogg", "libopus", 48_000),
    "opus": ("opus", "libopus", 48_000), "wav": ("wav", "pcm_s24le", 96_000),
    "mkv": ("matroska", "ac3", 48_000),
}  # fmt: skip


def encode(path: Path, sound: NDArray[np.float32]) -> Path:
    """(channels, n) samples to a file of the kind that its extension names."""
    container, codec, rate = KINDS[path.suffix[1:]]
    with av.open(str(path), "w", format=container) as out:
        layout = "mono" if len(sound) == 1 else "stereo"
        stream = out.add_stream(codec, rate, layout=layout)
        stream.codec_context.open()
        frame = av.AudioFrame.from_ndarray(sound, "fltp", layout)
        frame.rate, frame.time_base = rate, Fraction(1, rate)
        resampler = av.AudioResampler(
            stream.codec_context.format.name, layout, rate, stream.codec_context.frame_size or 1024
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_reads_every_usual_kind(tmp_path: Path, kind: str) -> None:
    rate = KINDS[kind][2]
    sound = encode(tmp_path / f"a.{kind}", np.tile(voice_like(1.0, rate), (2, 1)))
    opened = open_sound(sound)
    heard = np.concatenate(list(opened.pieces()))
    assert heard.dtype == np.float32
    assert (opened.rate, opened.channels) == (rate, 2)
    assert len(heard) == pytest.approx(16_000, abs=1600)  # mp3 and ac3 pad to whole frames
    expected = voice_like(1.0, rate)[:: rate // 16_000 if rate % 16_000 == 0 else 1]
    if len(expected) == len(heard):
        assert np.corrcoef(expected, heard)[0, 1] > 0.95


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8, 17])
def test_mixes_any_number_of_channels(tmp_path: Path, channels: int) -> None:
    one = voice_like(0.5, 48_000)
    path = write_wav(tmp_path / "a.wav", np.tile(one[:, None], (1, channels)), 48_000)
    heard = np.concatenate(list(open_sound(path).pieces()))
    assert len(heard) == 8000
    assert np.abs(heard).max() > 0.1
    assert np.isfinite(heard).all()


def test_takes_the_sound_of_a_video(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        pictures, sound = out.add_stream("libx264", 25), out.add_stream("aac", 48_000)
        pictures.width = pictures.height = 64
        for _ in range(25):
            out.mux(pictures.encode(av.VideoFrame(64, 64, "yuv420p")))
        for frame in open_sound(write_wav(tmp_path / "a.wav", voice_like(1))).frames(
            "fltp", 48_000, "mono", 1024
        ):
            out.mux(sound.encode(frame))
        for stream in (pictures, sound):
            out.mux(stream.encode(None))
    assert sum(map(len, open_sound(tmp_path / "a.mp4").pieces())) == pytest.approx(16_000, abs=400)


@pytest.mark.parametrize("rate", [1, 4_000_000_000])
def test_absurd_rates_are_refused(tmp_path: Path, rate: int) -> None:
    path = write_wav(tmp_path / "a.wav", voice_like(1.0))
    content = path.read_bytes()
    path.write_bytes(content[:24] + rate.to_bytes(4, "little") + content[28:])
    with pytest.raises(SoundError):
        open_sound(path)


def test_a_damaged_packet_is_passed_over(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp3", voice_like(3.0, 44_100)[None])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 900] = b"\xff" * 900
    path.write_bytes(content)
    assert sum(map(len, open_sound(path).pieces())) > 2.5 * 16_000


def test_a_cut_off_file_gives_what_it_has(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.flac", voice_like(3.0, 44_100)[None])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 0.8 * 16_000 < sum(map(len, open_sound(path).pieces())) < 2.2 * 16_000


@pytest.mark.parametrize("name", ["über stimme 🎤.wav", "a:b?.wav", "-o.wav", "100%.wav"])
def test_names_are_only_names(tmp_path: Path, name: str) -> None:
    assert open_sound(write_wav(tmp_path / name, voice_like(0.2))).duration == pytest.approx(0.2)


def test_home_and_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wav(tmp_path / "a.wav", voice_like(0.2))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert open_sound("~/a.wav").path == open_sound("a.wav").path


@pytest.mark.parametrize(
    ("seconds", "message"), [(0.0, "no sound|cannot be read"), (0.02, "lasts only 0.02 s")]
)
def test_too_short(tmp_path: Path, seconds: float, message: str) -> None:
    with pytest.raises(SoundError, match=message):
        open_sound(write_wav(tmp_path / "a.wav", voice_like(seconds)))


def test_not_a_sound(tmp_path: Path) -> None:
    for name, content in {
        "empty.wav": b"",
        "text.mp3": b"Dear Ada,\n" * 40,
        "x.wav": b"RIFF",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SoundError, match=name):
            open_sound(tmp_path / name)
    with pytest.raises(SoundError, match="is a folder"):
        open_sound(tmp_path)
    with pytest.raises(SoundError, match="no file"):
        open_sound(tmp_path / "missing.wav")


def test_a_video_without_sound(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        stream = out.add_stream("libx264", 25)
        stream.width = stream.height = 64
        out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(stream.encode(None))
    with pytest.raises(SoundError, match="has no sound in it"):
        open_sound(tmp_path / "a.mp4")


def test_a_play_list_reaches_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.m3u8").write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n")
    with pytest.raises(SoundError):
        open_sound(tmp_path / "a.m3u8")
