"""The seal register in SQL: applications, seals as filed, requests to seal, and an append-only record of uses.

A seal is kept as its octets; the columns beside them are for finding it. A filed seal is never updated: that it was
suspended or cancelled is an act recorded elsewhere. An application's state, a request's decision and an item's outcome
are updated, each only from the state before it; every step is kept beside them. Limits are held where uses are
recorded, under the lock of the seal's row.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import (
    Column,
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
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from keys.sm3 import sm3
from trust.errors import Conflict
from trust.formats.canonical_json import decode_json, encode_json
from trust.formats.ses import parse_seal
from trust.rules.seal_standing import SealKind
from trust.sealing.errors import SealExists, SealMoveRefused
from trust.sealing.life import State, Step
from trust.sealing.ports import Application, FiledFacts, FiledSeal, Limits, Officer, SealUse, Taken
from trust.sealing.using import Item, Progress, Request, Result, Spent, check_limits, day_of
from trust.sealing.wishes import MAX_WISH, as_json, wish_from
from trust.store import METADATA, Instant, RowNumber, text

SEAL_ID, LOGIN, NAME, KEY, NUMBER = 64, 64, 64, 128, 64

seal = Table(
    "seal",
    METADATA,
    text("seal_id", SEAL_ID, primary_key=True),
    text("body_code", 32),
    text("name", 128),
    Column("octets", LargeBinary, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("filed_at", Instant, nullable=False),
    text("filed_by", 200),
)
Index("ix_seal_body_code", seal.c.body_code)
seal_filing = Table(
    "seal_filing",
    METADATA,
    Column("seal_id", String(SEAL_ID), ForeignKey("seal.seal_id"), primary_key=True),
    text("kind", 16),
    text("holder", LOGIN, nullable=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("per_day", Integer),
    Column("threshold", Integer),
)
seal_use = Table(
    "seal_use",
    METADATA,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("seal_id", String(SEAL_ID), ForeignKey("seal.seal_id"), nullable=False),
    text("subject", 200),
    Column("digest", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    text("used_by", 200),
    UniqueConstraint("seal_id", "digest", "subject"),
)
Index("ix_seal_use_subject", seal_use.c.subject)
Index("ix_seal_use_day", seal_use.c.seal_id, seal_use.c.at)
seal_application = Table(
    "seal_application",
    METADATA,
    text("seal_id", SEAL_ID, primary_key=True),
    text("body_code", 32),
    Column("wish", LargeBinary, nullable=False),
    text("state", 16),
    text("applied_by", LOGIN),
    text("applied_name", NAME),
    Column("applied_at", Instant, nullable=False),
    Column("octets", LargeBinary),
    text("idempotency_key", KEY, unique=True),
    Column("body", LargeBinary(32), nullable=False),
)
Index("ix_seal_application_body_code", seal_application.c.body_code, seal_application.c.applied_at)
seal_step = Table(
    "seal_step",
    METADATA,
    Column("seal_id", String(SEAL_ID), ForeignKey("seal_application.seal_id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    text("step", 16),
    text("taken_by", LOGIN),
    text("taken_name", NAME),
    Column("at", Instant, nullable=False),
    text("note", 200),
)
seal_request = Table(
    "seal_request",
    METADATA,
    text("number", NUMBER, primary_key=True),
    Column("seal_id", String(SEAL_ID), ForeignKey("seal.seal_id"), nullable=False),
    text("purpose", 200),
    Column("wanted", Integer, nullable=False),
    text("asked_by", LOGIN),
    text("asked_name", NAME),
    Column("asked_at", Instant, nullable=False),
    text("progress", 16),
    text("decided_by", LOGIN, nullable=True),
    text("decided_name", NAME, nullable=True),
    Column("decided_at", Instant),
    text("idempotency_key", KEY, unique=True),
    Column("body", LargeBinary(32), nullable=False),
)
Index("ix_seal_request_seal_id", seal_request.c.seal_id, seal_request.c.asked_at)
seal_request_item = Table(
    "seal_request_item",
    METADATA,
    text("number", NUMBER, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("document", LargeBinary(32), nullable=False),
    text("place", 200),
    text("result", 16),
    Column("planned_at", Instant),
    Column("signed", LargeBinary(32)),
    text("file", 80, nullable=True),
    text("detail", 200),
    ForeignKeyConstraint(["number"], ["seal_request.number"]),
)


class SqlSealRegister:
    """`SealRegister` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def file(self, filed: FiledSeal) -> None:
        """File a seal; the same octets again change nothing."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(seal).values(**_seal_row(filed)))
                connection.execute(insert(seal_filing).values(**_filing_row(filed)))
        except IntegrityError as error:
            present = self.find(filed.seal.seal_id)
            if present is None:
                raise
            if present.seal.der != filed.seal.der or present.body_code != filed.body_code:
                raise SealExists(filed.seal.seal_id) from error

    def find(self, seal_id: str) -> FiledSeal | None:
        """The seal under a number, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(_FILED.where(seal.c.seal_id == seal_id)).first()
        return None if row is None else _filed(row)

    def of_body(self, body_code: str) -> Sequence[FiledSeal]:
        """The seals of a body, by number."""
        query = _FILED.where(seal.c.body_code == body_code).order_by(seal.c.seal_id)
        with self._engine.connect() as connection:
            return [_filed(row) for row in connection.execute(query)]

    def listed(self) -> Sequence[FiledFacts]:
        """Facts of every filed seal, by number, without its octets."""
        filing = seal_filing.c
        wanted = select(seal.c.seal_id, filing.kind, seal.c.body_code, filing.digest, seal.c.filed_at)
        query = wanted.join_from(seal, seal_filing).order_by(seal.c.seal_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [FiledFacts(one, SealKind(kind), body, bytes(digest), at) for one, kind, body, digest, at in rows]

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        """Record uses, all or none; the same digest for the same subject under the same seal again changes nothing.

        The rows of the seals are held meanwhile, so uses of one seal are recorded and counted one after another.
        """
        seals = sorted({use.seal_id for use in uses})
        held = _FILED.where(seal.c.seal_id.in_(seals)).order_by(seal.c.seal_id).with_for_update(of=seal)
        recorded = select(seal_use.c.seal_id, seal_use.c.digest, seal_use.c.subject)
        recorded = recorded.where(seal_use.c.digest.in_([use.digest for use in uses]))
        with self._engine.begin() as connection:
            filed = {row.seal_id: _filed(row) for row in connection.execute(held)}
            if unknown := set(seals).difference(filed):
                raise Conflict("seal-unknown", min(unknown))
            known = {(row.seal_id, bytes(row.digest), row.subject) for row in connection.execute(recorded)}
            fresh: dict[tuple[str, bytes, str], SealUse] = {}
            for use in uses:
                if (same := (use.seal_id, use.digest, use.subject)) not in known:
                    fresh.setdefault(same, use)
            for seal_id, own in groupby(sorted(fresh.values(), key=_seal_of), key=_seal_of):
                _hold_limits(connection, filed[seal_id], list(own))
            if fresh:
                connection.execute(insert(seal_use), [_use_row(use) for use in fresh.values()])

    def uses(self, seal_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, SealUse]]:
        """Uses of a seal in the order recorded, each with its number."""
        of_seal = select(seal_use).where(seal_use.c.seal_id == seal_id, seal_use.c.number > after)
        with self._engine.connect() as connection:
            return [_use(row) for row in connection.execute(of_seal.order_by(seal_use.c.number).limit(limit))]


class SqlApplications:
    """`Applications` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, application: Application, *, key: str, body: bytes) -> Application:
        """Store a new one, or give the one stored under this key with the same body."""
        values = {
            "seal_id": application.seal_id,
            "body_code": application.wish.body_code,
            "wish": encode_json(as_json(application.wish)),
            "state": application.state.value,
            "applied_by": application.applied_by.login,
            "applied_name": application.applied_by.name,
            "applied_at": application.applied_at,
            "idempotency_key": key,
            "body": body,
        }
        try:
            with self._engine.begin() as connection:
                if (row := _application_row(connection, key)) is not None:
                    return _kept(row, body)
                taken = select(seal.c.seal_id).where(seal.c.seal_id == application.seal_id)
                if connection.execute(taken).first() is not None:
                    raise Conflict("seal-number-taken", application.seal_id)
                connection.execute(insert(seal_application).values(**values))
        except IntegrityError as error:
            with self._engine.connect() as connection:
                row = _application_row(connection, key)
            if row is None:
                raise Conflict("seal-number-taken", application.seal_id) from error
            return _kept(row, body)
        return application

    def by_key(self, key: str) -> Application | None:
        """The application begun under an idempotency key."""
        with self._engine.connect() as connection:
            row = _application_row(connection, key)
        return None if row is None else _application(row)

    def find(self, seal_id: str) -> Application | None:
        """The application of a number."""
        with self._engine.connect() as connection:
            query = select(seal_application).where(seal_application.c.seal_id == seal_id)
            row = connection.execute(query).first()
        return None if row is None else _application(row)

    def of_body(self, body_code: str) -> Sequence[Application]:
        """All applications of a body, newest first."""
        query = select(seal_application).where(seal_application.c.body_code == body_code)
        query = query.order_by(seal_application.c.applied_at.desc(), seal_application.c.seal_id)
        with self._engine.connect() as connection:
            return [_application(row) for row in connection.execute(query)]

    def move(self, seal_id: str, before: State, after: State, taken: Taken, octets: bytes | None = None) -> None:
        """Take a step, in one transaction."""
        table = seal_application
        values = {"state": after.value} | ({"octets": octets} if octets is not None else {})
        moved = update(table).where(table.c.seal_id == seal_id, table.c.state == before.value).values(**values)
        number = select(func.count()).select_from(seal_step).where(seal_step.c.seal_id == seal_id)
        with self._engine.begin() as connection:
            if connection.execute(moved).rowcount != 1:
                raise SealMoveRefused("changed", taken.step)
            connection.execute(
                insert(seal_step).values(
                    seal_id=seal_id,
                    sequence=(connection.scalar(number) or 0) + 1,
                    step=taken.step.value,
                    taken_by=taken.by.login,
                    taken_name=taken.by.name,
                    at=taken.at,
                    note=taken.note,
                )
            )

    def steps(self, seal_id: str) -> Sequence[Taken]:
        """Every step taken, in order."""
        query = select(seal_step).where(seal_step.c.seal_id == seal_id).order_by(seal_step.c.sequence)
        with self._engine.connect() as connection:
            return [
                Taken(Step(row.step), Officer(row.taken_by, row.taken_name), row.at, row.note)
                for row in connection.execute(query)
            ]


class SqlSealRequests:
    """`Requests` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, request: Request, *, key: str) -> Request:
        """Store a new one, or give the one stored under this key."""
        try:
            with self._engine.begin() as connection:
                if (known := _request(connection, seal_request.c.idempotency_key == key)) is None:
                    connection.execute(insert(seal_request).values(**_request_row(request), idempotency_key=key))
                    if request.items:
                        connection.execute(insert(seal_request_item), _item_rows(request))
        except IntegrityError:
            with self._engine.connect() as connection:
                known = _request(connection, seal_request.c.idempotency_key == key)
            if known is None:
                raise
        if known is not None and known.body != request.body:
            raise Conflict("idempotency-mismatch", "the key was used for another request")
        return known or request

    def by_key(self, key: str) -> Request | None:
        """The request begun under an idempotency key."""
        with self._engine.connect() as connection:
            return _request(connection, seal_request.c.idempotency_key == key)

    def find(self, number: str) -> Request | None:
        """The request of a number."""
        with self._engine.connect() as connection:
            return _request(connection, seal_request.c.number == number)

    def of_seal(self, seal_id: str, limit: int) -> Sequence[Request]:
        """The requests of a seal, newest first."""
        query = select(seal_request.c.number).where(seal_request.c.seal_id == seal_id)
        query = query.order_by(seal_request.c.asked_at.desc(), seal_request.c.number).limit(limit)
        with self._engine.connect() as connection:
            found = (
                _request(connection, seal_request.c.number == number) for number in connection.scalars(query).all()
            )
            return [one for one in found if one is not None]

    def decide(self, number: str, progress: Progress, by: Officer, at: datetime) -> None:
        """Store the decision on a request that waits."""
        table = seal_request
        waits = update(table).where(table.c.number == number, table.c.progress == Progress.WAITING.value)
        values = {"progress": progress.value, "decided_by": by.login, "decided_name": by.name, "decided_at": at}
        with self._engine.begin() as connection:
            if connection.execute(waits.values(**values)).rowcount != 1:
                raise SealMoveRefused("changed", "approve")

    def plan(self, number: str, place: int, *, signed: bytes, at: datetime) -> Item:
        """Store what will be signed for an item that has no plan; the item as stored."""
        table = seal_request_item
        own = (table.c.number == number, table.c.position == place)
        fresh = update(table).where(*own, table.c.signed.is_(None))
        with self._engine.begin() as connection:
            connection.execute(fresh.values(signed=signed, planned_at=at, result=Result.PLANNED.value))
            return _item(connection.execute(select(table).where(*own)).one())

    def finish(self, number: str, place: int, result: Result, *, file: str | None, detail: str) -> None:
        """Store the outcome of an item; what was sealed stays sealed."""
        table = seal_request_item
        own = update(table).where(table.c.number == number, table.c.position == place)
        with self._engine.begin() as connection:
            connection.execute(
                own.where(table.c.result != Result.SEALED.value).values(
                    result=result.value, file=file, detail=detail[:200]
                )
            )

    def spent(self, seal_id: str, day: tuple[datetime, datetime]) -> Spent:
        """What the seal has done between two instants."""
        with self._engine.connect() as connection:
            return _spent(connection, seal_id, day)


_FILED = select(seal, seal_filing.c.kind, seal_filing.c.holder, seal_filing.c.per_day, seal_filing.c.threshold)
_FILED = _FILED.join_from(seal, seal_filing)
_SECOND = select(seal_request.c.number).where(seal_request.c.progress == Progress.APPROVED.value)


def _hold_limits(connection: Connection, filed: FiledSeal, fresh: Sequence[SealUse]) -> None:
    """Refuse uses that the seal's limits do not allow; seals without limits cost no query."""
    if filed.limits == Limits():
        return
    subjects = {use.subject for use in fresh}
    second = set(connection.scalars(_SECOND.where(seal_request.c.number.in_(subjects))))
    for day, own in groupby(sorted(fresh, key=lambda use: use.at), key=lambda use: day_of(use.at)):
        some = list(own)
        alone = sum(use.subject not in second for use in some)
        check_limits(filed, _spent(connection, filed.seal.seal_id, day), more=len(some), alone=alone)


def _spent(connection: Connection, seal_id: str, day: tuple[datetime, datetime]) -> Spent:
    begins, ends = day
    today = (seal_use.c.seal_id == seal_id, seal_use.c.at >= begins, seal_use.c.at < ends)
    total = connection.scalar(select(func.count()).select_from(seal_use).where(*today)) or 0
    second = select(func.count()).select_from(seal_use).where(*today, seal_use.c.subject.in_(_SECOND))
    table = seal_request
    allowed = select(func.coalesce(func.sum(table.c.wanted), 0)).where(
        table.c.seal_id == seal_id,
        table.c.progress == Progress.APPROVED.value,
        table.c.decided_at >= begins,
        table.c.decided_at < ends,
        table.c.number.not_in(select(seal_request_item.c.number)),
    )
    return Spent(total, total - (connection.scalar(second) or 0), int(connection.scalar(allowed) or 0))


def _seal_row(filed: FiledSeal) -> dict[str, object]:
    return {
        "seal_id": filed.seal.seal_id,
        "body_code": filed.body_code,
        "name": filed.seal.name,
        "octets": filed.seal.der,
        "valid_from": filed.seal.valid_from,
        "valid_until": filed.seal.valid_until,
        "filed_at": filed.filed_at,
        "filed_by": filed.filed_by,
    }


def _filing_row(filed: FiledSeal) -> dict[str, object]:
    return {
        "seal_id": filed.seal.seal_id,
        "kind": filed.kind.value,
        "holder": filed.holder,
        "digest": sm3(filed.seal.der),
        "per_day": filed.limits.per_day,
        "threshold": filed.limits.threshold,
    }


def _filed(row: Row[*tuple[object, ...]]) -> FiledSeal:
    limits = Limits(row.per_day, row.threshold)
    made = parse_seal(row.octets)
    return FiledSeal(made, row.body_code, row.filed_at, row.filed_by, SealKind(row.kind), row.holder, limits)


def _seal_of(use: SealUse) -> str:
    return use.seal_id


def _use_row(use: SealUse) -> dict[str, object]:
    return {"seal_id": use.seal_id, "subject": use.subject, "digest": use.digest, "at": use.at, "used_by": use.by}


def _use(row: Row[tuple[object, ...]]) -> tuple[int, SealUse]:
    return row.number, SealUse(row.seal_id, row.subject, bytes(row.digest), row.at, row.used_by)


def _application_row(connection: Connection, key: str) -> Row[*tuple[object, ...]] | None:
    return connection.execute(select(seal_application).where(seal_application.c.idempotency_key == key)).first()


def _kept(row: Row[*tuple[object, ...]], body: bytes) -> Application:
    if bytes(row.body) != body:
        raise Conflict("idempotency-mismatch", "the key was used for another application")
    return _application(row)


def _application(row: Row[*tuple[object, ...]]) -> Application:
    return Application(
        seal_id=row.seal_id,
        wish=wish_from(decode_json(bytes(row.wish), limit=MAX_WISH)),
        state=State(row.state),
        applied_by=Officer(row.applied_by, row.applied_name),
        applied_at=row.applied_at,
        octets=None if row.octets is None else bytes(row.octets),
    )


def _request_row(request: Request) -> dict[str, object]:
    return {
        "number": request.number,
        "seal_id": request.seal_id,
        "purpose": request.purpose,
        "wanted": request.count,
        "asked_by": request.by.login,
        "asked_name": request.by.name,
        "asked_at": request.at,
        "progress": request.progress.value,
        "body": request.body,
    }


def _item_rows(request: Request) -> list[dict[str, object]]:
    return [
        {
            "number": request.number,
            "position": position,
            "document": item.document,
            "place": item.place,
            "result": item.result.value,
            "detail": item.detail,
        }
        for position, item in enumerate(request.items)
    ]


def _request(connection: Connection, which: object) -> Request | None:
    query: Select[*tuple[object, ...]] = select(seal_request).where(which)  # type: ignore[arg-type]  # a comparison of one of its columns
    row = connection.execute(query).first()
    if row is None:
        return None
    table = seal_request_item
    items = connection.execute(select(table).where(table.c.number == row.number).order_by(table.c.position))
    decided = None if row.decided_by is None else Officer(row.decided_by, row.decided_name)
    return Request(
        number=row.number,
        seal_id=row.seal_id,
        purpose=row.purpose,
        count=row.wanted,
        items=tuple(_items(items)),
        by=Officer(row.asked_by, row.asked_name),
        at=row.asked_at,
        progress=Progress(row.progress),
        body=bytes(row.body),
        decided_by=decided,
        decided_at=row.decided_at,
    )


def _items(rows: Iterable[Row[*tuple[object, ...]]]) -> list[Item]:
    return [_item(row) for row in rows]


def _item(row: Row[*tuple[object, ...]]) -> Item:
    return Item(
        document=bytes(row.document),
        place=row.place,
        result=Result(row.result),
        planned_at=row.planned_at,
        signed=None if row.signed is None else bytes(row.signed),
        file=row.file,
        detail=row.detail,
    )
