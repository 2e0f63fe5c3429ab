"""CSV to Motion to CSV is exact to the printed digits; signs and names are the right ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vasari.errors import VideoError
from vasari.follow.live_link import HEADER, read_live_link, write_live_link
from vasari.values import BLENDSHAPES, EXPRESSION, Motion

# The first row of a take, as the app writes it.
WRITTEN = (
    "Timecode,BlendShapeCount,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,"
    "EyeLookUpLeft,EyeSquintLeft,EyeWideLeft,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,"
    "EyeLookOutRight,EyeLookUpRight,EyeSquintRight,EyeWideRight,JawForward,JawRight,JawLeft,"
    "JawOpen,MouthClose,MouthFunnel,MouthPucker,MouthRight,MouthLeft,MouthSmileLeft,"
    "MouthSmileRight,MouthFrownLeft,MouthFrownRight,MouthDimpleLeft,MouthDimpleRight,"
    "MouthStretchLeft,MouthStretchRight,MouthRollLower,MouthRollUpper,MouthShrugLower,"
    "MouthShrugUpper,MouthPressLeft,MouthPressRight,MouthLowerDownLeft,MouthLowerDownRight,"
    "MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,BrowInnerUp,BrowOuterUpLeft,"
    "BrowOuterUpRight,CheekPuff,CheekSquintLeft,CheekSquintRight,NoseSneerLeft,NoseSneerRight,"
    "TongueOut,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,"
    "RightEyePitch,RightEyeRoll"
)


def a_take(frames: int = 90, digits: int = 10, seed: int = 0) -> str:
    """A CSV with values of as many digits, more than float32 has, some rows without values."""
    rng = np.random.default_rng(seed)
    rows = [WRITTEN]
    for k in range(frames):
        code = f"14:03:{52 + k // 60:02d}:{k % 60:02d}.{rng.integers(1000):03d}"
        values = [f"{v:.{digits}f}" for v in rng.random(61) - 0.2]
        rows.append(f"{code},0" if k == 5 else ",".join([code, "61", *values]))
    return "\n".join(rows) + "\n"


def test_the_header_is_the_apps() -> None:
    assert ",".join(HEADER) == WRITTEN
    assert len(HEADER) == 63


@pytest.mark.parametrize("digits", [3, 6, 10, 17])
def test_a_take_comes_back_digit_by_digit(tmp_path: Path, digits: int) -> None:
    (tmp_path / "take.csv").write_text(a_take(digits=digits))
    motion, rows = read_live_link(tmp_path / "take.csv")
    motion.save(tmp_path / "take.motion")
    write_live_link(Motion.load(tmp_path / "take.motion"), tmp_path / "again.csv", rows)
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "take.csv").read_text()


def test_a_changed_value_is_written_and_the_rest_kept(tmp_path: Path) -> None:
    (tmp_path / "take.csv").write_text(a_take())
    motion, rows = read_live_link(tmp_path / "take.csv")
    expression = motion.expression.copy()
    expression[2, BLENDSHAPES.index("jawOpen")] = 0.5
    write_live_link(replace(motion, expression=expression), tmp_path / "again.csv", rows)
    before, after = ((tmp_path / n).read_text().splitlines() for n in ("take.csv", "again.csv"))
    differ = [
        (k, name)
        for k, rows in enumerate(zip(before, after, strict=True))
        for name, a, b in zip(HEADER, *(row.split(",") for row in rows), strict=False)
        if a != b
    ]
    assert differ == [(3, "JawOpen")]
    assert after[3].split(",")[HEADER.index("JawOpen")] == "0.5000000000"


def test_values_go_where_their_names_say(tmp_path: Path) -> None:
    row = ["00:00:00:00.000", "61", *("0" for _ in range(61))]
    row[HEADER.index("MouthSmileLeft")] = "0.75"
    row[HEADER.index("HeadYaw")], row[HEADER.index("HeadPitch")] = "0.5", "0.25"
    row[HEADER.index("LeftEyeYaw")] = row[HEADER.index("RightEyeYaw")] = "0.1"
    (tmp_path / "a.csv").write_text(f"{WRITTEN}\n{','.join(row)}\n")
    motion, _ = read_live_link(tmp_path / "a.csv")
    assert motion.expression[0, BLENDSHAPES.index("mouthSmileLeft")] == 0.75
    assert motion.expression.sum() == 0.75
    assert motion.rotation[0] == pytest.approx([np.degrees(0.5), -np.degrees(0.25), 0])
    assert motion.gaze[0] == pytest.approx([np.degrees(0.1), 0])


def test_the_rate_is_that_of_the_timecodes(tmp_path: Path) -> None:
    (tmp_path / "take.csv").write_text(a_take(90))
    assert read_live_link(tmp_path / "take.csv")[0].rate == 60


def test_a_tracked_motion_becomes_a_take(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    motion = Motion(
        *(rng.random((60, n), np.float32) for n in (3, 3, 2, EXPRESSION)), 25.0
    )  # fmt: skip
    write_live_link(motion, tmp_path / "a.csv")
    again, _ = read_live_link(tmp_path / "a.csv")
    assert again.rate == 25
    np.testing.assert_allclose(again.rotation, motion.rotation, atol=1e-5)
    np.testing.assert_allclose(again.gaze, motion.gaze, atol=1e-5)
    np.testing.assert_allclose(again.expression[:, :52], motion.expression[:, :52], atol=1e-6)
    assert (tmp_path / "a.csv").read_text().splitlines()[26].startswith("00:00:01:00.000,61,")


def test_another_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,age\nAda,36\n")
    (tmp_path / "b.csv").write_text("")
    (tmp_path / "c.csv").write_bytes(bytes(range(128, 256)))
    for name in ("a.csv", "b.csv", "c.csv"):
        with pytest.raises(VideoError, match=name):
            read_live_link(tmp_path / name)


def test_takes_as_other_programs_write_them(tmp_path: Path) -> None:
    (tmp_path / "take.csv").write_text(a_take())
    motion, rows = read_live_link(tmp_path / "take.csv")
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "a.csv").write_text(a_take().replace("\n", "\r\n"), encoding, newline="")
        again, rows_again = read_live_link(tmp_path / "a.csv")
        np.testing.assert_array_equal(again.expression, motion.expression)
        assert rows_again == rows
    odd = a_take().replace("14:03:", "9" * 5000 + ":03:")
    (tmp_path / "a.csv").write_text(odd)
    assert read_live_link(tmp_path / "a.csv")[0].rate == 60


def with_cell(cell: str, row: int = 2, column: str = "JawOpen") -> str:
    rows = a_take().split("\n")
    cells = rows[row].split(",")
    cells[HEADER.index(column)] = cell
    rows[row] = ",".join(cells)
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (with_cell("nan"), "finite"), (with_cell("inf"), "finite"), (with_cell("1e30"), "outside"),
        (with_cell("1e300", column="HeadYaw"), "outside"), (with_cell("0.1,0.2"), "row 3"),
        (with_cell("0x10"), "row 3"), (with_cell("9" * 20_000), "row 3"),
        (with_cell("\0"), "row 3"), (with_cell('"0.5"'), "row 3"), ("\n\n", "empty"),
        (WRITTEN.replace("JawOpen", "Jaw"), "other names"), (WRITTEN + "\n" + "1," * 9000, "row 2"),
    ],
)  # fmt: skip
def test_damaged_takes_get_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(VideoError, match=says) as caught:
        read_live_link(tmp_path / "a.csv")
    assert "\n" not in str(caught.value)


def test_a_short_row_goes_on_with_the_one_before(tmp_path: Path) -> None:
    rows = a_take().split("\n")
    rows[3] = ",".join(rows[3].split(",")[:20])
    (tmp_path / "a.csv").write_text("\n".join(rows))
    motion, _ = read_live_link(tmp_path / "a.csv")
    tongue = BLENDSHAPES.index("tongueOut")
    assert motion.expression[2, tongue] == motion.expression[1, tongue]


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vasari.follow.live_link.MOST_FRAMES", 50)
    (tmp_path / "a.csv").write_text(a_take(60))
    with pytest.raises(VideoError, match="too much"):
        read_live_link(tmp_path / "a.csv")


def test_rows_that_came_from_elsewhere_are_left_aside(tmp_path: Path) -> None:
    (tmp_path / "take.csv").write_text(a_take(9))
    motion, _ = read_live_link(tmp_path / "take.csv")
    strange = ("Timecode,JawOpen", *["a,b"] * 9)
    write_live_link(motion, tmp_path / "again.csv", strange)
    again, _ = read_live_link(tmp_path / "again.csv")
    np.testing.assert_allclose(again.expression, motion.expression, atol=1e-6)
