"""Whether papers went the way that their lives say, and stand where their steps led them.

The steps of a paper are taken through its table again: each has to begin where the one before led. What stands in the
paper itself (how far it is, who compared, approved or confirmed it) is held against that. A batch handed in for a type
that takes two people begins waiting for the second; which type it was then is told by the versions that were published.
So a step of the second person that was never taken is missed, whatever the paper says, and whatever was put back since.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic

from sqlalchemy import ColumnElement, Row, exists, func, literal, select, true

from issuer.applying.life import LIFE as DOCKET_LIFE
from issuer.applying.life import Step as DocketStep
from issuer.applying.store import docket, docket_event
from issuer.batches.life import LIFE as BATCH_LIFE
from issuer.batches.life import State as BatchState
from issuer.batches.life import Step as BatchStep
from issuer.batches.life import key_of as batch_key
from issuer.batches.store.tables import batches
from issuer.batches.store.tables import steps as batch_steps
from issuer.batches.submitting import DIGITS
from issuer.catalogue.life import LIFE as CATALOGUE_LIFE
from issuer.catalogue.life import State
from issuer.catalogue.life import Step as VersionStep
from issuer.catalogue.planning import FOUNDER
from issuer.catalogue.store.tables import catalogue_event
from issuer.converting.stock import LIFE as STOCK_LIFE
from issuer.converting.stock import Step as StockStep
from issuer.converting.store import steps as stock_steps
from issuer.converting.store import stock
from issuer.converting.submitting import key_of as stock_key
from issuer.store import licence
from service.archive import Archive
from service.auditing.hands import CHECK, StageT, StepT
from service.blocks import with_steps
from trust.rules.catalogue import Approval
from trust.rules.life import Life
from verifier.auditing.ports import Looked, Mismatch

AnyRow = Row[*tuple[Any, ...]]
Person = tuple[str, str] | None
BESIDE = timedelta(minutes=1)
"""How long after it was handed in a version may be published that a batch was read for all the same."""
_GOING = frozenset({BatchState.RUNNING, BatchState.PAUSED})
AGAIN = {BatchStep.APPROVE: _GOING}
"""Batches from before approvals were of their rows had to be approved once more, from wherever they were."""


@dataclass(frozen=True)
class Went(Generic[StageT]):
    """Where the steps of a paper led, and those of them that begin elsewhere, by place and name."""

    stage: StageT | None
    wrong: Sequence[tuple[int, str]]


def replay(
    life: Life[StageT, StepT],
    steps: Sequence[StepT],
    leads: Mapping[StepT, StageT] | None = None,
    also: Mapping[StepT, AbstractSet[StageT]] | None = None,
) -> Went[StageT]:
    """Take steps through the table of a life; `leads` and `also` say where a step leads, and begins, beside it."""
    stage, wrong = life.first, []
    for place, step in enumerate(steps, 1):
        row = life.row(step)
        if stage not in row.begins and stage not in (also or {}).get(step, ()):
            wrong.append((place, getattr(step, "label", step.value)))
        stage = (leads or {}).get(step, row.result or stage)
    return Went(stage, wrong)


class Lives:
    """Batches, conversions and applications of one installation, and the steps that were taken of them."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._engine = archive, archive.engine

    def batches(self) -> Iterator[Mismatch | Looked]:
        """Batches: nothing runs, and nothing is issued, that waits for a second person by its steps."""
        for row, taken in with_steps(self._engine, batches, batch_steps, "number"):
            key, steps = f"batch/{row.number}", [BatchStep(one.step) for one in taken]
            approved = BatchStep.APPROVE in steps
            at_once = not approved and not self._takes_two(row.type_code, row.opened_at)
            leads = {BatchStep.SUBMIT: BatchState.RUNNING} if at_once else {}
            went = replay(BATCH_LIFE, steps, leads, AGAIN)
            yield Looked(CHECK, len(steps))
            yield from _out_of_order(key, went)
            waits = row.state == BatchState.SUBMITTED and row.approved_login is None
            stands = row.state == went.stage and _who(row, "approved") == _last(taken, BatchStep.APPROVE)
            if not stands and not (waits and approved):
                yield _elsewhere(key)
            if not approved and not at_once and row.number in self._batches_issued:
                yield _without(key)

    def stock(self) -> Iterator[Mismatch | Looked]:
        """Conversions: nothing is issued that nobody confirmed."""
        for row, taken in with_steps(self._engine, stock, stock_steps, "number"):
            key, steps = f"stock/{row.number}", [StockStep(one.step) for one in taken]
            went = replay(STOCK_LIFE, steps)
            yield Looked(CHECK, len(steps))
            yield from _out_of_order(key, went)
            confirmed = _last(taken, StockStep.CONFIRM, but={StockStep.COMPARE, StockStep.HOLD})
            told = (_who(row, "submitted"), _who(row, "compared"), _who(row, "confirmed"))
            said = (_last(taken, StockStep.SUBMIT), _last(taken, StockStep.COMPARE), confirmed)
            if row.stage != went.stage or told != said:
                yield _elsewhere(key)
            if StockStep.CONFIRM not in steps and row.number in self._stock_unconfirmed:
                yield _without(key)

    def dockets(self) -> Iterator[Mismatch | Looked]:
        """Applications; every step says where it led."""
        for row, taken in with_steps(self._engine, docket, docket_event, "number"):
            key, steps = f"docket/{row.number}", [DocketStep(one.step) for one in taken]
            went = replay(DOCKET_LIFE, steps)
            yield Looked(CHECK, len(steps))
            yield from _out_of_order(key, went)
            if row.stage != went.stage or (taken and taken[-1].stage != went.stage):
                yield _elsewhere(key)

    def versions(self) -> Iterator[Mismatch | Looked]:
        """Versions of types: none is in force that nobody reviewed. A plan's own are not sent for review."""
        catalogue = self._archive.catalogue
        for version in catalogue.all():
            key, events = "catalogue_version/{}/{}".format(*version.place), catalogue.events(version.place)
            planned = all(one.by.login == FOUNDER.login for one in events[:2])
            went = replay(
                CATALOGUE_LIFE, [one.step for one in events], also={VersionStep.PASS: {State.DRAFT}} if planned else {}
            )
            yield Looked(CHECK, len(events))
            yield from _out_of_order(key, went)

    @cached_property
    def _batches_issued(self) -> AbstractSet[str]:
        """The numbers of batches of which licences were begun."""
        begins = len(batch_key("", 0)) - len("/0")
        of = func.substr(licence.c.key, begins + 1, DIGITS)
        own = licence.c.key.startswith(batch_key("", 0)[:begins], autoescape=True)
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(select(of).where(own, self._here()).distinct()))

    @cached_property
    def _stock_unconfirmed(self) -> AbstractSet[str]:
        """The numbers of stock of which a licence was begun, and that nobody confirmed."""
        own = stock_steps.c.number == stock.c.number, stock_steps.c.step == StockStep.CONFIRM.value
        begun = select(stock.c.number).join(licence, licence.c.key == literal(stock_key("")).concat(stock.c.number))
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(begun.where(self._here(), ~exists().where(*own))))

    def _here(self) -> ColumnElement[bool]:
        """What was begun since the last restore: what was handed in after it has a paper as the backup had it."""
        restored = max((one.at for one in self._archive.epochs.every()), default=None)
        return true() if restored is None else licence.c.begun_at > restored

    def _takes_two(self, type_code: str, at: datetime) -> bool:
        """Whether every version that a batch of an instant may have been read for takes two people."""
        published = self._published.get(type_code, ())
        before = [one for one in published if one[0] <= at][-1:] or published[:1]
        beside = [one for one in published if at < one[0] <= at + BESIDE]
        return all(approval == "two" for _, approval in [*before, *beside])

    @cached_property
    def _published(self) -> Mapping[str, Sequence[tuple[datetime, Approval]]]:
        """When the versions of each type were published, and how many people each takes."""
        approvals = {one.place: one.type.approval for one in self._archive.catalogue.all()}
        found: dict[str, list[tuple[datetime, Approval]]] = {}
        table = catalogue_event.c
        published = select(table.type_code, table.version, table.at).where(table.step == VersionStep.PUBLISH.value)
        with self._engine.connect() as connection:
            for code, version, at in connection.execute(published.order_by(table.at, table.version)):
                if (code, version) in approvals:
                    found.setdefault(code, []).append((at, approvals[code, version]))
        return found


def _out_of_order(key: str, went: Went[Any]) -> Iterator[Mismatch]:
    for place, label in went.wrong:
        said = f"“{label}”不能从当时的环节办理：前面须有的一步（例如另一人批准、复核）没有办过，或者步骤被删除。"
        yield Mismatch(CHECK, "step-out-of-order", f"{key} #{place}", said)


def _elsewhere(key: str) -> Mismatch:
    said = "登记的环节，或者登记的核对人、批准人、复核人，与办理步骤不符：登记被改动，或步骤被删除。"
    return Mismatch(CHECK, "stands-elsewhere", key, said)


def _without(key: str) -> Mismatch:
    said = "已经据以签发证照，办理步骤里却没有须由另一人办理的批准或者复核。"
    return Mismatch(CHECK, "issued-without-second", key, said)


def _who(row: AnyRow, role: str) -> Person:
    login = getattr(row, f"{role}_login")
    return None if login is None else (login, getattr(row, f"{role}_name"))


def _last(taken: Sequence[AnyRow], step: StepT, but: AbstractSet[StepT] = frozenset()) -> Person:
    """Who took a step last; nobody, where one of `but` came after it."""
    found: Person = None
    for one in taken:
        if one.step == step:
            found = (one.by_login, one.by_name)
        elif one.step in but:
            found = None
    return found
