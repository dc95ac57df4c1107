"""The tables of the sealing slice.

A filing stands beside its seal: kind, holder and limits are facts of the register, not of the seal's octets. Steps and
uses are only ever added to; lengths are those of the values in `trust.sealing.ports` and `trust.sealing.using`.
"""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

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
