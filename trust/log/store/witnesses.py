"""Who may cosign, in SQL, and the lines they gave. A witness that is dismissed stays on record and can come back."""

from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from keys.sm2 import PublicKey
from trust.errors import Conflict
from trust.formats.checkpoint import MAX_SIGNATURES
from trust.formats.cosignature import Cosignature, witness_key
from trust.formats.verifier_key import VerifierKey
from trust.log.store.tables import insert_if_absent, log_cosignature, log_witness
from trust.store import STOPS


class SqlWitnesses:
    """`Witnesses` in SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def admitted(self) -> list[VerifierKey]:
        """Every witness there is now."""
        with self._engine.connect() as connection:
            return _admitted(connection)

    def admit(self, witness: VerifierKey, at: datetime) -> None:
        """Take a witness up; raises Conflict."""
        name, point = witness.name, witness.public.point
        with self._engine.begin() as connection:
            there = _admitted(connection)
            if witness in there:
                return
            if name in {one.name for one in there}:
                raise Conflict("witness-name", f"another key has the name {name}")
            if len(there) >= MAX_SIGNATURES - 1:
                raise Conflict("witnesses-full", f"a note has room for {MAX_SIGNATURES - 1} witnesses")
            if not insert_if_absent(connection, log_witness, name=name, point=point, admitted_at=at):
                again = (log_witness.c.name == name) & (log_witness.c.point == point)
                connection.execute(update(log_witness).where(again).values(admitted_at=at, dismissed_at=None))

    def dismiss(self, name: str, at: datetime) -> bool:
        """Take no more from this witness."""
        there = (log_witness.c.name == name) & log_witness.c.dismissed_at.is_(None)
        with self._engine.begin() as connection:
            ended = update(log_witness).where(there).values(dismissed_at=at)
            return connection.execute(ended, execution_options=STOPS).rowcount > 0

    def keep(self, size: int, at: datetime, cosignature: Cosignature) -> None:
        """Store a cosignature; the first of a witness under a note stays."""
        values = {"witness": cosignature.witness, "seen_at": cosignature.at, "line": cosignature.line}
        with self._engine.begin() as connection:
            insert_if_absent(connection, log_cosignature, size=size, at=at, **values)


def _admitted(connection: Connection) -> list[VerifierKey]:
    table = log_witness
    there = select(table.c.name, table.c.point).where(table.c.dismissed_at.is_(None))
    rows = connection.execute(there.order_by(table.c.admitted_at, table.c.name))
    return [witness_key(row.name, PublicKey(bytes(row.point))) for row in rows]
