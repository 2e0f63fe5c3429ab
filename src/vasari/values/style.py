"""What the user steers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """What the user steers.

    Attributes:
        seed: of everything that is drawn at random.
        head: strength of head and body motion, 0 (still) to 2.
        blinks: whether the eyes blink and glance.
    """

    seed: int = 0
    head: float = 1.0
    blinks: bool = True
