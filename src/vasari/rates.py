"""The rates at which videos are made, exact: film and NTSC are rationals."""

from __future__ import annotations

from fractions import Fraction

from vasari.checks import quoted
from vasari.errors import OutputError

NTSC = Fraction(1000, 1001)
FPS = (24 * NTSC, Fraction(24), Fraction(25), 30 * NTSC, Fraction(30), Fraction(40), Fraction(50),
       60 * NTSC, Fraction(60))  # fmt: skip
NEAR = Fraction(1, 200)  # pictures a second: 23.976 and 23.98 both mean 24000/1001

Rate = int | float | str | Fraction


def exact_rate(fps: Rate) -> Fraction:
    """The exact rate that is meant: 23.976, "23.98" and "24000/1001" are all 24000/1001.

    Raises:
        OutputError: no such rate is made.
    """
    try:
        asked = Fraction(fps)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        asked = Fraction(0)
    near = min(FPS, key=lambda rate: abs(rate - asked))
    if abs(near - asked) > NEAR:
        raise OutputError(f"{quoted(fps)} pictures a second cannot be made: choose {FPS_SAID}.")
    return near


def said(rate: Fraction) -> str:
    """A rate as people write it: 25, 23.976."""
    return f"{float(rate):.5g}"


FPS_SAID = ", ".join(map(said, FPS[:-1])) + f" or {said(FPS[-1])}"
