"""A packet is read as receivers of Live Link Face read it."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tests.faces import expression
from vasari.follow.live_link_udp import packets
from vasari.values import Motion

# Places as Unreal's ARKit plugin and its receivers count them.
PLACES = {"eyeBlinkLeft": 0, "jawLeft": 15, "jawRight": 16, "jawOpen": 17, "mouthClose": 18,
          "mouthLeft": 21, "mouthRight": 22, "mouthSmileLeft": 23, "browInnerUp": 43,
          "tongueOut": 51}  # fmt: skip


def received(packet: bytes) -> tuple[str, tuple[int, float, int, int], tuple[float, ...]]:
    assert packet[0] == 6
    assert struct.unpack("!i", packet[1:5]) == (36,)
    (letters,) = struct.unpack("!i", packet[41:45])
    end = 45 + letters
    frame, part, rate, below, count = struct.unpack("!ifiib", packet[end : end + 17])
    assert count == 61
    return packet[45:end].decode(), (frame, part, rate, below), struct.unpack(
        "!61f", packet[end + 17 :]
    )  # fmt: skip


def moving(**codes: float) -> Motion:
    zeros = np.zeros((1, 3), np.float32)
    turn = np.array([[10.0, 5.0, -3.0]], np.float32)
    return Motion(turn, zeros, np.array([[4.0, 2.0]], np.float32), expression(**codes)[None], 60.0)


@pytest.mark.parametrize("name", PLACES)
def test_each_value_has_its_place(name: str) -> None:
    (packet,) = packets(moving(**{name: 0.75}), first=7, subject="Ada")
    subject, frame, values = received(packet)
    assert subject == "Ada"
    assert frame == (7, 0.0, 60, 1)
    assert values[PLACES[name]] == pytest.approx(0.75)
    assert sum(v != 0 for v in values[:52]) == 1


def test_angles_are_radians() -> None:
    _, _, values = received(packets(moving())[0])
    assert np.degrees(np.abs(values[52:55])) == pytest.approx([10, 5, 3])
    assert np.degrees(np.abs(values[55:57])) == pytest.approx([4, 2])
    assert values[55:58] == values[58:61]
