"""Speech features to motion, as a stream."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from vasari.errors import SoundError
from vasari.motion.emotion import Emotions, own_kept, parted_lips, write_emotion
from vasari.motion.eyes import write_eyes
from vasari.motion.feeling import Feeling, shown_by
from vasari.motion.gate import Gate, Presence
from vasari.motion.life import (
    BLINK,
    BLINKS_A_SECOND,
    CODES,
    GAZE,
    POSITION,
    ROTATION,
    SIZE,
    TOLD,
    Asked,
    Life,
    breath,
    some_manner,
    told_of,
)
from vasari.motion.listening import NOT_HEEDING, Listening
from vasari.motion.manner import told as told_manner
from vasari.motion.mouth import AHEAD, MouthStream, open_lips, signed_opening
from vasari.motion.steering import EYE_MOST, NOT_LIPS, Steering, StyleLike, Turn
from vasari.speech import FEATURES, LOUDNESS, VOICE
from vasari.speech.mel import LOWEST
from vasari.values import BLENDSHAPES, EMOTIONS, EXPRESSION, MOTION_HZ, FloatArray, Motion
from vasari.values.style import Moment

SELDOM = 0.1  # blinks a second at least in a manner: a short clip without one tells of no such eyes
ATTENTION = 0.5  # of the eyes' wandering that a listener holds back
AT = np.array([BLENDSHAPES.index(name) for name in CODES])  # where its codes are in expression
SMILE = [BLENDSHAPES.index("mouthSmile" + side) for side in ("Left", "Right")]
# Of the way to where the articulation wants the corners of the mouth: above 5 Hz people's hardly
# move, and these trembled with 2.5 to 25 times the power.
CALM = 0.45
FROWN = np.array([name.startswith("browDown") for name in CODES])
OF_MOUTH = np.array([name.startswith("mouth") for name in CODES])
NOTHING = Motion(
    np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 2), np.float32),
    np.zeros((0, EXPRESSION), np.float32),
)  # fmt: skip


class Made(NamedTuple):
    """T frames of all but the articulation.

    Attributes:
        rotation: (T, 3), position: (T, 3), gaze: (T, 2), as of `Motion`.
        closure: (T,) of both lids, 0 to 1.
        codes: (T, CODES) of brows, lids and of the mouth's moods.
        shown: (T, 52) blendshapes that emotions add, and
        parted: (T,) by how much they part the lips in a pause, eye distances.
        gate: (T,) how far the mouth may move, 0 to 1.
        gain: (T,) of all that is no articulation.
    """

    rotation: FloatArray
    position: FloatArray
    gaze: FloatArray
    closure: FloatArray
    codes: FloatArray
    shown: FloatArray
    parted: FloatArray
    gate: FloatArray
    gain: FloatArray


class MotionStream:
    """Makes a face move to speech features.

    Frames come `ahead` frames behind the features. Everything is relative to rest: zero rotation,
    position and gaze are the portrait's own, and a zero expression is a closed, quiet mouth. The
    same features, style and chunk give the same bits.

    Args:
        style: what the user steers, but for the distance; a function is asked before each frame.
        chunk: motion frames that one network call makes; 1 for live, 25 costs least.
        listening: what the other's voice does to it.
        ahead: frames of features that the mouth waits for, 0 to AHEAD; fewer for live.
        feeling: what the voice sounds like, which `Style.emotion` "auto" shows; it must have heard
            the sound of the features that are pushed.
    """

    def __init__(
        self, style: StyleLike = None, chunk: int = 25, ahead: int = AHEAD,
        listening: Listening | None = None, feeling: Feeling | None = None,
    ) -> None:  # fmt: skip
        self._listening, self._feeling = listening, feeling
        self._steering = Steering(style)
        self._chunk, self._ahead = chunk, ahead
        self._mouth, self._gate, self._presence = MouthStream(chunk, ahead), Gate(), Presence()
        # the last is that of listening
        life, mood, _ = np.random.default_rng(self._steering.seed).spawn(3)
        self._manner, self._life = some_manner(life), Life(life)
        self._smile = np.zeros(len(SMILE), np.float32)
        self._turn, self._emotions = Turn(MOTION_HZ), Emotions(mood, MOTION_HZ)
        self._told = np.zeros((ahead, TOLD), np.float32)  # of frames that are not made yet
        self._made = 0  # frames, those before the first feature as well
        self._rest = np.zeros((0, FEATURES), np.float32)  # features that fill no chunk yet
        self._before = ahead  # frames to come that tell of the time before the first feature
        self._heard = self._given = 0
        self._ended = False

    def push(self, features: FloatArray, last: bool = False) -> Motion:
        """Takes the next features and gives as many frames as are ready.

        Args:
            features: (m, FEATURES) from a `SpeechStream`, any m, also 0.
            last: nothing comes after; all frames that are left are flushed.

        Raises:
            SoundError: the stream has ended.
        """
        if self._ended:
            raise SoundError("This speech has ended; start a new MotionStream for another.")
        self._heard += len(features)
        pending = np.concatenate([self._rest, features])
        if len(pending) < self._chunk and not last:
            self._rest = pending
            return NOTHING
        if last:
            self._ended, ahead = True, self._ahead
            missing = -(len(pending) + ahead) % self._chunk if self._heard else 0
            pending = np.concatenate([pending, silence(ahead + missing)])
        whole = len(pending) // self._chunk * self._chunk
        self._rest = pending[whole:].copy()
        pieces = [self._move(p) for p in pending[:whole].reshape(-1, self._chunk, FEATURES)]
        made = NOTHING.then(*pieces)
        early = min(self._before, len(made))
        self._before -= early
        made = made.part(early, early + self._heard - self._given)
        self._given += len(made)
        return made

    def _move(self, features: FloatArray) -> Motion:
        told = np.concatenate([self._told, [self._tell(k, f) for k, f in enumerate(features)]])
        self._told = told[len(features) :]
        frames = [self._step(frame, told[k:]) for k, frame in enumerate(features)]
        made = Made(*(np.array(column, np.float32) for column in zip(*frames, strict=True)))
        expression = self._mouth.push(features, made.gate)
        opening, gain = signed_opening(expression), made.gain[:, None]
        for row in expression:
            self._smile += CALM * (row[SMILE] - self._smile)
            row[SMILE] = self._smile
        expression[:, NOT_LIPS] = np.clip(expression[:, NOT_LIPS] * gain, 0, 1)
        write_eyes(expression, made.closure, made.gaze)
        shown = made.shown.copy()  # what speech itself does to the mouth's moods is part of them
        shown[:, AT] += np.maximum(made.codes - OF_MOUTH * expression[:, AT], 0)
        write_emotion(expression, shown * gain, opening)
        opening = parted_lips(opening, made.parted * made.gain, made.gate)
        open_lips(expression, opening)  # the upper face's axes move the lips a hair
        return Motion(made.rotation, made.position, made.gaze, expression)

    def _tell(self, k: int, frame: FloatArray) -> FloatArray:
        """What the life network is told of the k-th feature to come."""
        tone = self._feeling.tone() if self._feeling else None
        silence_after = self._made + k >= self._heard
        return np.zeros(TOLD, np.float32) if silence_after else told_of(frame, tone)

    def _step(self, frame: FloatArray, told: FloatArray) -> tuple[Any, ...]:
        """The attributes of `Made`, of one frame."""
        time = (self._made - self._ahead) / MOTION_HZ
        self._made += 1
        style = self._steering.at(max(0.0, time + 0.5 / MOTION_HZ))
        moved = self._live(style, told) if time >= 0 else np.zeros(SIZE)
        presence = self._presence.step(frame)
        gate = self._gate.step(float(frame[VOICE]), float(frame[LOUDNESS]), presence)
        heed = self._listening.step(gate) if self._listening else NOT_HEEDING
        own = style.head * (moved[ROTATION] + heed.rotation)
        position = style.head * (moved[POSITION] + breath(time) + heed.position)
        turn = self._turn.step(style.gaze, style.head)
        rotation = own + style.pose + [*turn, 0]
        gaze = style.gaze + (1 - ATTENTION * heed.attention) * moved[GAZE] - rotation[:2]
        eyes = np.clip(gaze, -EYE_MOST, EYE_MOST)
        most = np.abs(own[:2])  # by so much the head turns less, where the eyes cannot go so far
        rotation[:2] += np.clip(gaze - eyes, -most, most)
        codes = np.maximum(moved[list(CODES.values())], 0)
        codes[OF_MOUTH] *= own_kept(style.emotion)
        codes[FROWN] *= 1 - min(sum(style.emotion[1 : len(EMOTIONS)]), 1)  # nobody frowns with joy
        felt = style.emotion[-1] * self._feeling.step() if self._feeling else np.zeros(2)
        shown, parted = self._emotions.step(style.emotion[: len(EMOTIONS)] + shown_by(felt))
        return (
            rotation, position, eyes, moved[BLINK], codes,
            shown + heed.codes, parted, gate, style.expression,
        )  # fmt: skip

    def _live(self, style: Moment, told: FloatArray) -> FloatArray:
        """(SIZE,) of the next frame, by the manner that is asked for, or the seed's own. A gaze
        that is steered is added to one at the viewer, so that it is met exactly."""
        asked, often = self._steering.manner, style.blink
        manner = self._manner if asked is None else told_manner(asked, self._manner)
        if asked is not None and asked.blinks is not None:
            often *= max(asked.blinks / 60, SELDOM) / BLINKS_A_SECOND
        return self._life.step(told, Asked(manner, np.zeros(2), often))


def silence(frames: int) -> FloatArray:
    """(frames, FEATURES) of a sound without any voice."""
    features = np.zeros((frames, FEATURES), np.float32)
    features[:, LOUDNESS] = LOWEST
    return features
