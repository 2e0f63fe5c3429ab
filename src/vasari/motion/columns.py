"""A motion that was seen, in the columns of the life network: what people do, without the jitter of
who read it.

Blinks, which end at another height for each person, are brought to full ones; a gaze is made of
what gaze is made of, fixations and jumps; of the mouth stays what comes and goes slowly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vasari.motion.life import NAMES
from vasari.shape.space import NECK, rotation_matrix
from vasari.values import BLENDSHAPES, Motion
from vasari.values.motion import CAMERA

Table = NDArray[np.float64]

LIDS = [BLENDSHAPES.index("eyeBlink" + side) for side in ("Left", "Right")]
REST = 10  # percentile of a coefficient that counts as rest
JITTER = 7, 2  # frames and order of the polynomials that take out a reader's jitter
SLOWLY = 13  # frames over which the slow part of the mouth is averaged
OPEN, OPEN_FRAMES = 0.3, 75  # share of lids' closure that counts as open, within so many frames
BLINK_RISE, BLINK_FRAMES = 0.18, 16  # of a coefficient; longest blink
BLINK_FOOT = 0.85  # share of its rise below its peak where a blink begins and ends
HARDLY = 0.08  # closure that counts as none
LOOKED_SHUT = 0.3  # closure from which a gaze is not believed
FIXATION, JUMP = 4.0, 2.5  # frames and degrees over which a gaze is evened out
MOST_GAZE = 30.0  # degrees


def columns_of(motion: Motion) -> Table:
    """(T, SIZE) relative to the motion's rest, of T frames at MOTION_HZ."""
    rotation = smooth(motion.rotation.astype(float))
    shut = closure(motion.expression[:, : len(BLENDSHAPES)])
    look = fixations(motion.gaze + rotation[:, :2], shut)
    parts = [
        rotation - np.median(rotation, axis=0), _places(motion, rotation),
        np.clip(look - np.median(look, axis=0), -MOST_GAZE, MOST_GAZE),
        codes(motion.expression[:, : len(BLENDSHAPES)]), shut[:, None],
    ]  # fmt: skip
    return np.concatenate(parts, 1)


def _places(motion: Motion, rotation: Table) -> Table:
    """(T, 3) relative to the median, in eye distances of the size that the head mostly has."""
    away = motion.position[:, 2].astype(float)
    mostly = 1 + np.median(away) / CAMERA
    across = motion.position[:, :2] * mostly
    return places(across, CAMERA * ((1 + away / CAMERA) / mostly - 1), rotation)


def places(across: Table, away: Table, rotation: Table) -> Table:
    """(T, 3) position relative to the median, of (T, 2) across and (T,) away: what of the path is
    only the turn about the neck belongs to the rotation (T, 3)."""
    by_neck = np.stack([NECK - rotation_matrix(r.astype(np.float32)) @ NECK for r in rotation])
    place = smooth(np.concatenate([across, away[:, None]], 1) - by_neck)
    return np.asarray(place - np.median(place, axis=0))


def smooth(values: Table) -> Table:
    """(T, ...) by polynomials over JITTER frames (Savitzky and Golay 1964)."""
    width, order = JITTER
    if len(values) <= width:
        return values
    half = width // 2
    powers = np.vander(np.arange(width) - half, order + 1)
    fit = powers @ np.linalg.pinv(powers)  # (width, width)
    middle = sliding_window_view(values, width, 0) @ fit[half]
    first = np.tensordot(fit[:half], values[:width], 1)
    last = np.tensordot(fit[half + 1 :], values[-width:], 1)
    return np.concatenate([first, middle, last])


def closure(blendshapes: NDArray[np.floating]) -> Table:
    """(T, 52) to (T,) how far the lids are shut, blinks only: each goes from 0 to 1 and back."""
    raw = blendshapes[:, LIDS].astype(float).mean(1)
    around = sliding_window_view(np.pad(raw, OPEN_FRAMES // 2, mode="edge"), OPEN_FRAMES)
    rank = int(OPEN * OPEN_FRAMES)
    above = np.maximum(raw - np.partition(around, rank)[:, rank], 0)
    out = np.zeros(len(raw))
    for peak, left, right in _blinks(above):
        part = slice(max(0, int(left) - 2), int(np.ceil(right)) + 1)
        base = min(above[part][0], above[part][-1])
        shut = np.clip((above[part] - base) / (above[peak] - base), 0, 1)
        out[part] = np.maximum(out[part], shut * (shut > HARDLY))
    return out


def _blinks(above: Table) -> Iterator[tuple[int, float, float]]:
    """Peaks that rise by BLINK_RISE above both sides and are no wider than BLINK_FRAMES: where, and
    where they begin and end, in frames."""
    padded = np.pad(above, 1)
    rises = np.diff(padded)
    tops = np.flatnonzero((rises[:-1] > 0) & (rises[1:] <= 0)) + 1
    for peak in tops[padded[tops] >= BLINK_RISE]:
        higher = np.flatnonzero(padded > padded[peak])
        before = int(max(higher[higher < peak], default=-1)) + 1
        after = int(min(higher[higher > peak], default=len(padded)))
        foot = max(padded[before:peak].min(initial=np.inf), padded[peak:after].min())
        rise = padded[peak] - foot
        if rise < BLINK_RISE:
            continue
        level = padded[peak] - BLINK_FOOT * rise
        below = np.flatnonzero(padded[:peak] < level)
        left = int(below[-1]) if len(below) else 0
        right = peak + int(np.argmax(padded[peak:] < level))
        start = left + (level - padded[left]) / (padded[left + 1] - padded[left])
        end = right - (level - padded[right]) / (padded[right - 1] - padded[right])
        if 1 <= end - start <= BLINK_FRAMES:
            yield int(peak) - 1, float(start), float(end)


def fixations(look: Table, shut: Table) -> Table:
    """(T, 2) where eyes look, degrees, with shut eyes (T,) filled in, to fixations and jumps."""
    seen = np.convolve(shut, np.ones(5), "same") < LOOKED_SHUT
    if seen.sum() > 2:
        frames = np.arange(len(look))
        look = np.stack([np.interp(frames, frames[seen], b[seen]) for b in look.T], 1)
    look = np.median(sliding_window_view(np.pad(look, ((2, 2), (0, 0)), "edge"), 5, 0), -1)
    for _ in range(3):
        look = _evened(look)
    return look


def _evened(values: Table) -> Table:
    """Bilateral in time: (T, 2) averaged with neighbours in time that are neighbours in value."""
    reach = round(3 * FIXATION)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    total, weight = np.zeros_like(values), np.zeros((len(values), 1))
    for k in range(2 * reach + 1):
        other = padded[k : k + len(values)]
        far = ((other - values) ** 2).sum(1, keepdims=True) / (2 * JUMP**2)
        w = np.exp(-far - ((k - reach) / FIXATION) ** 2 / 2)
        total += w * other
        weight += w
    return total / weight


def codes(blendshapes: NDArray[np.floating]) -> Table:
    """(T, 52) to (T, len(NAMES)) relative to rest; the mouth's only as slowly as moods change."""
    value = blendshapes[:, [BLENDSHAPES.index(n) for n in NAMES]].astype(float)
    value = np.clip(value - np.percentile(value, REST, axis=0), 0, 1)
    mood = np.hanning(SLOWLY + 2)[1:-1]
    for k, name in enumerate(NAMES):
        if name.startswith("mouth"):
            padded = np.pad(value[:, k], SLOWLY // 2, mode="edge")
            value[:, k] = np.convolve(padded, mood / mood.sum(), "valid")
        else:
            value[:, k] = smooth(value[:, k])
    return np.asarray(value)
