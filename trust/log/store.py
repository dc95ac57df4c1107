"""The log in SQL: entries, commitments, complete nodes, one head row, checkpoints.

The head row is the lock: a writer selects it FOR UPDATE (PostgreSQL) or has begun with BEGIN IMMEDIATE (SQLite), so
appends happen one after another and indexes have no gaps. A node's key is its place in the in-order walk of the tree
(a leaf's is twice its index), one integer for level and place. Nothing is ever updated but the head, and a planned
checkpoint when it is signed; nothing is deleted.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from trust.errors import Conflict
from trust.formats.merkle import Node
from trust.log.errors import LogDamaged
from trust.log.ports import Addition, Head
from trust.store import METADATA, Instant

AT_ONCE = 500
"""Values in one IN list; SQLite's limit was once 999."""

log_head = Table(
    "log_head",
    METADATA,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="only_one"), primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Instant),
)
log_entry = Table(
    "log_entry",
    METADATA,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", LargeBinary, nullable=False),
)
log_commitment = Table(
    "log_commitment",
    METADATA,
    Column("commitment", LargeBinary(32), CheckConstraint("length(commitment) = 32", name="size"), primary_key=True),
    Column("place", BigInteger, ForeignKey("log_entry.place"), nullable=False),
)
log_node = Table(
    "log_node",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), CheckConstraint("length(hash) = 32", name="size"), nullable=False),
)
log_checkpoint = Table(
    "log_checkpoint",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, primary_key=True, autoincrement=False),
    Column("to_be_signed", LargeBinary, nullable=False),
    Column("note", LargeBinary),
)


_LATEST = (
    select(log_checkpoint.c.note)
    .where(log_checkpoint.c.note.is_not(None))
    .order_by(log_checkpoint.c.size.desc(), log_checkpoint.c.at.desc())
    .limit(1)
)
_HEAD = select(log_head.c.size, log_head.c.at)


def position(node: Node) -> int:
    """In-order number of a complete node: leaves are even, a node stands between its two halves."""
    return node.place << node.level + 1 | (1 << node.level) - 1


def insert_if_absent(connection: Connection, table: Table, **values: object) -> bool:
    """Insert a row, or return False if one with its key is there, also when another transaction makes it meanwhile."""
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(**values))
    except IntegrityError:
        return False
    return True


class SqlLog:
    """A `CheckpointedLog` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def size(self) -> int:
        """How many entries there are."""
        with self._engine.connect() as connection:
            return connection.scalar(_HEAD) or 0

    def head(self) -> Head:
        """How many entries there are, and the instant of the last."""
        with self._engine.connect() as connection:
            row = connection.execute(_HEAD).first()
        return Head(0, None) if row is None else Head(row.size, row.at)

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Stored hashes in the order asked."""
        with self._engine.connect() as connection:
            return _nodes(connection, wanted)

    def entries(self, first: int, end: int) -> list[bytes]:
        """The octets of entries `first` up to, not including, `end`."""
        with self._engine.connect() as connection:
            return _entries(connection, first, end)

    def find(self, commitment: bytes) -> int | None:
        """The index of the entry with this commitment."""
        with self._engine.connect() as connection:
            return connection.scalar(select(log_commitment.c.place).where(log_commitment.c.commitment == commitment))

    @contextmanager
    def writing(self) -> Iterator["SqlLogWriter"]:
        """One transaction that holds the head row.

        Raises:
            Conflict: `log-busy`, another writer was faster where no lock could be had; the whole call may be repeated.

        """
        try:
            with self._engine.begin() as connection:
                yield SqlLogWriter(connection)
        except IntegrityError as error:
            raise Conflict("log-busy", "another writer appended meanwhile") from error

    def latest(self) -> bytes | None:
        """The latest checkpoint of the largest size."""
        with self._engine.connect() as connection:
            return connection.scalar(_LATEST)

    def plan(self, size: int, at: datetime, to_be_signed: bytes) -> None:
        """Record what is about to be signed."""
        table = log_checkpoint
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(table), {"size": size, "at": at, "to_be_signed": to_be_signed})
        except IntegrityError as error:
            same = select(table.c.to_be_signed).where(table.c.size == size, table.c.at == at)
            with self._engine.connect() as connection:
                planned = connection.scalar(same)
            if planned != to_be_signed:
                what = f"another text of {size} entries was planned for {at.isoformat()}"
                raise LogDamaged("plan-changed", what) from error

    def complete(self, size: int, at: datetime, note: bytes) -> None:
        """Store what was signed; of two notes for one text the first stays."""
        table = log_checkpoint
        planned = (table.c.size == size) & (table.c.at == at)
        with self._engine.begin() as connection:
            if connection.execute(update(table).where(planned, table.c.note.is_(None)).values(note=note)).rowcount:
                return
            if connection.scalar(select(table.c.size).where(planned)) is None:
                raise Conflict("not-planned", f"{size} entries at {at.isoformat()}")

    def checkpoints(self, first: int = 0) -> list[bytes]:
        """The latest checkpoint of each size from `first` on, smallest first; for audit."""
        table = log_checkpoint
        signed = select(table.c.size, table.c.note).where(table.c.size >= first, table.c.note.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(signed.order_by(table.c.size, table.c.at)).all()
        return list({row.size: bytes(row.note) for row in rows}.values())


class SqlLogWriter:
    """A `LogWriter` inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._head = self._lock()

    def head(self) -> Head:
        """Size and last instant, read under the lock."""
        return self._head

    def find(self, commitments: Sequence[bytes]) -> Mapping[bytes, int]:
        """The index of the entry for each of these commitments that is logged."""
        table, found = log_commitment, {}
        for start in range(0, len(commitments), AT_ONCE):
            some = commitments[start : start + AT_ONCE]
            query = select(table.c.commitment, table.c.place).where(table.c.commitment.in_(some))
            found.update({bytes(row.commitment): row.place for row in self._connection.execute(query)})
        return found

    def entry(self, index: int) -> bytes:
        """The octets of one entry."""
        return _entries(self._connection, index, index + 1)[0]

    def nodes(self, wanted: Sequence[Node]) -> list[bytes]:
        """Stored hashes in the order asked."""
        return _nodes(self._connection, wanted)

    def add(self, addition: Addition) -> None:
        """Store entries, commitments and nodes, and move the head."""
        first, count = self._head.size, len(addition.entries)
        entries = [{"place": first + number, "entry": octets} for number, octets in enumerate(addition.entries)]
        commitments = [
            {"commitment": value, "place": first + number}
            for number, values in enumerate(addition.commitments)
            for value in values
        ]
        nodes = [{"position": position(node), "hash": value} for node, value in addition.nodes]
        self._connection.execute(insert(log_entry), entries)
        self._connection.execute(insert(log_commitment), commitments)
        self._connection.execute(insert(log_node), nodes)
        self._connection.execute(update(log_head).values(size=first + count, at=addition.at))
        self._head = Head(first + count, addition.at)

    def _lock(self) -> Head:
        """Read the head row and hold it until the transaction ends; the very first writer makes it."""
        query = _HEAD.with_for_update()
        row = self._connection.execute(query).first()
        if row is None:
            insert_if_absent(self._connection, log_head, id=1, size=0)
            row = self._connection.execute(query).one()
        return Head(row.size, row.at)


def _nodes(connection: Connection, wanted: Sequence[Node]) -> list[bytes]:
    places, found = [position(node) for node in wanted], {}
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        rows = connection.execute(select(log_node.c.position, log_node.c.hash).where(log_node.c.position.in_(some)))
        found.update({row.position: bytes(row.hash) for row in rows})
    missing = [node for node, place in zip(wanted, places, strict=True) if place not in found]
    if missing:
        raise LogDamaged("node-missing", f"level {missing[0].level}, place {missing[0].place}")
    return [found[place] for place in places]


def _entries(connection: Connection, first: int, end: int) -> list[bytes]:
    table = log_entry
    query = select(table.c.entry).where(table.c.place.between(first, end - 1)).order_by(table.c.place)
    rows = [bytes(octets) for octets in connection.scalars(query)]
    if len(rows) != end - first:
        raise LogDamaged("entry-missing", f"{len(rows)} entries from {first} on, {end - first} were expected")
    return rows
