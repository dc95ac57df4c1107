"""Tables of lost keys: reports, the steps of the work on each, and the queue of what is to be made again.

Nothing is ever deleted. An entry of the queue only moves from waiting to one of its ends, with who and why.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from trust.store import METADATA, Instant, text

NUMBER, KEY, LOGIN, NAME, WORDS = 64, 192, 64, 128, 400

compromise = Table(
    "compromise",
    METADATA,
    text("number", NUMBER, primary_key=True),
    text("body_code", 32),
    text("key_name", 80),
    Column("key", LargeBinary(32), nullable=False),
    text("seal_id", 64, nullable=True),
    Column("since", Instant),
    text("reason", WORDS),
    text("stage", 16),
    text("reported_login", LOGIN),
    text("reported_name", NAME),
    Column("reported_at", Instant, nullable=False),
    text("decided_login", LOGIN, nullable=True),
    text("decided_name", NAME, nullable=True),
    Column("decided_at", Instant),
    text("note", WORDS),
    Column("boundary", BigInteger),
    text("idempotency_key", KEY, unique=True),
)
Index("ix_compromise_body", compromise.c.body_code, compromise.c.reported_at)
Index("ix_compromise_stage", compromise.c.stage, compromise.c.reported_at)
compromise_work = Table(
    "compromise_work",
    METADATA,
    Column("number", String(NUMBER), ForeignKey("compromise.number"), primary_key=True),
    text("work", 24, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("affected", Integer, nullable=False),
)
reissue_entry = Table(
    "reissue_entry",
    METADATA,
    Column("number", String(NUMBER), ForeignKey("compromise.number"), primary_key=True),
    text("subject", 160, primary_key=True),
    text("kind", 16),
    text("type_code", 32),
    text("body_code", 32),
    Column("made_at", Instant, nullable=False),
    text("proof", 16),
    text("state", 16),
    text("successor", 160, nullable=True),
    text("note", WORDS),
    text("moved_login", LOGIN, nullable=True),
    text("moved_name", NAME, nullable=True),
    Column("moved_at", Instant),
)
Index("ix_reissue_entry_state", reissue_entry.c.number, reissue_entry.c.state, reissue_entry.c.subject)
