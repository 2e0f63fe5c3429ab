"""Log-mel pictures of sound, with a causal loudness normalisation.

Mel frame j looks at samples [160 j - 240, 160 j + 160), zeros before the sound. Sound comes in
blocks of one motion frame (640 samples), and block b completes frames 4 b to 4 b + 3. Blocks have a
fixed shape, so how the sound was cut before never changes a bit.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vasari.values import SOUND_HZ, FloatArray

HOP = 160  # samples, 10 ms
WINDOW = 400  # samples, 25 ms
FFT = 512
MELS = 80
BLOCK = 640  # samples of one motion frame, 40 ms
PER_BLOCK = BLOCK // HOP  # mel frames of one motion frame
TAIL = WINDOW - HOP  # samples kept from block to block
LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0
RUMBLE_BANDS = 4  # lowest bands that do not count as loudness (below about 170 Hz)
POWER_FLOOR = 1e-10  # -100 dBFS

LEVEL_START = -30.0  # dBFS, what a voice is taken to be before it is heard
LEVEL_FLOOR = -75.0  # dBFS, sound below is never amplified up to speech
HEARD = 12.0  # decibels below the level: sound so loud settles that this is the level
FALL = 0.3  # dB a frame while nothing was heard yet: a quiet voice is found in a second
NOTHING = -85.0  # dBFS, digital silence, which tells nothing about the level
ATTACK = 0.05  # share of the way up a frame: 0.2 s
RELEASE = 0.001  # share of the way down a frame: 10 s
PAUSE_DB = 30.0  # a frame so far below the level is a pause and hardly lowers it
PAUSE_STEP = 0.005  # dB a frame in a pause: half a decibel a second
SPAN_DB = 20.0  # decibels of one unit of the normalised mel
LOWEST, HIGHEST = -3.0, 1.5  # limits of the normalised mel


@lru_cache
def mel_bands() -> FloatArray:
    """(257, MELS): triangles with peak 1, evenly spaced on the mel scale."""
    mel = np.linspace(_to_mel(LOWEST_HZ), _to_mel(HIGHEST_HZ), MELS + 2)
    edge = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    hz = np.arange(FFT // 2 + 1) * (SOUND_HZ / FFT)
    up = (hz[:, None] - edge[:-2]) / (edge[1:-1] - edge[:-2])
    down = (edge[2:] - hz[:, None]) / (edge[2:] - edge[1:-1])
    bands = np.maximum(0.0, np.minimum(up, down))
    narrow = bands.sum(0) < 1.0  # low bands can fall between two lines of the FFT
    bands[:, narrow] /= np.maximum(bands.sum(0)[narrow], 0.25)
    return bands.astype(np.float32)


@lru_cache
def _window() -> FloatArray:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return np.asarray(hann * np.sqrt(2.0 / (FFT * np.sum(hann**2))), np.float32)


def _to_mel(hz: float) -> float:
    return 2595.0 * float(np.log10(1.0 + hz / 700.0))


def mel_decibels(frames: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Windows of sound to log-mel.

    Args:
        frames: (n, WINDOW) samples, full scale 1.

    Returns:
        (n, MELS) decibels of each band and (n,) decibels of the whole, full scale near 0.
    """
    spectrum = np.fft.rfft(frames * _window(), FFT, axis=-1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    bands = power @ mel_bands()
    loud = bands[:, RUMBLE_BANDS:].sum(-1)
    return (
        10.0 * np.log10(np.maximum(bands, POWER_FLOOR)),
        10.0 * np.log10(np.maximum(loud, POWER_FLOOR)),
    )


class Level:
    """The running loudness of speech, dBFS: quick up, slow down, never below a floor. Until
    anything near it was heard, it falls quicker."""

    def __init__(self) -> None:
        self.now = LEVEL_START
        self.settled = False

    def step(self, energy: float) -> float:
        """Takes one frame's energy and gives the level, both dBFS."""
        above = energy - self.now
        self.settled = self.settled or above > -HEARD
        if above > 0:
            self.now += ATTACK * above
        elif not self.settled:
            self.now -= FALL * (energy > NOTHING)
        elif above > -PAUSE_DB:
            self.now += RELEASE * above
        else:
            self.now -= PAUSE_STEP
        self.now = max(self.now, LEVEL_FLOOR)
        return self.now


def normalise(decibels: FloatArray, level: NDArray[np.floating]) -> FloatArray:
    """(n, MELS) decibels and (n,) running levels to what the network hears."""
    return np.clip((decibels - level[:, None]) / SPAN_DB, LOWEST, HIGHEST).astype(np.float32)


class MelStream:
    """Sound block by block to normalised mel frames. State: 240 samples and one level."""

    def __init__(self) -> None:
        self._samples = np.zeros(TAIL + BLOCK, np.float32)
        self._frames = np.lib.stride_tricks.sliding_window_view(self._samples, WINDOW)[::HOP]
        self.level = Level()

    def push(self, block: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Takes (BLOCK,) samples; gives (4, MELS) normalised mel frames and (4,) energies in
        decibels relative to the running level."""
        self._samples[:TAIL] = self._samples[BLOCK:]
        self._samples[TAIL:] = block
        decibels, energy = mel_decibels(self._frames)
        levels = np.empty(PER_BLOCK)
        for i in range(PER_BLOCK):
            levels[i] = self.level.step(float(energy[i]))
        return normalise(decibels, levels), (energy - levels).astype(np.float32)
