"""Whatever is given, one clear sentence and exit code 1, or it just works."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.conftest import Ended, Vasari, voice_like, write_wav

Make = Callable[[Path], Path]


def refused(ended: Ended, *parts: str) -> None:
    """One sentence on stderr that holds these parts (others may come before it)."""
    assert ended.code == 1, ended
    assert ended.out == ""
    last = ended.err.strip().split("\n")[-1]
    assert last.endswith("."), last
    assert "Traceback" not in ended.err
    for part in parts:
        assert part in last, last


def picture(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def noise(folder: Path) -> Path:
    return picture(folder / "noise.png", np.random.default_rng(0).integers(0, 255, (300, 400, 3)))


def texture(folder: Path) -> Path:
    y, x = np.mgrid[:300, :400]
    return picture(folder / "texture.png", np.dstack([(x // 7 + y // 9) % 2 * 200 + 20] * 3))


def landscape(folder: Path) -> Path:
    y, x = np.mgrid[:300, :400]
    hills = y > 180 + 30 * np.sin(x / 40)
    sky = np.dstack([120 + y / 4, 160 + y / 5, 230 - y / 6])
    return picture(folder / "hills.png", np.where(hills[..., None], (60, 110, 50), sky))


def one_pixel(folder: Path) -> Path:
    return picture(folder / "one.png", np.zeros((1, 1, 3)))


def huge(folder: Path) -> Path:
    Image.new("1", (30_000, 400)).save(folder / "huge.png")
    return folder / "huge.png"


def text(folder: Path) -> Path:
    (folder / "letter.jpg").write_text("Dear Ada,\n" * 30)
    return folder / "letter.jpg"


def folder_itself(folder: Path) -> Path:
    return folder


def missing(folder: Path) -> Path:
    return folder / "missing.png"


PICTURES: list[tuple[Make, str]] = [
    (noise, "face"), (texture, "face"), (landscape, "face"), (one_pixel, "1 x 1"),
    (huge, "8000 px"), (text, "letter.jpg"), (folder_itself, "folder"), (missing, "missing.png"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "says"), PICTURES, ids=[m.__name__ for m, _ in PICTURES])
def test_pictures(vasari: Vasari, voice: Path, tmp_path: Path, make: Make, says: str) -> None:
    given = make(tmp_path)
    refused(vasari("say", given, voice, "-o", tmp_path / "out.mp4"), says)
    refused(vasari("read", given, "--json"), says)
    assert not list(tmp_path.glob("*out*")) + list(tmp_path.glob(".*"))


def test_a_truncated_picture(vasari: Vasari, portrait: Path, voice: Path, tmp_path: Path) -> None:
    (tmp_path / "half.png").write_bytes(portrait.read_bytes()[:200_000])
    refused(vasari("say", tmp_path / "half.png", voice, "-o", tmp_path / "a.mp4"), "half.png")


def test_a_tiny_face(vasari: Vasari, portrait: Path, voice: Path, tmp_path: Path) -> None:
    with Image.open(portrait) as image:
        image.resize((170, 170)).save(tmp_path / "tiny.png")
    refused(vasari("say", tmp_path / "tiny.png", voice, "-o", tmp_path / "a.mp4"), "64 px")


def test_a_face_that_is_not_there(
    vasari: Vasari, portrait: Path, voice: Path, tmp_path: Path
) -> None:
    refused(vasari("say", portrait, voice, "-o", tmp_path / "a.mp4", "--face", "9"), "--face")


def test_a_saved_face_holds_one(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path
) -> None:
    for which in ("7", "10,10,80,80"):
        for words in (["say", face_file, voice, "-o", tmp_path / "a.mp4"], ["read", face_file]):
            refused(vasari(*words, "--face", which), "one face")


def test_a_box_outside_the_picture(vasari: Vasari, portrait: Path) -> None:
    for box in ("600,10,80,80", "10,-90,80,80"):
        refused(vasari("read", portrait, "--face", box), "outside the picture")


def silent_video(folder: Path) -> Path:
    with av.open(str(folder / "mute.mp4"), "w") as out:
        stream = out.add_stream("libx264", 25)
        stream.width = stream.height = 64
        out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(stream.encode(None))
    return folder / "mute.mp4"


def test_sounds(vasari: Vasari, face_file: Path, tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    (sounds / "empty.wav").write_bytes(b"")
    (sounds / "letter.mp3").write_text("Dear Ada,\n" * 30)
    write_wav(sounds / "short.wav", voice_like(0.02))
    write_wav(sounds / "none.wav", voice_like(0.0))
    silent_video(sounds)
    for path in [*sounds.iterdir(), sounds, sounds / "missing.wav"]:
        refused(vasari("say", face_file, path, "-o", tmp_path / "a.mp4"), path.name)
    assert [p.name for p in tmp_path.iterdir()] == ["sounds"]


@pytest.mark.parametrize(
    ("out", "says"), [("a.avi", ".mp4"), ("a", ".mp4"), ("no/a.mp4", "no folder")]
)
def test_outputs(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path, out: str, says: str
) -> None:
    refused(vasari("say", face_file, voice, "-o", tmp_path / out), says)
    assert not list(tmp_path.iterdir())


def test_no_transparency_in_mp4(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path
) -> None:
    words = ["say", face_file, voice, "-o", tmp_path / "a.mp4", "--background", "transparent"]
    refused(vasari(*words), "transparency")


def test_an_unwritable_folder(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", denied)
    ended = vasari("say", face_file, voice, "-o", tmp_path / "a.mp4")
    refused(ended, "permission denied", "another folder")


def test_a_full_disk(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.mp4").write_text("older")
    monkeypatch.setattr("vasari.media.encode.MovieFile.finish", full)
    refused(vasari("say", face_file, voice, "-o", tmp_path / "a.mp4"), "no space left")
    assert (tmp_path / "a.mp4").read_text() == "older"
    assert len(list(tmp_path.iterdir())) == 1


def test_inputs_are_never_written_over(vasari: Vasari, portrait: Path, tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.mp4", voice_like(0.3))
    before = sound.read_bytes()
    refused(vasari("say", portrait, sound, "-o", sound), "another name")
    assert sound.read_bytes() == before
    refused(vasari("read", portrait, "--draw", portrait), "another name")
    refused(vasari("read", portrait, "-o", portrait), "another name")


def test_an_output_is_replaced(vasari: Vasari, face_file: Path, tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", voice_like(0.2))
    (tmp_path / "a.mp4").write_text("older")
    assert vasari("say", face_file, sound, "-o", tmp_path / "a.mp4", "--size", "256").code == 0
    assert b"ftyp" in (tmp_path / "a.mp4").read_bytes()[:12]


def test_several_faces(vasari: Vasari, portrait: Path, tmp_path: Path) -> None:
    with Image.open(portrait) as image:
        one = image.crop((96, 0, 352, 300))
    both = Image.new("RGB", (800, 420), (90, 100, 110))
    both.paste(one.resize((230, 270)), (60, 60))
    both.paste(one.resize((320, 375)), (420, 30))
    both.save(tmp_path / "two.png")
    ended = vasari("read", tmp_path / "two.png", "--json")
    assert ended.code == 0
    assert "--face" in ended.err
    boxes = [vasari("read", tmp_path / "two.png", "--json", "--face", n).out for n in ("1", "2")]
    assert boxes[0] == ended.out != boxes[1]


def test_silence_idles_and_says_so(vasari: Vasari, face_file: Path, tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", np.zeros(16_000))
    ended = vasari("say", face_file, sound, "-o", tmp_path / "a.mp4", "--size", "256")
    assert ended.code == 0
    assert "silent" in ended.err


@pytest.mark.parametrize(("level", "said"), [(-58, True), (-54, False)])
def test_a_very_quiet_voice(
    vasari: Vasari, face_file: Path, tmp_path: Path, level: float, said: bool
) -> None:
    voice = voice_like(0.5)
    quiet = voice / np.abs(voice).max() * 10 ** (level / 20)
    path = write_wav(tmp_path / "a.wav", quiet)
    ended = vasari("say", face_file, path, "-o", tmp_path / "a.mp4", "--size", "256")
    assert ended.code == 0
    assert ("very quiet (peak -58 dBFS)" in ended.err) is said
    assert "silent" not in ended.err


def test_any_name(
    vasari: Vasari, face_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    home = Path("Büro mit Leerzeichen 🎨")
    home.mkdir()
    (home / "Ädä 👩.face").write_bytes(face_file.read_bytes())
    write_wav(
        home / "100% Stimme: eins.wav" if os.name != "nt" else home / "Stimme.wav", voice_like(0.2)
    )
    (sound,) = home.glob("*.wav")
    for out in (home / "a b 🎬.mp4", f"~/{home}/b.mp4", tmp_path / home / "c.mp4"):
        ended = vasari("say", f"~/{home}/Ädä 👩.face", sound, "-o", out, "--size", "256")
        assert ended.code == 0, ended.err
    assert len(list(home.glob("*.mp4"))) == 3
