"""When pictures go out, on a clock that is made."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vasari.live.rhythm import GIVE_UP, MOST_SKIPPED, PATIENCE, SPARE, WINDOW, Rhythm

PERIOD = 0.025


def test_an_even_pace_where_sound_waits() -> None:
    """A file that was sent at once is drawn faster than it is shown."""
    rhythm, now, gone = Rhythm(PERIOD), 10.0, []
    for _ in range(100):
        now += 0.010  # drawn
        now += rhythm.wait(now, spoken=True, live=False)
        gone.append(now)
    assert [b - a for a, b in pairwise(gone)] == pytest.approx([PERIOD] * 99)


def test_a_turn_begins_at_once() -> None:
    rhythm = Rhythm(PERIOD)
    rhythm.wait(0.0, spoken=False, live=True)
    assert rhythm.wait(0.003, spoken=True, live=True) == 0.0
    assert rhythm.wait(0.004, spoken=True, live=True) == pytest.approx(0.024)


def test_it_moves_forward_where_all_are_early() -> None:
    """The first picture of a turn came late by chance; the others need not."""
    rhythm = Rhythm(PERIOD)
    rhythm.wait(0.020, spoken=True, live=True)
    waits = [rhythm.wait(k * PERIOD, spoken=True, live=True) for k in range(1, 2 * WINDOW + 1)]
    assert waits[0] == pytest.approx(0.020)
    assert waits[-1] == pytest.approx(SPARE)


def test_what_comes_late_is_not_drawn_but_something_is() -> None:
    rhythm = Rhythm(PERIOD)
    rhythm.wait(0.0, spoken=True, live=True)
    assert not rhythm.skips(PERIOD + 0.020)
    skipped = [rhythm.skips(PERIOD + 0.2) for _ in range(2 * MOST_SKIPPED + 2)]
    assert skipped == ([True] * MOST_SKIPPED + [False]) * 2


def test_long_lost_time_is_given_up() -> None:
    rhythm = Rhythm(PERIOD)
    rhythm.wait(0.0, spoken=True, live=True)
    late = PERIOD + GIVE_UP + 0.1
    assert rhythm.wait(late, spoken=True, live=True) == 0.0
    assert rhythm.wait(late, spoken=True, live=True) == pytest.approx(PERIOD)


def test_sound_that_is_late_is_waited_for_within_a_turn() -> None:
    rhythm = Rhythm(PERIOD)
    assert rhythm.patience(0.0, open_turn=True) == 0.0  # the very first picture is needed now
    rhythm.wait(0.0, spoken=True, live=True)
    assert rhythm.patience(0.0, open_turn=False) == pytest.approx(PERIOD)
    assert rhythm.patience(0.0, open_turn=True) == pytest.approx(PERIOD + PATIENCE)
