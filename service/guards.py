"""Guards: who is asking, may they, and was it really they who asked.

A session is shown in one of two ways. A program sends `Authorization: Bearer <token>`, on purpose, and that is enough.
A browser sends the cookie with everything, wanted or not, so a write that rests on the cookie must also come from
our own pages: `Sec-Fetch-Site` says `same-origin`, or, where a browser does not send it, `Origin` names this host;
and the request carries the session's form token, in the header `X-Form-Token` or the form's field `form_token`.
An `Authorization` that is no session refuses the request, whatever the cookie says.

Every route that is not public takes one of these dependencies; a test walks all routes and holds each against its row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from service.identity import LASTING, ForgedRequest, Identity, NotSignedIn, Person, Role, Session, require
from service.trail.doing import note_actor

COOKIE = "__Host-yinzheng"
FORM_HEADER, FORM_FIELD = "X-Form-Token", "form_token"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 100

BEARER = HTTPBearer(
    scheme_name="bearer", description="POST /api/v1/token 得到的访问令牌，八小时有效。", auto_error=False
)
SESSION_COOKIE = APIKeyCookie(
    name=COOKIE, scheme_name="session", description="网页登录后的会话；写操作还须带表单令牌。", auto_error=False
)


@dataclass(frozen=True)
class Sender:
    """Somebody who sends a form with a file; `check` has to be asked once the form has been read."""

    person: Person
    session: Session | None

    def check(self, sent: str | None) -> None:
        """Refuse a form without the token of the session it rests on; raises ForgedRequest."""
        if self.session is not None:
            check_form(self.session, sent)


class Guards:
    """The dependencies of one installation."""

    def __init__(self, identity: Identity, now: Callable[[], datetime]) -> None:
        self._identity, self._now = identity, now
        self.session = _session(identity, now)
        """Dependency: the session of whoever asks; raises NotSignedIn or ForgedRequest."""

    def person(self, *roles: Role) -> Callable[[Session], Person]:
        """Dependency: the person who asks, in one of these roles or, without any, in whatever role."""
        wanted = roles or tuple(Role)

        def person(session: Annotated[Session, Depends(self.session)]) -> Person:
            return require(session.person, wanted)

        return person

    def sender(self, *roles: Role) -> Callable[..., Sender]:
        """Dependency for a form with a file: who sends it, before any of it is read; its token is in the form."""

        def sender(
            request: Request,
            bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
            cookie: Annotated[str | None, Depends(SESSION_COOKIE)],
        ) -> Sender:
            if bearer is None and "authorization" in request.headers:
                raise NotSignedIn
            token = cookie if bearer is None else bearer.credentials
            found = self._identity.session(token, self._now())
            note_asking(found.person)
            person = require(found.person, roles)
            if bearer is not None:
                return Sender(person, None)
            check_origin(request)
            return Sender(person, found)

        return sender


def note_asking(person: Person) -> None:
    """Tell the trail who asks."""
    note_actor(person.login, person.role.value, person.held)


def keep_session(response: Response, token: str) -> None:
    """Give the browser its session; the prefix of the name makes it refuse the cookie from anybody else."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTING.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def drop_session(response: Response) -> None:
    """Take the session from the browser; ending it on the server is `Identity.sign_out`."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def check_origin(request: Request) -> None:
    """Refuse a write that another site made the browser send; a sign-in needs this too.

    Raises:
        ForgedRequest: it does not come from our own pages, or does not say where from.

    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForgedRequest
        return
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host"):
        raise ForgedRequest


def check_form(session: Session, sent: str | None) -> None:
    """Refuse a form that does not carry the token of its session.

    Raises:
        ForgedRequest: none, or another.

    """
    if sent is None or not compare_digest(sent.encode(), session.form_token.encode()):
        raise ForgedRequest


async def _sent_token(request: Request) -> str | None:
    """The form token of a write, from its header or its form; the form stays readable for the route.

    Only plain forms are read: a form with files would be kept on disk before it is known who sends it.
    """
    if request.method in READING or COOKIE not in request.cookies or "authorization" in request.headers:
        return None
    if (sent := request.headers.get(FORM_HEADER)) is not None:
        return sent
    if not request.headers.get("content-type", "").startswith(FORM_TYPE):
        return None
    field = (await request.form(max_files=0, max_fields=MAX_FIELDS)).get(FORM_FIELD)
    return field if isinstance(field, str) else None


def _session(identity: Identity, now: Callable[[], datetime]) -> Callable[..., Session]:
    def session(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
        cookie: Annotated[str | None, Depends(SESSION_COOKIE)],
        sent: Annotated[str | None, Depends(_sent_token)],
    ) -> Session:
        if bearer is not None:
            found = identity.session(bearer.credentials, now())
            note_asking(found.person)
            return found
        if "authorization" in request.headers:
            raise NotSignedIn
        found = identity.session(cookie, now())
        note_asking(found.person)
        if request.method not in READING:
            check_origin(request)
            check_form(found, sent)
        return found

    return session
