"""When the sound of a call was heard: found again in what came, by correlation."""

from __future__ import annotations

from typing import Any

import av
import numpy as np

from vasari.values import SOUND_HZ, FloatArray

HELD = 0.08  # seconds of sound that aiortc's own receiver keeps, and browsers account for
WINDOW = SOUND_HZ  # samples that are looked for
MOST = SOUND_HZ // 2  # samples of delay
SURE = 0.5  # correlation from which a window counts


class Heard:
    """The sound of one call.

    Args:
        voice: (n,) float32, what was said, over and over.
    """

    def __init__(self, voice: FloatArray) -> None:
        self._voice = voice
        self._to_mono = av.AudioResampler("s16", "mono", SOUND_HZ)
        self._parts: list[tuple[float, np.ndarray[Any, np.dtype[np.int16]]]] = []

    def add(self, frame: av.AudioFrame, now: float) -> None:
        """Sound that came at a time."""
        for part in self._to_mono.resample(frame):
            self._parts.append((now, part.to_ndarray()[0]))

    def skews(self, started: float, seen: float) -> list[float]:
        """Seconds by which pictures came after their sound, of each second of sound.

        Args:
            started: when speaking began.
            seen: seconds from a sample's being spoken to its being seen.
        """
        if not self._parts:
            return []
        sound = np.concatenate([part for _, part in self._parts]).astype(np.float64)
        lengths = np.cumsum([0, *(len(part) for _, part in self._parts)])
        out = []
        for at in range(0, len(sound) - WINDOW, WINDOW):
            now = self._parts[int(np.searchsorted(lengths, at, "right")) - 1][0]
            found = self._found(sound[at : at + WINDOW], round((now - started) * SOUND_HZ))
            if found is not None:
                out.append(seen - (found / SOUND_HZ - HELD))
        return out

    def _found(self, part: np.ndarray[Any, np.dtype[np.float64]], about: int) -> int | None:
        """Samples by which a part was heard after it was spoken."""
        span = np.arange(about - MOST, about + WINDOW)
        voice = np.take(self._voice, span, mode="wrap").astype(np.float64)
        score = np.correlate(voice, part, "valid")
        energy = np.sqrt(np.convolve(voice**2, np.ones(WINDOW), "valid") * (part**2).sum() + 1e-9)
        best = int(np.argmax(score / energy))
        return MOST - best if score[best] / energy[best] > SURE else None
