"""One face that answers one client: sound in, pictures out."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from vasari.live.encode import Encoder
from vasari.live.house import House
from vasari.live.metrics import Metrics
from vasari.live.stamp import stamp
from vasari.live.wire import NO_SAMPLE, Shown, sound_out
from vasari.session import Frame, Session
from vasari.values import SOUND_HZ, FloatArray, Picture, Style

LIVE_SECONDS = 0.5  # of sound that waits: with less, it comes as it is spoken


class Outlet(Protocol):
    """Where pictures go."""

    def congested(self) -> bool:
        """Whether the viewer takes them too slowly just now."""

    def put(self, shown: Shown) -> None:
        """Take one picture."""


class Badge(Protocol):
    """A visible sign, as `provenance.badge` draws it."""

    def draw(self, picture: Picture) -> None:
        """Into a picture (H, W, 3) uint8, in place."""


@dataclass(frozen=True)
class Machine:
    """What conversations share.

    Attributes:
        house: sessions, and threads that draw.
        encoding: threads that encode.
        metrics: what is counted.
        badge: makes what draws a visible sign into pictures of one height and width, in place.
    """

    house: House
    encoding: Executor
    metrics: Metrics
    badge: Callable[[int, int], Badge] | None = None


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
        self._badge = machine.badge(*session.size[::-1]) if machine.badge else None
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
        self._came.append((self._pushed, time.monotonic()))

    def flush(self) -> None:
        """The turn ends with the sound that came."""
        self._session.flush()

    def interrupt(self) -> None:
        """Stop speaking at once."""
        self._session.interrupt()
        self._taken = self._pushed
        self._came.clear()

    def steer(self, style: Style) -> None:
        """Another style, eased to."""
        self._session.steer(style)

    def keyframe(self) -> None:
        """The next picture is one with which a decoder may begin."""
        self._key = True

    async def run(self, outlet: Outlet) -> None:
        """Show, until the session is closed."""
        metrics, period = self._machine.metrics, float(1 / self._session.fps)
        due = time.monotonic()
        async for frame in self._machine.house.run(self._session):
            sample = self._taken if frame.spoken else NO_SAMPLE
            self._taken += frame.spoken
            await self._out(frame, sample, outlet)
            now = time.monotonic()
            metrics.pictures.inc()
            metrics.late.inc(now - due > 2 * period)
            due = now
            self._count_delay(sample, now)

    async def _out(self, frame: Frame, sample: int, outlet: Outlet) -> None:
        picture, key = b"", False
        if outlet.congested():  # before it is encoded: a decoder misses nothing then
            self._machine.metrics.dropped.inc()
        else:
            loop = asyncio.get_running_loop()
            picture, key = await loop.run_in_executor(
                self._machine.encoding, self._encode, frame.picture, sample
            )
        frame = self._session.still_said(frame)
        outlet.put(Shown(
            self._index, sample, picture, sound_out(frame.sound), key, frame.end_of_turn,
            not frame.spoken,
        ))  # fmt: skip
        self._index += 1

    def _encode(self, picture: Picture, sample: int) -> tuple[bytes, bool]:
        if self._badge is not None:
            self._badge.draw(picture)
        if self._stamp:
            stamp(picture, sample)
        key, self._key = self._key, False
        return self._encoder.encode(picture, key=key)

    def _count_delay(self, sample: int, now: float) -> None:
        """Of a picture that shows sound which comes as it is spoken."""
        while self._came and self._came[0][0] <= sample:
            self._came.popleft()
        if sample >= 0 and self._came and self._session.waiting < LIVE_SECONDS:
            self._machine.metrics.delayed(now - self._came[0][1])
