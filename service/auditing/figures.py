"""Figures of the audit pages, in SQL: what was done when, by whom, on which ground, and how much of it is logged.

Everything is bounded by dates, by a body where one is chosen, and by a number of rows; counts are of all rows. No name
and no number of a holder is read.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Engine, Table, and_, func, select, type_coerce

from issuer.copying.store import COPIES
from issuer.ports import State
from issuer.store import licence
from keys.sm3 import sm3
from service.auditing.acts_shown import BODY, ActRow, acts_shown, on_anything
from service.auditing.periods import Period, out_of_hours, within
from trust.log.store import SqlLog, log_head
from trust.revocation.store.tables import act, status_current, status_publication
from trust.rules.grounds import GROUNDS
from trust.rules.standing import ActKind
from trust.sealing.store.tables import seal, seal_request_item, seal_use
from trust.sealing.using import Result

PAGE = 50
MOST_READ = 20_000
"""Uses of seals that are looked at for their hour; beyond that the page says so and asks for a shorter period."""
OVERDUE_S = 5.0
CHINA_S, DAY_S = 8 * 3600, 86_400


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
    """A register: rows that are final, rows with an entry in the log, and rows that are begun.

    `logged` is None where only an audit that reads every file can tell.
    """

    name: str
    final: int
    logged: int | None
    begun: int


class Figures:
    """The figures of one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def acts(self, period: Period, *, offset: int = 0, limit: int = PAGE) -> list[ActRow]:
        """Acts recorded in the period, newest first, each with when it was first shown."""
        return acts_shown(self._engine, period, offset=offset, limit=limit)

    def act_count(self, period: Period) -> int:
        """How many acts there are in the period."""
        with self._engine.connect() as connection:
            return connection.scalar(on_anything(select(func.count()), period)) or 0

    def by_day(self, period: Period) -> dict[date, int]:
        """How many acts were recorded on each day in China; days without any are left out."""
        second = type_coerce(act.c.recorded_at, BigInteger) / 1_000_000
        day = (func.floor(second) + CHINA_S) / DAY_S
        number = func.floor(day).label("day")
        wanted = on_anything(select(number, func.count()), period).group_by(number)
        with self._engine.connect() as connection:
            return {date(1970, 1, 1) + timedelta(days=int(one)): count for one, count in connection.execute(wanted)}

    def by_ground(self, period: Period) -> dict[tuple[str, str], Counter[str]]:
        """For each body and kind of act the number of acts by ground."""
        of = (BODY, act.c.kind, act.c.ground)
        wanted = on_anything(select(*of, func.count()), period).group_by(*of).order_by(*of)
        found: dict[tuple[str, str], Counter[str]] = {}
        with self._engine.connect() as connection:
            for issuer, kind, code, count in connection.execute(wanted):
                ground = GROUNDS.get(code)
                label = code if ground is None else ground.label
                found.setdefault((issuer, ActKind(kind).label), Counter())[label] += count
        return found

    def uses_out_of_hours(self, period: Period) -> tuple[list[UseRow], int]:
        """Uses of seals outside of office hours, newest first, of the newest `MOST_READ`; and how many uses in all."""
        conditions = [*within(seal_use.c.at, period), *([seal.c.body_code == period.body] if period.body else [])]
        query = select(seal_use.c.number, seal_use.c.seal_id, seal.c.body_code, seal_use.c.used_by, seal_use.c.at)
        query = query.join_from(seal_use, seal).where(*conditions).order_by(seal_use.c.at.desc()).limit(MOST_READ)
        with self._engine.connect() as connection:
            uses = [UseRow(*row) for row in connection.execute(query)]
            counted = select(func.count()).select_from(seal_use).join(seal).where(*conditions)
            total = connection.scalar(counted) or 0
        return [one for one in uses if out_of_hours(one.at)], total

    def coverage(self) -> list[Covered]:
        """For each register the rows that are final, those whose entry the log has, and those only begun."""
        items = seal_request_item.c
        size = self.log_size()
        found = [
            self._issued("证照", licence, size),
            self._issued("加注件", COPIES, size),
            Covered(
                "处理",
                self._count(act.c.sequence > 0),
                self._count(act.c.log_index < size),
                self._count(act.c.log_index.is_(None)),
            ),
            Covered(
                "用印文件",
                self._count(items.result == Result.SEALED.value),
                None,
                self._count(items.result == Result.PLANNED.value),
            ),
        ]
        return [*found, self._lists()]

    def _issued(self, name: str, table: Table, size: int) -> Covered:
        released = table.c.state == State.RELEASED
        logged = self._count(and_(released, table.c.leaf < size))
        return Covered(name, self._count(released), logged, self._count(table.c.state != State.RELEASED))

    def _lists(self) -> Covered:
        """The status lists that are served now, by their octets."""
        table, served = status_publication, status_current
        same = (table.c.shard == served.c.shard) & (table.c.number == served.c.number)
        with self._engine.connect() as connection:
            octets = connection.scalars(select(table.c.octets).join(served, same)).all()
        digests = [sm3(bytes(one)) for one in octets if one is not None]
        return Covered(
            "现行的状态清单",
            len(octets),
            len(SqlLog(self._engine).places(digests)),
            self._count(table.c.octets.is_(None)),
        )

    def _count(self, condition: ColumnElement[bool]) -> int:
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).where(condition)) or 0

    def log_size(self) -> int:
        """How many entries the log has."""
        with self._engine.connect() as connection:
            return connection.scalar(select(log_head.c.size)) or 0
