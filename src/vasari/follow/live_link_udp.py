"""A motion as the app Live Link Face sends it while it plays, for Unreal Engine and others (UDP).

A packet, big-endian: a byte with the version (6), device and subject as 32-bit lengths and text,
the frame's number (32 bits) and part (float), the rate as two 32-bit numbers, a byte with the
number of values (61), and these as floats, in radians where they are angles. They are those of the
CSV (`live_link`), but left comes before right throughout, and Unreal listens at port 11111.
"""

from __future__ import annotations

import struct

from vasari.follow.live_link import SHAPES, VALUES, table_of
from vasari.values import Motion

PORT = 11111
VERSION = 6
DEVICE = "56415341-5249-0000-0000-000000000001"  # an identifier, 36 letters
SIDES = (("JawRight", "JawLeft"), ("MouthRight", "MouthLeft"))  # so in the CSV, and turned here
ORDER = list(range(len(VALUES)))
for _one, _other in SIDES:
    _a, _b = SHAPES.index(_one), SHAPES.index(_other)
    ORDER[_a], ORDER[_b] = _b, _a


def packets(motion: Motion, first: int = 0, subject: str = "Vasari") -> list[bytes]:
    """One packet for each frame of a motion.

    Args:
        motion: relative to rest, at its own rate.
        first: number of its first frame.
        subject: the name under which the engine shows it.
    """
    rate = round(motion.rate)
    named = [_text(DEVICE), _text(subject)]
    return [
        b"".join([
            struct.pack("!B", VERSION), *named,
            struct.pack("!ifii", first + k, 0.0, rate, 1),
            struct.pack(f"!B{len(ORDER)}f", len(ORDER), *values),
        ])
        for k, values in enumerate(table_of(motion)[:, ORDER].tolist())
    ]  # fmt: skip


def _text(text: str) -> bytes:
    letters = text.encode()
    return struct.pack("!i", len(letters)) + letters
