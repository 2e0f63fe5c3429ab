"""Only media is opened as media, whatever it is called, and nothing that could be waited for."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.conftest import Vasari, voice_like, write_wav
from tests.media.films import Track, film, heard, tone
from vasari.errors import SoundError, VasariError, VideoError
from vasari.media import open_sound, read_video
from vasari.media.container import FORMATS
from vasari.values import Face, Motion

NAMES = ["a.m3u8", "a.ffconcat", "a.mp3", "a.wav", "a.mp4", "a.mkv", "a.ts", "a"]


def play_list(other: Path) -> str:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:1,\n{other.name}\n#EXT-X-ENDLIST\n"


def concat(other: Path) -> str:
    return f"ffconcat version 1.0\nfile {other.name}\n"


def sdp(other: Path) -> str:
    return "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n"


def dash(other: Path) -> str:
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="audio/mp4">'
        f'<Representation id="1" bandwidth="1"><BaseURL>{other.name}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [play_list, concat, sdp, dash])
def test_what_refers_to_other_files_is_refused(tmp_path: Path, name: str, text) -> None:  # type: ignore[no-untyped-def]
    for other in (
        write_wav(tmp_path / "secret.wav", voice_like(1.0)),
        film(tmp_path / "secret.ts", Track(tone(1)), pictures=25),
    ):
        (tmp_path / name).write_text(text(other))
        with pytest.raises(SoundError, match="cannot be read as sound"):
            open_sound(tmp_path / name)
        with pytest.raises(VideoError, match="cannot be read as video"):
            next(read_video(tmp_path / name))


def test_quicktime_does_not_look_into_other_files(tmp_path: Path) -> None:
    """A movie whose sound lies, as its data reference says, in a file beside it."""
    secret = write_wav(tmp_path / "secret.wav", voice_like(1.0))
    path = film(tmp_path / "a.mov", Track(tone(1)), codec="pcm_s16le")
    content = path.read_bytes()
    entry = b"\0\0\0\x0curl \0\0\0\x01"  # 1: the data is in this file
    assert entry in content
    name = f"file://{secret}".encode() + b"\0"
    other = (12 + len(name)).to_bytes(4, "big") + b"url \0\0\0\0" + name
    path.write_bytes(content.replace(entry, other))
    with pytest.raises(SoundError):
        samples = heard(open_sound(path))
        assert not np.abs(samples).max()
        raise SoundError("nothing of the other file")


def test_a_picture_is_no_video(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg", "a.webp", "a.mp4"):
        form = None if name != "a.mp4" else "PNG"
        Image.new("RGB", (64, 64)).save(tmp_path / name, form)
        with pytest.raises(VideoError, match="cannot be read as video"):
            next(read_video(tmp_path / name))


def test_a_cover_is_no_video(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "cover.png")
    path = tmp_path / "a.mp3"
    with av.open(str(path), "w") as out, av.open(str(tmp_path / "cover.png")) as cover:
        sound = out.add_stream("libmp3lame", 44_100, layout="mono")
        picture = out.add_stream_from_template(cover.streams.video[0])
        picture.disposition = av.stream.Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(tone(1, 44_100), "fltp", "mono")
        frame.rate = 44_100
        for packet in cover.demux(video=0):
            if packet.size:
                packet.stream = picture
                out.mux(packet)
        for piece in av.AudioResampler("fltp", "mono", 44_100, 1152).resample(frame):
            out.mux(sound.encode(piece))
        out.mux(sound.encode(None))
    with av.open(str(path)) as file:
        assert file.streams.video
    assert len(heard(open_sound(path))) > 14_000
    with pytest.raises(VideoError, match="no pictures"):
        next(read_video(path))


def test_the_containers_that_are_meant_are_known_to_ffmpeg() -> None:
    known = {name for names in av.formats_available for name in names.split(",")}
    assert not set(FORMATS) - known
    refer = {"hls", "concat", "dash", "image2", "sdp", "rtsp", "rtp", "lavfi", "tee", "vobsub",
             "data", "imf", "avisynth", "webm_dash_manifest", "libgme", "fbdev"}  # fmt: skip
    assert not refer & set(FORMATS)


@pytest.mark.skipif(os.name == "nt", reason="pipes and sockets of POSIX")
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_could_be_waited_for_is_refused_at_once(
    vasari: Vasari, face_file: Path, portrait: Path, voice: Path, tmp_path: Path, kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    path, out = Path("/dev/zero"), tmp_path / "out.mp4"
    if kind == "pipe":
        path = tmp_path / "a.wav"
        os.mkfifo(path)
    if kind == "socket":
        path = tmp_path / "a.png"
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("a.png")  # stays when it is closed
    for words in (
        ["say", face_file, path, "-o", out], ["say", path, voice, "-o", out],
        ["say", portrait, voice, "-o", out, "--landmarks", path], ["read", path],
        ["drive", face_file, path, "-o", out], ["track", path, "-o", tmp_path / "a.motion"],
    ):  # fmt: skip
        ended = vasari(*words)
        assert ended.code == 1, ended
        assert ended.err.count("\n") == 1, ended.err
        assert "pipe, a socket or a device" in ended.err or "not a plain file" in ended.err
    for load in (Face.load, Motion.load):
        with pytest.raises(VasariError):
            load(path)
    assert not list(tmp_path.glob("*out*"))


def test_a_copy_under_any_name_is_read_by_what_it_is(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", Track(tone(1)), pictures=25)
    for name in ("b.mp3", "b.m3u8", "b", "b.png"):
        shutil.copy(path, tmp_path / name)
        assert len(heard(open_sound(tmp_path / name))) > 15_000
        assert sum(1 for _ in read_video(tmp_path / name)) == 25
