"""When pictures go out, and which are left out. Seconds of any clock that runs evenly."""

from __future__ import annotations

PATIENCE = 0.08  # seconds that a picture within a turn waits for sound that is late
GIVE_UP = 0.25  # seconds of delay that are no longer made up for
MOST_SKIPPED = 4  # pictures left out one after the other: however slow a machine, something moves
WINDOW = 40  # pictures over which it is seen that they could go sooner
SPARE = 0.002  # seconds by which they are ready early, all the same


class Rhythm:
    """The times of pictures that follow their sound.

    They keep an even pace. The first of a turn goes as soon as it is ready; where all of the last
    second were ready long before their time, the rest moves forward; and those that are late are
    not drawn: their sound goes on, so that what is heard and seen stays with what is said.

    Args:
        period: seconds from one to the next.
    """

    def __init__(self, period: float) -> None:
        self._period = period
        self._due: float | None = None
        self._spoke = False
        self._skipped = 0
        self._early: list[float] = []

    def patience(self, now: float, open_turn: bool) -> float:
        """Seconds that the next picture may wait for sound before the face idles."""
        if self._due is None:
            return 0.0
        return self._due + (PATIENCE if open_turn else 0.0) - now

    def skips(self, now: float) -> bool:
        """Whether the picture that is decided now is too late to be drawn."""
        late = self._due is not None and now - self._due > self._period
        self._skipped = self._skipped + 1 if late and self._skipped < MOST_SKIPPED else 0
        return self._skipped > 0

    def wait(self, ready: float, spoken: bool, live: bool) -> float:
        """Seconds until a picture goes that is ready now; the next one is due a period later.

        Args:
            ready: now.
            spoken: whether it shows sound that was sent.
            live: whether that comes as it is spoken, so that it can never be ready long before.
        """
        begins, self._spoke = spoken and not self._spoke, spoken
        if self._due is None or begins or ready - self._due > GIVE_UP:
            self._due = ready
            self._early = []
        gone = max(ready, self._due)
        self._early = [*self._early, self._due - ready] if spoken and live else []
        self._due += self._period
        if len(self._early) >= WINDOW:
            self._due -= max(0.0, min(self._early) - SPARE)
            self._early = []
        return gone - ready
