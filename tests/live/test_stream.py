"""On the real clock: pictures never stop, nobody disturbs anybody. No test tells how fast."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from tests.conftest import voice_like
from tests.faces import made_face
from vasari import Frame, Session, VasariError
from vasari.live import Full, House, run

FACE = made_face()


async def some(frames, many: int) -> list[Frame]:
    got: list[Frame] = []
    async for frame in frames:
        got.append(frame)
        if len(got) == many:
            break
    await frames.aclose()
    return got


def test_pictures_go_on_while_nobody_speaks() -> None:
    frames = asyncio.run(some(run(Session(FACE, size=256)), 10))
    assert [frame.index for frame in frames] == list(range(10))
    assert not any(frame.sound.any() for frame in frames)


def test_what_is_pushed_is_said_and_ends_once() -> None:
    async def talk() -> list[Frame]:
        session = Session(FACE, size=256)
        frames = run(session)
        got = [await anext(frames) for _ in range(3)]
        session.push(voice_like(0.4))
        session.flush()
        while not got[-1].end_of_turn:
            got.append(await anext(frames))
        return [*got, *await some(frames, 20)]

    frames = asyncio.run(talk())
    assert sum(frame.spoken for frame in frames) == 6400
    assert sum(frame.end_of_turn for frame in frames) == 1
    assert all(b.index == a.index + 1 for a, b in pairwise(frames))


def test_late_sound_does_not_stop_the_pictures() -> None:
    async def talk() -> list[Frame]:
        session = Session(FACE, size=256)
        frames = run(session, patience=0.02)
        session.push(voice_like(0.3))  # and no more, while the turn stays open
        return await some(frames, 30)

    frames = asyncio.run(talk())
    assert sum(frame.spoken for frame in frames) == 4800
    assert not any(frame.end_of_turn for frame in frames)


def test_a_closed_session_ends_its_frames() -> None:
    async def talk() -> int:
        session, got = Session(FACE, size=256), 0
        async for _ in run(session):
            got += 1
            if got == 5:
                session.close()
        return got

    assert asyncio.run(talk()) == 5


def test_a_full_house_says_so_at_once() -> None:
    async def visit() -> None:
        with House(limit=2) as house:
            first = await house.open(FACE, size=256)
            await house.open(FACE, size=256)
            with pytest.raises(Full, match="2 places"):
                await house.open(FACE, size=256)
            house.leave(first)
            await house.open(FACE, size=256)
            assert len(house) == 2

    asyncio.run(visit())


def test_a_face_that_cannot_be_read_takes_no_place() -> None:
    async def visit() -> None:
        with House(limit=1) as house:
            with pytest.raises(VasariError):
                await house.open("nowhere.jpg")
            await house.open(FACE, size=256)

    asyncio.run(visit())


def test_one_that_stalls_or_fails_disturbs_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a session whose reader stopped and one whose drawing fails, a third is as if alone."""
    voice = voice_like(0.5)

    async def said(house: House, session: Session) -> list[np.ndarray]:
        session.push(voice)
        session.flush()
        pictures = []
        async for frame in house.run(session):
            if frame.spoken:
                pictures.append(frame.picture)
            if frame.end_of_turn:
                break
        return pictures

    async def visit(disturbed: bool) -> list[np.ndarray]:
        with House(limit=4) as house:
            good = await house.open(FACE, size=256, mark=False)
            if not disturbed:
                return await said(house, good)
            stalled, broken = await house.open(FACE, size=256), await house.open(FACE, size=256)
            monkeypatch.setattr(broken._renderer, "draw", lambda *_: 1 / 0)
            waits = house.run(stalled)
            await anext(waits)  # and never again
            with pytest.raises(ZeroDivisionError):
                await anext(house.run(broken))
            return await said(house, good)

    alone, beside = (asyncio.run(visit(disturbed)) for disturbed in (False, True))
    assert len(alone) == 20
    assert all(np.array_equal(a, b) for a, b in zip(alone, beside, strict=True))
