"""Who may come in, and how much may be sent."""

from __future__ import annotations

import pytest

from tests.live.servers import app_of
from vasari.errors import VasariError

testclient = pytest.importorskip("starlette.testclient")
TOKEN = "a-token-nobody-guesses"


@pytest.fixture(scope="module")
def local():
    with testclient.TestClient(app_of(), "http://127.0.0.1:8765") as client:
        yield client


@pytest.fixture(scope="module")
def public():
    settings = {"host": "0.0.0.0", "token": TOKEN}
    with testclient.TestClient(app_of(**settings), "http://ada.example:8765") as client:
        yield client


def test_nothing_is_open_to_others_without_a_token() -> None:
    with pytest.raises(VasariError, match="token"):
        app_of(host="0.0.0.0")
    with pytest.raises(VasariError, match="too short"):
        app_of(host="0.0.0.0", token="abc")


def test_a_token_is_asked_for(public) -> None:
    assert public.get("/health").status_code == 200
    for path in ("/faces", "/videos", "/metrics", "/", "/studio/studio.js", "/openapi.json"):
        assert public.get(path).status_code == 401, path
    assert public.get("/faces", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert public.get("/faces", params={"token": TOKEN + "x"}).status_code == 401


def test_the_token_goes_into_a_cookie_and_out_of_the_address(public) -> None:
    answer = public.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert public.get("/faces").status_code == 200
    public.cookies.clear()


def test_a_socket_needs_the_token_too(public) -> None:
    with (
        pytest.raises(testclient.WebSocketDenialResponse) as denied,
        public.websocket_connect("/live"),
    ):
        pass
    assert denied.value.status_code == 401


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:9999"])
def test_pages_of_other_origins_get_nothing(local, origin: str) -> None:
    headers = {"origin": origin}
    assert local.get("/faces", headers=headers).status_code == 403
    assert local.post("/faces", headers=headers, data={"consent": "true"}).status_code == 403
    with (
        pytest.raises(testclient.WebSocketDenialResponse) as denied,
        local.websocket_connect("/live", headers={**headers, "host": "127.0.0.1:8765"}),
    ):
        pass
    assert denied.value.status_code == 403


def test_no_other_origin_is_ever_allowed(local) -> None:
    answer = local.options("/faces", headers={
        "origin": "https://elsewhere.example", "access-control-request-method": "POST",
    })  # fmt: skip
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_another_name_for_this_machine_is_refused(local) -> None:
    """What a page does whose name leads here (DNS rebinding)."""
    assert local.get("/faces", headers={"host": "evil.example:8765"}).status_code == 421
    assert local.get("/faces", headers={"host": "localhost:8765"}).status_code == 200


def test_pages_may_not_be_framed_nor_fetch_from_elsewhere(local) -> None:
    policy = local.get("/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/faces", "/videos", "/speech", "/rtc"])
def test_a_body_may_not_be_too_large(path: str) -> None:
    limits = {"picture_bytes": 1000, "sound_bytes": 1000}
    with testclient.TestClient(app_of(**limits), "http://127.0.0.1") as client:
        large = b"x" * 200_000
        said = client.post(path, content=large, headers={"content-type": "application/json"})
        assert said.status_code == 413, said.text
        unsaid = client.post(path, content=iter([large[:100_000]] * 2))  # no length said before
        assert unsaid.status_code in (413, 422), unsaid.text


@pytest.mark.parametrize("path", [
    "/studio/..%2f..%2fserver.py", "/studio/%2e%2e/server.py", "/faces/..%2f..%2fetc/picture",
    "/videos/%2e%2e%2f%2e%2e/file", "/studio/studio.py",
])  # fmt: skip
def test_names_are_no_paths(local, path: str) -> None:
    answer = local.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_no_traceback_leaves_the_server(local, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("vasari.live.faces.Faces.all", broken)
    answer = local.get("/faces")
    assert answer.status_code == 500
    assert answer.json() == {"error": "Something went wrong on the server."}
