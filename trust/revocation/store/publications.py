"""Signed status lists in SQL: planned, then complete, then current; and their second form."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, insert, select, update

from trust.errors import Conflict
from trust.log.store import insert_if_absent
from trust.revocation.errors import NotPublished
from trust.revocation.ports import PlannedList, Publication
from trust.revocation.store.tables import status_bitstring, status_current, status_publication


class SqlPublications:
    """`Publications` in `tables`, and the lists of earlier times."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self, shard: int) -> Publication | None:
        """The list that is served."""
        with self._engine.connect() as connection:
            return _publication(connection, _published(shard).where(status_publication.c.number == _current(shard)))

    def at_time(self, shard: int, instant: datetime) -> Publication | None:
        """The list that was served at an instant, if it covers it."""
        table = status_publication
        known = _published(shard).where(
            table.c.number <= _current(shard), table.c.at <= instant, table.c.octets.is_not(None)
        )
        with self._engine.connect() as connection:
            found = _publication(connection, known.order_by(table.c.number.desc()).limit(1))
        return found if found and instant < found.next_update else None

    def since(self, shard: int, instant: datetime) -> Iterator[Publication]:
        """Every list of a shard that was served from an instant on, oldest first."""
        table, last = status_publication, -1
        served = _published(shard).where(
            table.c.number <= _current(shard), table.c.at >= instant, table.c.octets.is_not(None)
        )
        while True:
            with self._engine.connect() as connection:
                found = _publication(connection, served.where(table.c.number > last).order_by(table.c.number).limit(1))
            if found is None:
                return
            yield found
            last = found.number

    def lists(self) -> Iterator[int]:
        """The numbers of all lists that have been published."""
        query = select(status_current.c.shard).where(status_current.c.number.is_not(None))
        with self._engine.connect() as connection:
            return iter(connection.scalars(query.order_by(status_current.c.shard)).all())

    def highest(self, shard: int) -> int:
        """The highest number ever planned for the list, 0 before the first."""
        with self._engine.connect() as connection:
            return _highest(connection, shard)

    def plan(self, planned: PlannedList) -> None:
        """Record what is about to be signed."""
        with self._engine.begin() as connection:
            _hold(connection, planned.list)
            if planned.number <= _highest(connection, planned.list):
                raise Conflict("number-not-greater", f"list {planned.list}, number {planned.number}")
            connection.execute(
                insert(status_publication).values(
                    shard=planned.list,
                    number=planned.number,
                    at=planned.at,
                    next_update=planned.next_update,
                    ttl_s=planned.ttl_s,
                    act_count=planned.act_count,
                    to_be_signed=planned.to_be_signed,
                )
            )

    def complete(self, shard: int, number: int, octets: bytes) -> None:
        """Store what was signed, without serving it."""
        table = status_publication
        planned = update(table).where(table.c.shard == shard, table.c.number == number, table.c.octets.is_(None))
        with self._engine.begin() as connection:
            if connection.execute(planned.values(octets=octets)).rowcount != 1:
                raise Conflict("not-planned", f"list {shard}, number {number}")

    def stored(self, shard: int, number: int) -> bytes:
        """The octets read back from storage."""
        with self._engine.connect() as connection:
            return _stored(connection, shard, number)

    def make_current(self, shard: int, number: int) -> None:
        """Serve it from now on."""
        with self._engine.begin() as connection:
            present = _hold(connection, shard)
            _stored(connection, shard, number)
            if number <= (present or 0):
                raise Conflict("number-not-greater", f"list {shard}, number {number}")
            connection.execute(update(status_current).where(status_current.c.shard == shard).values(number=number))


class SqlSecondForms:
    """`SecondForms` in the table above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, shard: int, number: int, to_be_signed: bytes) -> None:
        """Record what is about to be signed."""
        with self._engine.begin() as connection:
            if not insert_if_absent(
                connection, status_bitstring, shard=shard, number=number, to_be_signed=to_be_signed
            ):
                again = update(status_bitstring).where(*_form(shard, number), status_bitstring.c.octets.is_(None))
                connection.execute(again.values(to_be_signed=to_be_signed))

    def complete(self, shard: int, number: int, octets: bytes) -> None:
        """Store what was signed."""
        planned = update(status_bitstring).where(*_form(shard, number), status_bitstring.c.octets.is_(None))
        with self._engine.begin() as connection:
            if connection.execute(planned.values(octets=octets)).rowcount != 1:
                raise Conflict("not-planned", f"list {shard}, number {number}")

    def stored(self, shard: int, number: int) -> bytes | None:
        """The octets read back from storage."""
        with self._engine.connect() as connection:
            octets = connection.scalar(select(status_bitstring.c.octets).where(*_form(shard, number)))
        return None if octets is None else bytes(octets)

    def latest(self, shard: int) -> bytes | None:
        """The octets of the highest number that is complete."""
        complete = select(status_bitstring.c.octets).where(
            status_bitstring.c.shard == shard, status_bitstring.c.octets.is_not(None)
        )
        with self._engine.connect() as connection:
            octets = connection.scalar(complete.order_by(status_bitstring.c.number.desc()).limit(1))
        return None if octets is None else bytes(octets)


def _form(shard: int, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return status_bitstring.c.shard == shard, status_bitstring.c.number == number


def _published(shard: int) -> Select[*tuple[object, ...]]:
    return select(status_publication).where(status_publication.c.shard == shard)


def _current(shard: int) -> object:
    return select(status_current.c.number).where(status_current.c.shard == shard).scalar_subquery()


def _publication(connection: Connection, query: Select[*tuple[object, ...]]) -> Publication | None:
    row = connection.execute(query).first()
    if row is None:
        return None
    return Publication(row.shard, row.number, row.at, row.next_update, row.ttl_s, row.act_count, bytes(row.octets))


def _stored(connection: Connection, shard: int, number: int) -> bytes:
    table = status_publication
    query = select(table.c.octets).where(table.c.shard == shard, table.c.number == number)
    octets = connection.scalar(query)
    if octets is None:
        raise NotPublished("list-unknown", f"list {shard}, number {number}")
    return bytes(octets)


def _highest(connection: Connection, shard: int) -> int:
    query = select(func.max(status_publication.c.number)).where(status_publication.c.shard == shard)
    return connection.scalar(query) or 0


def _hold(connection: Connection, shard: int) -> int | None:
    """Lock a list's row until the transaction ends, and return its current number."""
    query = select(status_current.c.number).where(status_current.c.shard == shard).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        insert_if_absent(connection, status_current, shard=shard)
        row = connection.execute(query).one()
    number: int | None = row.number
    return number
