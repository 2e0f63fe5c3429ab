"""A server for tests: in this process for what needs no clock, in its own for real clients."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra `live` is not installed")
pytest.importorskip("aiortc", reason="the extra `live` is not installed")

import httpx
import uvicorn
from fastapi import FastAPI

from vasari.jobs.live_bench.run import served as served
from vasari.jobs.serve import WORKER
from vasari.live.faces import DEMO
from vasari.live.server import create_app
from vasari.live.settings import Settings
from vasari.values import Face

LOCAL = "http://127.0.0.1"


def app_of(**settings: object) -> FastAPI:
    return create_app(Settings(**settings), WORKER)  # type: ignore[arg-type]


@contextmanager
def running(face: Face | None = None, **settings: object) -> Iterator[str]:
    """The address of a server in a thread, which knows a face."""
    app = app_of(**settings)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app, "127.0.0.1", port, log_level="warning", ws="websockets-sansio",
                            timeout_graceful_shutdown=1)  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    if face is not None:
        app.state.rooms.faces.add(face, name=DEMO)
    try:
        yield f"{LOCAL}:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


def upload(client: httpx.Client, path: str, files: dict[str, Path], **data: str) -> httpx.Response:
    return client.post(path, files={k: (k, p.read_bytes()) for k, p in files.items()}, data=data)
