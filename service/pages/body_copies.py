"""Pages for copies that an issuing body makes: consents of its licences, and the copies that rest on them.

One official puts a paper down with its file; another looks at the file and confirms or refuses; copies are made from
what the consent says, and nothing of that is typed again. A licence of another body and one that is not there give the
same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from issuer.consenting.consent import MODES, CopyConsent, PaperWords, Stage, Step
from issuer.copying.ports import Asker, Terms
from issuer.errors import ApplicationRefused, IssuerError, NoSuchLicence
from service.field_english import about
from service.guards import Guards, Sender
from service.identity import Person, Role
from service.pages.copies import copy_file, until_of
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.rendering import render, see_other
from service.pages.uploading import Upload, read_document
from service.problems import problem_of
from service.who import asker_of
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from trust.http import attachment
from trust.rules.idempotency import own_key
from trust.rules.licence import day_in_china

HOME = "/issuer/copying/{identifier}"
NAMES = ("reference", "mode", "giver", "purpose", "recipient", "valid_until")
SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
NO_FILE = "请选择授权书的扫描件（PDF、JPEG 或 PNG）。"


@dataclass(frozen=True)
class Line:
    """A consent as the page shows it."""

    consent: CopyConsent
    label: str
    carries: bool
    may_decide: bool


def add_body_copies(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/issuer/copying` and `/issuer/copies`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Known = Annotated[Sender, Depends(guards.sender(Role.OFFICIAL))]  # noqa: N806  (as above)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get(HOME)
    def overview(request: Request, official: Official, identifier: str) -> Response:
        return _page(request, yinzheng, official, identifier)

    @routes.post(HOME + "/consents")
    async def record(request: Request, sender: Known, identifier: str) -> Response:
        handed = await read_document(request, fields=len(NAMES) + 2)
        sender.check(handed.texts.get("form_token"))
        return await run_in_threadpool(_record, request, yinzheng, sender.person, identifier, handed)

    @routes.post(HOME + "/consents/{reference}")
    def step(request: Request, official: Official, identifier: str, reference: str, form: Posted) -> Response:
        asker = asker_of(yinzheng, official)
        consent = yinzheng.copy_consents.find(identifier, reference[:64], asker)
        try:
            _take(yinzheng, consent, form, asker)
        except (IssuerError, TemplatesError) as error:
            return _refused(request, yinzheng, official, identifier, error)
        return see_other(f"/issuer/copying/{identifier}#consents")

    @routes.get(HOME + "/papers/{reference}")
    def paper(official: Official, identifier: str, reference: str) -> Response:
        consents = yinzheng.copy_consents
        octets, kind = consents.paper(consents.find(identifier, reference[:64], asker_of(yinzheng, official)))
        return attachment(octets, kind, f"consent.{SUFFIX[kind]}")

    @routes.get("/issuer/copies/{identifier}/files/{name}")
    def file(official: Official, identifier: str, name: str) -> Response:
        return copy_file(yinzheng, official, identifier, name)

    @routes.post("/issuer/copies/{identifier}/withdrawal")
    def end(official: Official, identifier: str, _form: Posted) -> Response:
        asker = asker_of(yinzheng, official)
        note = yinzheng.copies.end(yinzheng.copies.find(identifier, asker), asker).entry.licence.copy
        return see_other(f"/issuer/copying/{note.original}#copies" if note else "/issuer")


def _record(request: Request, yinzheng: Yinzheng, official: Person, identifier: str, handed: Upload) -> Response:
    values = {name: handed.texts.get(name, "").strip() for name in NAMES}
    until, form = until_of(values["valid_until"]), Form(handed.texts)
    terms = Terms(values["purpose"], values["recipient"], until)
    words = PaperWords(values["reference"], values["mode"], values["giver"])
    asker, key = asker_of(yinzheng, official), own_key(official.login, f"form:{form.nonce()}")
    if not handed.data:
        return _page(request, yinzheng, official, identifier, values=values, errors={"file": NO_FILE}, status=422)
    try:
        yinzheng.copy_consents.record(identifier, terms, words, handed.data, by=asker, key=key)
    except IssuerError as error:
        return _refused(request, yinzheng, official, identifier, error, values)
    return see_other(f"/issuer/copying/{identifier}#consents")


def _take(yinzheng: Yinzheng, consent: CopyConsent, form: Form, asker: Asker) -> None:
    """The step that the button names."""
    match form.text("step"):
        case "make":
            terms = Terms(consent.cause, consent.recipient, until_of(form.text("until")))
            key = own_key(asker.login, f"form:{form.nonce()}")
            yinzheng.copies.for_body(
                consent.original, terms, mode=consent.mode, reference=consent.reference, by=asker, key=key
            )
        case "withdraw":
            yinzheng.copy_consents.withdraw(consent, by=asker, reason=form.text("withdrawal"))
        case step:
            wanted = Step(step) if step in {Step.CONFIRM, Step.REFUSE} else None
            if wanted is None:
                raise ApplicationRefused([("step", "unknown")])
            yinzheng.copy_consents.decide(consent.reference, wanted, by=asker, reason=form.text("reason"))


def _refused(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    identifier: str,
    error: Exception,
    values: Mapping[str, str] | None = None,
) -> Response:
    """The page with why nothing was done; what typed again would not help is raised."""
    problem = problem_of(error)
    if isinstance(error, NoSuchLicence) or problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    errors = {"": problem.zh}
    if isinstance(error, ApplicationRefused):
        errors = {place: about(reason)[0] for place, reason in error.problems}
    return _page(request, yinzheng, official, identifier, values=values, errors=errors, status=problem.status)


def _page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    identifier: str,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Consents and copies of a licence; raises NoSuchLicence for another body's."""
    asker = asker_of(yinzheng, official)
    consents, copies = yinzheng.copy_consents, yinzheng.copies
    lines = [
        Line(one, consents.label(one), consents.carries(one), _may_decide(one, official))
        for one in consents.of_licence(identifier, asker)
    ]
    entry = yinzheng.archive.register.find(identifier)
    given = {"mode": "holder", "giver": entry.licence.holders[0].name if entry else ""}
    return render(
        request,
        "body_copies",
        status=status,
        entry=entry,
        lines=lines,
        copies=[(copy, copies.words(copy)) for copy in copies.of_licence(identifier, asker)],
        values={name: (given if values is None else values).get(name, "") for name in NAMES},
        modes=MODES.items(),
        mode_labels=MODES,
        errors=errors or {},
        today=day_in_china(yinzheng.now()).isoformat(),
        nonces=[fresh_nonce(yinzheng.random) for _ in range(len(lines) + 1)],
    )


def _may_decide(consent: CopyConsent, official: Person) -> bool:
    return consent.stage is Stage.WAITING and consent.recorded_by.login != official.login
