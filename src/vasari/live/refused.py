"""What a client is told when something cannot be had: one sentence and a status of HTTP."""

from __future__ import annotations

from vasari.errors import VasariError


class Refused(VasariError):
    """A request that is not met; its sentence is meant for a person.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class Missing(Refused):
    """There is nothing of that name."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}: it may have been deleted in the meantime.", 404)
