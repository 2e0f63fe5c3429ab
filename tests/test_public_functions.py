"""The public functions say at the call what is wrong with what they are given, in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vasari
from tests.conftest import voice_like
from tests.faces import made_face

NAN = float("nan")
SOUND = voice_like(0.2)
WRONG_OPTIONS: list[dict[str, Any]] = [
    {"background": "pink"}, {"background": (0, 0, 256)}, {"background": (0.1, 0.2, 0.3)},
    {"frame": "Full"}, {"frame": None}, {"fps": 0}, {"fps": -5}, {"fps": "many"}, {"fps": NAN},
    {"fps": 1e9}, {"size": 333}, {"size": 0}, {"size": 1e6}, {"size": "512"},
]  # fmt: skip
NO_PATHS: list[Any] = [None, 5, b"a.png", "", "a\0b", ["a.png"], {}]


def refused(call: Callable[[], object], *parts: str) -> None:
    """A call ends in one sentence that holds these parts."""
    with pytest.raises(vasari.VasariError) as caught:
        call()
    said = str(caught.value)
    assert said.endswith("."), said
    assert "\n" not in said
    for part in parts:
        assert part in said, said


def name_of(options: dict[str, Any]) -> str:
    return ",".join(f"{name}={value}" for name, value in options.items())


@pytest.fixture(scope="module")
def face() -> vasari.Face:
    return made_face()


@pytest.mark.parametrize(
    "options",
    [
        *WRONG_OPTIONS,
        {"chunk": 0},
        {"chunk": -1},
        {"chunk": 2.5},
        {"style": "calm"},
        {"mark": "no"},
    ],
    ids=name_of,
)
def test_options_of_talk(face: vasari.Face, options: dict[str, Any]) -> None:
    refused(lambda: vasari.talk(face, SOUND, **options))


@pytest.mark.parametrize(
    "options", [*WRONG_OPTIONS, {"seed": -3}, {"seed": 1.5}, {"still": "no"}, {"face": 7},
                {"face": 0}, {"face": (1, 2, 3)}, {"face": (0, 0, 5, NAN)}], ids=name_of,
)  # fmt: skip
def test_options_of_say(
    face: vasari.Face, voice: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    refused(lambda: vasari.say(face, voice, tmp_path / "a.mp4", **options))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options", [{"frame": "Full"}, {"size": 333}, {"size": NAN}, {"absolute": "no"}, {"face": 7},
                {"face": -1}, {"face": "2"}], ids=name_of,
)  # fmt: skip
def test_options_of_drive(face: vasari.Face, tmp_path: Path, options: dict[str, Any]) -> None:
    vasari.Motion(*(np.zeros((5, n), np.float32) for n in (3, 3, 2, 68))).save(tmp_path / "a")
    refused(lambda: vasari.drive(face, tmp_path / "a", tmp_path / "a.mp4", **options))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


SOUNDS: list[tuple[Any, str]] = [
    (np.zeros(100, np.int16), "int16"), (np.zeros((100, 2), np.float32), "(100, 2)"),
    (np.zeros(0, np.float32), "no samples"), (np.full(9, NAN, np.float32), "finite"),
    (np.full(9, np.inf), "finite"), (np.full(9, 3e4, np.float32), "full scale"),
    (np.array(["a"]), "<U1"), (np.float32(1.0), "no samples"), ([0.0, 0.1, 0.2], "float"),
    ([], "no samples"), ([SOUND, np.zeros(9, np.int16)], "int16"), ([SOUND, None], "NoneType"),
    (None, "There is no sound"), (5, "int"), (b"abc", "bytes"), ({"a": 1}, "str"), ("", "path"),
    ("missing.wav", "missing.wav"),
]  # fmt: skip


@pytest.mark.parametrize(("sound", "says"), SOUNDS, ids=[says for _, says in SOUNDS])
def test_sounds_of_talk(face: vasari.Face, sound: Any, says: str) -> None:
    if not isinstance(sound, dict | np.float32):
        refused(lambda: vasari.talk(face, sound), says)
    refused(lambda: list(vasari.talk(face, sound, size=256)))


def test_pieces_that_come_later_are_refused_when_they_come(face: vasari.Face) -> None:
    def sound() -> Iterator[Any]:
        yield voice_like(2.0)
        yield [0.1, 0.2]

    shown = vasari.talk(face, sound(), size=256)
    next(shown)
    refused(lambda: list(shown), "one row of floats")
    refused(lambda: list(vasari.talk(face, iter([]), size=256)), "no samples")


@pytest.mark.parametrize("path", NO_PATHS, ids=repr)
def test_no_paths(face: vasari.Face, voice: Path, tmp_path: Path, path: Any) -> None:
    out = tmp_path / "a.mp4"
    for call in (
        lambda: vasari.talk(path, SOUND),
        lambda: vasari.read_portrait(path),
        lambda: vasari.say(path, voice, out),
        lambda: vasari.say(face, path, out),
        lambda: vasari.say(face, voice, path),
        lambda: vasari.drive(path, voice, out),
        lambda: vasari.drive(face, path, out),
        lambda: vasari.drive(face, voice, path),
        lambda: vasari.track(path),
        lambda: vasari.Face.load(path),
        lambda: face.save(path),
        lambda: vasari.Motion.load(path),
        lambda: vasari.Motion(*(np.zeros((1, n), np.float32) for n in (3, 3, 2, 68))).save(path),
    ):
        refused(call)
    if path is not None:
        refused(lambda: vasari.say("a.png", voice, out, landmarks=path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "which", [0, -1, True, 1.5, "1", (1, 2, 3), (0, 0, NAN, 9), (0, 0, 9, -9), (9000, 0, 9, 9),
              (-90, 0, 9, 9)], ids=str,
)  # fmt: skip
def test_no_faces(which: Any) -> None:
    refused(lambda: vasari.read_portrait(made_face().picture, which))


@pytest.mark.parametrize("marks", ["abc", [1, 2, 3], [["x", "y"]] * 478, {}, np.zeros((478, 2))])
def test_no_landmarks(marks: Any) -> None:
    refused(lambda: vasari.read_portrait(made_face().picture, landmarks=marks), "andmarks")


def test_pictures_in_memory() -> None:
    for picture in (
        np.zeros((99, 99, 3)),
        np.zeros((9, 99, 99, 3), np.uint8),
        np.zeros(0, np.uint8),
    ):
        refused(lambda picture=picture: vasari.read_portrait(picture))


def test_a_background_has_one_name_everywhere(face: vasari.Face) -> None:
    for names in (("keep", None), ("green", (0, 255, 0), [0, 255, 0], "#00ff00", "#00FF00"),
                  ("#204060", np.array([32, 64, 96]))):  # fmt: skip
        first, *others = (
            next(iter(vasari.talk(face, SOUND, size=256, background=name, mark=False)))
            for name in names
        )
        assert all(np.array_equal(first, other) for other in others)
    cut = next(iter(vasari.talk(face, SOUND, size=256, background="transparent")))
    assert cut.shape == (256, 256, 4)


def test_talk_reads_a_picture_or_a_saved_face(portrait: Path, face_file: Path) -> None:
    for known, given in (
        (vasari.read_portrait(portrait), str(portrait)),
        (vasari.Face.load(face_file), face_file),
    ):
        shown, wanted = (vasari.talk(face, SOUND, size=256, mark=False) for face in (given, known))
        assert all(np.array_equal(a, b) for a, b in zip(shown, wanted, strict=True))
