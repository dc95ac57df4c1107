"""The trail in SQL: records in a chain, the tip that the next record follows, and the heads that the log commits to.

A record and the move of the tip are one transaction, and whoever writes holds the tip (FOR UPDATE on PostgreSQL, BEGIN
IMMEDIATE on SQLite), so numbers have no gaps. The columns beside a record are for finding it; an audit holds them
against the record, and the tag against the key (`service.trail.vouching`). Nothing is changed but the tip, and the log
index of a commitment once it is logged.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    Row,
    Select,
    SmallInteger,
    Table,
    func,
    insert,
    select,
    update,
)

from service.trail.vouching import RecordTags, tags_of
from trust.formats.trail_record import BEGINNING, MARKED, TrailRecord, decode_record, encode_record, next_head
from trust.log.store import insert_if_absent
from trust.rules.identifier import ROOT
from trust.store import METADATA, Instant, text

trail = Table(
    "trail",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    text("actor", 200),
    text("action", 200),
    text("subject", 140, nullable=True),
    Column("holder", LargeBinary(32)),
    Column("record", LargeBinary, nullable=False),
    Column("head", LargeBinary(32), CheckConstraint("length(head) = 32", name="size"), nullable=False),
    Column("tag", LargeBinary(32)),
)
Index("ix_trail_at", trail.c.at)
Index("ix_trail_actor", trail.c.actor, trail.c.number)
Index("ix_trail_subject", trail.c.subject, trail.c.number)
trail_tip = Table(
    "trail_tip",
    METADATA,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="only_one"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
)
trail_commitment = Table(
    "trail_commitment",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("log_index", BigInteger),
)
SUBJECT_NAMES = ("identifier", "table", "seal_id", "number", "type_code", "login")
"""Names under which a record may say what it is about, the most telling first; the first is the column `subject`."""
AT_ONCE, BLOCK = 50, 500
_TIP = select(trail_tip.c.number, trail_tip.c.head).with_for_update()


@dataclass(frozen=True)
class Committed:
    """A head that the log commits to: after which record, with which salt, in which entry (None: not logged yet)."""

    number: int
    at: datetime
    salt: bytes
    log_index: int | None


LICENCES = f"{ROOT}."
"""How the identifiers of licences begin, and no other subject does."""


@dataclass(frozen=True)
class Search:
    """What an auditor looks for; empty means all.

    `action` is a part of it; with `whom` only what is about somebody's licences.
    """

    begins: datetime | None = None
    ends: datetime | None = None
    actor: str = ""
    action: str = ""
    subject: str = ""
    whom: bool = False


@dataclass(frozen=True)
class Stored:
    """A record as it is stored, with the columns that must agree with it."""

    number: int
    record: bytes
    head: bytes
    columns: tuple[datetime, str, str, str | None, bytes | None]
    tag: bytes | None


class SqlTrail:
    """The trail in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, records: Sequence[TrailRecord]) -> None:
        """Chain records in their order, durably; the numbers that they bear are replaced by the next ones."""
        with self._engine.begin() as connection:
            add_in(connection, records)

    def tip(self) -> tuple[int, bytes]:
        """Number and head of the last record."""
        with self._engine.connect() as connection:
            row = connection.execute(select(trail_tip.c.number, trail_tip.c.head)).first()
        return (0, BEGINNING) if row is None else (row.number, bytes(row.head))

    def records(self, block: int = 1000) -> Iterator[Stored]:
        """Every record by number, read in blocks."""
        last = -1
        while True:
            some = select(trail).where(trail.c.number > last).order_by(trail.c.number).limit(block)
            with self._engine.connect() as connection:
                rows = connection.execute(some).all()
            if not rows:
                return
            yield from map(_stored, rows)
            last = rows[-1].number

    def commitments(self) -> list[Committed]:
        """Every head that the log commits to, by number."""
        table = trail_commitment
        with self._engine.connect() as connection:
            rows = connection.execute(select(table).order_by(table.c.number))
            return [Committed(row.number, row.at, bytes(row.salt), row.log_index) for row in rows]

    def last_commitment(self) -> Committed | None:
        """The latest head that is to be logged."""
        table = trail_commitment
        with self._engine.connect() as connection:
            row = connection.execute(select(table).order_by(table.c.number.desc()).limit(1)).first()
        return None if row is None else Committed(row.number, row.at, bytes(row.salt), row.log_index)

    def plan_commitment(self, number: int, at: datetime, salt: bytes) -> Committed:
        """Store that the head after this record is to be logged; what was stored for it first stays."""
        with self._engine.begin() as connection:
            insert_if_absent(connection, trail_commitment, number=number, at=at, salt=salt)
            table = trail_commitment
            row = connection.execute(select(table).where(table.c.number == number)).one()
        return Committed(row.number, row.at, bytes(row.salt), row.log_index)

    def logged(self, number: int, log_index: int) -> None:
        """Note the entry of a commitment."""
        table = trail_commitment
        with self._engine.begin() as connection:
            connection.execute(update(table).where(table.c.number == number).values(log_index=log_index))

    def head_of(self, number: int) -> bytes | None:
        """The head after a record, as stored."""
        with self._engine.connect() as connection:
            return connection.scalar(select(trail.c.head).where(trail.c.number == number))

    def last_marks(self, table: str) -> TrailRecord | None:
        """The latest record with digests of rows of a register."""
        with self._engine.connect() as connection:
            return last_marks_of(connection, table)

    def marks(self, table: str, since: datetime | None = None) -> Iterator[TrailRecord]:
        """The records with digests of rows of a register, by number, read in blocks; all, or from an instant on."""
        last = 0
        while True:
            with self._engine.connect() as connection:
                some = _marks_after(connection, table, last, since)
            if not some:
                return
            yield from (record for _, record in some)
            last = some[-1][0]

    def search(self, wanted: Search, *, before: int | None, limit: int) -> list[TrailRecord]:
        """Records that fit, newest first, at most `limit`, those before a number; without the marks of registers."""
        query = _fitting(select(trail.c.record), wanted)
        if before is not None:
            query = query.where(trail.c.number < before)
        with self._engine.connect() as connection:
            rows = connection.scalars(query.order_by(trail.c.number.desc()).limit(limit)).all()
        return [decode_record(bytes(octets)) for octets in rows]

    def by_actor(self, wanted: Search, most: int) -> list[tuple[str, int]]:
        """Who did most of what fits, and how often."""
        counted = func.count().label("times")
        query = _fitting(select(trail.c.actor, counted).group_by(trail.c.actor), wanted)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(counted.desc(), trail.c.actor).limit(most)).all()
        return [(row.actor, row.times) for row in rows]

    def count(self, wanted: Search) -> int:
        """How many records fit."""
        with self._engine.connect() as connection:
            return connection.scalar(_fitting(select(func.count()).select_from(trail), wanted)) or 0


def add_in(connection: Connection, records: Sequence[TrailRecord]) -> None:
    """Chain records within a transaction, behind all other locks of it; their numbers are replaced by the next ones."""
    number, head = hold_tip(connection)
    tags = tags_of(connection)
    rows = []
    for record in records:
        number += 1
        octets = encode_record(_numbered(record, number))
        head = next_head(head, octets)
        rows.append(_row(record, number, octets, head) | {"tag": None if tags is None else tags(octets, head)})
    connection.execute(insert(trail), rows)
    connection.execute(update(trail_tip).values(number=number, head=head))


def marks_in(connection: Connection, table: str, since: datetime | None = None) -> Iterator[TrailRecord]:
    """The records with digests of rows of a register, by number, read within a transaction; all, or from a time on."""
    last = 0
    while some := _marks_after(connection, table, last, since):
        yield from (record for _, record in some)
        last = some[-1][0]


def last_marks_of(connection: Connection, table: str) -> TrailRecord | None:
    """The latest record with digests of rows of a register, read within a transaction."""
    wanted = select(trail.c.record).where(trail.c.subject == table, trail.c.action == MARKED)
    octets = connection.scalar(wanted.order_by(trail.c.number.desc()).limit(1))
    return None if octets is None else decode_record(bytes(octets))


def last_marks_in(connection: Connection, table: str, keys: Iterable[str]) -> dict[str, str]:
    """The digests that rows of a register were marked with last, those of them that were marked.

    A record that nobody vouches for counts for nothing (`service.trail.vouching`). It is looked for from the newest on,
    so that what was written lately is found at once.
    """
    wanted, found, before = set(keys), dict[str, str](), None
    while True:
        query = select(trail).where(trail.c.subject == table, trail.c.action == MARKED)
        query = query if before is None else query.where(trail.c.number < before)
        rows = connection.execute(query.order_by(trail.c.number.desc()).limit(AT_ONCE)).all()
        for record in _vouched(connection, rows):
            found = {key: digest for key, digest in record.rows.items() if key in wanted} | found
        if wanted <= found.keys() or not rows:
            return found
        before = rows[-1].number


def _vouched(connection: Connection, rows: Iterable[Row[Any]]) -> Iterator[TrailRecord]:
    """The records of rows, but for those that this installation did not write there."""
    tags = tags_of(connection)
    for row in rows:
        octets, tag = bytes(row.record), None if row.tag is None else bytes(row.tag)
        from_before = tags is None or (tag is None and _from_before(connection, tags, row.number))
        if tags is None or from_before or tags.holds(octets, bytes(row.head), tag):
            record = decode_record(octets)
            if from_before or record.number == row.number:
                yield record


def _from_before(connection: Connection, tags: RecordTags, number: int) -> bool:
    """Whether a record stands before the first that bears a tag."""
    tagged = select(trail.c.number).where(trail.c.tag.is_not(None)).order_by(trail.c.number).limit(1)
    first = tags.first(lambda: connection.scalar(tagged))
    return first is None or number < first


def _fitting(query: Select[Any], wanted: Search) -> Select[Any]:
    query = query.where(trail.c.action != MARKED)
    if wanted.begins is not None:
        query = query.where(trail.c.at >= wanted.begins)
    if wanted.ends is not None:
        query = query.where(trail.c.at < wanted.ends)
    if wanted.actor:
        query = query.where(trail.c.actor == wanted.actor)
    if wanted.subject:
        query = query.where(trail.c.subject == wanted.subject)
    if wanted.whom:
        query = query.where(trail.c.holder.is_not(None) | trail.c.subject.startswith(LICENCES))
    if wanted.action:
        query = query.where(trail.c.action.contains(wanted.action, autoescape=True))
    return query


def hold_tip(connection: Connection) -> tuple[int, bytes]:
    """The tip, held until the transaction ends; the very first writer makes it."""
    row = connection.execute(_TIP).first()
    if row is None:
        insert_if_absent(connection, trail_tip, id=1, number=0, head=BEGINNING)
        row = connection.execute(_TIP).one()
    return row.number, bytes(row.head)


def _marks_after(
    connection: Connection, table: str, number: int, since: datetime | None
) -> list[tuple[int, TrailRecord]]:
    """Some of the records with digests of rows of a register, those behind a number, from an instant on."""
    wanted = select(trail.c.number, trail.c.record).where(trail.c.subject == table, trail.c.action == MARKED)
    if since is not None:
        wanted = wanted.where(trail.c.at >= since)
    wanted = wanted.where(trail.c.number > number).order_by(trail.c.number).limit(BLOCK)
    return [(row.number, decode_record(bytes(row.record))) for row in connection.execute(wanted)]


def _numbered(record: TrailRecord, number: int) -> TrailRecord:
    return TrailRecord(**(vars(record) | {"number": number}))


def columns_of(record: TrailRecord) -> tuple[datetime, str, str, str | None, bytes | None]:
    """What stands beside a record: when, who, what, about what, and whose licences."""
    subject = next((record.about[name] for name in SUBJECT_NAMES if name in record.about), None)
    return record.at, record.actor, record.action, subject, record.holders[0] if record.holders else None


def _row(record: TrailRecord, number: int, octets: bytes, head: bytes) -> dict[str, object]:
    at, actor, action, subject, holder = columns_of(record)
    values = {"number": number, "at": at, "actor": actor, "action": action}
    return values | {"subject": subject, "holder": holder, "record": octets, "head": head}


def _stored(row: Row[*tuple[object, ...]]) -> Stored:
    holder = None if row.holder is None else bytes(row.holder)
    columns = (row.at, row.actor, row.action, row.subject, holder)
    tag = None if row.tag is None else bytes(row.tag)
    return Stored(row.number, bytes(row.record), bytes(row.head), columns, tag)
