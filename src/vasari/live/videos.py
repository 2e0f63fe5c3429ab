"""Videos that a server makes: one after the other, with progress, and kept for a while."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vasari.live.faces import Known
from vasari.live.refused import Missing, Refused
from vasari.live.settings import Settings
from vasari.live.work import Workshop

State = Literal["waiting", "running", "done", "failed"]
ENDED = ("done", "failed")
SLOWEST = 4.0  # seconds of the processor that a second of video may take


@dataclass(frozen=True)
class Order:
    """What is to be made.

    Attributes:
        face: who speaks.
        sound: the bytes of a sound file.
        style: JSON, as `wire.Steered` has it.
        size: side of the video, pixels.
        fps: pictures a second.
    """

    face: Known
    sound: bytes
    style: str = "{}"
    size: int = 512
    fps: str = "25"


@dataclass
class Video:
    """One video.

    Attributes:
        id: its name here.
        state: how far it is.
        done: pictures made.
        total: pictures in all, where it is known.
        notes: sentences that the maker said.
        error: why it failed.
        ended: seconds of the server's clock.
    """

    id: str
    path: Path
    state: State = "waiting"
    done: int = 0
    total: int | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None
    ended: float | None = None
    task: asyncio.Task[None] | None = None

    def heard(self, said: dict[str, Any]) -> None:
        """What the process that makes it tells."""
        if "tell" in said:
            self.notes = (*self.notes, str(said["tell"]))
        if "done" in said:
            self.done, self.total = said["done"], said.get("total")


class Videos:
    """Videos by name, in a folder that is the server's own.

    Args:
        settings: how many, and for how long.
        workshop: where they are made.
        folder: for their files.
        clock: seconds.
    """

    def __init__(
        self, settings: Settings, workshop: Workshop, folder: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._settings, self._workshop, self._folder, self._clock = (
            settings, workshop, folder, clock,
        )  # fmt: skip
        self._known: dict[str, Video] = {}
        self._turn = asyncio.Lock()

    def order(self, order: Order) -> Video:
        """Have a video made.

        Raises:
            Refused: too many wait or are kept.
        """
        self.forget_old()
        if len(self._known) >= self._settings.videos:
            raise Refused("Too many videos wait or are kept: delete one, or wait.", 503)
        name = secrets.token_urlsafe(9)
        video = Video(name, self._folder / f"{secrets.token_hex(8)}.mp4")
        self._known[name] = video
        video.task = asyncio.create_task(self._make(video, order))
        return video

    async def _make(self, video: Video, order: Order) -> None:
        face, sound = video.path.with_suffix(".face"), video.path.with_suffix(".sound")
        try:
            async with self._turn:
                video.state = "running"
                await asyncio.to_thread(order.face.face.save, face)
                await asyncio.to_thread(sound.write_bytes, order.sound)
                await self._workshop.do(
                    self._task(video, order, face, sound), video.heard,
                    SLOWEST * self._settings.voice_seconds, self._settings.work_bytes,
                )  # fmt: skip
            video.state = "done"
        except Refused as error:
            video.state, video.error = "failed", str(error).replace(str(sound), "the sound")
        finally:
            video.ended = self._clock()
            for path in (face, sound):
                path.unlink(missing_ok=True)
            self._workshop.prepare()

    def _task(self, video: Video, order: Order, face: Path, sound: Path) -> dict[str, Any]:
        return {
            "do": "say", "picture": str(face), "sound": str(sound), "out": str(video.path),
            "style": order.style, "size": order.size, "fps": order.fps,
            "badge": self._settings.badged, "longest": self._settings.voice_seconds,
        }  # fmt: skip

    def get(self, name: str) -> Video:
        """The video of that name.

        Raises:
            Missing: there is none.
        """
        self.forget_old()
        if name not in self._known:
            raise Missing("video")
        return self._known[name]

    def all(self) -> list[Video]:
        """Those that are known, in the order in which they were asked for."""
        self.forget_old()
        return list(self._known.values())

    async def delete(self, name: str) -> None:
        """Stop making one, and forget it.

        Raises:
            Missing: there is none.
        """
        video = self.get(name)
        del self._known[name]
        if video.task is not None:
            video.task.cancel()
            await asyncio.wait([video.task])
        video.path.unlink(missing_ok=True)

    def forget_old(self) -> None:
        """Delete those that were made longer ago than is stated."""
        now = self._clock()
        for name, video in list(self._known.items()):
            if video.ended is not None and now - video.ended > self._settings.video_seconds:
                del self._known[name]
                video.path.unlink(missing_ok=True)

    async def close(self) -> None:
        """Stop all."""
        for name in list(self._known):
            await self.delete(name)
