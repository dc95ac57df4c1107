"""Reports of lost keys in SQL: moved only from the stage that whoever moves them has seen; steps are only added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.lost_keys.errors import CompromiseMoved
from service.lost_keys.order import Compromise, Done, Loss, Stage, Work
from service.lost_keys.store.tables import compromise, compromise_work
from trust.sealing.ports import Officer


class SqlCompromises:
    """Reports and the work on them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def report(self, new: Compromise, *, key: str) -> Compromise:
        """Store a report; the one that is stored under the idempotency key already, where there is one."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(compromise).values(_values(new) | {"idempotency_key": key}))
        except IntegrityError:
            known = self.by_key(key)
            if known is None:
                raise
            return known
        return new

    def by_key(self, key: str) -> Compromise | None:
        """The report under an idempotency key."""
        return self._first(compromise.c.idempotency_key == key)

    def find(self, number: str) -> Compromise | None:
        """The report of a number."""
        return None if "\0" in number else self._first(compromise.c.number == number)

    def recent(self, body_code: str | None, limit: int) -> Sequence[Compromise]:
        """Reports, of one body where a code is given, the newest first."""
        query = select(compromise).order_by(compromise.c.reported_at.desc(), compromise.c.number).limit(limit)
        if body_code is not None:
            query = query.where(compromise.c.body_code == body_code)
        with self._engine.connect() as connection:
            return [_compromise(row) for row in connection.execute(query)]

    def unfinished(self) -> Sequence[Compromise]:
        """Confirmed, and the work not over; the oldest first."""
        query = select(compromise).where(compromise.c.stage == Stage.CONFIRMED.value).order_by(compromise.c.reported_at)
        with self._engine.connect() as connection:
            return [_compromise(row) for row in connection.execute(query)]

    def move(self, before: Compromise, after: Compromise) -> Compromise:
        """Store what a step made of a report.

        Raises:
            CompromiseMoved: somebody was faster.

        """
        seen = (compromise.c.number == before.number) & (compromise.c.stage == before.stage.value)
        with self._engine.begin() as connection:
            if connection.execute(update(compromise).where(seen).values(_values(after))).rowcount != 1:
                raise CompromiseMoved(before.stage)
        return after

    def note(self, number: str, done: Done) -> None:
        """Note that a step is over; the first time stands."""
        row = insert(compromise_work).values(number=number, work=done.work.value, at=done.at, affected=done.count)
        if done.work in {one.work for one in self.work(number)}:
            return
        try:
            with self._engine.begin() as connection:
                connection.execute(row)
        except IntegrityError:
            if done.work not in {one.work for one in self.work(number)}:
                raise

    def work(self, number: str) -> Sequence[Done]:
        """The steps that are over, in their order."""
        query = select(compromise_work).where(compromise_work.c.number == number)
        with self._engine.connect() as connection:
            found = {Work(row.work): Done(Work(row.work), row.at, row.affected) for row in connection.execute(query)}
        return [found[one] for one in Work if one in found]

    def _first(self, condition: Any) -> Compromise | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(compromise).where(condition)).first()
        return None if row is None else _compromise(row)


def _values(one: Compromise) -> dict[str, Any]:
    decided = one.decided_by
    return {
        "number": one.number,
        "body_code": one.loss.body_code,
        "key_name": one.loss.key_name,
        "key": one.loss.key,
        "seal_id": one.loss.seal_id,
        "since": one.loss.since,
        "reason": one.loss.reason,
        "stage": one.stage.value,
        "reported_login": one.reported_by.login,
        "reported_name": one.reported_by.name,
        "reported_at": one.reported_at,
        "decided_login": decided.login if decided else None,
        "decided_name": decided.name if decided else None,
        "decided_at": one.decided_at,
        "note": one.note,
        "boundary": one.boundary,
    }


def _compromise(row: Row[Any]) -> Compromise:
    decided: datetime | None = row.decided_at
    return Compromise(
        number=row.number,
        loss=Loss(row.body_code, row.key_name, bytes(row.key), row.since, row.reason, row.seal_id),
        stage=Stage(row.stage),
        reported_by=Officer(row.reported_login, row.reported_name),
        reported_at=row.reported_at,
        decided_by=Officer(row.decided_login, row.decided_name) if row.decided_login is not None else None,
        decided_at=decided,
        note=row.note,
        boundary=row.boundary,
    )
