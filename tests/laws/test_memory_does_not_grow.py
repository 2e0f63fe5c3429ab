"""Memory does not grow with length."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

import vasari
from tests.conftest import voice_like, write_wav
from tests.faces import made_face
from tests.follow.readings import readings
from vasari.follow.tracking import Tracking

STATM = Path("/proc/self/statm")
pytestmark = pytest.mark.skipif(not STATM.exists(), reason="needs Linux to tell its memory")
ALLOWED = 24e6  # bytes: allocators breathe


def resident() -> int:
    """Bytes of this process in memory."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def endless(seconds: int) -> Iterator[np.ndarray]:
    yield from repeat(voice_like(1.0), seconds)


def test_talk_for_a_minute() -> None:
    shown = vasari.talk(made_face(), endless(60), size=256)
    memory = [resident() for k, _ in enumerate(shown) if k % 250 == 249]
    assert max(memory[2:]) - memory[1] < ALLOWED


def test_talk_from_a_long_array() -> None:
    """Ten minutes at once: beyond the array itself, memory is that of pieces."""
    sound = np.tile(voice_like(10.0), 60)
    memory = []
    for given in (endless(6), sound):
        shown = vasari.talk(made_face(), given, size=256)
        memory.append([resident() for k, _ in zip(range(150), shown, strict=False) if k % 10 == 5])
    assert max(memory[1]) - max(memory[0]) < ALLOWED


def test_a_session_that_speaks_listens_idles_and_is_interrupted() -> None:
    """Two minutes; what is decided is not drawn, since drawing keeps nothing (above)."""
    session, memory = vasari.Session(made_face(), size=256), []
    for second in range(120):
        session.push(voice_like(0.4))
        if second % 3:
            session.flush()
        session.listen(voice_like(0.2))
        for _ in range(40):
            session.take_idle()
        if second % 3 == 0:
            session.interrupt()
        session.steer(vasari.Style(gaze=(second % 7, 0)))
        memory.append(resident())
    assert max(memory[40:]) - memory[20] < ALLOWED


def test_tracking_keeps_no_landmarks() -> None:
    """Of each picture the motion stays, a third of a kilobyte; landmarks would be six."""
    tracking = Tracking(lambda landmarks: None)
    memory = []
    tracemalloc.start()
    try:
        for k, reading in enumerate(readings(5000)):
            tracking.add(reading, fresh=k == 0)
            if k % 500 == 499:
                memory.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert memory[-1] - memory[4] < 2500 * 2000


@pytest.mark.slow
def test_say_for_ten_minutes(tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", np.tile(voice_like(10.0), 60))
    memory: list[int] = []
    vasari.say(
        made_face(), sound, tmp_path / "a.mp4", size=256,
        progress=lambda done, _: memory.append(resident()) if done % 500 == 0 else None,
    )  # fmt: skip
    assert len(memory) == 30
    assert max(memory[5:]) - memory[4] < ALLOWED
