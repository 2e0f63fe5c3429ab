"""Axes that the teacher cannot teach: it never labels cheekSquint and noseSneer.

    PYTHONPATH=src:. python -m training.face_space.authored

writes them into face_space.npz. Each is a sum of soft moves, each around one point of the face, as
the Facial Action Coding System describes them (AU 6: cheeks rise, the lower lid and the skin beside
the eye are pushed together; AU 9: the skin of the nose is pulled up, its wings and the upper lip
with it, the inner brows come down). Sizes are those of labelled happy faces beyond their
blendshapes, and of acted sneers by eye.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vasari.values import BLENDSHAPES

SPACE = Path("src/vasari/weights/face_space.npz")


class Move(NamedTuple):
    """Around a landmark of the right side, eye distances: reach (spread), and the move itself."""

    at: int
    reach: float
    move: tuple[float, float, float]


CHEEK = (
    Move(50, 0.17, (-0.005, -0.032, -0.012)),
    Move(205, 0.13, (0.0, -0.014, -0.008)),
    Move(230, 0.09, (0.0, -0.010, 0.0)),
    Move(145, 0.06, (0.0, -0.010, 0.0)),
    Move(226, 0.08, (0.006, 0.004, 0.0)),
    Move(70, 0.10, (0.0, 0.006, 0.0)),
)
SNEER = (
    Move(129, 0.09, (0.0, -0.030, 0.0)),
    Move(174, 0.08, (0.004, -0.014, -0.004)),
    Move(37, 0.10, (0.0, -0.022, 0.0)),
    Move(36, 0.11, (0.004, -0.020, -0.008)),
    Move(55, 0.09, (0.008, 0.020, 0.0)),
    Move(145, 0.07, (0.0, -0.012, 0.0)),
)
AXES = {"cheekSquint": CHEEK, "noseSneer": SNEER}


def axis(moves: tuple[Move, ...], mean: np.ndarray) -> np.ndarray:
    """(478, 3) of the right side, on the mean face (478, 3)."""
    out = np.zeros((478, 3), np.float32)
    for at, reach, move in moves:
        away = np.linalg.norm((mean - mean[at])[:, :2], axis=1)
        out += np.exp(-((away / reach) ** 2) / 2)[:, None] * np.array(move, np.float32)
    out[468:] = 0  # irises belong to gaze
    return out


def with_authored(basis: np.ndarray, mean: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """The basis (EXPRESSION, 478, 3) with these axes in it."""
    basis = basis.copy()
    for name, moves in AXES.items():
        right = axis(moves, mean)
        basis[BLENDSHAPES.index(name + "Right")] = right
        basis[BLENDSHAPES.index(name + "Left")] = right[mirror] * [-1, 1, 1]
    return basis


def main() -> None:
    with np.load(SPACE) as z:
        space = dict(z)
    basis = with_authored(space["basis"].astype(np.float32), space["mean"], space["mirror"])
    np.savez_compressed(SPACE, **{**space, "basis": basis.astype(np.float16)})


if __name__ == "__main__":
    main()
