"""What the user steers: numbers, or keyframes that are eased into each other."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vasari.checks import (
    AUTO,
    Emotion,
    checked_blink,
    checked_distance,
    checked_emotion,
    checked_expression,
    checked_gaze,
    checked_head,
    checked_pose,
    checked_seconds,
    checked_seed,
    quoted,
)
from vasari.errors import VasariError
from vasari.files import input_file
from vasari.values.manner import MannerLike, checked_manner

EASE = 0.3  # seconds over which a keyframe's change is eased
Value = float | tuple[float, ...]  # of what is steered, checked
CHECKS: dict[str, Callable[[Any], Value]] = {  # what can be steered
    "head": checked_head,
    "expression": checked_expression,
    "blink": checked_blink,
    "gaze": checked_gaze,
    "distance": checked_distance,
    "emotion": checked_emotion,
    "pose": checked_pose,
}
NATURAL: dict[str, Value] = {
    "head": 1.0, "expression": 1.0, "blink": 1.0, "gaze": (0.0, 0.0), "distance": 1.0,
    "emotion": AUTO, "pose": (0.0, 0.0, 0.0),
}  # fmt: skip
FORM = (
    "write [[key]] with at (seconds), over (seconds, if not 0.3) and what changes then: "
    + ", ".join(CHECKS)
    + "; and perhaps one [manner]"
)
MOST_BYTES = 4 << 20  # of a file of keyframes


@dataclass(frozen=True)
class Key:
    """One value of what is steered, from a time on.

    Attributes:
        at: seconds from the beginning.
        value: from then on, as the attribute of `Style` takes it.
        over: seconds over which it is eased to; a key at 0 is there at once.
    """

    at: float
    value: float | tuple[float, ...] | Mapping[str, float] | str
    over: float = EASE


Steer = float | Iterable[Key]  # a number or keyframes
SteerGaze = tuple[float, float] | Iterable[Key] | None
SteerPose = tuple[float, float, float] | Iterable[Key] | None
SteerEmotion = Mapping[str, float] | str | Emotion | Iterable[Key]


@dataclass(frozen=True)
class Style:
    """What the user steers; but for seed and manner values or keyframes (`Key`), in time's order.

    Attributes:
        seed: of everything that is drawn at random, 0 or more.
        head: strength of head and body motion, 0 (still) to 2.
        expression: strength of all that the face does but the lips' articulation and the blinks,
            0 to 2.
        blink: how often the eyes blink, 0 (never) to 2, 1 being natural.
        gaze: yaw (towards the picture's right, -30 to 30) and pitch (up, -20 to 20), degrees: where
            the eyes mostly look, from where they look in the portrait; None is (0, 0).
        distance: from the viewer, 0.7 to 1.4 times the portrait's own: at .8 the face is 1/.8 as
            large.
        emotion: strengths from 0 to 1 by name (`vasari.EMOTIONS`), as {"happy": 0.5, "sad": 0.2} or
            "happy:0.5,sad:0.2"; "auto" shows, modestly, what the voice sounds like, "none" nothing.
            Kept as an `Emotion`.
        pose: yaw, pitch and roll (-30 to 30, -20 to 20, -20 to 20 degrees) that the head is turned
            by beyond its own motion, whatever `head` says; the eyes stay where they looked.
        manner: of whom it moves like, a `Manner` or its numbers by name; it has no keyframes. None,
            and each number that is None, is drawn from the seed.

    Raises:
        VasariError: a value is none of these.
    """

    seed: int = 0
    head: Steer = 1.0
    expression: Steer = 1.0
    blink: Steer = 1.0
    gaze: SteerGaze = None
    distance: Steer = 1.0
    emotion: SteerEmotion = "auto"
    pose: SteerPose = None
    manner: MannerLike = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", checked_seed(self.seed))
        object.__setattr__(self, "manner", checked_manner(self.manner))
        for name in CHECKS:  # as Python's own numbers
            object.__setattr__(self, name, _checked(name, getattr(self, name)))

    @staticmethod
    def load(path: str | os.PathLike[str], seed: int = 0) -> Style:
        """Read keyframes from a TOML file.

        Raises:
            VasariError: the file is missing or says something else.
        """
        file = input_file(path, "style", VasariError)
        try:
            if file.stat().st_size > MOST_BYTES:
                raise VasariError(f"{file} is too large for a style: {FORM}.")
            said = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            why = " ".join(str(error).split())
            raise VasariError(f"{file} is no TOML file ({why}): {FORM}.") from None
        try:
            return Style(seed, manner=said.pop("manner", None), **_keyframes(said))
        except VasariError as error:
            raise VasariError(f"{file}: {error}") from None

    def at(self, time: float) -> Moment:
        """What is steered at a time, seconds from the beginning."""
        return Moment(**{name: _value(name, getattr(self, name), time) for name in CHECKS})


@dataclass(frozen=True)
class Moment:
    """What is steered at one time: the attributes of `Style` as numbers, gaze as (2,), emotion as
    (9,) in the order of `Emotion`, pose as (3,)."""

    head: float
    expression: float
    blink: float
    gaze: NDArray[np.float64]
    distance: float
    emotion: NDArray[np.float64]
    pose: NDArray[np.float64]

    def towards(self, other: Moment, share: float) -> Moment:
        """A share of the way to another."""
        if share >= 1:
            return other
        return Moment(*(
            getattr(self, f.name) + share * (getattr(other, f.name) - getattr(self, f.name))
            for f in fields(self)
        ))  # fmt: skip


def eased(share: float) -> float:
    """The share of a change that is done after a share of its time."""
    t = min(max(share, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def _checked(name: str, value: Any) -> Value | tuple[Key, ...]:
    """A value or keyframes, checked."""
    if isinstance(value, Key):
        value = (value,)
    if not isinstance(value, list | tuple) or not any(isinstance(part, Key) for part in value):
        return CHECKS[name](value)
    keys = tuple(_checked_key(name, key) for key in value)
    for before, after in pairwise(keys):
        if after.at <= before.at:
            raise VasariError(
                f"The keys of {name} are out of order ({after.at:g} s after {before.at:g} s): "
                "give each a later time than the one before."
            )
    return keys


def _checked_key(name: str, key: Any) -> Key:
    if not isinstance(key, Key):
        raise VasariError(f"{quoted(key)} is no key of {name}: use vasari.Key(at, value, over).")
    over = checked_seconds(key.over, "a change")
    return Key(checked_seconds(key.at, "a key"), CHECKS[name](key.value), over)


def _value(name: str, steer: Any, time: float) -> Any:
    if isinstance(steer, float):
        return steer
    if steer and isinstance(steer[0], float):
        return np.array(steer)
    natural = NATURAL[name]
    value: Any = natural if isinstance(natural, float) else np.array(natural)
    for key, after in zip(steer, [*steer[1:], None], strict=True):
        if time < key.at:
            break
        until = time if after is None else min(time, after.at)  # where a later key takes over
        share = eased((until - key.at) / key.over) if key.over and key.at else 1.0
        value = value + share * (np.asarray(key.value) - value) if share < 1 else key.value
    return float(value) if isinstance(natural, float) else np.asarray(value, float)


def _keyframes(said: dict[str, Any]) -> dict[str, list[Key]]:
    """Keyframes by name, from a TOML document."""
    keys = said.get("key", [])
    other = [name for name in said if name != "key"]
    if other or not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise VasariError(f"{quoted((other or ['key'])[0])} is not understood there: {FORM}.")
    out: dict[str, list[Key]] = {}
    for key in keys:
        for name, made in _of_one(key):
            out.setdefault(name, []).append(made)
    return out


def _of_one(key: dict[str, Any]) -> Iterator[tuple[str, Key]]:
    if "at" not in key:
        raise VasariError(f"A key has no time: {FORM}.")
    if not set(key) - {"at", "over"}:
        raise VasariError(f"The key at {quoted(key['at'])} changes nothing: {FORM}.")
    for name, value in key.items():
        if name in ("at", "over"):
            continue
        if name not in CHECKS:
            raise VasariError(f"{quoted(name)} cannot be steered: {FORM}.")
        yield name, Key(key["at"], value, key.get("over", EASE))
