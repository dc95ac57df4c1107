"""The one outlet for errors: whatever a route raises becomes a problem, and a problem becomes an answer.

Programs get `application/problem+json`, people who asked for a page get a page. Errors of HTTP itself (no such address,
a method or a kind of content that is not taken) and bodies that do not fit the form have their rows here; all others
have theirs in `service.problems`. What the sender wrote is never repeated: of a bad member only its place and a stable
code are told. An address whose variable part is malformed is answered like one that leads to nothing.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.errors import NoSuchLicence
from service.observing import Journal
from service.pages.errors import page_of
from service.problem import INTERNAL, Problem
from service.problems import TABLE, problem_of

MEDIA_TYPE = "application/problem+json"
MACHINES = (
    "/api/",
    "/elssp/",
    "/log/",
    "/status/",
    "/crl/",
    "/trust-list",
    "/tsa",
    "/ocsp",
    "/static/",
    "/metrics",
    "/healthz",
    "/readyz",
)
"""Addresses that are never answered with a page."""
MOST_FIELDS = 20

OF_HTTP = {
    400: Problem(
        400, "malformed-request", "请求残缺，读不出来；请检查后重新提交。", "The request cannot be read; send it again."
    ),
    404: Problem(404, "no-such-address", "没有这个地址，请核对。", "There is no such address; check it."),
    405: Problem(
        405, "method-not-allowed", "这个地址不接受这种操作。", "This address does not take this method; see Allow."
    ),
    413: Problem(413, "too-large", "提交的内容太大，未受理。", "The body is too large and was not read."),
    415: Problem(
        415,
        "unsupported-media-type",
        "不接受这种格式的内容；请按接口说明设置 Content-Type。",
        "This kind of content is not taken; set Content-Type as the API's description says.",
    ),
    503: Problem(503, "busy", "现在请求太多，请稍后再试。", "Too much is going on; try again in a moment."),
}
INVALID = Problem(
    422,
    "invalid-request",
    "请求内容不合规范，请按所列逐项更正。",
    "The request does not fit its form; correct the members listed.",
)
HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": 'Bearer realm="yinzheng"'},
    429: {"Retry-After": "300"},
    503: {"Retry-After": "5"},
}
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)


def describe(error: Exception) -> Problem:
    """The problem of anything that a route may raise."""
    if isinstance(error, RequestValidationError):
        return _of_form(error.errors())
    if isinstance(error, HTTPException):
        return OF_HTTP.get(error.status_code) or (INTERNAL if error.status_code >= 500 else OF_HTTP[400])
    return problem_of(error)


def answer(problem: Problem, request: Request, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that carries a problem: JSON for programs, a page for people."""
    if wants_page(request):
        return page_of(problem, request)
    more = HEADERS.get(problem.status, {}) | dict(headers or {}) | {"Cache-Control": "no-store"}
    return JSONResponse(problem.as_json(), status_code=problem.status, headers=more, media_type=MEDIA_TYPE)


def wants_page(request: Request) -> bool:
    """Whether somebody sits before a browser there."""
    return not request.url.path.startswith(MACHINES) and "text/html" in request.headers.get("accept", "")


def json_only(request: Request) -> None:
    """Dependency: a body that is written must say that it is JSON, or it is not looked at."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method not in {"GET", "HEAD"} and kind != "application/json":
        raise HTTPException(415)


class Outlet:
    """Answers every error that leaves the application below; nothing passes upwards but the end of the connection."""

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        self.app, self.journal = app, journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer in its place if it raises."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception as error:  # noqa: BLE001  (the one outlet: whatever it is, it gets an answer)
            problem = describe(error)
            if problem.status >= 500:
                self.journal.fault(error, problem.code)
            if begun:
                raise RuntimeError("a route failed after its answer had begun") from None
            headers = error.headers if isinstance(error, HTTPException) else None
            await answer(problem, Request(scope, receive), headers)(scope, receive, send)


def _of_form(errors: Sequence[Any]) -> Problem:
    """A body, header or query that does not fit: where, and a stable code; a bad address leads to nothing."""
    if any(one["loc"][:1] == ("path",) for one in errors):
        return TABLE[NoSuchLicence]
    details = tuple((_place(one["loc"]), str(one["type"])) for one in errors[:MOST_FIELDS])
    return Problem(INVALID.status, INVALID.code, INVALID.zh, INVALID.en, details)


def _place(where: Sequence[object]) -> str:
    """The place of a member, dotted; a name that is no plain word is the sender's own text and left out."""
    names = [str(part) for part in where[1:]] or [str(where[0])]
    return ".".join(name if _PLAIN.fullmatch(name) else "?" for name in names)
