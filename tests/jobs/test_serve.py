"""What `vasari serve` makes of its options, before anything is served."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi", reason="the extra `live` is not installed")

from vasari.jobs import serve
from vasari.jobs.serve import Wishes, address
from vasari.live.settings import TOKEN_LEAST


def wishes(**other: object) -> Wishes:
    given = {"host": "127.0.0.1", "port": 8765, "token": None, "sessions": 4, "keep": 60.0,
             "ice": (), "badge": None} | other  # fmt: skip
    return Wishes(**given)  # type: ignore[arg-type]


def test_here_it_is_open_and_elsewhere_a_token_is_made() -> None:
    here, there = wishes().settings(), wishes(host="0.0.0.0").settings()
    assert (here.token, here.badged) == (None, False)
    assert there.token is not None
    assert len(there.token) >= TOKEN_LEAST
    assert there.badged
    assert wishes(host="0.0.0.0").settings().token != there.token
    assert not wishes(host="0.0.0.0", badge=False).settings().badged


def test_the_address_is_one_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "own_address", lambda: "192.0.2.7")
    assert address(wishes().settings()) == "http://127.0.0.1:8765/"
    assert address(wishes(host="::1").settings()) == "http://[::1]:8765/"
    public = address(wishes(host="0.0.0.0", token="0123456789abcdef").settings())
    assert public == "http://192.0.2.7:8765/?token=0123456789abcdef"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--token", "short"], "token"),
        (["--ice", "x"], "ICE"),
        (["--sessions", "0"], "sessions"),
    ],
)
def test_what_cannot_be_meant(vasari, words: list[str], part: str) -> None:
    ended = vasari("serve", *words)
    assert ended.code in (1, 2)
    assert part in ended.err


def test_a_missing_library_is_named(vasari, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    ended = vasari("serve")
    assert ended.code == 1
    assert "pip install 'vasari[live]'" in ended.err


def test_a_port_that_is_taken(vasari) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = vasari("serve", "--port", str(taken.getsockname()[1]))
    assert ended.code == 1
    assert "--port" in ended.err
