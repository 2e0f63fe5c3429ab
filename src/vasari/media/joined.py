"""WAV files that were joined end to end: each is a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

Part = tuple[int, int]  # first byte, and the one after the last

BEGINS = (b"RIFF", b"RF64")
HEADER = 12  # bytes: RIFF, size, WAVE
MOST = 1000  # parts that are looked for


def joined_parts(path: Path) -> tuple[Part, ...]:
    """The WAV files that a file consists of; none where it is but one, or something else."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        parts, at = list[Part](), 0
        while len(parts) < MOST and (end := _end_of_wav(file, at, size)) is not None:
            parts.append((at, end))
            padded = (end - at) % 2 == 1 and not _begins(file, end)
            at = end + padded
    if len(parts) < 2:
        return ()
    return (*parts[:-1], (parts[-1][0], size))


def _end_of_wav(file: BinaryIO, at: int, size: int) -> int | None:
    """Where the WAV that begins at `at` ends; None if none does."""
    if not _begins(file, at):
        return None
    file.seek(at)
    header = file.read(HEADER)
    length = int.from_bytes(header[4:8], "little")
    if header[:4] == b"RF64":
        chunk = file.read(16)  # ds64 and the length that did not fit
        if chunk[:4] != b"ds64":
            return None
        length = int.from_bytes(chunk[8:16], "little")
    return min(at + 8 + length, size) if length > 4 else None


def _begins(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    header = file.read(HEADER)
    return header[:4] in BEGINS and header[8:] == b"WAVE"
