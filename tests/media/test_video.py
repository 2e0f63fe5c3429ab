"""What is written is what was given: colours, order, length, sound, and a word on its origin."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.conftest import voice_like, write_wav
from vasari.checks import Rate
from vasari.errors import OutputError
from vasari.media import VideoWriter, open_sound
from vasari.media import encode as encoding

PATCHES = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (200, 150, 120)]


def patches() -> NDArray[np.uint8]:
    """(64, 192, 3) six plain colours."""
    return np.repeat(np.repeat(np.array(PATCHES, np.uint8)[None], 32, 1), 64, 0)


def write(
    path: Path, pictures: list[NDArray[np.uint8]], fps: Rate = 25, sound: Path | None = None
) -> None:
    transparent = pictures[0].shape[2] == 4
    voice = open_sound(sound) if sound else None
    with VideoWriter(path, fps, voice, transparent=transparent) as video:
        for picture in pictures:
            video.write(picture)


def as_bt709(frame: av.VideoFrame) -> NDArray[np.float64]:
    """(H, W, 3) RGB of a limited range BT.709 picture, by the standard's own arithmetic."""
    y, u, v = (
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in list(frame.planes)[:3]
    )
    u, v = (np.repeat(np.repeat(c, 2, 0), 2, 1) for c in (u, v))
    light = (y.astype(float) - 16) / 219
    blue, red = (u.astype(float) - 128) / 224, (v.astype(float) - 128) / 224
    r, b = light + 1.5748 * red, light + 1.8556 * blue
    return np.dstack([r, (light - 0.2126 * r - 0.0722 * b) / 0.7152, b]) * 255


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
def test_colours_survive(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, [patches()] * 3)
    with av.open(str(tmp_path / name)) as file:
        context = file.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (1, 1)
        assert (context.color_primaries, context.color_trc) == (1, 1)
        seen = as_bt709(next(file.decode(video=0)))
    for n, colour in enumerate(PATCHES):
        assert seen[32, 16 + 32 * n] == pytest.approx(colour, abs=5)


@pytest.mark.parametrize("fps", [25, 30, 40, 50, 60])
def test_every_picture_at_its_time(tmp_path: Path, fps: int) -> None:
    pictures = [np.full((64, 64, 3), 10 * k, np.uint8) for k in range(20)]
    write(tmp_path / "a.mp4", pictures, fps)
    with av.open(str(tmp_path / "a.mp4")) as file:
        for k, frame in enumerate(file.decode(video=0)):
            assert frame.time == pytest.approx(k / fps)
            assert as_bt709(frame).mean() == pytest.approx(10 * k, abs=3)
    assert k == 19


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 192_000])
def test_sound_stays_in_place(tmp_path: Path, name: str, rate: int) -> None:
    sound = np.zeros((rate * 2, 2), np.float32)
    clicks = [0.25, 0.8, 1.5]
    for second in clicks:
        at = round(second * rate)
        sound[at : at + rate // 100, 0] = 0.9  # only left
    path = write_wav(tmp_path / "in.wav", sound, rate)
    write(tmp_path / name, [patches()] * 50, 25, path)
    heard = open_sound(tmp_path / name)
    assert heard.channels == 2
    assert heard.rate == (48_000 if name == "a.webm" else min(rate, 96_000))
    left = np.concatenate([f.to_ndarray() for f in heard.frames("fltp", heard.rate, "stereo")], 1)
    assert 0 <= left.shape[1] - 2 * heard.rate <= 1024  # AAC comes in whole frames
    assert np.abs(left[1]).max() < 0.1
    for second in clicks:
        near = slice(round((second - 0.1) * heard.rate), round((second + 0.1) * heard.rate))
        first = np.flatnonzero(np.abs(left[0, near]) > 0.4)[0] / heard.rate - 0.1
        assert abs(first) < 0.002


def test_sound_as_it_came_without_loss(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", voice_like(0.5, 44_100), 44_100)
    write(tmp_path / "a.mov", [np.dstack([patches(), patches()[..., 0]])] * 13, 25, path)
    one, other = (
        np.concatenate([f.to_ndarray() for f in open_sound(p).frames("s16", 44_100, "mono")], 1)
        for p in (path, tmp_path / "a.mov")
    )
    assert np.array_equal(one, other)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
def test_length_equals_the_sound(tmp_path: Path, name: str) -> None:
    path = write_wav(tmp_path / "in.wav", voice_like(1.93))
    write(tmp_path / name, [patches()] * ceil(1.93 * 25), 25, path)
    with av.open(str(tmp_path / name)) as file:
        assert file.duration / av.time_base == pytest.approx(1.93, abs=0.04)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
def test_says_that_it_is_synthetic(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, [patches()])
    with av.open(str(tmp_path / name)) as file:
        says = {k.lower(): v for k, v in file.metadata.items()}["comment"]
    assert "Synthetic" in says
    assert "Vasari" in says


def test_the_index_is_at_the_start(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", [patches()])
    content = (tmp_path / "a.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(("name", "decoder"), [("a.webm", "libvpx-vp9"), ("a.mov", "prores")])
def test_transparency_survives(tmp_path: Path, name: str, decoder: str) -> None:
    alpha = np.tile(np.linspace(0, 255, 192).astype(np.uint8), (64, 1))
    write(tmp_path / name, [np.dstack([patches(), alpha])] * 3)
    with av.open(str(tmp_path / name)) as file:
        context = av.CodecContext.create(decoder, "r")
        frames = (f for packet in file.demux(video=0) for f in context.decode(packet))
        seen = next(frames).to_ndarray(format="rgba")
    assert np.abs(seen[..., 3].astype(int) - alpha).max() < 12
    assert seen[32, 16 + 32 * 5, :3] == pytest.approx(PATCHES[5], abs=8)


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    pictures = [np.dstack([patches(), patches()[..., 0] // (k + 1)]) for k in range(3)]
    write(f"{tmp_path}/out/", pictures)
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == ["000000.png", "000001.png", "000002.png"]
    for name, picture in zip(names, pictures, strict=True):
        with Image.open(tmp_path / "out" / name) as image:
            assert np.array_equal(np.asarray(image), picture)
            assert "Synthetic" in image.info["Comment"]
    write(f"{tmp_path}/out/", pictures[:1])  # replaced as a whole
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["000000.png"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("ten years of work")
    with pytest.raises(OutputError, match="thesis.txt"):
        VideoWriter(f"{tmp_path}/out/")
    assert (tmp_path / "out" / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("name", "transparent", "message"),
    [
        ("a.avi", False, "no extension"),
        ("a", False, "no extension"),
        ("a.mp4", True, "no transparency"),
        ("missing/a.mp4", False, "no folder"),
    ],
)
def test_refuses_what_it_cannot_write(
    tmp_path: Path, name: str, transparent: bool, message: str
) -> None:
    with pytest.raises(OutputError, match=message):
        VideoWriter(tmp_path / name, transparent=transparent)
    assert not list(tmp_path.iterdir())


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("older")
    with pytest.raises(ZeroDivisionError), VideoWriter(tmp_path / "a.mp4") as video:
        video.write(patches())
        raise ZeroDivisionError
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_text() == "older"


def test_a_failing_encoder_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object, picture: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encoding.MovieFile, "add", full)
    with (
        pytest.raises(OutputError, match="no space left"),
        VideoWriter(tmp_path / "a.mp4") as video,
    ):
        for _ in range(20):
            video.write(patches())
    assert not list(tmp_path.iterdir())


def test_nothing_comes_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No picture"), VideoWriter(tmp_path / "a.mp4"):
        pass
    assert not list(tmp_path.iterdir())


def test_no_thread_is_left(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", [patches()] * 3)
    with pytest.raises(KeyboardInterrupt), VideoWriter(tmp_path / "b.mp4") as video:
        video.write(patches())
        raise KeyboardInterrupt
    assert not [t for t in threading.enumerate() if t.name == "vasari-encode"]


def moving(count: int = 25) -> list[NDArray[np.uint8]]:
    return [np.roll(patches(), 3 * k, 1) for k in range(count)]


@pytest.mark.parametrize("kind", ["mp4", "webm", "mov"])
def test_same_pictures_same_file(tmp_path: Path, kind: str) -> None:
    path = write_wav(tmp_path / "in.wav", voice_like(1.0))
    for name in ("a", "b"):
        write(tmp_path / f"{name}.{kind}", moving(), 25, path)
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="glibc fills memory on demand")
@pytest.mark.parametrize("kind", ["mp4", "webm", "mov"])
def test_whatever_memory_held_before(tmp_path: Path, kind: str) -> None:
    """Encoders read no memory that nobody wrote, as x264's macroblock tree does."""
    write_wav(tmp_path / "in.wav", voice_like(1.0))
    script = (
        "from pathlib import Path; from tests.media.test_video import moving, write; import sys;"
        "write(Path(sys.argv[1]), moving(), 25, Path(sys.argv[2]))"
    )
    made = []
    for filled in ("0", "85", "170"):
        subprocess.run(
            [sys.executable, "-c", script, tmp_path / f"a.{kind}", tmp_path / "in.wav"], check=True,
            env=os.environ | {"MALLOC_PERTURB_": filled}, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        made.append((tmp_path / f"a.{kind}").read_bytes())
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm"])
@pytest.mark.parametrize(("fps", "exact"), [
    (24, Fraction(24)), (23.976, Fraction(24_000, 1001)), ("29.97", Fraction(30_000, 1001)),
    (Fraction(60_000, 1001), Fraction(60_000, 1001)),
])  # fmt: skip
def test_rates_of_film_are_exact(tmp_path: Path, name: str, fps: Rate, exact: Fraction) -> None:
    write(tmp_path / name, moving(48), fps)
    with av.open(str(tmp_path / name)) as file:
        rate = file.streams.video[0].average_rate  # of WebM worked out from nanoseconds
        assert rate == (pytest.approx(exact, rel=1e-6) if name == "a.webm" else exact)
        times = [frame.time for frame in file.decode(video=0)]
    slack = 0.001 if name == "a.webm" else 1e-6  # Matroska counts in milliseconds
    assert times == pytest.approx([k / exact for k in range(48)], abs=slack)
