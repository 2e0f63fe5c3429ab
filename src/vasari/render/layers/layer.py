"""What all layers have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vasari.shape.space import Pose
from vasari.values import FloatArray, Picture


@dataclass(frozen=True)
class Now:
    """One moment of a moving face, in pixels of the part that is drawn.

    Attributes:
        pose: of the head.
        shape: (478, 3) of the face, face space.
        points: (V, 3) where each vertex of the mesh lies, the face's 468 first.
        expression: (EXPRESSION,) what makes that shape.
        turn: (2,) gaze, yaw and pitch in degrees away from the portrait's own.
        backward: (H, W, 2) where each pixel of the warped portrait comes from, pixels of the
            finer portrait that it is read from.
    """

    pose: Pose
    shape: FloatArray
    points: FloatArray
    expression: FloatArray
    turn: FloatArray
    backward: FloatArray


class Layer(Protocol):
    """One thing that is drawn over the warped portrait."""

    def draw(self, out: Picture, now: Now) -> None:
        """Draw into `out` (H, W, 4), premultiplied alpha, in place."""
