"""What a voice sounds like: how roused it is, and how pleased, as the sound comes in.

Own small network (training/feeling), causal. It hears tone and pitch of each motion frame, not the
speech encoder's features, which are made to hear phones whoever says them, and how.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vasari.networks import network
from vasari.speech.mel import BLOCK
from vasari.values import EMOTIONS, MOTION_HZ, SOUND_HZ, FloatArray

WINDOW = 1024  # samples, 64 ms
BANDS = 40
HEARD = BANDS + 4  # values that the network hears of each frame
HIDDEN = 48  # its state
TONE = 5  # values of a frame that others are told
LOWEST_HZ, HIGHEST_HZ = 80.0, 7600.0
PITCH_HZ = 75.0, 420.0  # of a voice
MIDDLE_HZ = 160.0  # pitch that counts as 0
FLOOR = -90.0  # decibels
SPAN_DB = 20.0  # decibels of one unit that the network hears
LEVEL_START, LEVEL_FLOOR = -30.0, -45.0  # decibels: of a voice before it is heard, and at least
ATTACK, RELEASE = 0.05, 0.001  # share of the way that the level goes in a frame, up and down
PAUSE_DB, PAUSE_STEP = 30.0, 0.005  # so far below a pause lowers it by so much a frame
SECONDS = 1.0  # over which what is heard is smoothed
QUIET = -35.0  # decibels against the running level: nothing is said
SILENT_SECONDS = 2.5  # in which a feeling dies away when nothing is said
# Of arousal and valence: what counts as none, since reading aloud is not quite even, and what
# counts as all, since the network never dares to say 1.
NONE, ALL = np.array([0.2, 0.12]), np.array([0.6, 0.42])
MODEST = 0.45  # strength of an emotion that a voice without any doubt gives


class Sounds:
    """Sound in blocks of a motion frame to what the network hears. State: samples and a level."""

    def __init__(self) -> None:
        self._samples = np.zeros(WINDOW, np.float32)
        self._level = LEVEL_START
        self.energy = FLOOR  # of the last block against the running level

    def push(self, block: FloatArray) -> FloatArray:
        """(BLOCK,) samples to (HEARD,): bands and energy against the running level, how much
        brighter than dark the tone is, pitch in octaves where there is one, how clear it is."""
        self._samples[:-BLOCK] = self._samples[BLOCK:].copy()
        self._samples[-BLOCK:] = np.nan_to_num(block).clip(-1, 1)
        window, bands, lags = _tables()
        spectrum = np.fft.rfft(self._samples * window, 2 * WINDOW)
        power = spectrum.real**2 + spectrum.imag**2
        tones = 10 * np.log10(power @ bands + 1e-9)
        energy = max(FLOOR, 10 * float(np.log10(power.sum() / WINDOW + 1e-9)))
        self._level = _followed(self._level, energy)
        self.energy = energy - self._level
        clear, pitch = _pitch(power, lags)
        bright = tones[BANDS // 2 :].mean() - tones[: BANDS // 2].mean()
        levels = np.array([*(tones - self._level), self.energy, bright]) / SPAN_DB
        return np.array([*levels.clip(-3, 2), pitch * clear, clear], np.float32)


def _followed(level: float, energy: float) -> float:
    """The running level of a voice after one more frame: quick up, slow down."""
    above = energy - level
    step = ATTACK * above if above > 0 else RELEASE * above if above > -PAUSE_DB else -PAUSE_STEP
    return max(level + step, LEVEL_FLOOR)


@lru_cache
def _tables() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(WINDOW,) a window, (WINDOW + 1, BANDS) triangles on the mel scale, (WINDOW,) the window's
    own autocorrelation, by which that of a sound is divided (Boersma 1993)."""
    window = np.hanning(WINDOW)
    mel = np.linspace(np.log1p(LOWEST_HZ / 700), np.log1p(HIGHEST_HZ / 700), BANDS + 2)
    edge = 700 * np.expm1(mel)
    hz = np.arange(WINDOW + 1) * SOUND_HZ / (2 * WINDOW)
    up = (hz[:, None] - edge[:-2]) / (edge[1:-1] - edge[:-2])
    down = (edge[2:] - hz[:, None]) / (edge[2:] - edge[1:-1])
    bands = np.maximum(0, np.minimum(up, down))
    own = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * WINDOW)) ** 2)[:WINDOW]
    return window, bands / WINDOW, own / own[0]


def _pitch(power: NDArray[np.float64], own: NDArray[np.float64]) -> tuple[float, float]:
    """How clear a pitch is, 0 to 1, and where, octaves from MIDDLE_HZ."""
    same = np.fft.irfft(power)[:WINDOW]
    if same[0] < 1e-6:
        return 0.0, 0.0
    first, last = (round(SOUND_HZ / hz) for hz in PITCH_HZ[::-1])
    alike = same[first : last + 1] / same[0] / own[first : last + 1]
    alike -= 0.02 * np.log2(np.arange(first, last + 1) / first)  # of equals the higher pitch
    at = int(alike.argmax())
    return float(np.clip(alike[at], 0, 1)), float(np.log2(SOUND_HZ / (at + first) / MIDDLE_HZ))


class Feeling:
    """Arousal and valence of a voice, frame by frame."""

    def __init__(self) -> None:
        self._sounds, self._network = Sounds(), network("feeling")
        self._state = np.zeros((1, HIDDEN), np.float32)
        self._rest = np.zeros(0, np.float32)
        self._now = np.zeros(2)
        self._made: deque[NDArray[np.float64]] = deque()
        self._tones: deque[FloatArray] = deque()
        self._last, self._tone = np.zeros(2), np.zeros(TONE, np.float32)

    def hear(self, sound: FloatArray) -> None:
        """Takes (n,) samples, 16 kHz, any n."""
        sound = np.concatenate([self._rest, sound])
        whole = len(sound) // BLOCK * BLOCK
        for block in sound[:whole].reshape(-1, BLOCK):
            self._made.append(self._listen(block))
        self._rest = sound[whole:].copy()

    def step(self) -> NDArray[np.float64]:
        """(2,) arousal and valence of the next frame, -1 to 1, smoothed; calm is 0, 0."""
        if self._made:
            self._last = self._made.popleft()
        return self._last

    def tone(self) -> FloatArray:
        """(TONE,) of the next frame: loudness against the running level, pitch (octaves from
        MIDDLE_HZ where there is one), how clear it is; arousal and valence."""
        if self._tones:
            self._tone = self._tones.popleft()
        return self._tone

    def _listen(self, block: FloatArray) -> NDArray[np.float64]:
        heard = self._sounds.push(block)
        feeds = {"heard": heard[None], "before": self._state}
        felt, self._state = self._network.run(None, feeds)
        if self._sounds.energy > QUIET:
            self._now = self._now + (felt[0] - self._now) / (SECONDS * MOTION_HZ)
        else:
            self._now = self._now * (1 - 1 / (SILENT_SECONDS * MOTION_HZ))
        felt = beyond(self._now)
        self._tones.append(np.array([heard[BANDS], *heard[-2:], *felt], np.float32))
        return felt


def beyond(felt: NDArray[np.float64]) -> NDArray[np.float64]:
    """Arousal and valence (2,) as the network tells them to -1 to 1, 0 for what counts as none."""
    return np.asarray(np.sign(felt) * np.clip((np.abs(felt) - NONE) / (ALL - NONE), 0, 1))


def shown_by(felt: NDArray[np.float64]) -> NDArray[np.float64]:
    """(8,) strength of EMOTIONS that arousal and valence (2,) give, 0 to MODEST."""
    roused, pleased = felt
    out = np.zeros(len(EMOTIONS))
    out[EMOTIONS.index("happy")] = max(pleased, 0)
    out[EMOTIONS.index("sad")] = max(-pleased, 0) * max(0, min(1, 0.5 - 1.5 * roused))
    out[EMOTIONS.index("angry")] = max(-pleased, 0) * max(0, min(1, 0.5 + 1.5 * roused))
    return MODEST * out
