"""The form of an application: new, changed, or following another licence, with as many holders as it needs.

A button adds a holder without JavaScript. What is wrong stands beside its field and nothing typed is lost; a draft may
be incomplete. The key drawn with the form makes a double click hand in once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.application import MAX_EVIDENCE
from issuer.applying.docket import Docket, Proposal
from issuer.applying.life import Stage
from issuer.applying.succeeding import members_of
from issuer.applying.succession_rules import RULES
from issuer.errors import AlreadySucceeded, ApplicationRefused, DuplicateNumber, IssuerError
from issuer.ports import Entry
from service.field_words import sentence
from service.guards import Guards
from service.identity import Person, Role
from service.pages.application_words import EXPLAINED, LABELS, labels_of, needs_basis
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issue_form import (
    MOST_HOLDERS,
    errors_of,
    first_values,
    holder_names,
    holders_in,
    sample_values,
    sections_of,
    typed_members,
    values_from,
    values_of,
)
from service.pages.issuing import number_used, own_bundle, own_entry
from service.pages.rendering import frame_of, render, see_other
from service.pages.seal_use import officer_of
from service.problems import problem_of
from service.wiring import Yinzheng
from templates.errors import TemplatesError
from templates.library import Bundle
from trust.errors import Conflict
from trust.revocation.errors import SubjectUnknown
from trust.rules.licence import day_in_china
from trust.rules.succession import SuccessionKind

BESIDE = ("basis", "predecessor", "evidence")
"""Fields that are not of the licence."""
OURS = (IssuerError, TemplatesError, Conflict)
ORIGINAL_LATER = "原证照在其他系统：请先存为草稿，在申请页上传原证照的文件（OFD 或 PDF），再提交。"


@dataclass(frozen=True)
class Asked:
    """What a form is for: its address, its type, what it follows, and the application that it changes, if any."""

    address: str
    bundle: Bundle
    kind: SuccessionKind | None = None
    entry: Entry | None = None
    docket: Docket | None = None

    @property
    def predecessor(self) -> str:
        """The identifier of what it follows, where that is settled; a transfer names it in the form."""
        if self.docket is not None and self.docket.proposal.succession is not None:
            return self.docket.proposal.succession.predecessor
        return str(self.entry.licence.identifier) if self.entry is not None else ""

    @property
    def takes_evidence(self) -> bool:
        """Whether it may rest on new evidence: it follows a licence that was converted from paper, or may do so."""
        if self.entry is not None:
            return self.entry.licence.conversion is not None
        return self.kind is SuccessionKind.TRANSFER_IN

    @property
    def title(self) -> str:
        """The heading."""
        verb = self.kind.label if self.kind else "申请"
        return f"{verb}{self.bundle.type.name}"


def add_application_form(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages that hand in: new, transferred in, following a licence, and changing an application."""
    _add_new(routes, yinzheng, guards)
    _add_transfer(routes, yinzheng, guards)
    _add_following(routes, yinzheng, guards)
    _add_changing(routes, yinzheng, guards)


def _add_new(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    path = "/issuer/applications/new/{name}"

    def asked(official: Person, name: str) -> Asked:
        return Asked(f"/issuer/applications/new/{name}", own_bundle(yinzheng, official, name))

    @routes.get(path)
    def blank(request: Request, official: Official, name: str, sample: bool = False) -> Response:  # noqa: FBT001, FBT002  (a switch in the address)
        return _blank(request, yinzheng, asked(official, name), sample=sample)

    @routes.post(path)
    def hand_in(request: Request, official: Official, name: str, form: Annotated[Form, Depends(read_form)]) -> Response:
        return _posted(request, yinzheng, official, asked(official, name), form)


def _add_transfer(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    path = "/issuer/applications/transfer-in/{name}"

    def asked(official: Person, name: str) -> Asked:
        bundle = own_bundle(yinzheng, official, name)
        return Asked(f"/issuer/applications/transfer-in/{name}", bundle, SuccessionKind.TRANSFER_IN)

    @routes.get(path)
    def blank(request: Request, official: Official, name: str) -> Response:
        return _blank(request, yinzheng, asked(official, name))

    @routes.post(path)
    def hand_in(request: Request, official: Official, name: str, form: Annotated[Form, Depends(read_form)]) -> Response:
        return _posted(request, yinzheng, official, asked(official, name), form)


def _add_following(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/licences/{identifier}/succeed/{word}"

    def asked(official: Person, identifier: str, word: str) -> Asked:
        entry, kind = own_entry(yinzheng, official, identifier), _kind(word)
        bundle = yinzheng.office.bundle(entry.licence.identifier.type_code)
        return Asked(f"/issuer/licences/{identifier}/succeed/{word}", bundle, kind, entry)

    @routes.get(path)
    def filled(request: Request, official: Official, identifier: str, word: str) -> Response:
        return _blank(request, yinzheng, asked(official, identifier, word))

    @routes.post(path)
    def hand_in(request: Request, official: Official, identifier: str, word: str, form: Posted) -> Response:
        return _posted(request, yinzheng, official, asked(official, identifier, word), form)


def _add_changing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/applications/{number}/edit"

    def asked(official: Person, number: str) -> Asked:
        docket = yinzheng.applications.find(number, official.department or "")
        succession, bundle = docket.proposal.succession, yinzheng.office.bundle(docket.proposal.type_code)
        kind = succession.kind if succession else None
        entry = yinzheng.archive.register.find(succession.predecessor) if succession else None
        return Asked(f"/issuer/applications/{number}/edit", bundle, kind, entry, docket)

    @routes.get(path)
    def edit(request: Request, official: Official, number: str) -> Response:
        return _blank(request, yinzheng, asked(official, number))

    @routes.post(path)
    def save(request: Request, official: Official, number: str, form: Posted) -> Response:
        return _posted(request, yinzheng, official, asked(official, number), form)


def licence_values(bundle: Bundle, entry: Entry) -> dict[str, str]:
    """What a licence says, as values of the form."""
    return values_from(bundle, members_of(entry.licence))


def _kind(word: str) -> SuccessionKind:
    try:
        kind = SuccessionKind(word)
    except ValueError as error:
        raise SubjectUnknown("subject-unknown") from error
    if not kind.keeps_identity:
        raise SubjectUnknown("subject-unknown")
    return kind


def _blank(request: Request, yinzheng: Yinzheng, asked: Asked, *, sample: bool = False) -> Response:
    """The form as it begins: empty, with the sample, with the predecessor's values, or with those of the draft."""
    bundle, at = asked.bundle, yinzheng.now()
    if asked.docket is not None:
        proposal = asked.docket.proposal
        values = values_from(bundle, proposal.members) | {"basis": proposal.basis}
        if proposal.succession is not None:
            values["predecessor"] = proposal.succession.predecessor
        values["evidence"] = str(proposal.members.get("evidence") or "")
    elif asked.entry is not None:
        values = licence_values(bundle, asked.entry) | {"issued_on": day_in_china(at).isoformat()}
    else:
        values = first_values(bundle, yinzheng.city.area_code, at)
        if sample and frame_of(request).demo:
            values |= sample_values(bundle, yinzheng.random, used=lambda *licence: number_used(yinzheng, *licence))
    return _page(request, yinzheng, asked, values)


def _posted(request: Request, yinzheng: Yinzheng, official: Person, asked: Asked, form: Form) -> Response:
    values = values_of(asked.bundle, form) | {name: form.text(name) for name in BESIDE}
    step = form.text("step")
    if step in {"add-holder", "drop-holder"}:
        more = holders_in(values) + (1 if step == "add-holder" else -1)
        values["holders"] = str(min(max(more, 1), MOST_HOLDERS))
        for name in holder_names(holders_in(values)):
            values.setdefault(name, "")
        return _page(request, yinzheng, asked, values)
    key = f"form:{official.login}:{form.nonce()}"
    try:
        number = _keep(yinzheng, official, asked, values, key, draft=step == "draft")
    except OURS as error:
        problem = problem_of(error)
        if problem.status >= 500:
            raise  # the same form sent again takes it up where it stopped; a new key would not
        told = _told(yinzheng, asked, error, values)
        return _page(request, yinzheng, asked, values, told, problem.status)
    return see_other(f"/issuer/applications/{number}?done={'saved' if step == 'draft' else 'submitted'}")


def _keep(
    yinzheng: Yinzheng, official: Person, asked: Asked, values: Mapping[str, str], key: str, *, draft: bool
) -> str:
    """Store what was typed, as a draft or handed in; the number of the application."""
    desk, by = yinzheng.applications, officer_of(official)
    proposal = _proposal(yinzheng, official, asked, values)
    if asked.docket is None:
        return (desk.open if draft else desk.hand_in)(proposal, by=by, key=key).number
    docket = desk.save(asked.docket, proposal, by=by, key=key)
    if not draft and docket.stage in {Stage.DRAFT, Stage.RETURNED}:
        docket = desk.submit(docket, by=by, key=f"{key}:submit")
    return docket.number


def _proposal(yinzheng: Yinzheng, official: Person, asked: Asked, values: Mapping[str, str]) -> Proposal:
    follows = (asked.kind.value, asked.predecessor or values["predecessor"]) if asked.kind else None
    members = typed_members(asked.bundle, values)
    if values["evidence"]:
        members["evidence"] = values["evidence"]
    if asked.docket is not None and (kept := asked.docket.proposal.members.get("original")):
        members["original"] = kept  # it was handed in beside the form
    return yinzheng.applications.propose(
        members,
        type_code=asked.bundle.type.code,
        issuer_code=official.department or "",
        succession=follows,
        basis=values["basis"],
    )


def _told(
    yinzheng: Yinzheng, asked: Asked, error: IssuerError | TemplatesError | Conflict, values: Mapping[str, str]
) -> dict[str, str]:
    """What is said of a refusal, by the field it belongs to."""
    if isinstance(error, ApplicationRefused):
        own = {name: sentence(reason) for name, reason in error.problems if name in {*BESIDE, ""}}
        if ("original", "original-missing") in error.problems:
            own["predecessor"] = ORIGINAL_LATER
        rest = [(name, reason) for name, reason in error.problems if name not in {*own, "original"}]
        if not rest:
            return own
        return own | errors_of(asked.bundle, ApplicationRefused(rest), values, yinzheng.now())
    places: dict[type[Exception], str] = {DuplicateNumber: "number", AlreadySucceeded: "predecessor"}
    return {places.get(type(error), ""): problem_of(error).zh}


def _page(
    request: Request,
    yinzheng: Yinzheng,
    asked: Asked,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    sections = sections_of(asked.bundle, values, errors)
    if asked.kind is not None and RULES[asked.kind].number:
        sections = tuple(
            replace(one, fields=tuple(replace(f, hint="与原证照相同") if f.name == "number" else f for f in one.fields))
            for one in sections
        )
    return render(
        request,
        "application_form",
        status=status,
        asked=asked,
        explained=EXPLAINED[asked.kind] if asked.kind else "",
        wants_predecessor=asked.kind is SuccessionKind.TRANSFER_IN and asked.docket is None,
        wants_basis=needs_basis(asked.kind),
        offers_basis=asked.kind is not None,
        takes_evidence=asked.takes_evidence or bool(values.get("evidence")),
        most_evidence=MAX_EVIDENCE,
        values=values,
        sections=sections,
        holders=holders_in(values),
        most_holders=MOST_HOLDERS,
        labels=labels_of(sections) | LABELS,
        errors=errors or {},
        nonce=fresh_nonce(yinzheng.random),
    )
