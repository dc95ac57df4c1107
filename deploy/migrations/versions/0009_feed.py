"""What department systems are told: events by body, webhooks, and what was tried."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def limited(table: str, name: str, length: int, *, nullable: bool = False) -> tuple[sa.Column[str], sa.CheckConstraint]:
    """A text column and the check of its length."""
    column = sa.Column(name, sa.String(length=length), nullable=nullable)
    return column, sa.CheckConstraint(f"length({name}) <= {length}", name=op.f(f"ck_{table}_{name}_length"))


def parts(*given: object) -> list[Any]:
    """Columns and constraints in the order of the columns; pairs of `limited` are taken apart."""
    flat: list[Any] = [one for part in given for one in (part if isinstance(part, tuple) else (part,))]
    return [
        *(one for one in flat if isinstance(one, sa.Column)),
        *(one for one in flat if not isinstance(one, sa.Column)),
    ]


def upgrade() -> None:
    op.create_table(
        "feed_body",
        *parts(
            limited("feed_body", "body_code", 32),
            sa.Column("last", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("body_code", name=op.f("pk_feed_body")),
        ),
    )
    op.create_table(
        "feed_event",
        *parts(
            sa.Column("body_code", sa.String(length=32), nullable=False),
            sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
            limited("feed_event", "kind", 32),
            limited("feed_event", "subject", 140),
            limited("feed_event", "detail", 140),
            limited("feed_event", "mark", 200),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(["body_code"], ["feed_body.body_code"], name=op.f("fk_feed_event_body_code")),
            sa.PrimaryKeyConstraint("body_code", "number", name=op.f("pk_feed_event")),
            sa.UniqueConstraint("body_code", "mark", name="uq_feed_event_mark"),
        ),
    )
    op.create_table(
        "feed_hook",
        *parts(
            limited("feed_hook", "hook_id", 32),
            limited("feed_hook", "body_code", 32),
            limited("feed_hook", "url", 300),
            limited("feed_hook", "state", 16),
            sa.Column("generation", sa.Integer(), nullable=False),
            sa.Column("delivered", sa.BigInteger(), nullable=False),
            sa.Column("failures", sa.Integer(), nullable=False),
            limited("feed_hook", "trouble", 80),
            sa.Column("next_at", sa.BigInteger(), nullable=False),
            sa.Column("made_at", sa.BigInteger(), nullable=False),
            limited("feed_hook", "made_by", 64),
            sa.PrimaryKeyConstraint("hook_id", name=op.f("pk_feed_hook")),
        ),
    )
    op.create_index("ix_feed_hook_due", "feed_hook", ["state", "next_at"])
    op.create_index("ix_feed_hook_body", "feed_hook", ["body_code"])
    op.create_table(
        "feed_delivery",
        *parts(
            sa.Column("hook_id", sa.String(length=32), nullable=False),
            sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.Column("first", sa.BigInteger(), nullable=False),
            sa.Column("last", sa.BigInteger(), nullable=False),
            limited("feed_delivery", "trouble", 80),
            sa.Column("status", sa.Integer(), nullable=True),
            sa.ForeignKeyConstraint(["hook_id"], ["feed_hook.hook_id"], name=op.f("fk_feed_delivery_hook_id")),
            sa.PrimaryKeyConstraint("hook_id", "sequence", name=op.f("pk_feed_delivery")),
        ),
    )


def downgrade() -> None:
    for name in ("feed_delivery", "feed_hook", "feed_event", "feed_body"):
        op.drop_table(name)
