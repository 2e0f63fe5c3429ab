"""What a face does while the other one speaks: it attends, nods, raises brows, smiles along.

Rules, not learned: nobody's data of listeners is at hand. Nods and other signs that one follows
come into the other's pauses, some 700 ms after their pitch has been low for a while (Ward and
Tsukahara 2000), and on some stresses. How deep, how quick and how many the nods of one sign are is
drawn for each, and who has just nodded does so less. The head takes up another posture now and
then, the eyes leave the other less, and the face answers a little to how pleased or troubled the
other sounds. While it speaks itself it attends less.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.motion.feeling import TONE
from vasari.motion.gate import Gate
from vasari.speech import LOUDNESS, VOICE
from vasari.speech.mel import LOWEST
from vasari.values import BLENDSHAPES, MOTION_HZ, FloatArray

# What is heard
PHRASE = 18  # frames of voice after which a pause is the end of a phrase
LOW, LOW_FRAMES = 26, 3  # percentile of a voice's pitch below which it is low; frames that count
PITCHES, FEWEST_PITCHES = 150, 40  # frames with a pitch that are remembered; that tell what is low
CLEAR = 0.5  # of how clear a pitch must be
PATIENT = 8  # frames without sound from there, live, after which it counts as silence
# What is answered, and when: chance, and seconds that it takes at least and at most
AT_END, AT_LOW, AT_STRESS, AT_FIRST = 0.75, 0.45, 0.06, 0.3
SOON, LATER = (0.04, 0.4), (0.5, 0.9)
TIRES, RESTED = 0.6, 4.0  # chance that an answer takes from the next; seconds until it is back
APART = 20  # frames between two answers at least
ANSWERS = {"nod": 0.62, "brows": 0.14, "smile": 0.1, "posture": 0.14}  # which one, how often
# How
DIPS = 0.5, 0.29, 0.14, 0.07  # share of nods that have so many
DIP_SECONDS = 0.62, 0.46  # of the only dip; of one of several
DEEP, DEEP_SPREAD, DEEPEST = 3.6, 0.42, 8.0  # degrees: median, spread of its logarithm, most
SHALLOWER = 0.5, 0.85  # each dip than the one before
RISES_FIRST = 0.3  # share of nods that begin upwards
CROOKED = 0.14  # yaw and roll for each degree of a nod, spread
BROWS, BROW_SECONDS = (0.12, 0.38), 0.75
SMILES, SMILE_SECONDS = (0.12, 0.3), 1.7
EARLY = 0.75  # gestures begin quicker than they end
POSTURE_SECONDS, POSTURE_SPREAD = 6.5, 0.5  # median, spread of its logarithm
MOVE_SECONDS = 0.8, 1.7  # in which another posture is taken
POSTURE = np.array([1.4, 1.1, 2.3])  # degrees of yaw, pitch, roll, spread
POSTURE_MOST = np.array([3.0, 2.5, 4.5])
LEAN = -0.1, -0.02  # eye distances towards the viewer
ATTENDS, LEAVES = 0.06, 0.03  # share of the way in a frame
STAYS_SECONDS = 0.4, 2.0  # after the other has ended
BUSY = 0.75  # of its attention that goes to its own speech
FELT_SECONDS = 0.7  # in which it takes up what the other's voice feels
SHARED = 0.5  # of what the other feels that it shows
UNEVEN = 0.1  # spread of the difference between the sides
YAW, PITCH, ROLL, BROW, SMILE = range(5)  # columns of a gesture
LONGEST = 200  # frames of what is to come

_SHOWS = {  # coefficients of a raise of the brows, a smile, a troubled look
    "brow": {"browInnerUp": 0.7, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0},
    "smile": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0, "cheekSquintLeft": 0.5,
              "cheekSquintRight": 0.5, "eyeSquintLeft": 0.15, "eyeSquintRight": 0.15,
              "mouthDimpleLeft": 0.2, "mouthDimpleRight": 0.2},
    "troubled": {"browInnerUp": 0.6, "browDownLeft": 0.25, "browDownRight": 0.25,
                 "mouthFrownLeft": 0.15, "mouthFrownRight": 0.15},
}  # fmt: skip


@dataclass(frozen=True)
class Heeding:
    """What listening adds to one frame.

    Attributes:
        rotation: (3,) yaw, pitch and roll, degrees.
        position: (3,) eye distances.
        codes: (52,) coefficients of the blendshapes.
        attention: how much of the wandering of the eyes is held back, 0 to 1.
    """

    rotation: FloatArray
    position: FloatArray
    codes: FloatArray
    attention: float


@dataclass(frozen=True)
class Cue:
    """What happened in one frame of the other's voice: it began, a phrase of so many frames ended,
    it has been low, a syllable was stressed by so much."""

    speaking: bool
    began: bool
    ended: int
    low: bool
    stress: float


class Emphasis:
    """Marks frames where the voice rises above its own recent loudness: stressed syllables."""

    RISE = 0.22  # of SPAN_DB above the slow average
    APART = 14  # frames between two marks at least

    def __init__(self) -> None:
        self._fast = self._slow = -1.5
        self._since = 0

    def step(self, speaking: bool, loudness: float) -> float:
        """Strength of a stress that begins in this frame, about 0.2 to 1, or 0."""
        self._fast += 0.5 * (max(loudness, -1.5) - self._fast)
        self._slow += 0.06 * (max(loudness, -1.5) - self._slow)
        self._since += 1
        rise = self._fast - self._slow
        if not speaking or rise < self.RISE or self._since < self.APART:
            return 0.0
        self._since = 0
        return min(1.0, rise)


class Cues:
    """Follows the other's voice frame by frame."""

    def __init__(self) -> None:
        self._gate, self._emphasis = Gate(), Emphasis()
        self._pitches: deque[float] = deque(maxlen=PITCHES)
        self._voiced = self._low = 0

    def step(self, voice: float, loudness: float, pitch: float | None) -> Cue:
        """Takes voice (0 to 1), loudness, and pitch in octaves where there is one."""
        spoke = self._gate.speaking
        self._gate.step(voice, loudness)
        speaking = self._gate.speaking
        stress = self._emphasis.step(speaking, loudness)
        ended = self._voiced if spoke and not speaking else 0
        self._voiced = self._voiced + 1 if speaking else 0
        low = self._is_low(pitch if speaking else None)
        return Cue(speaking, speaking and not spoke, ended, low, stress)

    def _is_low(self, pitch: float | None) -> bool:
        """Whether a phrase has been low for exactly LOW_FRAMES."""
        if pitch is None:
            self._low = 0
            return False
        known = len(self._pitches) >= FEWEST_PITCHES
        below = known and pitch < np.percentile(self._pitches, LOW)
        self._pitches.append(pitch)
        self._low = self._low + 1 if below else 0
        return self._low == LOW_FRAMES and self._voiced > PHRASE


class Posture:
    """Where a listener's head is, from one posture smoothly to another."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._from = self._to = np.zeros(4)
        self._done = self._frames = 1
        self._wait = 0

    def change(self) -> None:
        """Take up another one."""
        r = self._random
        self._from = self.now
        turn = np.clip(r.normal(0, POSTURE), -POSTURE_MOST, POSTURE_MOST)
        self._to = np.array([*turn, r.uniform(*LEAN)])
        self._done, self._frames = 0, round(r.uniform(*MOVE_SECONDS) * MOTION_HZ)
        seconds = np.exp(r.normal(np.log(POSTURE_SECONDS), POSTURE_SPREAD))
        self._wait = self._frames + round(float(seconds) * MOTION_HZ)

    def step(self) -> NDArray[np.float64]:
        """(4,) yaw, pitch and roll in degrees, eye distances away, in the next frame."""
        self._wait -= 1
        if self._wait <= 0:
            self.change()
        self._done = min(self._done + 1, self._frames)
        return self.now

    @property
    def now(self) -> NDArray[np.float64]:
        """The same in this frame: the way of least jerk (Flash and Hogan 1985)."""
        t = self._done / self._frames
        return np.asarray(self._from + (10 - 15 * t + 6 * t * t) * t**3 * (self._to - self._from))


NOT_HEEDING = Heeding(
    np.zeros(3, np.float32), np.zeros(3, np.float32), np.zeros(len(BLENDSHAPES), np.float32), 0.0
)


class Listening:
    """What a face does to the other's voice, frame by frame.

    Args:
        random: the only source of chance.
        live: the voice comes when it comes: a burst is caught up with, and where none comes there
            is silence. Otherwise one frame is heard in each.
    """

    def __init__(self, random: np.random.Generator, live: bool = True) -> None:
        self._random, self._live = random, live
        self._heard: deque[tuple[float, float, FloatArray]] = deque(
            maxlen=2 * PATIENT if live else None
        )
        self._silent = 0
        self._cues, self._posture = Cues(), Posture(random)
        self._coming = np.zeros((LONGEST, 5))
        self._since, self._tired = APART, 0.0
        self._attention = self._busy = 0.0
        self._stays = 0
        self._felt, self._feels = np.zeros(2), np.zeros(2)  # arousal and valence; what it takes up
        self._uneven = random.normal(0, UNEVEN, 2).clip(-0.25, 0.25)  # of smile and brows

    def hear(self, features: FloatArray, tones: FloatArray | None = None) -> None:
        """Takes what comes of the other's voice.

        Args:
            features: (m, FEATURES) from a `SpeechStream`.
            tones: (m, TONE) from a `Feeling` of the same sound.
        """
        if tones is None:
            tones = np.zeros((len(features), TONE), np.float32)
        for frame, tone in zip(features, tones, strict=True):
            self._heard.append((float(frame[VOICE]), float(frame[LOUDNESS]), tone))

    def step(self, own: float = 0.0) -> Heeding:
        """What it does in the next frame, at MOTION_HZ, while its own mouth speaks by `own`, 0 to
        1."""
        self._busy += 0.1 * (own - self._busy)
        for voice, loudness, tone in self._due():
            self._attend(voice, loudness, tone)
        self._attention += (ATTENDS if self._stays > 0 else LEAVES) * (
            float(self._stays > 0) - self._attention
        )
        self._stays -= 1
        self._since += 1
        self._tired *= 1 - 1 / (RESTED * MOTION_HZ)
        self._feels += (self._felt - self._feels) / (FELT_SECONDS * MOTION_HZ)
        gesture = self._coming[0] * (1 - BUSY * self._busy)
        self._coming = np.concatenate([self._coming[1:], np.zeros((1, 5))])
        near = self._attention * (1 - BUSY * self._busy)
        *turn, lean = near * self._posture.step()
        rotation = np.array(turn) + gesture[: ROLL + 1]
        return Heeding(
            rotation.astype(np.float32), np.array([0, 0, lean], np.float32),
            self._codes(gesture[BROW], gesture[SMILE], near), near,
        )  # fmt: skip

    def _due(self) -> list[tuple[float, float, FloatArray]]:
        """What is heard in this frame."""
        silence = (0.0, LOWEST, np.zeros(TONE, np.float32))
        if not self._live:
            return [self._heard.popleft() if self._heard else silence]
        self._silent = 0 if self._heard else self._silent + 1
        if self._silent > PATIENT:
            return [silence]
        many = 2 if len(self._heard) > PATIENT else min(1, len(self._heard))
        return [self._heard.popleft() for _ in range(many)]

    def _attend(self, voice: float, loudness: float, tone: FloatArray) -> None:
        _, pitch, clear, *felt = map(float, tone)
        cue = self._cues.step(voice, loudness, pitch if clear > CLEAR else None)
        self._felt = np.array(felt)
        if cue.began and self._attention < 0.1:
            self._posture.change()
            if self._random.random() < AT_FIRST:
                self._add(self._brows(), SOON)
        if cue.speaking:
            self._stays = max(self._stays, 1)
        if cue.ended:
            self._stays = round(self._random.uniform(*STAYS_SECONDS) * MOTION_HZ)
        if cue.ended > PHRASE:
            self._answer(AT_END, SOON, 0.8 + 0.4 * min(1.0, cue.ended / 100))
        elif cue.low:
            self._answer(AT_LOW, LATER, 0.8)
        elif cue.stress:
            self._answer(AT_STRESS * (1 + cue.stress), SOON, 0.7)

    def _answer(self, chance: float, delay: tuple[float, float], weight: float) -> None:
        """Perhaps show that it follows."""
        r = self._random
        chance *= (1 - self._tired) * (1 - self._busy)
        if self._since < APART or r.random() > chance:
            return
        self._since, self._tired = 0, self._tired + TIRES * (1 - self._tired)
        what = r.choice(list(ANSWERS), p=list(ANSWERS.values()))
        if what == "posture":
            self._posture.change()
        else:
            made = {"nod": self._nod, "brows": self._brows, "smile": self._smile}[what]
            self._add(made(weight), delay)

    def _nod(self, weight: float = 1.0) -> NDArray[np.float64]:
        """(frames, 5) of one to four dips, never quite straight."""
        r = self._random
        many = 1 + int(r.choice(len(DIPS), p=DIPS))
        deep = min(DEEPEST, weight * float(np.exp(r.normal(np.log(DEEP), DEEP_SPREAD))))
        seconds = DIP_SECONDS[many > 1] * np.sqrt(deep / DEEP)  # a deep one takes longer
        frames = seconds * MOTION_HZ * float(np.exp(r.normal(0, 0.15)))
        parts = [0.25 * deep * _wave(frames)] if r.random() < RISES_FIRST else []
        for _ in range(many):
            parts.append(-deep * _wave(frames * r.uniform(0.9, 1.1)))
            deep *= r.uniform(*SHALLOWER)
        out = np.zeros((sum(map(len, parts)), 5))
        out[:, PITCH] = np.concatenate(parts)
        out[:, [YAW, ROLL]] = out[:, [PITCH]] * r.normal(0, CROOKED, 2)
        if r.random() < ANSWERS["brows"]:
            up = self._brows(0.7)
            out = np.pad(out, ((0, max(0, len(up) - len(out))), (0, 0)))
            out[: len(up)] += up
        return out

    def _brows(self, weight: float = 1.0) -> NDArray[np.float64]:
        return self._drawn(BROW, BROW_SECONDS, BROWS, weight)

    def _smile(self, weight: float = 1.0) -> NDArray[np.float64]:
        pleased = 1 + float(np.clip(self._feels[1], -1, 1))
        return self._drawn(SMILE, SMILE_SECONDS, SMILES, weight * pleased)

    def _drawn(
        self, column: int, seconds: float, far: tuple[float, float], weight: float
    ) -> NDArray[np.float64]:
        """(frames, 5) in which one thing comes and goes."""
        frames = seconds * MOTION_HZ * float(np.exp(self._random.normal(0, 0.3)))
        wave = _wave(frames)
        out = np.zeros((len(wave), 5))
        out[:, column] = weight * self._random.uniform(*far) * wave
        return out

    def _add(self, gesture: NDArray[np.float64], delay: tuple[float, float]) -> None:
        first = round(self._random.uniform(*delay) * MOTION_HZ)
        part = gesture[: LONGEST - first]
        self._coming[first : first + len(part)] += part

    def _codes(self, brow: float, smile: float, near: float) -> FloatArray:
        """(52,) of a raise of the brows, a smile and what it shares of the other's feeling."""
        roused, pleased = SHARED * near * self._feels.clip(-1, 1)
        smile += max(pleased, 0)
        brow += 0.3 * max(roused, 0)
        out = brow * _CODES["brow"] + smile * _CODES["smile"] - min(pleased, 0) * _CODES["troubled"]
        sides = 1 + np.where(_MOUTH, self._uneven[0], self._uneven[1]) * _SIDE
        return np.asarray(out * sides, np.float32)


def _wave(frames: float) -> NDArray[np.float64]:
    """From 0 to 1 and back, in so many frames, rounded."""
    t = (np.arange(round(frames)) + 1) / (round(frames) + 1)
    return np.asarray(np.sin(np.pi * t**EARLY) ** 2)


def _coefficients(shows: dict[str, float]) -> NDArray[np.float64]:
    return np.array([shows.get(name, 0.0) for name in BLENDSHAPES])


_CODES = {name: _coefficients(shows) for name, shows in _SHOWS.items()}
_MOUTH = np.array([name.startswith(("mouth", "cheek")) for name in BLENDSHAPES])
_SIDE = np.array([name.endswith("Left") * 1.0 - name.endswith("Right") for name in BLENDSHAPES])
