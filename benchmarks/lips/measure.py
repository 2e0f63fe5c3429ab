"""What lips do at the phones of a sentence, in eye distances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.lips.voices import Phone
from training.articulation.phones import APART, OPEN, ROUND, SHUT, SPREAD, TEETH, kinds
from vasari.shape.space import LIP_RINGS_LOWER, LIP_RINGS_UPPER, Rig, face_space, lip_gaps
from vasari.values import EXPRESSION, MOTION_HZ

MIDDLE = slice(2, 7)  # of the nine inner lip pairs: their mean is the opening
CORNERS = (61, 291)
NEAR = 0.04  # seconds around a consonant in which it may be seen
CLOSED, AT_TEETH, SEALED = 0.02, 0.05, 0.005  # eye distances
SHORTEST = 0.05  # seconds: a shorter vowel need not reach its target
SUNG = 0.4  # seconds: a vowel of this length is held, and lips stay apart by HELD
HELD = {"held": 0.05, "held_apart": 0.02}  # eye distances: open vowels, and others
HELD_PART = (0.2, 0.85)  # of its length


@dataclass(frozen=True)
class Lips:
    """(T,) opening and width over time, 25 Hz."""

    opening: np.ndarray
    width: np.ndarray


def lips_of(shapes: np.ndarray) -> Lips:
    """Of (T, 478, 3) in the face space."""
    width = shapes[:, CORNERS[1], 0] - shapes[:, CORNERS[0], 0]
    return Lips(np.maximum(lip_gaps(shapes)[:, MIDDLE].mean(1), 0), width)


def mean_face(expression: np.ndarray) -> Lips:
    """Of the mean face with (T, EXPRESSION)."""
    neutral = face_space().mean.copy()  # the mean's lips are parted: they are laid on each other
    inner = LIP_RINGS_UPPER[0], LIP_RINGS_LOWER[0]
    between = (neutral[inner[0]] + neutral[inner[1]]) / 2
    neutral[inner[0]] = neutral[inner[1]] = between
    rig = Rig(neutral, np.zeros(EXPRESSION, np.float32))
    return lips_of(np.stack([rig.shape(e) for e in expression]))


def frames(start: float, end: float, count: int) -> np.ndarray:
    """Frames whose middle lies in [start, end]; at least the nearest one."""
    middle = (np.arange(count) + 0.5) / MOTION_HZ
    inside = np.flatnonzero((middle >= start) & (middle <= end))
    return inside if len(inside) else np.array([int(np.abs(middle - (start + end) / 2).argmin())])


def at_phones(said: Iterable[tuple[Lips, list[Phone]]]) -> dict[str, float]:
    """The figures of one voice from all its sentences."""
    least, inside, largest, teeth, bitten, narrow, wide = ([] for _ in range(7))
    held: dict[str, list[float]] = {"held": [], "held_apart": []}
    for lips, phones in said:
        n = len(lips.opening)
        for name, start, end in phones:
            if end * MOTION_HZ > n:
                continue
            found = kinds(name)
            if {OPEN, APART} & set(found) and end - start >= SUNG:
                part = [start + of * (end - start) for of in HELD_PART]
                openings = lips.opening[frames(part[0], part[1], n)]
                held["held" if OPEN in found else "held_apart"] += list(openings)
            for kind in found:
                quarter = (end - start) / 4
                core = frames(start + quarter, end - quarter, n)
                if kind in (SHUT, TEETH):
                    near = lips.opening[frames(start - NEAR, end + NEAR, n)].min()
                    (least if kind == SHUT else teeth).append(near)
                    if kind == TEETH:
                        bitten.append(lips.opening[core].mean())
                elif kind in (ROUND, SPREAD):
                    (narrow if kind == ROUND else wide).append(lips.width[core].mean())
                elif kind == OPEN and end - start >= SHORTEST:
                    inside.append(lips.opening[core].mean())
                    largest.append(lips.opening[frames(start, end, n)].max())
    return {
        "labials": len(least), "closed": share(least, CLOSED),
        "open_vowels": len(largest), "open_closed": share(inside, CLOSED),
        "auc": auc(least, largest), "open_median": median(largest),
        "teeth": len(teeth), "at_teeth": share(teeth, AT_TEETH), "sealed": share(bitten, SEALED),
        "round": len(narrow), "round_auc": auc(narrow, wide),
        "narrower": median(wide) - median(narrow),
        **{key: 1 - share(some, HELD[key]) for key, some in held.items() if some},
    }  # fmt: skip


def share(values: list[float], below: float) -> float:
    return float(np.mean(np.array(values) < below)) if values else float("nan")


def median(values: list[float]) -> float:
    return float(np.median(values)) if values else float("nan")


def auc(low: list[float], high: list[float]) -> float:
    """How often one of `low` is below one of `high`."""
    if not low or not high:
        return float("nan")
    a, b = np.array(low)[:, None], np.array(high)[None]
    return float(np.mean((a < b) + 0.5 * (a == b)))
