"""Acts beside the papers that two people stand behind, and whatever moves in steps beside its last step.

An act that comes of an order bears the order's key, one that comes of the report of a lost key the report's, one that
comes of a seal made again that seal's; the paper must then be there and carry the act (`behind`). What an order orders
is what its steps say was ordered and approved, by digest. What moves in steps stands where the last step left it: the
steps are bound by the trail.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice

from sqlalchemy import Connection, Row, Table, func, select, tuple_

from issuer.catalogue.life import LIFE as CATALOGUE_LIFE
from issuer.catalogue.store.tables import catalogue_event, catalogue_version
from issuer.warrants.life import Step
from issuer.warrants.placing import changed_since
from issuer.warrants.store.rows import act_order, act_order_event, act_order_subject, to_event, to_warrant
from service.archive import Archive
from service.auditing.behind import (
    ApprovalOf,
    Paper,
    fault_of_loss,
    fault_of_order,
    fault_of_successor,
    loss_of,
    needs_two,
    order_of,
    successor_of,
)
from service.auditing.staff import Staff
from service.blocks import BLOCK, blocks_of
from service.compromises.measuring import seals_of_key
from trust.log.store import AT_ONCE
from trust.revocation.store.tables import act
from trust.rules.seal_standing import seal_in
from trust.store import METADATA
from verifier.auditing.ports import Looked, Mismatch

MOVING = (
    ("act_order", "act_order_event", "orders"),
    ("docket", "docket_event", "applications"),
    ("batch", "batch_step", "applications"),
    ("stock", "stock_step", "applications"),
)
AnyRow = Row[*tuple[object, ...]]


class Ordered:
    """The acts of one installation beside its papers.

    `approval_of` says how many people a subject asks for, `staff` who the people are and were.
    """

    def __init__(self, archive: Archive, approval_of: ApprovalOf, staff: Callable[[], Staff]) -> None:
        self._archive, self._engine, self._approval_of = archive, archive.engine, approval_of
        self._staff = staff
        self._seals: dict[bytes, AbstractSet[str]] = {}

    def mismatches(self) -> Iterator[Mismatch | Looked]:
        """Acts without the people they need, orders without their acts, and what stands where no step left it."""
        staff = self._staff()
        rows = blocks_of(self._engine, act, [act.c.subject, act.c.sequence])
        while some := list(islice(rows, BLOCK)):
            yield Looked("orders", len(some))
            yield from self._acts(some, staff)
        yield from self._outcomes()
        yield from self._contents()
        for table, steps, check in MOVING:
            yield from self._moved(METADATA.tables[table], METADATA.tables[steps], check)
        yield from self._versions()

    def _acts(self, some: list[AnyRow], staff: Staff) -> Iterator[Mismatch]:
        papers = self._papers({(number, row.subject) for row in some if (number := order_of(row)) is not None})
        for row in some:
            key, number, loss, successor = f"{row.subject} #{row.sequence}", order_of(row), loss_of(row), None
            if number is None and loss is None and needs_two(row, self._approval_of):
                successor = successor_of(row)
                if successor is None:
                    said = "这件处理须由两人办理，却不出自处理审批单、密钥丢失报告或者替换印章的申请。"
                    yield Mismatch("orders", "act-without-second", key, said)
            if loss is not None:
                yield from self._ended_by_loss(row, key, loss, staff)
            elif successor is not None:
                yield from self._ended_by_successor(row, key, successor, staff)
            elif number is not None and number not in papers:
                yield Mismatch("orders", "order-missing", key, "这件处理所出的处理审批单不存在：审批单被删除。")
            elif number is not None and (fault := fault_of_order(row, papers[number], staff)) is not None:
                yield Mismatch("orders", "order-differs", key, fault)

    def _ended_by_successor(self, row: AnyRow, key: str, number: str, staff: Staff) -> Iterator[Mismatch]:
        """The end of a seal beside the application for the one that replaced it."""
        application = self._archive.seal_applications.find(number)
        if application is None:
            said = "这枚印章写着由另一枚替换，那一枚的申请不存在：申请被删除。"
            yield Mismatch("orders", "replacement-missing", key, said)
            return
        steps = self._archive.seal_applications.steps(number)
        if (fault := fault_of_successor(row, application, steps, staff)) is not None:
            yield Mismatch("orders", "replacement-differs", key, fault)

    def _ended_by_loss(self, row: AnyRow, key: str, number: str, staff: Staff) -> Iterator[Mismatch]:
        """The end of a seal beside the report of a lost key."""
        loss, seal_id = self._archive.compromises.find(number), seal_in(row.subject)
        if loss is None:
            yield Mismatch("orders", "loss-missing", key, "这件处理所出的密钥丢失报告不存在：报告被删除。")
            return
        filed = None if seal_id is None else self._archive.seals.find(seal_id)
        if (fault := fault_of_loss(row, loss, filed, self._seals_of(loss.loss.key), staff)) is not None:
            yield Mismatch("orders", "loss-differs", key, fault)

    def _seals_of(self, key: bytes) -> AbstractSet[str]:
        """The seals of a key; one key may have ended many."""
        if key not in self._seals:
            self._seals[key] = frozenset(seals_of_key(self._archive, key))
        return self._seals[key]

    def _papers(self, wanted: AbstractSet[tuple[str, str]]) -> Mapping[str, Paper]:
        """The orders of these numbers, each with those of the subjects that are in it."""
        found: dict[str, Paper] = {}
        numbers, pairs = sorted({number for number, _ in wanted}), sorted(wanted)
        with self._engine.connect() as connection:
            there = self._there(connection, pairs)
            for start in range(0, len(numbers), AT_ONCE):
                part, steps = numbers[start : start + AT_ONCE], act_order_event.c
                approved = select(act_order_event).where(steps.number.in_(part), steps.step == Step.APPROVE.value)
                by = {row.number: row for row in connection.execute(approved)}
                for row in connection.execute(select(act_order).where(act_order.c.number.in_(part))):
                    found[row.number] = Paper(row, by.get(row.number), there.get(row.number, {}))
        return found

    def _there(self, connection: Connection, pairs: list[tuple[str, str]]) -> Mapping[str, Mapping[str, AnyRow]]:
        """The places of those of the pairs of order and subject that are stored, by order and subject."""
        pair, found = tuple_(act_order_subject.c.number, act_order_subject.c.subject), dict[str, dict[str, AnyRow]]()
        for start in range(0, len(pairs), AT_ONCE):
            some = select(act_order_subject).where(pair.in_(pairs[start : start + AT_ONCE]))
            for row in connection.execute(some):
                found.setdefault(row.number, {})[row.subject] = row
        return found

    def _contents(self) -> Iterator[Mismatch]:
        """What is ordered is what was placed, and what was approved, also while an order is under way."""
        for row in blocks_of(self._engine, act_order, [act_order.c.number]):
            with self._engine.connect() as connection:
                order = to_warrant(connection, row)
                own = select(act_order_event).where(act_order_event.c.number == row.number)
                steps = [to_event(one) for one in connection.execute(own.order_by(act_order_event.c.sequence))]
            if changed_since(order, steps):
                said = "处理审批单的内容（对象、事由、时间等）与提请或批准时的摘要不符：内容被改动。"
                yield Mismatch("orders", "order-changed", str(row.number), said)

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

    def _versions(self) -> Iterator[Mismatch]:
        """A version of a type stands where its last step left it."""
        table, steps = catalogue_version.c, catalogue_event.c
        place = (steps.type_code, steps.version)
        last = select(*place, func.max(steps.sequence).label("last")).group_by(*place).subquery()
        newest = (steps.type_code == last.c.type_code) & (steps.version == last.c.version)
        taken = select(*place, steps.step).join(last, newest & (steps.sequence == last.c.last))
        with self._engine.connect() as connection:
            left = {(row.type_code, row.version): row.step for row in connection.execute(taken)}
            rows = connection.execute(select(table.type_code, table.version, table.state)).all()
        for row in rows:
            if _state_after(left.get((row.type_code, row.version))) != row.state:
                said = "证照类型的一个版本不在它的最后一步所到的状态：登记被改动，或步骤被删除。"
                yield Mismatch("orders", "step-differs", f"catalogue_version/{row.type_code}/{row.version}", said)


def _state_after(step: str | None) -> str | None:
    """Where a step of a version leads; nowhere, if there is no such step."""
    return next((row.result for row in CATALOGUE_LIFE.rows if row.step == step), None)
