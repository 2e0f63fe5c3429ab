"""What benchmarks.session takes for a turn."""

from __future__ import annotations

import numpy as np
from benchmarks.session.__main__ import COARSE, lips, shots

from tests.conftest import voice_like
from tests.faces import made_face
from vasari import Session


def test_a_turn_is_what_was_pushed() -> None:
    face, sound = made_face(), voice_like(0.73)
    session = Session(face, size=256, fps=25, ahead=2)
    for _ in range(2):  # what the first leaves decided is no part of the second
        turn, wait = shots(session, sound, COARSE)
        spoken = np.concatenate([shot.sound[: shot.spoken] for shot in turn])
        assert np.array_equal(spoken, sound)
        assert len(lips(face, turn).opening) == len(turn) == 19
    assert 0.12 < wait < 0.25
