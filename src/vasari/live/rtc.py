"""Live over WebRTC: tracks of pictures and sound, and a data channel for the messages.

Pictures go out already encoded, at the pace of the conversation: aiortc's own clock and its rate
control stop at 30 a second.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any, Literal, cast

import av
import numpy as np
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from pydantic import Field

from vasari.errors import SoundError, VasariError
from vasari.live.conversation import Conversation
from vasari.live.encode import Format
from vasari.live.refused import Refused
from vasari.live.settings import Settings
from vasari.live.socket import Client
from vasari.live.wire import Shown, Start
from vasari.session import Session
from vasari.values import SOUND_HZ

VIDEO_BASE = Fraction(1, 90_000)
SOUND_PART = SOUND_HZ // 50  # samples: Opus takes 20 ms
WAITING = 4  # pictures that wait to be packed before some are left out
AHEAD_SECONDS = 0.03  # by which the sound may run ahead of the clock before silence is cut
CONNECT_SECONDS = 20.0
GATHER_SECONDS = 6.0
H264_LINE = re.compile(r"^a=rtpmap:\d+ H264/90000", re.MULTILINE | re.IGNORECASE)
KEYS = {"h264": 1.0, "raw": 1.0}

Begin = Callable[[Start, Format, float], Awaitable[tuple[Session, Conversation]]]
End = Callable[[Session], None]


class Offer(Start):
    """An offer of WebRTC, and what is asked for."""

    type: Literal["offer"]  # type: ignore[assignment]
    sdp: str = Field(max_length=60_000)


class Pictures(MediaStreamTrack):
    """The track of pictures.

    Args:
        size: width and height, for pictures that are not encoded yet.
    """

    kind = "video"

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self._size, self._start, self._last = size, time.monotonic(), -1
        self._queue: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue()

    @property
    def waiting(self) -> int:
        """Pictures that were not taken yet."""
        return self._queue.qsize()

    def put(self, picture: bytes) -> None:
        """The next picture; its time is now."""
        now = round((time.monotonic() - self._start) / VIDEO_BASE)
        self._last = max(now, self._last + 1)
        self._queue.put_nowait((picture, self._last))

    async def recv(self) -> av.Packet[Any] | av.VideoFrame:
        """As aiortc asks for it."""
        if self.readyState != "live":
            raise MediaStreamError
        picture, stamp = await self._queue.get()
        width, height = self._size
        made: av.Packet[Any] | av.VideoFrame
        if len(picture) == width * height * 3 // 2:
            yuv = np.frombuffer(picture, np.uint8).reshape(height * 3 // 2, width)
            made = av.VideoFrame.from_ndarray(yuv, "yuv420p")
        else:
            made = av.Packet(picture)
        made.pts, made.time_base = stamp, VIDEO_BASE
        return made


class Voice(MediaStreamTrack):
    """The track of the sound that goes with them."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._queue: asyncio.Queue[np.ndarray[Any, np.dtype[np.int16]]] = asyncio.Queue()
        self._rest = np.zeros(0, np.int16)
        self._start, self._put, self._sent = time.monotonic(), 0, 0

    def put(self, sound: np.ndarray[Any, np.dtype[np.int16]], idle: bool) -> None:
        """The next sound, (n,); silence is left out where the clock has not come so far."""
        ahead = self._put / SOUND_HZ - (time.monotonic() - self._start)
        if not (idle and ahead > AHEAD_SECONDS):
            self._put += len(sound)
            self._queue.put_nowait(sound)

    async def recv(self) -> av.AudioFrame:
        """As aiortc asks for it."""
        while len(self._rest) < SOUND_PART:
            if self.readyState != "live":
                raise MediaStreamError
            self._rest = np.concatenate([self._rest, await self._queue.get()])
        part, self._rest = self._rest[:SOUND_PART], self._rest[SOUND_PART:]
        frame = av.AudioFrame.from_ndarray(part[None], "s16", "mono")
        frame.sample_rate, frame.time_base = SOUND_HZ, Fraction(1, SOUND_HZ)
        frame.pts, self._sent = self._sent, self._sent + SOUND_PART
        return frame


class Tracks:
    """Where the pictures of a call go.

    Args:
        size: width and height of them.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.pictures, self.voice = Pictures(size), Voice()

    def congested(self) -> bool:
        """As `Outlet`."""
        return self.pictures.waiting >= WAITING

    def put(self, shown: Shown) -> None:
        """As `Outlet`."""
        if shown.picture:
            self.pictures.put(shown.picture)
        self.voice.put(shown.sound, shown.idle)


class Calls:
    """The calls of one server.

    Args:
        settings: STUN and TURN servers, and how long a call may last.
    """

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.session_seconds
        self._ice = [_ice_server(url) for url in settings.ice]
        self._tasks: set[asyncio.Task[None]] = set()

    def for_browsers(self) -> list[dict[str, Any]]:
        """STUN and TURN servers as a browser takes them."""
        return [
            {k: v for k, v in vars(server).items() if v is not None and k != "credentialType"}
            for server in self._ice
        ]

    async def answer(self, offer: Offer, begin: Begin, end: End) -> dict[str, Any]:
        """Begin a call.

        Args:
            offer: what the client wants.
            begin: begins the conversation.
            end: ends it.

        Raises:
            VasariError: it cannot be begun.
        """
        pictures: Format = "h264" if H264_LINE.search(offer.sdp) else "raw"
        start = Start(**{**offer.model_dump(exclude={"sdp"}), "type": "start"})
        session, talk = await begin(start, pictures, KEYS[pictures])
        call = Call(RTCPeerConnection(RTCConfiguration(iceServers=self._ice)), session, talk, start)
        try:
            answer = await call.answer(offer.sdp, pictures)
        except BaseException:
            await call.peer.close()
            end(session)
            raise
        task = asyncio.create_task(call.last(self._seconds, end))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return answer

    async def close(self) -> None:
        """End all calls."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Call:
    """One call: a peer, and the conversation that it has."""

    def __init__(
        self, peer: RTCPeerConnection, session: Session, talk: Conversation, start: Start
    ) -> None:
        self.peer, self._session, self._talk = peer, session, talk
        self._tracks = Tracks(session.size)
        self._client = Client(talk, start.style.style(), self._told)
        self._channel: RTCDataChannel | None = None
        self._connected, self._over = asyncio.Event(), asyncio.Event()
        self._hearing: asyncio.Task[None] | None = None
        peer.on("connectionstatechange", self._changed)
        peer.on("track", self._track)
        peer.on("datachannel", self._opened)

    async def answer(self, sdp: str, pictures: Format) -> dict[str, Any]:
        """The answer to an offer.

        Raises:
            Refused: it cannot be answered.
        """
        try:
            video = self.peer.addTrack(self._tracks.pictures)
            self.peer.addTrack(self._tracks.voice)
            self._prefer(video, "video/H264" if pictures == "h264" else "video/VP8")
            await self.peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
            answer = await self.peer.createAnswer()
            async with asyncio.timeout(GATHER_SECONDS):
                await self.peer.setLocalDescription(answer)
        except (ValueError, KeyError, IndexError, AttributeError, AssertionError, TypeError,
                InvalidStateError, TimeoutError) as error:  # fmt: skip
            raise Refused(f"The offer of WebRTC cannot be answered ({error}).") from None
        local = self.peer.localDescription
        return {"type": local.type, "sdp": local.sdp}

    def _prefer(self, sender: RTCRtpSender, name: str) -> None:
        for transceiver in self.peer.getTransceivers():
            if transceiver.sender is sender:
                codecs = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences([c for c in codecs if c.mimeType == name])

    async def last(self, seconds: float, end: End) -> None:
        """Until it is over, or has lasted so many seconds."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._connected.wait()
                async with asyncio.timeout(seconds):
                    await self._shown()
        finally:
            if self._hearing is not None:
                self._hearing.cancel()
            end(self._session)
            await self.peer.close()

    async def _shown(self) -> None:
        """Pictures, until the client goes."""
        over = asyncio.create_task(self._over.wait())
        showing = asyncio.create_task(self._talk.run(self._tracks))
        try:
            await asyncio.wait([over, showing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            showing.cancel()
            await asyncio.gather(over, showing, return_exceptions=True)

    def _changed(self) -> None:
        if self.peer.connectionState == "connected":
            self._connected.set()
        elif self.peer.connectionState in ("failed", "closed"):
            self._over.set()

    def _track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._hearing = asyncio.create_task(_heard(track, self._talk))

    def _opened(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        waiting: asyncio.Queue[str | bytes] = asyncio.Queue()
        channel.on("message", waiting.put_nowait)
        task = asyncio.create_task(self._obey(waiting))
        channel.on("close", task.cancel)

    async def _obey(self, messages: asyncio.Queue[str | bytes]) -> None:
        while await self._client.said(await messages.get()):
            pass
        self._over.set()

    async def _told(self, text: str) -> None:
        if self._channel is not None and self._channel.readyState == "open":
            self._channel.send(text)


async def _heard(track: MediaStreamTrack, talk: Conversation) -> None:
    """Sound of the client's track, to be said."""
    to_mono = av.AudioResampler("s16", "mono", SOUND_HZ)
    with suppress(MediaStreamError):
        while True:
            frame = cast(av.AudioFrame, await track.recv())
            for part in to_mono.resample(frame):
                sound = part.to_ndarray()[0].astype(np.float32) / 32768
                with suppress(SoundError):  # too much waits: it is counted as dropped
                    talk.hear(sound)


def _ice_server(url: str) -> RTCIceServer:
    where, *login = url.split(",")
    if len(login) not in (0, 2):
        raise VasariError(f"{url!r} is no ICE server: use turn:HOST:PORT,USER,PASSWORD.")
    return RTCIceServer(where, *login)
