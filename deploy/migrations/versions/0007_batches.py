"""Batches of applications, their rows, and the steps they took."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
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
        "batch",
        *parts(
            limited("batch", "number", 32),
            limited("batch", "body_code", 32),
            limited("batch", "type_code", 32),
            limited("batch", "template", 80),
            limited("batch", "name", 128),
            limited("batch", "digest", 80),
            limited("batch", "idempotency_key", 192),
            sa.Column("total", sa.Integer(), nullable=False),
            limited("batch", "state", 16),
            sa.Column("sequence", sa.Integer(), nullable=False),
            limited("batch", "trouble", 80),
            limited("batch", "submitted_login", 64),
            limited("batch", "submitted_name", 256),
            limited("batch", "approved_login", 64, nullable=True),
            limited("batch", "approved_name", 256, nullable=True),
            sa.Column("opened_at", sa.BigInteger(), nullable=False),
            sa.Column("moved_at", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("number", name=op.f("pk_batch")),
            sa.UniqueConstraint("idempotency_key", name=op.f("uq_batch_idempotency_key")),
        ),
    )
    op.create_index("ix_batch_body", "batch", ["body_code", "opened_at"])
    op.create_index("ix_batch_state", "batch", ["state", "opened_at"])
    op.create_table(
        "batch_row",
        *parts(
            sa.Column("number", sa.String(length=32), nullable=False),
            sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("members", sa.Text(), nullable=False),
            limited("batch_row", "state", 16),
            limited("batch_row", "worker", 64, nullable=True),
            sa.Column("held_until", sa.BigInteger(), nullable=True),
            limited("batch_row", "identifier", 128, nullable=True),
            limited("batch_row", "place", 128, nullable=True),
            limited("batch_row", "reason", 80, nullable=True),
            limited("batch_row", "sentence", 400, nullable=True),
            sa.ForeignKeyConstraint(["number"], ["batch.number"], name=op.f("fk_batch_row_number")),
            sa.PrimaryKeyConstraint("number", "row", name=op.f("pk_batch_row")),
        ),
    )
    op.create_index("ix_batch_row_state", "batch_row", ["number", "state", "row"])
    op.create_table(
        "batch_step",
        *parts(
            sa.Column("number", sa.String(length=32), nullable=False),
            sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
            limited("batch_step", "step", 16),
            sa.Column("at", sa.BigInteger(), nullable=False),
            limited("batch_step", "by_login", 64),
            limited("batch_step", "by_name", 256),
            limited("batch_step", "note", 400),
            sa.ForeignKeyConstraint(["number"], ["batch.number"], name=op.f("fk_batch_step_number")),
            sa.PrimaryKeyConstraint("number", "sequence", name=op.f("pk_batch_step")),
        ),
    )


def downgrade() -> None:
    op.drop_table("batch_step")
    op.drop_table("batch_row")
    op.drop_table("batch")
