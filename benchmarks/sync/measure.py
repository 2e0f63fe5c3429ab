"""How well one mouth follows another, frame by frame at 25 Hz."""

from __future__ import annotations

import numpy as np

from vasari.values import SOUND_HZ

WIDEST = 5  # frames either way in which the best offset is sought
FEWEST = 20  # frames that a correlation needs
QUIET = -40.0  # dBFS a frame under which nothing is said
QUIET_FRAMES = 8  # 320 ms: shorter gaps belong to speech
SETTLE = 5  # frames, 200 ms that the mouth has to come to rest
CLOSED = 0.03  # eye distances of lip opening under which a mouth counts as closed


def correlation(made: np.ndarray, real: np.ndarray, ok: np.ndarray, offset: int = 0) -> float:
    """Pearson's r of two (T,) tracks where `ok`; positive offset: `made` comes late by so much."""
    n = min(len(made), len(real), len(ok))
    a, b = made[max(0, offset) : n + min(0, offset)], real[max(0, -offset) : n - max(0, offset)]
    use = ok[max(0, -offset) : n - max(0, offset)]
    a, b = a[use], b[use]
    if len(a) < FEWEST or b.std() < 1e-6:
        return float("nan")
    return 0.0 if a.std() < 1e-6 else float(np.corrcoef(a, b)[0, 1])


def best(made: np.ndarray, real: np.ndarray, ok: np.ndarray) -> tuple[float, int]:
    """The highest correlation within WIDEST frames, and its offset."""
    by = {k: correlation(made, real, ok, k) for k in range(-WIDEST, WIDEST + 1)}
    offset = max(by, key=lambda k: (np.nan_to_num(by[k], nan=-2), -abs(k)))
    return by[offset], offset


def quiet_frames(sound: np.ndarray, frames: int) -> np.ndarray:
    """(frames,) bool: in a silence of QUIET_FRAMES or more, SETTLE frames after it began."""
    hop = SOUND_HZ // 25
    padded = np.pad(sound, (0, max(0, frames * hop - len(sound))))[: frames * hop]
    level = 10 * np.log10((padded.reshape(frames, hop) ** 2).mean(1) + 1e-10)
    out, run = np.zeros(frames, bool), 0
    for k, quiet in enumerate([*(level < QUIET), False]):
        if not quiet and run >= QUIET_FRAMES:
            out[k - run + SETTLE : k] = True
        run = run + 1 if quiet else 0
    return out


def at_rest(opening: np.ndarray, quiet: np.ndarray) -> dict[str, float]:
    """Lip travel (eye distances a second) and share of closed frames in silence."""
    if quiet.sum() < 2:
        return {"frames": int(quiet.sum()), "travel": float("nan"), "closed": float("nan")}
    both = quiet[1:] & quiet[:-1]
    travel = 25 * float(np.abs(np.diff(opening))[both].mean()) if both.any() else float("nan")
    closed = float((opening[quiet] < CLOSED).mean())
    return {"frames": int(quiet.sum()), "travel": travel, "closed": closed}
