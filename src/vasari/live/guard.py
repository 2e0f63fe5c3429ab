"""Who may come in: the token, where a page may come from, how much may be uploaded, how slowly."""

from __future__ import annotations

import asyncio
import hmac
import logging
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vasari.live.refused import Refused
from vasari.live.settings import LOCAL_NAMES, MEBIBYTE, Settings

COOKIE = "vasari_token"
OPEN = ("/health",)  # says nothing but that it runs
ROOM = 1 << 16  # bytes of a form beside its file
BODY_SECONDS = 120.0  # that a body may take to come
HARDENED = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "permissions-policy": "camera=(self), microphone=(self), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
log = logging.getLogger("vasari.live")


class Guard:
    """Stands before the application: what it refuses costs nothing.

    Args:
        app: that is guarded.
        settings: the token, the limits.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks for it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = self._refusal(scope)
        if answer is not None:
            await _answered(answer, scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if not self._host_fits(headers.get("host", "")):
            return _no("This server is asked for by another name than its own.", 421)
        origin = headers.get("origin")
        if origin is not None and not _same(origin, headers.get("host", "")):
            return _no("Pages of other origins may not use this server.", 403)
        if scope["path"] in OPEN:
            return None
        return self._token_refusal(scope, headers)

    def _host_fits(self, host: str) -> bool:
        """A page elsewhere may let its own name lead here: for a server without a token, only names
        of this machine are taken (DNS rebinding)."""
        if self._settings.token is not None:
            return True
        name = urlsplit(f"//{host}").hostname
        return name in LOCAL_NAMES or name == self._settings.host

    def _token_refusal(self, scope: Scope, headers: Headers) -> Response | None:
        token = self._settings.token
        if token is None:
            return None
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        cookies = SimpleCookie(headers.get("cookie", ""))
        cookie = cookies[COOKIE].value if COOKIE in cookies else ""
        if not any(_equal(given, token) for given in (asked, bearer, cookie)):
            return _no("Give the server's token: open the address that it printed.", 401)
        if scope["path"] == "/" and asked and scope["type"] == "http":
            return self._settled(token, scope)
        return None

    def _settled(self, token: str, scope: Scope) -> Response:
        """The studio's address without the token in it, which goes into a cookie."""
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE, token, httponly=True, samesite="strict", secure=scope["scheme"] == "https"
        )
        return answer

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def hardened(message: Message) -> None:
            nonlocal started
            if body.refused and not started:
                return  # what the application says of a body that was cut off
            if message["type"] == "http.response.start":
                started = True
                known = {name for name, _ in message["headers"]}
                extra = [(k.encode(), v.encode()) for k, v in HARDENED.items()]
                message["headers"] = [
                    *message["headers"], *(pair for pair in extra if pair[0] not in known),
                ]  # fmt: skip
            await send(message)

        body = Body(receive, self._most(scope))
        try:
            body.check_length(Headers(scope=scope).get("content-length"))
            await self._app(scope, body, hardened)
        except Exception:  # no traceback leaves this machine
            if not body.refused:
                log.exception("A request failed: %s", scope["path"])
            if not started and not body.refused:
                await _no("Something went wrong on the server.", 500)(scope, receive, send)
        if body.refused and not started:
            await _no(str(body.refused), body.refused.status)(scope, receive, send)

    def _most(self, scope: Scope) -> int:
        uploads = {
            "/faces": self._settings.picture_bytes, "/videos": self._settings.sound_bytes,
        }  # fmt: skip
        return uploads.get(scope["path"], 0) + ROOM


class Body:
    """A request's body, which may be neither too large nor too slow.

    Args:
        receive: where it comes from.
        most: bytes.

    Attributes:
        refused: why, once it was.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most, self._size = receive, most, 0
        self._whole = False
        self.refused: Refused | None = None
        self._until = asyncio.get_running_loop().time() + BODY_SECONDS

    def check_length(self, said: str | None) -> None:
        """Refuse at once what says itself that it is too large."""
        if said is not None and (not said.isdecimal() or int(said) > self._most):
            raise self._too_large()

    async def __call__(self) -> Message:
        """The next part."""
        if self._whole:  # what comes now is only the end of the connection, whenever it comes
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise self._no("The upload took too long.", 408) from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._most:
            raise self._too_large()
        return message

    def _too_large(self) -> Refused:
        return self._no(f"That is too large: at most {self._most / MEBIBYTE:.3g} MiB here.", 413)

    def _no(self, sentence: str, status: int) -> Refused:
        self.refused = Refused(sentence, status)
        return self.refused


def _same(origin: str, host: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == host


def _equal(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _no(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status, headers=HARDENED)


async def _answered(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """An answer instead of the application, to a request or to a WebSocket that is not opened."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get(
        "extensions", {}
    ):
        await send({"type": "websocket.close", "code": 1008})
        return
    await answer(scope, receive, send)
