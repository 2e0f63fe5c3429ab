"""A person's manner: how much, how quickly and how lopsidedly head, eyes, brows and smile move.

Numbers of a stretch of motion of at least SECONDS, in the columns of the life network
(`vasari.motion.life`): what it was told of each clip it learned from, and what it can be told of
somebody else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vasari.motion.life import AWAY, BLINK, CODES, GAZE, POSITION, ROTATION, SIZE
from vasari.values import MOTION_HZ, FloatArray

SECONDS = 2.5  # of motion that tell a manner at least
SHUT = 0.5  # closure of the lids that counts as a blink
SMALLEST = 0.01  # of a spread, in the column's own unit
NAMES = (
    "yaw", "pitch", "roll", "tempo", "sway", "gaze", "away", "blinks", "brows up", "brows",
    "frown", "smile", "smiles", "squint", "smile left", "brow left",
)  # fmt: skip
MANNER = len(NAMES)


def manner_of(moved: FloatArray) -> NDArray[np.float64]:
    """(T, SIZE) of motion, relative to rest, to (MANNER,).

    Spreads and speeds as natural logarithms; blinks as the square root of how many there are in a
    second; the share of time in which the gaze is `AWAY` degrees from where it mostly is; means of
    coefficients as they are.

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
