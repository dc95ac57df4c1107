"""Tables of the catalogue.

`catalogue_version` has one row for each version of each type, for ever; its state is changed, only ever from the state
before it, and every step is kept in `catalogue_event`. What was signed is kept in `catalogue_edition`, first as
planned, then complete. Of a mandate only the end is ever changed. Trust: who can write these tables can withhold a type
or count a number twice, but cannot put another type in force: entries and trust list are signed.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from trust.store import METADATA, Instant, RowNumber, text

catalogue_version = Table(
    "catalogue_version",
    METADATA,
    text("type_code", 32, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    text("bundle", 64),
    text("layout", 80),
    text("sample", 80, nullable=True),
    Column("facts", LargeBinary, nullable=False),
    text("state", 16),
    text("drafted_by", 64),
    text("drafted_name", 64),
    Column("drafted_at", Instant, nullable=False),
    text("department", 32, nullable=True),
)

catalogue_event = Table(
    "catalogue_event",
    METADATA,
    Column("type_code", String(32), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    text("step", 16),
    text("taken_by", 64),
    text("taken_name", 64),
    Column("at", Instant, nullable=False),
    text("note", 200),
    text("layout", 80),
    ForeignKeyConstraint(["type_code", "version"], ["catalogue_version.type_code", "catalogue_version.version"]),
)

catalogue_edition = Table(
    "catalogue_edition",
    METADATA,
    Column("number", RowNumber, primary_key=True),
    Column("type_code", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("to_be_signed", LargeBinary, nullable=False),
    Column("octets", LargeBinary),
    ForeignKeyConstraint(["type_code", "version"], ["catalogue_version.type_code", "catalogue_version.version"]),
    Index("ix_catalogue_edition_of", "type_code", "version", "number"),
)

mandate = Table(
    "mandate",
    METADATA,
    text("number", 64, primary_key=True),
    Column("place", RowNumber, nullable=False, unique=True),
    text("issuer_code", 32),
    text("issuer_name", 256),
    text("type_code", 32),
    text("area", 6, nullable=True),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant),
    Column("delegated_from", ForeignKey("mandate.number")),
    text("origin", 16),
    text("ended_by", 16, nullable=True),
    CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="period"),
)

mandate_request = Table(
    "mandate_request",
    METADATA,
    text("number", 64, primary_key=True),
    Column("wish", LargeBinary, nullable=False),
    text("progress", 16),
    text("asked_by", 64),
    text("asked_name", 64),
    Column("asked_at", Instant, nullable=False),
    text("decided_by", 64, nullable=True),
    text("decided_name", 64, nullable=True),
    Column("decided_at", Instant),
    text("note", 200),
    Column("mandate", ForeignKey("mandate.number")),
    text("idempotency_key", 128, unique=True),
    Column("body", LargeBinary(32), nullable=False),
    Index("ix_mandate_request_asked_at", "asked_at"),
)

number_count = Table(
    "number_count",
    METADATA,
    text("issuer_code", 32, primary_key=True),
    text("type_code", 32, primary_key=True),
    text("scope", 128, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
