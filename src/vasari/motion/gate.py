"""When somebody speaks: lets the mouth move, and shuts it in silence."""

from __future__ import annotations

VOICE_STARTS, VOICE_GOES_ON = 0.6, 0.3  # how sure a voice must be heard, from silence and in speech
QUIET = -1.6  # loudness against the running level below which nothing is speech (32 dB)
STARTS_AFTER = 2  # frames of voice that open the gate: one alone may be a click
STOPS_AFTER = 3  # frames without voice: a stop consonant is shorter
OPENS_IN, CLOSES_IN = 2, 3  # frames


class Gate:
    """Follows voice and loudness frame by frame. Starts shut."""

    def __init__(self) -> None:
        self.speaking = False
        self._run = 0  # frames that speak against the present state
        self._way = 0.0

    def step(self, voice: float, loudness: float) -> float:
        """Takes one frame's voice (0 to 1) and loudness; gives how far the mouth may move."""
        needed = VOICE_GOES_ON if self.speaking else VOICE_STARTS
        heard = voice > needed and loudness > QUIET
        self._run = self._run + 1 if heard != self.speaking else 0
        if self._run >= (STOPS_AFTER if self.speaking else STARTS_AFTER):
            self.speaking, self._run = not self.speaking, 0
        step = 1 / OPENS_IN if self.speaking else -1 / CLOSES_IN
        self._way = min(1.0, max(0.0, self._way + step))
        return self._way * self._way * (3 - 2 * self._way)


class Emphasis:
    """Marks frames where the voice rises above its own recent loudness: stressed syllables."""

    RISE = 0.22  # of SPAN_DB above the slow average
    APART = 14  # frames between two marks at least

    def __init__(self) -> None:
        self._fast = self._slow = -1.5
        self._since = 0

    def step(self, speaking: bool, loudness: float) -> float:
        """Strength of a stress that begins in this frame, about 0.2 to 1, or 0."""
        self._fast += 0.5 * (max(loudness, -1.5) - self._fast)
        self._slow += 0.06 * (max(loudness, -1.5) - self._slow)
        self._since += 1
        rise = self._fast - self._slow
        if not speaking or rise < self.RISE or self._since < self.APART:
            return 0.0
        self._since = 0
        return min(1.0, rise)
