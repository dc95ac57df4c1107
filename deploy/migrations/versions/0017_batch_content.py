"""Batches: a digest over their rows, how headers were read, who has opened what before approving, whose turn it is.

Batches that are open get the digest of their rows as these stand now, and what somebody had approved of them waits to
be approved again: until now an approval was of the file, and the rows were bound to nothing. What is issued already
stays so, and what had begun is completed. Batches that were done or cancelled keep their digest, which was of the file;
who hands such a table in again under the same key hears that the key was used for another content.

Going back takes nothing but the new columns and tables; the digests stay, and can be approved as they are.
"""

import json
from itertools import islice

import sqlalchemy as sa
from alembic import op

from keys.sm3 import sm3

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PIECE, AT_ONCE = 100, 500
OPEN = ("submitted", "running", "paused")


def upgrade() -> None:
    op.add_column("batch", sa.Column("headers", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("batch", sa.Column("pieces", sa.Text(), nullable=False, server_default="[]"))
    # In words of SQL: only so does SQLite take a column with its check without copying the table.
    op.execute(
        "ALTER TABLE batch_row ADD COLUMN digest VARCHAR(64) "
        "CONSTRAINT ck_batch_row_digest_length CHECK (length(digest) <= 64)"
    )
    op.create_table(
        "batch_look",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(login) <= 64", name=op.f("ck_batch_look_login_length")),
        sa.CheckConstraint("length(part) <= 16", name=op.f("ck_batch_look_part_length")),
        sa.CheckConstraint("length(digest) <= 80", name=op.f("ck_batch_look_digest_length")),
        sa.ForeignKeyConstraint(["number"], ["batch.number"], name=op.f("fk_batch_look_number")),
        sa.PrimaryKeyConstraint("number", "login", "part", "digest", name=op.f("pk_batch_look")),
    )
    op.create_table(
        "batch_turn",
        sa.Column("body_code", sa.String(length=32), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(body_code) <= 32", name=op.f("ck_batch_turn_body_code_length")),
        sa.PrimaryKeyConstraint("body_code", name=op.f("pk_batch_turn")),
    )
    _bind(op.get_bind())


def downgrade() -> None:
    op.drop_table("batch_turn")
    op.drop_table("batch_look")
    op.execute("ALTER TABLE batch_row DROP COLUMN digest")
    op.drop_column("batch", "pieces")
    op.drop_column("batch", "headers")


def _bind(connection: sa.Connection) -> None:
    """Give open batches the digest of their rows, and let those that were approved wait for it again."""
    names = ("number", "body_code", "type_code", "template", "total", "state", "approved_login", "approved_name")
    batches = sa.table("batch", *(sa.column(name) for name in (*names, "digest", "pieces", "trouble")))
    wanted = sa.select(batches).where(batches.c.state.in_(OPEN))
    for batch in connection.execute(wanted).all():
        pieces = _pieces(connection, batch.number)
        head = json.dumps([batch.body_code, batch.type_code, batch.template, batch.total], separators=(",", ":"))
        digest = sm3(head.encode() + b"\n" + b"".join(bytes.fromhex(one) for _, one in pieces)).hex()
        values = {"digest": f"sm3:{digest}", "pieces": json.dumps(pieces, separators=(",", ":"))}
        if batch.approved_login is not None:
            values |= {"state": "submitted", "approved_login": None, "approved_name": None, "trouble": ""}
        connection.execute(batches.update().where(batches.c.number == batch.number).values(**values))


def _pieces(connection: sa.Connection, number: str) -> list[tuple[int, str]]:
    """The pieces of a batch; the leaf of each row is kept beside it."""
    rows = sa.table("batch_row", *(sa.column(name) for name in ("number", "row", "members", "digest")))
    pieces, last = list[tuple[int, str]](), 0
    mine = sa.update(rows).where(rows.c.number == number, rows.c.row == sa.bindparam("at_row"))
    while True:
        some = sa.select(rows.c.row, rows.c.members).where(rows.c.number == number, rows.c.row > last)
        found = connection.execute(some.order_by(rows.c.row).limit(AT_ONCE)).all()
        if not found:
            return pieces
        leaves = iter([(row, sm3(f"{row}\n{members}".encode())) for row, members in found])
        while piece := list(islice(leaves, PIECE)):
            pieces.append((piece[0][0], sm3(b"".join(one for _, one in piece)).hex()))
            told = [{"at_row": row, "leaf": one.hex()} for row, one in piece]
            connection.execute(mine.values(digest=sa.bindparam("leaf")), told)
        last = found[-1][0]
