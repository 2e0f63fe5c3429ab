from __future__ import annotations

import numpy as np

from vasari.portrait.own_teeth import find_own_teeth
from vasari.portrait.teeth import ABOVE, BELOW, DENSITY, HALF_WIDTH

LIP, TOOTH, TONGUE = (150, 70, 70), (210, 205, 190), (160, 85, 85)


def place(y: float) -> int:
    return int((y + ABOVE) * DENSITY)


def mouth(half: float = 0.25) -> tuple[np.ndarray, np.ndarray]:
    """Upper teeth from -.05 to .04, tongue, then lower teeth from .12 to .16."""
    colour = np.empty((int((ABOVE + BELOW) * DENSITY), int(2 * HALF_WIDTH * DENSITY), 3), np.uint8)
    colour[:] = LIP
    inside = np.zeros(colour.shape[:2], np.float32)
    left, right = (int((HALF_WIDTH + s * half) * DENSITY) for s in (-1, 1))
    inside[place(-0.05) : place(0.18), left:right] = 1
    colour[place(-0.05) : place(0.18), left:right] = TONGUE
    for top, bottom in ((-0.05, 0.04), (0.12, 0.16)):
        colour[place(top) : place(bottom), left:right] = TOOTH
    return colour, inside


def test_the_upper_row_is_found() -> None:
    colour, inside = mouth()
    found = find_own_teeth(colour, inside, np.array(LIP, np.float32), 20)
    assert found is not None
    assert abs(found.edge - 0.04) < 0.012
    assert np.abs(found.tone - TOOTH).max() < 5
    middle = found.share[:, found.share.shape[1] // 2]
    assert middle[place(0.0)] > 0.9
    assert middle[place(0.07) :].max() < 0.1


def test_of_a_narrow_glimpse_only_the_tone_is_kept() -> None:
    colour, inside = mouth(half=0.1)
    found = find_own_teeth(colour, inside, np.array(LIP, np.float32), 20)
    assert found is not None
    assert not found.share.any()
    drawn = np.full((*found.share.shape, 4), 99, np.uint8)
    found.lay_over(drawn)
    assert (drawn == 99).all()


def test_a_tongue_is_no_tooth() -> None:
    colour, inside = mouth()
    colour[(colour == TOOTH).all(2)] = TONGUE
    found = find_own_teeth(colour, inside, np.array(LIP, np.float32), 20)
    assert found is None or not found.share.any()
