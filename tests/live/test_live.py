"""Conversations over real sockets: what is promised, and what clients do wrong."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import av
import httpx
import numpy as np
import pytest

from tests.conftest import voice_like
from tests.faces import made_face
from tests.live.servers import running

pytest.importorskip("websockets")
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from vasari.live.wire import Shown, sound_out, unpacked

HZ = 16_000


@pytest.fixture(scope="module")
def address():
    with running(made_face(), sessions=2, ahead_seconds=20) as where:
        yield where


@asynccontextmanager
async def started(address: str, **start: Any) -> AsyncIterator[ClientConnection]:
    url = address.replace("http", "ws") + "/live"
    async with connect(url, max_size=None) as socket:
        asked = {"type": "start", "face": "demo", "size": 256, "fps": 25, **start}
        await socket.send(json.dumps(asked))
        assert json.loads(await socket.recv())["type"] == "ready"
        yield socket


def run(talk: Callable[[], Awaitable[None]], seconds: float = 60) -> None:
    async def limited() -> None:
        async with asyncio.timeout(seconds):
            await talk()

    asyncio.run(limited())


async def shown(socket: ClientConnection) -> Shown:
    while not isinstance(message := await socket.recv(), bytes):
        pass
    return unpacked(message)


async def told(socket: ClientConnection) -> dict[str, Any]:
    while not isinstance(message := await socket.recv(), str):
        pass
    said: dict[str, Any] = json.loads(message)
    return said


async def until(socket: ClientConnection, fits: Callable[[Shown], bool]) -> list[Shown]:
    seen = [await shown(socket)]
    while not fits(seen[-1]):
        seen.append(await shown(socket))
    return seen


async def free(address: str, places: int) -> None:
    """Until so many places are free again."""
    async with httpx.AsyncClient(base_url=address) as web:
        while (await web.get("/health")).json()["free"] < places:
            await asyncio.sleep(0.1)


def test_what_is_sent_is_shown_and_heard(address: str) -> None:
    """All of the sound comes back in order, each picture decodes, and the turn ends once."""
    sent = sound_out(voice_like(1.0))

    async def talk() -> None:
        async with started(address) as socket:
            await socket.send(sent.tobytes())
            await socket.send('{"type": "flush"}')
            seen = await until(socket, lambda one: one.end)
        spoken = [one for one in seen if not one.idle]
        heard = np.concatenate([one.sound for one in spoken])[: len(sent)]
        assert np.abs(heard.astype(int) - sent).max() <= 1
        assert [one.sample for one in spoken] == list(range(0, HZ, HZ // 25))
        assert [one.index for one in seen] == list(range(len(seen)))
        assert sum(one.end for one in seen) == 1
        assert seen[0].key
        decoder = av.CodecContext.create("h264", "r")
        drawn = [one for one in seen if one.picture]
        pictures = [p for one in drawn for p in decoder.decode(av.Packet(one.picture))]
        assert len(pictures) == len(drawn) > 5
        assert pictures[0].to_ndarray(format="rgb24").shape == (256, 256, 3)

    run(talk)
    asyncio.run(free(address, 2))


def test_the_other_is_listened_to_and_not_repeated(address: str) -> None:
    async def talk() -> None:
        async with started(address) as socket:
            await socket.send('{"type": "listen"}')
            for _ in range(10):
                await socket.send(sound_out(voice_like(0.1)).tobytes())
            seen = [await shown(socket) for _ in range(20)]
            assert all(one.idle for one in seen)
            await socket.send('{"type": "say"}')
            await socket.send(sound_out(voice_like(0.5)).tobytes())
            assert (await until(socket, lambda one: one.sample >= 0))[-1].sample == 0

    run(talk)


def test_jpeg_for_browsers_without_webcodecs(address: str) -> None:
    async def talk() -> None:
        async with started(address, pictures="jpeg") as socket:
            seen = await until(socket, lambda one: bool(one.picture))
            assert seen[-1].picture[:2] == b"\xff\xd8"

    run(talk)


def test_an_interruption_empties_everything(address: str) -> None:
    async def talk() -> None:
        async with started(address) as socket:
            await socket.send(sound_out(voice_like(8.0)).tobytes())
            await until(socket, lambda one: one.sample > HZ // 2)
            await socket.send('{"type": "interrupt"}')
            while not isinstance(message := await socket.recv(), str):
                pass
            assert json.loads(message)["type"] == "interrupted"
            after = [await shown(socket) for _ in range(10)]
            late = [k for k, one in enumerate(after) if not one.idle or one.sound.any()]
            assert max(late, default=0) <= 1  # what was being sent just then
            await socket.send(sound_out(voice_like(0.4)).tobytes())
            again = await until(socket, lambda one: one.sample >= 0)
            assert again[-1].sample == 8 * HZ  # counted on from all that was sent

    run(talk)


def test_what_is_steered_is_seen(address: str) -> None:
    async def talk() -> None:
        async with started(address, pictures="jpeg") as socket:
            await until(socket, lambda one: bool(one.picture))
            await socket.send('{"type": "style", "style": {"distance": 0.7}}')
            await socket.send('{"type": "style", "style": {"distance": 99}}')
            assert "99" in (await told(socket))["error"]
            await until(socket, lambda one: bool(one.picture))

    run(talk)


@pytest.mark.parametrize("garbage", [
    b"\x00", bytes(3), "x", "{}", '{"type": "dance"}', '{"type": "start", "face": "demo"}', "\0",
    '{"type": "style", "style": {"gaze": "left"}}', "[" * 5000,
])  # fmt: skip
def test_garbage_is_answered_in_a_sentence_and_survived(address: str, garbage: str | bytes) -> None:
    async def talk() -> None:
        async with started(address) as socket:
            await socket.send(garbage)
            said = await told(socket)
            assert said["type"] == "error"
            assert said["error"].endswith(".")
            assert "Traceback" not in said["error"]
            await shown(socket)

    run(talk)


def test_too_much_garbage_is_the_end(address: str) -> None:
    async def talk() -> None:
        async with started(address) as socket:
            for _ in range(20):
                await socket.send("garbage")
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008

    run(talk)


@pytest.mark.parametrize("first", [b"\x00\x00", "garbage", '{"type": "start", "face": "nobody"}'])
def test_a_wrong_beginning_takes_no_place(address: str, first: str | bytes) -> None:
    async def talk() -> None:
        async with connect(address.replace("http", "ws") + "/live") as socket:
            await socket.send(first)
            assert json.loads(await socket.recv())["type"] == "error"
            await socket.wait_closed()
        await free(address, 2)

    run(talk)


def test_sound_at_ten_times_real_time_is_shown_as_time_goes_then_refused(address: str) -> None:
    """The queue holds 20 s; the rest is refused with a sentence, and the pictures go on evenly."""
    piece = sound_out(voice_like(1.0)).tobytes()

    async def talk() -> None:
        async with started(address) as socket:
            for _ in range(40):
                await socket.send(piece)
            assert "waiting" in (await told(socket))["error"]
            begun = time.monotonic()
            seen = [await shown(socket) for _ in range(40)]
            assert time.monotonic() - begun > 0.9  # 1.6 seconds, of which some lay ready
            assert [b.index - a.index for a, b in pairwise(seen)] == [1] * 39

    run(talk)
    metrics = httpx.get(f"{address}/metrics").text
    assert float(metrics.split("\nvasari_sound_dropped_seconds_total ")[1].split()[0]) > 5


def test_a_client_that_stops_sending_sees_the_face_idle_and_goes_on(address: str) -> None:
    async def talk() -> None:
        async with started(address) as socket:
            await socket.send(sound_out(voice_like(0.5)).tobytes())  # no flush: its network failed
            await until(socket, lambda one: one.sample >= HZ // 2 - HZ // 25)
            await until(socket, lambda one: one.idle)
            await socket.send(sound_out(voice_like(0.5)).tobytes())
            await until(socket, lambda one: one.sample >= HZ // 2)

    run(talk)


def test_a_client_that_vanishes_leaves_its_place(address: str) -> None:
    async def talk() -> None:
        for _ in range(4):  # more than there are places: it reconnects again and again
            async with started(address) as socket:
                await socket.send(sound_out(voice_like(5.0)).tobytes())
                await shown(socket)
                socket.transport.abort()
            await free(address, 2)

    run(talk, 120)


def test_a_client_that_takes_nothing_stops_nobody() -> None:
    async def talk(where: str) -> None:
        async with started(where) as stalled, started(where) as other:
            stalled.transport.pause_reading()
            await other.send(sound_out(voice_like(1.0)).tobytes())
            await until(other, lambda one: one.sample > HZ // 2)

    with running(made_face(), sessions=2) as where:
        run(lambda: talk(where))


def test_a_conversation_ends_after_its_time() -> None:
    async def talk(where: str) -> None:
        async with started(where) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await socket.recv()
            assert closed.value.rcvd is not None
            assert "minutes" in closed.value.rcvd.reason

    with running(made_face(), session_seconds=1.5) as where:
        run(lambda: talk(where))


def test_fifty_clients_against_four_places() -> None:
    """Four are served; the others hear it at once, in HTTP's way; then all places are free."""

    async def one(where: str, together: asyncio.Barrier) -> int:
        url = where.replace("http", "ws") + "/live"
        try:
            async with connect(url) as socket:
                await socket.send('{"type": "start", "face": "demo", "size": 256, "fps": 25}')
                first = await socket.recv()
                assert json.loads(first)["type"] == "ready"
                await together.wait()
                return 200
        except InvalidStatus as refused:
            await together.wait()
            return refused.response.status_code
        except ConnectionClosed as closed:
            await together.wait()
            return closed.rcvd.code if closed.rcvd else 0

    async def talk(where: str) -> None:
        together = asyncio.Barrier(50)
        codes = await asyncio.gather(*(one(where, together) for _ in range(50)))
        assert codes.count(200) == 4
        assert set(codes) <= {200, 503, 1013}
        await free(where, 4)

    with running(made_face(), sessions=4) as where:
        run(lambda: talk(where), 120)
        metrics = httpx.get(f"{where}/metrics").text
        assert "vasari_sessions_refused_total 46.0" in metrics
        assert "vasari_sessions 0.0" in metrics


def test_metrics_have_their_names(address: str) -> None:
    text = httpx.get(f"{address}/metrics").text
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert {"vasari_sessions", "vasari_pictures_total", "vasari_pictures_dropped_total",
            "vasari_delay_seconds", "vasari_delay_recent_seconds"} <= names  # fmt: skip
    assert all(name.startswith("vasari_") for name in names)


def test_the_page_describes_the_header() -> None:
    from pathlib import Path

    from vasari.live.wire import HEADER

    page = (Path(__file__).parents[2] / "docs" / "live.md").read_text(encoding="utf-8")
    assert f"`{HEADER.format}`" in page
    assert struct.calcsize(HEADER.format) == 24


@pytest.mark.parametrize("badge", [True, False])
def test_a_visible_sign_where_others_can_see_it(badge: bool) -> None:
    """White letters on dark ground in the lower right corner; the made face has no such tones."""
    import cv2

    async def talk(where: str) -> None:
        async with started(where, pictures="jpeg") as socket:
            seen = await until(socket, lambda one: bool(one.picture))
        picture = cv2.imdecode(np.frombuffer(seen[-1].picture, np.uint8), cv2.IMREAD_GRAYSCALE)
        corner = picture[-45:, -60:]
        assert ((corner > 235).sum() > 10 and (corner < 90).sum() > 100) == badge

    with running(made_face(), badge=badge) as where:
        run(lambda: talk(where))
