"""Only a holder's account has a holder's code: whoever works here is told from holders by one column alone.

Sessions end with it; they are opened anew by signing in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NAME = "ck_person_code_of_holders_alone"
RULE = "role = 'holder' OR (holder_code_type IS NULL AND holder_code IS NULL)"
LENGTHS = {
    "login": 64, "name": 256, "role": 16, "department": 32, "holder_code_type": 8, "holder_code": 64,
    "password_hash": 256,
}  # fmt: skip


def upgrade() -> None:
    op.execute("UPDATE person SET holder_code_type = NULL, holder_code = NULL WHERE role <> 'holder'")
    op.execute("DELETE FROM session")  # no token opens an older one; and rows must not hang in the air below
    if op.get_bind().dialect.name != "sqlite":
        op.create_check_constraint(op.f(NAME), "person", RULE)
        return
    with op.batch_alter_table("person", recreate="always", table_args=_lengths()) as batch:
        batch.create_check_constraint(op.f(NAME), RULE)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "person", type_="check")
        return
    op.execute("DELETE FROM session")
    with op.batch_alter_table("person", recreate="always", table_args=_lengths()) as batch:
        batch.drop_constraint(op.f(NAME), type_="check")


def _lengths() -> tuple[sa.CheckConstraint, ...]:
    """The constraints that are there already: a table that is made again does not keep them by itself."""
    return tuple(
        sa.CheckConstraint(f"length({name}) <= {most}", name=op.f(f"ck_person_{name}_length"))
        for name, most in LENGTHS.items()
    )
