"""Who did or looked at what, chained by hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trail",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=140), nullable=True),
        sa.Column("holder", sa.LargeBinary(length=32), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("length(actor) <= 200", name=op.f("ck_trail_actor_length")),
        sa.CheckConstraint("length(action) <= 200", name=op.f("ck_trail_action_length")),
        sa.CheckConstraint("length(subject) <= 140", name=op.f("ck_trail_subject_length")),
        sa.CheckConstraint("length(head) = 32", name=op.f("ck_trail_size")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_trail")),
    )
    op.create_index("ix_trail_at", "trail", ["at"])
    op.create_index("ix_trail_actor", "trail", ["actor", "number"])
    op.create_index("ix_trail_subject", "trail", ["subject", "number"])
    op.create_table(
        "trail_tip",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_trail_tip_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_tip")),
    )
    op.create_table(
        "trail_commitment",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_trail_commitment")),
    )


def downgrade() -> None:
    op.drop_table("trail_commitment")
    op.drop_table("trail_tip")
    op.drop_table("trail")
