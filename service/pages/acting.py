"""Pages for acts on a licence: choose ground and time, read what will follow, confirm.

The first step asks, the second names the consequence and carries the same words on; only the confirmation acts. What
the rules would refuse is refused at the first step already, by the same `check_act` that the register asks at the
second. The key was drawn with the first step, so confirming twice acts once. Times are those of China.

What one person may not do alone is not recorded by the confirmation: it places an order, which somebody else decides
(`act_orders`). The second step says so beforehand, with the reasons.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.errors import IssuerError
from issuer.ports import Entry
from issuer.warrants.errors import NeedsSecond
from issuer.warrants.warrant import wanted_of
from service.field_words import SENTENCES
from service.guards import Guards
from service.identity import Person, Role
from service.pages.forms import Form, fresh_nonce, read_form
from service.pages.issuing import own_entry, signature
from service.pages.rendering import render, see_other
from service.pages.seal_use import officer_of
from service.problem import Usage
from service.problems import problem_of
from service.wiring import Yinzheng
from trust.errors import TrustError
from trust.revocation.acting import Order
from trust.revocation.errors import SubjectUnknown
from trust.rules.admission import RECEIVER_LENGTH, reversed_by
from trust.rules.errors import FieldRefused
from trust.rules.grounds import DECISION_LENGTH, GROUNDS, REASON_LENGTH, Authority, grounds_for
from trust.rules.licence import CHINA
from trust.rules.people import login_in
from trust.rules.standing import MOVES, ActKind, Status

CONSEQUENCES = {
    Status.VALID: "生效后，核验这本证照重新得到“核验通过”。恢复之前的那段时间不改变。",
    Status.SUSPENDED: "生效后，任何人核验这本证照都得到“核验未通过”，也不能再被办件引用，直到办理恢复。",
    Status.OTHER: "生效后，任何人核验这本证照都得到“核验未通过”，也不能再被办件引用，直到办理恢复。",
    Status.TRANSFERRING: "生效后，任何人核验这本证照都得到“核验未通过”，直到转出办结或撤回转出。",
}
FINAL = "这是最终处理，不能恢复。生效后，任何人核验这本证照都得到“核验未通过”，也不能再被办件引用；需要时只能重新颁发。"
NO_MOVE = {
    ActKind.CHECK: "登记校验合格，证照状态不变；下一次校验的期限从这次的生效时间起算。",
    ActKind.OVERTURN: "登记原决定已被撤销，供审计和举证。这本证照不恢复效力，需要时另行颁发新的证照。",
}
"""What follows from an act that leaves the standing as it is."""
ERROR_PLACES = {
    "act-reversal": "",
    "reason-missing": "reason",
    "decision-missing": "decision",
    "not-retroactive": "effective",
    "ground-unknown": "ground",
    "ground-kind": "ground",
}


@dataclass(frozen=True)
class Asked:
    """What the form asks for, as its fields hold it."""

    ground: str = ""
    reason: str = ""
    effective: str = ""
    decision: str = ""
    receiver: str = ""

    def effective_at(self) -> datetime | None:
        """The instant of effect, None for at once.

        Raises:
            Usage: not a time.

        """
        if not self.effective:
            return None
        try:
            return datetime.fromisoformat(self.effective).replace(tzinfo=CHINA)
        except ValueError as error:
            raise Usage(
                "not-a-time", "请填写日期和时间，例如 2026-11-21 09:30；留空即立即生效。", "not a time."
            ) from error


def add_acting(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add the pages below `/issuer/licences/{identifier}/act`."""
    Official = Annotated[Person, Depends(guards.person(Role.OFFICIAL))]  # noqa: N806  (an alias of a type)
    Posted = Annotated[Form, Depends(read_form)]  # noqa: N806  (as above)
    path = "/issuer/licences/{identifier}/act/{word}"

    @routes.get(path)
    def ask(request: Request, official: Official, identifier: str, word: str) -> Response:
        entry, kind = own_entry(yinzheng, official, identifier), _kind(word)
        return _ask_page(request, yinzheng, entry, kind, Asked(), fresh_nonce(yinzheng.random))

    @routes.post(path)
    def act(request: Request, official: Official, identifier: str, word: str, form: Posted) -> Response:
        entry, kind, nonce = own_entry(yinzheng, official, identifier), _kind(word), form.nonce()
        asked = Asked(**{one.name: form.text(one.name) for one in fields(Asked)})
        step = form.text("step")
        if step == "back":
            return _ask_page(request, yinzheng, entry, kind, asked, nonce)
        try:
            order = _order(asked, kind, identifier, official)
            if step == "confirm":
                return see_other(_confirmed(yinzheng, order, official, f"form:{official.login}:{nonce}"))
            _check(yinzheng, order)
        except (TrustError, IssuerError, Usage) as error:
            told, status = _told(error)
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise  # the same form sent again takes it up where it stopped; a new key would not
            return _ask_page(request, yinzheng, entry, kind, asked, fresh_nonce(yinzheng.random), told, status)
        return _confirm_page(request, yinzheng, entry, order, asked, nonce)


def _kind(word: str) -> ActKind:
    try:
        return ActKind(word)
    except ValueError as error:
        raise SubjectUnknown("subject-unknown") from error


def _order(asked: Asked, kind: ActKind, identifier: str, official: Person) -> Order:
    return Order(
        kind,
        identifier,
        asked.ground,
        asked.reason,
        signature(official),
        effective_at=asked.effective_at(),
        decision=asked.decision,
        receiver=asked.receiver,
    )


def _confirmed(yinzheng: Yinzheng, order: Order, official: Person, key: str) -> str:
    """Record the act, or place the order for it; the page to go to. Raises as `act` and `place`."""
    if (known := yinzheng.warrants.placed(key)) is not None:
        return f"/issuer/acts/{known.number}?done=placed"  # the form sent again, whatever became of the order
    try:
        yinzheng.act(order, key=key)
    except NeedsSecond:
        wanted = wanted_of(order, official.department or "")
        placed = yinzheng.warrants.place(wanted, by=officer_of(official), key=key)
        return f"/issuer/acts/{placed.number}?done=placed"
    return f"/issuer/licences/{order.subject}?done=acted"


def _check(yinzheng: Yinzheng, order: Order) -> None:
    """Ask the rules now what the register will ask them when the act is confirmed; raises as `Warranting.check`."""
    yinzheng.warrants.check(order)


def _told(error: TrustError | IssuerError | Usage) -> tuple[dict[str, str], int]:
    """The problem by the field it belongs to, and the status of the answer."""
    problem = problem_of(error)
    if isinstance(error, Usage):
        return {"effective": problem.zh}, problem.status
    if isinstance(error, IssuerError):
        return {"": problem.zh}, problem.status
    place = error.key if isinstance(error, FieldRefused) else ERROR_PLACES.get(error.reason, "")
    return {place: SENTENCES.get(error.reason, problem.zh)}, problem.status


def _ask_page(
    request: Request,
    yinzheng: Yinzheng,
    entry: Entry,
    kind: ActKind,
    asked: Asked,
    nonce: str,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    standing = yinzheng.standing(str(entry.licence.identifier), yinzheng.now())
    return render(
        request,
        "act",
        status=status,
        entry=entry,
        move=MOVES[kind],
        standing=standing,
        grounds=grounds_for(kind, [Authority.ISSUER]),
        asked=asked,
        errors=errors or {},
        nonce=nonce,
        longest=REASON_LENGTH,
        longest_decision=DECISION_LENGTH,
        wants_receiver=kind is ActKind.TRANSFER_OUT,
        longest_receiver=RECEIVER_LENGTH,
    )


def _confirm_page(
    request: Request, yinzheng: Yinzheng, entry: Entry, order: Order, asked: Asked, nonce: str
) -> Response:
    kind, identifier, effective_at = order.kind, order.subject, order.effective_at
    result = MOVES[kind].result
    recorded = yinzheng.archive.acts.of(identifier)
    reverses = reversed_by(recorded, kind, effective_at or yinzheng.now())
    return render(
        request,
        "act_confirm",
        entry=entry,
        move=MOVES[kind],
        ground=GROUNDS[asked.ground],
        asked=asked,
        effective_at=effective_at,
        consequence=NO_MOVE[kind] if result is None else CONSEQUENCES.get(result, FINAL),
        final=MOVES[kind].ends,
        causes=yinzheng.warrants.causes(wanted_of(order, ""), login_in(order.by)),
        reverses=next((one for one in recorded if one.sequence == reverses), None),
        citations=len(yinzheng.archive.citations.of_licence(str(entry.licence.identifier))),
        nonce=nonce,
    )
