"""Acts beside the orders that two people stand behind, and whatever moves in steps beside its last step.

An act that comes of an order bears the order's key; the order must then be there, of the same kind and ground, approved
by another person than who placed it, and both must be people of the register. An act that two people have to stand
behind, and that comes of no order, was put there by somebody who went past the rule. What moves in steps stands where
the last step left it: the steps are bound by the trail.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from sqlalchemy import Engine, Row, Table, func, select

from issuer.warrants.store.rows import act_order, act_order_event, act_order_subject
from service.auditing.blocks import BLOCK, blocks_of
from service.store import person
from service.vouching import SEAL
from trust.log.store import AT_ONCE
from trust.revocation.store.tables import act
from trust.rules.catalogue import Approval
from trust.rules.grounds import GROUNDS, Authority
from trust.rules.standing import ActKind
from trust.rules.two_people import Asked, causes_for_two
from trust.store import METADATA
from verifier.auditing.ports import Looked, Mismatch

ORDERED = "warrant:"
"""How the keys of acts begin that come of an order; its number follows."""
MOVING = (
    ("act_order", "act_order_event", "orders"),
    ("docket", "docket_event", "applications"),
    ("batch", "batch_step", "applications"),
    ("stock", "stock_step", "applications"),
)
AnyRow = Row[*tuple[object, ...]]
ApprovalOf = Callable[[str], Approval]


class Ordered:
    """The acts of one installation beside its orders; `approval_of` says how many people a licence's type asks for."""

    def __init__(self, engine: Engine, approval_of: ApprovalOf) -> None:
        self._engine, self._approval_of = engine, approval_of

    def mismatches(self) -> Iterator[Mismatch | Looked]:
        """Acts without the people they need, orders without their acts, and what stands where no step left it."""
        rows = blocks_of(self._engine, act, [act.c.subject, act.c.sequence])
        while some := list(islice(rows, BLOCK)):
            yield Looked("orders", len(some))
            yield from self._acts(some)
        yield from self._outcomes()
        for table, steps, check in MOVING:
            yield from self._moved(METADATA.tables[table], METADATA.tables[steps], check)

    def _acts(self, some: list[AnyRow]) -> Iterator[Mismatch]:
        numbers = {row: _order_of(row) for row in some}
        orders = self._orders(sorted({one for one in numbers.values() if one is not None}))
        for row, number in numbers.items():
            key = f"{row.subject} #{row.sequence}"
            if number is None:
                if self._needs_two(row):
                    said = "这件处理须由两人办理，却不出自任何处理审批单。"
                    yield Mismatch("orders", "act-without-second", key, said)
            elif number not in orders:
                yield Mismatch("orders", "order-missing", key, "这件处理所出的处理审批单不存在：审批单被删除。")
            elif (fault := _fault(row, *orders[number])) is not None:
                yield Mismatch("orders", "order-differs", key, fault)

    def _needs_two(self, row: AnyRow) -> bool:
        """Whether two people have to stand behind an act; what the register draws by itself needs nobody."""
        ground = GROUNDS.get(row.ground)
        drawn = ground is None or ground.successor or Authority.REGISTER in ground.authorities
        if drawn or row.subject.startswith(SEAL):
            return False
        alone = Asked(ActKind(row.kind), 1, row.recorded_at, row.effective_at, "one")
        strict = Asked(ActKind(row.kind), 1, row.recorded_at, row.effective_at, "two")
        if causes_for_two(alone):
            return True
        return bool(causes_for_two(strict)) and self._approval_of(row.subject) == "two"

    def _orders(self, numbers: list[str]) -> dict[str, tuple[AnyRow, str | None, bool]]:
        """For each order its row, the login of whoever approved it, and whether both people are known."""
        found: dict[str, tuple[AnyRow, str | None, bool]] = {}
        with self._engine.connect() as connection:
            people = set(connection.scalars(select(person.c.login)))
            for start in range(0, len(numbers), AT_ONCE):
                part = numbers[start : start + AT_ONCE]
                steps = act_order_event.c
                approved = select(steps.number, steps.by_login).where(steps.number.in_(part), steps.step == "approve")
                by = {row.number: row.by_login for row in connection.execute(approved)}
                for row in connection.execute(select(act_order).where(act_order.c.number.in_(part))):
                    second = by.get(row.number)
                    found[row.number] = row, second, {row.maker_login, second} <= people
        return found

    def _outcomes(self) -> Iterator[Mismatch]:
        """What an order says was recorded is recorded."""
        told = act_order_subject
        same = (act.c.subject == told.c.subject) & (act.c.sequence == told.c.act_sequence)
        lost = select(told.c.number, told.c.place).outerjoin(act, same)
        lost = lost.where(told.c.act_sequence.is_not(None), act.c.subject.is_(None))
        with self._engine.connect() as connection:
            rows = connection.execute(lost.limit(BLOCK)).all()
        for row in rows:
            said = "审批单写着已登记的处理，登记里没有：处理被删除，或审批单被改。"
            yield Mismatch("orders", "act-of-order-missing", f"{row.number}/{row.place}", said)

    def _moved(self, table: Table, steps: Table, check: str) -> Iterator[Mismatch]:
        """Where something stands is where its last step left it."""
        last = select(steps.c.number, func.max(steps.c.sequence).label("last")).group_by(steps.c.number).subquery()
        wanted = select(table.c.number, table.c.sequence, last.c.last).outerjoin(last, last.c.number == table.c.number)
        wrong = wanted.where(last.c.last.is_(None) | (last.c.last != table.c.sequence))
        with self._engine.connect() as connection:
            rows = list(connection.execute(wrong.limit(BLOCK)))
            if "stage" in steps.c:
                same = (steps.c.number == table.c.number) & (steps.c.sequence == table.c.sequence)
                elsewhere = select(table.c.number).join(steps, same).where(steps.c.stage != table.c.stage)
                rows += connection.execute(elsewhere.limit(BLOCK))
        for row in rows:
            said = f"{table.name} 的一项与它的最后一步不一致：登记被改动，或步骤被删除。"
            yield Mismatch(check, "step-differs", f"{table.name}/{row.number}", said)


def _order_of(row: AnyRow) -> str | None:
    """The number of the order that an act comes of, by its key."""
    key = str(row.idempotency_key)
    return key.removeprefix(ORDERED).split("/")[0] if key.startswith(ORDERED) else None


def _fault(row: AnyRow, order: AnyRow, second: str | None, known: bool) -> str | None:  # noqa: FBT001  (as `_orders` gives it)
    """Why an order does not carry an act; None where it does."""
    if (row.kind, row.ground) != (order.kind, order.ground):
        return "这件处理与它所出的处理审批单不是同一种处理或事由。"
    if second is None:
        return "这件处理所出的处理审批单没有人批准。"
    if second == order.maker_login:
        return "这件处理的审批单由提请人自己批准。"
    return None if known else "处理审批单上的人不在人员登记里。"
