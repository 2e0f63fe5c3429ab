"""Loose hair comes a little late after the head, and swings out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vasari.values import FloatArray, Motion

DELAY = 0.08  # seconds by which hair trails a head that turns evenly
DAMPING = 0.55  # of critical: hair that stops goes a little too far, once
SPEED = 2 * DAMPING / DELAY  # radians a second, of the swing without damping
FARTHEST = np.array([5, 5, 5, 0.08, 0.08, 0.08])  # degrees, eye distances: a cut is no whip


class Hair:
    """The state of hair that hangs on a head like a damped pendulum: its pose and its speed."""

    def __init__(self) -> None:
        self._head: NDArray[np.float64] | None = None  # (6,) rotation and position, a frame ago
        self._away, self._speed = np.zeros(6), np.zeros(6)  # from the head; of the hair itself

    def push(self, motion: Motion) -> Motion:
        """The next frames of a motion, in absolute terms, with where the hair is in each.

        However a motion is cut into pieces, the hair is the same.
        """
        poses = np.hstack([motion.rotation, motion.position]).astype(np.float64)
        hair = [self._step(pose, 1 / motion.rate) for pose in poses]
        return replace(motion, hair=np.array(hair, np.float32).reshape(-1, 6))

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
