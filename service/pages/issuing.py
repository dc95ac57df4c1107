"""Pages for a department's officials: what it has issued, the form to issue, and a licence with its files and history.

An official sees the licences of the own department in full and those of others not at all: theirs and unknown ones give
the same answer. Issuing goes through the installation's one journey; the key drawn when the form was shown makes a
double click issue once.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.applying.deciding import needs_two
from issuer.applying.life import Stage
from issuer.applying.succession_rules import fate_of, followable
from issuer.errors import ApplicationRefused, DuplicateNumber, IdempotencyMismatch, IssuerError, UnknownType
from issuer.ports import Entry
from service.field_words import SENTENCES
from service.guards import Guards
from service.identity import Person, Role
from service.pages.files import file_answer
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issue_form import (
    application_of,
    errors_of,
    first_values,
    holders_in,
    sample_values,
    sections_of,
    values_of,
)
from service.pages.rendering import frame_of, render, see_other
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from templates.library import Bundle
from trust.revocation.errors import SubjectUnknown
from trust.rules.disclosure import Circle, disclose
from trust.rules.grounds import GROUNDS
from trust.rules.party import Holder
from trust.rules.people import signature as signed
from trust.rules.standing import MOVES, ActKind, history, standing_at
from trust.rules.succession import OFFERED

RECENT = 50


def add_issuing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer` and the pages of licences."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/issuer")
    def overview(request: Request, official: Official) -> Response:
        return _overview(request, yinzheng, official)

    @routes.get("/issuer/find")
    def nothing_to_find() -> Response:
        return see_other("/issuer")

    @routes.post("/issuer/find")
    def find(request: Request, official: Official, form: Posted) -> Response:
        identifier = form.text("identifier")
        try:
            entry = own_entry(yinzheng, official, identifier)
        except SubjectUnknown as error:
            refusal = problem_of(error)
            return _overview(request, yinzheng, official, identifier, refusal.zh, refusal.status)
        return see_other(f"/issuer/licences/{entry.licence.identifier}")

    @routes.get("/issuer/licences/{identifier}")
    def licence(request: Request, official: Official, identifier: str, done: str = "") -> Response:
        return licence_page(request, yinzheng, own_entry(yinzheng, official, identifier), done)

    @routes.get("/issuer/licences/{identifier}/{name}")
    def file(official: Official, identifier: str, name: str) -> Response:
        return file_answer(yinzheng, own_entry(yinzheng, official, identifier), name)


def add_issue_form(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer/issue/{name}`, the form of a bundle."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    path = "/issuer/issue/{name}"

    @routes.get(path)
    def blank(request: Request, official: Official, name: str, sample: bool = False) -> Response:  # noqa: FBT001, FBT002  (a switch in the address)
        bundle = own_bundle(yinzheng, official, name)
        if needs_two(bundle):
            return see_other(f"/issuer/applications/new/{name}")
        values = first_values(bundle, yinzheng.city.area_code, yinzheng.now())
        if sample and frame_of(request).demo:
            values |= sample_values(bundle, yinzheng.random, used=lambda *licence: number_used(yinzheng, *licence))
        return _form_page(request, yinzheng, bundle, values)

    @routes.post(path)
    def issue(request: Request, official: Official, name: str, form: Annotated[Form, Depends(read_form)]) -> Response:
        bundle = own_bundle(yinzheng, official, name)
        values, key = values_of(bundle, form), f"form:{official.login}:{form.nonce()}"
        try:
            application = application_of(bundle, official.department or "", values)
            issued = yinzheng.issue(application, key=key, by=signature(official))
        except (IssuerError, TemplatesError) as error:
            problem = problem_of(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise  # the same form sent again takes it up where it stopped; a new key would not
            told = _told(yinzheng, bundle, error, values)
            return _form_page(request, yinzheng, bundle, values, told, status=problem.status)
        return see_other(f"/issuer/licences/{issued.entry.licence.identifier}?done=issued")


def _told(
    yinzheng: Yinzheng, bundle: Bundle, error: IssuerError | TemplatesError, values: Mapping[str, str]
) -> dict[str, str]:
    """What is said of a refusal, by the field it belongs to."""
    if isinstance(error, ApplicationRefused):
        return errors_of(bundle, error, values, yinzheng.now())
    if isinstance(error, IdempotencyMismatch):
        return {"": SENTENCES["idempotency-mismatch"]}
    place = "number" if isinstance(error, DuplicateNumber) else ""
    return {place: problem_of(error).zh}


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
    """How a person signs a record."""
    return signed(person.login, person.name)


def licence_page(request: Request, yinzheng: Yinzheng, entry: Entry, done: str = "") -> Response:
    """A licence as its issuer sees it."""
    at, identifier = yinzheng.now(), str(entry.licence.identifier)
    acts = yinzheng.archive.acts.of(identifier)
    fate = fate_of(acts, at, yinzheng.archive.acts.carried_over(identifier))
    successor = yinzheng.applications.successor_of(identifier)
    standing, term = fate.standing, yinzheng.check_term(entry.licence, at)
    recorded = standing_at(acts, at).status  # an act that was carried over is recorded again from here
    return render(
        request,
        "licence",
        entry=entry,
        rows=disclose(entry.licence, yinzheng.catalogue.type_of(entry.licence), standing, at=at, circle=Circle.CONSENT),
        standing=standing,
        periods=history(acts),
        acts=[*reversed(acts)],
        published=yinzheng.published_since(identifier),
        grounds=GROUNDS,
        following=[kind for kind in OFFERED if successor is None and followable(kind, fate)],
        set_aside=fate.set_aside,
        successor=successor,
        predecessor_here=_is_here(yinzheng, entry),
        operations=yinzheng.applications.operations(entry),
        moves=[move for move in MOVES.values() if move.result and recorded in move.allowed_from],
        may_check=not standing.carried and standing.status in MOVES[ActKind.CHECK].allowed_from,
        term=term,
        done=done,
        now=at,
    )


def _is_here(yinzheng: Yinzheng, entry: Entry) -> bool:
    """Whether the predecessor of a licence is the same body's, so that its page can be opened."""
    succession, own = entry.licence.succession, entry.licence.identifier.issuer_code
    before = yinzheng.archive.register.find(succession.predecessor) if succession else None
    return before is not None and before.licence.identifier.issuer_code == own


def _overview(
    request: Request, yinzheng: Yinzheng, official: Person, identifier: str = "", refusal: str = "", status: int = 200
) -> Response:
    at = yinzheng.now()
    entries = yinzheng.archive.register.recent(official.department or "", RECENT)
    return render(
        request,
        "issuer",
        status=status,
        bundles=own_bundles(yinzheng, official),
        orders=yinzheng.warrants.waiting(official.department or ""),
        waiting=yinzheng.applications.counts(official.department or "").get(Stage.SUBMITTED, 0),
        department=department_name(yinzheng, official),
        rows=[(entry, yinzheng.standing(str(entry.licence.identifier), at)) for entry in entries],
        most=RECENT,
        identifier=identifier,
        refusal=refusal,
    )


def department_name(yinzheng: Yinzheng, person: Person) -> str:
    """The name of a person's department."""
    return body_names(yinzheng).get(person.department or "", "")


def body_names(yinzheng: Yinzheng) -> dict[str, str]:
    """The names of the bodies of this installation by their codes."""
    bodies = (*(one.body for one in yinzheng.city.bodies), yinzheng.city.operator)
    return {body.code: body.name for body in bodies}


def own_bundles(yinzheng: Yinzheng, official: Person) -> list[Bundle]:
    """The types that the official's department may issue now."""
    return [*yinzheng.catalogue.own_bundles(official.department)]


def own_bundle(yinzheng: Yinzheng, official: Person, name: str) -> Bundle:
    """The type of this name, if it is one of the official's department; raises UnknownType."""
    for bundle in own_bundles(yinzheng, official):
        if bundle.name == name:
            return bundle
    raise UnknownType(name)


def number_used(yinzheng: Yinzheng, holder: Holder, number: str) -> bool:
    """Whether the holder has a licence of this number, so that a sample would be refused."""
    held = yinzheng.archive.register.held(holder.code_type, holder.code)
    return any(entry.licence.number == number for entry in held)


def _form_page(
    request: Request,
    yinzheng: Yinzheng,
    bundle: Bundle,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response:
    return render(
        request,
        "issue",
        status=status,
        bundle=bundle,
        sections=sections_of(bundle, values, errors),
        holders=holders_in(values),
        errors=errors or {},
        nonce=fresh_nonce(yinzheng.random),
    )
