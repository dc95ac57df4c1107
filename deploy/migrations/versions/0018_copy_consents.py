"""Consents to annotated copies: what a holder allowed an issuing body to make, recorded with two people behind it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXTS = {
    "body_code": 32,
    "reference": 64,
    "mode": 16,
    "original": 128,
    "giver": 60,
    "cause": 200,
    "recipient": 100,
    "document": 80,
    "stage": 16,
    "recorded_login": 64,
    "recorded_name": 128,
    "decided_login": 64,
    "decided_name": 128,
    "reason": 200,
    "key": 128,
    "asked": 80,
}
"""Longest texts of the columns, in characters."""
OPEN_AT_FIRST = frozenset({"document", "decided_login", "decided_name", "reason"})


def upgrade() -> None:
    checks = [
        sa.CheckConstraint(f"length({name}) <= {most}", name=f"{name}_length")
        for name, most in TEXTS.items()
        if name != "original"
    ]
    texts = {name: sa.Column(name, sa.String(most), nullable=name in OPEN_AT_FIRST) for name, most in TEXTS.items()}
    times = {
        name: sa.Column(name, sa.BigInteger(), nullable=name == "decided_at")
        for name in ("valid_until", "recorded_at", "decided_at")
    }
    for check in checks:
        check.name = op.f(f"ck_copy_consent_{check.name}")
    op.create_table(
        "copy_consent",
        *texts.values(),
        *times.values(),
        *checks,
        sa.CheckConstraint(
            "stage <> 'given' OR document IS NULL OR decided_login IS NOT NULL",
            name=op.f("ck_copy_consent_two_people"),
        ),
        sa.ForeignKeyConstraint(["original"], ["licence.identifier"], name=op.f("fk_copy_consent_original")),
        sa.PrimaryKeyConstraint("body_code", "reference", name=op.f("pk_copy_consent")),
        sa.UniqueConstraint("key", name=op.f("uq_copy_consent_key")),
    )
    op.create_index("ix_copy_consent_original", "copy_consent", ["original"])


def downgrade() -> None:
    op.drop_index("ix_copy_consent_original", "copy_consent")
    op.drop_table("copy_consent")
