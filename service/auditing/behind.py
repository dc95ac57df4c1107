"""Who has to stand behind an act, and whether they do: two people by an order, two by the report of a lost key, or one.

An order carries an act if it was placed and approved by two people of the register, names the act's subject, and orders
just this. A report carries the end of a seal if another person confirmed it and the seal is of the key that was lost.
What nobody may do alone and no paper of either kind carries was put there by somebody who went past the rule.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import Row

from service.compromises.working import CANCELLED, ends_at, key_of_cancel
from service.lost_keys.order import Compromise, Stage
from trust.revocation.cascading import key_for
from trust.rules.catalogue import Approval
from trust.rules.grounds import Authority
from trust.rules.people import same_person
from trust.rules.seal_grounds import LEAKED, grounds_about
from trust.rules.seal_standing import seal_in
from trust.rules.standing import ActKind
from trust.rules.two_people import Asked, causes_for_two
from trust.sealing.ports import FiledSeal, Officer

ORDERED = "warrant:"
"""How the keys of acts begin that come of an order; its number follows."""
AnyRow = Row[*tuple[object, ...]]
ApprovalOf = Callable[[str], Approval]


@dataclass(frozen=True)
class Paper:
    """An order's row, who approved it, and those of the subjects asked about that are in it."""

    order: AnyRow
    second: Officer | None
    subjects: AbstractSet[str]


def order_of(row: AnyRow) -> str | None:
    """The number of the order that an act comes of, by its key."""
    key = str(row.idempotency_key)
    return key.removeprefix(ORDERED).split("/")[0] if key.startswith(ORDERED) else None


def loss_of(row: AnyRow) -> str | None:
    """The number of the report of a lost key that an act on a seal comes of, by its key."""
    key = str(row.idempotency_key)
    return key.removeprefix(CANCELLED).split(":")[0] if key.startswith(CANCELLED) else None


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


def fault_of_order(row: AnyRow, paper: Paper, people: AbstractSet[str]) -> str | None:
    """Why an order does not carry an act; None where it does. `people` are the logins of the register."""
    order = paper.order
    if (row.kind, row.ground) != (order.kind, order.ground):
        return "这件处理与它所出的处理审批单不是同一种处理或事由。"
    if row.subject not in paper.subjects or row.idempotency_key != key_for(f"{ORDERED}{order.number}", row.subject):
        return "这件处理的对象不在它所出的处理审批单里。"
    if _differs(row, order):
        return "这件处理的时间、理由、决定文号或者接收单位与它所出的处理审批单不同。"
    if paper.second is None:
        return "这件处理所出的处理审批单没有人批准。"
    return _fault_of_people(Officer(order.maker_login, order.maker_name), paper.second, people, "处理审批单由提请")


def fault_of_loss(
    row: AnyRow, loss: Compromise, filed: FiledSeal | None, seals: AbstractSet[str], people: AbstractSet[str]
) -> str | None:
    """Why the report of a lost key does not carry the end of a seal; None where it does. `seals` are the key's."""
    seal_id = seal_in(str(row.subject))
    if (row.kind, row.ground) != (ActKind.CANCEL.value, LEAKED) or seal_id is None or filed is None:
        return "密钥丢失报告只能注销印章，这件处理不是。"
    if row.idempotency_key != key_of_cancel(loss.number, seal_id) or seal_id not in seals:
        return "这枚印章不用报告丢失的那把密钥。"
    if row.effective_at != ends_at(loss.loss, filed):
        return "这件处理的生效时间与报告的丢失时间不符。"
    if loss.stage not in {Stage.CONFIRMED, Stage.DONE} or loss.decided_by is None:
        return "这件处理所出的密钥丢失报告没有第二人确认。"
    return _fault_of_people(loss.reported_by, loss.decided_by, people, "密钥丢失报告由报告")


def _fault_of_people(maker: Officer, second: Officer, people: AbstractSet[str], whose: str) -> str | None:
    if same_person(maker, second):
        return f"这件处理所出的{whose}人自己批准。"
    return None if {maker.login, second.login} <= people else "这件处理背后的人不在人员登记里。"


def _differs(row: AnyRow, order: AnyRow) -> bool:
    """Whether anything else of the act is not as it was ordered; what the order leaves open may be anything."""
    if any((getattr(row, name) or "") != (getattr(order, name) or "") for name in ("reason", "decision", "receiver")):
        return True
    left_open = ((getattr(order, name), getattr(row, name)) for name in ("effective_at", "decided_at", "reverses"))
    return any(ordered is not None and ordered != stands for ordered, stands in left_open)
