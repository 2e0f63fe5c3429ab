"""The portraits that a server knows: in memory and for a while, under names of its own."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from vasari.live.refused import Missing, Refused
from vasari.live.settings import Settings
from vasari.live.work import Workshop
from vasari.shape.crops import cut_out, framed
from vasari.values import Face

SEEN_SIDE = 512  # pixels of the picture that a list shows
DEMO = "demo"


@dataclass
class Known:
    """One portrait.

    Attributes:
        id: its name here.
        face: what was read of it.
        seen: JPEG of what will move.
        doubts: sentences that the reader said.
        used: seconds of the server's clock, when it was last used.
        kept: whether it stays as long as the server runs.
    """

    id: str
    face: Face
    seen: bytes
    doubts: list[str] = field(default_factory=list)
    used: float = 0.0
    kept: bool = False


class Faces:
    """Portraits by name. They are never written to disk but while one is read.

    Args:
        settings: how many, and for how long.
        workshop: where they are read.
        folder: for the files of one reading.
        clock: seconds.
    """

    def __init__(
        self, settings: Settings, workshop: Workshop, folder: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._settings, self._workshop, self._folder, self._clock = (
            settings, workshop, folder, clock,
        )  # fmt: skip
        self._known: dict[str, Known] = {}
        self._reading = 0
        self._turn = asyncio.Lock()  # one reads at a time: it needs a whole core

    async def read(self, picture: bytes, face: int = 1, name: str | None = None) -> Known:
        """Read a portrait.

        Args:
            picture: an image file.
            face: which one, 1 is the largest.
            name: of one that stays; None gives it a name that cannot be guessed.

        Raises:
            Refused: there is no room for it, or it holds no usable face.
        """
        self.forget_old()
        if len(self._known) + self._reading >= self._settings.faces:
            raise Refused("There is no room for another portrait: delete one, or wait.", 503)
        self._reading += 1
        try:
            async with self._turn:
                return await self._read(picture, face, name)
        finally:
            self._reading -= 1

    async def _read(self, picture: bytes, which: int, name: str | None) -> Known:
        if len(picture) > self._settings.picture_bytes:
            raise Refused("The picture is too large: scale it down.", 413)
        key = secrets.token_hex(8)
        here, out = self._folder / f"{key}.picture", self._folder / f"{key}.face"
        doubts: list[str] = []
        try:
            await asyncio.to_thread(here.write_bytes, picture)
            task = {"do": "read", "picture": str(here), "face": which, "out": str(out)}
            await self._workshop.do(
                task, lambda said: doubts.append(str(said.get("tell", ""))),
                self._settings.read_seconds, self._settings.work_bytes,
            )  # fmt: skip
            face = await asyncio.to_thread(Face.load, out)
        except Refused as error:  # the sentence names the file, which has no name of the client's
            raise Refused(str(error).replace(here.name, "the picture"), error.status) from None
        finally:
            here.unlink(missing_ok=True)
            out.unlink(missing_ok=True)
            self._workshop.prepare()
        return self.add(face, doubts, name)

    def add(self, face: Face, doubts: list[str] | None = None, name: str | None = None) -> Known:
        """Know a face that was read."""
        known = Known(
            name or secrets.token_urlsafe(9), face, _seen(face), doubts or [], self._clock(),
            kept=name is not None,
        )  # fmt: skip
        self._known[known.id] = known
        return known

    def get(self, name: str) -> Known:
        """The portrait of that name, which is used now.

        Raises:
            Missing: there is none.
        """
        self.forget_old()
        if name not in self._known:
            raise Missing("portrait")
        self._known[name].used = self._clock()
        return self._known[name]

    def delete(self, name: str) -> None:
        """Forget one.

        Raises:
            Missing: there is none.
        """
        if self._known.pop(name, None) is None:
            raise Missing("portrait")

    def all(self) -> list[Known]:
        """Those that are known, in the order in which they came."""
        self.forget_old()
        return list(self._known.values())

    def left(self, known: Known) -> float | None:
        """Seconds until one is forgotten; None for never."""
        if known.kept:
            return None
        return max(0.0, known.used + self._settings.face_seconds - self._clock())

    def forget_old(self) -> None:
        """Forget those that nobody used for the stated time."""
        self._known = {k: v for k, v in self._known.items() if v.kept or self.left(v)}


def _seen(face: Face) -> bytes:
    """JPEG of the square that will move."""
    x, y, side = face.crop
    square = cut_out(face.picture, framed(x, y, SEEN_SIDE / side), SEEN_SIDE, shown=True)
    done, packed = cv2.imencode(".jpg", np.ascontiguousarray(square[..., ::-1]))
    assert done
    return packed.tobytes()
