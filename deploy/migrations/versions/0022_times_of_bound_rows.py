"""Indexes by time on the larger registers that the trail looks through once a minute."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIMES = (
    ("docket_event", "at"),
    ("docket", "moved_at"),
    ("citation", "cited_at"),
    ("log_checkpoint", "at"),
    ("status_publication", "at"),
)


def upgrade() -> None:
    for table, column in TIMES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table, column in reversed(TIMES):
        op.drop_index(f"ix_{table}_{column}", table)
