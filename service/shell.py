"""The shell around every answer: headers that keep browsers and caches careful, and a bound on every body.

The policy lets pages use our own files alone, with no inline script; wasm is for the reader of codes, the camera for
scanning. An answer that says nothing about caches may be kept by none, so forgetting is safe. A body may be small,
or, as a form with a file, larger; it is counted while it arrives, whatever length it claims.
"""

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifier.http import MAX_HEARD, declared_length

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; style-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CAREFUL = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONLY_TLS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
STATIC_AGE = "public, max-age=86400"
MAX_BODY = 1024 * 1024
"""Octets of a body that is no form with a file."""
MAX_FORM = MAX_HEARD + 65_536
"""Octets of a form; the routes that take files bound what they keep of it more closely."""


class CarefulHeaders:
    """Puts the headers on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self.app = app
        self.headers = CAREFUL | (ONLY_TLS if production else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what comes back gets its headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        age = STATIC_AGE if scope["path"].startswith("/static/") else "no-store"

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", age if message["status"] < 400 else "no-store")
            await send(message)

        await self.app(scope, receive, adding)


class BodyLimit:
    """Refuses a body beyond its bound: at once where its length is told, otherwise when it has become too long.

    The length of a form is left to its route, because one of them gives a verdict even on what is too large.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        form = headers.get("content-type", "").lower().startswith("multipart/")
        if not form and declared_length(headers) > MAX_BODY:
            raise HTTPException(413)
        limit, total = MAX_FORM if form else MAX_BODY, 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > limit:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
