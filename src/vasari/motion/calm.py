"""Calms what the mouth network guesses from frame to frame, and leaves closures alone.

The guesses travel 1.4 times as far from frame to frame as real lips do. The mean with both
neighbours takes that back to 1.0 and lies nearer the truth (validation clips, lip opening: .44 to
.46 in correlation); frames in which the lips meet are kept, or every p, b and m would be lost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vasari.shape.space import face_space, lip_gaps
from vasari.values import BLENDSHAPES, RESIDUALS, FloatArray, Motion

SHARE = 0.5  # of the neighbours in each frame
LIPS = np.array(
    [n.startswith(("jaw", "mouth", "cheek", "nose", "tongue")) for n in BLENDSHAPES]
    + [True] * RESIDUALS
)  # what is calmed: not the lids, whose blinks are as quick as they should be
CLOSED = 0.012  # eye distances: lips nearer than this are closed


class Calm:
    """The state of one motion being calmed: its last two frames. One frame behind."""

    def __init__(self) -> None:
        self._gaps = lip_gaps(face_space().basis)[:, 2:7].mean(1)
        self._held: Motion | None = None  # the frame before the next one, and the next one

    def push(self, motion: Motion, last: bool = False) -> Motion:
        """More frames in, all frames out whose next frame is known; with `last`, all."""
        have = motion if self._held is None else self._held.then(motion)
        if not len(have):
            return have
        done = 0 if self._held is None else len(self._held) - 1  # frames that already went out
        until = len(have) if last else max(len(have) - 1, done)
        calm = self._calmed(have.expression)
        self._held = have.part(max(until - 1, 0), len(have))
        return replace(have.part(done, until), expression=calm[done:until])

    def _calmed(self, codes: FloatArray) -> FloatArray:
        around = np.pad(codes, ((1, 1), (0, 0)), mode="edge")
        calm = (1 - SHARE) * codes + SHARE / 2 * (around[:-2] + around[2:])
        free = (codes @ self._gaps >= CLOSED)[:, None] & LIPS
        return np.where(free, calm, codes).astype(np.float32)
