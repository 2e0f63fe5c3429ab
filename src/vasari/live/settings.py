"""What a server may do, and how much of it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from vasari.errors import VasariError

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
TOKEN_LEAST = 16  # characters: shorter ones can be guessed
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Settings:
    """What a server may do. All limits hold for the whole server.

    Attributes:
        host: address that it listens on.
        port: of it, 1 to 65535.
        token: that every request must carry; None only where `host` is this machine alone.
        sessions: live conversations at once.
        session_seconds: after which a conversation is ended.
        faces: portraits kept at once.
        face_seconds: after which a portrait is forgotten, since it was last used.
        picture_bytes: of an uploaded portrait.
        sound_bytes: of an uploaded voice.
        videos: that wait or are kept.
        video_seconds: after which a video is deleted, since it was made.
        voice_seconds: of sound in one video.
        ahead_seconds: of sound that may wait in a conversation.
        read_seconds: of processor time for reading one upload.
        work_bytes: of memory for a process that reads an upload.
        ice: STUN and TURN servers, "stun:HOST:PORT" or "turn:HOST:PORT,USER,PASSWORD".
        badge: a visible "AI" in every picture; None for wherever others can see it.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    sessions: int = 4
    session_seconds: float = 1800.0
    faces: int = 24
    face_seconds: float = 3600.0
    picture_bytes: int = 20 * MEBIBYTE
    sound_bytes: int = 100 * MEBIBYTE
    videos: int = 12
    video_seconds: float = 3600.0
    voice_seconds: float = 600.0
    ahead_seconds: float = 60.0
    read_seconds: float = 40.0
    work_bytes: int = 6 << 30
    ice: tuple[str, ...] = ()
    badge: bool | None = None

    @property
    def public(self) -> bool:
        """Whether others than this machine can reach it."""
        return not is_local(self.host)

    @property
    def badged(self) -> bool:
        """Whether pictures say visibly that they are synthetic."""
        return self.public if self.badge is None else self.badge


def is_local(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check_settings(settings: Settings) -> Settings:
    """The settings, if a server may be started with them.

    Raises:
        VasariError: it would be open to everybody, or cannot be meant.
    """
    if settings.public and settings.token is None:
        raise VasariError(
            f"{settings.host} can be reached by others: give a token of at least {TOKEN_LEAST} "
            "characters with --token, or leave --host away."
        )
    if settings.token is not None and len(settings.token) < TOKEN_LEAST:
        raise VasariError(f"The token is too short: use at least {TOKEN_LEAST} characters.")
    for url in settings.ice:
        if not url.startswith(("stun:", "stuns:", "turn:", "turns:")):
            raise VasariError(
                f"{url!r} is no ICE server: use stun:HOST:PORT or turn:HOST:PORT,USER,PASSWORD."
            )
    return settings
