"""What is asked of the marks is checked before any work, and an operator's log is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vasari
from tests.conftest import voice_like
from tests.faces import made_face
from vasari.errors import OutputError, VasariError
from vasari.provenance.making import Finish, Marks, begin
from vasari.provenance.read_mark import read_mark


@pytest.mark.parametrize(
    ("marks", "says"),
    [("no", "not a str"), (Marks(cert="a.pem"), "give both"), (Marks(key="a.pem"), "give both"),
     (Marks(stamps="ftp://a"), "http"), (Marks(consent=False), "consent"),
     (Marks(cert="a.pem", key="b.pem"), "a.pem")],
)  # fmt: skip
def test_what_cannot_be_done_is_said(marks: Any, says: str) -> None:
    with pytest.raises(VasariError, match=says) as caught:
        begin(made_face(), "a.mp4", marks, print)
    assert str(caught.value).endswith(".")


def test_an_operator_can_tell_from_a_mark_who_made_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VASARI_LOG", str(tmp_path / "log"))
    makings = [begin(made_face(), f"{k}.mp4", None, print) for k in range(3)]
    assert len({making.number for making in makings}) == 3
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["out"] for line in lines] == ["0.mp4", "1.mp4", "2.mp4"]
    assert [line["mark"] for line in lines] == [f"{making.number:08x}" for making in makings]
    assert lines[0]["consent"]["statement"].startswith("Nobody was asked")
    monkeypatch.setenv("VASARI_LOG", str(tmp_path))
    with pytest.raises(OutputError):
        begin(made_face(), "a.mp4", None, print)


def test_badge_and_mark_live_together_and_a_key_colour_stays() -> None:
    noise = np.random.default_rng(0).normal(0, 9, (384, 384, 3))
    picture = (np.full((384, 384, 3), 110) + noise).clip(0, 255).astype(np.uint8)
    picture[:, :60] = (0, 255, 0)
    finish = Finish(0xC0FFEE, True, (0, 255, 0))
    finished = [finish(picture.copy()) for _ in range(25)]
    assert (finished[0][:, :60] == (0, 255, 0)).all()
    assert finished[0][-60:, -90:].max() == 255
    assert read_mark(finished).making == 0xC0FFEE
    assert np.array_equal(Finish(None, False)(picture.copy()), picture)


def test_talk_and_sessions_mark_what_they_show() -> None:
    face, sound = made_face(), voice_like(1.0)
    marked = list(vasari.talk(face, sound, size=256))
    plain = list(vasari.talk(face, sound, size=256, mark=False))
    assert read_mark(marked).found
    assert not read_mark(plain).found
    session = vasari.Session(face, size=256)
    assert read_mark([session.idle().picture for _ in range(12)]).found
    differ = np.abs(np.subtract(marked, plain, dtype=np.int16))
    assert 0 < differ.mean() < 2
