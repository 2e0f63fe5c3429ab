"""What the tests share: a real portrait, sounds made here, and the command run as users run it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from vasari.cli.app import main
from vasari.demo import demo_portrait, demo_voice
from vasari.media import open_sound


@cache
def demo_sound() -> NDArray[np.float32]:
    """(n,) at 16 kHz, what the voice of the demo says: 8 s."""
    return np.concatenate(list(open_sound(demo_voice()).pieces()))


def voice_like(seconds: float, rate: int = 16_000, seed: int = 0) -> NDArray[np.float32]:
    """(n,) of the demo's voice from somewhere on, again and again: the ear takes it for speech from
    the first sample."""
    first = 16_000 + 8_000 * seed
    at = first + np.arange(round(seconds * rate)) * (16_000 / rate)
    sound = demo_sound()
    return np.interp(at, np.arange(len(sound)), sound, period=len(sound)).astype(np.float32)


def write_wav(path: Path, sound: NDArray[np.floating], rate: int = 16_000) -> Path:
    """16 bit PCM of (n,) or (n, channels) samples."""
    table = np.atleast_2d(sound.T).T
    with wave.open(str(path), "wb") as file:
        file.setnchannels(table.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(table, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(autouse=True, scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for keys and answers: no test touches the user's own."""
    folder = tmp_path_factory.mktemp("config")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VASARI_CONFIG", str(folder))
        yield folder


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of inputs that no test changes: ada.png, ada.face (when asked for), voice.wav."""
    folder = tmp_path_factory.mktemp("shelf")
    write_wav(folder / "voice.wav", voice_like(1.0))
    return folder


@pytest.fixture(scope="session")
def portrait(shelf: Path) -> Path:
    """A photograph by NASA in the public domain."""
    return Path(shutil.copy(demo_portrait(), shelf / "ada.png"))


@pytest.fixture(scope="session")
def voice(shelf: Path) -> Path:
    return shelf / "voice.wav"


@pytest.fixture(scope="session")
def face_file(shelf: Path, portrait: Path) -> Path:
    """The astronaut's face, read once for all tests."""
    from vasari import read_portrait

    read_portrait(portrait).save(shelf / "ada.face")
    return shelf / "ada.face"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Vasari = Callable[..., Ended]


@pytest.fixture
def vasari(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Vasari:
    """Runs `vasari ...` in this process."""

    def run(*words: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["vasari", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        code = end.value.code
        return Ended(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run


def little_environment(home: Path, spare: Path) -> dict[str, str]:
    """What a process of Python needs, and no more: nothing that tells it where it runs.

    Args:
        home: where every user's folder is said to be.
        spare: the folder of temporary files.
    """
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), str(home))
    spares = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(spare))
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
    return kept | homes | spares | {"PYTHONPATH": path}


def start(*words: str | Path, **options: Any) -> subprocess.Popen[str]:
    """`vasari ...` in a process of its own."""
    command = [sys.executable, "-m", "vasari", *map(str, words)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        **options,
    )  # fmt: skip
