"""The log in SQL: entries, commitments, complete nodes, one head row, checkpoints.

The head row is the lock: a writer selects it FOR UPDATE (PostgreSQL) or has begun with BEGIN IMMEDIATE (SQLite), so
appends happen one after another and indexes have no gaps. A node's key is its place in the in-order walk of the tree
(a leaf's is twice its index), one integer for level and place. Nothing is ever updated but the head, a planned
checkpoint when it is signed, and a witness that is dismissed; nothing is deleted.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Engine, bindparam, insert, select, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import NULLTYPE

from trust.errors import Conflict
from trust.formats.checkpoint import MAX_SIGNATURES
from trust.formats.merkle import Node
from trust.log.errors import LogDamaged
from trust.log.ports import Addition, Head
from trust.log.store.tables import (
    AT_ONCE,
    insert_if_absent,
    log_checkpoint,
    log_commitment,
    log_cosignature,
    log_entry,
    log_head,
    log_node,
    log_witness,
)
from trust.log.store.witnesses import SqlWitnesses

__all__ = [
    "AT_ONCE",
    "SqlLog",
    "SqlLogWriter",
    "SqlWitnesses",
    "insert_if_absent",
    "log_checkpoint",
    "log_commitment",
    "log_cosignature",
    "log_entry",
    "log_head",
    "log_node",
    "log_witness",
    "position",
]

LOOKED_AT = 64
"""Newest cosignatures among which the note with most witnesses is looked for."""


_LATEST = (
    select(log_checkpoint.c.note)
    .where(log_checkpoint.c.note.is_not(None))
    .order_by(log_checkpoint.c.size.desc(), log_checkpoint.c.at.desc())
    .limit(1)
)
_PLANNED = (
    select(log_checkpoint.c.size, log_checkpoint.c.at)
    .order_by(log_checkpoint.c.size.desc(), log_checkpoint.c.at.desc())
    .limit(LOOKED_AT)
)
"""Of plans that were made one behind another the largest is the latest; older versions did not see to that."""
_HEAD = select(log_head.c.size, log_head.c.at)
_FIND = select(log_commitment.c.place).where(log_commitment.c.commitment == bindparam("wanted"))
_PLACES = select(log_commitment.c.commitment, log_commitment.c.place).where(
    log_commitment.c.commitment.in_(bindparam("wanted", expanding=True))
)
_ENTRIES = (
    select(type_coerce(log_entry.c.entry, NULLTYPE))
    .where(log_entry.c.place.between(bindparam("first"), bindparam("last")))
    .order_by(log_entry.c.place)
)
_NODES = select(log_node.c.position, log_node.c.hash).where(
    log_node.c.position.in_(bindparam("wanted", expanding=True))
)
_SUBTREE = (
    select(type_coerce(log_node.c.hash, NULLTYPE))
    .where(log_node.c.position.between(bindparam("first"), bindparam("last")))
    .order_by(log_node.c.position)
)
_COSIGNED = (
    select(log_cosignature.c.size, log_cosignature.c.at)
    .where(log_cosignature.c.size >= bindparam("first"))
    .order_by(log_cosignature.c.size.desc(), log_cosignature.c.at.desc())
    .limit(LOOKED_AT)
)
"""Statements that are asked for at every proof, put together once; what is read by the million has no type, because
both drivers give octets as they are and SQLAlchemy would copy each."""


def position(node: Node) -> int:
    """In-order number of a complete node: leaves are even, a node stands between its two halves."""
    return node.place << node.level + 1 | (1 << node.level) - 1


class SqlLog:
    """A `CheckpointedLog` in the tables of `tables`."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] | None = None) -> None:
        """`now` is the log's clock; without one everything is of the instant at which it began."""
        self._engine, self._now = engine, now

    def instant(self, at: datetime) -> datetime:
        """See `LogStore`."""
        return at if self._now is None else max(at, self._now())

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

    def subtree(self, top: Node) -> list[bytes]:
        """Stored hashes of a complete node and of all below it, from left to right."""
        middle, reach = position(top), (1 << top.level) - 1
        with self._engine.connect() as connection:
            rows = connection.scalars(_SUBTREE, {"first": middle - reach, "last": middle + reach})
            found = cast("list[bytes]", rows.all())
        if len(found) != 2 * reach + 1:
            raise LogDamaged("node-missing", f"below level {top.level}, place {top.place}")
        return found

    def entries(self, first: int, end: int) -> list[bytes]:
        """The octets of entries `first` up to, not including, `end`."""
        with self._engine.connect() as connection:
            return _entries(connection, first, end)

    def find(self, commitment: bytes) -> int | None:
        """The index of the entry with this commitment."""
        with self._engine.connect() as connection:
            return connection.scalar(_FIND, {"wanted": commitment})

    def places(self, commitments: Sequence[bytes]) -> Mapping[bytes, int]:
        """The index of the entry for each of these commitments that is logged."""
        with self._engine.connect() as connection:
            return _places(connection, commitments)

    @contextmanager
    def writing(self) -> Iterator["SqlLogWriter"]:
        """One transaction that holds the head row.

        Raises:
            Conflict: `log-busy`, another writer was faster where no lock could be had; the whole call may be repeated.

        """
        try:
            with self._engine.begin() as connection:
                yield SqlLogWriter(connection, self.instant)
        except IntegrityError as error:
            raise Conflict("log-busy", "another writer appended meanwhile") from error

    def latest(self) -> bytes | None:
        """The latest checkpoint of the largest size."""
        with self._engine.connect() as connection:
            return connection.scalar(_LATEST)

    def planned(self) -> tuple[int, datetime] | None:
        """The largest size and the latest instant that were planned."""
        with self._engine.connect() as connection:
            return _planned(connection)

    def plan(self, size: int, at: datetime, to_be_signed: bytes) -> None:
        """Record what is about to be signed, while nobody else plans or appends."""
        table = log_checkpoint
        same = select(table.c.to_be_signed).where(table.c.size == size, table.c.at == at)
        with self._engine.begin() as connection:
            _lock(connection)
            before = _planned(connection) if connection.scalar(same) is None else None
            if before is not None and (size < before[0] or at < before[1]):
                raise Conflict("checkpoint-overtaken", f"{before[0]} entries at {before[1].isoformat()} are planned")
            insert_if_absent(connection, table, size=size, at=at, to_be_signed=to_be_signed)
        with self._engine.connect() as connection:
            planned = connection.scalar(same)
        if planned != to_be_signed:
            raise LogDamaged("plan-changed", f"another text of {size} entries was planned for {at.isoformat()}")

    def complete(self, size: int, at: datetime, note: bytes) -> None:
        """Store what was signed; of two notes for one text the first stays."""
        table = log_checkpoint
        planned = (table.c.size == size) & (table.c.at == at)
        with self._engine.begin() as connection:
            if connection.execute(update(table).where(planned, table.c.note.is_(None)).values(note=note)).rowcount:
                return
            if connection.scalar(select(table.c.size).where(planned)) is None:
                raise Conflict("not-planned", f"{size} entries at {at.isoformat()}")

    def signed(self, size: int, at: datetime) -> bytes | None:
        """The note signed for this size and instant."""
        table = log_checkpoint
        with self._engine.connect() as connection:
            return connection.scalar(select(table.c.note).where(table.c.size == size, table.c.at == at))

    def cosignatures(self, size: int, at: datetime) -> list[bytes]:
        """The witnesses' lines under that note, in the order of their names."""
        table = log_cosignature
        query = select(table.c.line).where(table.c.size == size, table.c.at == at).order_by(table.c.witness)
        with self._engine.connect() as connection:
            return list(connection.scalars(query.limit(MAX_SIGNATURES - 1)))

    def cosigned(self, first: int) -> bytes | None:
        """Of the newest cosigned notes of at least `first` entries the one with most witnesses."""
        with self._engine.connect() as connection:
            found = Counter((size, at) for size, at in connection.execute(_COSIGNED, {"first": first}))
        if not found:
            return None
        size, at = max(found, key=lambda one: (found[one], one))
        note = self.signed(size, at)
        return None if note is None else note + b"".join(self.cosignatures(size, at))

    def cosigned_by(self, witness: str) -> bytes | None:
        """The newest note that a witness of this name has cosigned."""
        table = log_cosignature
        own = select(table.c.size, table.c.at).where(table.c.witness == witness)
        with self._engine.connect() as connection:
            row = connection.execute(own.order_by(table.c.size.desc(), table.c.at.desc()).limit(1)).first()
        note = None if row is None else self.signed(row.size, row.at)
        return None if row is None or note is None else note + b"".join(self.cosignatures(row.size, row.at))

    def checkpoints(self, first: int = 0) -> list[bytes]:
        """The latest checkpoint of each size from `first` on, smallest first; for audit."""
        table = log_checkpoint
        signed = select(table.c.size, table.c.note).where(table.c.size >= first, table.c.note.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(signed.order_by(table.c.size, table.c.at)).all()
        return list({row.size: bytes(row.note) for row in rows}.values())


class SqlLogWriter:
    """A `LogWriter` inside one transaction."""

    def __init__(self, connection: Connection, instant: Callable[[datetime], datetime]) -> None:
        self._connection, self.instant = connection, instant
        self._head = _lock(connection)

    def head(self) -> Head:
        """Size and last instant, read under the lock."""
        return self._head

    def find(self, commitments: Sequence[bytes]) -> Mapping[bytes, int]:
        """The index of the entry for each of these commitments that is logged."""
        return _places(self._connection, commitments)

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


def _lock(connection: Connection) -> Head:
    """Read the head row and hold it until the transaction ends; the very first writer makes it."""
    query = _HEAD.with_for_update()
    row = connection.execute(query).first()
    if row is None:
        insert_if_absent(connection, log_head, id=1, size=0)
        row = connection.execute(query).one()
    return Head(row.size, row.at)


def _planned(connection: Connection) -> tuple[int, datetime] | None:
    rows = connection.execute(_PLANNED).all()
    return (max(row.size for row in rows), max(row.at for row in rows)) if rows else None


def _places(connection: Connection, commitments: Sequence[bytes]) -> dict[bytes, int]:
    found = dict[bytes, int]()
    for start in range(0, len(commitments), AT_ONCE):
        rows = connection.execute(_PLACES, {"wanted": list(commitments[start : start + AT_ONCE])})
        found.update({bytes(commitment): place for commitment, place in rows})
    return found


def _nodes(connection: Connection, wanted: Sequence[Node]) -> list[bytes]:
    places, found = [position(node) for node in wanted], dict[int, bytes]()
    for start in range(0, len(places), AT_ONCE):
        rows = connection.execute(_NODES, {"wanted": places[start : start + AT_ONCE]})
        found.update({place: bytes(value) for place, value in rows})
    missing = [node for node, place in zip(wanted, places, strict=True) if place not in found]
    if missing:
        raise LogDamaged("node-missing", f"level {missing[0].level}, place {missing[0].place}")
    return [found[place] for place in places]


def _entries(connection: Connection, first: int, end: int) -> list[bytes]:
    found = cast("list[bytes]", connection.scalars(_ENTRIES, {"first": first, "last": end - 1}).all())
    if len(found) != end - first:
        raise LogDamaged("entry-missing", f"{len(found)} entries from {first} on, {end - first} were expected")
    return found
