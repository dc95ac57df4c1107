"""The tables of the log, and how a row gets in that may be there already."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    insert,
)
from sqlalchemy.exc import IntegrityError

from trust.store import METADATA, Instant, text

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
Index("ix_log_checkpoint_at", log_checkpoint.c.at)
log_witness = Table(
    "log_witness",
    METADATA,
    text("name", 200, primary_key=True),
    Column("point", LargeBinary(65), CheckConstraint("length(point) = 65", name="size"), primary_key=True),
    Column("admitted_at", Instant, nullable=False),
    Column("dismissed_at", Instant),
)
log_cosignature = Table(
    "log_cosignature",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, primary_key=True, autoincrement=False),
    text("witness", 200, primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Column("line", LargeBinary, nullable=False),
    ForeignKeyConstraint(["size", "at"], ["log_checkpoint.size", "log_checkpoint.at"]),
)
"""Signature lines of witnesses under notes."""


def insert_if_absent(connection: Connection, table: Table, **values: object) -> bool:
    """Insert a row, or return False if one with its key is there, also when another transaction makes it meanwhile."""
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(**values))
    except IntegrityError:
        return False
    return True
