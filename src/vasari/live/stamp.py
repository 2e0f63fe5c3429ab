"""A code in the corner of a picture that says which sound it shows, for measuring.

It goes through encoder, network and decoder with the picture, so what is read is what was seen.
"""

from __future__ import annotations

import numpy as np

from vasari.values import Picture

BITS = 24
CELL = 8  # pixels
UNIT = 10  # samples: what the code counts in; it is enough for hours
IDLE = (1 << BITS) - 1  # shows no sound that was sent


def stamp(picture: Picture, sample: int) -> None:
    """Write into a picture the first sample that it shows; negative for none."""
    code = IDLE if sample < 0 else sample // UNIT % IDLE
    bits = np.array([code >> k & 1 for k in range(BITS)] + [1, 0], np.uint8)  # white, black: scale
    row = np.repeat(bits * 255, CELL)
    picture[-CELL:, : len(row)] = row[None, :, None]


def stamp_in(picture: Picture) -> int | None:
    """The first sample that a picture shows, within UNIT; -1 for none, None if there is no code."""
    row = picture[-CELL + 2 : -2, : (BITS + 2) * CELL].mean(2).mean(0)
    cells = row.reshape(BITS + 2, CELL)[:, 2:-2].mean(1)
    if cells[BITS] < 170 or cells[BITS + 1] > 85:
        return None
    code = int(sum(1 << k for k in range(BITS) if cells[k] > 127))
    return -1 if code == IDLE else code * UNIT
