"""What a moving head carries along: loose hair that comes late, and a chest that breathes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.motion.life import BREATH_HZ
from vasari.values import FloatArray, Motion

DELAY = 0.08  # seconds by which hair trails a head that turns evenly
DAMPING = 0.55  # of critical: hair that stops goes a little too far, once
SPEED = 2 * DAMPING / DELAY  # radians a second, of the swing without damping
LIFT = 0.04  # eye distances by which a breath lifts the shoulders
FARTHEST = np.array([5, 5, 5, 0.08, 0.08, 0.08])  # degrees, eye distances: a cut is no whip


@dataclass(frozen=True)
class Carried:
    """What goes with each of T frames of a motion.

    Attributes:
        hair: (T, 6) float32, rotation and position of loose hair, as a head has them.
        breath: (T,) float32, how far breathing lifts the shoulders, eye distances.
        away: (T,) float32, by how much of the head's position away the whole person is moved, eye
            distances; None: the head alone moves, and the body follows it a little.
    """

    hair: FloatArray
    breath: FloatArray
    away: FloatArray | None = None

    def part(self, first: int, last: int) -> Carried:
        """What goes with frames first to last, the last left out."""
        away = None if self.away is None else self.away[first:last]
        return Carried(self.hair[first:last], self.breath[first:last], away)


class Body:
    """The state of hair that hangs on a head like a damped pendulum, and of a chest that breathes.

    Args:
        breath: how deeply, 0 (not at all) to 2, where nothing else is said.
    """

    def __init__(self, breath: float = 0.0) -> None:
        self._depth = breath
        self._frames = 0
        self._head: NDArray[np.float64] | None = None  # (6,) rotation and position, a frame ago
        self._away, self._speed = np.zeros(6), np.zeros(6)  # from the head; of the hair itself

    def push(self, motion: Motion, depth: NDArray[np.float64] | None = None) -> Carried:
        """What goes with the next frames of a motion, which is in absolute terms.

        However a motion is cut into pieces, it is the same.

        Args:
            motion: the next frames.
            depth: (T,) how deep the breath is in each of them, 0 to 2.
        """
        poses = np.hstack([motion.rotation, motion.position]).astype(np.float64)
        hair = [self._step(pose, 1 / motion.rate) for pose in poses]
        time = (self._frames + np.arange(len(motion))) / motion.rate
        self._frames += len(motion)
        deep = np.float32(0.5 * LIFT * np.asarray(self._depth if depth is None else depth))
        breath = deep * (1 - np.cos(2 * np.pi * BREATH_HZ * time))  # begins at rest
        return Carried(np.array(hair, np.float32).reshape(-1, 6), breath.astype(np.float32))

    def _step(self, head: NDArray[np.float64], time: float) -> FloatArray:
        """(6,) the hair's pose when the head, on an even way, has come to `head`.

        The exact solution: behind an even motion hair stays by DELAY of it, and what it is away
        from there swings down.
        """
        pace = np.zeros(6) if self._head is None else (head - self._head) / time
        self._head = head
        decay, swing = DAMPING * SPEED, SPEED * np.sqrt(1 - DAMPING**2)
        off, off_speed = self._away + DELAY * pace, self._speed - pace
        a, b = off, (off_speed + decay * off) / swing
        c, s = np.cos(swing * time), np.sin(swing * time)
        left = np.exp(-decay * time)
        self._away = left * (a * c + b * s) - DELAY * pace
        self._speed = pace + left * ((swing * b - decay * a) * c - (swing * a + decay * b) * s)
        return np.asarray(head + FARTHEST * np.tanh(self._away / FARTHEST), np.float32)
