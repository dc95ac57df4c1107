"""Figures of the audit pages, in SQL: what was done when, by whom, on which ground, and how long it took to be public.

Everything is bounded by dates, by a body where one is chosen, and by a number of rows. No name and no number of a
holder is read.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Engine, Select, func, select, type_coerce

from issuer.copying.store import COPIES
from issuer.ports import State
from issuer.store import licence
from trust.log.store import log_head
from trust.revocation.store.tables import act, status_publication
from trust.rules.grounds import GROUNDS
from trust.rules.licence import CHINA
from trust.rules.standing import ActKind
from trust.sealing.store.tables import seal, seal_request_item, seal_use
from trust.sealing.using import Result

PAGE = 50
MOST_READ = 20_000
"""Rows that a figure is made from at most; beyond that the page says so and asks for a shorter period."""
MOST_LISTED = 200
OFFICE = (time(8, 30), time(18, 0))
OVERDUE_S = 5.0
WHOLE_SECOND = 1_000_000
"""Microseconds: a list says its instant in whole seconds, and shows what was recorded within that second."""


@dataclass(frozen=True)
class Period:
    """What is looked at: from an instant to another, of one body or of all."""

    begins: datetime
    ends: datetime
    body: str = ""


@dataclass(frozen=True)
class ActRow:
    """One act: what, on which ground, by which body on which type, when, and when a list first showed it."""

    kind: ActKind
    ground: str
    issuer_code: str
    type_code: str
    recorded_by: str
    effective_at: datetime
    recorded_at: datetime
    log_index: int | None
    shown_at: datetime | None

    @property
    def delay_s(self) -> float | None:
        """Seconds from when it could show to the first list that shows it; None while none does."""
        if self.shown_at is None:
            return None
        return max(0.0, (self.shown_at - max(self.recorded_at, self.effective_at)).total_seconds())


@dataclass(frozen=True)
class UseRow:
    """One use of a seal: number, seal, body, by whom, when."""

    number: int
    seal_id: str
    body_code: str
    used_by: str
    at: datetime


@dataclass(frozen=True)
class Covered:
    """A register: rows that are final, rows with an entry in the log, and rows that are begun."""

    name: str
    final: int
    logged: int
    begun: int


class Figures:
    """The figures of one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def acts(self, period: Period, *, offset: int = 0, limit: int = PAGE) -> list[ActRow]:
        """Acts on licences recorded in the period, newest first."""
        query = _acts_in(period).order_by(act.c.recorded_at.desc(), act.c.subject, act.c.sequence.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(query.offset(offset).limit(limit)).all()
        return [ActRow(ActKind(kind), GROUNDS[ground].label, *rest) for kind, ground, *rest in rows]

    def act_count(self, period: Period) -> int:
        """How many acts there are in the period."""
        with self._engine.connect() as connection:
            return connection.scalar(_of_licences(select(func.count()), period)) or 0

    def by_ground(self, period: Period) -> dict[tuple[str, str], Counter[str]]:
        """For each body and kind of act the number of acts by ground."""
        of = (licence.c.issuer_code, act.c.kind, act.c.ground)
        wanted = _of_licences(select(*of, func.count()), period).group_by(*of).order_by(*of)
        found: dict[tuple[str, str], Counter[str]] = {}
        with self._engine.connect() as connection:
            for issuer, kind, ground, count in connection.execute(wanted):
                found.setdefault((issuer, ActKind(kind).label), Counter())[GROUNDS[ground].label] += count
        return found

    def uses_out_of_hours(self, period: Period) -> tuple[list[UseRow], int]:
        """Uses of seals outside of office hours and on weekends, newest first, and how many uses there were in all."""
        query = select(seal_use.c.number, seal_use.c.seal_id, seal.c.body_code, seal_use.c.used_by, seal_use.c.at)
        query = query.join_from(seal_use, seal).where(*_within(seal_use.c.at, period))
        if period.body:
            query = query.where(seal.c.body_code == period.body)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(seal_use.c.at.desc()).limit(MOST_READ)).all()
        uses = [UseRow(*row) for row in rows]
        return [one for one in uses if out_of_hours(one.at)], len(uses)

    def coverage(self) -> list[Covered]:
        """For each register the rows that are final, logged, and only begun."""
        items, lists = seal_request_item.c, status_publication.c
        asked = (
            ("证照", licence.c.state == State.RELEASED, licence.c.leaf, licence.c.state != State.RELEASED),
            ("加注件", COPIES.c.state == State.RELEASED, COPIES.c.leaf, COPIES.c.state != State.RELEASED),
            ("处理", act.c.sequence > 0, act.c.log_index, act.c.log_index.is_(None)),
            ("用印文件", items.result == Result.SEALED.value, items.file, items.result == Result.PLANNED.value),
            ("状态清单", lists.octets.is_not(None), lists.octets, lists.octets.is_(None)),
        )
        with self._engine.connect() as connection:
            return [
                Covered(
                    name,
                    connection.scalar(select(func.count()).where(final)) or 0,
                    connection.scalar(select(func.count()).where(final, logged.is_not(None))) or 0,
                    connection.scalar(select(func.count()).where(begun)) or 0,
                )
                for name, final, logged, begun in asked
            ]

    def log_size(self) -> int:
        """How many entries the log has."""
        with self._engine.connect() as connection:
            return connection.scalar(select(log_head.c.size)) or 0


def out_of_hours(at: datetime) -> bool:
    """Whether an instant lies outside of office hours in China; public holidays are not known here."""
    local = at.astimezone(CHINA)
    return local.weekday() >= 5 or not OFFICE[0] <= local.time() < OFFICE[1]


def by_hour(instants: Sequence[datetime]) -> list[int]:
    """How many fall into each hour of the day in China."""
    counted = Counter(one.astimezone(CHINA).hour for one in instants)
    return [counted[hour] for hour in range(24)]


def by_day(instants: Sequence[datetime], period: Period) -> list[tuple[str, int]]:
    """How many fall on each day of the period in China, at most its last 92 days."""
    counted = Counter(one.astimezone(CHINA).date() for one in instants)
    last = (period.ends - timedelta(microseconds=1)).astimezone(CHINA).date()
    first = period.begins.astimezone(CHINA).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)][-92:]
    return [(f"{one:%m-%d}", counted[one]) for one in days]


def _within(column: ColumnElement[datetime], period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= period.begins, column < period.ends


def _acts_in(period: Period) -> Select[Any]:
    """Acts on licences in the period, each with the time of the first list of its shard that could show it."""
    table = status_publication
    shown = (
        select(func.min(table.c.at))
        .where(
            table.c.shard == act.c.shard,
            table.c.octets.is_not(None),
            type_coerce(table.c.at, BigInteger) > type_coerce(act.c.recorded_at, BigInteger) - WHOLE_SECOND,
            type_coerce(table.c.at, BigInteger) > type_coerce(act.c.effective_at, BigInteger) - WHOLE_SECOND,
        )
        .correlate(act)
        .scalar_subquery()
    )
    query = select(
        act.c.kind,
        act.c.ground,
        licence.c.issuer_code,
        licence.c.type_code,
        act.c.recorded_by,
        act.c.effective_at,
        act.c.recorded_at,
        act.c.log_index,
        shown.label("shown_at"),
    )
    return _of_licences(query, period)


def _of_licences(query: Select[Any], period: Period) -> Select[Any]:
    """Limited to acts on licences of the body, in the period."""
    query = query.join_from(act, licence, act.c.subject == licence.c.identifier)
    query = query.where(*_within(act.c.recorded_at, period))
    return query.where(licence.c.issuer_code == period.body) if period.body else query
