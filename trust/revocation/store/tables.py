"""The tables of acts, standings, entries and publications.

Acts and publications are never changed but for three notes: an act's log index, the signed octets of a planned
publication, and which publication is current.
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
    UniqueConstraint,
)

from trust.store import METADATA, Instant, text

SUBJECT_LENGTH = 140
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
    text("receiver", 100, nullable=True),
)
Index("ix_act_recorded", act.c.recorded_at)
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
Index("ix_status_publication_at", status_publication.c.at)
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
