"""Reading the rows that the trail vouches for: by key, by time, and as digests.

What is bound, and by which columns, stands in `service.bound`. A key is spelled as a record of the trail has it:
its parts joined by a slash, octets in hexadecimal and instants as microseconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Row,
    Select,
    Table,
    literal,
    select,
    text,
    tuple_,
)

from trust.formats.trail_record import row_digest
from trust.log.store import AT_ONCE
from trust.store import Instant

BLOCK = 1000
KeyedRows = Mapping[str, Mapping[str, object]]


class When(Enum):
    """How rows come to be marked."""

    FOUND = "found"
    """The keeper of the trail finds them: all of them, or where a ledger has a time, those since it looked last."""
    USED = "used"
    """With the use of a seal that made them."""
    WRITTEN = "written"
    """In the transaction that adds them, once: they do not change; what is not marked then never is."""
    FOLLOWED = "followed"
    """In the transaction that writes them, at every write; the last mark counts, and what is not marked never is."""
    BESIDE = "beside"
    """With the rows of another register that they belong to."""


@dataclass(frozen=True)
class Ledger:
    """A register: its table, the columns that make its key, and those that never change once a row is final.

    `at` is the column that says when a row became final; without it the whole register is looked through. `beside`
    names the register, and the column of the key, that rows belong to. `former` are the columns by which rows were
    marked before they were followed, where they were others. `called` is the name of a second register over one table.
    """

    table: Table
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    final: ColumnElement[bool] | None = None
    at: str | None = None
    when: When = When.FOUND
    beside: tuple[str, str] | None = None
    former: tuple[str, ...] = ()
    called: str = ""

    @property
    def name(self) -> str:
        """The name of the register: that of its table, or its own."""
        return self.called or str(self.table.name)

    @property
    def key_columns(self) -> list[Column[object]]:
        """The key as columns."""
        return [self.table.c[name] for name in self.keys]

    @property
    def time(self) -> Column[datetime] | None:
        """The column that says when a row became final."""
        return None if self.at is None else self.table.c[self.at]


def spelled(ledger: Ledger, row: Row[*tuple[object, ...]]) -> str:
    """The key of a row as a record spells it."""
    return spelled_of([getattr(row, name) for name in ledger.keys])


def spelled_of(key: Sequence[object]) -> str:
    """A key as a record spells it."""
    parts = [_spelled(one) for one in key]
    return parts[0] if len(parts) == 1 else "/".join(one.replace("%", "%25").replace("/", "%2F") for one in parts)


def _spelled(value: object) -> str:
    if isinstance(value, datetime):
        return str(Instant().process_bind_param(value, None))  # type: ignore[arg-type]  # no dialect is looked at
    return value.hex() if isinstance(value, bytes) else str(value)


class SqlLedgers:
    """The registers, as the trail and its audit read them."""

    def __init__(self, engine: Engine, ledgers: Mapping[str, Ledger]) -> None:
        self._engine, self.every = engine, ledgers

    def rows(self, table: str, keys: Sequence[str]) -> KeyedRows:
        """Those of the rows of these keys that are there, with the columns that the trail vouches for."""
        ledger, found = self.every[table], dict[str, dict[str, object]]()
        with self._engine.connect() as connection:
            for start in range(0, len(keys), AT_ONCE):
                found |= _keyed(connection, ledger, keys[start : start + AT_ONCE])
        return found

    def digests(self, table: str, keys: Iterable[str]) -> dict[str, str]:
        """Digests of those of the rows that are there and final."""
        with self._engine.connect() as connection:
            return digests_in(connection, self.every[table], list(keys))

    def last_restore(self) -> datetime | None:
        """When a restore was begun last."""
        table = self.every["restore_epoch"].table
        with self._engine.connect() as connection:
            return connection.scalar(select(table.c.at).order_by(table.c.at.desc()).limit(1))

    def beside(self, ledger: Ledger, column: str, values: Sequence[object]) -> dict[str, str]:
        """Digests of the final rows that belong to these rows of another register."""
        found: dict[str, str] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(values), AT_ONCE):
                some = ledger.table.c[column].in_(values[start : start + AT_ONCE])
                for row in connection.execute(_final(ledger).where(some)):
                    found[spelled(ledger, row)] = row_digest(ledger.name, _values(ledger, row))
        return found

    def uses_after(self, number: int, limit: int) -> list[tuple[int, str, str]]:
        """Uses of seals above a number: number, subject, digest of the row; none can come in below those later.

        On PostgreSQL numbers are given out before they are committed, so whoever is writing is waited for.
        """
        ledger = self.every["seal_use"]
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE seal_use IN SHARE MODE"))
            numbers = ledger.table.c.number
            query = _selected(ledger).where(numbers > number).order_by(numbers).limit(limit)
            rows = connection.execute(query).all()
        return [(row.number, row.subject, row_digest("seal_use", _values(ledger, row))) for row in rows]

    def use_numbers(self, first: int, last: int) -> list[int]:
        """The numbers of the uses in a range, both ends included."""
        numbers = self.every["seal_use"].table.c.number
        with self._engine.connect() as connection:
            return list(connection.scalars(select(numbers).where(numbers.between(first, last)).order_by(numbers)))

    def keys(self, table: str, since: datetime | None = None) -> list[str]:
        """Every key of the final rows of a register; with a time, of those that became final from then on."""
        ledger = self.every[table]
        wanted: Select[*tuple[Any, ...]] = select(*ledger.key_columns)
        query = _bounded(ledger, wanted, since)
        with self._engine.connect() as connection:
            return [spelled(ledger, row) for row in connection.execute(query.order_by(*ledger.key_columns))]

    def final(self, table: str) -> Iterator[tuple[str, datetime | None]]:
        """Key and time of every final row of a register, read in blocks."""
        ledger, last = self.every[table], None
        columns = [*ledger.key_columns, *([] if ledger.time is None else [ledger.time.label("became")])]
        while True:
            wanted: Select[*tuple[Any, ...]] = select(*columns)
            query = _bounded(ledger, wanted, None).order_by(*ledger.key_columns).limit(BLOCK)
            if last is not None:
                query = query.where(tuple_(*ledger.key_columns) > _typed(ledger, last))
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            for row in rows:
                yield spelled(ledger, row), None if ledger.time is None else row.became
            last = tuple(getattr(rows[-1], name) for name in ledger.keys)

    def items_of(self, numbers: Sequence[str]) -> dict[str, list[str]]:
        """For each request to seal the keys of its documents."""
        table, found = self.every["seal_request_item"].table, dict[str, list[str]]()
        with self._engine.connect() as connection:
            for start in range(0, len(numbers), AT_ONCE):
                some = table.c.number.in_(numbers[start : start + AT_ONCE])
                for row in connection.execute(select(table.c.number, table.c.position).where(some)):
                    found.setdefault(row.number, []).append(f"{row.number}/{row.position}")
        return found


def digest_in(connection: Connection, ledger: Ledger, key: tuple[object, ...]) -> dict[str, str]:
    """The digest of a row, by its spelled key, read in the transaction that writes it."""
    query = _selected(ledger).where(tuple_(*ledger.key_columns) == _typed(ledger, key))
    return {spelled(ledger, row): row_digest(ledger.name, _values(ledger, row)) for row in connection.execute(query)}


def digests_in(connection: Connection, ledger: Ledger, keys: Sequence[str]) -> dict[str, str]:
    """Digests of those of the rows that are there and final, read in the transaction that writes them."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), AT_ONCE):
        some = _keyed(connection, ledger, keys[start : start + AT_ONCE], final=True)
        found |= {key: row_digest(ledger.name, row) for key, row in some.items()}
    return found


def every_digest_in(
    connection: Connection, ledger: Ledger, *, former: bool = False, since: datetime | None = None
) -> dict[str, str]:
    """Digests of the final rows, read within a transaction; with a time, of those that became final from then on.

    With `former` by the columns of before, if those were others.
    """
    if former and ledger.former:
        ledger = replace(ledger, columns=ledger.former)
    rows = connection.execute(_bounded(ledger, _selected(ledger), since))
    return {spelled(ledger, row): row_digest(ledger.name, _values(ledger, row)) for row in rows}


def digests_where(connection: Connection, ledger: Ledger, condition: ColumnElement[bool] | None) -> dict[str, str]:
    """Digests of the final rows that a condition is met by, held until the transaction ends."""
    query = _final(ledger).with_for_update()
    rows = connection.execute(query if condition is None else query.where(condition))
    return {spelled(ledger, row): row_digest(ledger.name, _values(ledger, row)) for row in rows}


def _typed(ledger: Ledger, key: Sequence[object]):  # type: ignore[no-untyped-def]  # noqa: ANN202  (a tuple of bound values)
    """A key as values of its columns' own types; PostgreSQL compares no instant that is not told to be one."""
    return tuple_(*(literal(one, column.type) for one, column in zip(key, ledger.key_columns, strict=True)))


def _selected(ledger: Ledger):  # type: ignore[no-untyped-def]  # noqa: ANN202  (a select of named columns has no narrower type)
    return select(*(ledger.table.c[name] for name in ledger.columns))


def _final(ledger: Ledger):  # type: ignore[no-untyped-def]  # noqa: ANN202  (as above)
    return _bounded(ledger, _selected(ledger), None)


def _bounded(ledger: Ledger, query: Select[*tuple[Any, ...]], since: datetime | None) -> Select[*tuple[Any, ...]]:
    """Limited to rows that are final, from an instant on where one is given."""
    if ledger.final is not None:
        query = query.where(ledger.final)
    return query if since is None or ledger.time is None else query.where(ledger.time >= since)


def _values(ledger: Ledger, row: Row[*tuple[object, ...]]) -> dict[str, object]:
    return {name: getattr(row, name) for name in ledger.columns}


def _keyed(
    connection: Connection, ledger: Ledger, keys: Sequence[str], *, final: bool = False
) -> dict[str, dict[str, object]]:
    """Rows by key; what cannot be a key of this register is not there."""
    parsed = [found for key in keys if (found := _parsed(ledger, key)) is not None]
    query = _final(ledger) if final else _selected(ledger)
    query = query.where(tuple_(*ledger.key_columns).in_(parsed))
    return {spelled(ledger, row): _values(ledger, row) for row in connection.execute(query)} if parsed else {}


def _parsed(ledger: Ledger, key: str) -> tuple[object, ...] | None:
    parts = [key]
    if len(ledger.keys) > 1:
        parts = [one.replace("%2F", "/").replace("%25", "%") for one in key.split("/")]
    if len(parts) != len(ledger.keys) or "\0" in key:
        return None
    try:
        return tuple(_value(column, part) for column, part in zip(ledger.key_columns, parts, strict=True))
    except (ValueError, OverflowError):
        return None


def _value(column: Column[object], part: str) -> object:
    if isinstance(column.type, Instant):
        return column.type.process_result_value(int(part), None)  # type: ignore[arg-type]  # no dialect is looked at
    return bytes.fromhex(part) if isinstance(column.type, LargeBinary) else column.type.python_type(part)
