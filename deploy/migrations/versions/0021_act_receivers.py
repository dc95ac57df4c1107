"""Whom a licence is transferred out to, beside the act and beside the order of it.

Acts recorded before have none: the body they name in their reason stays there.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

LONGEST = 100


def upgrade() -> None:
    for table in ("act", "act_order"):
        # In words of SQL: only so does SQLite take a column with its check without copying the table.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN receiver VARCHAR({LONGEST}) "
            f"CONSTRAINT ck_{table}_receiver_length CHECK (length(receiver) <= {LONGEST})"
        )


def downgrade() -> None:
    for table in ("act_order", "act"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN receiver")
