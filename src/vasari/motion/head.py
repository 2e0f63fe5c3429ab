"""How far a head goes of what the life network draws.

The network learned from short clips, of which each counts around its own median: it comes back to
rest sooner than people do, who hold a tilt for seconds; and of the manner that it is told it does a
third. Both are made up for here, behind the network, which goes on from what it drew itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vasari.values import MOTION_HZ, FloatArray

# Degrees and eye distances that a head never reaches, of all three together: one picture shows no
# more of it, and least of a head that is turned, lowered and tilted at once.
MOST = np.array([15.0, 12.0, 14.0, 0.25, 0.15, 0.5])
KNEE = 4  # how late it begins to fall short of what is drawn: at half of MOST by 1.5 %
GAIN = np.array([1.0, 1.05, 0.88])  # of yaw, pitch, roll
HELD = np.array([0.0, 0.5, 0.7])  # more of them where they last for longer than
HELD_SECONDS = 1.5
OWN = 0.3  # of how much farther than people's mean a manner goes, as logarithms
OWN_MOST = 0.5
BEGINS = 10  # frames over which it leaves the portrait's own pose


class Head:
    """The head of one face, frame by frame."""

    def __init__(self) -> None:
        self._held, self._frames = np.zeros(3), 0

    def step(self, drawn: FloatArray, manner: NDArray[np.float64]) -> NDArray[np.float64]:
        """(6,) rotation (degrees) and position (eye distances) of the next frame.

        Args:
            drawn: (6,) of the network.
            manner: (3,) by how much wider yaw, pitch and roll spread than people's on average,
                natural logarithms.
        """
        turned = drawn[:3] * GAIN * np.exp((OWN * manner).clip(-OWN_MOST, OWN_MOST))
        self._held += (HELD * turned - self._held) / (HELD_SECONDS * MOTION_HZ)
        self._frames = min(self._frames + 1, BEGINS)
        return self._frames / BEGINS * kneed(np.array([*(turned + self._held), *drawn[3:]]))


def kneed(moved: NDArray[np.floating]) -> NDArray[np.float64]:
    """(6,) rotation and position, each within the ellipsoid whose half axes are MOST."""
    far = np.linalg.norm((moved / MOST).reshape(2, 3), axis=1)
    return np.asarray(moved / np.repeat((1 + far**KNEE) ** (1 / KNEE), 3))
