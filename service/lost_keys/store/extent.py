"""What a key signed, read from the registers of licences, copies and requests to seal; nothing is written here.

Counts go month by month along the index on body and release, lists in chunks behind a key, so that neither holds a
register's worth of rows at a time. Documents are few beside licences and are looked up by their files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, case, exists, func, or_, select

from issuer.copying.store import COPIES
from issuer.store import licence
from service.lost_keys.signed import Kind, Proof, Reach, Signed
from trust.sealing.store.tables import seal_request, seal_request_item, seal_use
from trust.sealing.using import Result

CHUNK = 500
CLOCKS = timedelta(hours=1)
"""By how much the clocks of two machines that issue for one installation are allowed for."""


@dataclass(frozen=True)
class Tally:
    """How many of one type in a span of time."""

    type_code: str
    before: int
    after: int
    none: int


@dataclass(frozen=True)
class Document:
    """A document to be sealed: request and place, its seal, when it was planned, the name of the sealed file.

    It has none where sealing was cut off: nothing was handed out, and there may be a signature all the same.
    """

    subject: str
    seal_id: str
    planned_at: datetime
    file: str | None


class SqlExtent:
    """What a key signed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def span(self, reach: Reach) -> tuple[datetime, datetime] | None:
        """When the first and the last thing were made; None if there is nothing."""
        found: list[datetime] = []
        with self._engine.connect() as connection:
            for one in (_ends_of(reach, last=False), _ends_of(reach, last=True)):
                for query in one:
                    at = connection.scalar(query)
                    found += [at] if at is not None else []
        return (min(found), max(found)) if found else None

    def licences(self, reach: Reach, begin: datetime, end: datetime) -> Sequence[Tally]:
        """Licences of a span, by type."""
        own = licence.c.issuer_code == reach.body_code
        with self._engine.connect() as connection:
            return _tallies(connection, licence, licence.c.type_code, own, reach, (begin, end))

    def copies(self, reach: Reach, begin: datetime, end: datetime) -> Sequence[Tally]:
        """Annotated copies of a span, by the type of their original."""
        own = and_(licence.c.issuer_code == reach.body_code, licence.c.identifier == COPIES.c.original)
        with self._engine.connect() as connection:
            return _tallies(connection, COPIES, licence.c.type_code, own, reach, (begin, end))

    def documents(self, reach: Reach) -> Iterator[Sequence[Document]]:
        """Documents sealed with the seals of the key, in the order of their requests, some at a time."""
        for seal_id in reach.seals:
            after = ""
            while some := self._documents(reach, seal_id, after):
                yield some
                after = some[-1].subject

    def signed(self, reach: Reach, kind: Kind, *, everything: bool) -> Iterator[Signed]:
        """Licences or copies that fall, or all; those with a release first, in its order; those without one behind."""
        for released in (True, False):
            place: tuple[datetime, str] | None = None
            while some := self._signed(reach, kind, place, released=released, everything=everything):
                yield from some
                place = some[-1].made_at, some[-1].subject

    def middle(self, reach: Reach) -> datetime | None:
        """When the licence in the middle of those released was released; None if there is none."""
        own = and_(licence.c.issuer_code == reach.body_code, *_within(licence, reach))
        with self._engine.connect() as connection:
            count = connection.scalar(select(func.count()).select_from(licence).where(own)) or 0
            query = select(licence.c.released_at).where(own).order_by(licence.c.released_at).offset(count // 2).limit(1)
            return connection.scalar(query)

    def _documents(self, reach: Reach, seal_id: str, after: str) -> Sequence[Document]:
        item, number, _, place = seal_request_item, *after.partition("/")
        query = select(item.c.number, item.c.position, item.c.planned_at, item.c.file)
        query = query.join(seal_request, seal_request.c.number == item.c.number)
        signed = item.c.result.in_([Result.SEALED.value, Result.PLANNED.value])
        query = query.where(seal_request.c.seal_id == seal_id, signed, item.c.planned_at >= reach.begins)
        if reach.ends is not None:
            query = query.where(item.c.planned_at < reach.ends)
        if after:
            behind = and_(item.c.number == number, item.c.position > int(place))
            query = query.where(or_(item.c.number > number, behind))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(item.c.number, item.c.position).limit(CHUNK)).all()
        return [Document(f"{row.number}/{row.position}", seal_id, row.planned_at, row.file) for row in rows]

    def _signed(
        self, reach: Reach, kind: Kind, place: tuple[datetime, str] | None, *, released: bool, everything: bool
    ) -> Sequence[Signed]:
        table = licence if kind is Kind.LICENCE else COPIES
        at = table.c.released_at if released else table.c.begun_at
        query = select(table.c.identifier, licence.c.type_code, at.label("made_at"), table.c.leaf)
        query = query.where(licence.c.issuer_code == reach.body_code)
        if table is COPIES:
            query = query.where(licence.c.identifier == COPIES.c.original)
        query = query.where(*(_within(table, reach) if released else _begun(table, reach)))
        if released and not everything:
            query = query.where(*_falling(table, reach))
        if place is not None:
            query = query.where(or_(at > place[0], and_(at == place[0], table.c.identifier > place[1])))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(at, table.c.identifier).limit(CHUNK)).all()
        return [
            Signed(kind, row.identifier, row.type_code, row.made_at, _proof(row.leaf, reach), row.leaf) for row in rows
        ]


def _proof(leaf: int | None, reach: Reach) -> Proof:
    if leaf is None:
        return Proof.NONE
    return Proof.BEFORE if leaf < reach.boundary else Proof.AFTER


def _falling(table: Table, reach: Reach) -> list[ColumnElement[bool]]:
    """Logged after the loss; what is logged after it is released after it, which the index knows."""
    conditions = [table.c.leaf >= reach.boundary]
    return conditions if reach.since is None else [*conditions, table.c.released_at >= reach.since - CLOCKS]


def _within(table: Table, reach: Reach) -> list[ColumnElement[bool]]:
    """Released while the key was the body's."""
    conditions = [table.c.released_at >= reach.begins, *_sealed_with(table, reach)]
    return conditions if reach.ends is None else [*conditions, table.c.released_at < reach.ends]


def _begun(table: Table, reach: Reach) -> list[ColumnElement[bool]]:
    """Begun while the key was the body's, and neither released nor given up."""
    given_up = table.c.void_at if "void_at" in table.c else table.c.ended_at
    conditions = [table.c.released_at.is_(None), given_up.is_(None), table.c.begun_at >= reach.begins]
    conditions += _sealed_with(table, reach)
    return conditions if reach.ends is None else [*conditions, table.c.begun_at < reach.ends]


def _sealed_with(table: Table, reach: Reach) -> list[ColumnElement[bool]]:
    """One of the seals was put to it, where that is asked; every use is on record before there is a signature."""
    own = (seal_use.c.subject == table.c.identifier) & seal_use.c.seal_id.in_(reach.seals)
    return [exists().where(own)] if reach.used else []


def _tallies(
    connection: Connection,
    table: Table,
    type_code: ColumnElement[str],
    own: ColumnElement[bool],
    reach: Reach,
    span: tuple[datetime, datetime],
) -> Sequence[Tally]:
    older = func.sum(case((table.c.leaf < reach.boundary, 1), else_=0)).label("older")
    begin, end = span
    released = select(type_code.label("type_code"), func.count().label("number"), older)
    released = released.where(own, *_within(table, reach), table.c.released_at >= begin, table.c.released_at < end)
    begun = select(type_code.label("type_code"), func.count().label("number"))
    begun = begun.where(own, *_begun(table, reach), table.c.begun_at >= begin, table.c.begun_at < end)
    made: dict[str, list[int]] = {}
    for row in connection.execute(released.group_by(type_code)):
        made[row.type_code] = [row.older, row.number - row.older, 0]
    for row in connection.execute(begun.group_by(type_code)):
        made.setdefault(row.type_code, [0, 0, 0])[2] = row.number
    return [Tally(code, *numbers) for code, numbers in sorted(made.items())]


def _ends_of(reach: Reach, *, last: bool) -> Sequence[Select[datetime | None]]:
    """The first, or the last, instant of each kind of licence and copy."""
    pick = func.max if last else func.min
    own = licence.c.issuer_code == reach.body_code
    of_copy = and_(own, licence.c.identifier == COPIES.c.original)
    return [
        select(pick(licence.c.released_at)).where(own, *_within(licence, reach)),
        select(pick(licence.c.begun_at)).where(own, *_begun(licence, reach)),
        select(pick(COPIES.c.released_at)).where(of_copy, *_within(COPIES, reach)),
        select(pick(COPIES.c.begun_at)).where(of_copy, *_begun(COPIES, reach)),
    ]
