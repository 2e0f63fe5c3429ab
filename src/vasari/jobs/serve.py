"""The server, as the command starts it."""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec

from vasari.demo import demo_portrait
from vasari.errors import VasariError
from vasari.live.settings import Settings, check_settings, is_local
from vasari.telling import Tell

NEEDED = ("fastapi", "uvicorn", "python_multipart", "aiortc", "prometheus_client")
WORKER = (sys.executable, "-m", "vasari.jobs.worker")
TOKEN_BYTES = 18
SWITCH_SECONDS = 0.001  # how long one thread of Python may hold up another: pictures have 25 ms
MOST_MESSAGE = 1 << 20  # bytes of one message of a WebSocket
MOST_CONNECTIONS = 256  # at once; more are told 503
CLOSING_SECONDS = 3


@dataclass(frozen=True)
class Wishes:
    """The options of the command; see its help."""

    host: str
    port: int
    token: str | None
    sessions: int
    keep: float
    ice: tuple[str, ...]
    badge: bool | None

    def settings(self) -> Settings:
        """What the server may do. Where others can reach it and no token is given, one is made.

        Raises:
            VasariError: it cannot be meant.
        """
        needed = None if is_local(self.host) else secrets.token_urlsafe(TOKEN_BYTES)
        seconds = self.keep * 60
        return check_settings(Settings(
            self.host, self.port, self.token or needed, self.sessions, face_seconds=seconds,
            video_seconds=seconds, ice=self.ice, badge=self.badge,
        ))  # fmt: skip


def serve(wishes: Wishes, tell: Tell) -> None:
    """Serve until it is stopped.

    Args:
        wishes: how.
        tell: called with what a person should know, first of all the address.

    Raises:
        VasariError: it cannot be started, and why.
    """
    check_installed()
    import uvicorn

    from vasari.live.server import create_app
    from vasari.threads import settle_libraries

    settings = wishes.settings()
    settle_libraries()
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(settings, WORKER, demo=demo_portrait)
    config = uvicorn.Config(
        app, settings.host, settings.port, log_level="warning", ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False, server_header=False,
        timeout_graceful_shutdown=CLOSING_SECONDS, limit_concurrency=MOST_CONNECTIONS,
    )  # fmt: skip
    tell(f"The studio: {address(settings)}")
    try:
        uvicorn.Server(config).run()
    except SystemExit:  # its way to say that it could not listen
        raise VasariError(
            f"{settings.host}:{settings.port} cannot be listened at: give another --port."
        ) from None


def address(settings: Settings) -> str:
    """Where the studio is opened."""
    host = own_address() if settings.host in ("0.0.0.0", "::") else settings.host
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{settings.port}/" + (
        f"?token={settings.token}" if settings.token else ""
    )


def own_address() -> str:
    """The address of this machine among its neighbours; nothing is sent to find it."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))  # an address that nobody has (RFC 5737)
        return str(asked.getsockname()[0])
    return "127.0.0.1"


def check_installed() -> None:
    """Whether what a server needs is there.

    Raises:
        VasariError: it is not.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise VasariError(
            f"{missing[0]} is not installed, which a server needs: pip install 'vasari[live]'."
        )
