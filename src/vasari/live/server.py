"""The web server: portraits, videos, conversations, and the studio's page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

import vasari
from vasari.errors import VasariError
from vasari.files import scratch
from vasari.live.conversation import Machine
from vasari.live.faces import DEMO, Faces
from vasari.live.guard import Guard
from vasari.live.house import Full, House
from vasari.live.metrics import Metrics
from vasari.live.refused import Refused
from vasari.live.rooms import Rooms
from vasari.live.routes import router
from vasari.live.rtc import Calls
from vasari.live.settings import Settings, check_settings
from vasari.live.videos import Videos
from vasari.live.work import Workshop

ABOUT = """Makes a portrait speak: portraits in, videos or a live face out.

Live conversations go over the WebSocket `/live` (docs/live.md has its messages) or over WebRTC
(`POST /rtc`). Errors are `{"error": "one sentence that says what to do"}`.
"""


def create_app(
    settings: Settings, worker: Sequence[str], *, demo: Callable[[], Path] | None = None,
) -> FastAPI:  # fmt: skip
    """The application that `vasari serve` runs.

    Args:
        settings: what it may do.
        worker: the command that starts a process for one upload.
        demo: gives a picture that is there from the beginning; raises where there is none.

    Raises:
        VasariError: the settings would leave it open to everybody.
    """
    check_settings(settings)
    metrics = Metrics()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        with scratch() as folder, House(settings.sessions) as house:
            encoding = ThreadPoolExecutor(2, "vasari-encode")
            machine = Machine(house, encoding, metrics)
            workshop = Workshop(worker)
            rooms = Rooms(
                settings, machine, Faces(settings, workshop, folder),
                Videos(settings, workshop, folder), Calls(settings),
            )  # fmt: skip
            app.state.rooms = rooms
            first = asyncio.create_task(_first_face(rooms, demo))
            sweeping = asyncio.create_task(_swept(rooms))
            workshop.prepare()
            yield
            for task in (first, sweeping):
                task.cancel()
            await asyncio.gather(first, sweeping, return_exceptions=True)
            await rooms.calls.close()
            await rooms.videos.close()
            await workshop.close()
            encoding.shutdown(wait=False)

    app = FastAPI(
        title="Vasari", version=vasari.__version__, description=ABOUT, lifespan=life,
        docs_url=None, redoc_url=None,  # their pages would fetch scripts from elsewhere
    )  # fmt: skip
    app.include_router(router)
    app.add_exception_handler(VasariError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_so)
    app.add_middleware(Guard, settings=settings)
    return app


async def _first_face(rooms: Rooms, demo: Callable[[], Path] | None) -> None:
    """The demo portrait, where it is installed."""
    if demo is None:
        return
    with suppress(VasariError, OSError):
        picture = await asyncio.to_thread(demo().read_bytes)
        known = await rooms.faces.read(picture, name=DEMO)
        house = rooms.machine.house  # networks are loaded by whoever is first: let it be us
        house.leave(await house.open(known.face))


async def _swept(rooms: Rooms) -> None:
    """Delete what is old also when nobody asks."""
    while True:
        await asyncio.sleep(30)
        rooms.faces.forget_old()
        rooms.videos.forget_old()


async def _told(request: Request, error: Exception) -> JSONResponse:
    """An error as a client gets it: its sentence, and never a traceback."""
    status = error.status if isinstance(error, Refused) else 503 if isinstance(error, Full) else 422
    return JSONResponse({"error": str(error)}, status)


async def _not_so(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses, in the same form."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": f"{error.detail}."}, error.status_code, error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    return JSONResponse({"error": f"{where} is not understood: {first['msg']}."}, 422)
