"""The shell around every answer: headers that keep browsers and caches careful, and a bound on every body.

The policy lets pages use our own files alone, with no inline script and nothing that no page uses. An answer that says
nothing about caches may be kept by none, so forgetting is safe. A body may be small, or, as a form with a file, larger;
it is counted while it arrives, whatever length it claims.
"""

import re

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.batches.http import MAX_SENT
from verifier.http import MAX_HEARD, MAX_LET_BY, declared_length
from verifier.recognising import MAX_FILE

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; style-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY_WITH_PICTURES = POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""For pages that carry pictures in themselves, which have no address of their own."""
CAREFUL = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CUT_OFF = {"Connection": "close"}
ONLY_TLS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
STATIC_AGE = "public, max-age=86400"
MAX_BODY = 1024 * 1024
"""Octets of a body, except where files are taken."""
TAKE_FILES = frozenset({"/api/v1/verifications", "/verify"})
"""Addresses that take a form with a file of any length, because even what is too large gets a verdict there; they
bound what they keep of it themselves."""
TAKE_DOCUMENTS = re.compile(
    "/api/v1/scans"
    "|/api/v1/batches"
    "|/api/v1/batch-trials(?:/problems\\.(?:csv|xlsx))?"
    "|/issuer/conversions"
    "|/issuer/batches"
    "|/api/v1/catalogue"
    "|/issuer/catalogue/draft"
    "|/api/v1/seals/[!-~]{1,64}/sealings"
    "|/issuer/seals/[0-9A-Za-z.-]{1,64}/use"
    "|/issuer/seals/[0-9A-Za-z.-]{1,64}/requests/[0-9a-f]{1,64}/document"
)
"""Addresses that take a form with one file of at most the largest size."""
MAX_DOCUMENT_FORM = MAX_FILE + 65_536
TAKE_ARCHIVES = re.compile("/api/v1/batches|/api/v1/batch-trials(?:/problems\\.(?:csv|xlsx))?|/issuer/batches")
"""Addresses of those that take a table, or one ZIP with photographs, or a form with either; they keep it on disk."""
MAX_ARCHIVE_FORM = MAX_SENT + 65_536
MAX_OPEN = MAX_HEARD + MAX_FILE
"""Octets of such a form that does not say how long it is."""


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
    """Refuses a body beyond its bound, to whoever reads it: at once where its length is told, else when it is too long.

    A sender without an end in sight is cut off with the answer; one of known length is let finish.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, total = Headers(scope=scope), 0
        declared = declared_length(headers)
        roomy = scope["path"] in TAKE_FILES and headers.get("content-type", "").lower().startswith("multipart/")
        limit = max(declared, MAX_OPEN) if roomy else MAX_BODY
        if TAKE_DOCUMENTS.fullmatch(scope["path"]):
            limit = MAX_ARCHIVE_FORM if TAKE_ARCHIVES.fullmatch(scope["path"]) else MAX_DOCUMENT_FORM
        open_end = "transfer-encoding" in headers or declared > MAX_LET_BY

        async def counted() -> Message:
            nonlocal total, open_end
            if declared > limit:
                raise HTTPException(413)
            message = await receive()
            total += len(message.get("body", b""))
            open_end = open_end and message.get("more_body", False)
            if total > limit:
                raise HTTPException(413)
            return message

        async def closing(message: Message) -> None:
            if open_end and message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(CUT_OFF)
            await send(message)

        await self.app(scope, counted, closing)
