"""Live over a WebSocket: sound and sentences in, pictures with their sound out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from vasari.errors import SoundError, VasariError
from vasari.live.conversation import Conversation
from vasari.live.refused import Refused
from vasari.live.wire import (
    Restyle,
    Shown,
    Start,
    Verb,
    message_in,
    sound_in,
    start_in,
    told,
)
from vasari.values import FloatArray, Style

WAITING = 4  # messages that wait for a slow viewer before pictures are left out
MOST_WAITING = 200  # after which the viewer is given up: 5 s of sound
FIRST_SECONDS = 10.0  # until the first message
IDLE_SECONDS = 300.0  # without a message, after which nobody is there
MISTAKES = 20  # messages that are not understood, after which it is enough

OVER, AWAY, ENOUGH = 1000, 1013, 1008  # codes of closing


class Queued:
    """Pictures that wait to be sent.

    Args:
        send: sends one message.
        kind: of the encoded pictures.
        sound: whether the client wants to hear it, too.
    """

    def __init__(self, send: Callable[[bytes], Awaitable[None]], kind: str, sound: bool) -> None:
        self._send, self._kind, self._sound = send, kind, sound
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()

    def congested(self) -> bool:
        """As `Outlet`."""
        return self._queue.qsize() >= WAITING

    def put(self, shown: Shown) -> None:
        """As `Outlet`.

        Raises:
            Refused: nothing was taken for seconds.
        """
        if self._queue.qsize() >= MOST_WAITING:
            raise Refused("The viewer takes no pictures.", 408)
        self._queue.put_nowait(shown.packed(self._kind, sound=self._sound))

    async def run(self) -> None:
        """Send, until it is cancelled."""
        while True:
            await self._send(await self._queue.get())


@dataclass
class Client:
    """What a client says, done to its conversation.

    Attributes:
        talk: the conversation.
        style: that is asked for now.
        answer: sends a message of text.
    """

    talk: Conversation
    style: Style
    answer: Callable[[str], Awaitable[None]]
    mistakes: int = 0
    full: bool = False
    listening: bool = False

    async def said(self, message: str | bytes) -> bool:
        """Do what a message says; False for the last one."""
        try:
            return await self._done(message)
        except SoundError as error:  # too much waits: said once, until there is room again
            if not self.full:
                await self.answer(told("full", error=str(error)))
            self.full = True
            return True
        except VasariError as error:
            self.mistakes += 1
            await self.answer(told("error", error=str(error)))
            return self.mistakes < MISTAKES

    async def _done(self, message: str | bytes) -> bool:
        if isinstance(message, bytes):
            self._sounds(sound_in(message))
            return True
        wish = message_in(message)
        if isinstance(wish, Restyle):
            self.style = wish.style.style(self.style)
            self.talk.steer(self.style)
            return True
        return await self._verb(wish)

    def _sounds(self, sound: FloatArray) -> None:
        if self.listening:
            self.talk.listen(sound)
            return
        self.talk.hear(sound)
        self.full = False

    async def _verb(self, wish: Verb) -> bool:
        if wish.type == "flush":
            self.talk.flush()
        elif wish.type == "interrupt":
            self.talk.interrupt()
            await self.answer(told("interrupted"))
        elif wish.type == "keyframe":
            self.talk.keyframe()
        elif wish.type in ("listen", "say"):
            self.listening = wish.type == "listen"
        return wish.type != "bye"


async def first_message(socket: WebSocket) -> Start:
    """What the client wants.

    Raises:
        Refused: it says nothing, or something else.
    """
    try:
        async with asyncio.timeout(FIRST_SECONDS):
            message = await received(socket)
    except TimeoutError:
        raise Refused("Nothing was asked for: send a start message first.") from None
    if not isinstance(message, str):
        raise Refused("The first message is text: see docs/live.md.")
    return start_in(message)


async def serve_socket(socket: WebSocket, talk: Conversation, start: Start, seconds: float) -> None:
    """One conversation, until one of both goes.

    Args:
        socket: opened; its first message was read.
        talk: just begun.
        start: what the client asked for.
        seconds: that it may last.
    """
    lock = asyncio.Lock()

    async def send(message: bytes) -> None:
        async with lock:
            await socket.send_bytes(message)

    async def answer(text: str) -> None:
        async with lock:
            await socket.send_text(text)

    outlet = Queued(send, start.pictures, start.sound)
    client = Client(talk, start.style.style(), answer)
    code, why = AWAY, "The conversation failed on the server."
    with suppress(WebSocketDisconnect, RuntimeError):  # the client went
        try:
            async with asyncio.timeout(seconds):
                code, why = await _first_of(talk.run(outlet), outlet.run(), _heard(socket, client))
        except TimeoutError:
            code, why = OVER, f"The conversation lasted {seconds / 60:g} minutes: begin another."
        if socket.client_state is WebSocketState.CONNECTED:
            await socket.close(code, why)


async def received(socket: WebSocket) -> str | bytes:
    """The next message.

    Raises:
        WebSocketDisconnect: there is none.
    """
    message: dict[str, Any] = dict(await socket.receive())
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    content: str | bytes | None = message.get("bytes")
    return str(message["text"]) if content is None else content


async def _heard(socket: WebSocket, client: Client) -> tuple[int, str]:
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                message = await received(socket)
        except TimeoutError:
            return OVER, f"Nothing was said for {IDLE_SECONDS / 60:g} minutes."
        if not await client.said(message):
            return (OVER, "") if client.mistakes < MISTAKES else (ENOUGH, "Too many mistakes.")


async def _first_of(*works: Awaitable[Any]) -> tuple[int, str]:
    """The first that ends ends the others; how to say goodbye."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        result = task.result()  # raises what it raised
        if isinstance(result, tuple):
            return result
    return OVER, ""
