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

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        """Record uses, all or none; the same digest under the same seal again changes nothing.

        The rows of the seals are held meanwhile, so uses of one seal are recorded one after another.
        """
        seals = sorted({use.seal_id for use in uses})
        held = select(seal.c.seal_id).where(seal.c.seal_id.in_(seals)).order_by(seal.c.seal_id).with_for_update()
        recorded = select(seal_use.c.seal_id, seal_use.c.digest)
        recorded = recorded.where(seal_use.c.digest.in_([use.digest for use in uses]))
        with self._engine.begin() as connection:
            if unknown := set(seals).difference(connection.scalars(held)):
                raise Conflict("seal-unknown", min(unknown))
            known = {(row.seal_id, bytes(row.digest)) for row in connection.execute(recorded)}
            fresh: dict[tuple[str, bytes], SealUse] = {}
            for use in uses:
                if (use.seal_id, use.digest) not in known:
                    fresh.setdefault((use.seal_id, use.digest), use)
            if fresh:
                connection.execute(insert(seal_use), [_row(use) for use in fresh.values()])

    def uses(self, seal_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, SealUse]]:
        """Uses of a seal in the order recorded, each with its number."""
        of_seal = select(seal_use).where(seal_use.c.seal_id == seal_id, seal_use.c.number > after)
        with self._engine.connect() as connection:
            return [_use(row) for row in connection.execute(of_seal.order_by(seal_use.c.number).limit(limit))]


def _filed(row: Row[tuple[object, ...]]) -> FiledSeal:
    return FiledSeal(parse_seal(row.octets), row.body_code, row.filed_at, row.filed_by)


def _row(use: SealUse) -> dict[str, object]:
    return {"seal_id": use.seal_id, "subject": use.subject, "digest": use.digest, "at": use.at, "used_by": use.by}


def _use(row: Row[tuple[object, ...]]) -> tuple[int, SealUse]:
    return row.number, SealUse(row.seal_id, row.subject, row.digest, row.at, row.used_by)
