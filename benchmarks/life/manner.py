"""Whether a manner is met: what a face is told of how a real person moves, and what is then read
back from the motion that it makes to other voices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.life.made import moved_by
from benchmarks.life.people import FRAME, Take
from vasari.motion.manner import MANNER, NAMES, manner_in, told
from vasari.values import Manner, Motion

PEOPLE, VOICES = 10, 3
FEWEST = 75  # frames that tell of a person
FRAMES = 375  # that each voice lasts, said again where it is shorter
OPEN = np.full(MANNER, np.nan)


def numbers(motion: Motion, found: np.ndarray | None = None) -> np.ndarray:
    """(MANNER,) as the network is told."""
    return told(manner_in(motion, found), OPEN)


def measure(takes: Sequence[Take]) -> dict[str, Any]:
    """Of each number of a manner, over PEOPLE and VOICES: correlation of told and made, slope of
    made against told, correlation with the manner of somebody else; beside it how well two halves
    of the same person's clip agree. And how often a made motion is nearest to the manner that it
    was told, of all PEOPLE's."""
    long = sorted((t for t in takes if t.found.sum() >= FEWEST), key=lambda t: t.name)
    people = [long[k] for k in np.linspace(0, len(long) - 1, PEOPLE).round().astype(int)]
    voices = sorted((t for t in takes if t.own_voice and t not in people), key=len)[-VOICES:]
    sounds = [np.resize(t.sound, FRAMES * FRAME).astype(np.float32) for t in voices]
    asked = [manner_in(t.motion, t.found) for t in people]
    goal = np.array([told(manner, OPEN) for manner in asked])  # (PEOPLE, MANNER)
    made = np.array(
        [
            [_made(sound, manner, 100 * v + p) for v, sound in enumerate(sounds)]
            for p, manner in enumerate(asked)
        ]
    )  # (PEOPLE, VOICES, MANNER)
    spread = goal.std(0)
    far = (((made[:, :, None] - goal) / spread) ** 2).sum(-1)  # (PEOPLE, VOICES, PEOPLE)
    nearest = (far.argmin(-1) == np.arange(len(people))[:, None]).mean()
    halves = _halves(long)
    rows = {
        name: {
            "r": _r(goal[:, None, k], made[..., k]), "slope": _slope(goal[:, k], made[..., k]),
            "r with somebody else's": _r(np.roll(goal[:, None, k], 1, 0), made[..., k]),
            "mean told": float(goal[:, k].mean()), "mean made": float(made[..., k].mean()),
            "r of two halves of a clip": _r(halves[0][:, k], halves[1][:, k]),
        }
        for k, name in enumerate(NAMES)
    }  # fmt: skip
    return {
        "people": [t.name for t in people], "voices": [t.name for t in voices],
        "clips in halves": len(halves[0]), "numbers": rows,
        "mean r": float(np.mean([row["r"] for row in rows.values()])),
        "mean r with somebody else's":
            float(np.mean([row["r with somebody else's"] for row in rows.values()])),
        "mean r of two halves":
            float(np.mean([row["r of two halves of a clip"] for row in rows.values()])),
        "nearest to its own": float(nearest), "by chance": 1 / len(people),
    }  # fmt: skip


def shown(result: dict[str, Any]) -> list[str]:
    names = ("r", "slope", "r with somebody else's", "r of two halves of a clip", "mean told",
             "mean made")  # fmt: skip
    lines = [f"{'manner':12}" + "".join(f"{name:>27}" for name in names)]
    for number, row in result["numbers"].items():
        lines.append(f"{number:12}" + "".join(f"{row[name]:27.2f}" for name in names))
    lines += [f"{name}: {value:.2f}" for name, value in result.items() if isinstance(value, float)]
    return lines


def _made(sound: np.ndarray, manner: Manner, seed: int) -> np.ndarray:
    return numbers(moved_by(sound, seed, manner))


def _halves(takes: Sequence[Take]) -> tuple[np.ndarray, np.ndarray]:
    """(n, MANNER) of the first and the second half of clips that are long enough."""
    pairs = []
    for take in takes:
        half = len(take) // 2
        parts = [slice(0, half), slice(half, 2 * half)]
        if all(take.found[part].sum() >= FEWEST for part in parts):
            pairs.append([numbers(take.motion.part(p.start, p.stop), take.found[p])
                          for p in parts])  # fmt: skip
    first, second = np.array(pairs).transpose(1, 0, 2)
    return first, second


def _r(a: np.ndarray, b: np.ndarray) -> float:
    a, b = (x.ravel() - x.mean() for x in np.broadcast_arrays(a, b))
    return float(a @ b / max(np.sqrt((a @ a) * (b @ b)), 1e-9))


def _slope(goal: np.ndarray, made: np.ndarray) -> float:
    """Of the mean over voices."""
    return float(np.polyfit(goal, made.mean(1), 1)[0])
