"""The one reader of the npz files that Vasari keeps: checked against a table before it is believed.

A file kind is a `Layout`: for each name what the array, or the picture kept as PNG, must be. First
the zip's directory is looked at, then every header; only what is as large as the table allows is
unpacked, and no more of it than its header says. Then values are held against their ranges. Nothing
in a file is evaluated or unpickled. The same table checks values that were made in Python.
"""

from __future__ import annotations

import math
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.errors import VasariError
from vasari.files import input_file
from vasari.values.arrays import LONGEST

FLOATS, NUMBERS, BYTES, WORD = "f", "fiub", "u1", "U"  # kinds of arrays, numpy's letters

MOST_MEMBERS = 64  # arrays in a file
MOST_DIRECTORY = 32 << 10  # bytes of the zip's list of them
DIRECTORY_END = struct.Struct("<4s4H2LH")  # the last record of a zip
ZIP64_BEFORE = b"PK\x06\x07", 20  # the record, and its bytes, that would overrule it
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\.npy")
ENCRYPTED = 0x1  # flag of a member
PIECE = 1 << 20  # bytes unpacked at once

# The header of an npy file as numpy writes it, version 1: numpy's own parser evaluates the text.
NPY_BEGINS, NPY_LENGTH, MOST_HEADER = b"\x93NUMPY\x01\x00", 10, 1024
NPY_HEADER = re.compile(
    r"\{\s*'descr':\s*'([<>|=][a-zA-Z]\d{1,4})',\s*'fortran_order':\s*(True|False),"
    r"\s*'shape':\s*\(((?:\s*\d{1,12}\s*,?)*)\),?\s*\}\s*"
)

PNG_BEGINS, PNG_HEADER = b"\x89PNG\r\n\x1a\n", struct.Struct(">2L5B")
PNG_COLOURS = {1: 0, 3: 2}  # channels: PNG's number for them
PNG_CHUNKS = (b"IHDR", b"IDAT", b"IEND")  # nothing else is looked at

Values = dict[str, NDArray[Any]]
Bound = float | NDArray[np.floating]


class Array(NamedTuple):
    """What an array must be.

    Attributes:
        kinds: numpy's letters of the kinds that it may have.
        shape: its sizes. A word stands for a size that is the same wherever the word is; None for
            any shape.
        low: the least that a value may be, one number or one for each of the last axis.
        high: the most.
        optional: it may be missing.
    """

    kinds: str
    shape: tuple[int | str, ...] | None
    low: Bound = -math.inf
    high: Bound = math.inf
    optional: bool = False


class Image(NamedTuple):
    """What a picture must be, (H, W, 3) or (H, W) uint8; a file keeps it as PNG.

    Attributes:
        channels: 3 or 1.
        optional: it may be missing.
    """

    channels: int
    optional: bool = False


@dataclass(frozen=True)
class Layout:
    """What a file kind is.

    Attributes:
        what: its name in sentences.
        fields: by name.
        most: the largest value of each word in their shapes.
        error: raised where a file is something else.
        again: what to do then.
        kind: what the file says that it is, in `kind`; None where it need not say.
        version: the newest that is known, of those the file says in `version`.
        most_bytes: of any one array.
        oldest: the oldest version that still holds all of it.
    """

    what: str
    fields: Mapping[str, Array | Image]
    most: Mapping[str, int]
    error: type[VasariError]
    again: str
    kind: str | None = None
    version: int = 1
    most_bytes: int = 256 << 20
    oldest: int = 1


class Unfit(ValueError):
    """A value is not as its table says; the message completes "this is damaged (...)"."""


class _Header(NamedTuple):
    member: zipfile.ZipInfo
    dtype: np.dtype[Any]
    columns_first: bool
    shape: tuple[int, ...]
    begins: int  # byte of the member at which the values begin


def read_npz(path: str | os.PathLike[str], layout: Layout) -> Values:
    """The arrays and pictures of a file, all as its layout says.

    Raises:
        VasariError: of the layout's class, with one sentence.
    """
    file = input_file(path, layout.what, layout.error)
    with _one_sentence(file, layout), file.open("rb") as opened:
        _check_directory(opened)
        with zipfile.ZipFile(opened) as packed:
            headers = {name: _header(packed, member) for name, member in _members(packed).items()}
            _check_version(packed, headers, file, layout)
            _check_headers(headers, layout)
            return {
                name: _value(name, field, _loaded(packed, headers[name]))
                for name, field in layout.fields.items() if name in headers
            }  # fmt: skip


def check_values(
    values: Mapping[str, NDArray[Any] | None],
    fields: Mapping[str, Array | Image],
    most: Mapping[str, int],
) -> None:
    """Hold values that were made in Python against a table.

    Raises:
        Unfit: one is not as the table says.
    """
    sizes: dict[str, int] = {}
    for name, field in fields.items():
        value = values.get(name)
        if value is None:
            _missing(name, field)
        elif not isinstance(value, np.ndarray):
            raise Unfit(f"its {name} is no array")
        elif isinstance(field, Image):
            _check_image(name, value, field)
        else:
            _check_shape(name, value.shape, field, sizes, most)
            if value.dtype.kind not in NUMBERS:
                raise Unfit(f"its {name} holds no numbers")
            _check_range(name, value, field)


@contextmanager
def _one_sentence(file: Path, layout: Layout) -> Iterator[None]:
    """Whatever is wrong with a file is told in one sentence."""
    try:
        yield
    except zipfile.BadZipFile:
        raise layout.error(f"{file} is no {layout.what} or cut off: {layout.again}.") from None
    except (
        OSError, ValueError, EOFError, NotImplementedError, RuntimeError, OverflowError,
        zlib.error, struct.error, cv2.error,
    ) as error:  # fmt: skip
        why = str(error).strip().splitlines() or ["it ends early"]
        raise layout.error(f"{file} is damaged ({why[0]}): {layout.again}.") from None


def _check_directory(file: IO[bytes]) -> None:
    """The list of a zip's members is short: read before `zipfile` makes an object of each."""
    size = file.seek(0, os.SEEK_END)
    tail = max(0, size - DIRECTORY_END.size - ZIP64_BEFORE[1])
    file.seek(tail)
    end = file.read()
    if len(end) < DIRECTORY_END.size:
        raise zipfile.BadZipFile
    mark, _, _, _, members, listed, _, comment = DIRECTORY_END.unpack(end[-DIRECTORY_END.size :])
    if mark != b"PK\x05\x06" or comment:
        raise zipfile.BadZipFile
    if members > MOST_MEMBERS or listed > MOST_DIRECTORY or end.startswith(ZIP64_BEFORE[0]):
        raise Unfit("it holds too many parts")
    file.seek(0)


def _members(packed: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """By name without ending."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in packed.infolist():
        if not PLAIN_NAME.fullmatch(member.filename):
            raise Unfit("a part of it has a strange name")
        if member.filename[:-4] in found:
            raise Unfit(f"it holds {member.filename[:-4]} twice")
        if member.flag_bits & ENCRYPTED:
            raise Unfit("it is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit("it is packed in another way")
        found[member.filename[:-4]] = member
    return found


def _header(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Header:
    """What an array says about itself; its values are not touched."""
    with packed.open(member) as stream:
        first = stream.read(NPY_LENGTH)
        length = int.from_bytes(first[8:], "little")
        if len(first) < NPY_LENGTH or not first.startswith(NPY_BEGINS) or length > MOST_HEADER:
            raise Unfit(f"{member.filename[:-4]} is no plain array")
        text = stream.read(length).decode("latin-1")
    said = NPY_HEADER.fullmatch(text)
    if said is None:
        raise Unfit(f"{member.filename[:-4]} is no plain array")
    try:
        dtype = np.dtype(said[1])
    except TypeError:
        raise Unfit(f"{member.filename[:-4]} is no plain array") from None
    shape = tuple(int(size) for size in re.findall(r"\d+", said[3]))
    header = _Header(member, dtype, said[2] == "True", shape, NPY_LENGTH + length)
    if member.file_size != header.begins + _bytes(header):
        raise Unfit(f"{member.filename[:-4]} is not as large as it says")
    return header


def _bytes(header: _Header) -> int:
    return math.prod(header.shape) * header.dtype.itemsize


def _check_version(
    packed: zipfile.ZipFile, headers: dict[str, _Header], file: Path, layout: Layout
) -> None:
    if layout.kind is None:
        return
    kind, version = headers.get("kind"), headers.get("version")
    small = kind and kind.shape == () and kind.dtype.kind == WORD and _bytes(kind) <= MOST_HEADER
    if not kind or not small or str(_loaded(packed, kind)) != layout.kind:
        raise layout.error(f"{file} is no {layout.what}: {layout.again}.")
    if not version or version.shape != () or version.dtype.kind not in "iu":
        raise Unfit("it does not say its version")
    number = int(_loaded(packed, version))
    if number > layout.version:
        raise layout.error(f"{file} was made by a newer Vasari: update Vasari, or {layout.again}.")
    if number < 1:
        raise Unfit(f"its version is {number}")
    if number < layout.oldest:
        raise layout.error(f"{file} was made by an older Vasari: {layout.again}.")


def _check_headers(headers: dict[str, _Header], layout: Layout) -> None:
    """Every array has its kind and shape, and none is too large; nothing is loaded yet."""
    sizes: dict[str, int] = {}
    for name, field in layout.fields.items():
        header = headers.get(name)
        if header is None:
            _missing(name, field)
            continue
        is_image = isinstance(field, Image)
        kept = Array(BYTES, ("bytes of " + name,)) if isinstance(field, Image) else field
        kind = header.dtype.str[1:] if kept.kinds == BYTES else header.dtype.kind
        if kind not in (kept.kinds if kept.kinds != BYTES else [BYTES]):
            raise Unfit(f"its {name} holds values of another kind")
        _check_shape(name, header.shape, kept, sizes, {} if is_image else layout.most)
        if _bytes(header) > layout.most_bytes:
            raise Unfit(f"its {name} is too large")


def _loaded(packed: zipfile.ZipFile, header: _Header) -> NDArray[Any]:
    """The array, unpacked piece by piece to exactly the size that its header says."""
    out = np.empty(math.prod(header.shape), header.dtype)
    room = out.view(np.uint8).data
    with packed.open(header.member) as stream:
        stream.read(header.begins)
        done = 0
        while done < len(room):
            piece = stream.read(min(PIECE, len(room) - done))
            if not piece:
                raise EOFError
            room[done : done + len(piece)] = piece
            done += len(piece)
        stream.read(1)  # compares the sum
    native = out.astype(header.dtype.newbyteorder("="), copy=False)
    return native.reshape(header.shape, order="F" if header.columns_first else "C")


def _value(name: str, field: Array | Image, loaded: NDArray[Any]) -> NDArray[Any]:
    if isinstance(field, Image):
        return _picture(name, loaded.tobytes(), field)
    _check_range(name, loaded, field)
    return loaded


def _missing(name: str, field: Array | Image) -> None:
    if not field.optional:
        raise Unfit(f"it has no {name}")


def _check_shape(
    name: str, shape: tuple[int, ...], field: Array, sizes: dict[str, int], most: Mapping[str, int]
) -> None:
    """The shape is the table's; `sizes` holds what the words have stood for so far."""
    if field.shape is None:
        return
    fits = len(shape) == len(field.shape)
    for size, wanted in zip(shape, field.shape, strict=False):
        if isinstance(wanted, str) and size > most.get(wanted, size):
            raise Unfit(f"its {name} has {size} {wanted}, more than {most[wanted]}")
        fits &= size == (sizes.setdefault(wanted, size) if isinstance(wanted, str) else wanted)
    if not fits:
        raise Unfit(f"its {name} has the shape {shape}")


def _check_range(name: str, value: NDArray[Any], field: Array) -> None:
    if field.kinds == BYTES:
        return
    if value.dtype.itemsize < 4:  # too small for the bounds themselves
        value = value.astype(np.float32)
    fits: NDArray[np.bool_] = (value >= field.low) & (value <= field.high)  # NaN is not
    if not fits.all():
        finite = value.dtype.kind != "f" or bool(np.isfinite(value).all())
        ends = f"{np.min(field.low):g} to {np.max(field.high):g}"
        beyond = f"values outside of {ends}" if finite else "values that are no finite numbers"
        raise Unfit(f"its {name} holds {beyond}")


def _check_image(name: str, value: NDArray[Any], field: Image) -> None:
    channels = value.shape[2:] or (1,)
    if value.dtype != np.uint8 or channels != (field.channels,) or value.ndim < 2:
        raise Unfit(f"its {name} is no picture of {field.channels} channels, 8 bits each")
    if not 1 <= min(value.shape[:2]) <= max(value.shape[:2]) <= LONGEST:
        raise Unfit(f"its {name} is not 1 to {LONGEST} px wide and high")


def _picture(name: str, packed: bytes, field: Image) -> NDArray[np.uint8]:
    """A PNG's pixels. Its size and chunks are checked before it is decoded."""
    _check_png(name, packed, field)
    how = cv2.IMREAD_GRAYSCALE if field.channels == 1 else cv2.IMREAD_COLOR_BGR
    picture = cv2.imdecode(np.frombuffer(packed, np.uint8), how)
    if picture is None:
        raise Unfit(f"its {name} cannot be decoded")
    return np.asarray(picture, np.uint8)


def _check_png(name: str, packed: bytes, field: Image) -> None:
    """A PNG of the right kind and size, its chunks whole."""
    if not packed.startswith(PNG_BEGINS):
        raise Unfit(f"its {name} is no PNG")
    at, kinds = len(PNG_BEGINS), list[bytes]()
    while not kinds or kinds[-1] != b"IEND":
        if len(packed) < at + 12:
            raise Unfit(f"its {name} is cut off")
        length, kind = int.from_bytes(packed[at : at + 4], "big"), packed[at + 4 : at + 8]
        if kind not in PNG_CHUNKS or (kind == b"IHDR") != (not kinds):
            raise Unfit(f"its {name} is no plain PNG")
        ends = at + 8 + length
        whole = zlib.crc32(memoryview(packed)[at + 4 : ends]).to_bytes(4, "big")
        if packed[ends : ends + 4] != whole:
            raise Unfit(f"its {name} is damaged")
        kinds.append(kind)
        at = ends + 4
    header = packed[16 : 16 + PNG_HEADER.size]
    width, height, *rest = PNG_HEADER.unpack(header)
    if not 1 <= min(width, height) <= max(width, height) <= LONGEST:
        raise Unfit(f"its {name} is not 1 to {LONGEST} px wide and high")
    if rest != [8, PNG_COLOURS[field.channels], 0, 0, 0]:
        raise Unfit(f"its {name} is no plain PNG of {field.channels} channels")
