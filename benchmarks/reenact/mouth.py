"""A mouth read again from the pictures of one kind, and what it shows beside the real one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.reenact.flicker import flicker
from benchmarks.reenact.inside import OPEN, opening, sharpness
from benchmarks.reenact.measure import boxes
from benchmarks.reenact.teeth import FEWEST, constancy, strip
from benchmarks.teacher import Seen


@dataclass(frozen=True)
class Mouth:
    """A mouth in T pictures.

    Attributes:
        open: (T,) bool, where the teacher sees it open.
        sharp: (T, 2) sharpness inside the lips and on the cheeks; NaN where nothing is to be seen.
        flicker: (T,) change from the picture before; NaN in the first, and beside lost faces.
        strips: under the upper lip, of the open mouths.
    """

    open: np.ndarray
    sharp: np.ndarray
    flicker: np.ndarray
    strips: list[np.ndarray]


def read_mouth(pictures: list[np.ndarray], seen: Seen) -> Mouth:
    """What the teacher has seen of pictures, measured in them."""
    landmarks = seen.landmarks.copy()
    landmarks[..., :2] -= 0.5  # the teacher counts from the edge of the first pixel
    n = len(pictures)
    wide = np.array([f and opening(p) > OPEN for p, f in zip(landmarks, seen.found, strict=True)])
    sharp, change = np.full((n, 2), np.nan), np.full(n, np.nan)
    for k in np.flatnonzero(wide):
        sharp[k] = sharpness(pictures[k], landmarks[k])
    for k in np.flatnonzero(seen.found[1:] & seen.found[:-1]) + 1:
        box = boxes(landmarks[k], pictures[k].shape[:2])["mouth"]
        change[k] = flicker(pictures[k - 1], pictures[k], landmarks[k - 1], landmarks[k], box)
    strips = [strip(pictures[k], landmarks[k]) for k in np.flatnonzero(wide)]
    return Mouth(wide, sharp, change, strips)


def beside(made: Mouth, real: Mouth) -> dict[str, float]:
    """Sharpness (where both mouths are open), flicker and constancy; NaN where too little is open.

    `sharpness` and `flicker` are ratios to the real clip, `to_cheek` to the same pictures' cheeks.
    """
    n = min(len(made.open), len(real.open))
    both = np.isfinite(made.sharp[:n]).all(1) & np.isfinite(real.sharp[:n]).all(1)
    if both.sum() >= FEWEST:
        inside, cheek = made.sharp[:n][both].mean(0)
        wanted = real.sharp[:n][both].mean(0)[0]
    else:
        inside = cheek = wanted = np.nan
    moved = np.isfinite(made.flicker[:n]) & np.isfinite(real.flicker[:n])
    change, usual = (m.flicker[:n][moved].sum() for m in (made, real))
    return {
        "sharpness": float(inside / wanted), "to_cheek": float(inside / cheek),
        "flicker": float(change / usual) if usual else float("nan"),
        "constancy": constancy(made.strips), "open": float(made.open.mean()),
    }  # fmt: skip
