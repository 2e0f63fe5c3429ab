"""When somebody speaks: lets the mouth move, and shuts it in silence."""

from __future__ import annotations

VOICE_STARTS, VOICE_GOES_ON = 0.5, 0.12  # how sure a voice must be heard, from silence, in speech
QUIET = -2.0  # loudness against the running level below which nothing is speech (40 dB)
CLEAR = -1.0  # loudness of a voice that is beyond doubt
STARTS_AFTER = 2  # frames of faint voice that open the gate, one is enough where it is clear
STOPS_AFTER = 4  # frames without voice: a stop consonant or a catch of breath is shorter
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
        enough = STOPS_AFTER if self.speaking else 1 if loudness > CLEAR else STARTS_AFTER
        if self._run >= enough:
            self.speaking, self._run = not self.speaking, 0
        step = 1 / OPENS_IN if self.speaking else -1 / CLOSES_IN
        self._way = min(1.0, max(0.0, self._way + step))
        return self._way * self._way * (3 - 2 * self._way)
