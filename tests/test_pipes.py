"""A pipe that the shell hands over is read as a file is; the copy is gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import voice_like, write_wav
from tests.media.films import Track, film, tone
from vasari import pipes
from vasari.errors import SoundError
from vasari.media import open_sound

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")


def run(
    folder: Path, *words: str | Path, given: bytes | None = None, pass_fds: tuple[int, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    """`vasari ...` with something piped in, its temporary files in a folder."""
    how = {"stdin": subprocess.DEVNULL} if given is None else {"input": given}
    return subprocess.run(
        [sys.executable, "-m", "vasari", *map(str, words)], capture_output=True, pass_fds=pass_fds,
        env=os.environ | {"TMPDIR": str(folder)}, timeout=300, check=False, **how,  # type: ignore[call-overload]
    )  # fmt: skip


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
@pytest.mark.parametrize("kind", ["wav", "mp4"])
def test_a_sound_from_a_pipe(face_file: Path, tmp_path: Path, name: str, kind: str) -> None:
    codec = "pcm_s16le" if kind == "wav" else "aac"
    sound = film(tmp_path / f"a.{kind}", Track(tone(0.4)), codec=codec)
    (tmp_path / "spool").mkdir()
    words = ["say", face_file, name, "-o", tmp_path / "a.webm", "--size", "256"]
    ended = run(tmp_path / "spool", *words, given=sound.read_bytes())
    assert ended.returncode == 0, ended.stderr
    assert open_sound(tmp_path / "a.webm").duration == pytest.approx(0.4, abs=0.05)
    assert not list((tmp_path / "spool").iterdir())


def test_what_the_shell_substitutes(portrait: Path, tmp_path: Path) -> None:
    """`vasari read <(cat ada.png)`."""
    reading, writing = os.pipe()
    with subprocess.Popen(["cat", str(portrait)], stdout=writing):
        os.close(writing)
        ended = run(tmp_path, "read", f"/dev/fd/{reading}", "--json", pass_fds=(reading,))
        os.close(reading)
    assert ended.returncode == 0, ended.stderr
    assert b'"landmarks"' in ended.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("given", [b"", b"no sound at all", None])
def test_what_comes_out_is_no_sound(face_file: Path, tmp_path: Path, given: bytes | None) -> None:
    ended = run(tmp_path, "say", face_file, "-", "-o", tmp_path / "a.mp4", given=given)
    assert ended.returncode == 1
    assert ended.stderr.count(b"\n") == 1, ended.stderr
    assert not list(tmp_path.iterdir())


def test_no_more_than_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "MOST", 1000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    reading, writing = os.pipe()
    os.write(writing, bytes(2000))
    os.close(writing)
    name = f"/dev/fd/{reading}"
    with pytest.raises(SoundError, match="More than"), pipes.spooled(name, "sound"):
        pass
    os.close(reading)
    assert not list(tmp_path.iterdir())


def test_files_are_left_alone(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "-.wav", voice_like(0.2))
    with pipes.spooled(str(path), "sound") as same:
        assert same == str(path)
    with path.open("rb") as file, pipes.spooled(f"/dev/fd/{file.fileno()}", "sound") as same:
        assert same == f"/dev/fd/{file.fileno()}"
        assert open_sound(same).duration == pytest.approx(0.2)
