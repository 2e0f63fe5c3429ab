"""One face that answers one client: sound in, pictures out."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from vasari.live.encode import Encoder
from vasari.live.house import House
from vasari.live.metrics import Metrics
from vasari.live.rhythm import Rhythm
from vasari.live.stamp import stamp
from vasari.live.wire import Shown, sound_out
from vasari.session import Session, Shot
from vasari.values import SOUND_HZ, FloatArray, Frame, Picture, Style

LIVE_SECONDS = 0.5  # of sound that waits: with less, it comes as it is spoken


class Outlet(Protocol):
    """Where pictures go."""

    def congested(self) -> bool:
        """Whether the viewer takes them too slowly just now."""

    def put(self, shown: Shown) -> None:
        """Take one picture."""


@dataclass(frozen=True)
class Machine:
    """What conversations share.

    Attributes:
        house: sessions, and threads that draw.
        encoding: threads that encode.
        metrics: what is counted.
    """

    house: House
    encoding: Executor
    metrics: Metrics


class Conversation:
    """One session, and what its client hears and sees of it.

    Args:
        session: of the machine's house.
        encoder: of its pictures.
        machine: what it shares with others.
        stamped: whether every picture carries a code that says which sound it shows.
    """

    def __init__(
        self, session: Session, encoder: Encoder, machine: Machine, stamped: bool = False
    ) -> None:
        self._session, self._encoder, self._machine, self._stamp = (
            session, encoder, machine, stamped,
        )  # fmt: skip
        self._pushed = self._taken = 0  # samples
        self._came: deque[tuple[int, float]] = deque()  # samples by then, seconds
        self._drawing = machine.house.pool
        self._news = asyncio.Event()
        self._key, self._index = True, 0

    def hear(self, sound: FloatArray) -> None:
        """Sound to be said, (n,) float32.

        Raises:
            SoundError: too much waits already; nothing of it was taken.
        """
        try:
            self._session.push(sound)
        except Exception:
            self._machine.metrics.sound_dropped.inc(len(sound) / SOUND_HZ)
            raise
        self._pushed += len(sound)
        if self._session.waiting < LIVE_SECONDS:  # what is sent ahead waits on purpose
            self._came.append((self._pushed, time.monotonic()))
        self._news.set()

    def listen(self, sound: FloatArray) -> None:
        """Sound that the other says, (n,) float32: the face listens to it while it is silent."""
        self._session.listen(sound)

    def flush(self) -> None:
        """The turn ends with the sound that came."""
        self._session.flush()
        self._news.set()

    def interrupt(self) -> None:
        """Stop speaking at once."""
        self._session.interrupt()
        self._taken = self._pushed
        self._came.clear()
        self._news.set()

    def steer(self, style: Style) -> None:
        """Another style, eased to."""
        self._session.steer(style)

    def keyframe(self) -> None:
        """The next picture is one with which a decoder may begin."""
        self._key = True

    async def run(self, outlet: Outlet) -> None:
        """Show, until the session is closed."""
        rhythm, metrics = Rhythm(float(1 / self._session.fps)), self._machine.metrics
        last = time.monotonic()
        while not self._session.closed:
            shot = await self._next_shot(rhythm)
            if shot is None:
                continue
            skipped = outlet.congested() or rhythm.skips(time.monotonic())
            frame = None if skipped else await self._in(self._drawing, self._session.draw, shot)
            live = self._session.waiting < LIVE_SECONDS
            wait = rhythm.wait(time.monotonic(), shot.spoken > 0, live)
            if wait > 0:
                await asyncio.sleep(wait)
            await self._out(shot, frame, outlet)
            now = time.monotonic()
            metrics.pictures.inc()
            metrics.dropped.inc(skipped)
            metrics.late.inc(now - last > 2 / self._session.fps)
            last = now

    async def _next_shot(self, rhythm: Rhythm) -> Shot | None:
        """What comes next, when its sound is there or it need not be waited for."""
        self._news.clear()
        shot: Shot | None = await self._in(self._drawing, self._session.take)
        if shot is not None:
            return shot
        patience = rhythm.patience(time.monotonic(), self._session.open)
        if patience <= 0:
            idle: Shot = await self._in(self._drawing, self._session.take_idle)
            return idle
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._news.wait()
        return None

    async def _out(self, shot: Shot, frame: Frame | None, outlet: Outlet) -> None:
        sample = self._taken if shot.spoken and shot.interrupts == self._session.interrupts else -1
        self._taken += shot.spoken if sample >= 0 else 0
        picture, key = b"", False
        if frame is not None:
            picture, key = await self._in(
                self._machine.encoding, self._encode, frame.picture, sample
            )
        idle = sample < 0 or shot.interrupts != self._session.interrupts
        sound = np.zeros_like(shot.sound) if idle else shot.sound
        outlet.put(
            Shown(self._index, sample, picture, sound_out(sound), key, shot.end_of_turn, idle)
        )
        self._index += 1
        self._count_delay(sample, time.monotonic())

    async def _in(self, pool: Executor, work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *given)

    def _encode(self, picture: Picture, sample: int) -> tuple[bytes, bool]:
        if self._stamp:
            stamp(picture, sample)
        key, self._key = self._key, False
        return self._encoder.encode(picture, key=key)

    def _count_delay(self, sample: int, now: float) -> None:
        """Of a picture that shows sound which comes as it is spoken."""
        while self._came and self._came[0][0] <= sample:
            self._came.popleft()
        if sample >= 0 and self._came and self._came[0][0] - sample < LIVE_SECONDS * SOUND_HZ:
            self._machine.metrics.delayed(now - self._came[0][1])
