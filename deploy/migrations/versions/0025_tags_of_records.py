"""A tag over each record of the trail, under a key that the database does not have; records from before bear none."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("trail", sa.Column("tag", sa.LargeBinary(32)))


def downgrade() -> None:
    op.drop_column("trail", "tag")
