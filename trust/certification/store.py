"""Certificates, revocations, revocation lists, trust lists and time stamps in SQL.

Rows are added and never taken away. Three things change once each: a planned certificate gets its octets, a planned
edition gets its, a planned time stamp is marked as given. Serial numbers are kept as hexadecimal text, because they are
larger than any integer column.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Update,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from trust.certification.ports import Books, CertificateRecord, Publication, StampRecord
from trust.errors import Conflict
from trust.formats.crl import Reason, Revoked
from trust.store import METADATA, Instant, text

AUTHORITY, SERIAL = 32, 40

x509_certificate = Table(
    "x509_certificate",
    METADATA,
    text("authority", AUTHORITY, primary_key=True),
    text("serial", SERIAL, primary_key=True),
    text("profile", 32),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("tbs", LargeBinary, nullable=False),
    Column("der", LargeBinary),
)
Index("ix_x509_certificate_public_key", x509_certificate.c.public_key)
Index("ix_x509_certificate_profile", x509_certificate.c.profile, x509_certificate.c.planned_at)
x509_revocation = Table(
    "x509_revocation",
    METADATA,
    Column("authority", String(AUTHORITY), primary_key=True),
    Column("serial", String(SERIAL), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("revoked_at", Instant, nullable=False),
    text("reason", 32),
    Column("invalid_since", Instant),
    ForeignKeyConstraint(["authority", "serial"], ["x509_certificate.authority", "x509_certificate.serial"]),
)


def _editions(table: str) -> Table:
    """A table of numbered editions."""
    return Table(
        table,
        METADATA,
        text("name", AUTHORITY, primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("issued_at", Instant, nullable=False),
        Column("next_update", Instant, nullable=False),
        Column("to_be_signed", LargeBinary, nullable=False),
        Column("octets", LargeBinary),
    )


time_stamp = Table(
    "time_stamp",
    METADATA,
    text("serial", SERIAL, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("info", LargeBinary, nullable=False),
    Column("done", Boolean, nullable=False),
)
Index("ix_time_stamp_at", time_stamp.c.at)
x509_crl = _editions("x509_crl")
trust_list_publication = _editions("trust_list_publication")


class SqlCertificates:
    """`Certificates` in the table above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, record: CertificateRecord) -> None:
        """Record what is about to be signed."""
        row = insert(x509_certificate).values(
            authority=record.authority,
            serial=f"{record.serial:x}",
            profile=record.profile,
            public_key=record.key,
            planned_at=record.planned_at,
            tbs=record.tbs,
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(row)
        except IntegrityError as error:
            raise Conflict("serial-taken", f"{record.authority} {record.serial:x}") from error

    def complete(self, authority: str, serial: int, der: bytes) -> None:
        """Record what was signed."""
        planned = _one(authority, serial) & x509_certificate.c.der.is_(None)
        _fill(self._engine, update(x509_certificate).where(planned).values(der=der), f"{authority} {serial:x}")

    def find(self, authority: str, serial: int) -> CertificateRecord | None:
        """One record, planned or complete."""
        found = self._where(_one(authority, serial))
        return found[0] if found else None

    def of_key(self, key: bytes) -> Sequence[CertificateRecord]:
        """All records of a public key, oldest first."""
        return self._where(x509_certificate.c.public_key == key)

    def of_profile(self, profile: str) -> Sequence[CertificateRecord]:
        """All records of a profile, oldest first."""
        return self._where(x509_certificate.c.profile == profile)

    def _where(self, condition: ColumnElement[bool]) -> list[CertificateRecord]:
        order = x509_certificate.c.planned_at, x509_certificate.c.authority, x509_certificate.c.serial
        with self._engine.connect() as connection:
            return [
                _record(row) for row in connection.execute(select(x509_certificate).where(condition).order_by(*order))
            ]


class SqlRevocations:
    """`Revocations` in the table above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, authority: str, serial: int, revoked: Revoked) -> None:
        """Record a revocation, behind those recorded before; the certificate's row is held meanwhile."""
        with self._engine.begin() as connection:
            connection.execute(select(x509_certificate.c.serial).where(_one(authority, serial)).with_for_update())
            sequence = _recorded(connection, authority, serial) + 1
            connection.execute(
                insert(x509_revocation).values(
                    authority=authority,
                    serial=f"{serial:x}",
                    sequence=sequence,
                    revoked_at=revoked.at,
                    reason=revoked.reason.value,
                    invalid_since=revoked.invalid_since,
                ),
            )

    def of(self, authority: str) -> Mapping[int, Sequence[Revoked]]:
        """All revocations of an authority by serial number."""
        table = x509_revocation
        query = select(table).where(table.c.authority == authority).order_by(table.c.serial, table.c.sequence)
        found: dict[int, list[Revoked]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                revoked = Revoked(row.revoked_at, Reason(row.reason), row.invalid_since)
                found.setdefault(int(row.serial, 16), []).append(revoked)
        return found


class SqlEditions:
    """`Editions` in one of the two tables of editions."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._table = table

    def plan(self, name: str, number: int, *, issued_at: datetime, next_update: datetime, to_be_signed: bytes) -> None:
        """Record what is about to be signed; the primary key decides between two publishers."""
        values = {"issued_at": issued_at, "next_update": next_update, "to_be_signed": to_be_signed}
        try:
            with self._engine.begin() as connection:
                if number <= self._highest(connection, name):
                    raise Conflict("number-not-greater", f"{name} {number}")
                connection.execute(insert(self._table).values(name=name, number=number, **values))
        except IntegrityError as error:
            raise Conflict("number-not-greater", f"{name} {number}") from error

    def complete(self, name: str, number: int, octets: bytes) -> None:
        """Record what was signed."""
        table = self._table
        planned = (table.c.name == name) & (table.c.number == number) & table.c.octets.is_(None)
        _fill(self._engine, update(table).where(planned).values(octets=octets), f"{name} {number}")

    def highest(self, name: str) -> int:
        """The highest number recorded, complete or not; 0 before the first."""
        with self._engine.connect() as connection:
            return self._highest(connection, name)

    def current(self, name: str) -> Publication | None:
        """The complete edition with the highest number."""
        table = self._table
        complete = select(table).where(table.c.name == name, table.c.octets.is_not(None))
        with self._engine.connect() as connection:
            row = connection.execute(complete.order_by(table.c.number.desc()).limit(1)).first()
        return None if row is None else Publication(row.number, row.issued_at, row.next_update, bytes(row.octets))

    def edition(self, name: str, number: int) -> bytes | None:
        """The octets of one complete edition."""
        one = (self._table.c.name == name) & (self._table.c.number == number)
        with self._engine.connect() as connection:
            octets = connection.scalar(select(self._table.c.octets).where(one))
        return None if octets is None else bytes(octets)

    def every(self, name: str) -> list[Publication]:
        """All complete editions, lowest number first; for audit."""
        table = self._table
        complete = select(table).where(table.c.name == name, table.c.octets.is_not(None)).order_by(table.c.number)
        with self._engine.connect() as connection:
            rows = connection.execute(complete).all()
        return [Publication(row.number, row.issued_at, row.next_update, bytes(row.octets)) for row in rows]

    def _highest(self, connection: Connection, name: str) -> int:
        return connection.scalar(select(func.max(self._table.c.number)).where(self._table.c.name == name)) or 0


class SqlStamps:
    """`Stamps` in the table of time stamps."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, record: StampRecord) -> None:
        """Record what is about to be signed; the primary key keeps numbers apart."""
        values = {"serial": f"{record.serial:x}", "at": record.at, "info": record.info, "done": record.done}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(time_stamp).values(**values))
        except IntegrityError as error:
            raise Conflict("serial-taken", f"{record.serial:x}") from error

    def complete(self, serial: int) -> None:
        """Record that it was signed."""
        planned = (time_stamp.c.serial == f"{serial:x}") & time_stamp.c.done.is_(False)
        _fill(self._engine, update(time_stamp).where(planned).values(done=True), f"{serial:x}")

    def latest(self) -> datetime | None:
        """The latest instant planned."""
        with self._engine.connect() as connection:
            found: datetime | None = connection.scalar(select(func.max(time_stamp.c.at)))
        return found

    def since(self, at: datetime) -> int:
        """How many were planned from an instant on."""
        counted = select(func.count()).select_from(time_stamp).where(time_stamp.c.at >= at)
        with self._engine.connect() as connection:
            return connection.scalar(counted) or 0


def books(engine: Engine) -> Books:
    """The registers of the embedded authority."""
    return Books(SqlCertificates(engine), SqlRevocations(engine), SqlEditions(engine, x509_crl))


def trust_lists(engine: Engine) -> SqlEditions:
    """The editions of the trust list."""
    return SqlEditions(engine, trust_list_publication)


def _one(authority: str, serial: int) -> ColumnElement[bool]:
    table = x509_certificate
    return (table.c.authority == authority) & (table.c.serial == f"{serial:x}")


def _recorded(connection: Connection, authority: str, serial: int) -> int:
    """The highest sequence number of a certificate's revocations, 0 before the first."""
    own = (x509_revocation.c.authority == authority) & (x509_revocation.c.serial == f"{serial:x}")
    return connection.scalar(select(func.max(x509_revocation.c.sequence)).where(own)) or 0


def _fill(engine: Engine, statement: Update, what: str) -> None:
    """Put octets into exactly one row that has none yet."""
    with engine.begin() as connection:
        if connection.execute(statement).rowcount != 1:
            raise Conflict("not-planned", what)


def _record(row: Row[*tuple[object, ...]]) -> CertificateRecord:
    return CertificateRecord(
        authority=row.authority,
        serial=int(row.serial, 16),
        profile=row.profile,
        key=bytes(row.public_key),
        planned_at=row.planned_at,
        tbs=bytes(row.tbs),
        der=None if row.der is None else bytes(row.der),
    )
