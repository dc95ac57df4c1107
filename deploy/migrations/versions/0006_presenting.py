"""Codes to present and annotated copies."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def text(table: str, name: str, length: int, *, nullable: bool = False) -> tuple[sa.Column[str], sa.CheckConstraint]:
    """A text column and the check of its length."""
    check = sa.CheckConstraint(f"length({name}) <= {length}", name=op.f(f"ck_{table}_{name}_length"))
    return sa.Column(name, sa.String(length=length), nullable=nullable), check


def upgrade() -> None:
    op.create_table(
        "licence_copy",
        *text("licence_copy", "identifier", 128),
        sa.Column("original", sa.String(length=128), nullable=False),
        *text("licence_copy", "key", 128),
        *text("licence_copy", "body_digest", 80),
        *text("licence_copy", "basis", 160),
        *text("licence_copy", "asker", 32),
        *text("licence_copy", "consent_department", 32, nullable=True),
        *text("licence_copy", "consent_mode", 16, nullable=True),
        *text("licence_copy", "consent_reference", 200, nullable=True),
        *text("licence_copy", "state", 16),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        *text("licence_copy", "by", 128),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        *text("licence_copy", "token_plan", 80),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        *text("licence_copy", "ofd_plan", 80, nullable=True),
        *text("licence_copy", "pdf_plan", 80, nullable=True),
        *text("licence_copy", "ofd", 80, nullable=True),
        *text("licence_copy", "pdf", 80, nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('begun', 'planned', 'released')", name=op.f("ck_licence_copy_state_known")),
        sa.CheckConstraint(
            "state <> 'released' OR (ofd IS NOT NULL AND pdf IS NOT NULL AND leaf IS NOT NULL"
            " AND released_at IS NOT NULL)",
            name=op.f("ck_licence_copy_released_whole"),
        ),
        sa.CheckConstraint(
            "(consent_mode IS NULL) = (consent_reference IS NULL)"
            " AND (consent_mode IS NULL) = (consent_department IS NULL)",
            name=op.f("ck_licence_copy_consent_whole"),
        ),
        sa.ForeignKeyConstraint(["original"], ["licence.identifier"], name=op.f("fk_licence_copy_original")),
        sa.PrimaryKeyConstraint("identifier", name=op.f("pk_licence_copy")),
        sa.UniqueConstraint("key", name=op.f("uq_licence_copy_key")),
    )
    op.create_index("ix_licence_copy_original", "licence_copy", ["original"])
    op.create_index("ix_licence_copy_basis", "licence_copy", ["basis"])
    op.create_index(
        "ix_licence_copy_consent", "licence_copy", ["consent_department", "consent_mode", "consent_reference"]
    )
    op.create_table(
        "presentation_code",
        *text("presentation_code", "number", 32),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        *text("presentation_code", "kind", 16),
        sa.Column("identifier", sa.String(length=128), nullable=False),
        *text("presentation_code", "holder", 64),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        *text("presentation_code", "audience", 40),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        *text("presentation_code", "used_by", 64, nullable=True),
        *text("presentation_code", "used_department", 32, nullable=True),
        *text("presentation_code", "used_place", 60, nullable=True),
        *text("presentation_code", "used_purpose", 200, nullable=True),
        *text("presentation_code", "use_key", 128, nullable=True),
        sa.CheckConstraint("kind IN ('once', 'signed')", name=op.f("ck_presentation_code_kind_known")),
        sa.CheckConstraint("used_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_presentation_code_one_end")),
        sa.ForeignKeyConstraint(["identifier"], ["licence.identifier"], name=op.f("fk_presentation_code_identifier")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_presentation_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_presentation_code_digest")),
    )
    op.create_index("ix_presentation_code_identifier", "presentation_code", ["identifier"])
    op.create_index("ix_presentation_code_holder", "presentation_code", ["holder"])


def downgrade() -> None:
    op.drop_table("presentation_code")
    op.drop_table("licence_copy")
