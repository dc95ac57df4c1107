"""Pages of applications: the list, one application with its history and its face, and the steps on it.

Whoever decides sees the face as it will be printed, what differs from the predecessor and what to weigh, and approves
exactly that: the form carries the digest of what is shown. Where somebody had a hand in an application, the page offers
them no decision, and the journey would refuse it.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.applying.deciding import needs_two
from issuer.applying.docket import MAX_REASON, Docket
from issuer.applying.errors import DocketMoved
from issuer.applying.life import LIFE, Stage, Step
from issuer.errors import ApplicationRefused
from service.field_words import sentence
from service.guards import Guards
from service.identity import Person, Role
from service.pages.application_form import OURS, licence_values
from service.pages.application_words import BADGES, LABELS, Change, changes, labels_of, weighed
from service.pages.documents import ShownPage, shown_page
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issue_form import sections_of, values_from
from service.pages.issuing import department_name, own_bundles
from service.pages.rendering import render, see_other
from service.pages.seal_use import Handed, document_reader, officer_of
from service.problems import problem_of
from service.shell import POLICY_WITH_PICTURES
from service.wiring import Yinzheng
from templates.library import Bundle
from trust.rules.life import Who
from trust.rules.succession import SuccessionKind
from trust.sealing.ports import Officer

MOST = 50
SHOWN = frozenset({Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.APPROVED})
"""Where a face is drawn; later there is the licence itself."""


def add_applications(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/applications`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/issuer/applications")
    def listed(request: Request, official: Official, stage: str = "", after: str = "") -> Response:
        return _list_page(request, yinzheng, official, stage, after)

    @routes.get("/issuer/applications/{number}")
    def one(request: Request, official: Official, number: str, done: str = "") -> Response:
        return _page(request, yinzheng, official, _own(yinzheng, official, number), done=done)

    @routes.post("/issuer/applications/{number}/steps")
    def step(request: Request, official: Official, number: str, form: Posted) -> Response:
        docket, word = _own(yinzheng, official, number), form.text("step")
        try:
            docket = _take(yinzheng, official, docket, word, form)
        except OURS as error:
            problem = problem_of(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            told = _told(error)
            fresh = _own(yinzheng, official, number)
            return _page(request, yinzheng, official, fresh, told, problem.status, reason=form.text("reason"))
        if docket.identifier is not None:
            return see_other(f"/issuer/licences/{docket.identifier}?done=issued")
        return see_other(f"/issuer/applications/{number}?done={word}")

    _add_files(routes, yinzheng, guards)


def _add_files(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Files that are handed in for a draft."""
    Document = Annotated[Handed, Depends(document_reader(guards))]  # noqa: N806  (an alias of a type)

    @routes.post("/issuer/applications/{number}/photo/{key}")
    def photo(request: Request, handed: Document, number: str, key: str) -> Response:
        desk, by = yinzheng.applications, officer_of(handed.person)
        return attached(request, handed, number, lambda docket: desk.attach(docket, key, handed.upload.data, by=by))

    @routes.post("/issuer/applications/{number}/original")
    def original(request: Request, handed: Document, number: str) -> Response:
        desk, by = yinzheng.applications, officer_of(handed.person)
        keep = yinzheng.originals.keep
        return attached(
            request, handed, number, lambda docket: desk.attach_original(docket, keep(handed.upload.data), by=by)
        )

    def attached(request: Request, handed: Handed, number: str, work: Callable[[Docket], Docket]) -> Response:
        docket = _own(yinzheng, handed.person, number)
        try:
            work(docket)
        except OURS as error:
            problem = problem_of(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return _page(request, yinzheng, handed.person, docket, _told(error), problem.status)
        return see_other(f"/issuer/applications/{number}?done=saved")


def _own(yinzheng: Yinzheng, official: Person, number: str) -> Docket:
    return yinzheng.applications.find(number, official.department or "")


def _take(yinzheng: Yinzheng, official: Person, docket: Docket, word: str, form: Form) -> Docket:
    """Take the step that a button names.

    Raises:
        DocketMoved: no button of ours.

    """
    desk, by, reason = yinzheng.applications, officer_of(official), form.text("reason")
    key = f"form:{official.login}:{form.nonce()}"
    match word:
        case "submit":
            return desk.submit(docket, by=by, key=key)
        case "withdraw":
            return desk.withdraw(docket, reason=reason, by=by, key=key)
        case "approve":
            return desk.approve(docket, digest=form.text("digest"), by=by, key=key)[0]
        case "return":
            return desk.send_back(docket, reason=reason, by=by, key=key)
        case "refuse":
            return desk.refuse(docket, reason=reason, by=by, key=key)
        case "abandon":
            return desk.abandon(docket, reason=reason, by=by, key=key)
        case "issue":
            return desk.issue(docket, by=by)[0]
    raise DocketMoved(docket.stage, word[:16])


def _told(error: Exception) -> dict[str, str]:
    problem = problem_of(error)
    if isinstance(error, ApplicationRefused):
        found = {(name if name in LABELS else ""): sentence(reason) for name, reason in error.problems}
        return found if set(found) <= set(LABELS) else {"": problem.zh} | found
    return {"": problem.zh}


def _list_page(request: Request, yinzheng: Yinzheng, official: Person, stage: str, after: str) -> Response:
    chosen = [one for one in Stage if one.value == stage]
    code, desk = official.department or "", yinzheng.applications
    found = desk.of_body(code, chosen or tuple(Stage), limit=MOST, after=after[:64])
    names = {bundle.type.code: bundle.type.name for bundle in own_bundles(yinzheng, official)}
    return render(
        request,
        "applications",
        department=department_name(yinzheng, official),
        bundles=own_bundles(yinzheng, official),
        stages=list(Stage),
        counts=desk.counts(code),
        chosen=chosen[0] if chosen else None,
        rows=[(docket, names.get(docket.proposal.type_code, ""), _holders(docket)) for docket in found],
        badges=BADGES,
        more=found[-1].number if len(found) == MOST else "",
    )


def _holders(docket: Docket) -> str:
    """The names of the holders as far as they have been given."""
    members = docket.proposal.members
    rows = members.get("holders") or ([members["holder"]] if members.get("holder") else [])
    return "、".join(str(row.get("name", "")) for row in rows) or "—"


def _page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    docket: Docket,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    done: str = "",
    reason: str = "",
) -> Response:
    desk, bundle = yinzheng.applications, yinzheng.office.bundle(docket.proposal.type_code)
    values = values_from(bundle, docket.proposal.members)
    sections = sections_of(bundle, values)
    by = officer_of(official)
    author = Who.AUTHOR.admits(by, docket.authors)
    pages, trouble = _face(yinzheng, docket)
    answer = render(
        request,
        "application",
        status=status,
        docket=docket,
        bundle=bundle,
        sections=sections,
        events=desk.events(docket),
        badges=BADGES,
        cautions=weighed(desk.warnings(docket)) if docket.stage in SHOWN else [],
        changes=_changes(yinzheng, docket, bundle, values),
        pages=pages,
        trouble=trouble,
        steps=_offered(docket, bundle, by),
        author=author,
        two=needs_two(bundle) or docket.proposal.weighs_evidence,
        photos=[rule for rule in bundle.type.photos if not author or docket.stage in {Stage.DRAFT, Stage.RETURNED}],
        takes_original=_takes_original(docket),
        may_change=docket.stage in {Stage.DRAFT, Stage.RETURNED},
        done=done,
        reason=reason,
        most_reason=MAX_REASON,
        errors=errors or {},
        labels=LABELS,
        nonce=fresh_nonce(yinzheng.random),
    )
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def _takes_original(docket: Docket) -> bool:
    """Whether the file of what it follows can be handed in here."""
    succession = docket.proposal.succession
    return succession is not None and succession.kind is SuccessionKind.TRANSFER_IN


def _offered(docket: Docket, bundle: Bundle, by: Officer) -> set[str]:
    """The steps that this person may take now, by the words of the buttons."""
    offered = LIFE.open_to(docket.stage, by, docket.authors)
    author = Who.AUTHOR.admits(by, docket.authors)
    words = {step.value for step in offered if step not in {Step.WAIVE, Step.BEGIN, Step.SAVE}}
    two = needs_two(bundle) or docket.proposal.weighs_evidence
    alone = author and Step.WAIVE in offered and not two
    return words | ({"issue"} if alone or Step.BEGIN in offered or docket.stage is Stage.ISSUING else set())


def _changes(yinzheng: Yinzheng, docket: Docket, bundle: Bundle, values: Mapping[str, str]) -> list[Change]:
    """What differs from the predecessor, where that is a licence of the same body."""
    succession = docket.proposal.succession
    entry = yinzheng.archive.register.find(succession.predecessor) if succession else None
    if entry is None or entry.licence.identifier.issuer_code != docket.proposal.issuer_code:
        return []
    before = licence_values(bundle, entry)
    labels = labels_of(sections_of(bundle, max(before, values, key=lambda one: int(one["holders"]))))
    return changes(before, values, labels)


def _face(yinzheng: Yinzheng, docket: Docket) -> tuple[list[ShownPage], dict[str, str]]:
    """The pages of the face as it would be printed, or why it cannot be."""
    if docket.stage not in SHOWN:
        return [], {}
    try:
        drawn = yinzheng.draw(yinzheng.applications.preview(docket))
    except OURS as error:
        return [], _told(error)
    pages = drawn.paper.pages
    sheets = sorted(drawn.sheets, key=lambda one: one.page)
    return [shown_page(sheet.page, pages[sheet.page], drawn) for sheet in sheets], {}
