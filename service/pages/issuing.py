"""Pages for a department's officials: what it has issued, the form to issue, and a licence with its files and history.

An official sees the licences of the own department in full and those of others not at all: theirs and unknown ones give
the same answer. Issuing goes through the installation's one journey; the key drawn when the form was shown makes a
double click issue once.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.errors import ApplicationRefused, DuplicateNumber, IssuerError, UnknownType
from issuer.ports import Entry
from service.guards import Guards
from service.identity import Person, Role
from service.pages.files import file_answer
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issue_form import (
    application_of,
    errors_of,
    first_values,
    sample_values,
    sections_of,
    values_of,
)
from service.pages.rendering import render, see_other
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.errors import TemplateError, TemplatesError
from templates.library import Bundle, bundle_for, load_bundle
from trust.revocation.errors import SubjectUnknown
from trust.rules.disclosure import Circle, disclose
from trust.rules.party import Holder
from trust.rules.standing import MOVES, Act, history

RECENT = 50


def add_issuing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer` and the pages below it, but for acts."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/issuer")
    def overview(request: Request, official: Official) -> Response:
        return _overview(request, yinzheng, official)

    @routes.post("/issuer/find")
    def find(request: Request, official: Official, form: Posted) -> Response:
        identifier = form.text("identifier")
        try:
            entry = own_entry(yinzheng, official, identifier)
        except SubjectUnknown as error:
            refusal = problem_of(error)
            return _overview(request, yinzheng, official, identifier, refusal.zh, refusal.status)
        return see_other(f"/issuer/licences/{entry.licence.identifier}")

    @routes.get("/issuer/issue/{name}")
    def blank(request: Request, official: Official, name: str, sample: bool = False) -> Response:  # noqa: FBT001, FBT002  (a switch in the address)
        bundle = _own_bundle(yinzheng, official, name)
        values = first_values(bundle, yinzheng.city.area_code, yinzheng.now())
        if sample:
            values |= sample_values(
                bundle, yinzheng.random, used=lambda holder, number: _used(yinzheng, holder, number)
            )
        return _form_page(request, yinzheng, bundle, values)

    @routes.post("/issuer/issue/{name}")
    def issue(request: Request, official: Official, name: str, form: Posted) -> Response:
        bundle = _own_bundle(yinzheng, official, name)
        values, key = values_of(bundle, form), f"form:{official.login}:{form.nonce()}"
        try:
            application = application_of(bundle, official.department or "", values)
            issued = yinzheng.issue(application, key=key, by=signature(official))
        except ApplicationRefused as error:
            told = errors_of(error, values, yinzheng.now())
            return _form_page(request, yinzheng, bundle, values, told, status=problem_of(error).status)
        except DuplicateNumber as error:
            problem = problem_of(error)
            return _form_page(request, yinzheng, bundle, values, {"number": problem.zh}, status=problem.status)
        except (IssuerError, TemplatesError) as error:
            problem = problem_of(error)
            return _form_page(request, yinzheng, bundle, values, {"": problem.zh}, status=problem.status)
        return see_other(f"/issuer/licences/{issued.entry.licence.identifier}?done=issued")

    @routes.get("/issuer/licences/{identifier}")
    def licence(request: Request, official: Official, identifier: str, done: str = "") -> Response:
        return licence_page(request, yinzheng, own_entry(yinzheng, official, identifier), done)

    @routes.get("/issuer/licences/{identifier}/{name}")
    def file(official: Official, identifier: str, name: str) -> Response:
        return file_answer(yinzheng, own_entry(yinzheng, official, identifier), name)


def own_entry(yinzheng: Yinzheng, official: Person, identifier: str) -> Entry:
    """The released licence of the official's own department.

    Raises:
        SubjectUnknown: there is none, or it is another's: the same answer.

    """
    entry = yinzheng.archive.register.find(identifier)
    if entry is None or entry.artefacts is None or entry.licence.identifier.issuer_code != official.department:
        raise SubjectUnknown("subject-unknown")
    return entry


def signature(person: Person) -> str:
    """How a person signs a record: the name people know, and the login that is one person's."""
    return f"{person.name}（{person.login}）"


def licence_page(request: Request, yinzheng: Yinzheng, entry: Entry, done: str = "") -> Response:
    """A licence as its issuer sees it."""
    at, identifier = yinzheng.now(), str(entry.licence.identifier)
    acts = yinzheng.archive.acts.of(identifier)
    standing = yinzheng.standing(identifier, at)
    return render(
        request,
        "licence",
        entry=entry,
        rows=disclose(
            entry.licence, bundle_for(entry.licence.identifier.type_code).type, standing, at=at, circle=Circle.CONSENT
        ),
        standing=standing,
        periods=history(acts),
        acts=[*reversed(acts)],
        grounds=ground_labels(acts),
        moves=[move for move in MOVES.values() if standing.status in move.allowed_from],
        done=done,
        now=at,
    )


def ground_labels(acts: "list[Act] | tuple[Act, ...]") -> dict[str, str]:
    """The labels of the grounds that acts name."""
    raise NotImplementedError
