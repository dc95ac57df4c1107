"""A tag over each account and each session, under a key that the database does not have.

Accounts from before get theirs at the next start (`service.accounts`), because a migration has no key. Sessions from
before end here: nobody vouches for them, and signing in opens another.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM session")
    for table in ("person", "session"):
        op.add_column(table, sa.Column("tag", sa.LargeBinary(32)))


def downgrade() -> None:
    for table in ("session", "person"):
        op.drop_column(table, "tag")
