"""How far two sets of motions are apart, and how much one sound's motions differ by seed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.fft import dct
from scipy.linalg import sqrtm

from benchmarks.life.measure import Moved, Takes, all_blinks

WINDOW, STEP = 25, 5  # frames
WAVES = 8  # of a window's discrete cosine transform
PARTS = ("head", "upper")


def windows(takes: Takes, part: str, shuffled: bool = False) -> np.ndarray:
    """(n, WAVES * columns) of all windows: the head's velocities, or brows, lids and smile, the
    lids counted in the mean depth of a blink: a reader's blinks are never whole."""
    random, out = np.random.default_rng(0), []
    depth = float(np.mean([b[2] for b in all_blinks(takes)] or [1.0]))
    for m in takes:
        values = np.gradient(m.rotation, axis=0) if part == "head" else _upper(m, depth)
        if shuffled:
            values = values[random.permutation(len(values))]
        for a in range(0, len(values) - WINDOW + 1, STEP):
            if m.found[a : a + WINDOW].all():
                waves = dct(values[a : a + WINDOW], axis=0, norm="ortho")[:WAVES]
                out.append(waves.ravel())
    return np.array(out)


def _upper(m: Moved, depth: float) -> np.ndarray:
    values = np.stack([m.brows, m.lids / depth, m.smile], 1)
    return np.asarray(values - np.median(values, axis=0))


def frechet(real: np.ndarray, made: np.ndarray) -> float:
    """The Frechet distance of two sets of windows taken as normal, in units of the real spread."""
    unit = real.std(0)
    a, b = real / unit, made / unit
    ca, cb = np.cov(a.T), np.cov(b.T)
    root = np.real(sqrtm(ca @ cb))
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * root))


def distances(real: Takes, made: Sequence[Takes]) -> dict[str, dict[str, float]]:
    """Of head and upper face: the made sets' mean distance from the real one; that of two halves of
    the real people, and of real frames in any order."""
    out = {}
    for part in PARTS:
        whole = windows(real, part)
        halves = frechet(windows(real[::2], part), windows(real[1::2], part))
        mixed = frechet(whole, windows(real, part, shuffled=True))
        ours = [frechet(whole, windows(some, part)) for some in made]
        out[part] = {"made": float(np.mean(ours)), "half of the people": halves, "shuffled": mixed}
    return out


def diversity(real: Takes, made: Sequence[Takes]) -> dict[str, dict[str, float]]:
    """Root mean square differences of the head's angles (degrees, around each take's mean):
    between seeds on the same sound, and between real people, whole takes shortened alike."""
    seeds = [_off(a, b) for some in zip(*made, strict=True) for a, b in combinations(some, 2)]
    others = [_off(a, b) for a, b in zip(real, [*real[7:], *real[:7]], strict=True)]
    across = [_off(a, b) for some in made for a, b in
              zip(some, [*some[7:], *some[:7]], strict=True)]  # fmt: skip
    return {"head": {"seeds": float(np.mean(seeds)), "made, other sounds": float(np.mean(across)),
                     "real, other people": float(np.mean(others))}}  # fmt: skip


def _off(a: Moved, b: Moved) -> float:
    n = min(len(a), len(b))
    x, y = (m.rotation[:n] - m.rotation[:n].mean(0) for m in (a, b))
    return float(np.sqrt(((x - y) ** 2).sum(1).mean()))
