"""A session on the real clock: the one place where time is read.

async for frame in vasari.live.run(session):
    show(frame.picture, frame.sound)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Executor

from vasari.errors import VasariError
from vasari.session import Session
from vasari.values import SOUND_HZ, FloatArray, Frame

PATIENCE = 0.1  # seconds that a picture in the middle of a turn waits for sound that is late
POLL = 0.004  # seconds between two looks for sound
PIECE = SOUND_HZ // 5  # samples offered at once
WAIT = 0.05  # seconds between two looks for room in a full queue
GIVE_UP = 0.25  # seconds of delay that are no longer made up for


async def run(
    session: Session, *, lead: float = 0.0, patience: float = PATIENCE, pool: Executor | None = None
) -> AsyncGenerator[Frame, None]:
    """The frames of a session as time goes, until it is closed; `session.fps` a second, always.

    Where nobody speaks the face idles. Where sound is late within a turn, the picture waits for it
    a little, and then the face is silent until it comes. A frame that was drawn before an
    interruption and is given after it is silent.

    Args:
        session: pushed, flushed, interrupted and steered meanwhile, by any thread.
        lead: seconds by which frames may come before their time, where sound is there: what
            buffers and paces them itself takes a little.
        patience: seconds to wait for sound within a turn.
        pool: of the threads that draw; None: those of the event loop.
    """
    loop = asyncio.get_running_loop()
    due: float | None = None  # of the next picture
    while not session.closed:
        wait = patience if session.open else 0.0
        late = due is None or loop.time() >= due + wait
        frame = await loop.run_in_executor(pool, _frame, session, late)
        if frame is None:
            await asyncio.sleep(POLL)
            continue
        now = loop.time()
        if due is None or now > due + GIVE_UP:
            due = now
        if due - lead > now:
            await asyncio.sleep(due - lead - now)
        due += float(1 / session.fps)
        yield session.still_said(frame)


def _frame(session: Session, late: bool) -> Frame | None:
    """The next frame, silent where sound is late; None where it may wait, or where none comes."""
    try:
        return session.idle() if late else session.next()
    except VasariError:
        if session.closed:  # meanwhile
            return None
        raise


async def offer(session: Session, sound: FloatArray) -> None:
    """Push sound of any length, waiting while the queue is full.

    What is still waiting when the session is interrupted or closed is dropped.

    Raises:
        SoundError: it is no sound that `push` takes.
        VasariError: the session is closed.
    """
    before = session.interrupts
    for start in range(0, len(sound), PIECE):
        piece = sound[start : start + PIECE]
        while session.room * SOUND_HZ < len(piece) and not session.closed:
            await asyncio.sleep(WAIT)
        if session.interrupts != before:
            return
        session.push(piece)
