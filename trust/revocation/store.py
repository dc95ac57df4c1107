"""Acts, standings, entries and publications in SQL.

`standing` has one row for each licence that was allotted an entry; an act locks it (FOR UPDATE on PostgreSQL, BEGIN
IMMEDIATE on SQLite), is stored, and moves it, in one transaction. Whoever must not miss an act (a citation) locks the
same row. The row's status is that of the last recording; acts with a later effect are computed from `act`.
Acts and publications are never changed but for three notes: an act's log index, the signed octets of a planned
publication, and which publication is current.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from trust.errors import Conflict
from trust.log.store import AT_ONCE, insert_if_absent
from trust.revocation.errors import NotPublished, SubjectUnknown
from trust.revocation.ports import Activity, Carried, Listed, PlannedList, Publication, RecordedAct
from trust.rules.standing import Act, ActKind, Status
from trust.rules.status_pointer import StatusPointer
from trust.store import METADATA, Instant, text

SUBJECT_LENGTH = 140
Note = Callable[[Connection, Act], None]

status_shard = Table(
    "status_shard",
    METADATA,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("allotted", Integer, nullable=False),
)
status_slot = Table(
    "status_slot",
    METADATA,
    text("subject", SUBJECT_LENGTH, primary_key=True),
    Column("shard", Integer, ForeignKey("status_shard.shard"), nullable=False),
    Column("entry", Integer, nullable=False),
    UniqueConstraint("shard", "entry"),
)
standing = Table(
    "standing",
    METADATA,
    Column("subject", String(SUBJECT_LENGTH), ForeignKey("status_slot.subject"), primary_key=True),
    Column("sequence", Integer, nullable=False),
    text("status", 2),
)
act = Table(
    "act",
    METADATA,
    Column("subject", String(SUBJECT_LENGTH), ForeignKey("standing.subject"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    text("kind", 32),
    text("ground", 64),
    text("reason", 400),
    Column("decided_at", Instant, nullable=False),
    Column("effective_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    text("recorded_by", 200),
    Column("salt", LargeBinary(16), nullable=False),
    text("idempotency_key", 128, unique=True),
    Column("body", LargeBinary(32), nullable=False),
    Column("shard", Integer, nullable=False),
    Column("log_index", BigInteger),
    text("decision", 120, nullable=True),
    Column("reverses", Integer),
)
Index("ix_act_shard_effective", act.c.shard, act.c.effective_at)
Index(
    "ix_act_unlogged",
    act.c.recorded_at,
    sqlite_where=act.c.log_index.is_(None),
    postgresql_where=act.c.log_index.is_(None),
)
status_publication = Table(
    "status_publication",
    METADATA,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("next_update", Instant, nullable=False),
    Column("ttl_s", Integer, nullable=False),
    Column("act_count", BigInteger, nullable=False),
    Column("to_be_signed", LargeBinary, nullable=False),
    Column("octets", LargeBinary),
)
status_current = Table(
    "status_current",
    METADATA,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, CheckConstraint("number > 0", name="positive")),
    ForeignKeyConstraint(["shard", "number"], ["status_publication.shard", "status_publication.number"]),
)
status_carried = Table(
    "status_carried",
    METADATA,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, CheckConstraint("value BETWEEN 1 AND 3", name="known"), nullable=False),
    Column("since", Instant, nullable=False),
)
status_bitstring = Table(
    "status_bitstring",
    METADATA,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("to_be_signed", LargeBinary, nullable=False),
    Column("octets", LargeBinary),
    ForeignKeyConstraint(["shard", "number"], ["status_publication.shard", "status_publication.number"]),
)


class SqlActs:
    """`Acts` and `ListedActs` in the tables above; `noted` stores what rests on an act, in the act's transaction."""

    def __init__(self, engine: Engine, noted: Note | None = None) -> None:
        self._engine, self._noted = engine, noted

    def of(self, subject: str) -> Sequence[Act]:
        """All acts on a subject, by sequence."""
        with self._engine.connect() as connection:
            known = connection.scalar(select(standing.c.sequence).where(standing.c.subject == subject))
            if known is None:
                raise SubjectUnknown("subject-unknown")
            return _acts_of(connection, subject)

    def of_many(self, subjects: Sequence[str]) -> Mapping[str, Sequence[Act]]:
        """The acts on those of the subjects that have any, as of one moment."""
        found: dict[str, list[Act]] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(subjects), AT_ONCE):
                some = select(act).where(act.c.subject.in_(subjects[start : start + AT_ONCE]))
                for row in connection.execute(some.order_by(act.c.subject, act.c.sequence)):
                    found.setdefault(row.subject, []).append(_act(row))
        return found

    def recorded_of(self, subject: str) -> Sequence[RecordedAct]:
        """All acts on a subject as they are stored, by sequence; none for one that is unknown."""
        wanted = select(act).where(act.c.subject == subject).order_by(act.c.sequence)
        with self._engine.connect() as connection:
            return [_recorded(row) for row in connection.execute(wanted)]

    def by_key(self, key: str) -> RecordedAct | None:
        """The act recorded under an idempotency key."""
        with self._engine.connect() as connection:
            return _by_key(connection, key)

    @contextmanager
    def recording(self, subject: str) -> Iterator["SqlRecording"]:
        """A transaction that holds the subject's standing."""
        try:
            with self._engine.begin() as connection:
                yield SqlRecording(connection, subject, self._noted)
        except IntegrityError as error:
            raise Conflict("act-busy", "another act was recorded meanwhile; ask again") from error

    def unlogged(self, limit: int) -> Sequence[RecordedAct]:
        """Acts that have no log entry yet, oldest first."""
        query = select(act).where(act.c.log_index.is_(None))
        with self._engine.connect() as connection:
            ordered = query.order_by(act.c.recorded_at, act.c.subject, act.c.sequence).limit(limit)
            return [_recorded(row) for row in connection.execute(ordered)]

    def mark_logged(self, indexes: Mapping[tuple[str, int], int]) -> None:
        """Note the log index for (subject, sequence)."""
        with self._engine.begin() as connection:
            for (subject, sequence), index in sorted(indexes.items()):
                one = update(act).where(act.c.subject == subject, act.c.sequence == sequence)
                connection.execute(one.values(log_index=index))

    def recorded_in(self, shard: int) -> list[tuple[int, Sequence[RecordedAct]]]:
        """Entry and acts of every subject of the list that has acts, as of one moment; for audit."""
        joined = select(status_slot.c.entry, act).join_from(act, status_slot, act.c.subject == status_slot.c.subject)
        query = joined.where(act.c.shard == shard).order_by(status_slot.c.entry, act.c.sequence)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [(entry, [_recorded(row) for row in some]) for entry, some in groupby(rows, key=lambda row: row.entry)]

    def carried_in(self, shard: int) -> list[Carried]:
        """The entries of a list whose value was carried over a restore."""
        with self._engine.connect() as connection:
            return _carried(connection, shard)

    def listed(self, shard: int, log_size: int, at: datetime) -> Listed:
        """What a list as of `at` is made from; a settled entry's standing is the one stored with its last act."""
        asked = {"in_shard": shard, "below": log_size, "as_of": at}
        with self._engine.connect() as connection:
            carried = _carried(connection, shard)
            kept = {one.entry for one in carried}
            settled, unclear, count = [], {}, 0
            for subject, entry, status, acts, is_settled in connection.execute(_OVERVIEW, asked):
                if is_settled and entry not in kept:
                    settled.append((entry, _STATUS[status]))
                    count += acts
                else:
                    unclear[subject] = entry
            moving = _logged_acts(connection, list(unclear), log_size)
        return Listed(
            count=count + sum(map(len, moving.values())),
            settled=settled,
            moving=[(unclear[subject], some) for subject, some in moving.items()],
            carried=carried,
        )

    def activity(self, shard: int, after: datetime) -> Activity:
        """A cheap look for the publisher."""
        of_list = act.c.shard == shard
        later = select(func.min(act.c.effective_at)).where(of_list, act.c.effective_at > after).scalar_subquery()
        with self._engine.connect() as connection:
            count, effective = connection.execute(select(func.count(), later).where(of_list)).one()
        return Activity(count, effective)


class SqlRecording:
    """A `Recording`: one transaction that holds the standing row of one subject."""

    def __init__(self, connection: Connection, subject: str, noted: Note | None = None) -> None:
        self._connection, self._noted = connection, noted
        self._subject = subject
        row = connection.execute(
            select(standing.c.sequence, status_slot.c.shard)
            .join_from(standing, status_slot, standing.c.subject == status_slot.c.subject)
            .where(standing.c.subject == subject)
            .with_for_update(of=standing)
        ).first()
        if row is None:
            raise SubjectUnknown("subject-unknown")
        self._shard = row.shard

    def acts(self) -> Sequence[Act]:
        """All acts on the subject, by sequence."""
        return _acts_of(self._connection, self._subject)

    def by_key(self, key: str) -> RecordedAct | None:
        """The act recorded under an idempotency key."""
        return _by_key(self._connection, key)

    def add(self, new: Act, *, salt: bytes, key: str, body: bytes, status: Status) -> None:
        """Store the act and move the standing."""
        self._connection.execute(
            insert(act).values(
                subject=new.subject,
                sequence=new.sequence,
                kind=new.kind.value,
                ground=new.ground,
                reason=new.reason,
                decided_at=new.decided_at,
                effective_at=new.effective_at,
                recorded_at=new.recorded_at,
                recorded_by=new.by,
                salt=salt,
                idempotency_key=key,
                body=body,
                shard=self._shard,
                decision=new.decision or None,
                reverses=new.reverses,
            )
        )
        own = standing.c.subject == new.subject
        self._connection.execute(update(standing).where(own).values(sequence=new.sequence, status=status.value))
        if self._noted is not None:
            self._noted(self._connection, new)


class SqlSlots:
    """`Slots` in the tables above."""

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


class SqlPublications:
    """`Publications` in the tables above, and the lists of earlier times."""

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


NOT_LOGGED = 2**62
_STATUS = {status.value: status for status in Status}
_LAST = func.max(act.c.recorded_at)
_SETTLED = and_(
    func.max(func.coalesce(act.c.log_index, NOT_LOGGED)) < bindparam("below", type_=BigInteger),
    bindparam("as_of", type_=Instant()) >= _LAST,
    func.max(act.c.effective_at) <= _LAST,
)
"""Whether the standing stored with the last act is the one as of an instant, by acts that are all in a log so long."""
_OVERVIEW = (
    select(act.c.subject, status_slot.c.entry, standing.c.status, func.count(), case((_SETTLED, 1), else_=0))
    .join_from(act, standing, standing.c.subject == act.c.subject)
    .join(status_slot, status_slot.c.subject == act.c.subject)
    .where(act.c.shard == bindparam("in_shard"))
    .group_by(act.c.subject, status_slot.c.entry, standing.c.status)
)


def _logged_acts(connection: Connection, subjects: Sequence[str], log_size: int) -> dict[str, list[Act]]:
    """The acts on these subjects that are logged below a size of the log, by sequence."""
    found: dict[str, list[Act]] = {}
    for start in range(0, len(subjects), AT_ONCE):
        some = select(act).where(act.c.subject.in_(subjects[start : start + AT_ONCE]), act.c.log_index < log_size)
        for row in connection.execute(some.order_by(act.c.subject, act.c.sequence)):
            found.setdefault(row.subject, []).append(_act(row))
    return found


def _carried(connection: Connection, shard: int) -> list[Carried]:
    rows = connection.execute(select(status_carried).where(status_carried.c.shard == shard))
    return [Carried(row.entry, row.value, row.since) for row in rows]


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


def _form(shard: int, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return status_bitstring.c.shard == shard, status_bitstring.c.number == number


def _acts_of(connection: Connection, subject: str) -> list[Act]:
    rows = connection.execute(select(act).where(act.c.subject == subject).order_by(act.c.sequence))
    return [_act(row) for row in rows]


def _by_key(connection: Connection, key: str) -> RecordedAct | None:
    row = connection.execute(select(act).where(act.c.idempotency_key == key)).first()
    return None if row is None else _recorded(row)


def _act(row: Row[*tuple[object, ...]]) -> Act:
    return Act(
        subject=row.subject,
        sequence=row.sequence,
        kind=ActKind(row.kind),
        ground=row.ground,
        reason=row.reason,
        decided_at=row.decided_at,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        by=row.recorded_by,
        decision=row.decision or "",
        reverses=row.reverses,
    )


def _recorded(row: Row[*tuple[object, ...]]) -> RecordedAct:
    return RecordedAct(_act(row), bytes(row.salt), bytes(row.body), row.log_index)


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
