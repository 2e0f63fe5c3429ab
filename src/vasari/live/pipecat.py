"""Vasari as the face of a Pipecat bot (extra `pipecat`).

    face = VasariVideoService(face="ada.face", size=512, fps=25)
    pipeline = Pipeline([transport.input(), stt, llm, tts, face, transport.output()])

The transport's `video_out_width`, `video_out_height` and `video_out_framerate` must be those of
the face (`face.transport` has them), or it resizes every picture.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pipecat.audio.utils import create_stream_resampler
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputImageRawFrame,
    StartFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
from pipecat.services.ai_service import AIService
from pipecat.services.settings import ServiceSettings

from vasari._talk import FaceLike
from vasari.errors import VasariError
from vasari.live.house import House
from vasari.live.pcm import from_pcm, to_pcm
from vasari.live.stream import offer
from vasari.session import Session
from vasari.values import SOUND_HZ
from vasari.values import Frame as Shown

LAST_WORDS = 30.0  # seconds that a bot which ends may still speak


@dataclass
class VasariVideoSettings(ServiceSettings):
    """Settings of the service; it has none of its own beyond `model`."""


class VasariVideoService(AIService):
    """Takes a bot's voice and gives its pictures, each with its own sound.

    `TTSAudioRawFrame`s are taken, and come out again in step with `OutputImageRawFrame`s; a
    `TTSStoppedFrame` comes out after the last picture of its turn. An `InterruptionFrame` drops all
    that was not shown. The user's `InputAudioRawFrame`s, which pass, are listened to.

    Args:
        face: what `Session` takes.
        size: side of the pictures, pixels.
        fps: pictures a second.
        house: where several faces of one process draw; None: one of its own.
        options: of `Session`, such as `style` or `background`.
        settings: Pipecat's.
    """

    Settings = VasariVideoSettings

    def __init__(
        self, *, face: FaceLike, size: int = 512, fps: int = 25, house: House | None = None,
        options: dict[str, Any] | None = None, settings: VasariVideoSettings | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(settings=settings or VasariVideoSettings(model=None), **kwargs)
        self._face, self._options = face, {"size": size, "fps": fps, **(options or {})}
        self._house, self._own = house or House(limit=1), house is None
        self._session: Session | None = None
        self._show: asyncio.Task[None] | None = None
        self._voice = create_stream_resampler()
        self._other = create_stream_resampler()
        self._shown = 0  # pictures
        self._stops: deque[TTSStoppedFrame] = deque()  # that wait for the last pictures of turns

    @property
    def session(self) -> Session | None:
        """The session, once set up: to steer it."""
        return self._session

    @property
    def transport(self) -> dict[str, Any]:
        """Those of `TransportParams` that have to do with the pictures of frame "crop"."""
        return {
            "video_out_enabled": True, "video_out_is_live": True,
            "video_out_width": self._options["size"], "video_out_height": self._options["size"],
            "video_out_framerate": self._options["fps"], "video_out_color_format": "RGB",
        }  # fmt: skip

    def can_generate_metrics(self) -> bool:
        """It tells the time to its first sound."""
        return True

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Read the face and warm up."""
        await super().setup(setup)
        try:
            self._session = await self._house.open(self._face, **self._options)
        except VasariError as error:
            await self.push_error(error_msg=str(error), exception=error)

    async def start(self, frame: StartFrame) -> None:
        """Begin to show."""
        await super().start(frame)
        if self._session is not None and self._show is None:
            self._show = self.create_task(self._showing(self._session))

    async def stop(self, frame: EndFrame) -> None:
        """End, once the last turn is shown."""
        await super().stop(frame)
        session = self._session
        if session is not None and not session.closed:
            session.flush()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    while session.speaking or self._shown < session.index:
                        await asyncio.sleep(0.005)
        await self._leave()

    async def cancel(self, frame: CancelFrame) -> None:
        """End at once."""
        await super().cancel(frame)
        await self._leave()

    async def cleanup(self) -> None:
        """Give back what is lent."""
        await super().cleanup()
        await self._leave()
        if self._own:
            self._house.close()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pipecat's frames, one by one."""
        await super().process_frame(frame, direction)
        session = self._session
        if session is None or session.closed:
            await self.push_frame(frame, direction)
        elif isinstance(frame, TTSAudioRawFrame):
            await self._say(session, frame)
        elif isinstance(frame, TTSStoppedFrame) and session.open:
            await offer(session, from_pcm(await self._voice.flush()))
            self._stops.append(frame)
            session.flush()
        else:
            await self._other_frame(session, frame)
            await self.push_frame(frame, direction)

    async def _other_frame(self, session: Session, frame: Frame) -> None:
        """Do what a frame that passes asks for."""
        if isinstance(frame, InterruptionFrame):
            session.interrupt()
            self._stops.clear()  # the transport says so itself
            await self._voice.reset()
        elif isinstance(frame, TTSStartedFrame):
            await self.start_ttfb_metrics()
        elif isinstance(frame, BotStartedSpeakingFrame):
            await self.stop_ttfb_metrics()
        elif isinstance(frame, InputAudioRawFrame):
            sound = await self._mono(self._other, frame)
            await asyncio.to_thread(session.listen, from_pcm(sound))

    async def _say(self, session: Session, frame: TTSAudioRawFrame) -> None:
        await offer(session, from_pcm(await self._mono(self._voice, frame)))

    async def _mono(self, resampler: Any, frame: TTSAudioRawFrame | InputAudioRawFrame) -> bytes:
        """16-bit mono at our rate."""
        audio = to_pcm(from_pcm(frame.audio, frame.num_channels))
        return bytes(await resampler.resample(audio, frame.sample_rate, SOUND_HZ))

    async def _showing(self, session: Session) -> None:
        async for frame in self._house.run(session):
            await self._show_one(session, frame)
            self._shown = frame.index + 1

    async def _show_one(self, session: Session, frame: Shown) -> None:
        height, width = frame.picture.shape[:2]
        await self.push_frame(OutputImageRawFrame(frame.picture.tobytes(), (width, height), "RGB"))
        frame = session.still_said(frame)  # the pipeline took its time with the picture
        if frame.spoken:
            sound = to_pcm(frame.sound[: frame.spoken])
            await self.push_frame(TTSAudioRawFrame(sound, SOUND_HZ, 1))
        if frame.end_of_turn and not frame.interrupted and self._stops:
            await self.push_frame(self._stops.popleft())

    async def _leave(self) -> None:
        if self._show is not None:
            show, self._show = self._show, None
            await self.cancel_task(show)
        if self._session is not None:
            self._house.leave(self._session)
