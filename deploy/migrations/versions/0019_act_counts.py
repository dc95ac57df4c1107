"""An index for how many acts one person took lately."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_act_recorded", "act", ["recorded_at"])


def downgrade() -> None:
    op.drop_index("ix_act_recorded", "act")
