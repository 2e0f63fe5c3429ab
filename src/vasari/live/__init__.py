"""Faces that answer while time runs: the clock, many at once, and what connects them."""

from vasari.live.house import Full, House
from vasari.live.stream import offer, run

__all__ = ["Full", "House", "offer", "run"]
