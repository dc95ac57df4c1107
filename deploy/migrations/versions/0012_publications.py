"""What publishing remembers beyond the lists: their second form, what was carried over a restore, the restores."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def text(table: str, name: str, length: int) -> tuple[sa.Column[str], sa.CheckConstraint]:
    """A text column and the check of its length."""
    check = sa.CheckConstraint(f"length({name}) <= {length}", name=op.f(f"ck_{table}_{name}_length"))
    return sa.Column(name, sa.String(length=length), nullable=False), check


def upgrade() -> None:
    op.create_table(
        "status_carried",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 3", name=op.f("ck_status_carried_known")),
        sa.PrimaryKeyConstraint("shard", "entry", name=op.f("pk_status_carried")),
    )
    op.create_table(
        "status_bitstring",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("to_be_signed", sa.LargeBinary(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shard", "number"],
            ["status_publication.shard", "status_publication.number"],
            name=op.f("fk_status_bitstring_shard"),
        ),
        sa.PrimaryKeyConstraint("shard", "number", name=op.f("pk_status_bitstring")),
    )
    op.create_table(
        "restore_epoch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *text("restore_epoch", "by", 128),
        *text("restore_epoch", "approved_by", 128),
        sa.Column("first_shard", sa.Integer(), nullable=False),
        sa.Column("log_size", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_restore_epoch")),
    )


def downgrade() -> None:
    op.drop_table("restore_epoch")
    op.drop_table("status_bitstring")
    op.drop_table("status_carried")
