"""Batches in SQL: tables `batch`, `batch_row` and `batch_step`; steps are only ever added.

Rows are leased: a worker takes some under its name until an instant, and when it is killed the lease runs out and
another takes them. On PostgreSQL leased rows are skipped while they are locked, on SQLite writers wait for each other.
That a row is done is stored in the transaction that releases its licence, so neither is ever without the other. The
members of a row are personal data and stand in one column of one table.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    Update,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import Row as SqlRow
from sqlalchemy.exc import IntegrityError

from issuer.batches.errors import BatchMoved
from issuer.batches.life import (
    MAX_NAME,
    MAX_PLACE,
    MAX_REASON,
    MAX_SENTENCE,
    Batch,
    Event,
    Failure,
    Row,
    RowState,
    State,
    Step,
    row_of,
)
from issuer.errors import IdempotencyMismatch
from issuer.feeding.store import note_batch
from issuer.ports import Artefacts, Entry
from issuer.store import release_in
from trust.sealing.ports import Officer
from trust.store import METADATA, Instant, text

NUMBER, KEY, LOGIN, NAME = 32, 192, 64, 256
AT_ONCE = 500
"""Rows in one statement."""

batches = Table(
    "batch",
    METADATA,
    text("number", NUMBER, primary_key=True),
    text("body_code", 32),
    text("type_code", 32),
    text("template", 80),
    text("name", MAX_NAME),
    text("digest", 80),
    text("idempotency_key", KEY, unique=True),
    Column("total", Integer, nullable=False),
    text("state", 16),
    Column("sequence", Integer, nullable=False),
    text("trouble", MAX_REASON),
    Column("faults", Integer, nullable=False, server_default="0"),
    text("submitted_login", LOGIN),
    text("submitted_name", NAME),
    text("approved_login", LOGIN, nullable=True),
    text("approved_name", NAME, nullable=True),
    Column("opened_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Index("ix_batch_body", "body_code", "opened_at"),
    Index("ix_batch_state", "state", "opened_at"),
)
rows = Table(
    "batch_row",
    METADATA,
    Column("number", String(NUMBER), ForeignKey("batch.number"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("members", Text, nullable=False),
    text("state", 16),
    text("worker", 64, nullable=True),
    Column("held_until", Instant),
    text("identifier", 128, nullable=True),
    text("place", MAX_PLACE, nullable=True),
    text("reason", MAX_REASON, nullable=True),
    text("sentence", MAX_SENTENCE, nullable=True),
    Index("ix_batch_row_state", "number", "state", "row"),
)
steps = Table(
    "batch_step",
    METADATA,
    Column("number", String(NUMBER), ForeignKey("batch.number"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    text("step", 16),
    Column("at", Instant, nullable=False),
    text("by_login", LOGIN),
    text("by_name", NAME),
    text("note", 400),
)
_WAITING = (rows.c.number == bindparam("of"), rows.c.row == bindparam("at_row"), rows.c.state == RowState.WAITING.value)
_DONE = update(rows).where(*_WAITING).values(state=RowState.DONE.value, identifier=bindparam("issued"))
_FAILED = (
    update(rows)
    .where(*_WAITING)
    .values(
        state=RowState.FAILED.value,
        place=bindparam("about"),
        reason=bindparam("why"),
        sentence=bindparam("said"),
    )
)


class SqlBatches:
    """`issuer.batches.ports.BatchBook`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, batch: Batch, given: Iterable[tuple[int, Mapping[str, object]]], event: Event, key: str) -> Batch:
        """See `BatchBook`."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(batches).values(idempotency_key=key, **_values(batch)))
                connection.execute(insert(steps).values(_step(event)))
                coming = (_row_values(batch.number, row, told) for row, told in given)
                while some := list(islice(coming, AT_ONCE)):
                    connection.execute(insert(rows), some)
        except IntegrityError as error:
            known = self.by_key(key)
            if known is None:
                raise
            if known.digest != batch.digest:
                raise IdempotencyMismatch(key) from error
            return known
        return batch

    def move(self, before: Batch, after: Batch, event: Event) -> Batch:
        """See `BatchBook`."""
        seen = update(batches).where(batches.c.number == before.number, batches.c.sequence == before.sequence)
        with self._engine.begin() as connection:
            if connection.execute(seen.values(faults=0, **_values(after))).rowcount != 1:
                raise BatchMoved("elsewhere", event.step)
            connection.execute(insert(steps).values(_step(event)))
            if after.state is State.CANCELLED:
                connection.execute(_dropping(after.number).where(rows.c.worker.is_(None)))
            _tell(connection, after, event)
        return after

    def trouble(self, number: str, reason: str) -> None:
        """See `BatchBook`."""
        told = reason[:MAX_REASON]
        other = or_(batches.c.trouble != told, batches.c.faults > 0)
        with self._engine.begin() as connection:
            connection.execute(update(batches).where(batches.c.number == number, other).values(trouble=told, faults=0))

    def fault(self, number: str, reason: str) -> int:
        """See `BatchBook`."""
        mine = batches.c.number == number
        with self._engine.begin() as connection:
            more = {"trouble": reason[:MAX_REASON], "faults": batches.c.faults + 1}
            connection.execute(update(batches).where(mine).values(**more))
            return int(connection.execute(select(batches.c.faults).where(mine)).scalar_one())

    def find(self, number: str) -> Batch | None:
        """See `BatchBook`."""
        if "\0" in number:
            return None  # PostgreSQL refuses even to be asked
        return self._first(select(batches).where(batches.c.number == number))

    def by_key(self, key: str) -> Batch | None:
        """See `BatchBook`."""
        return self._first(select(batches).where(batches.c.idempotency_key == key))

    def events(self, number: str) -> Sequence[Event]:
        """See `BatchBook`."""
        wanted = select(steps).where(steps.c.number == number).order_by(steps.c.sequence)
        with self._engine.connect() as connection:
            return [
                Event(row.number, row.sequence, Step(row.step), row.at, Officer(row.by_login, row.by_name), row.note)
                for row in connection.execute(wanted)
            ]

    def of_body(self, body_code: str, *, limit: int, after: str = "") -> Sequence[Batch]:
        """See `BatchBook`."""
        wanted = select(batches).where(batches.c.body_code == body_code)
        if after and (last := self.find(after)) is not None:
            same = (batches.c.opened_at == last.opened_at) & (batches.c.number > last.number)
            wanted = wanted.where((batches.c.opened_at < last.opened_at) | same)
        with self._engine.connect() as connection:
            found = connection.execute(wanted.order_by(batches.c.opened_at.desc(), batches.c.number).limit(limit))
            return [_batch(row) for row in found]

    def counts(self, number: str) -> Mapping[RowState, int]:
        """See `BatchBook`."""
        with self._engine.connect() as connection:
            return _counts(connection, number)

    def rows(self, number: str, states: Sequence[RowState], *, limit: int, after: int = 0) -> Sequence[Row]:
        """See `BatchBook`."""
        wanted = select(rows).where(rows.c.number == number, rows.c.state.in_(states), rows.c.row > after)
        with self._engine.connect() as connection:
            return [_row(row) for row in connection.execute(wanted.order_by(rows.c.row).limit(limit))]

    def lease(self, worker: str, *, at: datetime, until: datetime, size: int) -> tuple[Batch, Sequence[Row]] | None:
        """See `BatchBook`."""
        open_ones = select(batches).where(batches.c.state.in_([State.RUNNING.value, State.CANCELLED.value]))
        free = _free(at)
        with self._engine.connect() as connection:
            candidates = open_ones.where(exists().where(rows.c.number == batches.c.number, *free))
            found = [_batch(row) for row in connection.execute(candidates.order_by(batches.c.opened_at))]
        for batch in found:
            with self._engine.begin() as connection:
                taken = _take(connection, batch, at=at, until=until, worker=worker, size=size)
            if taken:
                return batch, taken
        return None

    def drop(self, number: str, given: Sequence[int]) -> None:
        """See `BatchBook`."""
        with self._engine.begin() as connection:
            for start in range(0, len(given), AT_ONCE):
                some = rows.c.row.in_(given[start : start + AT_ONCE])
                connection.execute(_dropping(number).where(some))

    def fail(self, number: str, failures: Sequence[tuple[int, Failure]]) -> None:
        """See `BatchBook`."""
        told = [
            {
                "of": number,
                "at_row": row,
                "about": failure.place[:MAX_PLACE],
                "why": failure.reason[:MAX_REASON],
                "said": failure.sentence[:MAX_SENTENCE],
            }
            for row, failure in sorted(failures, key=lambda one: one[0])
        ]
        if told:
            with self._engine.begin() as connection:
                connection.execute(_FAILED, told)

    def issued(self, number: str, given: Sequence[tuple[int, str]]) -> None:
        """See `BatchBook`."""
        if given:
            with self._engine.begin() as connection:
                _mark(connection, number, given)

    def release(self, number: str, wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        """See `BatchBook`."""
        with self._engine.begin() as connection:
            if wanted:
                _mark(connection, number, [(row_of(one.key), str(one.licence.identifier)) for one, _ in wanted])
            return release_in(connection, wanted)

    def finished(self) -> Sequence[Batch]:
        """See `BatchBook`."""
        waiting = exists().where(rows.c.number == batches.c.number, rows.c.state == RowState.WAITING.value)
        wanted = select(batches).where(batches.c.state == State.RUNNING.value, ~waiting)
        with self._engine.connect() as connection:
            return [_batch(row) for row in connection.execute(wanted)]

    def _first(self, wanted: Select[Any]) -> Batch | None:
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _batch(row)


def _counts(connection: Connection, number: str) -> Mapping[RowState, int]:
    wanted = select(rows.c.state, func.count()).where(rows.c.number == number).group_by(rows.c.state)
    found = {RowState(state): count for state, count in connection.execute(wanted)}
    return {state: found.get(state, 0) for state in RowState}


def _tell(connection: Connection, after: Batch, event: Event) -> None:
    """Note the step in the feed of the body, with how many rows came to what where that is settled."""
    detail = event.note
    if after.state in {State.DONE, State.CANCELLED}:
        counted = _counts(connection, after.number)
        detail = f"issued={counted[RowState.DONE]} failed={counted[RowState.FAILED]}"
    note_batch(
        connection,
        body_code=after.body_code,
        number=after.number,
        sequence=event.sequence,
        step=event.step,
        at=event.at,
        detail=detail,
    )


def _free(at: datetime) -> tuple[Any, ...]:
    """A row that waits and that nobody holds."""
    return rows.c.state == RowState.WAITING.value, or_(rows.c.held_until.is_(None), rows.c.held_until <= at)


def _dropping(number: str) -> Update:
    """Waiting rows of a batch are not issued any more."""
    waiting = (rows.c.number == number, rows.c.state == RowState.WAITING.value)
    return update(rows).where(*waiting).values(state=RowState.DROPPED.value)


def _take(
    connection: Connection, batch: Batch, *, at: datetime, until: datetime, worker: str, size: int
) -> Sequence[Row]:
    """Take rows that are still free, of a batch that still stands as it was seen."""
    standing = connection.scalar(
        select(batches.c.state).where(batches.c.number == batch.number).with_for_update(read=True)
    )
    if standing != batch.state.value:
        return []
    wanted = select(rows).where(rows.c.number == batch.number, *_free(at))
    found = connection.execute(wanted.order_by(rows.c.row).limit(size).with_for_update(skip_locked=True))
    taken = [_row(row) for row in found]
    held = update(rows).where(rows.c.number == batch.number, rows.c.row == bindparam("at_row"))
    if taken:
        values = held.values(worker=bindparam("who"), held_until=bindparam("till"))
        connection.execute(values, [{"at_row": one.number, "who": worker, "till": until} for one in taken])
    return taken


def _mark(connection: Connection, number: str, given: Sequence[tuple[int, str]]) -> None:
    """Store that rows are done; in the order of their numbers, so that two workers cannot embrace."""
    told = [{"of": number, "at_row": row, "issued": identifier} for row, identifier in sorted(given)]
    connection.execute(_DONE, told)


def _values(one: Batch) -> dict[str, object]:
    approved = one.approved_by
    return {
        "number": one.number,
        "body_code": one.body_code,
        "type_code": one.type_code,
        "template": one.template,
        "name": one.name,
        "digest": one.digest,
        "total": one.total,
        "state": one.state.value,
        "sequence": one.sequence,
        "trouble": one.trouble,
        "submitted_login": one.submitted_by.login,
        "submitted_name": one.submitted_by.name,
        "approved_login": approved.login if approved else None,
        "approved_name": approved.name if approved else None,
        "opened_at": one.opened_at,
        "moved_at": one.moved_at,
    }


def _row_values(number: str, row: int, members: Mapping[str, object]) -> dict[str, object]:
    told = json.dumps(members, sort_keys=True, separators=(",", ":"))  # ASCII: also what no database could keep
    return {"number": number, "row": row, "members": told, "state": RowState.WAITING.value}


def _step(event: Event) -> dict[str, object]:
    return {
        "number": event.number,
        "sequence": event.sequence,
        "step": event.step.value,
        "at": event.at,
        "by_login": event.by.login,
        "by_name": event.by.name,
        "note": event.note,
    }


def _batch(row: SqlRow[*tuple[Any, ...]]) -> Batch:
    approved = Officer(row.approved_login, row.approved_name) if row.approved_login is not None else None
    return Batch(
        number=row.number,
        body_code=row.body_code,
        type_code=row.type_code,
        template=row.template,
        name=row.name,
        digest=row.digest,
        total=row.total,
        submitted_by=Officer(row.submitted_login, row.submitted_name),
        opened_at=row.opened_at,
        moved_at=row.moved_at,
        state=State(row.state),
        sequence=row.sequence,
        approved_by=approved,
        trouble=row.trouble,
    )


def _row(row: SqlRow[*tuple[Any, ...]]) -> Row:
    failure = Failure(row.place, row.reason, row.sentence) if row.reason is not None else None
    return Row(row.row, json.loads(row.members), RowState(row.state), row.identifier, failure)
