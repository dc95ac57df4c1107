"""Orders of acts that a second person decides; acts name their decision and the act they reverse."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
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
    # In words of SQL: only so does SQLite take a column with its check without copying the table.
    op.execute(
        "ALTER TABLE act ADD COLUMN decision VARCHAR(120) "
        "CONSTRAINT ck_act_decision_length CHECK (length(decision) <= 120)"
    )
    op.add_column("act", sa.Column("reverses", sa.Integer(), nullable=True))
    op.create_table(
        "act_order",
        *parts(
            limited("act_order", "number", 64),
            limited("act_order", "body_code", 32),
            limited("act_order", "stage", 16),
            sa.Column("sequence", sa.Integer(), nullable=False),
            limited("act_order", "kind", 32),
            limited("act_order", "ground", 64),
            limited("act_order", "reason", 400),
            limited("act_order", "decision", 120),
            sa.Column("effective_at", sa.BigInteger(), nullable=True),
            sa.Column("decided_at", sa.BigInteger(), nullable=True),
            sa.Column("reverses", sa.Integer(), nullable=True),
            limited("act_order", "causes", 80),
            limited("act_order", "maker_login", 64),
            limited("act_order", "maker_name", 128),
            sa.Column("opened_at", sa.BigInteger(), nullable=False),
            sa.Column("moved_at", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("number", name=op.f("pk_act_order")),
        ),
    )
    op.create_index("ix_act_order_body", "act_order", ["body_code", "stage", "moved_at"])
    op.create_index("ix_act_order_stage", "act_order", ["stage", "moved_at"])
    op.create_table(
        "act_order_subject",
        *parts(
            sa.Column("number", sa.String(length=64), nullable=False),
            sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
            limited("act_order_subject", "subject", 140),
            sa.Column("act_sequence", sa.Integer(), nullable=True),
            limited("act_order_subject", "refusal", 64, nullable=True),
            sa.ForeignKeyConstraint(["number"], ["act_order.number"], name=op.f("fk_act_order_subject_number")),
            sa.PrimaryKeyConstraint("number", "place", name=op.f("pk_act_order_subject")),
        ),
    )
    op.create_index("ix_act_order_subject_subject", "act_order_subject", ["subject"])
    op.create_table(
        "act_order_event",
        *parts(
            sa.Column("number", sa.String(length=64), nullable=False),
            sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
            limited("act_order_event", "step", 16),
            limited("act_order_event", "stage", 16),
            sa.Column("at", sa.BigInteger(), nullable=False),
            limited("act_order_event", "by_login", 64),
            limited("act_order_event", "by_name", 128),
            limited("act_order_event", "reason", 400),
            limited("act_order_event", "idempotency_key", 192),
            sa.Column("body", sa.LargeBinary(length=32), nullable=False),
            sa.ForeignKeyConstraint(["number"], ["act_order.number"], name=op.f("fk_act_order_event_number")),
            sa.PrimaryKeyConstraint("number", "sequence", name=op.f("pk_act_order_event")),
            sa.UniqueConstraint("idempotency_key", name=op.f("uq_act_order_event_idempotency_key")),
        ),
    )


def downgrade() -> None:
    """Nothing is taken away: acts and who decided on them are kept for ever."""
