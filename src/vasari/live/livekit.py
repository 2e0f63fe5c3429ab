"""Vasari as the face of a LiveKit agent (extra `livekit`).

    avatar = VasariAvatar("ada.face")
    await avatar.start(agent_session, ctx.room)
    await agent_session.start(agent=..., room=ctx.room,
                              room_options=room_io.RoomOptions(audio_output=False))

The face runs in the agent's own process and publishes sound and pictures itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice.avatar import (
    AudioSegmentEnd,
    AvatarOptions,
    AvatarRunner,
    AvatarSession,
    QueueAudioOutput,
    VideoGenerator,
)

from vasari._talk import FaceLike
from vasari.live.house import House
from vasari.live.pcm import from_pcm, to_pcm
from vasari.live.stream import offer
from vasari.session import Session
from vasari.values import SOUND_HZ, Frame

LEAD = 0.04  # seconds: so much sound is under way when an interruption comes
FPS = 25  # its encoders and viewers expect no more than 30


class VasariGenerator(VideoGenerator):
    """A session behind LiveKit's interface for avatars.

    Pictures never stop. Sound comes with the pictures of a turn alone, so the runner's count of
    what was played is that of the voice; an `AudioSegmentEnd` follows the last picture of each turn
    that was not interrupted, since the runner itself tells of those that were.

    Args:
        session: what it shows.
        house: whose threads draw.
    """

    def __init__(self, session: Session, house: House) -> None:
        self._session, self._house = session, house
        self._resampler: rtc.AudioResampler | None = None

    @property
    def options(self) -> AvatarOptions:
        """What the runner has to know."""
        width, height = self._session.size
        return AvatarOptions(width, height, float(self._session.fps), SOUND_HZ, 1)

    async def push_audio(self, frame: rtc.AudioFrame | AudioSegmentEnd) -> None:
        """More of the voice, at any rate; or the end of its turn. Waits while the queue is full."""
        if isinstance(frame, AudioSegmentEnd):
            for rest in self._resampler.flush() if self._resampler else ():
                await self._offer(rest)
            self._resampler = None
            self._session.flush()
        elif frame.sample_rate == SOUND_HZ:
            await self._offer(frame)
        else:
            self._resampler = self._resampler or rtc.AudioResampler(
                frame.sample_rate, SOUND_HZ, num_channels=frame.num_channels
            )
            for part in self._resampler.push(frame):
                await self._offer(part)

    def clear_buffer(self) -> None:
        """Interrupt: nothing that was pushed before is heard after this."""
        self._resampler = None
        self._session.interrupt()

    async def _offer(self, frame: rtc.AudioFrame) -> None:
        await offer(self._session, from_pcm(bytes(frame.data.cast("B")), frame.num_channels))

    def __aiter__(self) -> AsyncIterator[rtc.VideoFrame | rtc.AudioFrame | AudioSegmentEnd]:
        return self._frames()

    async def _frames(self) -> AsyncIterator[rtc.VideoFrame | rtc.AudioFrame | AudioSegmentEnd]:
        async with aclosing(self._house.run(self._session, lead=LEAD)) as frames:
            async for frame in frames:
                height, width = frame.picture.shape[:2]
                kind = rtc.VideoBufferType.RGB24
                yield rtc.VideoFrame(width, height, kind, frame.picture.tobytes())
                frame = self._session.still_said(frame)  # the runner took its time with the picture
                if frame.spoken:
                    yield _said(frame)
                if frame.end_of_turn and not self._session.still_said(frame).interrupted:
                    yield AudioSegmentEnd()


class VasariAvatar(AvatarSession[Any]):
    """The face of an agent, in the agent's process.

    Args:
        face: what `Session` takes.
        house: where several faces of one process draw; None: one of its own.
        options: of `Session`, such as `size`, `style` or `background`; `fps` is 25 if not given.
    """

    def __init__(self, face: FaceLike, *, house: House | None = None, **options: Any) -> None:
        super().__init__()
        self._face, self._options = face, {"fps": FPS, **options}
        self._house, self._own = house or House(limit=1), house is None
        self._session: Session | None = None
        self._runner: AvatarRunner | None = None
        self._identity = ""

    @property
    def avatar_identity(self) -> str:
        """Of the agent itself, which publishes the pictures."""
        return self._identity

    @property
    def provider(self) -> str:
        """Who makes the pictures."""
        return "vasari"

    @property
    def session(self) -> Session | None:
        """The session, once started: to steer it, or let it listen."""
        return self._session

    async def start(self, agent_session: AgentSession[Any], room: rtc.Room) -> None:
        """Join an agent's session, before that is started.

        Raises:
            Full: the house has no place.
            VasariError: what `Session` raises.
        """
        await super().start(agent_session, room)
        self._session = await self._house.open(self._face, **self._options)
        generator = VasariGenerator(self._session, self._house)
        output = QueueAudioOutput(sample_rate=SOUND_HZ, wait_playback_start=True)
        self._runner = AvatarRunner(
            room, audio_recv=output, video_gen=generator, options=generator.options
        )
        await self._runner.start()
        self._identity = room.local_participant.identity
        agent_session.output.replace_audio_tail(output)

    async def aclose(self) -> None:
        """Leave; what is lent is given back."""
        if self._runner is not None:
            await self._runner.aclose()
            self._runner = None
        if self._session is not None:
            self._house.leave(self._session)
            self._session = None
        if self._own:
            self._house.close()


def _said(frame: Frame) -> rtc.AudioFrame:
    sound = frame.sound[: frame.spoken]
    return rtc.AudioFrame(to_pcm(sound), SOUND_HZ, 1, len(sound))
