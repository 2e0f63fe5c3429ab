"""Every example runs, on small inputs."""

from __future__ import annotations

import io
import runpy
import shutil
import socket
from pathlib import Path

import av
import numpy as np
import pytest

import vasari
from tests.conftest import voice_like, write_wav
from tests.faces import made_face
from tests.jobs.test_camera import Camera, virtual  # noqa: F401

EXAMPLES = Path(__file__).parent.parent / "examples"

needs_voice = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not here")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs an example in an empty folder, with the words of its command line."""
    monkeypatch.chdir(tmp_path)

    def start(name: str, *words: object) -> Path:
        monkeypatch.setattr("sys.argv", [name, *map(str, words)])
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        return tmp_path

    return start


@pytest.fixture(scope="session")
def short_video(shelf: Path, face_file: Path, voice: Path) -> Path:
    vasari.say(face_file, voice, shelf / "driver.mp4", size=256)
    return shelf / "driver.mp4"


def test_every_example_is_here() -> None:
    here = {"say", "talk_frames", "save_face", "green_screen", "drive", "game_character", "lesson",
            "conversation", "meeting_camera", "sing", "type_to_speak"}  # fmt: skip
    elsewhere = {"live_client", "companion_pipecat", "companion_livekit"}  # tests/live
    assert {p.stem for p in EXAMPLES.glob("*.py")} == here | elsewhere


def test_say(run, face_file: Path, voice: Path) -> None:
    assert (run("say", face_file, voice, "out.mp4") / "out.mp4").stat().st_size > 1000


def test_conversation(run, face_file: Path, voice: Path, tmp_path: Path) -> None:
    late = write_wav(tmp_path / "late.wav", np.pad(voice_like(0.6), (16_000, 0)))
    run("conversation", face_file, voice, face_file, late, "a.mp4", "b.mp4")
    for name in ("a.mp4", "b.mp4"):
        with av.open(str(tmp_path / name)) as file:
            assert sum(1 for _ in file.decode(video=0)) == 40


def test_talk_frames(run, portrait: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("talk_frames", portrait)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 25
    assert lines[-1].startswith("picture 24 at 0.96 s: (256, 256, 3) uint8")


def test_save_face(run, portrait: Path) -> None:
    assert vasari.Face.load(run("save_face", portrait, "one.face") / "one.face").confidence > 0.5


def test_game_character(run, voice: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as engine:
        engine.bind(("127.0.0.1", 0))
        engine.settimeout(1)
        run("game_character", voice, f"127.0.0.1:{engine.getsockname()[1]}")
        packets = [engine.recv(1000) for _ in range(30)]
    jaws = {packet[-44 * 4 : -43 * 4] for packet in packets}  # value 17 of 61
    assert len(jaws) > 5


@pytest.mark.usefixtures("virtual")
def test_meeting_camera(run, face_file: Path, voice: Path) -> None:
    run("meeting_camera", face_file, voice)
    assert len(Camera.shown) > 20
    assert tuple(Camera.shown[0][0, 0]) == (0, 255, 0)


@needs_voice
def test_type_to_speak(run, face_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello!\n"))
    made = run("type_to_speak", face_file, "typed.mp4") / "typed.mp4"
    with av.open(made) as film:
        kinds = {stream.type for stream in film.streams}
        assert kinds == {"video", "audio"}
        assert sum(1 for _ in film.decode(video=0)) > 10


@needs_voice
@pytest.mark.slow
def test_lesson(run, face_file: Path, tmp_path: Path) -> None:
    (tmp_path / "lesson.txt").write_text("One.\n\nTwo.")
    assert (run("lesson", face_file, "lesson.txt", "a.mp4") / "a.mp4").stat().st_size > 1000


@pytest.mark.slow
def test_sing(run, face_file: Path, voice: Path) -> None:
    assert (run("sing", face_file, voice, "a.mp4") / "a.mp4").stat().st_size > 1000


@pytest.mark.slow
def test_green_screen(run, portrait: Path, voice: Path) -> None:
    folder = run("green_screen", portrait, voice)
    assert (folder / "green.mp4").exists()
    assert (folder / "cutout.webm").exists()


@pytest.mark.slow
def test_drive(run, face_file: Path, short_video: Path) -> None:
    assert (run("drive", face_file, short_video, "out.mp4") / "out.mp4").stat().st_size > 1000


@pytest.mark.slow
def test_live_client(run, voice: Path, capsys: pytest.CaptureFixture[str]) -> None:
    servers = pytest.importorskip("tests.live.servers")
    with servers.running(made_face()) as address:
        run("live_client", voice, address.replace("http", "ws"))
    assert "(512, 512, 3)" in capsys.readouterr().out
