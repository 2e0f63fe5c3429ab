"""Sound to the motion of one portrait, picture by picture, as the sound comes in.

The one way from sound to what is drawn, of `talk` and of every `Session`. It knows no turns and no
clock: time is how much sound was pushed.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from vasari.motion import MotionStream
from vasari.motion.emotion import own_kept, smile_held
from vasari.motion.feeling import TONE, Feeling
from vasari.motion.frame_rate import FrameRate
from vasari.motion.listening import Listening
from vasari.motion.mouth import AHEAD
from vasari.motion.steering import Steering, StyleLike
from vasari.motion.stream import silence
from vasari.render import Body
from vasari.render.body import Carried
from vasari.render.distance import at_distance
from vasari.shape.onto_face import Smiles, onto_face
from vasari.speech import SpeechStream
from vasari.values import Face, FloatArray, Motion
from vasari.values.style import Moment

Drawable = tuple[Motion, Carried]  # of the next pictures, in absolute terms
ROOM = 0.5  # eye distances beside a face from which on it moves as far as it wants to
SWAY_LEAST = 0.3


class Performer:
    """The state of one face that moves to a sound.

    Picture k shows the sound of [k / fps, (k + 1) / fps). For one chunk the way the sound is cut
    never changes a bit.

    Args:
        face: whom it moves.
        fps: pictures a second.
        style: what is steered; a function is asked for each frame.
        chunk: motion frames that one network call makes: 1 waits least, 25 costs least.
        ahead: motion frames after a picture that its mouth waits for; given, it is a live face: the
            way between motion frames is straight, so that no more is waited for, and it listens to
            what comes when it comes.
        listens: it is no live face and listens all the same: before each piece of its own voice,
            as much of the other's is given.
    """

    def __init__(
        self, face: Face, fps: Fraction, style: StyleLike = None, chunk: int = 25,
        ahead: int | None = None, listens: bool = False,
    ) -> None:  # fmt: skip
        self._face, self._fps, self._sway = face, fps, sway_of(face)
        self._steering = Steering(style)
        random = np.random.default_rng(self._steering.seed).spawn(3)[-1]  # two move the face
        live = ahead is not None
        ahead = AHEAD if ahead is None else ahead
        self._other: tuple[SpeechStream, Feeling] | None = None
        self._other_chunk = 1 if live else chunk
        self._listening = Listening(random, live)
        if not live:  # frames that tell of the time before the first
            self._listening.hear(silence(ahead))
        self._speech = SpeechStream(chunk)
        self._feeling = Feeling()
        self._motion = MotionStream(
            style, chunk, ahead, self._listening if live or listens else None, self._feeling
        )
        self._rate = FrameRate(fps, ahead=1 if live else 2)
        self._body, self._smiles = Body(), Smiles(float(fps))
        self.made = 0  # pictures that were decided so far

    def listen(self, sound: FloatArray) -> None:
        """Takes (n,) float32 samples of the other's voice, whose time is now."""
        if self._other is None:
            self._other = SpeechStream(self._other_chunk), Feeling()
        speech, feeling = self._other
        feeling.hear(sound)
        features = speech.push(sound)
        tones = np.zeros((len(features), TONE), np.float32)
        for tone in tones:
            tone[:] = feeling.tone()
            feeling.step()  # what a tone ends with: it must not pile up
        self._listening.hear(features, tones)

    def push(self, sound: FloatArray) -> Drawable:
        """Takes (n,) float32 samples at 16 kHz and gives the pictures that they decide."""
        self._feeling.hear(sound)
        moves = self._rate.push(self._motion.push(self._speech.push(sound)))
        times = np.asarray((self.made + np.arange(len(moves)) + 0.5) / float(self._fps), np.float64)
        moments = [self._steering.at(float(time)) for time in times]
        kept = np.array([own_kept(moment.emotion) for moment in moments])
        held = np.array([smile_held(moment.emotion) for moment in moments], np.float32)
        smile = np.maximum(self._smiles.push(moves.expression), held)
        moves = replace(moves, position=moves.position * self._sway)
        moves = onto_face(self._face, moves, float(self.made / self._fps), kept, smile)
        self.made += len(moves)
        return self._carried(moves, moments)

    def _carried(self, motion: Motion, moments: list[Moment]) -> Drawable:
        """A motion at the distance that is asked for in each frame, and what goes with it."""
        carried = self._body.push(motion, np.array([moment.head for moment in moments]))
        return at_distance(motion, carried, np.array([moment.distance for moment in moments]))


def sway_of(face: Face) -> FloatArray:
    """(3,) shares of a head's ways across, down and away that are drawn: of a face that fills its
    picture less across, where it would leave it, and away, which would look like a zoom."""
    across = face.landmarks[:, 0]
    room = min(across.min(), face.picture.shape[1] - across.max()) / face.scale
    share = float(np.clip(room / ROOM, SWAY_LEAST, 1))
    return np.array([share, 1, share], np.float32)
