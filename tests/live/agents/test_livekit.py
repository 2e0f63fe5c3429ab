"""LiveKit's own runner and queues around our generator; only the room is made up."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import numpy as np
import pytest

from tests.conftest import voice_like
from tests.faces import made_face

pytest.importorskip("livekit.agents", reason="the extra livekit is not installed: make agents")
pytestmark = pytest.mark.filterwarnings("default")

from livekit import rtc
from livekit.agents.voice.avatar import AudioSegmentEnd, AvatarRunner, QueueAudioOutput

from vasari.live import House
from vasari.live.livekit import VasariAvatar, VasariGenerator
from vasari.live.pcm import from_pcm, to_pcm

FACE = made_face()


def voice(seconds: float, rate: int = 16_000) -> rtc.AudioFrame:
    sound = voice_like(seconds, rate)
    return rtc.AudioFrame(to_pcm(sound), rate, 1, len(sound))


def samples(frames: list) -> np.ndarray:
    said = [from_pcm(bytes(f.data.cast("B"))) for f in frames if isinstance(f, rtc.AudioFrame)]
    return np.concatenate([np.zeros(0, np.float32), *said])


async def with_generator(play):
    with House(limit=1) as house:
        session = await house.open(FACE, size=256, fps=25)
        generator = VasariGenerator(session, house)
        async with aclosing(generator._frames()) as frames:
            return await play(generator, frames)


async def until(frames, enough) -> list:
    got: list = []
    while not enough(got):
        got.append(await anext(frames))
    return got


def ended(got: list) -> bool:
    return bool(got) and isinstance(got[-1], AudioSegmentEnd)


def test_a_turn_comes_back_whole_and_ends_once() -> None:
    async def play(generator, frames):
        idle = await until(frames, lambda got: len(got) == 5)
        await generator.push_audio(voice(0.5))
        await generator.push_audio(AudioSegmentEnd())
        said = await until(frames, ended)
        return idle, said, await until(frames, lambda got: len(got) == 10)

    idle, said, after = asyncio.run(with_generator(play))
    assert all(isinstance(f, rtc.VideoFrame) for f in [*idle, *after])
    expected = from_pcm(to_pcm(voice_like(0.5)))
    np.testing.assert_array_equal(samples(said), expected)
    pictures = [f for f in said if isinstance(f, rtc.VideoFrame)]
    assert (pictures[0].width, pictures[0].height) == (256, 256)
    first = next(k for k, f in enumerate(said) if isinstance(f, rtc.AudioFrame))
    assert isinstance(said[first - 1], rtc.VideoFrame)  # each sound after its picture


def test_other_rates_are_taken() -> None:
    async def play(generator, frames):
        await generator.push_audio(voice(0.5, 24_000))
        await generator.push_audio(AudioSegmentEnd())
        return samples(await until(frames, ended))

    assert abs(len(asyncio.run(with_generator(play))) - 8000) < 200


def test_nothing_is_heard_after_clear_buffer() -> None:
    async def play(generator, frames):
        await generator.push_audio(voice(3.0))
        before = await until(frames, lambda got: len(samples(got)) > 3000)
        generator.clear_buffer()
        after = await until(frames, lambda got: len(got) == 15)
        await generator.push_audio(voice(0.2))
        await generator.push_audio(AudioSegmentEnd())
        return before, after, await until(frames, ended)

    before, after, again = asyncio.run(with_generator(play))
    assert len(samples(before)) > 3000
    assert all(isinstance(f, rtc.VideoFrame) for f in after)  # no sound, no end: the runner's part
    assert len(samples(again)) == 3200


class Publication:
    async def wait_for_subscription(self) -> None:
        pass


class Participant:
    identity = "agent"

    async def publish_track(self, *_) -> Publication:
        return Publication()


class Room(rtc.EventEmitter):
    """A room that is connected to nowhere."""

    name = "here"
    local_participant = Participant()
    remote_participants: dict = {}  # noqa: RUF012

    def isconnected(self) -> bool:
        return True


def test_playback_notes_of_the_real_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started and finished come once a turn, with the seconds that were heard."""
    monkeypatch.setattr(rtc.LocalAudioTrack, "create_audio_track", lambda *_: None)
    monkeypatch.setattr(rtc.LocalVideoTrack, "create_video_track", lambda *_: None)
    notes: list[tuple[str, float, bool]] = []

    async def play() -> None:
        with House(limit=1) as house:
            session = await house.open(FACE, size=256, fps=25)
            generator = VasariGenerator(session, house)
            output = QueueAudioOutput(sample_rate=16_000, wait_playback_start=True)
            output.on("playback_started", lambda _: notes.append(("started", 0.0, False)))
            output.on(
                "playback_finished",
                lambda e: notes.append(("finished", round(e.playback_position, 3), e.interrupted)),
            )
            runner = AvatarRunner(
                Room(), audio_recv=output, video_gen=generator, options=generator.options
            )
            await runner.start()
            await output.capture_frame(voice(0.4))
            output.flush()
            await asyncio.wait_for(output.wait_for_playout(), 10)
            await output.capture_frame(voice(3.0))
            output.flush()
            while len(notes) < 3:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
            output.clear_buffer()
            await asyncio.wait_for(output.wait_for_playout(), 10)
            await output.capture_frame(voice(0.4))
            output.flush()
            await asyncio.wait_for(output.wait_for_playout(), 10)
            await runner.aclose()

    asyncio.run(play())
    kinds = [(kind, interrupted) for kind, _, interrupted in notes]
    turn = [("started", False), ("finished", False)]
    assert kinds == [*turn, ("started", False), ("finished", True), *turn]
    assert notes[1][1] == 0.4
    assert notes[5][1] in (0.4, 0.44)  # the runner counts what it pushed while it was cleared
    assert 0.05 < notes[3][1] < 1.5


def test_an_avatar_takes_the_tail_of_an_agents_output() -> None:
    class Output:
        tail = None

        def replace_audio_tail(self, sink) -> None:
            self.tail = sink

    class Agent(rtc.EventEmitter):
        output = Output()

    async def play() -> None:
        avatar, agent = VasariAvatar(FACE, size=256), Agent()
        await avatar.start(agent, Room())
        assert isinstance(agent.output.tail, QueueAudioOutput)
        assert avatar.avatar_identity == "agent"
        assert avatar.session is not None
        await avatar.aclose()
        await avatar.aclose()
        assert avatar.session is None

    asyncio.run(play())
