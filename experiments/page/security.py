"""Who may ask: only a browser on this machine that was given the token. A plain ASGI layer, so that nothing is buffered.

The server listens on 127.0.0.1; a request for another host (a name that was pointed here), from another origin or without the
cookie is answered 403. What changes something is a POST with the token in its form as well. The policy of every answer forbids
the browser to load, run or send anything elsewhere.
"""

import hmac
import secrets
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "xianjie"
TOKEN = "token"
LARGEST_BODY = 32 << 20  # bytes of any request; a county's exports have a few million
POLICY = (
    "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(32)


class TooLarge(Exception):
    """A request with a longer body than is taken."""


class OnlyThisBrowser:
    """Lets through requests of the browser that was given the token, and gives it the cookie on its first visit."""

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str]) -> None:
        self.app, self.token, self.hosts = app, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, greet or let through one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        reason = self._refusal(scope, headers)
        if reason:
            await PlainTextResponse(reason, 403, headers=HEADERS)(scope, receive, send)
            return
        given = parse_qs(scope["query_string"].decode("latin-1")).get(TOKEN, [""])[0]
        if given and scope["method"] == "GET":
            if not self._right(given):
                await PlainTextResponse("wrong token", 403, headers=HEADERS)(scope, receive, send)
                return
            answer = RedirectResponse(scope["path"], 303, headers=HEADERS)
            answer.set_cookie(COOKIE, self.token, httponly=True, samesite="strict", path="/")
            await answer(scope, receive, send)
            return
        if not self._right(self._cookie(headers)):
            text = "请用 xianjie open 显示的完整地址打开本页。\nOpen this page by the whole address that xianjie open shows."
            await PlainTextResponse(text, 403, headers=HEADERS)(scope, receive, send)
            return
        try:
            await self.app(scope, _limited(receive), _with_headers(send))
        except TooLarge:
            await PlainTextResponse("文件太大，最多 32 MB。 The request is too large.", 413, headers=HEADERS)(
                scope, receive, send
            )

    def _refusal(self, scope: Scope, headers: Headers) -> str:
        """Why a request is refused whatever cookie it has; empty if it is not."""
        if headers.get("host", "") not in self.hosts:
            return "this host is not served"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc not in self.hosts:
            return "requests of other pages are refused"
        if headers.get("sec-fetch-site", "same-origin") == "cross-site" and scope["method"] != "GET":
            return "requests of other pages are refused"
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return "this method is not served"
        length = headers.get("content-length", "0")
        return "the request is too large" if not length.isdecimal() or int(length) > LARGEST_BODY else ""

    def _right(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    @staticmethod
    def _cookie(headers: Headers) -> str:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except Exception:  # a cookie header may be anything, and a broken one is none
            return ""
        return found.value if found else ""


def _limited(receive: Receive) -> Receive:
    """The body, up to the largest that is taken, however it was announced."""
    taken = 0

    async def receive_some() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise TooLarge
        return message

    return receive_some


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            found = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                found.setdefault(name, value)
        await send(message)

    return send_with_headers
