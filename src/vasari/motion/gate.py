"""When somebody speaks or sings: lets the mouth move, and shuts it in silence."""

from __future__ import annotations

import numpy as np

from vasari.networks import network
from vasari.speech import COMMON
from vasari.values import FloatArray

VOICE_STARTS, VOICE_GOES_ON = 0.5, 0.12  # how sure a voice must be heard, from silence, in speech
STILL_THERE = 0.6  # of presence: a voice that began goes on, though it is heard no more
QUIET = -2.0  # loudness against the running level below which nothing is speech (40 dB)
CLEAR = -1.0  # loudness of a voice that is beyond doubt
STARTS_AFTER = 2  # frames of faint voice that open the gate, one is enough where it is clear
STOPS_AFTER = 4  # frames without voice: a stop consonant or a catch of breath is shorter
OPENS_IN, CLOSES_IN = 2, 3  # frames
MEMORY = 32  # numbers that presence.onnx keeps


class Presence:
    """Whether somebody speaks or sings, told with a memory. The encoder hears 1.2 s, in which a
    vowel that is held is as steady as an instrument; this remembers that a voice began it."""

    def __init__(self) -> None:
        self._network = network("presence")
        self._state = np.zeros((1, 1, MEMORY), np.float32)

    def step(self, features: FloatArray) -> float:
        """Takes one frame's (FEATURES,) and reads COMMON of them; gives how sure a voice is
        there, 0 to 1."""
        told = {"features": features[None, None, :COMMON], "state": self._state}
        present, self._state = self._network.run(None, told)
        return float(present[0, 0])


class Gate:
    """Follows voice and loudness frame by frame. Starts shut."""

    def __init__(self) -> None:
        self.speaking = False
        self._run = 0  # frames that speak against the present state
        self._way = 0.0

    def step(self, voice: float, loudness: float, present: float = 0.0) -> float:
        """Takes one frame's voice, loudness and presence; gives how far the mouth may move, all
        but the loudness 0 to 1."""
        goes_on = voice > VOICE_GOES_ON or present > STILL_THERE
        heard = (goes_on if self.speaking else voice > VOICE_STARTS) and loudness > QUIET
        self._run = self._run + 1 if heard != self.speaking else 0
        enough = STOPS_AFTER if self.speaking else 1 if loudness > CLEAR else STARTS_AFTER
        if self._run >= enough:
            self.speaking, self._run = not self.speaking, 0
        step = 1 / OPENS_IN if self.speaking else -1 / CLOSES_IN
        self._way = min(1.0, max(0.0, self._way + step))
        return self._way * self._way * (3 - 2 * self._way)
