"""One making: its number, what is known of consent, and all that is left on what leaves."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from vasari import __version__
from vasari.checks import Background
from vasari.errors import VasariError
from vasari.files import as_path, cannot_write
from vasari.provenance.badge import Badge
from vasari.provenance.consent import Consent, consent_for, portrait_hash
from vasari.provenance.identity import Identity, given_identity, own_identity
from vasari.provenance.manifest import COVERED, Ingredient, check_identity, sign
from vasari.provenance.mark import Marker
from vasari.provenance.pattern import ID_BITS
from vasari.telling import Tell
from vasari.values import Face, Picture

Path_ = str | os.PathLike[str]
UNMARKED = "The pixels are not marked (--no-mark is for tests and research); the file says so."


@dataclass(frozen=True)
class Marks:
    """What is asked of the marks. The default is what a user needs who says nothing.

    Attributes:
        consent: True says "I am this person or have their permission, or this is nobody"; None
            says nothing, and is recorded as that.
        badge: draw "AI" into a corner.
        mark: mark the pixels; False is for tests and research.
        cert, key: files of an own certificate chain and its key, PEM; None for the chain of this
            installation.
        stamps: the address of a time stamp server (RFC 3161); None asks nobody.
        how: where consent was given, for the manifest.
    """

    consent: bool | None = None
    badge: bool = False
    mark: bool = True
    cert: Path_ | None = None
    key: Path_ | None = None
    stamps: str | None = None
    how: str = "argument"


def new_number() -> int:
    """A number for a making, random."""
    return secrets.randbits(ID_BITS)


def number_of(face: Face, seed: int) -> int:
    """The number of what leaves no file, from the portrait and the seed: the same again makes the
    same pictures."""
    told = blake2b(face.picture.tobytes(), digest_size=ID_BITS // 8)
    told.update(str(seed).encode())
    return int.from_bytes(told.digest(), "big")


class Finish:
    """Badge and mark on pictures of one size, in place.

    Args:
        number: that the pixels carry; None leaves them unmarked.
        badge: whether "AI" is drawn.
        background: of the pictures; a colour stays exactly as it is, to be keyed out.
    """

    def __init__(self, number: int | None, badge: bool, background: Background = None) -> None:
        self._number, self._asked = number, badge
        self._keep = background if isinstance(background, tuple) else None
        self._badge: Badge | None = None
        self._marker: Marker | None = None

    def __call__(self, picture: Picture) -> Picture:
        """The same picture, finished."""
        height, width = picture.shape[:2]
        if self._asked:
            self._badge = self._badge or Badge(height, width)
            self._badge.draw(picture)
        if self._number is not None:
            self._marker = self._marker or Marker(picture, self._number, self._keep)
            self._marker.mark(picture)
        return picture


@dataclass(frozen=True)
class Making:
    """One making; `begin` begins it.

    Attributes:
        marks: what was asked.
        consent: what is known of it.
        who: signs.
        portrait: SHA-256 of the portrait, hexadecimal.
        ingredients: what goes in.
        tell: is called with what the user should know.
        number: below 2**32, random; the pixels carry it.
    """

    marks: Marks
    consent: Consent
    who: Identity
    portrait: str
    ingredients: tuple[Ingredient, ...]
    tell: Tell
    number: int = field(default_factory=new_number)

    def finish(self, background: Background = None) -> Finish:
        """What is done to each picture before it leaves.

        Args:
            background: of the pictures; a colour stays exactly as it is, to be keyed out.
        """
        return Finish(self.number if self.marks.mark else None, self.marks.badge, background)

    def sign(self, source: Path, target: Path, kind: str) -> bool:
        """Sign a complete file into another.

        Args:
            source: the file.
            target: where the signed one goes.
            kind: its extension.

        Returns:
            Whether it was signed. Where it could not be, or not with a time stamp, a sentence says
            why; the work is not lost for it.
        """
        import c2pa

        if kind not in COVERED:
            return False
        stamped = [self.who] * (self.who.stamps is not None)
        for who in (*stamped, replace(self.who, stamps=None)):
            try:
                sign(source, target, kind, who, __version__, self.ingredients, self.notes())
                return True
            except c2pa.C2paError as error:
                what = "time-stamped" if who.stamps else "signed"
                self.tell(f"The file could not be {what} ({' '.join(str(error).split())}).")
        return False

    def notes(self) -> dict[str, Any]:
        """What the manifest says beyond C2PA's own words."""
        return {
            "consent": asdict(self.consent), "portrait": self.portrait, "badge": self.marks.badge,
            "mark": f"{self.number:08x}" if self.marks.mark else None,
        }  # fmt: skip

    @property
    def note(self) -> str:
        """What is added to the sentence in the file's plain metadata."""
        return "" if self.marks.mark else "; its pixels are not marked (--no-mark)"


def begin(
    picture: Path_ | Face, out: Path_, marks: Marks | None, tell: Tell, **inputs: Path_
) -> Making:
    """Begin a making: look up what is known of consent, and who signs.

    Args:
        picture: the portrait.
        out: what is made.
        marks: what is asked; None for the default.
        tell: called with each sentence that the user should know.
        inputs: the other files that go in, by what they are, such as sound=.

    Raises:
        VasariError: it is refused, or the certificate cannot be used.
    """
    marks = checked_marks(marks)
    known_as = portrait_hash(picture)
    consent = consent_for(known_as, marks.consent, marks.how)
    files = {"portrait": None if isinstance(picture, Face) else picture, **inputs}
    ingredients = tuple(
        Ingredient(what, None if path is None else as_path(path)) for what, path in files.items()
    )
    making = Making(marks, consent, _who(marks), known_as, ingredients, tell)
    if not marks.mark:
        tell(UNMARKED)
    _log(making, out)
    return making


def checked_marks(marks: Marks | None) -> Marks:
    """What is asked, checked.

    Raises:
        VasariError: it is something else.
    """
    marks = Marks() if marks is None else marks
    if not isinstance(marks, Marks):
        raise VasariError(f"The marks are a vasari.Marks, not a {type(marks).__name__}.")
    if (marks.cert is None) != (marks.key is None):
        raise VasariError("A certificate needs its key, and a key its certificate: give both.")
    if marks.stamps is not None and not str(marks.stamps).startswith(("http://", "https://")):
        raise VasariError("A time stamp server is an address that begins with http:// or https://.")
    return marks


def _who(marks: Marks) -> Identity:
    if marks.cert is None or marks.key is None:
        return replace(own_identity(), stamps=marks.stamps)
    who = given_identity(marks.cert, marks.key, marks.stamps)
    check_identity(who)
    return who


def _log(making: Making, out: Path_) -> None:
    """One line for each making in the file that `VASARI_LOG` names: by it an operator can tell
    from a mark who made what."""
    log = os.environ.get("VASARI_LOG")
    if not log:
        return
    line = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "out": os.fspath(out),
            **making.notes()}  # fmt: skip
    try:
        with as_path(log).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        raise cannot_write(as_path(log), error) from error
