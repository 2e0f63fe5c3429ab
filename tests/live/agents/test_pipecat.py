"""A real pipeline of Pipecat around our service."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.conftest import voice_like
from tests.faces import made_face

pytest.importorskip("pipecat", reason="the extra pipecat is not installed: make agents")
pytestmark = pytest.mark.filterwarnings("default")

from pipecat.frames.frames import (
    InputAudioRawFrame,
    InterruptionFrame,
    OutputImageRawFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.tests.utils import SleepFrame, run_test

from vasari.live.pcm import from_pcm, to_pcm
from vasari.live.pipecat import VasariVideoService

FACE = made_face()


def voice(seconds: float, rate: int = 16_000, channels: int = 1) -> TTSAudioRawFrame:
    sound = np.repeat(voice_like(seconds, rate), channels)
    return TTSAudioRawFrame(to_pcm(sound), rate, channels)


def run(*frames, **options) -> list:
    service = VasariVideoService(face=FACE, size=256, fps=25, **options)
    down, _ = asyncio.run(run_test(service, frames_to_send=frames, start_timeout=20.0))
    return list(down)


def samples(frames: list) -> np.ndarray:
    said = [from_pcm(f.audio) for f in frames if isinstance(f, TTSAudioRawFrame)]
    return np.concatenate([np.zeros(0, np.float32), *said])


def test_a_turn_comes_back_whole_with_its_pictures() -> None:
    down = run(TTSStartedFrame(), voice(0.4), voice(0.4), TTSStoppedFrame(), SleepFrame(0.3))
    np.testing.assert_array_equal(samples(down), np.tile(from_pcm(to_pcm(voice_like(0.4))), 2))
    pictures = [f for f in down if isinstance(f, OutputImageRawFrame)]
    assert len(pictures) >= 20
    assert {(f.size, f.format, len(f.image)) for f in pictures} == {((256, 256), "RGB", 196_608)}
    kinds = [type(f) for f in down]
    last = max(k for k, kind in enumerate(kinds) if kind is TTSAudioRawFrame)
    assert kinds.count(TTSStoppedFrame) == 1
    assert kinds.index(TTSStoppedFrame) == last + 1
    assert kinds.index(TTSStartedFrame) < kinds.index(TTSAudioRawFrame)
    first = kinds.index(TTSAudioRawFrame)
    assert kinds[first - 1] is OutputImageRawFrame  # each sound after its picture


def test_other_rates_and_channels_are_taken() -> None:
    down = run(voice(0.5, 24_000, 2), TTSStoppedFrame(), SleepFrame(0.2))
    assert abs(len(samples(down)) - 8000) < 200


def test_pictures_come_while_nobody_speaks() -> None:
    down = run(SleepFrame(0.6))
    assert len([f for f in down if isinstance(f, OutputImageRawFrame)]) >= 5
    assert not len(samples(down))


def test_an_interruption_drops_all_that_was_not_shown() -> None:
    down = run(
        voice(5.0), TTSStoppedFrame(), SleepFrame(1.0), InterruptionFrame(), SleepFrame(0.4),
        voice(0.2), TTSStoppedFrame(), SleepFrame(0.4),
    )  # fmt: skip
    kinds = [type(f) for f in down]
    cut = kinds.index(InterruptionFrame)
    before, after = samples(down[:cut]), samples(down[cut:])
    assert 1600 < len(before) < 32_000
    np.testing.assert_array_equal(after, from_pcm(to_pcm(voice_like(0.2))))
    assert kinds.count(TTSStoppedFrame) == 1
    assert kinds.index(TTSStoppedFrame) > cut


def test_a_bot_that_ends_finishes_its_sentence() -> None:
    assert len(samples(run(voice(0.6)))) == 9600


def test_the_user_is_listened_to_and_passes() -> None:
    heard = InputAudioRawFrame(to_pcm(voice_like(0.2)), 16_000, 1)
    down = run(heard, SleepFrame(0.2))
    assert any(isinstance(f, InputAudioRawFrame) for f in down)


def test_a_face_that_cannot_be_read_is_told_of() -> None:
    service = VasariVideoService(face="nowhere.jpg")
    _, up = asyncio.run(run_test(service, frames_to_send=[voice(0.1)], start_timeout=20.0))
    assert any("nowhere.jpg" in getattr(f, "error", "") for f in up)
