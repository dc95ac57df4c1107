"""Acts and standings in SQL.

An act locks the standing row of its subject (FOR UPDATE on PostgreSQL, BEGIN IMMEDIATE on SQLite), is stored, and moves
it, in one transaction. Whoever must not miss an act (a citation) locks the same row. The row's status is that of the
last recording; acts with a later effect are computed from `act`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby

from sqlalchemy import BigInteger, Connection, Engine, Row, and_, bindparam, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from keys.sm3 import sm3
from trust.errors import Conflict, Malformed
from trust.log.store import AT_ONCE
from trust.revocation.errors import RegisterDamaged, SubjectUnknown
from trust.revocation.ports import Activity, Listed, RecordedAct, Shown
from trust.revocation.store.checking import Vouching, check_entries, check_logged, check_shards
from trust.revocation.store.tables import act, standing, status_carried, status_slot
from trust.rules.carried_over import Carried
from trust.rules.standing import LIST_VALUE, Act, ActKind, Status
from trust.rules.status_pointer import StatusPointer
from trust.rules.two_people import FOLLOWED, WEIGHTY
from trust.store import Instant

Note = Callable[[Connection, Act], None]


class SqlActs:
    """`Acts` and `ListedActs` in the tables of acts.

    `noted` stores what rests on an act, in the act's transaction; `vouching` says what signed documents say of entries.
    """

    def __init__(self, engine: Engine, noted: Note | None = None, vouching: Vouching | None = None) -> None:
        self._engine, self._noted, self._vouching = engine, noted, vouching

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

    def carried_over(self, subject: str) -> Carried | None:
        """See `Acts`."""
        with self._engine.connect() as connection:
            return _carried_of(connection, subject, self._vouching)

    def recorded_of(self, subject: str) -> Sequence[RecordedAct]:
        """All acts on a subject as they are stored, by sequence; none for one that is unknown."""
        wanted = select(act).where(act.c.subject == subject).order_by(act.c.sequence)
        with self._engine.connect() as connection:
            return [_recorded(row) for row in connection.execute(wanted)]

    def by_key(self, key: str) -> RecordedAct | None:
        """The act recorded under an idempotency key."""
        with self._engine.connect() as connection:
            return _by_key(connection, key)

    def weighty_by(self, login: str, since: datetime) -> int:
        """How many acts that count a person took alone since an instant."""
        with self._engine.connect() as connection:
            return _weighty_by(connection, login, since)

    @contextmanager
    def recording(self, subject: str) -> Iterator["SqlRecording"]:
        """A transaction that holds the subject's standing."""
        try:
            with self._engine.begin() as connection:
                yield SqlRecording(connection, subject, self._noted, self._vouching)
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
            return _carried(connection, shard, self._vouching)

    def listed(self, shard: int, log_size: int, at: datetime, shown: Shown | None = None) -> Listed:
        """What a list as of `at` is made from; a settled entry's standing is the one stored with its last act."""
        asked = {"in_shard": shard, "below": log_size, "as_of": at}
        with self._engine.connect() as connection:
            check_shards(connection, shard)
            carried = _carried(connection, shard, self._vouching)
            kept = {one.entry for one in carried}
            settled, unclear, count = [], {}, 0
            for subject, entry, status, acts, last, is_settled in connection.execute(_OVERVIEW, asked):
                if is_settled and entry not in kept and _is_shown(shown, entry, status, last):
                    settled.append((entry, _STATUS[status]))
                    count += acts
                else:
                    unclear[subject] = entry
            pointers = {subject: StatusPointer(shard, entry) for subject, entry in unclear.items()}
            check_entries(connection, self._vouching, pointers)
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

    def __init__(
        self, connection: Connection, subject: str, noted: Note | None = None, vouching: Vouching | None = None
    ) -> None:
        self._connection, self._noted, self._vouching = connection, noted, vouching
        self._subject = subject
        row = connection.execute(
            select(standing.c.sequence, status_slot.c.shard, status_slot.c.entry)
            .join_from(standing, status_slot, standing.c.subject == status_slot.c.subject)
            .where(standing.c.subject == subject)
            .with_for_update(of=standing)
        ).first()
        if row is None:
            raise SubjectUnknown("subject-unknown")
        check_entries(connection, vouching, {subject: StatusPointer(row.shard, row.entry)})
        self._shard = row.shard

    @property
    def connection(self) -> Connection:
        """The transaction, for a store that keeps in it what rests on the act."""
        return self._connection

    def acts(self) -> Sequence[Act]:
        """All acts on the subject, by sequence."""
        return _acts_of(self._connection, self._subject)

    def carried_over(self) -> Carried | None:
        """See `Recording`."""
        return _carried_of(self._connection, self._subject, self._vouching)

    def by_key(self, key: str) -> RecordedAct | None:
        """The act recorded under an idempotency key."""
        return _by_key(self._connection, key)

    def weighty_by(self, login: str, since: datetime) -> int:
        """How many acts that count a person took alone since an instant, held until the transaction ends."""
        if self._connection.dialect.name == "postgresql":  # SQLite has one writer at a time
            own = int.from_bytes(sm3(login.encode())[:8], "big", signed=True)
            self._connection.execute(select(func.pg_advisory_xact_lock(own)))
        return _weighty_by(self._connection, login, since)

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
                receiver=new.receiver or None,
            )
        )
        own = standing.c.subject == new.subject
        self._connection.execute(update(standing).where(own).values(sequence=new.sequence, status=status.value))
        if self._noted is not None:
            self._noted(self._connection, new)


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
    select(
        act.c.subject,
        status_slot.c.entry,
        standing.c.status,
        func.count(),
        func.max(act.c.log_index),
        case((_SETTLED, 1), else_=0),
    )
    .join_from(act, standing, standing.c.subject == act.c.subject)
    .join(status_slot, status_slot.c.subject == act.c.subject)
    .where(act.c.shard == bindparam("in_shard"))
    .group_by(act.c.subject, status_slot.c.entry, standing.c.status)
)


def _is_shown(shown: Shown | None, entry: int, status: str, last: int) -> bool:
    """Whether the list before, which is signed, says the same of an entry whose acts it covers all."""
    if shown is None or last >= shown.log_size or status not in _STATUS:
        return False
    return shown.values.get(entry, 0) == LIST_VALUE[_STATUS[status]]


def _logged_acts(connection: Connection, subjects: Sequence[str], log_size: int) -> dict[str, list[Act]]:
    """The acts on these subjects that are logged below a size of the log, by sequence, each held against the log."""
    found: dict[str, list[Act]] = {}
    for start in range(0, len(subjects), AT_ONCE):
        some = select(act).where(act.c.subject.in_(subjects[start : start + AT_ONCE]))
        try:
            recorded = [_recorded(row) for row in connection.execute(some.order_by(act.c.subject, act.c.sequence))]
        except (Malformed, ValueError) as error:
            raise RegisterDamaged("act-changed", f"an act cannot be read: {error}") from error
        check_logged(connection, recorded)
        for one in recorded:
            if one.log_index is not None and one.log_index < log_size:
                found.setdefault(one.act.subject, []).append(one.act)
    return found


def _carried(connection: Connection, shard: int, vouching: Vouching | None) -> list[Carried]:
    """What was carried over, as far as a settled restore vouches for it where anybody is there to say so."""
    rows = connection.execute(select(status_carried).where(status_carried.c.shard == shard)).all()
    if not rows:
        return []
    said = {(row.entry, row.value) for row in rows} if vouching is None else vouching.carried(connection, shard)
    return [Carried(row.entry, row.value, row.since) for row in rows if (row.entry, row.value) in said]


def _carried_of(connection: Connection, subject: str, vouching: Vouching | None) -> Carried | None:
    """The same for the entry of one subject; a list that nothing was carried over in costs one look."""
    own = and_(status_slot.c.shard == status_carried.c.shard, status_slot.c.entry == status_carried.c.entry)
    row = connection.execute(
        select(status_carried).join_from(status_slot, status_carried, own).where(status_slot.c.subject == subject)
    ).first()
    if row is None:
        return None
    return next((one for one in _carried(connection, row.shard, vouching) if one.entry == row.entry), None)


def _weighty_by(connection: Connection, login: str, since: datetime) -> int:
    """By the way records are signed: with the login, or the name and the login behind it; two people sign otherwise."""
    signed = act.c.recorded_by.endswith(f"（{login}）", autoescape=True) & act.c.recorded_by.not_like("%；批准：%")
    counted = select(func.count()).where(
        act.c.recorded_at > since,
        act.c.kind.in_(sorted(WEIGHTY)),
        act.c.ground.not_in(sorted(FOLLOWED)),
        (act.c.recorded_by == login) | signed,
    )
    return connection.scalar(counted) or 0


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
        receiver=row.receiver or "",
    )


def _recorded(row: Row[*tuple[object, ...]]) -> RecordedAct:
    return RecordedAct(_act(row), bytes(row.salt), bytes(row.body), row.log_index)
