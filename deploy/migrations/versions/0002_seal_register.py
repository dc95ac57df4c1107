"""The seal register: applications with their steps, facts of filed seals, requests to seal, uses by their subject.

Seals filed before are seals for licences: nothing else was made. Their digests are computed from the stored octets.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from keys.sm3 import sm3

revision = "0002"
down_revision = "0001"
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
        "seal_filing",
        *parts(
            sa.Column("seal_id", sa.String(length=64), nullable=False),
            limited("seal_filing", "kind", 16),
            limited("seal_filing", "holder", 64, nullable=True),
            sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
            sa.Column("per_day", sa.Integer(), nullable=True),
            sa.Column("threshold", sa.Integer(), nullable=True),
            sa.ForeignKeyConstraint(["seal_id"], ["seal.seal_id"], name=op.f("fk_seal_filing_seal_id")),
            sa.PrimaryKeyConstraint("seal_id", name=op.f("pk_seal_filing")),
        ),
    )
    op.create_table(
        "seal_application",
        *parts(
            limited("seal_application", "seal_id", 64),
            limited("seal_application", "body_code", 32),
            sa.Column("wish", sa.LargeBinary(), nullable=False),
            limited("seal_application", "state", 16),
            limited("seal_application", "applied_by", 64),
            limited("seal_application", "applied_name", 64),
            sa.Column("applied_at", sa.BigInteger(), nullable=False),
            sa.Column("octets", sa.LargeBinary(), nullable=True),
            limited("seal_application", "idempotency_key", 128),
            sa.Column("body", sa.LargeBinary(length=32), nullable=False),
            sa.PrimaryKeyConstraint("seal_id", name=op.f("pk_seal_application")),
            sa.UniqueConstraint("idempotency_key", name=op.f("uq_seal_application_idempotency_key")),
        ),
    )
    op.create_index("ix_seal_application_body_code", "seal_application", ["body_code", "applied_at"])
    op.create_table(
        "seal_step",
        *parts(
            sa.Column("seal_id", sa.String(length=64), nullable=False),
            sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
            limited("seal_step", "step", 16),
            limited("seal_step", "taken_by", 64),
            limited("seal_step", "taken_name", 64),
            sa.Column("at", sa.BigInteger(), nullable=False),
            limited("seal_step", "note", 200),
            sa.ForeignKeyConstraint(["seal_id"], ["seal_application.seal_id"], name=op.f("fk_seal_step_seal_id")),
            sa.PrimaryKeyConstraint("seal_id", "sequence", name=op.f("pk_seal_step")),
        ),
    )
    op.create_table(
        "seal_request",
        *parts(
            limited("seal_request", "number", 64),
            sa.Column("seal_id", sa.String(length=64), nullable=False),
            limited("seal_request", "purpose", 200),
            sa.Column("wanted", sa.Integer(), nullable=False),
            limited("seal_request", "asked_by", 64),
            limited("seal_request", "asked_name", 64),
            sa.Column("asked_at", sa.BigInteger(), nullable=False),
            limited("seal_request", "progress", 16),
            limited("seal_request", "decided_by", 64, nullable=True),
            limited("seal_request", "decided_name", 64, nullable=True),
            sa.Column("decided_at", sa.BigInteger(), nullable=True),
            limited("seal_request", "idempotency_key", 128),
            sa.Column("body", sa.LargeBinary(length=32), nullable=False),
            sa.ForeignKeyConstraint(["seal_id"], ["seal.seal_id"], name=op.f("fk_seal_request_seal_id")),
            sa.PrimaryKeyConstraint("number", name=op.f("pk_seal_request")),
            sa.UniqueConstraint("idempotency_key", name=op.f("uq_seal_request_idempotency_key")),
        ),
    )
    op.create_index("ix_seal_request_seal_id", "seal_request", ["seal_id", "asked_at"])
    op.create_table(
        "seal_request_item",
        *parts(
            limited("seal_request_item", "number", 64),
            sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("document", sa.LargeBinary(length=32), nullable=False),
            limited("seal_request_item", "place", 200),
            limited("seal_request_item", "result", 16),
            sa.Column("planned_at", sa.BigInteger(), nullable=True),
            sa.Column("signed", sa.LargeBinary(length=32), nullable=True),
            limited("seal_request_item", "file", 80, nullable=True),
            limited("seal_request_item", "detail", 200),
            sa.ForeignKeyConstraint(["number"], ["seal_request.number"], name=op.f("fk_seal_request_item_number")),
            sa.PrimaryKeyConstraint("number", "position", name=op.f("pk_seal_request_item")),
        ),
    )
    with op.batch_alter_table("seal_use", schema=None) as batch_op:  # two requests may sign the same octets
        batch_op.drop_constraint(op.f("uq_seal_use_seal_id"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_seal_use_seal_id"), ["seal_id", "digest", "subject"])
    op.create_index("ix_seal_use_day", "seal_use", ["seal_id", "at"])
    file_known_seals()


def file_known_seals() -> None:
    """Facts of the seals that are filed already."""
    connection = op.get_bind()
    filing = sa.table("seal_filing", sa.column("seal_id"), sa.column("kind"), sa.column("digest", sa.LargeBinary()))
    known = connection.execute(sa.text("SELECT seal_id, octets FROM seal")).all()
    for seal_id, octets in known:
        connection.execute(sa.insert(filing).values(seal_id=seal_id, kind="licence", digest=sm3(bytes(octets))))


def downgrade() -> None:
    op.drop_index("ix_seal_use_day", table_name="seal_use")
    with op.batch_alter_table("seal_use", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_seal_use_seal_id"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_seal_use_seal_id"), ["seal_id", "digest"])
    for table in ("seal_request_item", "seal_request", "seal_step", "seal_application", "seal_filing"):
        op.drop_table(table)
