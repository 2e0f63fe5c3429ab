"""What is done to a good file: any file's bytes, and what only one kind has, such as the members of
a zip, with sums that are right again."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

import numpy as np

Rng = np.random.Generator
Change = Callable[[bytes, Rng], bytes]

HEAD = 160  # bytes at either end that hold most of a file's structure
NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63]
WILD = [
    np.nan, np.inf, -np.inf, 1e30, -1e30, 3e38, 1e300, -1e300, 1e6, -1e4, 360, -360, 200, 100, 49,
    20, -12, -11.9, -8, 5, 4, 3, -3, 1, 0.5, 0, -0.0, 1e-40,
]  # fmt: skip


def changed(file: bytes, kind: str, rng: Rng) -> bytes:
    """One damaged file; the same for the same generator."""
    own = OWN.get(kind, [])
    choice = own if own and rng.random() < 0.6 else ANY
    for _ in range(1 + int(rng.integers(3) == 0)):
        file = choice[rng.integers(len(choice))](file, rng)
    return file


def _place(file: bytes, rng: Rng) -> int:
    """Often near an end."""
    size = len(file)
    if size <= 2 * HEAD or rng.random() < 0.4:
        return int(rng.integers(max(size, 1)))
    near = int(rng.integers(HEAD))
    return near if rng.random() < 0.6 else size - 1 - near


def flip(file: bytes, rng: Rng) -> bytes:
    out = bytearray(file)
    for _ in range(int(2 ** rng.integers(5))):
        if out:
            out[_place(file, rng)] ^= 1 << int(rng.integers(8))
    return bytes(out)


def overwrite(file: bytes, rng: Rng) -> bytes:
    """A number of 1, 2, 4 or 8 bytes that tends to be trouble."""
    at, size = _place(file, rng), int(2 ** rng.integers(4))
    number = NUMBERS[rng.integers(len(NUMBERS))] % (1 << 8 * size)
    order = "big" if rng.random() < 0.5 else "little"
    return file[:at] + number.to_bytes(size, order) + file[at + size :]


def cut(file: bytes, rng: Rng) -> bytes:
    return file[: _place(file, rng)]


def cut_front(file: bytes, rng: Rng) -> bytes:
    return file[int(rng.integers(1, HEAD)) :]


def insert(file: bytes, rng: Rng) -> bytes:
    at, run = _place(file, rng), int(2 ** rng.integers(14))
    content = rng.bytes(run) if rng.random() < 0.5 else bytes([rng.integers(256)]) * run
    return file[:at] + content + file[at:]


def drop(file: bytes, rng: Rng) -> bytes:
    at = _place(file, rng)
    return file[:at] + file[at + int(2 ** rng.integers(10)) :]


def repeat(file: bytes, rng: Rng) -> bytes:
    at, run = _place(file, rng), int(2 ** rng.integers(12))
    return file[: at + run] + file[at : at + run] * int(rng.integers(1, 9)) + file[at + run :]


def blank(file: bytes, rng: Rng) -> bytes:
    at, run = _place(file, rng), int(2 ** rng.integers(12))
    return file[:at] + b"\0" * len(file[at : at + run]) + file[at + run :]


ANY: list[Change] = [flip, flip, flip, overwrite, overwrite, cut, cut_front, insert, drop, repeat,
                     blank]  # fmt: skip


# An npz whose sums are right: what is inside reaches the reader of arrays.


def _members(file: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as packed:
            return [(name, packed.read(name)) for name in packed.namelist()]
    except Exception:  # a change before this one damaged it
        return []


def _zip(members: list[tuple[str, bytes]], rng: Rng) -> bytes:
    how = zipfile.ZIP_DEFLATED if rng.random() < 0.5 else zipfile.ZIP_STORED
    room = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice is meant
        with zipfile.ZipFile(room, "w", how) as packed:
            for name, content in members:
                packed.writestr(name, content)
    return room.getvalue()


def _one_member(change: Change) -> Change:
    """Change the content of one member."""

    def to_file(file: bytes, rng: Rng) -> bytes:
        members = _members(file)
        if not members:
            return flip(file, rng)
        at = int(rng.integers(len(members)))
        name, content = members[at]
        members[at] = name, change(content, rng)
        return _zip(members, rng)

    return to_file


def _npy(array: np.ndarray) -> bytes:
    room = io.BytesIO()
    np.lib.format.write_array(room, array, allow_pickle=True)
    return room.getvalue()


def values(content: bytes, rng: Rng) -> bytes:
    """Numbers of an array become others, a few or all of them."""
    try:
        array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except Exception:
        return flip(content, rng)
    if array.dtype.kind not in "fiu" or array.dtype == np.uint8 or not array.size:
        return _npy(np.array(rng.choice(["vasari face", "vasari motion", "", "\0", "a" * 99])))
    flat = array.astype(np.float64).reshape(-1)
    few = rng.integers(len(flat), size=int(2 ** rng.integers(6)))
    new = WILD[rng.integers(len(WILD))]
    how = rng.integers(4)
    with np.errstate(all="ignore"):
        if how == 0:
            flat[few] = new
        elif how == 1:
            flat[few] += rng.normal(size=len(few)) * 10 ** rng.uniform(-3, 3)
        elif how == 2:
            flat *= new
        else:
            flat += rng.normal(size=len(flat)) * 10 ** rng.uniform(-4, 2)
        kind = (
            array.dtype if rng.random() < 0.8 else rng.choice(["<f2", ">f4", "<f8", "<i4", "|b1"])
        )
        return _npy(flat.reshape(array.shape).astype(kind))


def shape(content: bytes, rng: Rng) -> bytes:
    """The header says something else."""
    news = [
        b"(4,)", b"()", b"(0,)", b"(100000000000,)", b"(250000, 68)", b"(-1,)", b"(1, 478, 3)",
        b"(999999999999, 0)", b"(99999999999999999999, 3)", b"(" * 300, b"(0, 68)", b"(3, 3, 3)",
        b"(__import__('os').abort(),)", b"'no'",
    ]  # fmt: skip
    kinds = [
        b"|O",
        b"<f4",
        b">f8",
        b"<c16",
        b"|V8",
        b"<U9",
        b"<M8[s]",
        b"|S4",
        b"<f16",
        b"nonsense",
    ]
    start, end = content.find(b"("), content.find(b")")
    if rng.random() < 0.5 and 0 < start < end:
        return content[:start] + news[rng.integers(len(news))] + content[end + 1 :]
    at = content.find(b"'descr': '")
    if at < 0:
        return flip(content, rng)
    rest = content[at + 10 :].split(b"'", 1)[-1]
    return content[: at + 10] + kinds[rng.integers(len(kinds))] + b"'" + rest


def arrays(content: bytes, rng: Rng) -> bytes:
    """Another array altogether."""
    del content
    sizes = [(), (0,), (3,), (478, 3), (9, 478, 3), (40, 68), (7, 3), (2**20,), (1,) * 20]
    if rng.random() < 0.1:
        return _npy(np.array([{}, None], dtype=object))
    return _npy(np.full(sizes[rng.integers(len(sizes))], WILD[rng.integers(len(WILD))], np.float32))


def png(content: bytes, rng: Rng) -> bytes:
    """The PNG inside an array changes, its sums right: sizes, kinds of chunks, what is packed."""
    at = content.find(b"\x89PNG")
    if at < 0:
        return values(content, rng)
    chunks = _chunks(content[at + 8 :])
    k = int(rng.integers(len(chunks)))
    kind, data = chunks[k]
    how = rng.integers(6)
    if how == 0 or kind == b"IHDR":
        data = overwrite(data, rng)[: len(data)] if how < 5 else data[: int(rng.integers(13))]
    elif how == 1:
        data = flip(data, rng)
    elif how == 2:
        data = zlib.compress(b"\0" * int(4 ** rng.integers(13)), 9)
    elif how == 3:
        kind = bytes(rng.choice([b"acTL", b"fcTL", b"iCCP", b"zTXt", b"PLTE", b"tRNS", b"IEND"]))
    elif how == 4:
        chunks.insert(k, (kind, data))
    else:
        data = data[: len(data) // 2]
    chunks[k] = kind, data
    picture = content[at : at + 8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return _npy(np.frombuffer(picture, np.uint8))


def _chunks(rest: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    while len(rest) >= 12:
        length = int.from_bytes(rest[:4], "big")
        found.append((rest[4:8], rest[8 : 8 + length]))
        rest = rest[12 + length :]
    return found or [(b"IHDR", b"")]


def names(file: bytes, rng: Rng) -> bytes:
    """Members are lost, doubled, called something else, many or packed in each other."""
    members = _members(file)
    if not members:
        return flip(file, rng)
    at = int(rng.integers(len(members)))
    name, content = members[at]
    how = rng.integers(6)
    if how == 0:
        members.pop(at)
    elif how == 1:
        members.append((name, content))
    elif how == 2:
        strange = [
            "../a.npy",
            "/etc/passwd",
            "a/b.npy",
            "x",
            "ä.npy",
            "C:\\a.npy",
            name.upper(),
            ".npy",
        ]
        members[at] = strange[rng.integers(len(strange))], content
    elif how == 3:
        members += [(f"n{k}.npy", content[:100]) for k in range(int(4 ** rng.integers(7)))]
    elif how == 4:
        members.append(("inner.npz", file))
    else:
        members.append(("extra.npy", _npy(np.zeros(3))))
    return _zip(members, rng)


def bomb(file: bytes, rng: Rng) -> bytes:
    """Hundreds of megabytes of nothing, well packed."""
    members = _members(file)
    if not members:
        return flip(file, rng)
    at = int(rng.integers(len(members)))
    header = _npy(np.zeros((1, 68), np.float32))[:-272]
    members[at] = members[at][0], header + b"\0" * (int(rng.integers(1, 20)) << 20)
    return _zip(members, rng)


def zip_fields(file: bytes, rng: Rng) -> bytes:
    """Fields of a member in the zip's directory: flags, packing, sums, sizes, lengths, place."""
    ends = [k for k in range(len(file) - 3) if file[k : k + 4] == b"PK\x01\x02"]
    if not ends:
        return flip(file, rng)
    at = ends[rng.integers(len(ends))] + int(rng.choice([6, 8, 10, 16, 20, 24, 28, 30, 32, 36, 42]))
    number = NUMBERS[rng.integers(len(NUMBERS))] % (1 << 16)
    return file[:at] + number.to_bytes(2, "little") + file[at + 2 :]


NPZ: list[Change] = [
    _one_member(values), _one_member(values), _one_member(values), _one_member(shape),
    _one_member(arrays), _one_member(flip), _one_member(cut), _one_member(insert), names, bomb,
    zip_fields, zip_fields,
]  # fmt: skip


# Text: what stands between commas and brackets.


def _words(separators: bytes, news: list[bytes]) -> Change:
    """Some of what stands between separators becomes something else."""

    def words(file: bytes, rng: Rng) -> bytes:
        places = [k for k, byte in enumerate(file) if byte in separators]
        for _ in range(int(2 ** rng.integers(4))):
            if len(places) < 2:
                break
            k = int(rng.integers(len(places) - 1))
            new = news[rng.integers(len(news))]
            file = file[: places[k] + 1] + new + file[places[k + 1] :]
            places = [p for p in places if p <= places[k]]
        return file

    return words


TROUBLE = [
    b"", b"NaN", b"nan", b"Infinity", b"-inf", b"1e30", b"-1e30", b"1e999", b"1e-320", b"9" * 400,
    b"9" * 5000, b"0x10", b"1_0", b"null", b"true", b'"a"', b"[", b"]", b"{}", b"[[[1]]]",
    b"[" * 99999, b"1 2", b"\0", b"\xff\xfe", "ä١".encode(), b"a" * 70000,
    b"3.5", b"0.25", b"-1", b"1", b"49",
]  # fmt: skip
TIMES = [
    b"99:99:99:99.999",
    b"::",
    b"0:0:0:0",
    b"1" * 9000 + b":1:1:1",
    b"00:00:00;29.9",
    b"-1:0:0:5",
]


def encoded(file: bytes, rng: Rng) -> bytes:
    """The same text as another program may write it."""
    text = file.decode("latin-1")
    how = rng.choice(["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-7"])
    return text.encode(str(how))


def nested(file: bytes, rng: Rng) -> bytes:
    deep = int(4 ** rng.integers(10))
    return rng.choice([b"[", b'{"landmarks":']) * deep + file + b"]" * deep


def lines(file: bytes, rng: Rng) -> bytes:
    """Rows are lost, doubled, moved, many."""
    rows = file.split(b"\n")
    at, how = int(rng.integers(len(rows))), rng.integers(5)
    if how == 0:
        rows.pop(at)
    elif how == 1:
        rows.insert(at, rows[int(rng.integers(len(rows)))])
    elif how == 2:
        rows = rows[::-1]
    elif how == 3:
        rows[at : at + 1] = [rows[at]] * int(4 ** rng.integers(6))
    else:
        rows[at] = rows[at] * int(2 ** rng.integers(6))
    return (b"\n" if rng.random() < 0.8 else b"\r\n").join(rows)


OWN: dict[str, list[Change]] = {
    "face": [*NPZ, _one_member(png), _one_member(png)],
    "motion": NPZ,
    "landmarks npz": NPZ,
    "landmarks JSON": [_words(b"[,]", TROUBLE), _words(b"[,]", TROUBLE), encoded, nested],
    "CSV": [_words(b",\n", TROUBLE), _words(b",\n", TROUBLE + TIMES), _words(b"\n:", TIMES),
            encoded, lines],
}  # fmt: skip
