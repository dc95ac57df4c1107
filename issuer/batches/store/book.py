"""The book of batches over its tables: what is opened, moved, found, leased to a worker, and brought to an end."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.batches.errors import BatchMoved
from issuer.batches.life import (
    MAX_PLACE,
    MAX_REASON,
    MAX_SENTENCE,
    TRIALS,
    Batch,
    Event,
    Failure,
    Row,
    RowState,
    State,
    Step,
    row_of,
)
from issuer.batches.store.leasing import (
    AT_ONCE,
    FAILED,
    SOUND,
    counts_of,
    dropping,
    free,
    keep,
    mark_done,
    note_turn,
    take,
)
from issuer.batches.store.rows import batch_of, batch_values, row_in, row_values
from issuer.batches.store.tables import batches, looks, rows, steps, turns
from issuer.errors import IdempotencyMismatch
from issuer.feeding.store import note_batch
from issuer.ports import Artefacts, Entry
from issuer.store import release_in
from issuer.store.steps import step_members, step_values, steps_of


class SqlBatches:
    """`issuer.batches.ports.BatchBook`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(
        self,
        batch: Batch,
        given: Iterable[tuple[int, Mapping[str, object]]],
        event: Event,
        key: str,
        pieces: str = "[]",
        failures: Mapping[int, Failure] = MappingProxyType({}),
    ) -> Batch:
        """See `BatchBook`."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(batches).values(idempotency_key=key, pieces=pieces, **batch_values(batch)))
                connection.execute(insert(steps).values(step_values(event, note=event.note)))
                coming = (row_values(batch.number, row, members, failures.get(row)) for row, members in given)
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
            if connection.execute(seen.values(faults=0, **batch_values(after))).rowcount != 1:
                raise BatchMoved("elsewhere", event.step)
            connection.execute(insert(steps).values(step_values(event, note=event.note)))
            if before.state in TRIALS:
                if after.state is State.CANCELLED:
                    connection.execute(rows.delete().where(rows.c.number == after.number))
                return after
            if after.state is State.CANCELLED:
                connection.execute(dropping(after.number).where(rows.c.worker.is_(None)))
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
        with self._engine.connect() as connection:
            return [Event(**step_members(row, Step), note=row.note) for row in steps_of(connection, steps, number)]

    def of_body(self, body_code: str, *, limit: int, after: str = "") -> Sequence[Batch]:
        """See `BatchBook`."""
        wanted = select(batches).where(batches.c.body_code == body_code)
        if after and (last := self.find(after)) is not None:
            same = (batches.c.opened_at == last.opened_at) & (batches.c.number > last.number)
            wanted = wanted.where((batches.c.opened_at < last.opened_at) | same)
        with self._engine.connect() as connection:
            found = connection.execute(wanted.order_by(batches.c.opened_at.desc(), batches.c.number).limit(limit))
            return [batch_of(row) for row in found]

    def pieces(self, number: str) -> str:
        """See `BatchBook`."""
        with self._engine.connect() as connection:
            return str(connection.scalar(select(batches.c.pieces).where(batches.c.number == number)) or "")

    def leaves(self, number: str, first: int, below: int | None) -> Mapping[int, str]:
        """See `BatchBook`."""
        wanted = select(rows.c.row, rows.c.digest).where(rows.c.number == number, rows.c.row >= first)
        with self._engine.connect() as connection:
            found = connection.execute(wanted if below is None else wanted.where(rows.c.row < below))
            return {row: digest or "" for row, digest in found}

    def counts(self, number: str) -> Mapping[RowState, int]:
        """See `BatchBook`."""
        with self._engine.connect() as connection:
            return counts_of(connection, number)

    def rows(self, number: str, states: Sequence[RowState], *, limit: int, after: int = 0) -> Sequence[Row]:
        """See `BatchBook`."""
        wanted = select(rows).where(rows.c.number == number, rows.c.state.in_(states), rows.c.row > after)
        with self._engine.connect() as connection:
            return [row_in(row) for row in connection.execute(wanted.order_by(rows.c.row).limit(limit))]

    def search(self, number: str, words: str, *, limit: int, after: int = 0) -> Sequence[Row]:
        """See `BatchBook`."""
        stored = json.dumps(words)[1:-1]  # as it stands in the members, which are ASCII
        has = rows.c.members.icontains(stored, autoescape=True)
        wanted = select(rows).where(rows.c.number == number, rows.c.row > after, has).order_by(rows.c.row)
        with self._engine.connect() as connection:
            found = (row_in(row) for row in connection.execution_options(yield_per=AT_ONCE).execute(wanted))
            return list(islice((row for row in found if _has(row.members, words.casefold())), limit))

    def last_row(self, number: str) -> int:
        """See `BatchBook`."""
        with self._engine.connect() as connection:
            return int(connection.scalar(select(func.max(rows.c.row)).where(rows.c.number == number)) or 0)

    def look(self, number: str, login: str, part: str, digest: str, at: datetime) -> None:
        """See `BatchBook`."""
        if part in self.looked(number, login, digest):
            return
        with suppress(IntegrityError), self._engine.begin() as connection:  # a look that was noted just now is one
            values = {"number": number, "login": login, "part": part, "digest": digest, "at": at}
            connection.execute(insert(looks).values(**values))

    def looked(self, number: str, login: str, digest: str) -> AbstractSet[str]:
        """See `BatchBook`."""
        mine = looks.c.number == number, looks.c.login == login, looks.c.digest == digest
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(select(looks.c.part).where(*mine)))

    def lease(self, worker: str, *, at: datetime, until: datetime, size: int) -> tuple[Batch, Sequence[Row]] | None:
        """See `BatchBook`."""
        open_ones = select(batches).where(
            batches.c.state.in_([State.RUNNING.value, State.CANCELLED.value, State.TRYING.value])
        )
        with self._engine.connect() as connection:
            candidates = open_ones.where(exists().where(rows.c.number == batches.c.number, *free(at)))
            turn = func.coalesce(turns.c.turn, 0)
            ordered = candidates.outerjoin(turns, turns.c.body_code == batches.c.body_code)
            found = [batch_of(row) for row in connection.execute(ordered.order_by(turn, batches.c.opened_at))]
        for batch in found:
            with self._engine.begin() as connection:
                taken = take(connection, batch, at=at, until=until, worker=worker, size=size)
                if taken:
                    note_turn(connection, batch.body_code)
            if taken:
                return batch, taken
        return None

    def keep(
        self, number: str, worker: str, given: Collection[int], *, until: datetime
    ) -> tuple[Batch, AbstractSet[int]]:
        """See `BatchBook`."""
        with self._engine.begin() as connection:
            mine = keep(connection, number, given, worker=worker, until=until)
            row = connection.execute(select(batches).where(batches.c.number == number)).one()
        return batch_of(row), mine

    def drop(self, number: str, given: Sequence[int]) -> None:
        """See `BatchBook`."""
        with self._engine.begin() as connection:
            for start in range(0, len(given), AT_ONCE):
                some = rows.c.row.in_(given[start : start + AT_ONCE])
                connection.execute(dropping(number).where(some))

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
                connection.execute(FAILED, told)

    def sound(self, number: str, given: Sequence[int]) -> None:
        """See `BatchBook`."""
        if given:
            with self._engine.begin() as connection:
                connection.execute(SOUND, [{"of": number, "at_row": row} for row in sorted(given)])

    def issued(self, number: str, given: Sequence[tuple[int, str]]) -> None:
        """See `BatchBook`."""
        if given:
            with self._engine.begin() as connection:
                mark_done(connection, number, given)

    def release(self, number: str, wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        """See `BatchBook`."""
        with self._engine.begin() as connection:
            if wanted:
                mark_done(connection, number, [(row_of(one.key), str(one.licence.identifier)) for one, _ in wanted])
            return release_in(connection, wanted)

    def open_ones(self) -> Sequence[Batch]:
        """See `BatchBook`."""
        ended = [State.DONE.value, State.CANCELLED.value]
        wanted = select(batches).where(batches.c.state.not_in(ended)).order_by(batches.c.number)
        with self._engine.connect() as connection:
            return [batch_of(row) for row in connection.execute(wanted)]

    def finished(self) -> Sequence[Batch]:
        """See `BatchBook`."""
        waiting = exists().where(rows.c.number == batches.c.number, rows.c.state == RowState.WAITING.value)
        wanted = select(batches).where(batches.c.state.in_([State.RUNNING.value, State.TRYING.value]), ~waiting)
        with self._engine.connect() as connection:
            return [batch_of(row) for row in connection.execute(wanted)]

    def lapsed(self, before: datetime) -> Sequence[Batch]:
        """See `BatchBook`."""
        trials = batches.c.state.in_([state.value for state in TRIALS])
        with self._engine.connect() as connection:
            return [
                batch_of(row) for row in connection.execute(select(batches).where(trials, batches.c.moved_at < before))
            ]

    def _first(self, wanted: Select[Any]) -> Batch | None:
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else batch_of(row)


def _has(value: object, words: str) -> bool:
    """Whether any text in what was handed in for a row has these words in it; names of members are none."""
    if isinstance(value, Mapping):
        return any(_has(one, words) for one in value.values())
    if isinstance(value, list):
        return any(_has(one, words) for one in value)
    return words in str(value).casefold()


def _tell(connection: Connection, after: Batch, event: Event) -> None:
    """Note the step in the feed of the body, with how many rows came to what where that is settled."""
    detail = event.note
    if after.state in {State.DONE, State.CANCELLED}:
        counted = counts_of(connection, after.number)
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
