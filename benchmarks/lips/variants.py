"""The same sentences as other people and machines give them, phone for phone at the same times.

Made apart from the training's (training/speech/throats.py): by linear prediction and a phase
vocoder, with rooms of the image kind of decay, from fixed seeds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vasari.values import SOUND_HZ

ORDER = 18  # of linear prediction
FRAME, HOP = 512, 128  # 32 ms and 8 ms
CHILD = 1.3  # how much shorter a child's throat is: pitch and formants so many times as high
QUIET_PEAK = 10 ** (-54 / 20)


def clean(sound: np.ndarray) -> np.ndarray:
    return sound


def quiet(sound: np.ndarray) -> np.ndarray:
    """A peak of -54 dBFS, rounded to 16 bits."""
    level = sound / np.abs(sound).max() * QUIET_PEAK
    return (np.round(level * 32767) / 32767).astype(np.float32)


def silent(sound: np.ndarray) -> np.ndarray:
    """As quiet, in a room whose noise lies 15 dB below the voice."""
    return noisy(quiet(sound), 15)


def noise(sound: np.ndarray) -> np.ndarray:
    return noisy(sound, 10)


def noisy(sound: np.ndarray, decibels: float) -> np.ndarray:
    """Pink noise so far below the voice's mean power."""
    random = np.random.default_rng(1)
    f = np.maximum(np.fft.rfftfreq(len(sound), 1 / SOUND_HZ), 50)
    pink = np.fft.irfft(np.fft.rfft(random.standard_normal(len(sound))) / np.sqrt(f), len(sound))
    ratio = np.sqrt(np.mean(sound**2) / np.mean(pink**2)) * 10 ** (-decibels / 20)
    return (sound + pink * ratio).astype(np.float32)


def far(sound: np.ndarray) -> np.ndarray:
    """Three metres away in a room that rings for .6 s: as much of it comes by the walls as
    straight."""
    random = np.random.default_rng(2)
    t = np.arange(int(0.7 * SOUND_HZ)) / SOUND_HZ
    walls = random.standard_normal(len(t)) * 10 ** (-3 * t / 0.6) * (t > 0.004)
    walls /= np.sqrt(np.sum(walls**2))
    walls[0] = 1
    size = len(sound) + len(t)
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(walls, size), size)
    return (0.3 * wet[: len(sound)]).astype(np.float32)


def telephone(sound: np.ndarray) -> np.ndarray:
    """300 to 3 400 Hz, mu-law of 8 bits."""
    f = np.fft.rfftfreq(len(sound), 1 / SOUND_HZ)
    spectrum = np.fft.rfft(sound) * ((f > 300) & (f < 3400))
    narrow = np.fft.irfft(spectrum, len(sound))
    top = np.abs(narrow).max()
    bent = np.sign(narrow) * np.log1p(255 * np.abs(narrow) / top) / np.log(256)
    bent = np.round(bent * 127) / 127
    out = np.sign(bent) * (256 ** np.abs(bent) - 1) / 255 * top
    return out.astype(np.float32)


def child(sound: np.ndarray) -> np.ndarray:
    """Pitch and formants CHILD times as high: stretched by a phase vocoder, then played faster."""
    longer = stretched(sound, CHILD)
    at = np.arange(len(sound)) * CHILD
    return np.interp(at, np.arange(len(longer)), longer).astype(np.float32)


def stretched(sound: np.ndarray, factor: float) -> np.ndarray:
    """`factor` times as long at the same pitch, phases carried on (Flanagan and Golden 1966)."""
    spectrum = _frames(sound)
    at = np.arange(0, len(spectrum) - 1, 1 / factor)
    low = np.minimum(at.astype(int), len(spectrum) - 2)
    share = (at - low)[:, None]
    magnitude = np.abs(spectrum[low]) * (1 - share) + np.abs(spectrum[low + 1]) * share
    steps = np.angle(spectrum[low + 1] * spectrum[low].conj())
    phase = np.cumsum(steps, 0) + np.angle(spectrum[0])
    return _joined(magnitude * np.exp(1j * phase))


def whisper(sound: np.ndarray) -> np.ndarray:
    """Linear prediction of each 32 ms, driven by noise: no voice, the same mouth."""
    random = np.random.default_rng(3)
    padded = np.pad(sound, FRAME)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(pieces, 2 * FRAME)) ** 2
    correlation = np.fft.irfft(power)[:, : ORDER + 1]
    correlation[:, 0] = correlation[:, 0] * 1.0001 + 1e-7
    lags = np.abs(np.arange(ORDER)[:, None] - np.arange(ORDER))
    weights = np.linalg.solve(correlation[:, lags], correlation[:, 1:, None])[..., 0]
    left = correlation[:, 0] - (weights * correlation[:, 1:]).sum(1)
    inverse = np.concatenate([np.ones((len(weights), 1)), -weights], 1)
    tract = np.sqrt(np.maximum(left, 0))[:, None] / np.abs(np.fft.rfft(inverse, FRAME))
    breath = _frames(np.pad(random.standard_normal(len(sound)), FRAME // 2))
    made = _joined(breath[: len(tract)] / np.sqrt(np.mean(np.abs(breath) ** 2)) * tract)
    f = np.fft.rfftfreq(len(made), 1 / SOUND_HZ)
    made = np.fft.irfft(np.fft.rfft(made) / (1 + (500 / np.maximum(f, 1)) ** 2), len(made))
    made = made[FRAME // 2 : FRAME // 2 + len(sound)]
    return (0.1 * made / np.abs(made).max()).astype(np.float32)


def _frames(sound: np.ndarray) -> np.ndarray:
    padded = np.pad(sound, FRAME // 2)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    return np.fft.rfft(pieces * np.hanning(FRAME), axis=1)


def _joined(spectrum: np.ndarray) -> np.ndarray:
    """Overlapped and added; frame k is centred on sample k HOP."""
    pieces = np.fft.irfft(spectrum, FRAME, axis=1) * np.hanning(FRAME) / 1.5
    out = np.zeros(len(pieces) * HOP + FRAME)
    for k, piece in enumerate(pieces):
        out[k * HOP : k * HOP + FRAME] += piece
    return out[FRAME // 2 :]


VARIANTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "clean": clean, "quiet, -54 dBFS": quiet, "silent, 15 dB above noise": silent,
    "noise at 10 dB": noise, "far": far, "telephone": telephone, "child": child,
    "whisper": whisper,
}  # fmt: skip
