"""Speech features to motion, as a stream."""

from __future__ import annotations

import numpy as np

from vasari.errors import SoundError
from vasari.motion.brows import Brows
from vasari.motion.emotion import Emotions, parted_lips, write_emotion
from vasari.motion.eyes import Blinks, Gaze, write_eyes
from vasari.motion.feeling import Feeling, shown_by
from vasari.motion.gate import Emphasis, Gate, Presence
from vasari.motion.head import Head
from vasari.motion.listening import Listening
from vasari.motion.mouth import AHEAD, MouthStream, open_lips, signed_opening
from vasari.motion.steering import EYE_MOST, NOT_LIPS, Steering, StyleLike, Turn
from vasari.speech import FEATURES, LOUDNESS, VOICE
from vasari.speech.mel import LOWEST
from vasari.values import BLENDSHAPES, EMOTIONS, EXPRESSION, MOTION_HZ, FloatArray, Motion

ATTENTION = 0.7  # of the eyes' wandering that a listener holds back
LIVELY = 0.35  # by how much a roused voice moves the head farther and blinks more often
NOTHING = Motion(
    np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 2), np.float32),
    np.zeros((0, EXPRESSION), np.float32),
)  # fmt: skip


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
        self._mouth = MouthStream(chunk, ahead)
        self._gate, self._presence, self._emphasis = Gate(), Presence(), Emphasis()
        # the fifth is that of listening
        blink, gaze, head, brow, _, mood = np.random.default_rng(self._steering.seed).spawn(6)
        self._blinks, self._gaze = Blinks(blink, MOTION_HZ), Gaze(gaze, MOTION_HZ)
        self._head, self._brows = Head(head, MOTION_HZ), Brows(brow)
        self._turn, self._emotions = Turn(MOTION_HZ), Emotions(mood, MOTION_HZ)
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
            pending = np.concatenate([pending, _silence(ahead + missing)])
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
        n = len(features)
        rotation, position = np.zeros((n, 3), np.float32), np.zeros((n, 3), np.float32)
        gaze, closure = np.zeros((n, 2), np.float32), np.zeros(n, np.float32)
        gate, raised, gain, parted = (np.zeros(n, np.float32) for _ in range(4))
        shown = np.zeros((n, len(BLENDSHAPES)), np.float32)
        for k, frame in enumerate(features):
            style = self._steering.at(max(0.0, (self._made - self._ahead + 0.5) / MOTION_HZ))
            self._made += 1
            felt = style.emotion[-1] * self._feeling.step() if self._feeling else np.zeros(2)
            lively = 1 + LIVELY * felt[0]
            voice, loudness = float(frame[VOICE]), float(frame[LOUDNESS])
            gate[k] = self._gate.step(voice, loudness, self._presence.step(frame))
            stress = self._emphasis.step(self._gate.speaking, loudness)
            rotation[k], position[k] = self._head.step(self._gate.speaking, stress)
            heed = self._listening.step() if self._listening else None
            if heed:
                rotation[k] += np.array([0, heed.pitch, heed.roll], np.float32)
                position[k] += np.array([0, 0, heed.away], np.float32)
            rotation[k] *= np.float32(style.head * lively)
            position[k] *= np.float32(style.head * lively)
            gaze[k] = self._gaze.step(rotation[k], ATTENTION * heed.attention if heed else 0.0)
            turn = self._turn.step(style.gaze, style.head)
            rotation[k] += style.pose
            rotation[k, :2] += turn
            away = style.gaze - turn - style.pose[:2]
            gaze[k] = np.clip(gaze[k] + away, -EYE_MOST, EYE_MOST)
            closure[k] = self._blinks.step(self._gaze.jumped, style.blink * lively)
            raised[k] = (self._brows.step(stress) + (heed.brow if heed else 0)) * style.expression
            gain[k] = style.expression
            strength = style.emotion[: len(EMOTIONS)] + shown_by(felt)
            shown[k], parted[k] = self._emotions.step(strength)
        expression = self._mouth.push(features, gate)
        opening = signed_opening(expression)
        expression[:, NOT_LIPS] = np.clip(expression[:, NOT_LIPS] * gain[:, None], 0, 1)
        self._brows.write(expression, raised)
        write_eyes(expression, closure, gaze)
        write_emotion(expression, shown * gain[:, None], opening)
        opening = parted_lips(opening, parted * gain, gate)
        open_lips(expression, opening)  # the upper face's axes move the lips a hair
        return Motion(rotation, position, gaze, expression)


def _silence(frames: int) -> FloatArray:
    features = np.zeros((frames, FEATURES), np.float32)
    features[:, LOUDNESS] = LOWEST
    return features
