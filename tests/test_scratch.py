"""Where no temporary file can be written, one sentence says so."""

from __future__ import annotations

import tempfile

import pytest

from vasari.errors import OutputError
from vasari.files import scratch


def test_no_place_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    with pytest.raises(OutputError, match="TMPDIR"), scratch():
        pass


def test_nothing_stays() -> None:
    with scratch() as folder:
        (folder / "a").touch()
    assert not folder.exists()
