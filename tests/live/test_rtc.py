"""Calls over WebRTC, by a real aiortc client."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import numpy as np
import pytest

from tests.conftest import voice_like
from tests.faces import made_face
from tests.live.servers import running

pytest.importorskip("aiortc")

import aiortc
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from vasari.live.stamp import stamp_in
from vasari.live.wire import sound_out

HZ = 16_000


@pytest.fixture(scope="module")
def address():
    with running(made_face(), sessions=2) as where:
        yield where


class Peer:
    """A client that keeps what came."""

    def __init__(self, *, microphone: MediaStreamTrack | None = None) -> None:
        self.peer = aiortc.RTCPeerConnection()
        self.peer.addTransceiver("video", "recvonly")
        if microphone is None:
            self.peer.addTransceiver("audio", "recvonly")
        else:
            self.peer.addTrack(microphone)
        self.channel = self.peer.createDataChannel("vasari")
        self.opened, self.said = asyncio.Event(), asyncio.Queue[dict[str, Any]]()
        self.channel.on("open", self.opened.set)
        self.channel.on("message", lambda text: self.said.put_nowait(json.loads(text)))
        self.samples: list[int | None] = []
        self.loud = 0.0
        self.tasks: list[asyncio.Task[None]] = []
        self.peer.on("track", lambda t: self.tasks.append(asyncio.create_task(self._take(t))))

    async def _take(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    self.samples.append(stamp_in(frame.to_ndarray(format="rgb24")))
                else:
                    self.loud = max(self.loud, float(np.abs(frame.to_ndarray()).max()))
        except MediaStreamError:
            return

    async def call(self, address: str, **wish: Any) -> httpx.Response:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = {"type": "offer", "sdp": self.peer.localDescription.sdp, "face": "demo",
                 "size": 256, "fps": 25, "stamp": True, **wish}  # fmt: skip
        async with httpx.AsyncClient() as web:
            answer = await web.post(f"{address}/rtc", json=offer, timeout=30)
        if answer.status_code == 200:
            await self.peer.setRemoteDescription(aiortc.RTCSessionDescription(**answer.json()))
            await self.opened.wait()
        return answer

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await self.peer.close()


async def until(fits: Any) -> None:
    async with asyncio.timeout(40):
        while not fits():
            await asyncio.sleep(0.05)


def test_a_call_shows_what_was_said_and_is_interrupted(address: str) -> None:
    async def talk() -> None:
        peer = Peer()
        answer = await peer.call(address)
        assert answer.status_code == 200, answer.text
        assert "H264/90000" in answer.json()["sdp"]
        await until(lambda: -1 in peer.samples)  # it idles
        sound = sound_out(voice_like(6.0))
        for at in range(0, len(sound), 8000):
            peer.channel.send(sound[at : at + 8000].tobytes())
        await until(lambda: any(s is not None and s > HZ for s in peer.samples))
        await until(lambda: peer.loud > 1000)
        peer.channel.send('{"type": "interrupt"}')
        assert (await peer.said.get())["type"] == "interrupted"
        peer.samples.clear()
        await until(lambda: len(peer.samples) > 8)
        assert set(peer.samples[4:]) == {-1}
        peer.channel.send("garbage")
        assert (await peer.said.get())["type"] == "error"
        await peer.close()

    asyncio.run(talk())


def test_a_microphone_of_a_call_is_said(address: str) -> None:
    from aiortc.mediastreams import AudioStreamTrack

    async def talk() -> None:
        peer = Peer(microphone=AudioStreamTrack())  # it is silent, and counts as sound all the same
        assert (await peer.call(address)).status_code == 200
        await until(lambda: any(s is not None and s > HZ for s in peer.samples))
        await peer.close()

    asyncio.run(talk())


def test_a_browser_without_h264_gets_vp8(address: str) -> None:
    async def talk() -> None:
        peer = Peer()
        codecs = aiortc.RTCRtpReceiver.getCapabilities("video").codecs
        vp8 = [codec for codec in codecs if codec.mimeType == "video/VP8"]
        peer.peer.getTransceivers()[0].setCodecPreferences(vp8)
        answer = await peer.call(address)
        assert "H264" not in answer.json()["sdp"]
        await until(lambda: peer.samples.count(-1) > 5)
        await peer.close()

    asyncio.run(talk())


@pytest.mark.parametrize("sdp", ["", "garbage", "v=0\r\n", "m=video 9 X 1\r\n" * 50, "\0"])
def test_what_is_no_offer_takes_no_place(address: str, sdp: str) -> None:
    for _ in range(3):  # more than there are places
        answer = httpx.post(f"{address}/rtc", timeout=30, json={
            "type": "offer", "sdp": sdp, "face": "demo", "size": 256, "fps": 25,
        })  # fmt: skip
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"].endswith(".")


def test_a_full_server_says_so_at_once() -> None:
    async def talk(where: str) -> None:
        first, second = Peer(), Peer()
        assert (await first.call(where)).status_code == 200
        assert (await second.call(where)).status_code == 503
        await first.close()
        await second.close()

    with running(made_face(), sessions=1) as where:
        asyncio.run(talk(where))


def test_ice_servers_are_told_to_browsers() -> None:
    with running(ice=("stun:a.example:3478", "turn:b.example:3478,ada,secret")) as where:
        assert httpx.get(f"{where}/rtc").json()["iceServers"] == [
            {"urls": "stun:a.example:3478"},
            {"urls": "turn:b.example:3478", "username": "ada", "credential": "secret"},
        ]
