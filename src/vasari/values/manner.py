"""`Manner`: how somebody moves while they talk, apart from what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vasari.checks import is_number, quoted
from vasari.errors import VasariError


class Manner(NamedTuple):
    """How much, how quickly and how lopsidedly somebody moves; what is None, the seed draws.

    Spreads are standard deviations; coefficients are those of the `BLENDSHAPES`, above rest.

    Attributes:
        yaw, pitch, roll: spread of the head's angles, degrees, 0 to 30.
        tempo: mean speed of each of them, degrees a second, 0 to 60.
        sway: spread of the head's position, eye distances, 0 to 2.
        gaze: spread of where the eyes look, degrees, 0 to 30.
        away: share of time in which they look 5 degrees from where they mostly do, 0 to 1.
        blinks: a minute, 0 to 120.
        brows_up: mean raise of the brows, inner and outer, 0 to 2; brows: its spread, 0 to 1.
        frown: mean of the lowered brows, 0 to 1.
        smile: mean of the smile, 0 to 1; smiles: its spread, 0 to 1.
        squint: mean, 0 to 1.
        smile_left: by how much the smile is stronger on the person's left, -1 to 1.
        brow_left: by how much the outer brow is raised more there, -1 to 1.
    """

    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None
    tempo: float | None = None
    sway: float | None = None
    gaze: float | None = None
    away: float | None = None
    blinks: float | None = None
    brows_up: float | None = None
    brows: float | None = None
    frown: float | None = None
    smile: float | None = None
    smiles: float | None = None
    squint: float | None = None
    smile_left: float | None = None
    brow_left: float | None = None


RANGES = {
    "yaw": (0, 30), "pitch": (0, 30), "roll": (0, 30), "tempo": (0, 60), "sway": (0, 2),
    "gaze": (0, 30), "away": (0, 1), "blinks": (0, 120), "brows_up": (0, 2), "brows": (0, 1),
    "frown": (0, 1), "smile": (0, 1), "smiles": (0, 1), "squint": (0, 1), "smile_left": (-1, 1),
    "brow_left": (-1, 1),
}  # fmt: skip
MannerLike = Manner | Mapping[str, float | None] | Sequence[float | None] | None


def checked_manner(manner: Any) -> Manner | None:
    """Numbers by name, or all of them in the order of `Manner`; None leaves it to the seed.

    Raises:
        VasariError: it is none of these.
    """
    if manner is None:
        return None
    said: dict[Any, Any] | None = dict(manner) if isinstance(manner, Mapping) else None
    if isinstance(manner, list | tuple) and len(manner) == len(RANGES):
        said = dict(zip(RANGES, manner, strict=True))
    if said is None:
        raise VasariError(
            f"{quoted(manner)} is no manner: use vasari.Manner, or numbers by name, of "
            f"{', '.join(RANGES)}."
        )
    return Manner(**{name: _checked(name, value) for name, value in said.items()})


def _checked(name: Any, value: Any) -> float | None:
    if name not in RANGES:
        raise VasariError(f"{quoted(name)} is no part of a manner: there are {', '.join(RANGES)}.")
    low, high = RANGES[name]
    if value is None:
        return None
    if not is_number(value) or not low <= value <= high:
        raise VasariError(
            f"{quoted(value)} is no {name} of a manner: use a number from {low} to {high}."
        )
    return float(value)
