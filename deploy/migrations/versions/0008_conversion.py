"""Conversion of stock: scans, stock with its steps, and the evidence grade of what is cited."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NOT_REFUSED = sa.text("stage != 'refused'")


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
        "stock_scan",
        *parts(
            limited("stock_scan", "body_code", 32),
            limited("stock_scan", "digest", 80),
            limited("stock_scan", "kind", 8),
            sa.Column("pages", sa.Integer(), nullable=False),
            limited("stock_scan", "by_login", 64),
            limited("stock_scan", "by_name", 256),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("body_code", "digest", name=op.f("pk_stock_scan")),
        ),
    )
    op.create_table(
        "stock",
        *parts(
            limited("stock", "number", 32),
            limited("stock", "body_code", 32),
            limited("stock", "type_code", 32),
            limited("stock", "licence_number", 128),
            sa.Column("application", sa.LargeBinary(), nullable=False),
            limited("stock", "source", 120),
            limited("stock", "claimed", 1),
            limited("stock", "scan", 80, nullable=True),
            limited("stock", "scan_kind", 8, nullable=True),
            sa.Column("pages", sa.Integer(), nullable=False),
            limited("stock", "stage", 16),
            sa.Column("sequence", sa.Integer(), nullable=False),
            sa.Column("checks", sa.LargeBinary(), nullable=True),
            limited("stock", "grade", 1, nullable=True),
            limited("stock", "confirmed", 80, nullable=True),
            limited("stock", "submitted_login", 64),
            limited("stock", "submitted_name", 256),
            limited("stock", "compared_login", 64, nullable=True),
            limited("stock", "compared_name", 256, nullable=True),
            limited("stock", "confirmed_login", 64, nullable=True),
            limited("stock", "confirmed_name", 256, nullable=True),
            limited("stock", "identifier", 128, nullable=True),
            sa.CheckConstraint(
                "stage NOT IN ('confirmed', 'released') OR (confirmed IS NOT NULL AND grade IS NOT NULL)",
                name=op.f("ck_stock_confirmed_whole"),
            ),
            sa.CheckConstraint("stage <> 'released' OR identifier IS NOT NULL", name=op.f("ck_stock_released_whole")),
            sa.PrimaryKeyConstraint("number", name=op.f("pk_stock")),
        ),
    )
    op.create_index("ix_stock_stage", "stock", ["body_code", "stage", "number"])
    op.create_index(
        "uq_stock_licence_number",
        "stock",
        ["body_code", "type_code", "licence_number"],
        unique=True,
        sqlite_where=NOT_REFUSED,
        postgresql_where=NOT_REFUSED,
    )
    op.create_table(
        "stock_step",
        *parts(
            sa.Column("number", sa.String(length=32), nullable=False),
            sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
            limited("stock_step", "step", 16),
            sa.Column("at", sa.BigInteger(), nullable=False),
            limited("stock_step", "by_login", 64),
            limited("stock_step", "by_name", 256),
            limited("stock_step", "note", 400),
            sa.ForeignKeyConstraint(["number"], ["stock.number"], name=op.f("fk_stock_step_number")),
            sa.PrimaryKeyConstraint("number", "sequence", name=op.f("pk_stock_step")),
        ),
    )
    op.add_column("citation", sa.Column("grade", sa.String(length=1), nullable=True))


def downgrade() -> None:
    op.drop_column("citation", "grade")
    op.drop_table("stock_step")
    op.drop_table("stock")
    op.drop_table("stock_scan")
