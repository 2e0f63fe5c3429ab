"""What the life network moves: everything but the articulation of the lips and the tongue.

A transformer over patches of motion (training/life) reads what the face did, hears the speech
around the patch to come, and draws that patch from noise by flow matching: with each seed another.

One row a motion frame, SIZE columns, relative to rest: head rotation (degrees) and position (eye
distances), where the eyes look (degrees from the viewer, whichever way the head is turned), how far
both lids are shut, and coefficients of brows, lids, and of the mouth what comes and goes slowly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasari.motion.feeling import TONE
from vasari.networks import network
from vasari.speech import FEATURES
from vasari.values import FloatArray

ROTATION, POSITION, GAZE, BLINK = slice(0, 3), slice(3, 6), slice(6, 8), 8
NAMES = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthPressLeft", "mouthPressRight",
)  # fmt: skip
CODES = {name: BLINK + 1 + k for k, name in enumerate(NAMES)}
SIZE = BLINK + 1 + len(NAMES)
AWAY = 5.0  # degrees from the viewer at which a gaze has left them
# By how much each column is divided for the network: its spread, about.
UNIT = np.array([4, 4, 3, 0.08, 0.08, 0.25, 5, 4, 0.3, *[0.15] * len(NAMES)], np.float32)

PATCH = 5  # frames that are made at once, 200 ms
AHEAD = 10  # frames of speech after a patch that are heard where they are there already
BREATH_HZ = 0.24  # breaths a second, of the head and of the shoulders
BREATH = np.array([0.0, -0.012, -0.006])  # eye distances right, down, away, of a breath
GUIDANCE = 0.5  # by how much more a face follows the voice than it was seen to
SPREAD = 0.5  # of people's manners: by how much that of a seed is off their mean
MOST_OFF = 1.5  # of people's spread: the farthest of any number of a manner
TALKING = (0.0, 0.0, 1.0)  # of the kinds of clips: generated, reading, talking
TOLD = FEATURES + TONE + 2  # of each frame
GAZE_UNIT = 10.0  # degrees


def told_of(features: FloatArray, tone: FloatArray | None) -> FloatArray:
    """What the network is told of one frame: (FEATURES,) of a `SpeechStream`, (TONE,) of the
    voice's tone, or None, and whether each is known."""
    known = float(tone is not None)
    return np.array([*features, *(np.zeros(TONE) if tone is None else tone), 1, known], np.float32)


def asked_of(manner: NDArray[np.float64], gaze: NDArray[np.float64]) -> FloatArray:
    """What is asked for, as the network takes it: a manner (MANNER,), and where somebody who talks
    mostly looks (2,), degrees."""
    return np.array([*manner, 1, *TALKING, *(gaze / GAZE_UNIT), 1], np.float32)


def some_manner(random: np.random.Generator) -> NDArray[np.float64]:
    """(MANNER,) that people could have who were learned from, nearer to their mean than they."""
    mean, spread = _manners()
    off = (SPREAD * random.standard_normal(len(mean))).clip(-MOST_OFF, MOST_OFF)
    return np.asarray(mean + spread * off)


def breath(time: float) -> NDArray[np.float64]:
    """(3,) position of a head that breathes, as its shoulders do: rest at 0 seconds."""
    return np.asarray(0.5 * BREATH * (1 - np.cos(2 * np.pi * BREATH_HZ * time)))


@cache
def _manners() -> NDArray[np.float64]:
    """(2, MANNER) mean and spread of the manners that the network learned from."""
    return np.array(json.loads(network("life").get_modelmeta().custom_metadata_map["manners"]))


@cache
def _cache_shape() -> list[int]:
    """(layers, keys and values, faces, variants, heads, patches, width), of which it tells five."""
    (shape,) = (i.shape for i in network("life").get_inputs() if i.name == "cache")
    return list(shape)


class Life:
    """What one face does, frame by frame; of its past the network keeps some seconds.

    Args:
        random: of what it draws.
        guidance: 0 or more, how much of what it would do without a voice is taken away again.
    """

    def __init__(self, random: np.random.Generator, guidance: float = GUIDANCE) -> None:
        self._random = random
        variants = np.array([1 + guidance, -guidance] if guidance else [1], np.float32)
        layers, two, _, _, heads, patches, width = _cache_shape()
        self._weights = variants
        self._cache = np.zeros((layers, two, 1, len(variants), heads, patches, width), np.float32)
        self._age = 0
        self._patch, self._shown = np.zeros((PATCH, SIZE), np.float32), PATCH

    def step(self, heard: FloatArray, asked: FloatArray) -> FloatArray:
        """(SIZE,) of the next frame.

        Args:
            heard: (m, ...) of `told_of`, any m: of this frame, and of what is there already of
                those that follow.
            asked: of `asked_of`.
        """
        if self.needs_patch:
            step_all([self], [heard], [asked])
        self._shown += 1
        return np.asarray(self._patch[self._shown - 1] * UNIT)

    @property
    def needs_patch(self) -> bool:
        """Whether the next frame begins a patch."""
        return self._shown == PATCH


def step_all(
    lives: Sequence[Life], heard: Sequence[FloatArray], asked: Sequence[FloatArray]
) -> None:
    """Makes a patch for each of some lives of the same guidance, in one call of the network; what
    they hear and are asked for is as `Life.step` takes it."""
    n, m = len(lives), len(lives[0]._weights)
    speech = np.zeros((n, m, PATCH + AHEAD, TOLD), np.float32)  # the second variant hears nothing
    for k, there in enumerate(heard):
        speech[k, 0, : len(there)] = there[: PATCH + AHEAD]
    patches, caches = network("life").run(None, {
        "before": np.stack([life._patch for life in lives]),
        "speech": speech,
        "asked": np.repeat(np.stack(asked)[:, None], m, 1),
        "weights": lives[0]._weights,
        "noise": np.stack([life._random.standard_normal(PATCH * SIZE, np.float32)
                           for life in lives]),
        "cache": np.concatenate([life._cache for life in lives], 2),
        "age": np.array([life._age for life in lives], np.float32),
    })  # fmt: skip
    for k, life in enumerate(lives):
        life._patch, life._shown = patches[k], 0
        life._cache = caches[:, :, k : k + 1].copy()
        life._age = min(life._age + 1, caches.shape[5])
