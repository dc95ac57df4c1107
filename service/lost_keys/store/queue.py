"""The queue of what is to be made again, in SQL. Filling it again adds only what is missing; entries only move once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, func, insert, select, update

from service.lost_keys.again import Entry, State
from service.lost_keys.errors import CompromiseMoved
from service.lost_keys.signed import Kind, Proof, Signed
from service.lost_keys.store.tables import reissue_entry
from trust.sealing.ports import Officer


class SqlQueue:
    """Entries by number of the report and subject."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, number: str, body_code: str, some: Sequence[Signed]) -> None:
        """List what is not listed yet; few enough for one statement."""
        table = reissue_entry
        known = select(table.c.subject).where(table.c.number == number, table.c.subject.in_([s.subject for s in some]))
        with self._engine.begin() as connection:
            listed = set(connection.execute(known).scalars())
            fresh = [_values(Entry(number, body_code, one)) for one in some if one.subject not in listed]
            if fresh:
                connection.execute(insert(table), fresh)

    def find(self, number: str, subject: str) -> Entry | None:
        """One entry."""
        own = (reissue_entry.c.number == number) & (reissue_entry.c.subject == subject)
        with self._engine.connect() as connection:
            row = connection.execute(select(reissue_entry).where(own)).first()
        return None if row is None else _entry(row)

    def listed(
        self, number: str, state: State | None, *, after: str = "", limit: int = 100, kind: Kind | None = None
    ) -> Sequence[Entry]:
        """Entries in the order of their subjects, in one state where it is given, from behind a subject on."""
        table = reissue_entry
        query = select(table).where(table.c.number == number, table.c.subject > after)
        if state is not None:
            query = query.where(table.c.state == state.value)
        if kind is not None:
            query = query.where(table.c.kind == kind.value)
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query.order_by(table.c.subject).limit(limit))]

    def counts(self, number: str) -> Mapping[tuple[Kind, State], int]:
        """How many of each kind stand where."""
        table = reissue_entry
        query = select(table.c.kind, table.c.state, func.count()).where(table.c.number == number)
        with self._engine.connect() as connection:
            rows = connection.execute(query.group_by(table.c.kind, table.c.state)).all()
        return {(Kind(kind), State(state)): count for kind, state, count in rows}

    def settle(
        self, entry: Entry, state: State, *, by: Officer, at: datetime, successor: str | None = None, note: str = ""
    ) -> None:
        """Move an entry that waits to an end.

        Raises:
            CompromiseMoved: it does not wait any more.

        """
        values = {
            "state": state.value,
            "successor": successor,
            "note": note,
            "moved_login": by.login,
            "moved_name": by.name,
            "moved_at": at,
        }
        if not self._update(entry, values):
            raise CompromiseMoved(entry.state)

    def stuck(self, entry: Entry, note: str) -> None:
        """Note why an entry could not be made again yet; it still waits."""
        self._update(entry, {"note": note})

    def _update(self, entry: Entry, values: Mapping[str, object]) -> bool:
        table = reissue_entry
        own = (table.c.number == entry.number) & (table.c.subject == entry.signed.subject)
        waits = update(table).where(own, table.c.state == State.WAITING.value).values(**values)
        with self._engine.begin() as connection:
            return connection.execute(waits).rowcount == 1


def _values(entry: Entry) -> dict[str, Any]:
    one = entry.signed
    return {
        "number": entry.number,
        "subject": one.subject,
        "kind": one.kind.value,
        "type_code": one.type_code,
        "body_code": entry.body_code,
        "made_at": one.made_at,
        "proof": one.proof.value,
        "state": entry.state.value,
        "note": entry.note,
    }


def _entry(row: Row[Any]) -> Entry:
    moved = Officer(row.moved_login, row.moved_name) if row.moved_login is not None else None
    signed = Signed(Kind(row.kind), row.subject, row.type_code, row.made_at, Proof(row.proof))
    return Entry(row.number, row.body_code, signed, State(row.state), row.successor, row.note, moved, row.moved_at)
