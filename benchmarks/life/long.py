"""Minutes of motion: seams between chunks, drift, loops, gestures that come again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.life.measure import Moved, Takes
from vasari.values import MOTION_HZ

MINUTES = 5
GESTURE, STEP = 38, 5  # frames
TWIN = 0.95  # correlation of two gestures from which on one is the other again
FROM = 50  # frames from which on what comes again is a loop
LOOPS = 1500  # frames up to which loops are sought


def seams(takes: Sequence[Moved], period: int, phase: int) -> dict[str, float]:
    """Mean size of the third difference of the head's angles that spans a border of chunks, over
    that elsewhere; and of the phase where that is largest.

    A border lies before each frame k with k % period == phase.
    """
    of_phase: list[list[float]] = [[] for _ in range(period)]
    for m in takes:
        size = np.abs(np.diff(m.rotation, 3, axis=0)).mean(1)  # of frames k to k + 3
        for k, value in enumerate(size):
            of_phase[(k + 2) % period].append(float(value))  # its middle lies before k + 2
    means = np.array([np.mean(some) for some in of_phase])
    ratio = [means[k] / np.delete(means, k).mean() for k in range(period)]
    return {"at borders": float(ratio[phase]), "worst phase": float(np.max(ratio))}


def drift(moved: Moved) -> dict[str, list[float]]:
    """Of a long motion, for yaw, pitch, roll: degrees a minute, and the spread of the minutes'
    means."""
    frames = round(60 * MOTION_HZ)
    means = np.array([moved.rotation[a : a + frames].mean(0)
                      for a in range(0, len(moved) - frames + 1, frames)])  # fmt: skip
    slope = np.polyfit(np.arange(len(means)), means, 1)[0]
    return {"degrees a minute": slope.tolist(), "spread of minutes": means.std(0).tolist()}


def loops(moved: Moved) -> dict[str, float]:
    """The highest autocorrelation of the head's velocities beyond 2 s, its lag in seconds, and what
    the same velocities have with their phases drawn anew (95 of 100 of such)."""
    speed = np.diff(moved.rotation, axis=0)
    speed = (speed - speed.mean(0)) / speed.std(0)
    own = _correlated(speed)
    at = int(own.argmax())
    random = np.random.default_rng(0)
    chance = [float(_correlated(_other_phases(speed, random)).max()) for _ in range(40)]
    return {"highest": float(own[at]), "at seconds": (FROM + at) / MOTION_HZ,
            "by chance": float(np.percentile(chance, 95))}  # fmt: skip


def _correlated(speed: np.ndarray) -> np.ndarray:
    """(LOOPS - FROM,) autocorrelation at lags from FROM on, mean over the axes."""
    n = len(speed)
    power = np.abs(np.fft.rfft(speed, 2 * n, axis=0)) ** 2
    lags = np.arange(FROM, min(LOOPS, n // 2))
    return np.asarray(np.fft.irfft(power, axis=0).mean(1)[lags] / (n - lags))


def _other_phases(speed: np.ndarray, random: np.random.Generator) -> np.ndarray:
    waves = np.fft.rfft(speed, axis=0)
    turned = waves * np.exp(2j * np.pi * random.random(waves.shape))
    return np.fft.irfft(turned, len(speed), axis=0)


def gestures(takes: Takes, most: int = 1400) -> dict[str, float]:
    """Of windows of 1.5 s: how like the most similar other one is (median), and what share has a
    twin; the head's velocities of all three axes, correlated. Windows that overlap do not count."""
    parts, begins = [], []
    at = 0
    for m in takes:
        speed = np.diff(m.rotation, axis=0)
        for a in range(0, len(speed) - GESTURE + 1, STEP):
            part = speed[a : a + GESTURE].ravel()
            parts.append((part - part.mean()) / max(np.linalg.norm(part - part.mean()), 1e-9))
            begins.append(at + a)
        at += len(m) + GESTURE
    rows, begin = np.array(parts[:most]), np.array(begins[:most])
    alike = rows @ rows.T
    alike[np.abs(begin[:, None] - begin) < GESTURE] = -1
    best = alike.max(1)
    twins = float((best > TWIN).mean())
    return {"most alike, median": float(np.median(best)), "with a twin": twins}
