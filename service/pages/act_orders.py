"""Pages for acts that two people stand behind: what waits, one order with its licences, and the form for many at once.

Whoever decides sees everything that is ordered, and approves exactly that: the form carries the digest of what is
shown. Whoever ordered it is offered no decision, and the journey would refuse it. The form for many names those that
cannot be acted on before anything is placed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.applying.docket import MAX_REASON
from issuer.errors import ApplicationRefused, IssuerError
from issuer.warrants.errors import WarrantMoved
from issuer.warrants.life import Stage
from issuer.warrants.warrant import Wanted, Warrant
from service.field_words import SENTENCES
from service.guards import Guards
from service.identity import Person, Role
from service.lost_keys.signed import Kind
from service.pages.acting import Asked
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import body_names, department_name
from service.pages.rendering import render, see_other
from service.pages.seal_reach import add_seal_reach, reached
from service.pages.seal_use import officer_of
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from trust.errors import TrustError
from trust.rules.errors import FieldRefused
from trust.rules.grounds import DECISION_LENGTH, GROUNDS, REASON_LENGTH, Authority
from trust.rules.people import same_person
from trust.rules.seal_grounds import grounds_about
from trust.rules.standing import MOVES, ActKind

MOST = 100
OURS = (TrustError, IssuerError, Usage)
OFFERED = tuple(kind for kind in ActKind if kind not in {ActKind.TRANSFER_OUT, ActKind.TRANSFER_BACK})
"""Acts that are taken on many at once; a transfer is about one licence."""
BADGES = {Stage.WAITING: "s02", Stage.APPROVED: "s02", Stage.DONE: "s01", Stage.REFUSED: "s03", Stage.WITHDRAWN: "s05"}
LABELS = {
    "identifiers": "证照标识",
    "kind": "处理",
    "ground": "事由",
    "reason": "理由",
    "decision": "决定文书号",
    "effective": "生效时间",
}


@dataclass(frozen=True)
class Listed(Asked):
    """What the form for many asks for, as its fields hold it."""

    identifiers: str = ""
    kind: str = ""

    def wanted(self, body_code: str) -> Wanted:
        """What is ordered.

        Raises:
            Usage: no act of that kind, or not a time.

        """
        if self.kind not in set(OFFERED):
            raise Usage("act-kind", "请选择一种处理。", "choose a kind of act.")
        lines = (line.strip() for line in self.identifiers.splitlines())
        return Wanted(
            body_code=body_code,
            kind=ActKind(self.kind),
            ground=self.ground,
            subjects=tuple(line for line in lines if line),
            reason=self.reason,
            decision=self.decision,
            effective_at=self.effective_at(),
        )


def add_act_orders(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/acts`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)

    @routes.get("/issuer/acts")
    def listed(request: Request, official: Official) -> Response:
        found = yinzheng.warrants.of_body(official.department or "", limit=MOST)
        return render(
            request,
            "act_orders",
            department=department_name(yinzheng, official),
            rows=found,
            badges=BADGES,
            most=MOST,
        )

    @routes.get("/issuer/acts/new")
    def blank(request: Request, official: Official) -> Response:
        return _form_page(request, yinzheng, official, Listed())

    @routes.post("/issuer/acts/new")
    def place(request: Request, official: Official, form: Posted) -> Response:
        asked, nonce = _asked(form), form.nonce()
        if form.text("step") == "back":
            return _form_page(request, yinzheng, official, asked)
        try:
            wanted = asked.wanted(official.department or "")
            if form.text("step") == "confirm":
                key = f"form:{official.login}:{nonce}"
                placed = yinzheng.warrants.place(wanted, by=officer_of(official), key=key)
                return see_other(f"/issuer/acts/{placed.number}?done=placed")
            refused = yinzheng.warrants.refusals(wanted, officer_of(official))
        except OURS as error:
            told, status = _told(error)
            return _form_page(request, yinzheng, official, asked, told, status)
        return _preview(request, yinzheng, official, asked, wanted, refused, nonce)

    add_seal_reach(routes, yinzheng, guards)

    @routes.get("/issuer/acts/{number}")
    def one(request: Request, official: Official, number: str, done: str = "") -> Response:
        return _page(request, yinzheng, official, number, done=done)

    @routes.post("/issuer/acts/{number}/steps")
    def step(request: Request, official: Official, number: str, form: Posted) -> Response:
        warrant, word = yinzheng.warrants.find(number, official.department or ""), form.text("step")
        try:
            _take(yinzheng, official, warrant, word, form)
        except OURS as error:
            told, status = _told(error)
            return _page(request, yinzheng, official, number, told, status, reason=form.text("reason"))
        return see_other(f"/issuer/acts/{number}?done={word}")


def _asked(form: Form) -> Listed:
    names = ("ground", "reason", "effective", "decision", "identifiers", "kind")
    return Listed(**{name: form.text(name) for name in names})


def _take(yinzheng: Yinzheng, official: Person, warrant: Warrant, word: str, form: Form) -> Warrant:
    """Take the step that a button names.

    Raises:
        WarrantMoved: no button of ours.

    """
    desk, by, reason = yinzheng.warrants, officer_of(official), form.text("reason")
    key = f"form:{official.login}:{form.nonce()}"
    match word:
        case "approve":
            return desk.approve(warrant, digest=form.text("digest"), by=by, key=key, reason=reason)
        case "refuse":
            return desk.refuse(warrant, reason=reason, by=by, key=key)
        case "withdraw":
            return desk.withdraw(warrant, reason=reason, by=by, key=key)
    raise WarrantMoved(warrant.stage, word[:16])


def _told(error: TrustError | IssuerError | Usage) -> tuple[dict[str, str], int]:
    """The problem by the field it belongs to, and the status of the answer; a fault of ours is raised on."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    if isinstance(error, ApplicationRefused):
        return {_place(name): _said(name, reason) for name, reason in reversed(error.problems)}, problem.status
    if isinstance(error, FieldRefused) and error.key in LABELS:
        return {error.key: SENTENCES.get(error.reason, problem.zh)}, problem.status
    return {"": problem.zh}, problem.status


def _said(name: str, reason: str) -> str:
    """A reason in words; of a list, which line it is about."""
    line = name.partition(".")[2]
    return (f"第 {line} 个：" if line else "") + SENTENCES.get(reason, reason)


def _place(name: str) -> str:
    """The field of a problem; one about a licence belongs to the field that lists them."""
    return name if name in LABELS else "identifiers" if name.startswith("identifiers") else ""


def _form_page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    asked: Listed,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    offered = set(OFFERED)
    return render(
        request,
        "act_order_new",
        status=status,
        department=department_name(yinzheng, official),
        asked=asked,
        kinds=[(kind.value, kind.label) for kind in OFFERED],
        grounds=[
            (one, "、".join(kind.label for kind in OFFERED if kind in one.kinds))
            for one in GROUNDS.values()
            if one.kinds & offered and Authority.ISSUER in one.authorities
        ],
        errors=errors or {},
        labels=LABELS,
        longest=REASON_LENGTH,
        longest_decision=DECISION_LENGTH,
        nonce=fresh_nonce(yinzheng.random),
    )


def _preview(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    asked: Listed,
    wanted: Wanted,
    refused: Mapping[str, str],
    nonce: str,
) -> Response:
    return render(
        request,
        "act_order_preview",
        department=department_name(yinzheng, official),
        asked=asked,
        wanted=wanted,
        move=MOVES[wanted.kind],
        ground=grounds_about(wanted.subjects[0])[wanted.ground],
        causes=yinzheng.warrants.causes(wanted, official.login),
        refused={subject: SENTENCES.get(reason, reason) for subject, reason in refused.items()},
        nonce=nonce,
    )


def _page(
    request: Request,
    yinzheng: Yinzheng,
    official: Person,
    number: str,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    done: str = "",
    reason: str = "",
) -> Response:
    desk = yinzheng.warrants
    warrant = desk.find(number, official.department or "")
    wanted = warrant.wanted
    return render(
        request,
        "act_order",
        status=status,
        warrant=warrant,
        wanted=wanted,
        move=MOVES[wanted.kind],
        ground=grounds_about(wanted.subjects[0])[wanted.ground],
        outcomes=desk.outcomes(warrant),
        sentences=SENTENCES,
        events=desk.events(warrant),
        badges=BADGES,
        own=same_person(warrant.maker, officer_of(official)),
        reached=reached(yinzheng, warrant),
        kinds=tuple(Kind),
        bodies=body_names(yinzheng),
        types={one.type.code: one.type.name for one in yinzheng.catalogue.bundles()},
        waiting=warrant.stage is Stage.WAITING,
        done=done,
        reason=reason,
        most_reason=MAX_REASON,
        errors=errors or {},
        nonce=fresh_nonce(yinzheng.random),
    )
