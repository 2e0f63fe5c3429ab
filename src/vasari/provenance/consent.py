"""Whether the person whose face it is agreed: asked once for each portrait, in a sentence.

What a person answers is remembered by the portrait's hash, in the user's folder, one small file
each. Nothing else is refused: whoever may use a portrait has no more to do than to say so.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from vasari.errors import VasariError
from vasari.files import as_path
from vasari.provenance.folder import config_folder, keep_private
from vasari.values import Face

STATEMENT = "I am this person or have their permission, or this is nobody."
WHY = (
    "A tool that makes people say what they never said asks once for each portrait whether that "
    "is fine with them; the answer stays on this machine, and in the signed manifest."
)
KEPT = ("terminal", "option")  # a program says it each time, and may have its own record
DEMO = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"  # sha256: astronaut.png


@dataclass(frozen=True)
class Consent:
    """What is known about a portrait.

    Attributes:
        given: whether the statement was made; None where it is not needed.
        statement: in a sentence.
        how: where it was made: "terminal", "option", "VASARI_CONSENT", "argument"; else empty.
        when: the day, such as 2026-11-27; else empty.
    """

    given: bool | None
    statement: str
    how: str = ""
    when: str = ""


NOT_ASKED = Consent(False, "Nobody was asked: there was no terminal and no answer.")
NOT_NEEDED = Consent(None, "The demo portrait, NASA, in the public domain: nobody need be asked.")


def portrait_hash(picture: str | os.PathLike[str] | Face) -> str:
    """SHA-256, hexadecimal: of the file, or of a `Face`'s pixels; empty where there is no file."""
    if isinstance(picture, Face):
        return hashlib.sha256(np.ascontiguousarray(picture.picture).tobytes()).hexdigest()
    path = as_path(picture)
    with suppress(OSError):
        if path.is_file():  # what cannot be read is told by whoever reads it
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    return ""


def consent_for(known_as: str, given: bool | None = None, how: str = "argument") -> Consent:
    """What is known about the portrait with this hash, without asking anybody.

    Args:
        known_as: from `portrait_hash`.
        given: whether the statement is made now; None if nothing is said.
        how: it is made.

    Raises:
        VasariError: it is refused.
    """
    if given is False:
        raise refused()
    if given is None and os.environ.get("VASARI_CONSENT", "") not in ("", "0"):
        given, how = True, "VASARI_CONSENT"
    if known_as == DEMO:
        return NOT_NEEDED
    remembered = _remembered(known_as)
    if remembered or not given:
        return remembered or NOT_ASKED
    stated = Consent(True, STATEMENT, how, datetime.now(UTC).date().isoformat())
    if how in KEPT:
        with suppress(OSError):  # it holds for this run, and is asked for again
            keep_private(_note(known_as), json.dumps(asdict(stated)).encode())
    return stated


def ask(picture: str | os.PathLike[str]) -> bool | None:
    """The question on the terminal, where there is one and the answer is not known.

    Returns:
        True for yes; None where there was no need or nobody to ask.

    Raises:
        VasariError: the answer is no.
    """
    known_as = portrait_hash(picture)
    somebody = sys.stdin.isatty() and sys.stderr.isatty()
    if not somebody or not known_as or consent_for(known_as) != NOT_ASKED:
        return None
    print(f"{WHY}\n“{STATEMENT}” Is that so? [y/n] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise refused()
    return True


def refused() -> VasariError:
    """What is said where somebody does not agree."""
    return VasariError(
        "Nothing was made: without the consent of the person a portrait is not to be used."
    )


def _note(known_as: str) -> Path:
    return config_folder() / "consent" / f"{known_as}.json"


def _remembered(known_as: str) -> Consent | None:
    if not known_as:
        return None
    with suppress(OSError, ValueError, TypeError):  # what is damaged is as if it were not there
        return Consent(**json.loads(_note(known_as).read_text("utf-8")))
    return None
