"""Issues that were given up before their release, and the face that stock was confirmed for."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("licence", sa.Column("void_at", sa.BigInteger(), nullable=True))
    # In words of SQL: only so does SQLite take a column with its check without copying the table.
    op.execute(
        "ALTER TABLE licence ADD COLUMN void_reason VARCHAR(64) "
        "CONSTRAINT ck_licence_void_reason_length CHECK (length(void_reason) <= 64)"
    )
    op.execute(
        "ALTER TABLE stock ADD COLUMN template VARCHAR(80) "
        "CONSTRAINT ck_stock_template_length CHECK (length(template) <= 80)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE stock DROP COLUMN template")
    op.execute("ALTER TABLE licence DROP COLUMN void_reason")
    op.drop_column("licence", "void_at")
