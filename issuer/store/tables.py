"""The tables of the register: `licence`, and `licence_holder` from keyed holder digest to licence."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from trust.store import METADATA, Instant, text

VOID_REASON = 64
licence = Table(
    "licence",
    METADATA,
    text("identifier", 128, primary_key=True),
    text("key", 128, unique=True),
    text("body_digest", 80),
    text("type_code", 32),
    text("issuer_code", 32),
    text("number", 128),
    text("claim", 128, nullable=True),
    text("predecessor", 140, nullable=True, unique=True),
    text("state", 16),
    Column("document", LargeBinary, nullable=False),
    text("by", 128),
    Column("begun_at", Instant, nullable=False),
    text("token_plan", 80),
    Column("token", LargeBinary),
    text("ofd_plan", 80, nullable=True),
    text("pdf_plan", 80, nullable=True),
    text("ofd", 80, nullable=True),
    text("pdf", 80, nullable=True),
    Column("leaf", BigInteger),
    Column("released_at", Instant),
    Column("void_at", Instant),
    text("void_reason", VOID_REASON, nullable=True),
    UniqueConstraint("issuer_code", "type_code", "claim", name="uq_licence_number"),
    CheckConstraint("state IN ('begun', 'planned', 'released')", name="state_known"),
    CheckConstraint(
        "state <> 'released' OR (ofd IS NOT NULL AND pdf IS NOT NULL AND leaf IS NOT NULL AND released_at IS NOT NULL)",
        name="released_whole",
    ),
    Index("ix_licence_released", "issuer_code", "released_at"),
)
holder = Table(
    "licence_holder",
    METADATA,
    Column("holder", LargeBinary(32), primary_key=True),
    Column("identifier", ForeignKey("licence.identifier"), primary_key=True),
)
