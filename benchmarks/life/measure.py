"""Figures of a face in motion, in the same units whoever moves it: a person, a law, a network.

Everything is at 25 Hz; angles in degrees; `blends` are the 52 blendshapes. What is pooled is pooled
over all frames of all takes, after each take's own median or mean was taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasari.motion.columns import closure, fixations
from vasari.motion.head import kneed
from vasari.values import BLENDSHAPES, MOTION_HZ, Motion

AXES = ("yaw", "pitch", "roll")
SPECTRUM_FRAMES = 64  # 2.56 s
BANDS = ((0.0, 0.5), (0.5, 1.5), (1.5, 4.0), (4.0, 12.6))  # Hz
LIDS_FALL = 0.25  # of eyeBlink above the take's median: a blink, also of half-open eyes
BLINK_LONGEST = 20  # frames: longer ones are eyes that stay closed, or look down
AT_VIEWER = 6.0  # degrees from where a face mostly looks in which it counts as looking there
GLANCE = 3  # frames at least
TOLERATED = 0.2  # of the real figure


def columns(*names: str) -> list[int]:
    return [BLENDSHAPES.index(n) for n in names]


LIDS = columns("eyeBlinkLeft", "eyeBlinkRight")
SMILE = columns("mouthSmileLeft", "mouthSmileRight")
UP = columns("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
DOWN = columns("browDownLeft", "browDownRight")


@dataclass(frozen=True, eq=False)
class Moved:
    """How one face moved: rotation (T, 3), gaze (T, 2) relative to the head, blends (T, 52), and
    found (T,)."""

    rotation: NDArray[np.floating]
    gaze: NDArray[np.floating]
    blends: NDArray[np.floating]
    found: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rotation)

    @property
    def lids(self) -> NDArray[np.floating]:
        return np.asarray(self.blends[:, LIDS].mean(1))

    @property
    def smile(self) -> NDArray[np.floating]:
        return np.asarray(self.blends[:, SMILE].mean(1))

    @property
    def brows(self) -> NDArray[np.floating]:
        """(T,) raised above zero, lowered below."""
        return np.asarray(self.blends[:, UP].mean(1) - self.blends[:, DOWN].mean(1))


def of_motion(motion: Motion) -> Moved:
    blends = motion.expression[:, : len(BLENDSHAPES)]
    return Moved(motion.rotation, motion.gaze, blends, np.ones(len(motion), bool))


Takes = Sequence[Moved]
Figure = Callable[[Takes], float]


def figures() -> dict[str, Figure]:
    """The rows of the table, by name; each a function of many takes."""
    rows: dict[str, Figure] = {"dP, degrees a frame": lambda t: changes(t, 1).mean()}
    for k, axis in enumerate(AXES):
        rows[f"dP {axis}"] = _of_axis(lambda t, k: float(changes(t, 1)[:, k].mean()), k)
    for k, axis in enumerate(AXES):
        rows[f"std {axis}, degrees"] = _of_axis(lambda t, k: float(around(t)[:, k].std()), k)
    for k, axis in enumerate(AXES):
        rows[f"5 to 95 % {axis}, degrees"] = _of_axis(lambda t, k: _spread(around(t)[:, k]), k)
    for k, (low, high) in enumerate(BANDS):
        rows[f"power {low:g} to {high:.3g} Hz"] = _of_axis(lambda t, k: spectrum(t)[k], k)
    rows["jerk, degrees a frame^3"] = lambda t: changes(t, 3).mean()
    rows["blinks a minute"] = lambda t: len(all_blinks(t)) / _minutes(t)
    rows["blink, ms at half depth"] = lambda t: _mean([b[1] for b in all_blinks(t)])
    rows["blink, depth of eyeBlink"] = lambda t: _mean([b[2] for b in all_blinks(t)])
    rows["brows, std"] = lambda t: _within([m.brows for m in t]).std()
    rows["brows, change a second"] = lambda t: _speed([m.brows for m in t])
    rows["smile, std"] = lambda t: _within([m.smile for m in t]).std()
    rows["smile, change a second"] = lambda t: _speed([m.smile for m in t])
    rows["gaze, std across, degrees"] = lambda t: np.concatenate(looks(t))[:, 0].std()
    rows["gaze on the viewer, share"] = lambda t: np.mean(np.concatenate(on_viewer(t)))
    rows["gaze elsewhere, share"] = lambda t: 1 - np.mean(np.concatenate(on_viewer(t)))
    rows["glances away a minute"] = lambda t: sum(map(glances, on_viewer(t))) / _minutes(t)
    rows["glances away, of fixations"] = lambda t: rows["glances away a minute"]([*map(fixed, t)])
    return rows


def _of_axis(figure: Callable[[Takes, int], float], k: int) -> Figure:
    return lambda takes: figure(takes, k)


def changes(takes: Takes, order: int) -> np.ndarray:
    """(n, 3) sizes of the differences of the head's angles of that order, a frame."""
    found = []
    for m in takes:
        d = np.abs(np.diff(m.rotation, order, axis=0))
        ok = np.lib.stride_tricks.sliding_window_view(m.found, order + 1).all(1)
        found.append(d[ok])
    return np.concatenate(found)


def around(takes: Takes) -> np.ndarray:
    """(n, 3) angles of the head around each take's median."""
    angles = [m.rotation[m.found] for m in takes]
    return np.concatenate([a - np.median(a, axis=0) for a in angles])


def spectrum(takes: Takes) -> np.ndarray:
    """(BANDS,) shares of the power of the head's angles, mean over windows and axes."""
    hz = np.fft.rfftfreq(SPECTRUM_FRAMES, 1 / MOTION_HZ)
    shares = []
    for m in takes:
        for first in range(0, len(m) - SPECTRUM_FRAMES + 1, SPECTRUM_FRAMES // 2):
            part = m.rotation[first : first + SPECTRUM_FRAMES]
            part = (part - part.mean(0)) * np.hanning(SPECTRUM_FRAMES)[:, None]
            power = np.abs(np.fft.rfft(part, axis=0)) ** 2
            shares.append(power / np.maximum(power.sum(0), 1e-9))
    share = np.mean(shares, axis=(0, 2)) if shares else np.full(len(hz), np.nan)
    return np.array([share[(hz >= a) & (hz < b)].sum() for a, b in BANDS])


def blinks(lids: np.ndarray) -> list[tuple[int, float, float]]:
    """Of (T,) closures: first frame, milliseconds at half depth, and depth of each blink.

    The time at half depth is counted between frames, along straight lines.
    """
    rest = float(np.median(lids))
    over, out = lids > rest + LIDS_FALL, []
    edges = np.flatnonzero(np.diff(np.r_[0, over.astype(int), 0]))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if b - a > BLINK_LONGEST or a == 0 or b == len(lids):
            continue
        depth = float(lids[a:b].max() - rest)
        half = rest + depth / 2
        peak = a + int(lids[a:b].argmax())
        width = _way(lids[peak::-1], half) + _way(lids[peak:], half)
        out.append((int(a), 1000 * width / MOTION_HZ, depth))
    return out


def _way(values: np.ndarray, level: float) -> float:
    """Frames from the first value until it falls below a level."""
    below = np.flatnonzero(values < level)
    if not len(below):
        return float(len(values) - 1)
    k = int(below[0])
    return k - 1 + float((values[k - 1] - level) / (values[k - 1] - values[k]))


def all_blinks(takes: Takes) -> list[tuple[int, float, float]]:
    return [b for m in takes for b in blinks(m.lids)]


def looks(takes: Takes) -> list[np.ndarray]:
    """(T, 2) of each take: where head and eyes together look, around where they mostly do."""
    out = []
    for m in takes:
        world = m.rotation[:, :2] + m.gaze
        open_eyes = m.lids < np.median(m.lids) + LIDS_FALL  # closed ones tell no gaze
        out.append((world - np.median(world[open_eyes], axis=0))[open_eyes & m.found])
    return out


@cache
def fixed(m: Moved) -> Moved:
    """The same with a gaze made of fixations and jumps: what a reader's noise carries over the
    border for a few frames is no glance."""
    look = fixations(m.rotation[:, :2] + m.gaze, closure(m.blends))
    return Moved(m.rotation, look - m.rotation[:, :2], m.blends, m.found)


def bent(takes: Takes) -> list[Moved]:
    """The same with heads that turn no farther than one picture shows, as made ones do not."""
    out = []
    for m in takes:
        middle = np.median(m.rotation[m.found], axis=0)
        away = np.pad(m.rotation - middle, ((0, 0), (0, 3)))
        turned = np.array([kneed(frame)[:3] for frame in away])
        out.append(Moved(middle + turned, m.gaze, m.blends, m.found))
    return out


def on_viewer(takes: Takes) -> list[np.ndarray]:
    """(T,) of each take: whether it looks where it mostly does."""
    return [np.hypot(*w.T) < AT_VIEWER for w in looks(takes)]


def glances(on: np.ndarray) -> int:
    """How often it looks elsewhere for GLANCE frames or more."""
    edges = np.flatnonzero(np.diff(np.r_[0, (~on).astype(int), 0]))
    return int((edges[1::2] - edges[::2] >= GLANCE).sum())


def _within(values: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([v - v.mean() for v in values])


def _speed(values: Sequence[np.ndarray]) -> float:
    return MOTION_HZ * float(np.abs(np.concatenate([np.diff(v) for v in values])).mean())


def _spread(values: np.ndarray) -> float:
    low, high = np.percentile(values, (5, 95))
    return float(high - low)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _minutes(takes: Takes) -> float:
    return sum(map(len, takes)) / MOTION_HZ / 60


def within(made: float, real: float) -> bool:
    """Whether a figure lies within TOLERATED of the real one."""
    return bool(abs(made - real) <= TOLERATED * abs(real))


def table_of(takes: Takes) -> dict[str, float]:
    return {name: float(figure(takes)) for name, figure in figures().items()}


def spread_of(takes: Takes, tries: int = 40) -> dict[str, float]:
    """The standard error of each figure, by drawing takes again (bootstrap)."""
    random = np.random.default_rng(0)
    drawn = []
    for _ in range(tries):
        some = [takes[k] for k in random.integers(len(takes), size=len(takes))]
        drawn.append(list(table_of(some).values()))
    return dict(zip(figures(), np.nanstd(drawn, axis=0).tolist(), strict=True))
