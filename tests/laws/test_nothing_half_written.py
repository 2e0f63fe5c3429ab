"""Nothing half-written is ever left at the output path."""

from __future__ import annotations

import os
import signal
import time
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import Vasari, start, voice_like, write_wav
from vasari.render.layers import Now
from vasari.render.layers.light import Light
from vasari.values import Picture

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)]
)
def test_stopped_in_the_middle(
    face_file: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    sound = write_wav(tmp_path / "long.wav", voice_like(120.0))
    (tmp_path / "a.mp4").write_text("older")
    words = ["say", face_file, sound, "-o", tmp_path / "a.mp4"]
    running = start(*words, preexec_fn=listen_to_interrupts)
    wait_for_pictures(tmp_path)
    running.send_signal(number)
    _, said = running.communicate(timeout=180)
    assert running.returncode == code, said
    assert (tmp_path / "a.mp4").read_text() == "older"
    if number != signal.SIGKILL:
        assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "long.wav"]
        assert said.strip() == "Stopped; nothing was left behind."


def test_the_next_run_removes_what_a_killed_one_left(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path
) -> None:
    sound = write_wav(tmp_path / "long.wav", voice_like(120.0))
    running = start("say", face_file, sound, "-o", tmp_path / "a.mp4")
    wait_for_pictures(tmp_path)
    (draft,) = tmp_path.glob(".vasari-*")
    os.utime(draft, (0, 0))
    assert vasari("read", face_file, "--draw", tmp_path / "a.png").code == 0
    assert draft.exists()  # its process lives
    running.kill()
    running.communicate(timeout=180)
    os.utime(draft, (0, 0))
    ended = vasari("say", face_file, voice, "-o", tmp_path / "b.mp4", "--size", "256")
    assert ended.code == 0, ended.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.mp4", "long.wav"]


def listen_to_interrupts() -> None:
    """Tests that run in the background of a shell ignore Ctrl-C, and their children would too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for_pictures(folder: Path) -> None:
    for _ in range(2400):
        if any(p.stat().st_size for p in folder.glob(".vasari-*")):
            return
        time.sleep(0.1)
    raise AssertionError("no picture was written")


def test_an_error_in_the_middle(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, drawn = Light.draw, count()

    def fails_at_nine(self: Light, out: Picture, now: Now) -> None:
        if next(drawn) == 9:
            raise MemoryError
        draw(self, out, now)

    monkeypatch.setattr(Light, "draw", fails_at_nine)
    assert vasari("say", face_file, voice, "-o", tmp_path / "a.mp4").code == 1
    assert not list(tmp_path.iterdir())
