"""The command line: its words, its exit codes, what it says where."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.conftest import Vasari, voice_like, write_wav
from tests.motion.test_manner import acted
from tests.values.test_motion_file import some_motion
from vasari import read_manner


def watch(path: Path) -> tuple[int, tuple[int, int], float]:
    """Pictures, size and frames a second of a video."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        rate = float(stream.average_rate or 0)
        return sum(1 for _ in file.decode(video=0)), (stream.width, stream.height), rate


def test_say(vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path) -> None:
    ended = vasari("say", face_file, voice, "-o", tmp_path / "a.mp4")
    assert ended.code == 0, ended.err
    assert ended.out == ""
    assert watch(tmp_path / "a.mp4") == (25, (512, 512), 25)


def test_say_with_everything(vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path) -> None:
    ended = vasari(
        "say", face_file, voice, "-o", tmp_path / "a.webm", "--size", "256", "--fps", "30",
        "--frame", "crop", "--background", "#204060", "--face", "1", "--seed", "7", "--still",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert watch(tmp_path / "a.webm") == (30, (256, 256), 30)
    with av.open(str(tmp_path / "a.webm")) as file:
        corner = next(file.decode(video=0)).to_ndarray(format="rgb24")[4, 4]
    assert np.abs(corner.astype(int) - (0x20, 0x40, 0x60)).max() < 10


def test_steering(vasari: Vasari, face_file: Path, tmp_path: Path) -> None:
    """Options alone and a file of keys; what is said alone goes before the file."""
    sound = write_wav(tmp_path / "a.wav", voice_like(0.4))
    (tmp_path / "a.toml").write_text("[[key]]\nat = 0.2\nover = 0.1\ndistance = 0.8\n")
    words = ["say", face_file, sound, "--size", "256", "--no-mark", "-o"]
    alone = [
        "--gaze=-12,5",
        "--distance",
        "0.8",
        "--head",
        "0",
        "--expression",
        "2",
        "--blink",
        "0",
    ]
    for name, options in {
        "plain": [],
        "alone": alone,
        "keys": ["--style", tmp_path / "a.toml"],
        "first": ["--style", tmp_path / "a.toml", "--distance", "1"],
    }.items():
        ended = vasari(*words, f"{tmp_path}/{name}/", *options)
        assert ended.code == 0, ended.err

    def shown(name: str, k: int) -> np.ndarray:
        with Image.open(tmp_path / name / f"{k:06}.png") as image:
            return np.asarray(image)

    assert (shown("plain", 0) == shown("keys", 0)).all()
    assert (shown("plain", 9) != shown("keys", 9)).any()
    assert (shown("plain", 9) == shown("first", 9)).all()
    assert (shown("plain", 0) != shown("alone", 0)).any()


@pytest.mark.parametrize("words", [
    ("--emotion", "glad:1"), ("--emotion", "happy"), ("--pose", "1,2"),
    ("--gaze", "12"), ("--gaze", "a,b"), ("--gaze", "40,0"), ("--distance", "2"), ("--head", "3"),
    ("--expression=-1",), ("--blink", "nan"),
])  # fmt: skip
@pytest.mark.parametrize("command", ["say", "drive"])
def test_steering_out_of_range_is_wrong_usage(
    vasari: Vasari, command: str, words: tuple[str, ...]
) -> None:
    ended = vasari(command, "a.png", "a.wav", "-o", "a.mp4", *words)
    assert ended.code == 2
    assert "use" in ended.err


def test_a_bad_style_file(vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[[key]]\nat = 1\nmood = 3\n")
    out = tmp_path / "a.mp4"
    ended = vasari("say", face_file, voice, "-o", out, "--style", tmp_path / "a.toml")
    assert ended.code == 1
    assert "cannot be steered" in ended.err
    assert not out.exists()


def test_two_sounds(vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path) -> None:
    """Its own and one that it listens to: the longer counts, and the own is what is heard."""
    other = write_wav(tmp_path / "b.wav", np.stack([voice_like(1.4, 44_100)] * 2, 1), 44_100)
    words = ["say", face_file, "-o", tmp_path / "a.mp4", "--size", "256", "--listen", other]
    ended = vasari(*words, voice)
    assert ended.code == 0, ended.err
    assert watch(tmp_path / "a.mp4")[0] == 35
    with av.open(str(tmp_path / "a.mp4")) as file:
        heard = np.concatenate([f.to_ndarray()[0] for f in file.decode(audio=0)])
    assert len(heard) / 16_000 == pytest.approx(1.4, abs=0.1)
    assert np.abs(heard[18_000:22_000]).max() < 1e-3 < np.abs(heard[:14_000]).max()
    assert vasari(*words).code == 0  # nothing to say
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert not file.streams.audio
    for more, why in {
        ("nobody.wav",): "nobody.wav", (voice, "--listen", "nobody.wav"): "nobody.wav",
        (voice, "--listen", tmp_path / "a.mp4"): "has no sound",
    }.items():  # fmt: skip
        ended = vasari("say", face_file, "-o", tmp_path / "c.mp4", *more)
        assert ended.code == 1
        assert why in ended.err
    ended = vasari("say", face_file, "-o", other.with_suffix(".mp4"))
    assert ended.code == 1
    assert "There is no sound" in ended.err


def test_somebodys_manner(vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path) -> None:
    """From a clip, or as numbers in a style; too little of one is said before anything is made."""
    moves = acted(yaw=9, blinks=20)
    moves.save(tmp_path / "a.motion")
    lines = "\n".join(f"{n} = {v}" for n, v in read_manner(moves)._asdict().items())
    (tmp_path / "a.toml").write_text(f"[manner]\n{lines}\n")
    words = ["say", face_file, voice, "--size", "256", "--no-mark", "-o"]
    for name, options in {
        "own": [], "clip": ["--style-from", tmp_path / "a.motion"],
        "numbers": ["--style", tmp_path / "a.toml"],
    }.items():  # fmt: skip
        ended = vasari(*words, f"{tmp_path}/{name}/", *options)
        assert ended.code == 0, ended.err
    last = [(tmp_path / name / "000024.png").read_bytes() for name in ("own", "clip", "numbers")]
    assert last[0] != last[1] == last[2]
    moves.part(0, 40).save(tmp_path / "short.motion")
    ended = vasari(*words, tmp_path / "b.mp4", "--style-from", tmp_path / "short.motion")
    assert ended.code == 1
    assert "short.motion shows a face for 1.6 s only" in ended.err
    assert not (tmp_path / "b.mp4").exists()


def test_full_frame_is_the_portraits_size(vasari: Vasari, face_file: Path, tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", voice_like(0.3))
    assert vasari("say", face_file, sound, "-o", tmp_path / "a.mp4", "--frame", "full").code == 0
    assert watch(tmp_path / "a.mp4")[1] == (512, 512)


def test_transparent_pictures(vasari: Vasari, face_file: Path, tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", voice_like(0.2))
    out = f"{tmp_path}/out/"
    ended = vasari(
        "say", face_file, sound, "-o", out, "--size", "256", "--background", "transparent"
    )
    assert ended.code == 0, ended.err
    pictures = sorted((tmp_path / "out").glob("*.png"))
    assert len(pictures) == 5
    with Image.open(pictures[-1]) as image:
        assert image.mode == "RGBA"
        alpha = np.asarray(image)[..., 3]
    assert alpha[4, 4] == 0
    assert alpha[128, 128] == 255


def test_read(vasari: Vasari, portrait: Path, tmp_path: Path) -> None:
    face, drawing = tmp_path / "ada.face", tmp_path / "ada.png"
    ended = vasari("read", portrait, "-o", face, "--draw", drawing, "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert set(found) == {"landmarks", "box", "pose", "gaze", "confidence"}
    assert np.shape(found["landmarks"]) == (478, 3)
    assert set(found["box"]) == {"x", "y", "width", "height"}
    assert set(found["pose"]) == {"yaw", "pitch", "roll"}
    assert set(found["gaze"]) == {"yaw", "pitch"}
    assert 0 < found["confidence"] <= 1
    assert found["landmarks"][1][:2] == pytest.approx((223, 131), abs=8)
    assert face.stat().st_size > 100_000
    Image.open(drawing).verify()


def test_read_gives_pixels_of_the_file(vasari: Vasari, portrait: Path, tmp_path: Path) -> None:
    """A large picture, lying on its side as phones store it."""
    with Image.open(portrait) as image:
        turned = image.resize((3072, 3072)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise for viewing
    turned.save(tmp_path / "a.jpg", exif=exif)
    found = json.loads(vasari("read", tmp_path / "a.jpg", "--json").out)
    assert found["landmarks"][1][:2] == pytest.approx((223 * 6, 131 * 6), abs=40)


def test_a_box_helps(vasari: Vasari, portrait: Path, tmp_path: Path) -> None:
    free = json.loads(vasari("read", portrait, "--json").out)
    near = ",".join(f"{free['box'][k]:.0f}" for k in ("x", "y", "width", "height"))
    helped = json.loads(vasari("read", portrait, "--json", "--face", near).out)
    assert np.abs(np.subtract(free["landmarks"], helped["landmarks"])[:, :2]).mean() < 2


def test_what_was_read_can_be_corrected_and_given_back(
    vasari: Vasari, portrait: Path, voice: Path, tmp_path: Path
) -> None:
    """Of a picture that is reduced when it is opened: the file's own pixels go out and in."""
    with Image.open(portrait) as image:
        image.resize((2560, 2560)).save(tmp_path / "a.png")
    points, face = tmp_path / "a.npz", tmp_path / "a.face"
    assert vasari("read", tmp_path / "a.png", "--save-landmarks", points).code == 0
    marks = np.load(points)["landmarks"]
    assert marks[1, :2] == pytest.approx((223 * 5, 131 * 5), abs=40)
    marks[:, 0] += 10
    np.savez(points, landmarks=marks)
    ended = vasari("read", tmp_path / "a.png", "--landmarks", points, "-o", face, "--json")
    found = json.loads(ended.out)
    assert np.abs(found["landmarks"] - marks).max() < 0.1
    assert found["confidence"] == 1
    (tmp_path / "a.json").write_text(ended.out)
    words = [tmp_path / "a.png", voice, "-o", tmp_path / "a.mp4", "--size", "256"]
    ended = vasari("say", *words, "--landmarks", tmp_path / "a.json")
    assert ended.code == 0, ended.err


def test_landmarks_that_cannot_be_meant(
    vasari: Vasari, portrait: Path, face_file: Path, tmp_path: Path
) -> None:
    points = tmp_path / "a.npz"
    assert vasari("read", portrait, "--save-landmarks", points).code == 0
    for words, says in (
        ([face_file, "--landmarks", points], "saved face"),
        ([portrait, "--landmarks", points, "--face", "2"], "--face"),
        ([portrait, "--landmarks", points, "-o", points], "another name"),
        ([portrait, "--landmarks", portrait], "holds no landmarks"),
        ([portrait, "--save-landmarks", tmp_path / "a.txt"], ".npz"),
    ):
        ended = vasari("read", *words)
        assert ended.code == 1
        assert ended.err.count("\n") == 1
        assert says in ended.err


@pytest.mark.parametrize("saved", [True, False])
def test_little_confidence_is_told_by_every_command(
    vasari: Vasari, portrait: Path, face_file: Path, voice: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, saved: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr("vasari.portrait.read.SURE", 1.1)
    given, out = face_file if saved else portrait, tmp_path / "a.mp4"
    some_motion().save(tmp_path / "a.motion")
    for words in (
        ["say", given, voice, "-o", out, "--size", "256"],
        ["read", given],
        ["drive", given, tmp_path / "a.motion", "-o", out],
    ):
        ended = vasari(*words)
        assert ended.code == 0, ended.err
        assert ended.err.count("little confidence") == 1
        assert "--face x,y,width,height" in ended.err
        assert "--landmarks" in ended.err


def test_help_and_version(vasari: Vasari) -> None:
    assert vasari("--version").out.startswith("vasari 0.")
    for words in ([], ["say"], ["read"], ["bench"], ["doctor"]):
        ended = vasari(*words, "--help")
        assert ended.code == 0
        assert "Usage: vasari" in ended.out


@pytest.mark.parametrize(
    "words",
    [
        ["sing"],
        ["say"],
        ["say", "a.png", "b.wav"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--fps", "26"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--size", "100"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--size", "301"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--frame", "half"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--background", "pink"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--face", "0"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--face", "1,2,3"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--face", "1,2,3,0"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--face", "1,2,nan,9"],
        ["say", "a.png", "b.wav", "-o", "c.mp4", "--face", "1.5"],
        ["drive", "a.png", "b.mp4", "-o", "c.mp4", "--face", "first"],
        ["read"],
    ],
)
def test_wrong_usage(vasari: Vasari, words: list[str]) -> None:
    ended = vasari(*words)
    assert ended.code == 2
    assert ended.out == ""
    assert "Usage" in ended.err


def test_an_unexpected_error_is_one_sentence(
    vasari: Vasari, voice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("vasari.jobs.say"), "portrait_of", lambda *_: 1 / 0)
    ended = vasari("say", "a.png", voice, "-o", tmp_path / "a.mp4")
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "ZeroDivisionError" in ended.err
    monkeypatch.setenv("VASARI_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        vasari("say", "a.png", voice, "-o", tmp_path / "a.mp4")


def test_doctor(vasari: Vasari) -> None:
    ended = vasari("doctor")
    assert ended.code == 0, ended.out + ended.err
    assert "onnxruntime" in ended.out
    assert "Self-check: 50 pictures" in ended.out


def test_doctor_finds_what_is_broken(vasari: Vasari, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vasari.jobs.doctor.WEIGHTS", ("speech.onnx", "missing.onnx"))
    ended = vasari("doctor")
    assert ended.code == 1
    assert "BROKEN: the weights missing.onnx are missing." in ended.out


def test_help_needs_no_heavy_imports() -> None:
    script = "import sys, vasari.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not {"numpy", "cv2", "numba", "onnxruntime", "av"} & set(done.stdout.split())
