"""What the tests share: a real portrait, sounds made here, and the command run as users run it."""

from __future__ import annotations

import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

Command = Callable[..., subprocess.CompletedProcess[str]]


def voice_like(seconds: float, rate: int = 16_000, seed: int = 0) -> NDArray[np.float32]:
    """(n,) a buzz with formants that comes in syllables, four a second."""
    time = np.arange(round(seconds * rate)) / rate
    pitch = np.cumsum(110 + 20 * np.sin(2 * np.pi * 0.7 * time)) / rate
    buzz = sum(np.sin(2 * np.pi * pitch * n) / n for n in range(1, 25))
    noise = np.random.default_rng(seed).normal(0, 0.05, len(time))
    syllables = np.clip(np.sin(2 * np.pi * 4 * time) + 0.4, 0, 1)
    return (0.25 * syllables * (buzz + noise)).astype(np.float32)


def write_wav(path: Path, sound: NDArray[np.floating], rate: int = 16_000) -> Path:
    """16 bit PCM of (n,) or (n, channels) samples."""
    table = np.atleast_2d(sound.T).T
    with wave.open(str(path), "wb") as file:
        file.setnchannels(table.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(table, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of inputs that no test changes: ada.png, ada.face (when asked for), voice.wav."""
    folder = tmp_path_factory.mktemp("shelf")
    write_wav(folder / "voice.wav", voice_like(1.0))
    return folder


@pytest.fixture(scope="session")
def portrait(shelf: Path) -> Path:
    """The astronaut of scikit-image, a photograph by NASA in the public domain."""
    data = pytest.importorskip("skimage.data")
    Image.fromarray(data.astronaut()).save(shelf / "ada.png")
    return shelf / "ada.png"


@pytest.fixture(scope="session")
def voice(shelf: Path) -> Path:
    return shelf / "voice.wav"


@pytest.fixture(scope="session")
def face_file(shelf: Path, portrait: Path) -> Path:
    """The astronaut's face, read once for all tests."""
    from vasari import read_portrait
    from vasari.portrait.face_file import save_face

    save_face(read_portrait(portrait), shelf / "ada.face")
    return shelf / "ada.face"


@pytest.fixture(scope="session")
def vasari_command() -> Command:
    """Runs `vasari ...` in a process of its own."""

    def run(*words: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vasari", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=120, **options
        )  # type: ignore[call-overload,no-any-return]

    return run
