"""What can be steered: numbers and keyframes, and what is said of anything else."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vasari import EMOTIONS, Emotion, Key, Manner, Style, VasariError
from vasari.values.style import CHECKS

FILE = """
[[key]]
at = 0.0
head = 1.5
[[key]]
at = 2.0
over = 0.5
gaze = [12, 0]
distance = 0.85
head = 0.5
[[key]]
at = 3
gaze = [-4.5, 6]
emotion = {happy = 0.8, surprised = 0.3}
[[key]]
at = 5
emotion = "none"
pose = [4, 0, -2]
"""


def load(folder: Path, text: str) -> Style:
    (folder / "a.toml").write_text(text, encoding="utf-8")
    return Style.load(folder / "a.toml")


def test_a_file_is_what_python_says(tmp_path: Path) -> None:
    assert load(tmp_path, FILE) == Style(
        gaze=[Key(2, (12, 0), 0.5), Key(3, (-4.5, 6))],
        distance=[Key(2, 0.85, 0.5)],
        head=[Key(0, 1.5), Key(2, 0.5, 0.5)],
        emotion=[Key(3, "surprised:0.3,happy:0.8"), Key(5, {})], pose=[Key(5, (4, 0, -2))],
    )  # fmt: skip
    assert load(tmp_path, "") == Style()


def test_a_manner_is_kept_beside_keys(tmp_path: Path) -> None:
    text = "[manner]\nyaw = 3\nblinks = 20.5\n[[key]]\nat = 1\nhead = 0.5\n"
    style = load(tmp_path, text)
    assert style == Style(manner=Manner(yaw=3, blinks=20.5), head=[Key(1, 0.5)])
    assert style == Style(manner={"yaw": 3, "blinks": 20.5}, head=[Key(1, 0.5)])
    numbers = [1.0] * 16
    assert Style(manner=numbers).manner == Manner(*numbers)
    assert Style().manner is None


@pytest.mark.parametrize(
    ("manner", "why"),
    [("calm", "no manner"), ([1.0] * 15, "no manner"), (5, "no manner"), ({"jaw": 1}, "no part"),
     ({"yaw": -1}, "no yaw"), ({"blinks": "often"}, "no blinks"), ([True] * 16, "no yaw"),
     ({"smile": float("nan")}, "no smile"), ({5: 1}, "no part")],
)  # fmt: skip
def test_what_is_no_manner(manner: object, why: str, tmp_path: Path) -> None:
    with pytest.raises(VasariError, match=why):
        Style(manner=manner)  # type: ignore[arg-type]


def test_a_file_with_a_wrong_manner(tmp_path: Path) -> None:
    for text in ("manner = 3", "[manner]\nyaw = 99", "[[manner]]\nyaw = 1"):
        with pytest.raises(VasariError, match=r"a\.toml: .*manner"):
            load(tmp_path, text)


def test_keys_hold_from_then_on(tmp_path: Path) -> None:
    style = load(tmp_path, FILE)
    assert style.at(0).head == 1.5  # a key at 0 is there at once
    assert style.at(1.99).distance == 1
    assert style.at(2.25).distance == pytest.approx(0.925)
    assert [style.at(t).distance for t in (2.5, 2.7, 1e6)] == [0.85] * 3
    np.testing.assert_allclose(style.at(2.9).gaze, (12, 0))
    np.testing.assert_allclose(style.at(3.3).gaze, (-4.5, 6))
    assert style.at(9).head == 0.5
    assert style.at(9).blink == style.at(9).expression == 1


@settings(deadline=None)
@given(
    keys=st.lists(st.tuples(st.floats(0.05, 2), st.floats(0.7, 1.4), st.floats(0.2, 3)), max_size=6)
)
def test_changes_never_jump(keys: list[tuple[float, float, float]]) -> None:
    """Not even where a key comes before the one before it is reached."""
    times = np.cumsum([step for step, _, _ in keys])
    made = [Key(t, v, over) for t, (_, v, over) in zip(times, keys, strict=True)]
    style = Style(distance=made or 1)
    values = [style.at(k / 200).distance for k in range(200 * 16)]
    assert max(abs(b - a) for a, b in pairwise(values)) <= 0.7 * 1.5 / 0.2 / 200 + 1e-9
    assert values[-1] == (made[-1].value if made else 1)


def test_natural_is_said_or_left_away() -> None:
    assert Style() == Style(0, 1, 1.0, np.float32(1), (0, 0), 1)  # type: ignore[arg-type]
    assert Style(gaze=None) == Style()


@pytest.mark.parametrize("wrong", [
    {"gaze": 12}, {"gaze": (31, 0)}, {"gaze": (0, -21)}, {"gaze": (1, 2, 3)}, {"gaze": "12,5"},
    {"distance": 0.69}, {"distance": (1, 1)}, {"distance": None}, {"blink": True},
    {"blink": 2.1}, {"expression": -0.1}, {"head": [Key(0, 3)]}, {"head": [Key(-1, 1)]},
    {"head": [Key(0, 1, float("nan"))]}, {"head": [Key(1, 1), Key(1, 0)]}, {"head": [1.0]},
    {"gaze": [Key(0, (1, 2)), (3, 4)]}, {"emotion": "joy:1"}, {"emotion": {"happy": 1.1}},
    {"emotion": {"happy": True}}, {"emotion": "happy"}, {"emotion": "happy:1,happy:0"},
    {"emotion": 0.5}, {"emotion": [Key(0, "glad")]}, {"pose": (0, 0)}, {"pose": (31, 0, 0)},
    {"pose": "1,2,3"}, {"pose": 4},
])  # fmt: skip
def test_other_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(VasariError) as told:
        Style(**wrong)  # type: ignore[arg-type]
    assert str(told.value).count("\n") == 0
    assert str(told.value).endswith(".")


@pytest.mark.parametrize(("text", "said"), [
    ("[[key]]\nat = 0\ngase = 1", "'gase' cannot be steered"),
    ("[[key]]\nat = 0\nseed = 1", "'seed' cannot be steered"),
    ("[[key]]\ngaze = [1, 2]", "no time"),
    ("[[key]]\nat = 1", "changes nothing"),
    ("[[key]]\nat = -1\nhead = 1", "-1 is no time"),
    ("[[key]]\nat = 'x'\nhead = 1", "'x' is no time"),
    ("[[key]]\nat = 1\nover = -2\nhead = 1", "-2 is no time"),
    ("[[key]]\nat = 1\nhead = 5", "5 is no strength of head motion"),
    ("[[key]]\nat = 1\ndistance = 2", "from 0.7 (near) to 1.4"),
    ("[[key]]\nat = 1\ngaze = 3", "3 is no gaze"),
    ("[[key]]\nat = 2\nhead = 1\n[[key]]\nat = 1\nhead = 0", "out of order"),
    ("head = 1", "'head' is not understood"), ("key = 1", "'key' is not understood"),
    ("key = [1]", "'key' is not understood"), ("[[key]", "is no TOML file"), ("\0", "no TOML"),
])  # fmt: skip
def test_bad_files_get_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(VasariError) as told:
        load(tmp_path, text)
    sentence = str(told.value)
    assert said in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    if "steered" in said or "understood" in said:
        assert all(name in sentence for name in CHECKS)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(VasariError, match="There is no"):
        Style.load(tmp_path / "none.toml")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(VasariError, match="no TOML"):
        Style.load(tmp_path / "b.toml")


def test_emotions_are_said_in_several_ways() -> None:
    assert Style().emotion == Style(emotion=None).emotion == Emotion(auto=1)  # type: ignore[arg-type]
    assert Style(emotion="none").emotion == Style(emotion={}).emotion == Emotion()
    said = Style(emotion="happy:0.5, sad:.2")
    assert said == Style(emotion={"sad": 0.2, "happy": 0.5}) == Style(emotion=Emotion(0, 0.5, 0.2))
    np.testing.assert_allclose(said.at(0).emotion, [0, 0.5, 0.2, 0, 0, 0, 0, 0, 0])
    with pytest.raises(VasariError) as told:
        Style(emotion="joyful:1")
    assert all(name in str(told.value) for name in (*EMOTIONS, "auto", "none"))


def test_emotions_are_eased_from_what_the_voice_says_to_what_is_asked(tmp_path: Path) -> None:
    style = load(tmp_path, FILE)
    assert style.at(2.9).emotion[-1] == 1
    half = style.at(3.15).emotion
    np.testing.assert_allclose(half[[1, 4, 8]], [0.4, 0.15, 0.5])
    np.testing.assert_allclose(style.at(4).emotion, [0, 0.8, 0, 0, 0.3, 0, 0, 0, 0])
    assert not style.at(9).emotion.any()
    np.testing.assert_allclose(style.at(9).pose, (4, 0, -2))
