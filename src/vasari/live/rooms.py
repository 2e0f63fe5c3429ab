"""All that a server has, and how conversations begin and end in it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from vasari.live.conversation import Conversation, Machine
from vasari.live.encode import Format, encoder
from vasari.live.faces import Faces
from vasari.live.house import Full
from vasari.live.rtc import Calls
from vasari.live.settings import Settings
from vasari.live.videos import Videos
from vasari.live.wire import Start
from vasari.provenance.making import new_number
from vasari.session import Session

KEYS = 2.0  # seconds between pictures with which a decoder may begin, where nothing is lost


@dataclass(frozen=True)
class Rooms:
    """All that a server has, by its use."""

    settings: Settings
    machine: Machine
    faces: Faces
    videos: Videos
    calls: Calls

    @property
    def full(self) -> bool:
        """Whether there is no place for another conversation."""
        return len(self.machine.house) >= self.machine.house.limit

    async def begin(
        self, start: Start, pictures: Format, keys: float = KEYS
    ) -> tuple[Session, Conversation]:
        """A conversation as it is asked for; its session is to be left by `end`.

        Raises:
            Full: there is no place for it.
            VasariError: there is no such face, or no such style.
        """
        face = self.faces.get(start.face).face
        metrics = self.machine.metrics
        try:
            session = await self.machine.house.open(
                face, size=start.size, fps=start.fps, style=start.style.style(), ahead=start.ahead,
                queue=self.settings.ahead_seconds, number=new_number(),
                badge=self.settings.badged,
            )  # fmt: skip
        except Full:
            metrics.refused.inc()
            raise
        metrics.sessions.inc()
        encode = encoder(pictures, session.size, Fraction(start.fps), keys)
        return session, Conversation(session, encode, self.machine, start.stamp)

    def end(self, session: Session) -> None:
        """Its place is free again."""
        self.machine.house.leave(session)
        self.machine.metrics.sessions.dec()
