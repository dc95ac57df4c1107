"""Witnesses of the log, and their cosignatures."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_witness",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("point", sa.LargeBinary(length=65), nullable=False),
        sa.Column("admitted_at", sa.BigInteger(), nullable=False),
        sa.Column("dismissed_at", sa.BigInteger()),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_log_witness_name_length")),
        sa.CheckConstraint("length(point) = 65", name=op.f("ck_log_witness_size")),
        sa.PrimaryKeyConstraint("name", "point", name=op.f("pk_log_witness")),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(witness) <= 200", name=op.f("ck_log_cosignature_witness_length")),
        sa.ForeignKeyConstraint(
            ["size", "at"], ["log_checkpoint.size", "log_checkpoint.at"], name=op.f("fk_log_cosignature_size")
        ),
        sa.PrimaryKeyConstraint("size", "at", "witness", name=op.f("pk_log_cosignature")),
    )


def downgrade() -> None:
    op.drop_table("log_cosignature")
    op.drop_table("log_witness")
