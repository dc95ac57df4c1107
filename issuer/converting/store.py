"""Stock in SQL: tables `stock`, `stock_step` and `stock_scan`; steps are added and never changed.

The application is personal data and stands in one column of one table. A step is stored together with the row it
moves, and only if the row still stands where the step began, so two people cannot both be first. Trust: that
nobody who can write these tables makes up a confirmation is for whoever wires the store (`service.bound`).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.converting.errors import StockMoved
from issuer.converting.grading import Checks
from issuer.converting.scan import Scan
from issuer.converting.stock import Event, Stage, Step, Stock, decode_application, encode_application
from issuer.errors import DuplicateNumber
from issuer.feeding.events import EventKind, Noted
from issuer.feeding.store import note_in
from issuer.ports import Artefacts, Entry
from issuer.store import release_in
from issuer.store.steps import step_members, step_table, step_values, steps_of
from trust.formats.canonical_json import encode_json
from trust.rules.conversion import Grade
from trust.sealing.ports import Officer
from trust.store import METADATA, Instant, text

NUMBER, LOGIN, NAME = 32, 64, 256

scans = Table(
    "stock_scan",
    METADATA,
    text("body_code", 32, primary_key=True),
    text("digest", 80, primary_key=True),
    text("kind", 8),
    Column("pages", Integer, nullable=False),
    text("by_login", LOGIN),
    text("by_name", NAME),
    Column("at", Instant, nullable=False),
)
stock = Table(
    "stock",
    METADATA,
    text("number", NUMBER, primary_key=True),
    text("body_code", 32),
    text("type_code", 32),
    text("licence_number", 128),
    Column("application", LargeBinary, nullable=False),
    text("source", 120),
    text("claimed", 1),
    text("scan", 80, nullable=True),
    text("scan_kind", 8, nullable=True),
    Column("pages", Integer, nullable=False),
    text("stage", 16),
    Column("sequence", Integer, nullable=False),
    Column("checks", LargeBinary, nullable=True),
    text("grade", 1, nullable=True),
    text("confirmed", 80, nullable=True),
    text("submitted_login", LOGIN),
    text("submitted_name", NAME),
    text("compared_login", LOGIN, nullable=True),
    text("compared_name", NAME, nullable=True),
    text("confirmed_login", LOGIN, nullable=True),
    text("confirmed_name", NAME, nullable=True),
    text("identifier", 128, nullable=True),
    text("template", 80, nullable=True),
    CheckConstraint(
        "stage NOT IN ('confirmed', 'released') OR (confirmed IS NOT NULL AND grade IS NOT NULL)",
        name="confirmed_whole",
    ),
    CheckConstraint("stage <> 'released' OR identifier IS NOT NULL", name="released_whole"),
    Index("ix_stock_stage", "body_code", "stage", "number"),
)
Index(
    "uq_stock_licence_number",
    stock.c.body_code,
    stock.c.type_code,
    stock.c.licence_number,
    unique=True,
    sqlite_where=stock.c.stage != Stage.REFUSED.value,
    postgresql_where=stock.c.stage != Stage.REFUSED.value,
)
steps = step_table("stock_step", stock, why="note", login=LOGIN, full_name=NAME)


class SqlStocks:
    """`issuer.converting.ports.Stocks`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep_scan(self, body_code: str, scan: Scan, *, by: Officer, at: datetime) -> Scan:
        """See `Stocks`."""
        row = {"body_code": body_code, "digest": scan.digest, "kind": scan.kind, "pages": scan.pages}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(scans).values(**row, by_login=by.login, by_name=by.name, at=at))
        except IntegrityError:
            kept = self.scan(body_code, scan.digest)
            if kept is None:
                raise
            return kept
        return scan

    def scan(self, body_code: str, digest: str) -> Scan | None:
        """See `Stocks`."""
        if "\0" in digest:
            return None  # PostgreSQL refuses even to be asked
        wanted = select(scans).where(scans.c.body_code == body_code, scans.c.digest == digest)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else Scan(row.digest, row.kind, row.pages)

    def add(self, wanted: Sequence[tuple[Stock, Event]]) -> Sequence[Stock]:
        """See `Stocks`."""
        for attempt in (1, 2):
            known = {one.number: one for one in self._several([one.number for one, _ in wanted])}
            fresh = [(one, event) for one, event in wanted if one.number not in known]
            try:
                with self._engine.begin() as connection:
                    if fresh:
                        connection.execute(insert(stock), [_values(one) for one, _ in fresh])
                        connection.execute(insert(steps), [_step(event) for _, event in fresh])
            except IntegrityError as error:
                if taken := self._taken([one for one, _ in fresh]):
                    raise DuplicateNumber(taken) from error
                if attempt == 2:
                    raise
                continue
            break
        return [known.get(one.number, one) for one, _ in wanted]

    def move(self, before: Stock, after: Stock, event: Event) -> Stock:
        """See `Stocks`."""
        with self._engine.begin() as connection:
            _move(connection, before, after, event)
        return after

    def release(
        self, before: Stock, after: Stock, event: Event, wanted: Sequence[tuple[Entry, Artefacts]]
    ) -> Sequence[Entry]:
        """See `Stocks`."""
        with self._engine.begin() as connection:
            _move(connection, before, after, event)
            return release_in(connection, wanted)

    def find(self, number: str) -> Stock | None:
        """See `Stocks`."""
        if "\0" in number:
            return None  # as above
        with self._engine.connect() as connection:
            row = connection.execute(select(stock).where(stock.c.number == number)).first()
        return None if row is None else _stock(row)

    def events(self, number: str) -> Sequence[Event]:
        """See `Stocks`."""
        with self._engine.connect() as connection:
            return [Event(**step_members(row, Step), note=row.note) for row in steps_of(connection, steps, number)]

    def of_body(self, body_code: str, stage: Stage | None, *, limit: int, after: str = "") -> Sequence[Stock]:
        """See `Stocks`."""
        wanted = select(stock).where(stock.c.body_code == body_code, stock.c.number > after)
        if stage is not None:
            wanted = wanted.where(stock.c.stage == stage.value)
        with self._engine.connect() as connection:
            return [_stock(row) for row in connection.execute(wanted.order_by(stock.c.number).limit(limit))]

    def counts(self, body_code: str) -> Mapping[Stage, int]:
        """See `Stocks`."""
        wanted = select(stock.c.stage, func.count()).where(stock.c.body_code == body_code).group_by(stock.c.stage)
        with self._engine.connect() as connection:
            found = {Stage(name): count for name, count in connection.execute(wanted)}
        return {stage: found.get(stage, 0) for stage in Stage}

    def _several(self, numbers: Sequence[str]) -> list[Stock]:
        with self._engine.connect() as connection:
            return [one for some in _parts(numbers) for one in _found(connection, some)]

    def _taken(self, wanted: Sequence[Stock]) -> str | None:
        """The first licence number that other stock has already."""
        with self._engine.connect() as connection:
            for one in wanted:
                other = select(stock.c.number).where(
                    stock.c.body_code == one.body_code,
                    stock.c.type_code == one.application.type_code,
                    stock.c.licence_number == one.application.number,
                    stock.c.stage != Stage.REFUSED.value,
                    stock.c.number != one.number,
                )
                if connection.scalar(other) is not None:
                    return one.application.number
        return None


_MOVING = frozenset(
    {"stage", "sequence", "checks", "grade", "confirmed", "identifier", "template"}
    | {"compared_login", "compared_name", "confirmed_login", "confirmed_name"}
)
"""Columns that a step may change; what was submitted never changes."""


def _move(connection: Connection, before: Stock, after: Stock, event: Event) -> None:
    held = (stock.c.number == before.number, stock.c.sequence == before.sequence)
    moved = {name: value for name, value in _values(after).items() if name in _MOVING}
    if connection.execute(update(stock).where(*held).values(moved)).rowcount != 1:
        raise StockMoved(before.stage, event.step)
    connection.execute(insert(steps).values(_step(event)))
    if (kind := _TOLD.get(event.step)) is not None:
        mark = f"stock:{after.number}:{event.sequence}"
        note_in(connection, [Noted(after.body_code, kind, after.number, mark, event.at)])


_TOLD = {Step.CONFIRM: EventKind.STOCK_CONFIRMED, Step.REFUSE: EventKind.STOCK_REFUSED}
"""Steps that a body's systems are told of; that a licence was issued is told by its release."""


def _parts(numbers: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def _found(connection: Connection, numbers: Sequence[str]) -> list[Stock]:
    return [_stock(row) for row in connection.execute(select(stock).where(stock.c.number.in_(numbers)))]


def _values(one: Stock) -> dict[str, object]:
    return {
        "number": one.number,
        "body_code": one.body_code,
        "type_code": one.application.type_code,
        "licence_number": one.application.number,
        "application": encode_application(one.application),
        "source": one.source,
        "claimed": one.claimed.value,
        "scan": one.scan and one.scan.digest,
        "scan_kind": one.scan and one.scan.kind,
        "pages": one.scan.pages if one.scan else 0,
        "stage": one.stage.value,
        "sequence": one.sequence,
        "checks": None if one.checks is None else _encode_checks(one.checks),
        "grade": one.grade and one.grade.value,
        "confirmed": one.confirmed,
        "identifier": one.identifier,
        "template": one.template,
        **_person("submitted", one.submitted_by),
        **_person("compared", one.compared_by),
        **_person("confirmed", one.confirmed_by),
    }


def _person(role: str, who: Officer | None) -> dict[str, str | None]:
    return {f"{role}_login": who.login if who else None, f"{role}_name": who.name if who else None}


def _step(event: Event) -> dict[str, object]:
    return step_values(event, note=event.note)


def _encode_checks(checks: Checks) -> bytes:
    return encode_json({"paper": checks.paper, "register": sorted(checks.register), "scan": sorted(checks.scan)})


def _checks(octets: bytes) -> Checks:
    told = json.loads(octets)
    return Checks(frozenset(told["scan"]), frozenset(told["register"]), told["paper"])


def _stock(row: Row[*tuple[object, ...]]) -> Stock:
    return Stock(
        number=row.number,
        application=decode_application(row.application, type_code=row.type_code, issuer_code=row.body_code),
        source=row.source,
        claimed=Grade(row.claimed),
        scan=Scan(row.scan, row.scan_kind, row.pages) if row.scan else None,
        submitted_by=Officer(row.submitted_login, row.submitted_name),
        stage=Stage(row.stage),
        sequence=row.sequence,
        checks=None if row.checks is None else _checks(row.checks),
        grade=None if row.grade is None else Grade(row.grade),
        compared_by=_officer(row.compared_login, row.compared_name),
        confirmed_by=_officer(row.confirmed_login, row.confirmed_name),
        confirmed=row.confirmed,
        identifier=row.identifier,
        template=row.template,
    )


def _officer(login: str | None, name: str | None) -> Officer | None:
    return None if login is None or name is None else Officer(login, name)
