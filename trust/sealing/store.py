"""The seal register in SQL: seals as filed, and an append-only record of their use.

A seal is kept as its octets; the columns beside them are for finding it. Nothing is ever updated: that a seal was
suspended or cancelled is an act recorded elsewhere.
"""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from trust.errors import Conflict
from trust.formats.ses import parse_seal
from trust.sealing.errors import SealExists
from trust.sealing.ports import FiledSeal, SealUse
from trust.store import METADATA, Instant, RowNumber, text

SEAL_ID = 64

seal = Table(
    "seal",
    METADATA,
    text("seal_id", SEAL_ID, primary_key=True),
    text("body_code", 32),
    text("name", 128),
    Column("octets", LargeBinary, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("filed_at", Instant, nullable=False),
    text("filed_by", 200),
)
Index("ix_seal_body_code", seal.c.body_code)
seal_use = Table(
    "seal_use",
    METADATA,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("seal_id", String(SEAL_ID), ForeignKey("seal.seal_id"), nullable=False),
    text("subject", 200),
    Column("digest", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    text("used_by", 200),
    UniqueConstraint("seal_id", "digest"),
)
Index("ix_seal_use_subject", seal_use.c.subject)


class SqlSealRegister:
    """`SealRegister` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def file(self, filed: FiledSeal) -> None:
        """File a seal; the same octets again change nothing."""
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(seal).values(
                        seal_id=filed.seal.seal_id,
                        body_code=filed.body_code,
                        name=filed.seal.name,
                        octets=filed.seal.der,
                        valid_from=filed.seal.valid_from,
                        valid_until=filed.seal.valid_until,
                        filed_at=filed.filed_at,
                        filed_by=filed.filed_by,
                    )
                )
        except IntegrityError as error:
            present = self.find(filed.seal.seal_id)
            if present is None:
                raise
            if present.seal.der != filed.seal.der or present.body_code != filed.body_code:
                raise SealExists(filed.seal.seal_id) from error

    def find(self, seal_id: str) -> FiledSeal | None:
        """The seal under a number, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(select(seal).where(seal.c.seal_id == seal_id)).first()
        return None if row is None else _filed(row)

    def of_body(self, body_code: str) -> Sequence[FiledSeal]:
        """The seals of a body, by number."""
        query = select(seal).where(seal.c.body_code == body_code).order_by(seal.c.seal_id)
        with self._engine.connect() as connection:
            return [_filed(row) for row in connection.execute(query)]

    def record_use(self, use: SealUse) -> None:
        """Record a use; the same digest under the same seal again changes nothing."""
        values = {"seal_id": use.seal_id, "subject": use.subject, "digest": use.digest, "at": use.at, "used_by": use.by}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(seal_use).values(**values))
        except IntegrityError as error:
            if self.find(use.seal_id) is None:
                raise Conflict("seal-unknown", use.seal_id) from error
            if not self._is_recorded(use):
                raise

    def uses(self, seal_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, SealUse]]:
        """Uses of a seal in the order recorded, each with its number."""
        of_seal = select(seal_use).where(seal_use.c.seal_id == seal_id, seal_use.c.number > after)
        with self._engine.connect() as connection:
            return [_use(row) for row in connection.execute(of_seal.order_by(seal_use.c.number).limit(limit))]

    def _is_recorded(self, use: SealUse) -> bool:
        same = select(seal_use.c.number).where(seal_use.c.seal_id == use.seal_id, seal_use.c.digest == use.digest)
        with self._engine.connect() as connection:
            return connection.execute(same).first() is not None


def _filed(row: Row[tuple[object, ...]]) -> FiledSeal:
    return FiledSeal(parse_seal(row.octets), row.body_code, row.filed_at, row.filed_by)


def _use(row: Row[tuple[object, ...]]) -> tuple[int, SealUse]:
    return row.number, SealUse(row.seal_id, row.subject, row.digest, row.at, row.used_by)
