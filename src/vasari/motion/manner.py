"""A person's manner: how much, how quickly and how lopsidedly head, eyes, brows and smile move.

Numbers of a stretch of motion of at least SECONDS, in the columns of the life network
(`vasari.motion.life`): what it was told of each clip it learned from, and what it can be told of
somebody else. `vasari.values.Manner` is the same in units that people use.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vasari.errors import VasariError
from vasari.motion.columns import columns_of
from vasari.motion.life import AWAY, BLINK, CODES, GAZE, POSITION, ROTATION, SIZE
from vasari.values import MOTION_HZ, FloatArray, Manner, Motion
from vasari.values.manner import RANGES

SECONDS = 2.5  # of motion that tell a manner at least
SHUT = 0.5  # closure of the lids that counts as a blink
SMALLEST = 0.01  # of a spread, in the column's own unit
NAMES = tuple(RANGES)
MANNER = len(NAMES)
SPREADS = [NAMES.index(n) for n in
           ("yaw", "pitch", "roll", "tempo", "sway", "gaze", "brows", "smiles")]  # fmt: skip
TEMPO, BLINKS = NAMES.index("tempo"), NAMES.index("blinks")


def manner_of(moved: FloatArray | NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, SIZE) of motion, relative to rest, to (MANNER,), as the network is told.

    Spreads and speeds (a frame) as natural logarithms; blinks as the square root of how many there
    are in a second; the share of time in which the gaze is `AWAY` degrees from where it mostly is;
    means of coefficients as they are.

    Raises:
        ValueError: it has another shape, or is shorter than SECONDS.
    """
    if moved.ndim != 2 or moved.shape[1] != SIZE or len(moved) < SECONDS * MOTION_HZ:
        raise ValueError(f"a manner is read from (at least {SECONDS} s, {SIZE}) of motion")
    rotation, gaze = moved[:, ROTATION], moved[:, GAZE]
    tempo = np.abs(np.diff(rotation, axis=0)).mean()
    away = (np.hypot(*(gaze - np.median(gaze, axis=0)).T) > AWAY).mean()
    shut = moved[:, BLINK] > SHUT
    blinks = (shut[1:] & ~shut[:-1]).sum() * MOTION_HZ / len(moved)
    code = {name: moved[:, k] for name, k in CODES.items()}
    up = code["browInnerUp"] + (code["browOuterUpLeft"] + code["browOuterUpRight"]) / 2
    left, right = code["mouthSmileLeft"], code["mouthSmileRight"]
    smile = (left + right) / 2
    spread = [*rotation.std(0), tempo, moved[:, POSITION].std(0).mean(), gaze.std(0).mean()]
    return np.array([
        *np.log(np.maximum(spread, SMALLEST)), away, np.sqrt(blinks),
        up.mean(), np.log(max(up.std(), SMALLEST)),
        (code["browDownLeft"] + code["browDownRight"]).mean() / 2,
        smile.mean(), np.log(max(smile.std(), SMALLEST)),
        (code["eyeSquintLeft"] + code["eyeSquintRight"]).mean() / 2,
        (left - right).mean(), (code["browOuterUpLeft"] - code["browOuterUpRight"]).mean(),
    ])  # fmt: skip


def told(manner: Manner, otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    """A manner to (MANNER,) as the network is told; what it leaves open as (MANNER,) `otherwise`
    is."""
    out = np.array([np.nan if value is None else value for value in manner])
    out[TEMPO] /= MOTION_HZ
    out[SPREADS] = np.log(np.maximum(out[SPREADS], SMALLEST))
    out[BLINKS] = np.sqrt(out[BLINKS] / 60)
    return np.where(np.isnan(out), otherwise, out)


def as_manner(numbers: NDArray[np.float64]) -> Manner:
    """The reverse of `told`, within the ranges of a manner."""
    out = numbers.astype(float)
    out[SPREADS] = np.exp(out[SPREADS])
    out[TEMPO] *= MOTION_HZ
    out[BLINKS] = 60 * out[BLINKS] ** 2
    low, high = np.array(list(RANGES.values())).T
    return Manner(*map(float, np.clip(out, low, high)))


def manner_in(
    motion: Motion, seen: NDArray[np.bool_] | None = None, name: str = "The motion"
) -> Manner:
    """The manner of whom a motion shows.

    Args:
        motion: at MOTION_HZ.
        seen: (T,) the frames that are used; None for all.
        name: of the motion, for the message.

    Raises:
        VasariError: these are less than SECONDS.
    """
    seen = np.ones(len(motion), bool) if seen is None else seen
    if seen.sum() < SECONDS * MOTION_HZ:
        raise VasariError(
            f"{name} shows a face for {seen.sum() / MOTION_HZ:.1f} s only, and a manner takes "
            f"{SECONDS} s at least: give a longer clip of one person who talks."
        )
    return as_manner(manner_of(columns_of(motion)[seen]))
