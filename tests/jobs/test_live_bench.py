"""The figures of `vasari bench --live`: right on what is known, and all there on the real thing."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("aiortc", reason="the extra `live` is not installed")

from tests.conftest import voice_like
from vasari.jobs.live_bench.heard import HELD, Heard
from vasari.jobs.live_bench.seen import Interruption, Seen, delay_of, figures

KEYS = {"pictures_a_second", "late", "delay_ms", "first_picture_ms", "interrupt_ms", "skew_ms",
        "dropped", "sessions", "transport"}  # fmt: skip


def seen(gaps: list[float], delays: list[float]) -> Seen:
    times = list(np.cumsum([10.0, *gaps]))
    return Seen(asked=9.0, first=9.25, times=times, delays=delays, skews=[0.0, 0.004])


def test_figures_of_what_is_known() -> None:
    even, gap = seen([0.025] * 100, [0.1] * 100), seen([0.025] * 49 + [0.06], [0.2] * 50)
    found = figures([even, gap], 40, 3, "websocket")
    assert set(found) == KEYS
    assert found["pictures_a_second"] == pytest.approx(50 / (49 * 0.025 + 0.06), abs=0.01)
    assert found["late"] == pytest.approx(1 / 150, abs=1e-5)
    assert found["delay_ms"] == {"p50": 100.0, "p95": 200.0, "p99": 200.0}
    assert found["first_picture_ms"] == 250.0
    assert found["skew_ms"] == {"least": 0.0, "most": 4.0}
    assert found["interrupt_ms"] is None
    assert (found["dropped"], found["sessions"]) == (3, 2)


def test_an_interruption_is_over_when_both_are(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Interruption(0.0, silent=0.06)
    monkeypatch.setattr(Interruption, "closed", lambda self: 0.04)
    assert one.over() == 0.06
    monkeypatch.setattr(Interruption, "closed", lambda self: None)
    assert one.over() is None


def test_a_delay_counts_from_the_sample() -> None:
    assert delay_of(16_000, 100.0, 101.15) == pytest.approx(0.15)


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.31])
def test_sound_is_found_again(delay: float) -> None:
    """Sound that comes so long after it was spoken, in packets of 20 ms."""
    import av

    voice = voice_like(5.0) * np.random.default_rng(1).uniform(0.2, 1, 80_000).astype(np.float32)
    heard = Heard(voice)
    for at in range(0, 64_000, 320):
        part = (voice[at : at + 320] * 30_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(part[None], "s16", "mono")
        frame.sample_rate = 16_000
        heard.add(frame, 100.0 + at / 16_000 + delay + HELD)
    skews = heard.skews(100.0, seen=0.2)
    assert len(skews) == 3
    assert skews == pytest.approx([0.2 - delay] * 3, abs=0.003)


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["websocket", "webrtc"])
def test_the_real_thing(vasari, transport: str) -> None:
    ended = vasari("bench", "--live", "--seconds", "4", "--transport", transport, "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert set(found) == KEYS
    assert found["transport"] == transport
    assert 0 < found["pictures_a_second"] < 45
    assert found["delay_ms"]["p50"] > 50
    assert found["delay_ms"]["p50"] <= found["delay_ms"]["p95"] <= found["delay_ms"]["p99"]
