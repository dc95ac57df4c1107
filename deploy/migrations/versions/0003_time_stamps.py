"""Time stamps: the register of numbers that our own authority has used, each with what it stated."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_stamp",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("info", sa.LargeBinary(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(serial) <= 40", name=op.f("ck_time_stamp_serial_length")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_time_stamp")),
    )
    op.create_index("ix_time_stamp_at", "time_stamp", ["at"])


def downgrade() -> None:
    op.drop_table("time_stamp")
