"""Where a face is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FaceBox:
    """The square around one face's landmarks, in pixels of the picture.

    Attributes:
        x, y: upper left corner; may lie outside the picture.
        width, height: equal.
        score: 0 to 1.
    """

    x: float
    y: float
    width: float
    height: float
    score: float
