"""What the user steers."""

from __future__ import annotations

from dataclasses import dataclass

from vasari.checks import checked_flag, checked_head, checked_seed


@dataclass(frozen=True)
class Style:
    """What the user steers.

    Attributes:
        seed: of everything that is drawn at random, 0 or more.
        head: strength of head and body motion, 0 (still) to 2.
        blinks: whether the eyes blink and glance.

    Raises:
        VasariError: a value is none of these.
    """

    seed: int = 0
    head: float = 1.0
    blinks: bool = True

    def __post_init__(self) -> None:
        for name, value in (
            ("seed", checked_seed(self.seed)),
            ("head", checked_head(self.head)),
            ("blinks", checked_flag(self.blinks, "the eyes blink")),
        ):
            object.__setattr__(self, name, value)  # as Python's own numbers
