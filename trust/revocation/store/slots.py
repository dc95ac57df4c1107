"""Entries of status lists in SQL: each is given to one subject, for ever.

`standing` has one row for each subject that was allotted an entry.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from trust.log.store import AT_ONCE, insert_if_absent
from trust.revocation.store.tables import standing, status_shard, status_slot
from trust.rules.standing import Status
from trust.rules.status_pointer import StatusPointer


class SqlSlots:
    """`Slots` in `tables`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, subjects: Sequence[str]) -> Mapping[str, StatusPointer]:
        """The entries of those subjects that have one."""
        with self._engine.connect() as connection:
            return _pointers(connection, subjects)

    def lists(self) -> Sequence[int]:
        """The numbers of all lists that entries are taken from, published or not."""
        with self._engine.connect() as connection:
            return connection.scalars(select(status_shard.c.shard).order_by(status_shard.c.shard)).all()

    def take(self, wanted: Mapping[str, int], *, size: int, full: int) -> Mapping[str, StatusPointer]:
        """Give entries to subjects as far as both are free; each with its standing row, valid."""
        try:
            with self._engine.begin() as connection:
                return _take(connection, _open_list(connection, size, full), wanted)
        except IntegrityError:
            return {}  # a subject was given an entry of another list meanwhile: nothing was placed, one asks again


NEWEST_LIST = select(status_shard).order_by(status_shard.c.shard.desc()).limit(1).with_for_update()
GIVEN = (
    update(status_shard)
    .where(status_shard.c.shard == bindparam("in_shard"))
    .values(allotted=status_shard.c.allotted + bindparam("more"))
)


def _pointers(connection: Connection, subjects: Sequence[str]) -> dict[str, StatusPointer]:
    found = {}
    for start in range(0, len(subjects), AT_ONCE):
        some = status_slot.c.subject.in_(subjects[start : start + AT_ONCE])
        rows = connection.execute(select(status_slot).where(some))
        found.update({row.subject: StatusPointer(row.shard, row.entry) for row in rows})
    return found


def _open_list(connection: Connection, size: int, full: int) -> int:
    """The newest list if it has the size and room asked for, else a new one; its row is held."""
    newest = connection.execute(NEWEST_LIST).first()
    if newest is not None and newest.size == size and newest.allotted < full:
        return int(newest.shard)
    shard = 0 if newest is None else int(newest.shard) + 1
    insert_if_absent(connection, status_shard, shard=shard, size=size, allotted=0)
    connection.execute(select(status_shard.c.shard).where(status_shard.c.shard == shard).with_for_update()).one()
    return shard


def _take(connection: Connection, shard: int, wanted: Mapping[str, int]) -> dict[str, StatusPointer]:
    """Store the free pairs of subject and entry, under the lock of the list's row."""
    have, taken = _pointers(connection, list(wanted)), _taken(connection, shard, list(wanted.values()))
    fresh: dict[int, str] = {}
    for subject, entry in wanted.items():
        if subject not in have and entry not in taken:
            fresh.setdefault(entry, subject)
    if fresh:
        slots = [{"subject": subject, "shard": shard, "entry": entry} for entry, subject in fresh.items()]
        rows = [{"subject": subject, "sequence": 0, "status": Status.VALID.value} for subject in fresh.values()]
        connection.execute(insert(status_slot), slots)
        connection.execute(insert(standing), rows)
        connection.execute(GIVEN, {"in_shard": shard, "more": len(fresh)})
    return have | {subject: StatusPointer(shard, entry) for entry, subject in fresh.items()}


def _taken(connection: Connection, shard: int, entries: Sequence[int]) -> set[int]:
    query = select(status_slot.c.entry).where(status_slot.c.shard == shard, status_slot.c.entry.in_(entries))
    return set(connection.scalars(query))
