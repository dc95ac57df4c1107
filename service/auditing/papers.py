"""The papers that two people stand behind, or one decides: who took each step of them, read from registers in blocks.

Applications for seals, requests to seal, batches, stock, versions of types, requests about mandates, consents that came
on paper, and reports of lost keys; applications for licences are read in `applied`, acts and their orders in `ordered`.
What a plan stands in for is nobody's step. The lives and the tables of rights are those that the journeys and the edges
use, so that nobody is held to another rule than the one they were let in by.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any, Generic

from sqlalchemy import Row, select

from issuer.batches.life import LIFE as BATCH_LIFE
from issuer.batches.life import Step as BatchStep
from issuer.batches.store.tables import batches
from issuer.batches.store.tables import steps as batch_steps
from issuer.catalogue.granting import askers_of, deciders_of
from issuer.catalogue.life import LIFE as VERSION_LIFE
from issuer.catalogue.life import REQUEST_LIFE as MANDATE_LIFE
from issuer.catalogue.life import RequestStep as MandateStep
from issuer.catalogue.life import Step as VersionStep
from issuer.catalogue.planning import FOUNDER
from issuer.catalogue.store.tables import catalogue_event, catalogue_version
from issuer.consenting.consent import LIFE as CONSENT_LIFE
from issuer.consenting.consent import Stage as ConsentStage
from issuer.consenting.consent import Step as ConsentStep
from issuer.consenting.store import CONSENTS
from issuer.converting.stock import LIFE as STOCK_LIFE
from issuer.converting.stock import Step as StockStep
from issuer.converting.store import steps as stock_steps
from issuer.converting.store import stock
from service.archive import Archive
from service.auditing.hands import CHECK, Hands, StepT, Taken, along, faults_of
from service.auditing.inside import Compared
from service.auditing.report_signing import BY as REPORTING
from service.auditing.staff import Staff, users_of
from service.auditing.step_rights import of_bodies, of_catalogue, of_clerks, of_keepers, of_mandates, of_seals, of_stock
from service.blocks import BLOCK, blocks_of, with_steps
from service.lost_keys.order import LIFE as LOSS_LIFE
from service.lost_keys.order import Stage as LossStage
from service.lost_keys.order import Step as LossStep
from service.lost_keys.store.tables import compromise
from trust.formats.canonical_json import decode_json
from trust.rules.life import Life
from trust.rules.mandate import MandateBook
from trust.sealing.life import LIFE as SEAL_LIFE
from trust.sealing.life import Step as SealStep
from trust.sealing.ports import Officer
from trust.sealing.store.tables import seal, seal_application, seal_request, seal_step
from trust.sealing.using import REQUEST_LIFE as SEALING_LIFE
from trust.sealing.using import Progress, RequestStep
from trust.sealing.wishes import MAX_WISH, wish_from
from verifier.auditing.ports import Looked, Mismatch

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class _Step(Generic[StepT]):
    step: StepT
    by: Officer
    at: datetime


class _Judging:
    """One kind of papers, judged; it bears the name of what reads them, by which an audit says where it broke off."""

    def __init__(self, taken: Callable[[], Iterator[Taken]], staff: Callable[[], Staff]) -> None:
        self._taken, self._staff = taken, staff
        self.__qualname__ = taken.__qualname__

    def __call__(self) -> Iterator[Mismatch | Looked]:
        staff, steps = self._staff(), self._taken()
        while some := list(islice(steps, BLOCK)):
            yield Looked(CHECK, len(some))
            yield from faults_of(some, staff)


class Papers:
    """The papers of one installation, and the people behind them."""

    def __init__(self, archive: Archive, staff: Callable[[], Staff]) -> None:
        self._archive, self._engine, self._staff = archive, archive.engine, staff

    def comparisons(self) -> Sequence[Compared]:
        """One for each kind of paper, so that a row that cannot be read cuts off no other."""
        each = (self.seals, self.sealing, self.batches, self.stock)
        few = (self.versions, self.mandates, self.consents, self.losses)
        return [*(_Judging(one, self._staff) for one in (*each, *few)), self.unapproved]

    def seals(self) -> Iterator[Taken]:
        """Applying for a seal, and every step up to its filing; whose seal it is does not approve it."""
        for row, steps in with_steps(self._engine, seal_application, seal_step, "seal_id"):
            asked, holder = Officer(row.applied_by, row.applied_name), _holder(row)
            key, uses = f"seal_application/{row.seal_id}", users_of(row.body_code)
            yield Taken(key, "申请制章", asked, row.applied_at, uses)
            hands = (asked,) if holder is None else (asked, holder)
            taken = [_taken(SealStep, one) for one in steps]
            yield from along(SEAL_LIFE, taken, key, partial(of_keepers, row.body_code), hands=hands)

    def unapproved(self) -> Iterator[Mismatch]:
        """Seals that are filed and that nobody approved; those of the plan, and the one for reports, nobody has to."""
        table, approved = seal.c, (seal_step.c.seal_id == seal.c.seal_id) & (seal_step.c.step == SealStep.APPROVE.value)
        planned = table.filed_by.in_([FOUNDER.login, REPORTING.login])
        query = select(table.seal_id).outerjoin(seal_step, approved).where(seal_step.c.seal_id.is_(None), ~planned)
        with self._engine.connect() as connection:
            for seal_id in connection.scalars(query.order_by(table.seal_id)):
                said = "这枚印章已经备案，却没有经另一人批准的制章申请。"
                yield Mismatch(CHECK, "seal-without-approval", f"seal/{seal_id}", said)

    def sealing(self) -> Iterator[Taken]:
        """Requests to seal, and the second person's word on them; reports of audits are sealed by the service."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(seal.c.seal_id, seal.c.body_code, seal.c.filed_by)).all()
        filed = {row.seal_id: row for row in rows}
        for row in blocks_of(self._engine, seal_request, [seal_request.c.number]):
            own = filed[row.seal_id]
            if row.asked_by == REPORTING.login == own.filed_by:
                continue
            steps = [_Step(RequestStep.ASK, Officer(row.asked_by, row.asked_name), row.asked_at)]
            if row.progress not in {Progress.OPEN.value, Progress.WAITING.value}:
                step = _leading_to(SEALING_LIFE, row.progress)
                steps.append(_Step(step, _decided(row), row.decided_at or row.asked_at))
            rights = partial(of_seals, own.body_code)
            yield from along(SEALING_LIFE, steps, f"seal_request/{row.number}", rights, _first)

    def batches(self) -> Iterator[Taken]:
        """Batches; whoever handed one in does not approve it."""
        for row, steps in with_steps(self._engine, batches, batch_steps, "number"):
            taken = [_step(BatchStep, one) for one in steps]
            yield from along(BATCH_LIFE, taken, f"batch/{row.number}", partial(of_clerks, row.body_code), _first)

    def stock(self) -> Iterator[Taken]:
        """Conversions; whoever entered one, or compared it last, does not confirm it."""
        for row, steps in with_steps(self._engine, stock, stock_steps, "number"):
            taken = _carried_out([_step(StockStep, one) for one in steps])
            yield from along(STOCK_LIFE, taken, f"stock/{row.number}", partial(of_stock, row.body_code), _compared)

    def versions(self) -> Iterator[Taken]:
        """Versions of types; what the plan names is drafted and passed by nobody, and published where it was passed."""
        table = catalogue_event.c
        with self._engine.connect() as connection:
            versions = connection.execute(select(catalogue_version)).all()
            events = connection.execute(select(catalogue_event).order_by(table.sequence)).all()
        found: dict[tuple[str, int], list[AnyRow]] = {}
        for one in events:
            found.setdefault((one.type_code, one.version), []).append(one)
        for row in versions:
            steps = [_taken(VersionStep, one) for one in found.get((row.type_code, row.version), ())]
            planned = row.drafted_by == FOUNDER.login
            own = [one for one in steps if one.by != FOUNDER or not (planned or one.step is VersionStep.PUBLISH)]
            hands = (Officer(row.drafted_by, row.drafted_name),)
            yield from along(
                VERSION_LIFE, own, f"catalogue_version/{row.type_code}/{row.version}", of_catalogue, hands=hands
            )

    def mandates(self) -> Iterator[Taken]:
        """Requests about mandates; administrators for all, officials for what is their body's."""
        book = MandateBook(one.mandate for one in self._archive.mandates.all())
        for one in self._archive.mandates.requests():
            steps = [_Step(MandateStep.ASK, one.asked_by, one.asked_at)]
            if one.decided_by is not None and one.decided_at is not None:
                steps.append(_Step(_leading_to(MANDATE_LIFE, one.progress), one.decided_by, one.decided_at))
            rights = partial(of_mandates, of_bodies(askers_of(book, one.wish)), of_bodies(deciders_of(book, one.wish)))
            yield from along(MANDATE_LIFE, steps, f"mandate_request/{one.number}", rights, _first)

    def consents(self) -> Iterator[Taken]:
        """Consents that came on paper: put down by one of a body, confirmed by another."""
        on_paper = CONSENTS.c.document.is_not(None)
        for row in blocks_of(self._engine, CONSENTS, [CONSENTS.c.body_code, CONSENTS.c.reference], on_paper):
            steps = [_Step(ConsentStep.RECORD, Officer(row.recorded_login, row.recorded_name), row.recorded_at)]
            if row.stage != ConsentStage.WAITING.value:
                step = ConsentStep.REFUSE if row.stage == ConsentStage.REFUSED.value else ConsentStep.CONFIRM
                decided = Officer(row.decided_login or "", row.decided_name or "")
                steps.append(_Step(step, decided, row.decided_at or row.recorded_at))
            key = f"copy_consent/{row.body_code}/{row.reference}"
            yield from along(CONSENT_LIFE, steps, key, partial(of_clerks, row.body_code), _first)

    def losses(self) -> Iterator[Taken]:
        """Reports of lost keys; the end of a seal without one stands on its order."""
        for row in blocks_of(self._engine, compromise, [compromise.c.number], compromise.c.key_name != ""):
            steps = [_Step(LossStep.REPORT, Officer(row.reported_login, row.reported_name), row.reported_at)]
            if row.stage != LossStage.WAITING.value:
                stage = LossStage.CONFIRMED.value if row.stage == LossStage.DONE.value else row.stage
                decided = Officer(row.decided_login or "", row.decided_name or "")
                steps.append(_Step(_leading_to(LOSS_LIFE, stage), decided, row.decided_at or row.reported_at))
            yield from along(LOSS_LIFE, steps, f"compromise/{row.number}", partial(of_keepers, row.body_code), _first)


def _first(hands: Hands, _step: StrEnum, by: Officer) -> Hands:
    """Whoever took the first step has had a hand in it."""
    return hands or (by,)


def _compared(hands: Hands, step: StockStep, by: Officer) -> Hands:
    """Whoever entered it, and whoever compared it last."""
    return (*hands[:1], by) if step is StockStep.COMPARE or not hands else hands


def _carried_out(steps: Sequence[_Step[StockStep]]) -> list[_Step[StockStep]]:
    """The steps; where whoever confirmed it stands for the release too, that counts as of the confirmation.

    So it is written where files are handed in after a restore: what was confirmed is carried out, and nobody is asked.
    """
    confirmed = {one.by: one.at for one in [one for one in steps if one.step is StockStep.CONFIRM][-1:]}
    return [replace(one, at=confirmed.get(one.by, one.at)) if one.step is StockStep.RELEASE else one for one in steps]


def _leading_to(life: Life[Any, StepT], stage: str) -> StepT:
    """The step by which somebody decides that something stands there; raises ValueError where there is none."""
    found = [row.step for row in life.rows if row.result is not None and row.result.value == stage]
    if not found:
        raise ValueError(stage)
    return found[0]


def _decided(row: AnyRow) -> Officer:
    """Who decided; nobody, whom nobody takes for somebody, where it does not say so."""
    return Officer(row.decided_by or "", row.decided_name or "")


def _taken(kind: type[StepT], row: AnyRow) -> _Step[StepT]:
    return _Step(kind(row.step), Officer(row.taken_by, row.taken_name), row.at)


def _step(kind: type[StepT], row: AnyRow) -> _Step[StepT]:
    return _Step(kind(row.step), Officer(row.by_login, row.by_name), row.at)


def _holder(row: AnyRow) -> Officer | None:
    return wish_from(decode_json(bytes(row.wish), limit=MAX_WISH)).holder
