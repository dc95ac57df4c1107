"""Applications for licences and what became of them; successors, which keep the number of their predecessor.

The register's unique number becomes a claim that only the first version of a licence makes. SQLite cannot drop a
constraint, so there the two tables are made anew inside the same transaction and filled from the old ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = (
    "identifier", "key", "body_digest", "type_code", "issuer_code", "number", "state", "document", "by", "begun_at",
    "token_plan", "token", "ofd_plan", "pdf_plan", "ofd", "pdf", "leaf", "released_at",
)  # fmt: skip
WHOLE = "state <> 'released' OR (ofd IS NOT NULL AND pdf IS NOT NULL AND leaf IS NOT NULL AND released_at IS NOT NULL)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _remake()
    else:
        op.add_column("licence", sa.Column("claim", sa.String(length=128), nullable=True))
        op.add_column("licence", sa.Column("predecessor", sa.String(length=140), nullable=True))
        op.execute("UPDATE licence SET claim = number")
        op.drop_constraint("uq_licence_number", "licence", type_="unique")
        op.create_unique_constraint("uq_licence_number", "licence", ["issuer_code", "type_code", "claim"])
        op.create_unique_constraint(op.f("uq_licence_predecessor"), "licence", ["predecessor"])
        op.create_check_constraint(op.f("ck_licence_claim_length"), "licence", "length(claim) <= 128")
        op.create_check_constraint(op.f("ck_licence_predecessor_length"), "licence", "length(predecessor) <= 140")
    _make_dockets()


def downgrade() -> None:
    """Successors share the number of their predecessors, so the old constraint can only come back without them."""
    op.drop_table("docket_event")
    op.drop_index("ix_docket_stage", table_name="docket")
    op.drop_index("ix_docket_body", table_name="docket")
    op.drop_table("docket")
    with op.batch_alter_table("licence") as batch:
        batch.drop_constraint(op.f("uq_licence_predecessor"), type_="unique")
        batch.drop_constraint("uq_licence_number", type_="unique")
        batch.create_unique_constraint("uq_licence_number", ["issuer_code", "type_code", "number"])
        batch.drop_column("predecessor")
        batch.drop_column("claim")


def _remake() -> None:
    op.drop_index("ix_licence_released", table_name="licence")
    op.rename_table("licence", "licence_before")
    op.rename_table("licence_holder", "licence_holder_before")
    op.create_table(
        "licence",
        sa.Column("identifier", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body_digest", sa.String(length=80), nullable=False),
        sa.Column("type_code", sa.String(length=32), nullable=False),
        sa.Column("issuer_code", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("claim", sa.String(length=128), nullable=True),
        sa.Column("predecessor", sa.String(length=140), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("token_plan", sa.String(length=80), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("ofd_plan", sa.String(length=80), nullable=True),
        sa.Column("pdf_plan", sa.String(length=80), nullable=True),
        sa.Column("ofd", sa.String(length=80), nullable=True),
        sa.Column("pdf", sa.String(length=80), nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(WHOLE, name=op.f("ck_licence_released_whole")),
        sa.CheckConstraint("state IN ('begun', 'planned', 'released')", name=op.f("ck_licence_state_known")),
        *(_length("licence", name, most) for name, most in LENGTHS.items()),
        sa.PrimaryKeyConstraint("identifier", name=op.f("pk_licence")),
        sa.UniqueConstraint("issuer_code", "type_code", "claim", name="uq_licence_number"),
        sa.UniqueConstraint("predecessor", name=op.f("uq_licence_predecessor")),
        sa.UniqueConstraint("key", name=op.f("uq_licence_key")),
    )
    op.create_index("ix_licence_released", "licence", ["issuer_code", "released_at"])
    op.create_table(
        "licence_holder",
        sa.Column("holder", sa.LargeBinary(length=32), nullable=False),
        sa.Column("identifier", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["identifier"], ["licence.identifier"], name=op.f("fk_licence_holder_identifier")),
        sa.PrimaryKeyConstraint("holder", "identifier", name=op.f("pk_licence_holder")),
    )
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    op.execute(f"INSERT INTO licence ({names}, claim) SELECT {names}, number FROM licence_before")  # noqa: S608  (names of columns)
    op.execute("INSERT INTO licence_holder (holder, identifier) SELECT holder, identifier FROM licence_holder_before")
    op.drop_table("licence_holder_before")
    op.drop_table("licence_before")


LENGTHS = {
    "identifier": 128, "key": 128, "body_digest": 80, "type_code": 32, "issuer_code": 32, "number": 128, "claim": 128,
    "predecessor": 140, "state": 16, "by": 128, "token_plan": 80, "ofd_plan": 80, "pdf_plan": 80, "ofd": 80, "pdf": 80,
}  # fmt: skip


def _length(table: str, name: str, most: int) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"length({name}) <= {most}", name=op.f(f"ck_{table}_{name}_length"))


def _make_dockets() -> None:
    lengths = {
        "number": 64, "body_code": 32, "type_code": 32, "stage": 16, "template": 80, "kind": 16, "predecessor": 140,
        "basis": 200, "approved_by": 64, "approved_name": 128, "approved_digest": 80, "identifier": 128,
    }  # fmt: skip
    op.create_table(
        "docket",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("body_code", sa.String(length=32), nullable=False),
        sa.Column("type_code", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("predecessor", sa.String(length=140), nullable=True),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_name", sa.String(length=128), nullable=True),
        sa.Column("approved_digest", sa.String(length=80), nullable=True),
        sa.Column("approved_until", sa.BigInteger(), nullable=True),
        sa.Column("identifier", sa.String(length=128), nullable=True),
        *(_length("docket", name, most) for name, most in lengths.items()),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_docket")),
    )
    op.create_index("ix_docket_body", "docket", ["body_code", "stage", "moved_at"])
    op.create_index("ix_docket_stage", "docket", ["stage", "moved_at"])
    lengths = {
        "step": 16, "stage": 16, "by_login": 64, "by_name": 128, "reason": 400, "digest": 80, "idempotency_key": 192,
    }  # fmt: skip
    op.create_table(
        "docket_event",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_login", sa.String(length=64), nullable=False),
        sa.Column("by_name", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=192), nullable=False),
        sa.Column("body", sa.LargeBinary(length=32), nullable=False),
        *(_length("docket_event", name, most) for name, most in lengths.items()),
        sa.ForeignKeyConstraint(["number"], ["docket.number"], name=op.f("fk_docket_event_number")),
        sa.PrimaryKeyConstraint("number", "sequence", name=op.f("pk_docket_event")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_docket_event_idempotency_key")),
    )
