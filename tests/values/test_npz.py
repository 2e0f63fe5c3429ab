"""Damaged and hostile files of our own kinds: one sentence, before anything large is loaded."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.values.test_face_file import some_face
from tests.values.test_motion_file import some_motion
from vasari.errors import PictureError, VideoError
from vasari.values import EXPRESSION, Face, Motion
from vasari.values.face import check_face
from vasari.values.motion import bounded, check_motion

Members = list[tuple[str, bytes]]


def npy(value: object) -> bytes:
    room = io.BytesIO()
    np.lib.format.write_array(room, np.asarray(value))
    return room.getvalue()


def claims(kind: str, shape: str, content: bytes = b"") -> bytes:
    """An array whose header says anything."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def members_of(path: Path) -> Members:
    with zipfile.ZipFile(path) as packed:
        return [(name, packed.read(name)) for name in packed.namelist()]


def write(path: Path, members: Members, how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return path


def motion_with(path: Path, **changes: bytes | None) -> Path:
    """A motion file with some members replaced, or left out where None."""
    some_motion().save(path)
    members = dict(members_of(path))
    for name, content in changes.items():
        members.pop(f"{name}.npy", None)
        if content is not None:
            members[f"{name}.npy"] = content
    return write(path, list(members.items()))


def face_with(path: Path, **changes: bytes) -> Path:
    some_face().save(path)
    members = dict(members_of(path)) | {f"{name}.npy": c for name, c in changes.items()}
    return write(path, list(members.items()), zipfile.ZIP_STORED)


def refuses(load: Callable[[Path], object], path: Path, *parts: str) -> None:
    with pytest.raises((PictureError, VideoError)) as caught:
        load(path)
    said = str(caught.value)
    assert path.name in said
    assert said.endswith(".")
    assert "\n" not in said
    for part in parts:
        assert part in said, said


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": None}, "version"),
        ({"version": npy(99)}, "newer"),
        ({"version": npy(-1)}, "version"),
        ({"version": npy(1.5)}, "version"),
        ({"kind": None}, "is no motion file"),
        ({"kind": npy("vasari face")}, "is no motion file"),
        ({"kind": npy(3)}, "is no motion file"),
        ({"kind": claims("<U999999999", "()")}, "no plain array"),
        ({"kind": claims("<U9999", "()")}, "not as large"),
        ({"rotation": None}, "no rotation"),
        ({"rotation": npy(np.zeros((7, 4), np.float32))}, "shape"),
        ({"rotation": npy(np.zeros((8, 3), np.float32))}, "shape"),
        ({"rotation": npy(np.zeros((7, 3), np.complex64))}, "another kind"),
        ({"rotation": npy(np.full((7, 3), np.nan, np.float32))}, "finite"),
        ({"rotation": npy(np.full((7, 3), 721, np.float32))}, "outside of -720 to 720"),
        ({"rotation": claims("|O", "(7, 3)", bytes(168))}, "no plain array"),
        ({"rotation": claims("|O8", "(7, 3)", bytes(168))}, "another kind"),
        ({"rotation": claims("<f4", "(7, 3", bytes(84))}, "no plain array"),
        ({"rotation": claims("<f4", "(" * 900, bytes(84))}, "no plain array"),
        ({"rotation": claims("<f4", "(__import__('os').abort(),)", bytes(84))}, "no plain array"),
        ({"rotation": claims("<f4", "(7, 3)", bytes(80))}, "not as large"),
        ({"rotation": claims("<f4", "(7, 3)", bytes(88))}, "not as large"),
        ({"rotation": b""}, "no plain array"),
        ({"position": npy(np.full((7, 3), -12, np.float32))}, "position"),
        ({"expression": npy(np.full((7, EXPRESSION), 1e30, np.float64))}, "expression"),
        ({"expression": npy(np.full((7, EXPRESSION), 1e300, np.float64))}, "expression"),
        ({"expression": claims("<f4", "(400000000000, 68)")}, "not as large"),
        ({"rate": npy(0.0)}, "rate"),
        ({"rate": npy(1e-9)}, "rate"),
        ({"rate": npy(np.nan)}, "rate"),
    ],
)  # fmt: skip
def test_what_a_motion_file_may_not_hold(
    tmp_path: Path, changes: dict[str, bytes | None], says: str
) -> None:
    refuses(Motion.load, motion_with(tmp_path / "bad.motion", **changes), says)


def test_short_floats_are_compared_as_they_are(tmp_path: Path) -> None:
    path = face_with(tmp_path / "a.face", landmarks=npy(np.ones((478, 3), np.float16)))
    assert (Face.load(path).landmarks == 1).all()


def test_other_ways_to_write_the_same_are_taken(tmp_path: Path) -> None:
    motion = some_motion()
    path = motion_with(
        tmp_path / "a.motion", rotation=npy(np.asfortranarray(motion.rotation)),
        gaze=npy(motion.gaze.astype(">f8")), extra=npy(3),
    )  # fmt: skip
    again = Motion.load(path)
    np.testing.assert_array_equal(again.rotation, motion.rotation)
    np.testing.assert_array_equal(again.gaze, motion.gaze)


@pytest.mark.parametrize(
    ("name", "kind", "shape", "megabytes"),
    [
        ("expression", "<f4", "(986896, 68)", 256),
        ("expression", "<f4", "(7, 68)", 64), ("kind", "<U9999", "()", 64),
        ("nothing", "<f4", "(16777216,)", 64),
    ],
)  # fmt: skip
def test_a_bomb_is_not_unpacked(
    tmp_path: Path, name: str, kind: str, shape: str, megabytes: int
) -> None:
    path = motion_with(tmp_path / "bomb.motion", **{name: None})
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open(f"{name}.npy", "w") as member,
    ):
        member.write(claims(kind, shape))
        for _ in range(megabytes):
            member.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    tracemalloc.start()
    if name == "nothing":
        Motion.load(path)  # what is not asked for is not read
    else:
        refuses(Motion.load, path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 << 20


def set_bytes(path: Path, mark: bytes, at: int, new: bytes) -> None:
    """Overwrite something after the first mark."""
    content = bytearray(path.read_bytes())
    place = content.index(mark) + at
    content[place : place + len(new)] = new
    path.write_bytes(content)


def test_zips_that_no_vasari_writes(tmp_path: Path) -> None:
    path = tmp_path / "bad.motion"
    some_motion().save(path)
    good, content = members_of(path), path.read_bytes()
    for name in ("../a.npy", "a/b.npy", "/a.npy", "inner.zip", "ä.npy", "a.npy.npy"):
        refuses(Motion.load, write(path, [*good, (name, npy(1))]), "strange name")
    with pytest.warns(UserWarning, match="Duplicate"):
        write(path, [*good, good[0]])
    refuses(Motion.load, path, "twice")
    refuses(Motion.load, write(path, good, zipfile.ZIP_BZIP2), "packed")
    refuses(Motion.load, write(path, good, zipfile.ZIP_LZMA), "packed")
    refuses(Motion.load, write(path, [*good, *((f"n{k}.npy", b"") for k in range(99))]), "parts")
    for at, new in ((8, b"\x01"), (10, b"\x63"), (24, b"\xff\xff\xff\xff"), (16, b"1234")):
        path.write_bytes(content)
        set_bytes(path, b"PK\x01\x02", at, new)  # encrypted, packed, large, another sum
        refuses(Motion.load, path)
    path.write_bytes(content)
    set_bytes(path, b"PK\x05\x06", 10, b"\xff\xff")
    refuses(Motion.load, path, "parts")
    for size in (0, 3, 21, 22, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        refuses(Motion.load, path)
    path.write_bytes(content + b"more")
    refuses(Motion.load, path)


def a_png(width: int, height: int, colour: int = 2, rows: bytes = b"", *more: bytes) -> bytes:
    header = struct.pack(">2L5B", width, height, 8, colour, 0, 0, 0)
    chunks = [b"IHDR" + header, *more, b"IDAT" + zlib.compress(rows), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(c) - 4) + c + struct.pack(">L", zlib.crc32(c)) for c in chunks
    )


def packed(png: bytes) -> bytes:
    return npy(np.frombuffer(png, np.uint8))


ROWS = (b"\0" + bytes(360)) * 90
ONE = np.float32([1, 2])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"picture": packed(a_png(120, 90, rows=ROWS, colour=0))}, "3 channels"),
        ({"picture": packed(a_png(30_000, 30_000))}, "2160 px"),
        ({"picture": packed(a_png(2161, 4))}, "2160 px"),
        ({"picture": packed(a_png(0, 90))}, "2160 px"),
        ({"picture": packed(a_png(120, 90, 2, ROWS, b"acTL" + bytes(8)))}, "no plain PNG"),
        ({"picture": packed(a_png(120, 90, 2, ROWS, b"iCCP" + bytes(99)))}, "no plain PNG"),
        ({"picture": packed(a_png(120, 90, 2, ROWS)[:-9])}, "cut off"),
        ({"picture": packed(a_png(120, 90, 2, ROWS)[:60] + b"x" * 60)}, "picture"),
        ({"picture": packed(b"GIF89a" + bytes(99))}, "no PNG"),
        ({"picture": npy(np.zeros((90, 120, 3), np.uint8))}, "shape"),
        ({"picture": npy(np.zeros(0, np.uint8))}, "no PNG"),
        ({"matte": packed(a_png(120, 90, 2, ROWS))}, "1 channels"),
        ({"matte": packed(a_png(20, 90, 0, (b"\0" + bytes(20)) * 90))}, "differ in size"),
        ({"plate_corner": npy(np.array([100, 0]))}, "outside the picture"),
        ({"plate_corner": npy(np.array([-1, 0]))}, "plate_corner"),
        ({"plate_corner": npy(ONE)}, "another kind"),
        ({"scale": npy(np.float32(0))}, "scale"),
        ({"scale": npy(np.float32([9, 9]))}, "shape"),
        ({"crop": npy(np.float32([0, 0, 0]))}, "crop"),
        ({"crop": npy(np.float32([0, np.inf, 90]))}, "finite"),
        ({"confidence": npy(np.float32(1.1))}, "confidence"),
        ({"neutral": npy(np.full((478, 3), 1e30, np.float32))}, "neutral"),
        ({"landmarks": npy(np.zeros((477, 3), np.float32))}, "shape"),
        ({"version": npy(7)}, "newer"),
    ],
)
def test_what_a_face_file_may_not_hold(
    tmp_path: Path, changes: dict[str, bytes], says: str
) -> None:
    refuses(Face.load, face_with(tmp_path / "bad.face", **changes), says)


def test_a_plain_picture_is_taken(tmp_path: Path) -> None:
    path = face_with(tmp_path / "a.face", picture=packed(a_png(120, 90, 2, ROWS)))
    assert not Face.load(path).picture.any()


@pytest.mark.parametrize(
    "change",
    [
        {"rotation": np.full((7, 3), np.nan)}, {"rotation": np.zeros((7, 2))}, {"rotation": None},
        {"position": np.full((7, 3), -9.0)}, {"gaze": [[0, 0]] * 7}, {"rate": 0}, {"rate": "25"},
        {"expression": np.full((7, EXPRESSION), 1e30)}, {"expression": np.zeros(EXPRESSION)},
        {"expression": np.full((7, EXPRESSION), "a")}, {"rate": None},
    ],
)  # fmt: skip
def test_motions_made_in_python_are_checked(change: dict[str, object]) -> None:
    check_motion(some_motion())
    with pytest.raises(VideoError, match=next(iter(change))):
        check_motion(replace(some_motion(), **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"scale": 0.0}, {"scale": None}, {"crop": (0, 0, 0)}, {"crop": (0, 0)}, {"crop": "abc"},
        {"picture": None}, {"picture": np.zeros((90, 120, 4), np.uint8)},
        {"picture": np.zeros((90, 120, 3))}, {"matte": np.zeros((91, 120), np.uint8)},
        {"plate": np.zeros((90, 121, 3), np.uint8)}, {"landmarks": np.full((478, 3), np.nan)},
        {"neutral": np.zeros((468, 3))}, {"gaze": np.float32([0, np.inf])},
    ],
)  # fmt: skip
def test_faces_made_in_python_are_checked(change: dict[str, object]) -> None:
    check_face(some_face())
    with pytest.raises(PictureError, match=next(iter(change))):
        check_face(replace(some_face(), **change))  # type: ignore[arg-type]


def test_bounded_changes_only_what_is_out_of_range() -> None:
    motion = some_motion()
    for name in ("rotation", "position", "gaze", "expression"):
        assert (getattr(bounded(motion), name) == getattr(motion, name)).all()
    wild = replace(motion, position=motion.position - 50, expression=motion.expression * 1e9)
    check_motion(bounded(wild))
    assert bounded(wild).position[:, 2].max() == -8
