"""The meeting camera, with a camera that keeps what it is shown."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.conftest import Vasari, voice_like
from tests.faces import made_face
from vasari import VasariError
from vasari.jobs import camera as job
from vasari.jobs.camera import camera


class Camera:
    """As that of pyvirtualcam."""

    shown: list[np.ndarray]
    device = "nowhere"

    def __init__(self, width: int, height: int, fps: float) -> None:
        self.size, self.fps = (height, width, 3), fps
        Camera.shown = []

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def send(self, picture: np.ndarray) -> None:
        assert picture.shape == self.size
        assert picture.dtype == np.uint8
        Camera.shown.append(picture)


@pytest.fixture
def virtual(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("pyvirtualcam")
    module.Camera = Camera  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)


@pytest.mark.usefixtures("virtual")
def test_a_file_is_shown_to_its_end(voice: Path) -> None:
    said: list[str] = []
    camera(made_face(), voice, size=256, fps=25, tell=said.append)
    assert len(Camera.shown) >= 25
    assert any(not np.array_equal(Camera.shown[0], picture) for picture in Camera.shown)
    assert "nowhere" in said[0]


@pytest.mark.usefixtures("virtual")
def test_a_microphone_that_comes_too_fast_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "microphone", lambda _: iter(np.split(voice_like(10.0), 100)))
    camera(made_face(), size=256, fps=25)
    assert len(Camera.shown) < 50


@pytest.mark.usefixtures("virtual")
def test_a_missing_microphone_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "MICROPHONES", {})
    with pytest.raises(VasariError, match="No microphone"):
        camera(made_face(), device="/nowhere", size=256)


def test_without_pyvirtualcam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(VasariError, match=r"vasari\[camera\]"):
        camera(made_face(), size=256)


def test_without_a_device_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError("no loopback")

    monkeypatch.setitem(sys.modules, "pyvirtualcam", SimpleNamespace(Camera=refuse))
    with pytest.raises(VasariError, match="v4l2loopback"):
        camera(made_face(), size=256)


@pytest.mark.usefixtures("virtual")
def test_the_command(vasari: Vasari, face_file: Path, voice: Path) -> None:
    ended = vasari("camera", face_file, "--sound", voice, "--fps", "25", "--i-have-consent")
    assert ended.code == 0, ended.err
    assert Camera.shown[0].shape == (512, 512, 3)


def test_transparency_is_refused() -> None:
    with pytest.raises(VasariError, match="green"):
        camera(made_face(), background="transparent", size=256)
