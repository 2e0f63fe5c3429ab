"""What a client saw, and the figures that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vasari.portrait.reader import Reading
from vasari.values import SOUND_HZ, Picture

SHUT = 0.02  # eye distances between the inner lips, under which a mouth is closed
MISSED = 2.0  # times a picture's time, from which a gap shows
QUANTILES = {"p50": 50, "p95": 95, "p99": 99}


@dataclass
class Interruption:
    """One interruption.

    Attributes:
        asked: seconds of the client's clock.
        silent: from asking to the first picture that shows no sound; None where none came.
        pictures: what came in the half second after asking, with the seconds since.
    """

    asked: float
    silent: float | None = None
    pictures: list[tuple[float, Picture]] = field(default_factory=list)

    def closed(self) -> float | None:
        """Seconds to the first picture with closed lips after which all are closed, if any."""
        from vasari.follow.follower import Follower

        follower, open_last, first = Follower(), -1, None
        for k, (_, picture) in enumerate(self.pictures):
            reading = follower.look(picture).reading
            if reading is not None and _gap(reading) > SHUT:
                open_last = k
        if open_last + 1 < len(self.pictures):
            first = self.pictures[open_last + 1][0]
        return first

    def over(self) -> float | None:
        """Seconds until the lips are closed and nothing of the old sound comes any more."""
        closed = self.closed()
        return None if closed is None or self.silent is None else max(closed, self.silent)


@dataclass
class Seen:
    """What one client saw.

    Attributes:
        asked: seconds of its clock, when it asked for the face.
        first: when the first picture was decoded.
        times: (n) when each picture was decoded, while sound was sent.
        delays: seconds from a sample's being spoken to the picture that shows it.
        skews: seconds by which a picture was seen after its sound was heard.
        interruptions: at the end.
    """

    asked: float = 0.0
    first: float | None = None
    times: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    skews: list[float] = field(default_factory=list)
    interruptions: list[Interruption] = field(default_factory=list)


def figures(seen: list[Seen], fps: int, dropped: int, transport: str) -> dict[str, Any]:
    """All clients in one object for JSON; of what differs between them, the worst."""
    gaps = [np.diff(one.times) for one in seen]
    rates = [1 / gap.mean() if len(gap) else 0.0 for gap in gaps]
    late = sum(int((gap > MISSED / fps).sum()) for gap in gaps)
    delays = np.concatenate([one.delays for one in seen]) * 1000
    skews = np.concatenate([one.skews for one in seen]) * 1000
    overs = [i.over() for one in seen for i in one.interruptions]
    firsts = [(one.first or np.inf) - one.asked for one in seen]
    return {
        "pictures_a_second": round(float(min(rates)), 2),
        "late": round(late / max(1, sum(len(gap) for gap in gaps)), 5),
        "delay_ms": {name: _percentile(delays, q) for name, q in QUANTILES.items()},
        "first_picture_ms": round(float(max(firsts)) * 1000, 1),
        "interrupt_ms": _worst(overs),
        "skew_ms": {"least": _percentile(skews, 0), "most": _percentile(skews, 100)},
        "dropped": dropped,
        "sessions": len(seen),
        "transport": transport,
    }


def delay_of(sample: int, started: float, now: float) -> float:
    """Seconds since a sample was spoken, where speaking began at `started`."""
    return now - started - sample / SOUND_HZ


def _percentile(values: np.ndarray[Any, np.dtype[Any]], q: float) -> float | None:
    return round(float(np.percentile(values, q)), 1) if len(values) else None


def _worst(overs: list[float | None]) -> float | None:
    """Milliseconds of the slowest interruption; None where one never ended."""
    known = [over for over in overs if over is not None]
    return round(max(known) * 1000, 1) if known and len(known) == len(overs) else None


def _gap(reading: Reading) -> float:
    marks = reading.landmarks
    eye = float(np.linalg.norm(marks[33, :2] - marks[263, :2]))
    return float(marks[14, 1] - marks[13, 1]) / max(eye, 1.0)
