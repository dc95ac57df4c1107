"""Pages for annotated copies: a holder makes one from an own licence, a reviewer one for a citation.

The end is chosen by its last day in China. What is refused keeps what was typed. A copy that is unknown or another's
and one that has ended for the asker give the same answer.
"""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from cases.errors import CasesError
from issuer.copying.errors import CopyingError
from issuer.copying.ports import Terms
from issuer.errors import IssuerError, NoSuchLicence
from service.copying import Copying
from service.guards import Guards
from service.identity import Person, Role
from service.pages.files import KINDS, octets_of
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.rendering import render, see_other
from service.problems import problem_of
from service.who import asker_of
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from trust.errors import Malformed
from trust.http import attachment
from trust.revocation.errors import SubjectUnknown
from trust.rules.idempotency import own_key
from trust.rules.licence import day_in_china, end_of

NAMES = ("purpose", "recipient", "until")
NO_DAY = "请选择有效期至哪一天，例如 2026-12-31。"


def add_copies(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the holder's pages below `/me/copy` and `/me/copies`."""
    Held = Annotated[Person, Depends(guards.person(Role.HOLDER))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/me/copy/{identifier}")
    def ask(request: Request, holder: Held, identifier: str) -> Response:
        return _form(request, yinzheng, holder, identifier, {})

    @routes.post("/me/copy/{identifier}")
    def make(request: Request, holder: Held, identifier: str, form: Posted) -> Response:
        values = {name: form.text(name) for name in NAMES}
        nonce, until = form.nonce(), until_of(values["until"])
        if values["until"] and until is None:
            return _form(request, yinzheng, holder, identifier, values, {"until": NO_DAY}, 422)
        terms, key = Terms(values["purpose"], values["recipient"], until), own_key(holder.login, f"form:{nonce}")
        try:
            yinzheng.copies.for_holder(identifier, terms, by=asker_of(yinzheng, holder), key=key)
        except NoSuchLicence:
            raise
        except (IssuerError, TemplatesError) as error:
            problem = problem_of(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise  # the same form sent again takes it up where it stopped; a new key would not
            return _form(request, yinzheng, holder, identifier, values, {_place(error): problem.zh}, problem.status)
        return see_other(f"/me/licences/{identifier}#copies")

    @routes.get("/me/copies/{identifier}/{name}")
    def file(holder: Held, identifier: str, name: str) -> Response:
        return copy_file(yinzheng, holder, identifier, name)

    @routes.post("/me/copies/{identifier}/withdrawal")
    def end(holder: Held, identifier: str, _form: Posted) -> Response:
        asker = asker_of(yinzheng, holder)
        ended = yinzheng.copies.end(yinzheng.copies.find(identifier, asker), asker)
        note = ended.entry.licence.copy
        return see_other(f"/me/licences/{note.original}#copies" if note else "/me")


def add_citation_copies(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add what a reviewer does with copies for citations."""
    Reviewer = Annotated[Person, Depends(guards.person(Role.REVIEWER))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.post("/reviewer/citations/{number}/copy")
    def make(request: Request, reviewer: Reviewer, number: str, form: Posted) -> Response:
        key = own_key(reviewer.login, f"form:{form.nonce()}")
        try:
            yinzheng.copies.for_citation(number, None, by=asker_of(yinzheng, reviewer), key=key)
        except (CasesError, CopyingError) as error:
            problem = problem_of(error)
            if problem.status == HTTPStatus.NOT_FOUND or problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return render(request, "copy_refused", status=problem.status, number=number, refusal=problem.zh)
        return see_other(f"/reviewer/citations/{number}#copies")

    @routes.get("/reviewer/copies/{identifier}/{name}")
    def file(reviewer: Reviewer, identifier: str, name: str) -> Response:
        return copy_file(yinzheng, reviewer, identifier, name)


def _form(
    request: Request,
    yinzheng: Yinzheng,
    holder: Person,
    identifier: str,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The form for a copy of an own licence; raises NoSuchLicence for another's."""
    yinzheng.copies.of_licence(identifier, asker_of(yinzheng, holder))
    today = day_in_china(yinzheng.now())
    return render(
        request,
        "copy",
        status=status,
        entry=yinzheng.archive.register.find(identifier),
        values={name: values.get(name, "") for name in NAMES},
        errors=errors or {},
        today=today.isoformat(),
        nonce=fresh_nonce(yinzheng.random),
    )


def _place(error: Exception) -> str:
    """The field that a refusal belongs to; none for the whole."""
    reason = getattr(error, "reason", "")
    places = {"copy-purpose": "purpose", "copy-recipient": "recipient"}
    return places.get(reason, "until" if reason in {"copy-ended", "copy-too-long"} else "")


def until_of(text: str) -> datetime | None:
    """The end of a day in China; None where no day is named."""
    try:
        return end_of(date.fromisoformat(text)) if text else None
    except (ValueError, Malformed):
        return None


def copy_file(yinzheng: Yinzheng, person: Person, identifier: str, name: str) -> Response:
    """A file of a copy to keep; raises NoSuchCopy for one that is not the person's to have."""
    if name not in KINDS:
        raise SubjectUnknown("subject-unknown")
    copies: Copying = yinzheng.copies
    asker = asker_of(yinzheng, person)
    made = copies.files(copies.find(identifier, asker), asker)
    saved = f"copy-{made.entry.licence.identifier.serial}.{name.rpartition('.')[2]}"
    return attachment(octets_of(yinzheng, made, name), KINDS[name], saved)
