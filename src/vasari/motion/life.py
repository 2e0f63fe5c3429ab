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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasari.motion.eyes import Eyes
from vasari.motion.feeling import TONE
from vasari.motion.head import Head
from vasari.networks import network
from vasari.speech import LOUDNESS, VOICE
from vasari.values import MOTION_HZ, FloatArray
from vasari.values.manner import RANGES

HEAD = slice(0, 6)
ROTATION, POSITION, GAZE = slice(0, 3), slice(3, 6), slice(6, 8)
NAMES = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthPressLeft", "mouthPressRight",
)  # fmt: skip
CODES = {name: 8 + k for k, name in enumerate(NAMES)}
DRAWN = 8 + len(NAMES)  # columns that the network draws; of blinks it says only when one begins
BLINK = DRAWN
SIZE = DRAWN + 1
AWAY = 5.0  # degrees from the viewer at which a gaze has left them
# By how much each column is divided for the network: its spread, about.
UNIT = np.array([4, 4, 3, 0.08, 0.08, 0.25, 5, 4, *[0.15] * len(NAMES), 0.3], np.float32)

PATCH = 5  # frames that are made at once, 200 ms
AHEAD = 10  # frames of speech after a patch that are heard where they are there already
BREATH_HZ = 0.24  # breaths a second, of the head and of the shoulders
BREATH = np.array([0.0, -0.012, -0.006])  # eye distances right, down, away, of a breath
OFTEN = 0.7  # of the blinks that it would make: left alone it blinks oftener than people do
BLINKS_A_SECOND, LATELY = 0.43, 4.0  # of people who talk; seconds over which they are counted
# By how much more a face follows the voice than it was seen to; brows and lids; when eyes blink.
GUIDANCE, GUIDANCE_UPPER, GUIDANCE_BLINKS = 2.6, 7.0, 4.0
# Of people's spread: what the network is told more of than a manner has, since it does less than it
# is told; of every manner, and of those that seeds draw. With it heads and brows move as far and as
# quickly as people's.
WIDER = {"yaw": 1.2, "pitch": 1.2, "roll": 1.2, "tempo": -0.3}
MORE = {"gaze": 2.0, "away": -0.8, "brows": 1.0, "frown": 2.2, "smiles": -1.2}
MOST_OFF = 1.8  # of people's spread: the farthest of any number of a manner
TALKING = (0.0, 0.0, 1.0)  # of the kinds of clips: generated, reading, talking
# Of the way that head and face would have gone on, what the frames of the next patch keep of it:
# the network draws each from where the last one ended, not from how fast it went there (fitted: the
# jerk where patches meet is 1.3 times that elsewhere without, 1.06 with it).
GOES_ON = np.array([0.38, 0.33, 0.11, 0.04, 0.0])[:, None]
NO_FEELING = (0.0, 0.0, 0.0)  # arousal and valence are not asked for: the voice tells them
PROSODY = 2 + TONE  # of a voice in a frame: how sure one is heard, how loud, its tone
TOLD = PROSODY + 2  # and whether each is known
GAZE_UNIT = 10.0  # degrees

# Closure of the lids from the frame on in which a blink begins (means of 939 blinks of real people)
# and how often it is of this length: of long ones more than were counted, so that lids are shut by
# half for as long as people's.
BLINKS = (
    (0.03, (0.2, 0.95, 1.0, 0.36, 0.17, 0.06)),
    (0.13, (0.13, 0.9, 1.0, 0.76, 0.37, 0.17, 0.05)),
    (0.27, (0.1, 0.85, 1.0, 0.89, 0.65, 0.35, 0.18, 0.06)),
    (0.27, (0.08, 0.81, 1.0, 0.94, 0.82, 0.61, 0.36, 0.22, 0.08)),
    (0.16, (0.1, 0.79, 0.98, 1.0, 0.9, 0.75, 0.57, 0.38, 0.2, 0.08)),
    (0.14, (0.1, 0.82, 1.0, 0.97, 0.9, 0.81, 0.71, 0.59, 0.4, 0.25, 0.1)),
)
# Share of blinks that do not shut the eyes, and how far these go.
HALF, HALF_DEPTH = 0.3, (0.45, 0.85)


class Lids:
    """How far the lids are shut, patch by patch: the network says when, people's blinks say how."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._left = np.zeros(0, np.float32)
        self._lately = 0.0  # blinks, those of LATELY seconds ago count 1 / e

    def often(self, blink: float) -> float:
        """By how much the network's chance of a blink is multiplied for eyes that blink `blink`
        times as often as people's: where blinks made blinks likelier, a minute would be full."""
        usual = blink * LATELY * BLINKS_A_SECOND
        return OFTEN * blink / max(1.0, self._lately / max(usual, 1e-6)) ** 2

    def step(self, begins: int) -> FloatArray:
        """(PATCH,) closure, 0 to 1, where a blink begins in frame `begins`; PATCH for none."""
        closure = np.zeros(PATCH + max(len(shape) for _, shape in BLINKS), np.float32)
        closure[: len(self._left)] = self._left
        self._lately = self._lately * np.exp(-PATCH / MOTION_HZ / LATELY) + (begins < PATCH)
        if begins < PATCH:
            share = np.array([share for share, _ in BLINKS])
            shape = BLINKS[self._random.choice(len(BLINKS), p=share / share.sum())][1]
            half = self._random.random() < HALF
            depth = self._random.uniform(*HALF_DEPTH) if half else 1.0
            part = slice(begins, begins + len(shape))
            closure[part] = np.maximum(closure[part], depth * np.array(shape))
        self._left = closure[PATCH:]
        return closure[:PATCH]


def told_of(features: FloatArray, tone: FloatArray | None) -> FloatArray:
    """What the network is told of one frame: (FEATURES,) of a `SpeechStream`, (TONE,) of the
    voice's tone, or None, and whether each is known."""
    known = float(tone is not None)
    heard = features[VOICE], features[LOUDNESS]
    return np.array([*heard, *(np.zeros(TONE) if tone is None else tone), 1, known], np.float32)


class Asked(NamedTuple):
    """What is asked of a patch.

    Attributes:
        manner: (MANNER,) that it has.
        gaze: (2,) where the eyes mostly look, degrees.
        blink: by how much oftener than by itself it blinks, 0 or more.
    """

    manner: NDArray[np.float64]
    gaze: NDArray[np.float64]
    blink: float = 1.0

    def row(self) -> FloatArray:
        """As the network takes it, of somebody who talks, but for the blinks."""
        row = [*(self.manner + _more(WIDER)), 1, *TALKING, *(self.gaze / GAZE_UNIT), 1, *NO_FEELING]
        return np.array(row, np.float32)


def some_manner(random: np.random.Generator) -> NDArray[np.float64]:
    """(MANNER,) that people could have who were learned from: its numbers go together as theirs."""
    mean, together = _manners()
    most = MOST_OFF * _spread()
    off = (together @ random.standard_normal(len(mean))).clip(-most, most)
    return np.asarray(mean + off + _more(MORE))


def guided() -> FloatArray:
    """(SIZE,) guidance of each column, and of blinks."""
    much = np.full(SIZE, GUIDANCE, np.float32)
    much[[k for name, k in CODES.items() if name.startswith(("brow", "eye"))]] = GUIDANCE_UPPER
    much[BLINK] = GUIDANCE_BLINKS
    return much


def breath(time: float) -> NDArray[np.float64]:
    """(3,) position of a head that breathes, as its shoulders do: rest at 0 seconds."""
    return np.asarray(0.5 * BREATH * (1 - np.cos(2 * np.pi * BREATH_HZ * time)))


@cache
def _manners() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(MANNER,) mean of the manners that the network learned from, and (MANNER, MANNER) the root
    (Cholesky) of how they vary together."""
    kept = json.loads(network("life").get_modelmeta().custom_metadata_map["manners"])
    return np.array(kept["mean"]), np.array(kept["together"])


@cache
def _spread() -> NDArray[np.float64]:
    """(MANNER,) of these manners."""
    return np.asarray(np.linalg.norm(_manners()[1], axis=1))


def _more(of: dict[str, float]) -> NDArray[np.float64]:
    """(MANNER,) of numbers that are given in spreads of these manners."""
    return np.asarray(_spread() * [of.get(name, 0.0) for name in RANGES])


@cache
def _cache_shape() -> list[int]:
    """(layers, keys and values, faces, variants, heads, patches, width), of which it tells five."""
    (shape,) = (i.shape for i in network("life").get_inputs() if i.name == "cache")
    return list(shape)


class Life:
    """What one face does, frame by frame; of its past the network keeps some seconds.

    Args:
        random: of what it draws.
        guidance: (SIZE,) float32, 0 or more, how much of what it would do without a voice is taken
            away again, of each column and of blinks; None for that which ships.
    """

    def __init__(self, random: np.random.Generator, guidance: FloatArray | None = None) -> None:
        self._random, lids = random, random.spawn(1)[0]
        self._lids, self._eyes, self._head = Lids(lids), Eyes(), Head()
        much = guided() if guidance is None else guidance
        self._weights = np.stack([1 + much, -much] if much.any() else [1 + much])
        layers, two, _, _, heads, patches, width = _cache_shape()
        self._cache = np.zeros(
            (layers, two, 1, len(self._weights), heads, patches, width), np.float32
        )
        self._age = 0
        self._patch, self._shown = np.zeros((PATCH, SIZE), np.float32), PATCH

    def step(self, heard: FloatArray, asked: Asked) -> FloatArray:
        """(SIZE,) of the next frame.

        Args:
            heard: (m, TOLD), any m, of `told_of`: of this frame, and of what is there already of
                those that follow.
            asked: of the patch that it may begin.
        """
        if self.needs_patch:
            step_all([self], [heard], [asked])
        moved = self._patch[self._shown] * UNIT
        self._shown += 1
        moved[HEAD] = self._head.step(moved[HEAD], (asked.manner - _manners()[0])[ROTATION])
        return np.asarray(moved)

    @property
    def needs_patch(self) -> bool:
        """Whether the next frame begins a patch."""
        return self._shown == PATCH

    def _take(self, drawn: FloatArray, begins: int, cache: FloatArray) -> None:
        onward = 2 * self._patch[-1, :DRAWN] - self._patch[-2, :DRAWN] - drawn[0]
        onward[GAZE] = 0  # eyes jump
        drawn = drawn + GOES_ON * onward
        drawn[:, GAZE] = self._eyes.step(drawn[:, GAZE] * UNIT[GAZE]) / UNIT[GAZE]
        shut = self._lids.step(begins)[:, None] / UNIT[BLINK]
        self._patch, self._shown = np.concatenate([drawn, shut], 1, dtype=np.float32), 0
        self._cache, self._age = cache, min(self._age + 1, cache.shape[5])


def step_all(lives: Sequence[Life], heard: Sequence[FloatArray], asked: Sequence[Asked]) -> None:
    """Makes a patch for each of some lives of the same guidance, in one call of the network; what
    they hear and are asked for is as `Life.step` takes it."""
    n, m = len(lives), len(lives[0]._weights)
    speech = np.zeros((n, m, PATCH + AHEAD, TOLD), np.float32)  # the second variant hears nothing
    for k, there in enumerate(heard):
        speech[k, 0, : len(there)] = there[: PATCH + AHEAD]
    random = [life._random for life in lives]
    drawn, begins, cache = network("life").run(None, {
        "before": np.stack([life._patch for life in lives]),
        "speech": speech,
        "asked": np.repeat(np.stack([each.row() for each in asked])[:, None], m, 1),
        "weights": lives[0]._weights,
        "noise": np.stack([r.standard_normal(PATCH * DRAWN, np.float32) for r in random]),
        "dice": np.array([r.random() for r in random], np.float32),
        "often": np.array([life._lids.often(each.blink)
                           for life, each in zip(lives, asked, strict=True)], np.float32),
        "cache": np.concatenate([life._cache for life in lives], 2),
        "age": np.array([life._age for life in lives], np.float32),
    })  # fmt: skip
    for k, life in enumerate(lives):
        life._take(drawn[k], int(begins[k]), cache[:, :, k : k + 1].copy())
