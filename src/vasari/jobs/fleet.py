"""The server on many machines: Ray Serve starts, watches and scales it (extra `fleet`).

Each replica is one server as `vasari serve` runs it, on one machine, with its own places. A
conversation is a WebSocket, so it stays with the replica that took it. Ray Serve sends a new one
where there is room, starts replicas while all are busy, and lets those that it stops end their
conversations first.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vasari.errors import VasariError
from vasari.jobs.serve import WORKER, address, check_installed
from vasari.live.settings import Settings
from vasari.telling import Tell
from vasari.values import Face

SPARE = 2  # requests beside conversations that a replica takes: its health, its list of faces


@dataclass(frozen=True)
class Wishes:
    """What a fleet may do.

    Attributes:
        faces: folder of saved faces, seen by every machine; their names are those of the files.
        settings: of each replica; `sessions` are its places.
        least, most: replicas.
        cores: of one replica.
    """

    faces: Path
    settings: Settings
    least: int = 1
    most: int = 8
    cores: float = 2.0


def application(wishes: Wishes) -> Any:
    """What `ray.serve.run` runs.

    Raises:
        VasariError: Ray is not installed, or there are no faces.
    """
    if not list(wishes.faces.glob("*.face")):
        raise VasariError(f"{wishes.faces} holds no faces: make some with vasari read -o.")
    try:
        from ray import serve
    except ImportError:
        raise VasariError("Ray is not installed: pip install 'vasari[fleet]'.") from None
    places = wishes.settings.sessions

    @serve.deployment(
        name="vasari", ray_actor_options={"num_cpus": wishes.cores},
        max_ongoing_requests=places + SPARE, max_queued_requests=1,
        graceful_shutdown_timeout_s=wishes.settings.session_seconds,
        autoscaling_config={
            "min_replicas": wishes.least, "max_replicas": wishes.most,
            "target_ongoing_requests": max(1, places - 1),
        },
    )  # fmt: skip
    @serve.ingress(lambda: server(wishes))
    class Replica:
        """One server."""

    replica: Any = Replica  # the decorators have made a deployment of it
    return replica.bind()


def run(wishes: Wishes, tell: Tell) -> None:
    """Serve until it is stopped.

    Args:
        wishes: how.
        tell: called with the address.

    Raises:
        VasariError: it cannot be started.
    """
    check_installed()
    made = application(wishes)
    from ray import serve

    options = {"host": wishes.settings.host, "port": wishes.settings.port}
    serve.start(http_options=options)
    serve.run(made, route_prefix="/")
    tell(f"The faces: {address(wishes.settings)}")
    try:
        while True:
            time.sleep(3600)
    finally:
        serve.shutdown()


def server(wishes: Wishes) -> Any:
    """The server of one replica, which knows the folder's faces."""
    from vasari.live.server import create_app
    from vasari.threads import settle_libraries

    settle_libraries()
    app = create_app(wishes.settings, WORKER)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def life(app: Any) -> AsyncIterator[None]:
        async with inner(app):
            for path in sorted(wishes.faces.glob("*.face")):
                app.state.rooms.faces.add(Face.load(path), name=path.stem)
            yield

    app.router.lifespan_context = life
    return app
