"""The user's own folder: the key that signs, and what was said about portraits."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

PRIVATE, SHUT = 0o600, 0o700  # modes of files and folders that are nobody else's business


def config_folder() -> Path:
    """Where a user's settings lie: `VASARI_CONFIG`, or where the system wants them. It may not
    be there yet."""
    given = os.environ.get("VASARI_CONFIG")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home()) / "vasari"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "vasari"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "vasari"


def keep_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all; an older one stays.

    Raises:
        OSError: it cannot be written there.
    """
    path.parent.mkdir(SHUT, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            file.write(content)
        with suppress(FileExistsError):  # another process was quicker: what it wrote counts
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
