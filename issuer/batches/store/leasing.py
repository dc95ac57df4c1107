"""Rows of batches within one transaction: which are free, taken by a worker, done, failed or dropped, and how many."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Update,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.batches.life import (
    Batch,
    Row,
    RowState,
)
from issuer.batches.store.rows import row_in
from issuer.batches.store.tables import batches, rows, turns

AT_ONCE = 500
"""Rows in one statement."""
_WAITING = (rows.c.number == bindparam("of"), rows.c.row == bindparam("at_row"), rows.c.state == RowState.WAITING.value)
_DONE = update(rows).where(*_WAITING).values(state=RowState.DONE.value, identifier=bindparam("issued"))
SOUND = update(rows).where(*_WAITING).values(state=RowState.SOUND.value)

FAILED = (
    update(rows)
    .where(*_WAITING)
    .values(
        state=RowState.FAILED.value,
        place=bindparam("about"),
        reason=bindparam("why"),
        sentence=bindparam("said"),
    )
)


def counts_of(connection: Connection, number: str) -> Mapping[RowState, int]:
    """How many rows of a batch stand at each state."""
    wanted = select(rows.c.state, func.count()).where(rows.c.number == number).group_by(rows.c.state)
    found = {RowState(state): count for state, count in connection.execute(wanted)}
    return {state: found.get(state, 0) for state in RowState}


def free(at: datetime) -> tuple[Any, ...]:
    """A row that waits and that nobody holds."""
    return rows.c.state == RowState.WAITING.value, or_(rows.c.held_until.is_(None), rows.c.held_until <= at)


def dropping(number: str) -> Update:
    """Waiting rows of a batch are not issued any more."""
    waiting = (rows.c.number == number, rows.c.state == RowState.WAITING.value)
    return update(rows).where(*waiting).values(state=RowState.DROPPED.value)


def take(
    connection: Connection, batch: Batch, *, at: datetime, until: datetime, worker: str, size: int
) -> Sequence[Row]:
    """Take rows that are still free, of a batch that still stands as it was seen."""
    standing = connection.scalar(
        select(batches.c.state).where(batches.c.number == batch.number).with_for_update(read=True)
    )
    if standing != batch.state.value:
        return []
    wanted = select(rows).where(rows.c.number == batch.number, *free(at))
    found = connection.execute(wanted.order_by(rows.c.row).limit(size).with_for_update(skip_locked=True))
    taken = [row_in(row) for row in found]
    held = update(rows).where(rows.c.number == batch.number, rows.c.row == bindparam("at_row"))
    if taken:
        values = held.values(worker=bindparam("who"), held_until=bindparam("till"))
        connection.execute(values, [{"at_row": one.number, "who": worker, "till": until} for one in taken])
    return taken


def keep(
    connection: Connection, number: str, given: Collection[int], *, worker: str, until: datetime
) -> AbstractSet[int]:
    """Of rows those that wait and are still this worker's, held until then from now on."""
    mine = (rows.c.number == number, rows.c.worker == worker, rows.c.state == RowState.WAITING.value)
    kept = set[int]()
    wanted = sorted(given)
    for start in range(0, len(wanted), AT_ONCE):
        some = select(rows.c.row).where(*mine, rows.c.row.in_(wanted[start : start + AT_ONCE]))
        kept.update(connection.scalars(some.order_by(rows.c.row).with_for_update()))
    held = update(rows).where(rows.c.number == number, rows.c.row == bindparam("at_row"))
    if kept:
        values = held.values(held_until=bindparam("till"))
        connection.execute(values, [{"at_row": row, "till": until} for row in sorted(kept)])
    return kept


def note_turn(connection: Connection, body_code: str) -> None:
    """It was this body's turn: every other one comes before it."""
    latest = select(func.coalesce(func.max(turns.c.turn), 0) + 1).scalar_subquery()
    mine = update(turns).where(turns.c.body_code == body_code).values(turn=latest)
    if connection.execute(mine).rowcount == 0:
        with suppress(IntegrityError), connection.begin_nested():  # another worker has just noted it
            connection.execute(insert(turns).values(body_code=body_code, turn=latest))


def mark_done(connection: Connection, number: str, given: Sequence[tuple[int, str]]) -> None:
    """Store that rows are done; in the order of their numbers, so that two workers cannot embrace."""
    told = [{"of": number, "at_row": row, "issued": identifier} for row, identifier in sorted(given)]
    connection.execute(_DONE, told)
