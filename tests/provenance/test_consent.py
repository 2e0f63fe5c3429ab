"""The question is asked once for a portrait, and only where there is somebody to ask."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.conftest import Vasari
from tests.faces import made_face
from vasari.demo import demo_portrait
from vasari.errors import VasariError
from vasari.jobs.verify import verify
from vasari.provenance.consent import NOT_ASKED, NOT_NEEDED, STATEMENT, consent_for, portrait_hash


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings folder in which nothing was said yet."""
    monkeypatch.setenv("VASARI_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("VASARI_CONSENT", raising=False)
    return tmp_path / "config"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def sits(text: str) -> None:
        monkeypatch.setattr("vasari.provenance.consent.sys.stdin", Terminal(text))
        monkeypatch.setattr("vasari.provenance.consent.sys.stderr.isatty", lambda: True)

    return sits


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    made_face().save(tmp_path / "a.face")
    return tmp_path / "a.face"


def test_a_yes_is_remembered_and_written(  # type: ignore[no-untyped-def]
    vasari: Vasari, saved: Path, voice: Path, tmp_path: Path, typed
) -> None:
    typed("y\n")
    words = ("say", saved, voice, "-o", tmp_path / "a.mp4", "--size", "256")
    ended = vasari(*words)
    assert ended.code == 0, ended.err
    assert STATEMENT in ended.err
    typed("")
    again = vasari(*words)
    assert again.code == 0, again.err
    assert STATEMENT not in again.err
    manifest = verify(tmp_path / "a.mp4").manifest
    assert manifest is not None
    assert manifest.notes is not None
    assert manifest.notes["consent"]["given"] is True
    assert manifest.notes["consent"]["how"] == "terminal"
    assert manifest.notes["portrait"] == portrait_hash(saved)


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "maybe\n"])
def test_anything_else_makes_nothing(  # type: ignore[no-untyped-def]
    vasari: Vasari, saved: Path, voice: Path, tmp_path: Path, typed, answer: str
) -> None:
    before = sorted(tmp_path.iterdir())
    typed(answer)
    ended = vasari("say", saved, voice, "-o", tmp_path / "a.mp4", "--size", "256")
    assert ended.code == 1
    assert ended.err.splitlines()[-1].endswith("is not to be used.")
    assert sorted(tmp_path.iterdir()) == before


def test_without_a_terminal_nobody_is_asked(
    vasari: Vasari, saved: Path, voice: Path, tmp_path: Path
) -> None:
    ended = vasari("say", saved, voice, "-o", tmp_path / "a.mp4", "--size", "256")
    assert ended.code == 0, ended.err
    assert STATEMENT not in ended.err
    found = verify(tmp_path / "a.mp4")
    assert any("Nobody was asked" in sentence for sentence in found.sentences)


def test_who_answers(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert consent_for("ab") == NOT_ASKED
    assert consent_for("ab", True, "option").how == "option"
    (note,) = (empty / "consent").iterdir()
    assert json.loads(note.read_text())["statement"] == STATEMENT
    assert note.stat().st_mode & 0o777 == 0o600
    assert consent_for("ab").how == "option"
    assert consent_for("ef", True, "argument").given is True
    assert consent_for("ef") == NOT_ASKED  # programs say it each time
    monkeypatch.setenv("VASARI_CONSENT", "1")
    assert consent_for("cd").how == "VASARI_CONSENT"
    with pytest.raises(VasariError, match="consent"):
        consent_for("ef", False)


def test_the_demo_portrait_needs_no_question() -> None:
    assert consent_for(portrait_hash(demo_portrait())) == NOT_NEEDED


def test_where_nothing_can_be_remembered_it_goes_on(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.write_text("a file where a folder should be")
    assert consent_for("ab", True, "option").given is True
    assert consent_for("ab") == NOT_ASKED
