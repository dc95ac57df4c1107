"""Catalogue entries, their steps and signed editions; mandates and requests; counts of numbers.

Numbers of licences are compared without regard to width, case and spaces from now on, so the column holds them in that
form; the number as it is printed stands in the document. Where two licences of the past would meet, both stay as they
are.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from trust.rules.number_rule import same_number

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLACE = ["catalogue_version.type_code", "catalogue_version.version"]


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
        "catalogue_version",
        *parts(
            limited("catalogue_version", "type_code", 32),
            sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
            limited("catalogue_version", "bundle", 64),
            limited("catalogue_version", "layout", 80),
            limited("catalogue_version", "sample", 80, nullable=True),
            sa.Column("facts", sa.LargeBinary(), nullable=False),
            limited("catalogue_version", "state", 16),
            limited("catalogue_version", "drafted_by", 64),
            limited("catalogue_version", "drafted_name", 64),
            sa.Column("drafted_at", sa.BigInteger(), nullable=False),
            limited("catalogue_version", "department", 32, nullable=True),
            sa.PrimaryKeyConstraint("type_code", "version", name=op.f("pk_catalogue_version")),
        ),
    )
    op.create_table(
        "catalogue_event",
        *parts(
            sa.Column("type_code", sa.String(length=32), nullable=False),
            sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
            limited("catalogue_event", "step", 16),
            limited("catalogue_event", "taken_by", 64),
            limited("catalogue_event", "taken_name", 64),
            sa.Column("at", sa.BigInteger(), nullable=False),
            limited("catalogue_event", "note", 200),
            limited("catalogue_event", "layout", 80),
            sa.ForeignKeyConstraint(["type_code", "version"], PLACE, name=op.f("fk_catalogue_event_type_code")),
            sa.PrimaryKeyConstraint("type_code", "version", "sequence", name=op.f("pk_catalogue_event")),
        ),
    )
    op.create_table(
        "catalogue_edition",
        sa.Column("number", ROW_NUMBER, nullable=False),
        sa.Column("type_code", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("to_be_signed", sa.LargeBinary(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["type_code", "version"], PLACE, name=op.f("fk_catalogue_edition_type_code")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_edition")),
    )
    op.create_index("ix_catalogue_edition_of", "catalogue_edition", ["type_code", "version", "number"])
    make_mandates()
    op.create_table(
        "number_count",
        *parts(
            limited("number_count", "issuer_code", 32),
            limited("number_count", "type_code", 32),
            limited("number_count", "scope", 128),
            sa.Column("last", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("issuer_code", "type_code", "scope", name=op.f("pk_number_count")),
        ),
    )
    compare_known_numbers()


def make_mandates() -> None:
    """Mandates and the requests about them."""
    op.create_table(
        "mandate",
        *parts(
            limited("mandate", "number", 64),
            sa.Column("place", ROW_NUMBER, nullable=False),
            limited("mandate", "issuer_code", 32),
            limited("mandate", "issuer_name", 256),
            limited("mandate", "type_code", 32),
            limited("mandate", "area", 6, nullable=True),
            sa.Column("valid_from", sa.BigInteger(), nullable=False),
            sa.Column("valid_until", sa.BigInteger(), nullable=True),
            sa.Column("delegated_from", sa.String(length=64), nullable=True),
            limited("mandate", "origin", 16),
            limited("mandate", "ended_by", 16, nullable=True),
            sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_mandate_period")),
            sa.ForeignKeyConstraint(["delegated_from"], ["mandate.number"], name=op.f("fk_mandate_delegated_from")),
            sa.PrimaryKeyConstraint("number", name=op.f("pk_mandate")),
            sa.UniqueConstraint("place", name=op.f("uq_mandate_place")),
        ),
    )
    op.create_table(
        "mandate_request",
        *parts(
            limited("mandate_request", "number", 64),
            sa.Column("wish", sa.LargeBinary(), nullable=False),
            limited("mandate_request", "progress", 16),
            limited("mandate_request", "asked_by", 64),
            limited("mandate_request", "asked_name", 64),
            sa.Column("asked_at", sa.BigInteger(), nullable=False),
            limited("mandate_request", "decided_by", 64, nullable=True),
            limited("mandate_request", "decided_name", 64, nullable=True),
            sa.Column("decided_at", sa.BigInteger(), nullable=True),
            limited("mandate_request", "note", 200),
            sa.Column("mandate", sa.String(length=64), nullable=True),
            limited("mandate_request", "idempotency_key", 128),
            sa.Column("body", sa.LargeBinary(length=32), nullable=False),
            sa.ForeignKeyConstraint(["mandate"], ["mandate.number"], name=op.f("fk_mandate_request_mandate")),
            sa.PrimaryKeyConstraint("number", name=op.f("pk_mandate_request")),
            sa.UniqueConstraint("idempotency_key", name=op.f("uq_mandate_request_idempotency_key")),
        ),
    )
    op.create_index("ix_mandate_request_asked_at", "mandate_request", ["asked_at"])


def compare_known_numbers() -> None:
    """Put the numbers of licences that are there into the form in which they are compared."""
    connection = op.get_bind()
    licence = sa.table(
        "licence", *(sa.column(name) for name in ("identifier", "issuer_code", "type_code", "number", "begun_at"))
    )
    rows = connection.execute(sa.select(licence).order_by(licence.c.begun_at, licence.c.identifier)).all()
    taken = {(row.issuer_code, row.type_code, row.number) for row in rows}
    for row in rows:
        plain = row.issuer_code, row.type_code, same_number(row.number)
        if plain not in taken:
            taken.add(plain)
            changed = sa.update(licence).where(licence.c.identifier == row.identifier)
            connection.execute(changed.values(number=plain[2]))


def downgrade() -> None:
    for table in (
        "number_count",
        "mandate_request",
        "mandate",
        "catalogue_edition",
        "catalogue_event",
        "catalogue_version",
    ):
        op.drop_table(table)
