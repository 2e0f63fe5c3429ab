"""Emotions as action units, laid over speech.

Each emotion is a set of action units of the Facial Action Coding System (Ekman, Friesen and Hager
2002), each unit a set of blendshapes. Units come and go in their own time: brows and lids go before
the mouth. No face is quite even, and none holds still, so each side and each unit has a strength of
its own that drifts a little. Lips go on articulating: what an emotion does to their opening is
taken back by `motion.mouth.open_lips`; where it parts them, it does so in pauses and vowels only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasari.values import BLENDSHAPES, EMOTIONS, FloatArray


class Unit(NamedTuple):
    """One action unit.

    Attributes:
        codes: blendshapes at its full strength; "Both" stands for Left and Right.
        early: exponent of an emotion's strength; below 1 it goes before the others, above after.
    """

    codes: dict[str, float]
    early: float = 1.0


BROWS, LIDS, MOUTH = 0.85, 0.9, 1.1
UNITS = {
    "1": Unit({"browInnerUp": 1.0}, BROWS),
    "2": Unit({"browOuterUpBoth": 1.0}, BROWS),
    "4": Unit({"browDownBoth": 0.85, "browInnerUp": -0.45, "browOuterUpBoth": 0.2}, BROWS),
    "5": Unit({"eyeWideBoth": 1.0}, LIDS),
    "6": Unit({"cheekSquintBoth": 1.0, "eyeSquintBoth": 0.35}, MOUTH),
    "7": Unit({"eyeSquintBoth": 1.0}, LIDS),
    "9": Unit({"noseSneerBoth": 1.0, "mouthUpperUpBoth": 0.35}, MOUTH),
    "10": Unit({"mouthUpperUpBoth": 1.0}, MOUTH),
    "12": Unit({"mouthSmileBoth": 1.0, "mouthDimpleBoth": 0.35, "mouthUpperUpBoth": 0.5}, MOUTH),
    "14": Unit({"mouthDimpleBoth": 1.0}, MOUTH),
    "15": Unit({"mouthFrownBoth": 1.0}, MOUTH),
    "16": Unit({"mouthLowerDownBoth": 1.0}, MOUTH),
    "17": Unit({"mouthShrugLower": 1.0}, MOUTH),
    "20": Unit({"mouthStretchBoth": 1.0}, MOUTH),
    "23": Unit({"mouthPressBoth": 1.0, "mouthRollUpper": 0.3, "mouthRollLower": 0.3}, MOUTH),
    "43": Unit({"eyeBlinkBoth": 1.0}, LIDS),
}  # fmt: skip
# Of each emotion at strength 1, tuned on labelled faces; L and R are one-sided.
SHOWN: dict[str, dict[str, float]] = {
    "neutral": {},
    "happy": {"6": 1.0, "10": 0.15, "12": 1.0, "14": 0.3},
    "sad": {"1": 1.25, "4": 0.6, "15": 1.0, "17": 0.4, "43": 0.15},
    "angry": {"4": 1.05, "5": 0.15, "7": 0.5, "9": 0.5, "15": 0.7, "16": 0.2, "17": 0.5, "23": 0.6},
    "surprised": {"1": 0.75, "2": 0.85, "5": 0.35},
    "afraid": {"1": 1.2, "2": 0.5, "4": 0.5, "5": 0.45, "20": 0.6},
    "disgusted": {"4": 0.6, "6": 0.4, "7": 0.5, "9": 1.0, "10": 0.6, "15": 0.3, "16": 0.1,
                  "17": 0.9},
    "contempt": {"12L": 0.4, "14L": 0.8, "6L": 0.3, "4R": 0.15},
}  # fmt: skip
PARTED = {"happy": 0.08, "surprised": 0.17, "afraid": 0.07}  # lips in a pause, eye distances
UNEVEN = 0.08  # spread of the difference between the sides
LIFE, LIFE_SECONDS = 0.05, 1.2  # spread of what drifts, and how long it takes
UNLIKE_OWN = 1.6  # of its strength: of the own smile, what goes for an emotion that is no smile
LEAST = -0.4  # of a code: inner brows come down below where browDown alone brings them
VOWEL = 0.05  # opening from which lips may be parted further, eye distances
SPOKEN = 0.5  # of what lips are parted by in a pause, in vowels
ROUNDED = 0.7  # of a smile that goes where lips are fully rounded,
ROUND_FULL = 0.4  # as they are at so much of mouthPucker or mouthFunnel
HELD = 0.6  # of a smile that is asked for and stays beside rounded lips
_CORNERS = [BLENDSHAPES.index(f"mouth{n}{s}") for n in ("Smile", "Stretch", "Dimple")
            for s in ("Left", "Right")]  # fmt: skip
PRESSED = 0.85  # of pressed and rolled lips that goes where they open
_PRESSED = [k for k, n in enumerate(BLENDSHAPES)
            if n.startswith(("mouthPress", "mouthRoll", "mouthShrug"))]  # fmt: skip
_ROUND = [BLENDSHAPES.index(n) for n in ("mouthPucker", "mouthFunnel")]


def _table() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(emotions, parts) strength of each one-sided unit, (parts,) when it comes, and (parts,
    BLENDSHAPES) what it does."""
    parts = [(name, side) for name in UNITS for side in ("Left", "Right")]
    shown, codes = np.zeros((len(EMOTIONS), len(parts))), np.zeros((len(parts), len(BLENDSHAPES)))
    for row, (name, side) in enumerate(parts):
        for code, value in UNITS[name].codes.items():
            both = code.replace("Both", side)
            codes[row, BLENDSHAPES.index(both)] = value if both != code else value / 2
        for emotion, units in SHOWN.items():
            strength = units.get(name, units.get(name + side[0], 0.0))
            shown[EMOTIONS.index(emotion), row] = strength
    return shown, np.array([UNITS[name].early for name, _ in parts]), codes


SHOWS, EARLY, CODES = _table()
PARTS_LIPS = np.array([PARTED.get(name, 0.0) for name in EMOTIONS])


class Emotions:
    """What a face shows of its emotions, frame by frame at `rate` Hz."""

    def __init__(self, random: np.random.Generator, rate: float) -> None:
        self._random, self._kept = random, float(np.exp(-1 / (LIFE_SECONDS * rate)))
        self._even = 1 + UNEVEN * random.normal(0, 1, len(EARLY)).clip(-2, 2)
        self._drift = random.normal(0, 1, len(EARLY))

    def step(self, strength: NDArray[np.float64]) -> tuple[FloatArray, float]:
        """One frame.

        Args:
            strength: (8,) of EMOTIONS, 0 to 1, or a little more.

        Returns:
            (52,) blendshapes beyond those of speech, and how far lips part in a pause, eye
            distances.
        """
        push = self._random.normal(0, np.sqrt(1 - self._kept**2), len(EARLY))
        self._drift = self._kept * self._drift + push
        shown = strength[:, None] ** EARLY * SHOWS  # (emotions, parts)
        shown = shown.sum(0) * self._even * (1 + LIFE * self._drift)
        codes = np.clip(shown @ CODES, LEAST, 1)
        return codes.astype(np.float32), float(strength @ PARTS_LIPS)


def own_kept(emotion: NDArray[np.float64]) -> float:
    """How much a portrait keeps of its own smile and brows while it shows emotions (9,), 0 to 1."""
    neutral, _, *others = emotion[: len(EMOTIONS)]
    return float(1 - min(neutral + UNLIKE_OWN * sum(others), 1.0))


def smile_held(emotion: NDArray[np.float64]) -> float:
    """How much of its smile or frown a mouth that shows emotions (9,) keeps beside rounded lips, 0
    to 1: they are asked for, and `write_emotion` has made room for the vowel."""
    return float(HELD * min(sum(emotion[1 : len(EMOTIONS)]), 1.0))


def write_emotion(expression: FloatArray, codes: FloatArray, opening: FloatArray) -> None:
    """Lay (T, 52) over what speech does in expression (T, ...), whose lips open by (T,) eye
    distances: rounded lips smile less, and open ones are not pressed."""
    n = len(BLENDSHAPES)
    codes = codes.copy()
    rounded = (expression[:, _ROUND].max(1, keepdims=True) / ROUND_FULL).clip(0, 1)
    codes[:, _CORNERS] *= 1 - ROUNDED * rounded
    codes[:, _PRESSED] *= 1 - PRESSED * np.clip(opening / VOWEL, 0, 1)[:, None]
    more = np.clip(expression[:, :n] + codes, LEAST, 1)
    expression[:, :n] = np.where(codes != 0, more, expression[:, :n])


def parted_lips(opening: FloatArray, parted: FloatArray, gate: FloatArray) -> FloatArray:
    """(T,) opening of lips in eye distances: that of speech, and in pauses and vowels what an
    emotion adds.

    Args:
        opening: (T,) of speech.
        parted: (T,) by how much an emotion parts the lips in a pause.
        gate: (T,) 0 in a pause, 1 in speech.
    """
    more = parted * np.maximum(1 - gate, SPOKEN * np.clip(opening / VOWEL, 0, 1))
    return np.asarray(opening + more, np.float32)
