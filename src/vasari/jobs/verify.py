"""`vasari verify`: what a file says of how it was made, in plain words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from PIL import Image

from vasari.errors import PictureError, VasariError, VideoError
from vasari.files import as_path, input_file
from vasari.media.container import opened
from vasari.media.watch import read_video
from vasari.portrait.picture import LARGEST_SIDE, open_picture
from vasari.provenance.manifest import COVERED, Manifest, read_manifest
from vasari.provenance.read_mark import SURE, MarkReading, read_mark
from vasari.values import Picture

MADE, CANNOT, NOTHING, TAMPERED = 0, 1, 3, 4  # exit codes
LOOKED_AT = 250  # pictures that are searched for the mark together, ten seconds
WINDOWS = 12  # so many times in a video, which may hold Vasari's work somewhere: two minutes
RARE = ((1e-12, "trillion"), (1e-9, "billion"), (1e-6, "million"), (1e-3, "thousand"))
SAID = "animated by Vasari"  # part of the sentence in the plain metadata


@dataclass(frozen=True)
class Verified:
    """What was found in a file.

    Attributes:
        path: of the file.
        code: 0 made by Vasari, 3 nothing found, 4 manifest tampered with: the exit code.
        manifest: the signed one; None where there is none.
        mark: what the pixels carry; None where nothing was found.
        tag: whether the plain metadata say that Vasari made it.
        sentences: all that in plain words, the verdict first.
    """

    path: Path
    code: int
    manifest: Manifest | None
    mark: MarkReading | None
    tag: bool
    sentences: tuple[str, ...]

    @property
    def by(self) -> tuple[str, ...]:
        """Which of the two layers say that Vasari made it: "manifest", "mark"."""
        signed = self.manifest and self.manifest.ours and self.manifest.state == "intact"
        return ("manifest",) * bool(signed) + ("mark",) * bool(self.mark)

    def as_json(self) -> dict[str, Any]:
        """One object for JSON."""
        return {
            "file": str(self.path), "code": self.code, "made_by_vasari": bool(self.by),
            "by": list(self.by), "manifest": self.manifest and asdict(self.manifest),
            "mark": self.mark and asdict(self.mark) | {"making": _number(self.mark)},
            "tag": self.tag, "sentences": list(self.sentences),
        }  # fmt: skip


def verify(path: str | os.PathLike[str]) -> Verified:
    """Whether Vasari made a video or a picture, by its signed manifest and the mark in its pixels.

    Nothing is asked on a network. Of a video the first two minutes are searched.

    Args:
        path: of a video, a picture, or a folder of numbered PNG pictures.

    Raises:
        VasariError: it cannot be read.
    """
    where = as_path(path)
    folder = sorted(where.glob("*.png")) if where.is_dir() else []
    file = input_file(folder[0] if folder else where, "file", VasariError)
    manifest = read_manifest(file)
    try:
        tag, pictures = _opened(file, folder)
        mark = _mark_of(pictures)
    except (PictureError, VideoError) as error:
        if manifest is None or manifest.state != "tampered":
            raise VasariError(str(error)) from None
        tag, mark = False, None
    code = _code(manifest, mark)
    return Verified(where, code, manifest, mark, tag, tuple(_said(file, manifest, mark, tag, code)))


def _opened(file: Path, folder: list[Path]) -> tuple[bool, Iterator[Picture]]:
    """Whether the plain metadata name Vasari, and the pictures."""
    try:
        with Image.open(file) as still:
            tag = SAID in str(still.info.get("Comment", ""))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        with opened(file, "video", VideoError) as container:
            return SAID in container.metadata.get("comment", ""), read_video(file)
    files = folder or [file]
    return tag, (open_picture(one, longest=LARGEST_SIDE).rgb for one in files)


def _mark_of(pictures: Iterator[Picture]) -> MarkReading | None:
    """What the pixels of these pictures carry, looked for in one window after the other."""
    for looks, first in zip(range(1, WINDOWS + 1), pictures, strict=False):
        reading = read_mark(chain([first], islice(pictures, LOOKED_AT - 1)))
        chance = reading.chance * looks  # of a false alarm in any of them
        if reading.found and chance < SURE:
            return replace(reading, chance=chance)
    return None


def _code(manifest: Manifest | None, mark: MarkReading | None) -> int:
    if manifest and manifest.state == "tampered":
        return TAMPERED
    return MADE if mark or (manifest and manifest.ours) else NOTHING


def _said(
    file: Path, manifest: Manifest | None, mark: MarkReading | None, tag: bool, code: int
) -> Iterator[str]:
    """The verdict, then what it rests on and what is missing."""
    yield _verdict(manifest, mark, code)
    if manifest:
        yield from _of_manifest(manifest)
    else:
        yield _without_manifest(file)
    yield _of_mark(manifest, mark)
    if tag and code == NOTHING:
        yield "Its plain metadata name Vasari; that proves nothing, since anybody can write them."
    if code == NOTHING:
        yield "That does not make it genuine: marks can be removed, and other tools have others."


def _verdict(manifest: Manifest | None, mark: MarkReading | None, code: int) -> str:
    if code == TAMPERED:
        said = "Tampered with: the file was changed after it was signed."
        return f"{said} The mark in its pixels still says that Vasari made it." if mark else said
    if code == NOTHING:
        return "Nothing was found that says that Vasari made this file."
    signed = manifest is not None and manifest.ours
    if signed and mark:
        return "Made by Vasari: its signed manifest and the mark in its pixels both say so."
    by = "its signed manifest says so" if signed else "the mark in its pixels says so"
    return f"Made by Vasari: {by}."


def _of_manifest(manifest: Manifest) -> Iterator[str]:
    if manifest.state == "elsewhere":
        yield "The file names a manifest on the network; nothing is fetched, so it was not read."
        return
    by = f" by {manifest.generator}" if manifest.generator else ""
    if manifest.state == "tampered":
        yield f"It has a manifest{by}, which does not fit the file any more ({manifest.problem})."
        return
    yield f"Its manifest{by} is intact: nothing was changed since it was signed."
    if manifest.trust == "here":
        yield "It was signed by this installation."
    else:
        yield (
            f"The signer calls itself “{manifest.signer}”. Nobody known here vouches for that "
            "name, as is usual for a file from another machine: the signature shows that nothing "
            "was changed, not who signed."
        )
    yield from _of_consent(manifest.notes or {})


def _of_consent(notes: dict[str, Any]) -> Iterator[str]:
    consent = notes.get("consent")
    if isinstance(consent, dict):
        on = f" ({consent['when']})" if consent.get("when") else ""
        yield f"Consent, as the maker stated it: “{consent.get('statement', '')}”{on}"


def _without_manifest(file: Path) -> str:
    if file.suffix.lower() not in COVERED:
        return f"It has no signed manifest: C2PA has no place for one in {file.suffix} files."
    return (
        "It has no signed manifest: none was made, or it was lost, as when a file is converted, "
        "cut or uploaded."
    )


def _of_mark(manifest: Manifest | None, mark: MarkReading | None) -> str:
    notes = (manifest and manifest.notes) or {}
    if mark is None:
        if notes and notes.get("mark") is None:
            return "Its pixels were not marked (--no-mark), as the manifest says."
        return "No mark was found in its pixels."
    number, claimed = _number(mark), notes.get("mark")
    sure = f"a mistake is less likely than {_bound(mark.chance)}"
    if number is None:
        return f"The mark was found in its pixels ({sure}); too little is left to read its number."
    if claimed not in (None, number):
        return (
            f"The mark in its pixels has the number {number}, and the manifest says {claimed}: the "
            "pictures come from another making."
        )
    return f"The mark was found in its pixels ({sure}), with the number {number}."


def _number(mark: MarkReading) -> str | None:
    return None if mark.making is None else f"{mark.making:08x}"


def _bound(chance: float) -> str:
    """A round number above a chance, in words."""
    return "1 in a " + next((said for most, said in RARE if chance <= most), "few")
