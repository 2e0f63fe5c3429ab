"""One clock for all that a file holds: pauses are kept, restarts and leaps are joined on.

Timestamps of a file may begin anywhere, start again (two transport streams joined), leap ahead (a
camera that was set while it ran) or be wrong once. Every pass over a file sees the same packets in
the same order, so that sound and pictures are placed alike, however far apart they are read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar, cast

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from vasari.media.container import demuxed, pictures_of, sounds_of
from vasari.telling import Tell

BACK = 0.5  # seconds by which timestamps may step back and overlap; further back they start again
LEAP = 1.0  # seconds ahead, from which on the next packet tells whether a timestamp is an accident
LONGEST_PAUSE = 300  # seconds in which nothing comes that are kept; a longer leap is joined on
KNOWN = 8  # clocks that are remembered

StreamT = TypeVar("StreamT", bound=Stream)


@dataclass
class _Lane:
    """One stream: how its timestamps become times, and how far it came.

    Attributes:
        tick: seconds of its timestamps' unit.
        offset: seconds added to them.
        end: of its last packet in the order of decoding; None before the first.
        step: seconds of its last packet.
        held: a packet that leaps ahead, until the next one comes.
    """

    tick: float
    offset: float = 0.0
    end: float | None = None
    step: float = 0.0
    held: Packet[Stream] | None = None

    def near(self, seconds: float) -> bool:
        """Whether a packet of this time goes on where the last one ended."""
        return self.end is None or self.end - BACK <= seconds <= self.end + LEAP

    def not_before(self, seconds: float) -> bool:
        return self.end is None or self.end - BACK <= seconds


class Clock:
    """Puts packets on one clock by changing their timestamps.

    Args:
        zero: seconds, in the file's own clock, where it is taken to begin.
        tell: called once if anything had to be joined on.
    """

    def __init__(self, zero: Fraction, tell: Tell | None = None) -> None:
        self._zero = self._now = float(zero)
        self._tell = tell
        self._lanes: dict[int, _Lane] = {}
        self._offsets = deque([0.0], maxlen=KNOWN)

    def packets(self, container: InputContainer, chosen: StreamT) -> Iterator[Packet[StreamT]]:
        """The packets of one stream, placed among those of all sound and the pictures.

        Args:
            container: freshly opened.
            chosen: the stream wanted.
        """
        pictures = pictures_of(container)
        streams = [*sounds_of(container), *([pictures] if pictures else [])]
        for packet in demuxed(container, streams):
            for placed in self.push(packet):
                if placed.stream.index == chosen.index:
                    yield cast("Packet[StreamT]", placed)

    def untimed(self, seconds: float) -> None:
        """So much came, in a file of one stream, that had no timestamp."""
        for lane in self._lanes.values():
            lane.end = seconds + (self._now if lane.end is None else lane.end)
        self._now += seconds

    def push(self, packet: Packet[Stream]) -> Iterator[Packet[Stream]]:
        """The next packet in, those out of the same stream whose time is known."""
        lane = self._lanes.get(packet.stream.index)
        if lane is None:
            lane = self._lanes[packet.stream.index] = _Lane(float(packet.time_base))
        time = _seconds(packet)
        held, lane.held = lane.held, None
        if held is not None:
            accident = time is not None and lane.near(time + lane.offset)
            yield self._at_the_end(lane, held) if accident else self._leapt(lane, held)
        if time is None:
            yield packet
        elif lane.near(time + lane.offset) and not self._too_far(time + lane.offset):
            yield self._placed(lane, packet)
        elif (known := self._near(lane, time)) is not None:
            lane.offset = known
            yield self._placed(lane, packet)
        elif lane.end is not None and time + lane.offset > lane.end:
            lane.held = packet
        else:
            yield self._leapt(lane, packet)

    def _too_far(self, seconds: float) -> bool:
        return seconds > self._now + LONGEST_PAUSE

    def _near(self, lane: _Lane, time: float) -> float | None:
        """The clock, of those known, in which a packet goes on where its stream ended."""
        fitting = (o for o in reversed(self._offsets) if lane.near(time + o))
        return next((o for o in fitting if not self._too_far(time + o)), None)

    def _leapt(self, lane: _Lane, packet: Packet[Stream]) -> Packet[Stream]:
        """After a pause, or in another clock that is known, or joined on."""
        time = _seconds(packet) or 0.0
        for offset in (lane.offset, *reversed(self._offsets)):
            if lane.not_before(time + offset) and not self._too_far(time + offset):
                lane.offset = offset
                return self._placed(lane, packet)
        shown = time if packet.pts is None else packet.pts * lane.tick
        lane.offset = self._now - shown
        self._offsets.append(lane.offset)
        if self._tell:
            self._tell(
                f"The timestamps leap or start again {max(0.0, self._now - self._zero):.1f} s into "
                "the file: what follows is joined on there."
            )
            self._tell = None
        return self._placed(lane, packet)

    def _at_the_end(self, lane: _Lane, packet: Packet[Stream]) -> Packet[Stream]:
        """A packet whose timestamp is an accident, put where its stream ended."""
        assert lane.end is not None
        ticks = round((lane.end - lane.offset) / lane.tick)
        packet.pts = packet.dts = ticks
        return self._placed(lane, packet)

    def _placed(self, lane: _Lane, packet: Packet[Stream]) -> Packet[Stream]:
        time = (_seconds(packet) or 0.0) + lane.offset
        if packet.duration:
            lane.step = min(packet.duration * lane.tick, LEAP)
        elif lane.end is not None and 0 < time + lane.step - lane.end < LEAP:
            lane.step = time + lane.step - lane.end
        lane.end = time + lane.step
        ticks = round(lane.offset / lane.tick)
        shown = time
        if packet.pts is not None:
            packet.pts += ticks
            shown = packet.pts * lane.tick
        if packet.dts is not None:
            packet.dts += ticks
        self._now = max(self._now, shown + lane.step)
        return packet


def begins(stream: Stream) -> Fraction:
    """Seconds, in the file's own clock, at which a stream begins."""
    if stream.start_time is None or stream.time_base is None:
        return Fraction(0)
    return stream.start_time * stream.time_base


def _seconds(packet: Packet[Stream]) -> float | None:
    """When a packet is to be decoded, in its own clock; None where it does not say."""
    ticks = packet.pts if packet.dts is None else packet.dts
    return None if ticks is None else float(ticks * packet.time_base)
