"""Real clients: one over a WebSocket, one over WebRTC. Both speak recorded speech as time goes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import av
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from vasari.jobs.live_bench.heard import Heard
from vasari.jobs.live_bench.seen import Interruption, Seen, delay_of
from vasari.live.stamp import stamp_in
from vasari.live.wire import sound_out, unpacked
from vasari.values import SOUND_HZ, FloatArray

PIECE = SOUND_HZ // 100  # samples: what a microphone gives at once
BUFFER = 0.07  # seconds of sound that a player keeps ready: the studio's
INTERRUPTIONS = 5
SPEAKS = 1.7  # seconds before each interruption
LOOKS = 0.5  # seconds after one in which pictures are kept
WARM = 1.0  # seconds at the beginning of which nothing is counted but the first picture


class Client:
    """What both have: the voice, the clock, what was seen.

    Args:
        voice: (n,) float32, 16 kHz, repeated as long as it is needed.
        seconds: of speech before the interruptions.
    """

    def __init__(self, voice: FloatArray, seconds: float) -> None:
        self.seen = Seen()
        self._voice, self._seconds = voice, seconds
        self._started: float | None = None  # when speaking began
        self._steady = False
        self._interruption: Interruption | None = None

    async def talk(self, send: Callable[[bytes], Awaitable[None]],
                   say: Callable[[str], Awaitable[None]]) -> None:  # fmt: skip
        """Speak, then interrupt again and again."""
        await asyncio.sleep(WARM)
        self._started = now = time.monotonic()
        said = await self._speak(send, 0, self._seconds, now)
        self._steady = False
        for _ in range(INTERRUPTIONS):
            said = await self._speak(send, said, SPEAKS, time.monotonic())
            self._interruption = Interruption(time.monotonic())
            self.seen.interruptions.append(self._interruption)
            await say(json.dumps({"type": "interrupt"}))
            await asyncio.sleep(LOOKS)
            self._interruption = None

    async def _speak(
        self, send: Callable[[bytes], Awaitable[None]], at: int, seconds: float, start: float
    ) -> int:
        """Pieces of the voice, each when it has been spoken; gives the samples said so far."""
        for k in range(round(seconds * SOUND_HZ / PIECE)):
            await asyncio.sleep(max(0.0, start + (k + 1) * PIECE / SOUND_HZ - time.monotonic()))
            part = np.take(self._voice, np.arange(at, at + PIECE), mode="wrap")
            await send(sound_out(part).tobytes())
            self._steady = start == self._started and k * PIECE > WARM * SOUND_HZ
            at += PIECE
        return at

    def shown(self, frame: av.VideoFrame) -> None:
        """A picture was decoded."""
        picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        now = time.monotonic()
        sample = stamp_in(picture)
        self.seen.first = self.seen.first or now
        cut = self._interruption
        if cut is not None:
            cut.pictures.append((now - cut.asked, picture))
            if sample == -1 and cut.silent is None:
                cut.silent = now - cut.asked
        if self._steady and self._started is not None:
            self.seen.times.append(now)
            if sample is not None and sample >= 0:
                self.seen.delays.append(delay_of(sample, self._started, now))


class SocketClient(Client):
    """Over a WebSocket, with H.264."""

    async def run(self, address: str, start: dict[str, Any]) -> Seen:
        """From the first message to the last picture."""
        self.seen.asked = time.monotonic()
        url = address.replace("http", "ws", 1) + "/live"
        async with connect(url, max_size=None, compression=None) as socket:
            await socket.send(json.dumps({"type": "start", **start}))
            watching = asyncio.create_task(self._watch(socket))
            await self.talk(socket.send, socket.send)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        return self.seen

    async def _watch(self, socket: Any) -> None:
        decoder = av.CodecContext.create("h264", "r")
        playing = 0.0  # when the sound that comes next is heard
        with suppress(ConnectionClosed):
            async for message in socket:
                if not isinstance(message, bytes):
                    continue
                came = unpacked(message)
                for frame in decoder.decode(av.Packet(came.picture)) if came.picture else []:
                    self.shown(frame)
                now = time.monotonic()
                heard = playing if playing > now - BUFFER else now + BUFFER
                playing = heard + len(came.sound) / SOUND_HZ
                if came.idle and heard - now > 2 * BUFFER:
                    playing = heard  # silence that a player sheds
                if self._steady and not came.idle:
                    self.seen.skews.append(max(0.0, now - heard))


class CallClient(Client):
    """Over WebRTC: aiortc's own receiver; the voice goes up in the data channel."""

    async def run(self, address: str, start: dict[str, Any]) -> Seen:
        """From the offer to the last picture."""
        import httpx

        peer, heard = RTCPeerConnection(), Heard(self._voice)
        peer.addTransceiver("video", "recvonly")
        peer.addTransceiver("audio", "recvonly")
        channel, opened = peer.createDataChannel("vasari"), asyncio.Event()
        channel.on("open", opened.set)
        tasks: list[asyncio.Task[None]] = []
        peer.on("track", lambda track: tasks.append(asyncio.create_task(self._take(track, heard))))
        self.seen.asked = time.monotonic()
        await peer.setLocalDescription(await peer.createOffer())
        wish = {**start, "type": "offer", "sdp": peer.localDescription.sdp}
        async with httpx.AsyncClient() as web:
            answer = await web.post(f"{address}/rtc", json=wish, timeout=30)
            answer.raise_for_status()
        await peer.setRemoteDescription(RTCSessionDescription(**answer.json()))
        await opened.wait()

        async def send(message: bytes | str) -> None:
            channel.send(message)

        try:
            await self.talk(send, send)
        finally:
            for task in tasks:
                task.cancel()
            await peer.close()
        if self._started is not None and self.seen.delays:
            self.seen.skews = heard.skews(self._started, float(np.median(self.seen.delays)))
        return self.seen

    async def _take(self, track: MediaStreamTrack, heard: Heard) -> None:
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, av.VideoFrame):
                    self.shown(frame)
                elif isinstance(frame, av.AudioFrame) and self._steady:
                    heard.add(frame, time.monotonic())
