"""Every example runs, on small inputs."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import vasari
from tests.faces import made_face

EXAMPLES = Path(__file__).parent.parent / "examples"


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
    tried = {"say", "talk_frames", "save_face", "green_screen", "drive", "live_client"}
    assert {p.stem for p in EXAMPLES.glob("*.py")} == tried


def test_say(run, face_file: Path, voice: Path) -> None:
    assert (run("say", face_file, voice, "out.mp4") / "out.mp4").stat().st_size > 1000


def test_talk_frames(run, portrait: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("talk_frames", portrait)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 25
    assert lines[-1].startswith("picture 24 at 0.96 s: (256, 256, 3) uint8")


def test_save_face(run, portrait: Path) -> None:
    assert vasari.Face.load(run("save_face", portrait, "one.face") / "one.face").confidence > 0.5


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
