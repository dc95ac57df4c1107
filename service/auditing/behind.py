"""Who has to stand behind an act, and whether they do: one person, or two by one of three papers.

An order carries an act if two people of its body placed and approved it, it names the act's subject, and orders just
this. A report carries the end of a seal if another person confirmed it and the seal is of the key that was lost. The
application for a seal carries the end of the one that it replaces. What nobody may do alone and no such paper carries
was put there by somebody who went past the rule. Which paper an act comes of is told by the form of its key.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row

from issuer.warrants.warrant import ORDERED, signed_by
from service.auditing.staff import Right, Staff, clerks_of, keepers_of, officials_of
from service.compromises.working import CANCELLED, ends_at, key_of_cancel
from service.lost_keys.order import Compromise, Stage
from trust.revocation.cascading import key_for
from trust.rules.catalogue import Approval
from trust.rules.grounds import Authority
from trust.rules.people import same_person
from trust.rules.seal_grounds import LEAKED, grounds_about
from trust.rules.seal_standing import seal_in, subject_of
from trust.rules.standing import ActKind
from trust.rules.two_people import Asked, causes_for_two
from trust.sealing.acting import REPLACED
from trust.sealing.life import Step
from trust.sealing.ports import Application, FiledSeal, Officer, Taken

_ORDER = re.compile(re.escape(ORDERED) + r"([0-9a-f]{16})/[0-9a-f]{32}")
_LOSS = re.compile(re.escape(CANCELLED) + r"(KC[0-9a-f]{16}):[0-9A-Za-z]+")
_SUCCESSOR = re.compile(re.escape(subject_of(REPLACED)) + r"([0-9A-Za-z]+)")
AnyRow = Row[*tuple[object, ...]]
ApprovalOf = Callable[[str], Approval]


@dataclass(frozen=True)
class Paper:
    """An order's row, the step that approved it, and the places in it of those of the subjects asked about."""

    order: AnyRow
    approved: AnyRow | None
    places: Mapping[str, AnyRow]


def order_of(row: AnyRow) -> str | None:
    """The number of the order that an act comes of, by its key."""
    return _named(_ORDER, row)


def loss_of(row: AnyRow) -> str | None:
    """The number of the report of a lost key that an act on a seal comes of, by its key."""
    return _named(_LOSS, row)


def successor_of(row: AnyRow) -> str | None:
    """The number of the seal whose filing ended this one, by the act's key."""
    return _named(_SUCCESSOR, row)


def _named(form: re.Pattern[str], row: AnyRow) -> str | None:
    found = form.fullmatch(str(row.idempotency_key))
    return None if found is None else found[1]


def needs_two(row: AnyRow, approval_of: ApprovalOf) -> bool:
    """Whether two people have to stand behind an act; what the register draws by itself needs nobody."""
    ground = grounds_about(row.subject).get(row.ground)
    if ground is not None and (ground.successor or Authority.REGISTER in ground.authorities):
        return False
    alone = Asked(ActKind(row.kind), 1, row.recorded_at, row.effective_at, "one")
    strict = Asked(ActKind(row.kind), 1, row.recorded_at, row.effective_at, "two")
    if causes_for_two(alone):
        return True
    return bool(causes_for_two(strict)) and approval_of(row.subject) == "two"


def fault_of_order(row: AnyRow, paper: Paper, staff: Staff) -> str | None:
    """Why an order does not carry an act; None where it does."""
    order, place = paper.order, paper.places.get(row.subject)
    if (row.kind, row.ground) != (order.kind, order.ground):
        return "这件处理与它所出的处理审批单不是同一种处理或事由。"
    if place is None or row.idempotency_key != key_for(f"{ORDERED}{order.number}", row.subject):
        return "这件处理的对象不在它所出的处理审批单里。"
    if place.refusal is not None or place.act_sequence not in {None, row.sequence}:
        return "它所出的处理审批单写着这一对象没有办理，或者办理的是另一件处理。"
    if _differs(row, order):
        return "这件处理的时间、理由、决定文号或者接收单位与它所出的处理审批单不同。"
    if paper.approved is None:
        return "这件处理所出的处理审批单没有人批准。"
    maker = Officer(order.maker_login, order.maker_name)
    second = Officer(paper.approved.by_login, paper.approved.by_name)
    if row.recorded_at < paper.approved.at:
        return "这件处理的登记早于它所出的处理审批单的批准。"
    if row.recorded_by != signed_by(maker, second):
        return "这件处理写的经办人和批准人不是它所出的处理审批单的提请人和批准人。"
    askers = clerks_of(order.body_code) + (keepers_of(order.body_code) if seal_in(str(row.subject)) else ())
    hands = (
        _Hand(maker, order.opened_at, askers),
        _Hand(second, paper.approved.at, officials_of(order.body_code)),
    )
    return _fault_of_people(*hands, staff, "处理审批单由提请")


def fault_of_loss(
    row: AnyRow, loss: Compromise, filed: FiledSeal | None, seals: AbstractSet[str], staff: Staff
) -> str | None:
    """Why the report of a lost key does not carry the end of a seal; None where it does. `seals` are the key's."""
    seal_id = seal_in(str(row.subject))
    if (row.kind, row.ground) != (ActKind.CANCEL.value, LEAKED) or seal_id is None or filed is None:
        return "密钥丢失报告只能注销印章，这件处理不是。"
    if row.idempotency_key != key_of_cancel(loss.number, seal_id) or seal_id not in seals:
        return "这枚印章不用报告丢失的那把密钥。"
    if row.effective_at != ends_at(loss.loss, filed):
        return "这件处理的生效时间与报告的丢失时间不符。"
    if loss.stage not in {Stage.CONFIRMED, Stage.DONE} or loss.decided_by is None or loss.decided_at is None:
        return "这件处理所出的密钥丢失报告没有第二人确认。"
    if row.recorded_at < loss.decided_at:
        return "这件处理的登记早于密钥丢失报告的确认。"
    rights = keepers_of(loss.loss.body_code)
    hands = (_Hand(loss.reported_by, loss.reported_at, rights), _Hand(loss.decided_by, loss.decided_at, rights))
    return _fault_of_people(*hands, staff, "密钥丢失报告由报告")


def fault_of_successor(row: AnyRow, application: Application, steps: Sequence[Taken], staff: Staff) -> str | None:
    """Why the application for another seal does not carry the end of this one; None where it does."""
    wish, approved = application.wish, next((one for one in steps if one.step is Step.APPROVE), None)
    if row.kind != ActKind.CANCEL.value or wish.replaces != seal_in(str(row.subject)):
        return "替换这枚印章的申请替换的不是这一枚。"
    if wish.cause is None or row.ground != wish.cause.ground:
        return "这件处理的事由与替换这枚印章的申请不符。"
    if row.effective_at != row.recorded_at:
        return "被替换的印章自新印章备案时起注销，这件处理的生效时间却是另一时间。"
    if approved is None or row.recorded_at < approved.at:
        return "替换这枚印章的申请当时没有人批准。"
    rights = keepers_of(wish.body_code)
    hands = (_Hand(application.applied_by, application.applied_at, rights), _Hand(approved.by, approved.at, rights))
    return _fault_of_people(*hands, staff, "替换印章的申请由申请")


@dataclass(frozen=True)
class _Hand:
    """Who took a step, when, and what they had to be."""

    who: Officer
    at: datetime
    rights: tuple[Right, ...]


def _fault_of_people(maker: _Hand, second: _Hand, staff: Staff, whose: str) -> str | None:
    if same_person(maker.who, second.who):
        return f"这件处理所出的{whose}人自己批准。"
    if not (staff.knows(maker.who) and staff.knows(second.who)):
        return "这件处理背后的人不在人员登记里。"
    if all(staff.had(one.who, one.rights, one.at) for one in (maker, second)):
        return None
    return "这件处理背后的人当时没有这项权限：不是这个部门的经办人员，或者人员登记被改动过。"


def _differs(row: AnyRow, order: AnyRow) -> bool:
    """Whether anything else of the act is not as it was ordered; a time that is left open is that of recording."""
    if any((getattr(row, name) or "") != (getattr(order, name) or "") for name in ("reason", "decision", "receiver")):
        return True
    times = ((getattr(order, name) or row.recorded_at, getattr(row, name)) for name in ("effective_at", "decided_at"))
    if any(ordered != stands for ordered, stands in times):
        return True
    return order.reverses is not None and order.reverses != row.reverses
