"""A face in a conversation: sound is pushed, pictures with exactly their sound are taken.

session = vasari.Session("ada.face")
session.push(samples)                       # whenever there are some
while (frame := session.next()) is not None:
    show(frame.picture, frame.sound)
session.flush()                             # the turn ends here: its last pictures follow
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from fractions import Fraction
from threading import Lock

import numpy as np

from vasari._talk import FaceLike, face_of
from vasari.checks import (
    BackgroundLike,
    Framing,
    Rate,
    checked_background,
    checked_chunk,
    checked_flag,
    checked_fps,
    checked_frame,
    checked_size,
)
from vasari.errors import SoundError, VasariError
from vasari.media.samples import checked_samples
from vasari.motion.frame_rate import pictures_in
from vasari.motion.hush import CLOSES_IN, Hush
from vasari.motion.steering import StyleLike, checked_style
from vasari.performer import Performer
from vasari.provenance.making import Finish, number_of
from vasari.render import Renderer
from vasari.render.body import Carried
from vasari.speech.mel import BLOCK
from vasari.values import SOUND_HZ, FloatArray, Frame, Motion, Style

FPS = 40  # pictures a second
QUEUE = 120  # seconds of sound that may wait
SETTLES = 0.25  # seconds that the mouth takes to close by itself after dropped sound
WARM_UP = 0.4  # seconds of silence that a new session tries itself with
END = None  # in the queue: here a turn ends


@dataclass(frozen=True)
class Shot:
    """A frame that is decided and not drawn yet; see `Session.take`."""

    motion: Motion
    carried: Carried
    sound: FloatArray
    spoken: int
    index: int
    end_of_turn: bool
    interrupted: bool
    interrupts: int


class Session:
    """A face that answers. Pure logic: no sockets, no clock, no threads of its own.

    Sound is the clock. A picture is decided when the sound up to about a seventh of a second after
    its beginning is there, and it comes with its own sound, so the two cannot come apart. Calls may
    come from any thread; each waits for another to end, which takes milliseconds, but drawings
    (`draw`) go side by side.

    All that is slow happens here: when this comes back, networks and compiled loops are warm, and
    the first picture takes as long as any other.

    Args:
        face: a `Face`, or a path or pixels, which are read first.
        size: side of the pictures of frame "crop", pixels, even, 256 to 1024.
        fps: pictures a second, one of `checks.FPS`.
        frame: "crop" (head and shoulders) or "full" (the whole portrait).
        background: "keep" or None, "green", "#rrggbb", (red, green, blue) or "transparent".
        style: what is steered from the beginning; `steer` changes it.
        chunk: motion frames made at once: 1 answers soonest.
        ahead: motion frames (40 ms) after a picture that its mouth waits for: at 40 pictures a
            second and chunk 1 a picture needs the sound of 110 ms after its beginning with 0, 150
            with 1 and 190 with 2. What each costs in sync stands in docs/how-it-works.md.
        queue: seconds of sound that may wait to be shown.
        mark: mark the pixels, so that `vasari verify` finds them to be synthetic. False is for
            tests and research.
        badge: draw "AI" into a corner.
        number: what the mark carries, below 2**32; None: what follows from face and seed.

    Raises:
        VasariError: one sentence that says what is wrong.
    """

    def __init__(
        self, face: FaceLike, *, size: int = 512, fps: Rate = FPS, frame: Framing = "crop",
        background: BackgroundLike = None, style: StyleLike = None, chunk: int = 1,
        ahead: int = 1, queue: float = QUEUE, mark: bool = True, badge: bool = False,
        number: int | None = None,
    ) -> None:  # fmt: skip
        self.fps = checked_fps(fps)
        frame = checked_frame(frame)
        self.face = face_of(face, frame)
        size, background = checked_size(size), checked_background(background)
        self._renderer = Renderer(self.face, size, frame, background)
        self._style: StyleLike = style if callable(style) else checked_style(style)
        self._block = BLOCK * checked_chunk(chunk)
        self._performer = Performer(self.face, self.fps, self._steered, chunk, ahead)
        _warm(Performer(self.face, self.fps, None, chunk, ahead), self._renderer)
        self._hush = Hush(self.face)
        seed = 0 if callable(style) else checked_style(style).seed
        number = number_of(self.face, seed) if number is None else number
        marked = number if checked_flag(mark, "pixels are marked") else None
        self._finish = Finish(marked, checked_flag(badge, "AI is drawn"), background)
        self._lock, self._finishing = Lock(), Lock()
        self._queue: deque[FloatArray | None] = deque()  # pieces, END after each turn
        self._waiting, self._most = 0, round(queue * SOUND_HZ)  # samples in the queue
        self._ready: deque[tuple[Motion, Carried, int]] = deque()  # decided pictures
        self._sound = np.zeros(0, np.float32)  # given to the performer and not shown yet
        self._pushed = np.zeros(0, bool)  # which of it was pushed
        self._given = self._taken = 0  # samples to the performer; pictures
        self._owed = 0  # pictures that come also without sound: ends of turns
        self._ends: deque[tuple[int, bool]] = deque()  # samples after which turns end; cut short
        self._hushed = 0  # samples until which the lips stay closed
        self._interrupts = 0
        self._turn = self._closed = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return self._renderer.size

    @property
    def open(self) -> bool:
        """Whether a turn is open: there was sound, and no `flush` or `interrupt` after it."""
        return self._turn

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    @property
    def index(self) -> int:
        """The number of the next picture."""
        return self._taken

    @property
    def interrupts(self) -> int:
        """How many interruptions there were."""
        return self._interrupts

    @property
    def speaking(self) -> bool:
        """Whether a turn is open, waits or is not shown to its end."""
        with self._lock:
            return self._speaks()

    @property
    def room(self) -> float:
        """Seconds of sound that the queue has room for."""
        return (self._most - self._waiting) / SOUND_HZ

    @property
    def waiting(self) -> float:
        """Seconds of sound that were pushed and not shown."""
        with self._lock:
            return (self._waiting + int(self._pushed.sum())) / SOUND_HZ

    def push(self, sound: FloatArray) -> None:
        """More of the voice.

        Args:
            sound: (n,) floats at 16 kHz with full scale 1; any n.

        Raises:
            SoundError: it is no such sound; or the queue is full, and nothing of it was taken.
            VasariError: the session is closed.
        """
        samples = checked_samples(sound)
        with self._lock:
            self._check()
            if self._waiting + len(samples) > self._most:
                raise SoundError(
                    f"{self._most / SOUND_HZ:g} s of sound are waiting already: take pictures "
                    "before you push more, or interrupt."
                )
            if len(samples):
                self._queue.append(samples.copy())
                self._waiting += len(samples)
                self._turn = True

    def flush(self) -> None:
        """The turn ends with what was pushed: its last pictures need no further sound."""
        with self._lock:
            self._check()
            if self._turn and self._queue:
                self._queue.append(END)
            elif self._turn:
                self._end()
            self._turn = False

    def interrupt(self) -> None:
        """Drop all that was pushed and not shown; the lips close within two pictures.

        The next picture ends the turn.
        """
        with self._lock:
            self._check()
            if not self._speaks():
                return
            self._queue.clear()
            self._waiting = 0
            self._sound, self._pushed = np.zeros_like(self._sound), np.zeros_like(self._pushed)
            self._ends = deque([(_start(self._taken, self.fps) + 1, True)])
            self._owed = self._taken + CLOSES_IN
            self._hush.on = True
            self._hushed = self._given + round(SETTLES * SOUND_HZ)
            self._interrupts += 1
            self._turn = False

    def listen(self, sound: FloatArray) -> None:
        """The other's voice, as it is heard: the face attends and nods.

        Args:
            sound: as of `push`; it is not shown, and what is more than half a second late is
                forgotten.

        Raises:
            SoundError: it is no such sound.
            VasariError: the session is closed.
        """
        samples = checked_samples(sound)
        with self._lock:
            self._check()
            self._performer.listen(samples)

    def steer(self, style: Style) -> None:
        """Another style, eased to over 0.3 s; its keyframes count from the session's beginning.

        It is seen from the first picture on that is not decided yet, about a tenth of a second.
        """
        self._style = checked_style(style)

    def next(self) -> Frame | None:
        """The next frame, or None where its sound or that after it is missing."""
        shot = self.take()
        return None if shot is None else self.draw(shot)

    def idle(self) -> Frame:
        """The next frame in any case: where sound is missing, there is silence."""
        return self.draw(self.take_idle())

    def take(self) -> Shot | None:
        """What `next` draws: for who draws elsewhere. All that is taken should be drawn."""
        with self._lock:
            self._check()
            # when nobody speaks, what is decided already is for `idle`
            speaks = self._owes or self._queue or self._pushed.any()
            return self._shot() if speaks and self._decide() else None

    def take_idle(self) -> Shot:
        """What `idle` draws."""
        with self._lock:
            self._check()
            self._decide(idle=True)
            return self._shot()

    def draw(self, shot: Shot) -> Frame:
        """Draw a shot, in any thread."""
        picture = self._renderer.draw(shot.motion, 0, shot.carried)
        with self._finishing:
            picture = self._finish(picture)
        return self.still_said(Frame(
            picture, shot.sound, shot.spoken, shot.index, float(shot.index / self.fps),
            shot.end_of_turn, shot.interrupted, shot.interrupts,
        ))  # fmt: skip

    def still_said(self, frame: Frame) -> Frame:
        """A frame that has waited: silent, if it was interrupted meanwhile."""
        if frame.interrupts == self._interrupts:
            return frame
        silence = np.zeros_like(frame.sound)
        return replace(frame, sound=silence, spoken=0, interrupted=frame.end_of_turn)

    def close(self) -> None:
        """Let go of everything. Whatever is called afterwards raises."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            self._ready.clear()

    def _speaks(self) -> bool:
        return self._turn or bool(self._queue) or bool(self._ends)

    @property
    def _owes(self) -> bool:
        return self._taken < self._owed

    def _decide(self, idle: bool = False) -> bool:
        """Whether a picture is decided; silence is given for it where it is owed, or to idle."""
        while not self._ready:
            if self._queue:
                self._feed()
            elif self._owes or idle:
                self._silence()
            else:
                return False
        return True

    def _feed(self) -> None:
        """Give the performer as much of the queue as makes its next block whole."""
        piece = self._queue.popleft()
        if piece is None:
            self._end()
            return
        most = self._block - self._given % self._block
        if len(piece) > most:
            self._queue.appendleft(piece[most:])
        self._waiting -= min(len(piece), most)
        self._give(piece[:most], pushed=True)

    def _silence(self) -> None:
        """Give it silence up to the beginning of a picture, so that turns begin with one."""
        until = _start(pictures_in(self._given + 1, self.fps), self.fps)
        self._give(np.zeros(until - self._given, np.float32), pushed=False)

    def _give(self, sound: FloatArray, pushed: bool) -> None:
        self._sound = np.concatenate([self._sound, sound])
        self._pushed = np.concatenate([self._pushed, np.full(len(sound), pushed)])
        self._given += len(sound)
        motion, carried = self._performer.push(sound)
        self._ready.extend((motion, carried, k) for k in range(len(motion)))

    def _end(self) -> None:
        self._ends.append((self._given, False))
        self._owed = pictures_in(self._given, self.fps)

    def _shot(self) -> Shot:
        motion, carried, k = self._ready.popleft()
        start, end = (_start(self._taken + i, self.fps) for i in (0, 1))
        sound, self._sound = np.split(self._sound, [end - start])
        pushed, self._pushed = np.split(self._pushed, [end - start])
        ends, cut = bool(self._ends) and self._ends[0][0] <= end, False
        if ends:
            _, cut = self._ends.popleft()
        if pushed.any() or start >= self._hushed:
            self._hush.on = False
        motion, carried = motion.part(k, k + 1), carried.part(k, k + 1)
        motion = replace(motion, expression=self._hush.step(motion.expression[0])[None])
        shot = Shot(
            motion, carried, sound, int(pushed.sum()), self._taken, ends, cut, self._interrupts
        )
        self._taken += 1
        return shot

    def _steered(self) -> Style:
        return self._style() if callable(self._style) else checked_style(self._style)

    def _check(self) -> None:
        if self._closed:
            raise VasariError("This session is closed: start another.")


def _start(picture: int, fps: Fraction) -> int:
    """The first sample of a picture."""
    return picture * SOUND_HZ * fps.denominator // fps.numerator


def _warm(performer: Performer, renderer: Renderer) -> None:
    """Do once all that a session does, so that nothing is loaded or compiled later."""
    while not performer.made:
        motion, carried = performer.push(np.zeros(round(WARM_UP * SOUND_HZ), np.float32))
    renderer.draw(motion, 0, carried)
