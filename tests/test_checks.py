"""What is asked for is checked once: what is meant is taken, the rest is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vasari import checks
from vasari.errors import VasariError
from vasari.values import Style

CHECKS: dict[str, Callable[[Any], Any]] = {
    "fps": checks.checked_fps,
    "size": checks.checked_size,
    "chunk": checks.checked_chunk,
    "frame": checks.checked_frame,
    "background": checks.checked_background,
    "which": checks.checked_which,
    "path": lambda path: checks.checked_path(path, "picture"),
    "flag": lambda flag: checks.checked_flag(flag, "it is so"),
    "seed": checks.checked_seed,
    "head": checks.checked_head,
    "expression": checks.checked_expression,
    "blink": checks.checked_blink,
    "distance": checks.checked_distance,
    "gaze": checks.checked_gaze,
    "seconds": lambda time: checks.checked_seconds(time, "a key"),
}
FILM = Fraction(24000, 1001)
NAN, INF = float("nan"), float("inf")
TAKEN: list[tuple[str, Any, Any]] = [
    ("fps", 25, Fraction(25)), ("fps", np.int64(50), Fraction(50)), ("fps", 60.0, Fraction(60)),
    ("fps", "24", Fraction(24)), ("fps", 23.976, FILM), ("fps", "23.976", FILM),
    ("fps", 23.98, FILM), ("fps", "24000/1001", FILM), ("fps", FILM, FILM),
    ("fps", float(FILM), FILM), ("fps", 29.97, Fraction(30000, 1001)),
    ("fps", "59.94", Fraction(60000, 1001)),
    ("size", 256, 256), ("size", np.uint16(1024), 1024),
    ("chunk", 1, 1), ("chunk", np.int32(25), 25),
    ("frame", "full", "full"),
    ("background", None, None), ("background", "keep", None), ("background", "green", (0, 255, 0)),
    ("background", "#20304F", (32, 48, 79)), ("background", "transparent", "transparent"),
    ("background", (0, 128, 255), (0, 128, 255)), ("background", [1, 2, 3], (1, 2, 3)),
    ("background", np.array([9, 8, 7], np.uint8), (9, 8, 7)),
    ("which", 2, 2), ("which", np.int64(1), 1), ("which", [-5, 0, 9.5, 8], (-5.0, 0.0, 9.5, 8.0)),
    ("which", np.array([1, 2, 3, 4.0]), (1.0, 2.0, 3.0, 4.0)),
    ("path", "a.png", "a.png"), ("path", Path("a.png"), Path("a.png")),
    ("flag", True, True), ("flag", np.bool_(False), False),
    ("seed", 0, 0), ("seed", np.uint64(2**63), 2**63),
    ("head", 0, 0.0), ("head", 2.0, 2.0), ("head", np.float32(0.5), 0.5),
    ("expression", 2, 2.0), ("blink", 0, 0.0), ("distance", 0.7, 0.7), ("distance", 1, 1.0),
    ("gaze", None, (0.0, 0.0)), ("gaze", (-30, 20), (-30.0, 20.0)), ("seconds", 3, 3.0),
    ("gaze", np.array([1.5, -2.0]), (1.5, -2.0)),
]  # fmt: skip
NEVER = [NAN, INF, -INF, b"25", {}, object(), 1j, np.zeros(0), np.zeros((2, 2)), np.array(["a"])]
REFUSED: dict[str, list[Any]] = {
    "fps": [0, -5, "many", "1e999999999", "25/0", "24.5", 24.1, 1e9, True, None, 25.5, [25],
            np.array([25])],
    "size": [333, 0, 1e6, 512.0, "512", True, None, -256, 254, 1026],
    "chunk": [0, -1, 2.5, "2", True, None, 10**9],
    "frame": ["Full", "", None, 0, True, ["crop"]],
    "background": ["Green", "pink", "", "#12345", "#gggggg", (0, 0), (0, 0, 0, 0), (0, 0, 256),
                   (-1, 0, 0), (0.0, 0.0, 0.0), (0.1, 0.2, 0.3), [None] * 3, 0, True,
                   np.zeros((3, 3), np.uint8), (True, True, True)],
    "which": [0, -1, 1.5, "1", "", None, True, (1, 2, 3), (1, 2, 3, 4, 5), (0, 0, NAN, 1),
              (0, 0, 5, 0), (0, 0, -5, 5), (0, 0, INF, 5), ("1", "2", "3", "4"), [[1, 2, 3, 4]]],
    "path": ["", None, 5, "a\0b", True, ["a.png"]],
    "flag": ["no", "yes", 0, 1, None, [], np.int64(1)],
    "seed": [-3, 1.0, "1", True, None],
    "head": [-1, 2.01, "1", True, None, [1.0]],
    "expression": [-1, 2.01, "1", None],
    "blink": [-1, 2.01, "1", True],
    "distance": [0.69, 1.41, 0, None, "1", [1.0]],
    "gaze": [(30.1, 0), (0, -20.1), 5, "12,5", (1,), (1, 2, 3), ("1", "2"), (NAN, 0), (True, 0)],
    "seconds": [-0.1, 1e7, "1", True, None],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value", "wanted"), TAKEN)
def test_what_is_meant_is_taken(name: str, value: Any, wanted: Any) -> None:
    taken = CHECKS[name](value)
    assert taken == wanted
    assert type(taken) is type(wanted)


@pytest.mark.parametrize("name", CHECKS)
def test_the_rest_is_one_sentence(name: str) -> None:
    for value in [*REFUSED[name], *NEVER]:
        with pytest.raises(VasariError) as caught:
            CHECKS[name](value)
        said = str(caught.value)
        assert said.endswith("."), said
        assert "\n" not in said
        assert ":" in said, said  # what is wrong: what would do
        assert len(said) < 250


@pytest.mark.parametrize("name", CHECKS)
@given(value=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.tuples(inner, inner, inner),
))  # fmt: skip
def test_nothing_else_is_ever_raised(name: str, value: object) -> None:
    with suppress(VasariError):
        CHECKS[name](value)


def test_a_style_is_checked_where_it_is_made() -> None:
    for wrong in ({"head": -1}, {"head": NAN}, {"seed": -3}, {"seed": 0.5}, {"blink": "no"}):
        with pytest.raises(VasariError, match=r"\.$"):
            Style(**wrong)  # type: ignore[arg-type]
    style = Style(np.int64(3), np.float32(0.5), blink=np.float64(0))  # type: ignore[arg-type]
    assert style == Style(3, 0.5, blink=0)
    assert [type(value) for value in (style.seed, style.head, style.blink)] == [int, float, float]
