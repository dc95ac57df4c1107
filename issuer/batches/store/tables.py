"""The tables of batches: `batch` as each stands, `batch_row` with what came in and what became of it, `batch_step`.

`batch_look` has who opened which part of a batch before an approval, `batch_turn` whose batches were worked on last.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from issuer.batches.life import (
    MAX_NAME,
    MAX_PLACE,
    MAX_REASON,
    MAX_SENTENCE,
)
from issuer.store.steps import step_table
from trust.store import METADATA, Instant, text

NUMBER, KEY, LOGIN, NAME = 32, 192, 64, 256
batches = Table(
    "batch",
    METADATA,
    text("number", NUMBER, primary_key=True),
    text("body_code", 32),
    text("type_code", 32),
    text("template", 80),
    text("name", MAX_NAME),
    text("digest", 80),
    text("idempotency_key", KEY, unique=True),
    Column("headers", Text, nullable=False, server_default="[]"),
    Column("pieces", Text, nullable=False, server_default="[]"),
    Column("total", Integer, nullable=False),
    text("state", 16),
    Column("sequence", Integer, nullable=False),
    text("trouble", MAX_REASON),
    Column("faults", Integer, nullable=False, server_default="0"),
    text("submitted_login", LOGIN),
    text("submitted_name", NAME),
    text("approved_login", LOGIN, nullable=True),
    text("approved_name", NAME, nullable=True),
    Column("opened_at", Instant, nullable=False),
    Column("moved_at", Instant, nullable=False),
    Index("ix_batch_body", "body_code", "opened_at"),
    Index("ix_batch_state", "state", "opened_at"),
)
rows = Table(
    "batch_row",
    METADATA,
    Column("number", String(NUMBER), ForeignKey("batch.number"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("members", Text, nullable=False),
    text("digest", 64, nullable=True),
    text("state", 16),
    text("worker", 64, nullable=True),
    Column("held_until", Instant),
    text("identifier", 128, nullable=True),
    text("place", MAX_PLACE, nullable=True),
    text("reason", MAX_REASON, nullable=True),
    text("sentence", MAX_SENTENCE, nullable=True),
    Index("ix_batch_row_state", "number", "state", "row"),
)
steps = step_table("batch_step", batches, why="note", login=LOGIN, full_name=NAME)
looks = Table(
    "batch_look",
    METADATA,
    Column("number", String(NUMBER), ForeignKey("batch.number"), primary_key=True),
    text("login", LOGIN, primary_key=True),
    text("part", 16, primary_key=True),
    text("digest", 80, primary_key=True),
    Column("at", Instant, nullable=False),
)
turns = Table(
    "batch_turn",
    METADATA,
    text("body_code", 32, primary_key=True),
    Column("turn", BigInteger, nullable=False),
)
