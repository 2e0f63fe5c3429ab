"""Many sessions in one process: they share networks, drawing threads and one budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from vasari.errors import VasariError
from vasari.live.stream import run
from vasari.render.renderer import DRAWN_AT_ONCE
from vasari.session import Session
from vasari.values import Frame


class Full(VasariError):
    """No further session has room here."""


class House:
    """Sessions under one roof.

    Each session has at most one picture in work, and pictures are drawn in the order in which they
    were asked for: one that asks for more gets no more than its turn, one whose reader stalls asks
    for nothing, and one that fails raises where it is read. Networks are loaded once a process.

    Args:
        limit: sessions at once.
        threads: that draw.
    """

    def __init__(self, limit: int = 4, threads: int = DRAWN_AT_ONCE) -> None:
        self.limit = limit
        self.pool = ThreadPoolExecutor(threads, "vasari-live")
        self._door = ThreadPoolExecutor(1, "vasari-door")  # a new face holds up no picture
        self._sessions: set[Session] = set()
        self._coming = 0

    def __len__(self) -> int:
        return len(self._sessions) + self._coming

    async def open(self, *face: Any, **options: Any) -> Session:
        """A new session, from what `Session` takes, made aside.

        Raises:
            Full: there is no room; said at once.
            VasariError: what `Session` raises.
        """
        if len(self) >= self.limit:
            raise Full(f"All {self.limit} places are taken: try again later.")
        self._coming += 1
        try:
            make = asyncio.get_running_loop().run_in_executor(
                self._door, lambda: Session(*face, **options)
            )
            session = await make
            self._sessions.add(session)
        finally:
            self._coming -= 1
        return session

    def run(self, session: Session, **options: Any) -> AsyncGenerator[Frame, None]:
        """`live.run` on the threads of the house."""
        return run(session, pool=self.pool, **options)

    def leave(self, session: Session) -> None:
        """Close a session; its place is free at once."""
        self._sessions.discard(session)
        session.close()

    def close(self) -> None:
        """Close all, and end the threads after the pictures in work."""
        for session in list(self._sessions):
            self.leave(session)
        self.pool.shutdown(wait=False)
        self._door.shutdown(wait=False)

    def __enter__(self) -> House:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
