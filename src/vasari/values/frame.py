"""What a session gives: a picture and the sound that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from vasari.values.arrays import FloatArray, Picture


@dataclass(frozen=True)
class Frame:
    """A picture and its sound.

    Attributes:
        picture: (H, W, 3) uint8 RGB, or (H, W, 4) with straight alpha for a transparent background.
        sound: (n,) float32, 16 kHz: the sound of [time, time + 1 / fps), in step with the picture.
            One after the other they are what was pushed, and silence where nothing was.
        spoken: how many of these samples were pushed; they come first, and silence fills the rest.
        index: the number of the picture, from 0.
        time: seconds from the session's beginning to that of this picture.
        end_of_turn: the last picture of a turn: once for each `flush`. After `interrupt` it is the
            next picture, once for all that was dropped.
        interrupted: whether that turn was cut short.
        interrupts: how many interruptions there were before it.
    """

    picture: Picture
    sound: FloatArray
    spoken: int
    index: int
    time: float
    end_of_turn: bool
    interrupted: bool
    interrupts: int
