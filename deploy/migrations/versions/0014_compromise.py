"""Keys that are no longer to be believed since an instant: reports, the work on them, and what is to be made again."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
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
        "compromise",
        *parts(
            limited("compromise", "number", 64),
            limited("compromise", "body_code", 32),
            limited("compromise", "key_name", 80),
            sa.Column("key", sa.LargeBinary(length=32), nullable=False),
            limited("compromise", "seal_id", 64, nullable=True),
            sa.Column("since", sa.BigInteger(), nullable=True),
            limited("compromise", "reason", 400),
            limited("compromise", "stage", 16),
            limited("compromise", "reported_login", 64),
            limited("compromise", "reported_name", 128),
            sa.Column("reported_at", sa.BigInteger(), nullable=False),
            limited("compromise", "decided_login", 64, nullable=True),
            limited("compromise", "decided_name", 128, nullable=True),
            sa.Column("decided_at", sa.BigInteger(), nullable=True),
            limited("compromise", "note", 400),
            sa.Column("boundary", sa.BigInteger(), nullable=True),
            limited("compromise", "idempotency_key", 192),
            sa.PrimaryKeyConstraint("number", name=op.f("pk_compromise")),
            sa.UniqueConstraint("idempotency_key", name=op.f("uq_compromise_idempotency_key")),
        ),
    )
    op.create_index("ix_compromise_body", "compromise", ["body_code", "reported_at"])
    op.create_index("ix_compromise_stage", "compromise", ["stage", "reported_at"])
    op.create_table(
        "compromise_work",
        *parts(
            sa.Column("number", sa.String(length=64), nullable=False),
            limited("compromise_work", "work", 24),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.Column("affected", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["number"], ["compromise.number"], name=op.f("fk_compromise_work_number")),
            sa.PrimaryKeyConstraint("number", "work", name=op.f("pk_compromise_work")),
        ),
    )
    op.create_table(
        "reissue_entry",
        *parts(
            sa.Column("number", sa.String(length=64), nullable=False),
            limited("reissue_entry", "subject", 160),
            limited("reissue_entry", "kind", 16),
            limited("reissue_entry", "type_code", 32),
            limited("reissue_entry", "body_code", 32),
            sa.Column("made_at", sa.BigInteger(), nullable=False),
            limited("reissue_entry", "proof", 16),
            limited("reissue_entry", "state", 16),
            limited("reissue_entry", "successor", 160, nullable=True),
            limited("reissue_entry", "note", 400),
            limited("reissue_entry", "moved_login", 64, nullable=True),
            limited("reissue_entry", "moved_name", 128, nullable=True),
            sa.Column("moved_at", sa.BigInteger(), nullable=True),
            sa.ForeignKeyConstraint(["number"], ["compromise.number"], name=op.f("fk_reissue_entry_number")),
            sa.PrimaryKeyConstraint("number", "subject", name=op.f("pk_reissue_entry")),
        ),
    )
    op.create_index("ix_reissue_entry_state", "reissue_entry", ["number", "state", "subject"])


def downgrade() -> None:
    """Nothing is taken away: what was decided about keys is kept for ever."""
