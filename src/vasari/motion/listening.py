"""What a face does while the other one speaks: it attends, nods where a phrase ends, raises brows.

Rules, not learned: nods fall into the other's pauses and on some stresses, as people's
back-channels mostly do (Ward and Tsukahara 2000); the head tilts and leans towards who speaks, and
the eyes leave them less.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from vasari.motion.gate import Gate
from vasari.speech import LOUDNESS, VOICE
from vasari.speech.mel import LOWEST
from vasari.values import FloatArray

PHRASE = 18  # frames of voice after which a pause is the end of a phrase
PAUSE_NOD, STRESS_NOD = 0.7, 0.12  # of such ends, and of stresses, that get a nod
APART = 30  # frames between two nods at least
DEEP = 2.2, 4.5  # degrees of a nod
TWICE = 0.4  # of nods that go on with a smaller one
NOD = 13  # frames of one
BROW = 0.3, 0.35  # of stresses that raise the brows; how far
BROW_FRAMES = 16
IN, OUT = 0.06, 0.03  # a frame, how quickly attention comes and goes
TILT = 2.5  # degrees, at most
LEAN = -0.05  # eye distances towards the viewer
PATIENT = 8  # frames without sound from there after which it counts as silence


@dataclass(frozen=True)
class Heeding:
    """What listening adds to one frame: pitch and roll in degrees, eye distances away, the raise
    of the brows, and how much of the wandering of the eyes is held back, 0 to 1."""

    pitch: float
    roll: float
    away: float
    brow: float
    attention: float


NOT_HEEDING = Heeding(0.0, 0.0, 0.0, 0.0, 0.0)


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


class Listening:
    """Follows the other's voice frame by frame."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._heard: deque[tuple[float, float]] = deque(maxlen=2 * PATIENT)
        self._gate, self._emphasis = Gate(), Emphasis()
        self._voiced = self._silent = 0
        self._since = APART
        self._nod, self._brow = np.zeros(3 * NOD), np.zeros(BROW_FRAMES)
        self._attention = 0.0
        self._side = 1.0

    def hear(self, features: FloatArray) -> None:
        """(m, FEATURES) of the other's voice, from a `SpeechStream`; too old ones are forgotten."""
        self._heard.extend((float(f[VOICE]), float(f[LOUDNESS])) for f in features)

    def step(self) -> Heeding:
        """What it does in the next frame, at MOTION_HZ."""
        self._silent = 0 if self._heard else self._silent + 1
        if self._silent > PATIENT:
            self._heard.append((0.0, LOWEST))
        for _ in range(2 if len(self._heard) > PATIENT else min(1, len(self._heard))):
            self._attend(*self._heard.popleft())
        speaking = self._gate.speaking
        self._attention += (IN if speaking else OUT) * (float(speaking) - self._attention)
        self._since += 1
        pitch, brow = float(self._nod[0]), float(self._brow[0])
        self._nod, self._brow = (np.append(x[1:], 0.0) for x in (self._nod, self._brow))
        near = self._attention
        return Heeding(pitch, self._side * TILT * near, LEAN * near, brow, near)

    def _attend(self, voice: float, loudness: float) -> None:
        spoke = self._gate.speaking
        self._gate.step(voice, loudness)
        speaking = self._gate.speaking
        stress = self._emphasis.step(speaking, loudness)
        if speaking and not spoke and self._attention < 0.1:
            self._side = float(self._random.uniform(-1, 1))
        if spoke and not speaking and self._voiced > PHRASE:
            self._maybe_nod(PAUSE_NOD)
        self._voiced = self._voiced + 1 if speaking else 0
        if stress:
            self._maybe_nod(STRESS_NOD)
            if self._random.random() < BROW[0]:
                wave = np.sin(np.pi * (np.arange(BROW_FRAMES) + 1) / (BROW_FRAMES + 1)) ** 2
                self._brow = np.maximum(self._brow, BROW[1] * wave)

    def _maybe_nod(self, chance: float) -> None:
        if self._since < APART or self._random.random() > chance:
            return
        self._since = 0
        dip = np.sin(np.pi * (np.arange(NOD) + 1) / (NOD + 1)) ** 2
        deep = self._random.uniform(*DEEP)
        self._nod[:NOD] -= deep * dip
        if self._random.random() < TWICE:
            self._nod[NOD : 2 * NOD] -= 0.6 * deep * dip
