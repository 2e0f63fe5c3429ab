"""The examples of voice agents."""

from __future__ import annotations

import io
import runpy
import shutil
from pathlib import Path

import av
import pytest

pytestmark = pytest.mark.filterwarnings("default")
EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not here")
def test_a_companion_in_a_pipeline(
    face_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pipecat", reason="the extra pipecat is not installed: make agents")
    monkeypatch.setattr("sys.argv", ["companion", str(face_file), str(tmp_path / "a.mp4")])
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello!\n"))
    runpy.run_path(str(EXAMPLES / "companion_pipecat.py"), run_name="__main__")
    with av.open(tmp_path / "a.mp4") as film:
        assert sum(1 for _ in film.decode(video=0)) > 20
    with av.open(tmp_path / "a.mp4") as film:
        assert max(abs(frame.to_ndarray()).max() for frame in film.decode(audio=0)) > 0.05


def test_a_companion_in_a_room_is_an_agent() -> None:
    agents = pytest.importorskip("livekit.agents", reason="the extra livekit: make agents")
    made = runpy.run_path(str(EXAMPLES / "companion_livekit.py"))
    assert isinstance(made["server"], agents.AgentServer)
    agents.Agent(instructions=made["INSTRUCTIONS"])
