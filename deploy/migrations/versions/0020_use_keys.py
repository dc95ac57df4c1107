"""One idempotency key redeems one code.

Where a key was used for several codes before that was refused, the first use keeps it: what is lost is only that the
others could be repeated within their minute, which is over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CODES = sa.table(
    "presentation_code",
    sa.column("number", sa.String),
    sa.column("use_key", sa.String),
    sa.column("used_at", sa.BigInteger),
)


def upgrade() -> None:
    other = CODES.alias("other")
    first = sa.or_(
        other.c.used_at < CODES.c.used_at,
        sa.and_(other.c.used_at == CODES.c.used_at, other.c.number < CODES.c.number),
    )
    earlier = sa.select(other.c.number).where(other.c.use_key == CODES.c.use_key, first)
    op.execute(CODES.update().where(sa.exists(earlier)).values(use_key=None))
    op.create_index("uq_presentation_code_use_key", "presentation_code", ["use_key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_presentation_code_use_key", "presentation_code")
