"""The register of codes in SQL: table `presentation_code`. Of a code's secret only the digest is here.

A code is used by one UPDATE that asks for everything that must hold: no use, no withdrawal, not over. The database
lets one of two concurrent ones through, so there is never a second use to tell of; and a key of idempotency is of one
code alone, by a constraint. Who can write this table can make a
used code look unused, and nothing more: what a code opens is verified each time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from issuer.errors import IdempotencyMismatch
from issuer.presenting.ports import Code, CodeKind, Use
from trust.store import METADATA, Instant, text

CODES = Table(
    "presentation_code",
    METADATA,
    text("number", 32, primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    text("kind", 16),
    Column("identifier", ForeignKey("licence.identifier"), nullable=False),
    text("holder", 64),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    text("audience", 40),
    Column("withdrawn_at", Instant, nullable=True),
    Column("used_at", Instant, nullable=True),
    text("used_by", 64, nullable=True),
    text("used_department", 32, nullable=True),
    text("used_place", 60, nullable=True),
    text("used_purpose", 200, nullable=True),
    text("use_key", 128, nullable=True),
    CheckConstraint("kind IN ('once', 'signed')", name="kind_known"),
    CheckConstraint("used_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
    Index("ix_presentation_code_identifier", "identifier"),
    Index("ix_presentation_code_holder", "holder"),
    Index("uq_presentation_code_use_key", "use_key", unique=True),
)


class SqlCodes:
    """`issuer.presenting.ports.Codes` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, code: Code, most: int) -> bool:
        """See `Codes`; who adds at the same time waits for the rows that are locked here, and counts after that."""
        values = {
            "number": code.number,
            "digest": code.digest,
            "kind": code.kind.value,
            "identifier": code.identifier,
            "holder": code.holder,
            "made_at": code.made_at,
            "expires_at": code.expires_at,
            "audience": code.audience,
        }
        still_open = (CODES.c.holder == code.holder, *_unused(), CODES.c.expires_at > code.made_at)
        with self._engine.begin() as connection:
            connection.execute(select(CODES.c.number).where(*still_open).with_for_update()).all()
            if (connection.scalar(select(func.count()).where(*still_open)) or 0) >= most:
                return False
            connection.execute(insert(CODES).values(values))
        return True

    def find(self, number: str) -> Code | None:
        """See `Codes`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(CODES).where(CODES.c.number == number)).first()
        return None if row is None else _code(row)

    def by_digest(self, digest: bytes) -> Code | None:
        """See `Codes`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(CODES).where(CODES.c.digest == digest)).first()
        return None if row is None else _code(row)

    def redeem(self, digest: bytes, use: Use, key: str) -> Code | None:
        """See `Codes`."""
        values = {
            "used_at": use.at,
            "used_by": use.by,
            "used_department": use.department,
            "used_place": use.place,
            "used_purpose": use.purpose,
            "use_key": key,
        }
        first = (CODES.c.digest == digest, *_unused(), CODES.c.expires_at > use.at)
        another = select(CODES.c.number).where(CODES.c.use_key == key, CODES.c.digest != digest)
        try:
            with self._engine.begin() as connection:
                if connection.execute(another).first() is not None:
                    raise IdempotencyMismatch(key)
                connection.execute(update(CODES).where(*first).values(**values))
                row = connection.execute(select(CODES).where(CODES.c.digest == digest)).first()
        except IntegrityError as error:  # another code was used under this key at the same moment
            raise IdempotencyMismatch(key) from error
        return None if row is None else _code(row)

    def withdraw(self, number: str, at: datetime) -> Code | None:
        """See `Codes`."""
        with self._engine.begin() as connection:
            connection.execute(update(CODES).where(CODES.c.number == number, *_unused()).values(withdrawn_at=at))
            row = connection.execute(select(CODES).where(CODES.c.number == number)).first()
        return None if row is None else _code(row)

    def of_licence(self, identifier: str, limit: int) -> Sequence[Code]:
        """See `Codes`."""
        wanted = (
            select(CODES)
            .where(CODES.c.identifier == identifier)
            .order_by(CODES.c.made_at.desc(), CODES.c.number)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_code(row) for row in connection.execute(wanted)]

    def forget(self, before: datetime) -> int:
        """See `Codes`."""
        over = (CODES.c.used_at.is_(None), or_(CODES.c.expires_at < before, CODES.c.withdrawn_at < before))
        with self._engine.begin() as connection:
            return connection.execute(delete(CODES).where(*over)).rowcount


def _unused() -> tuple[Any, ...]:
    return CODES.c.used_at.is_(None), CODES.c.withdrawn_at.is_(None)


def _code(row: Row[Any]) -> Code:
    use = None
    if row.used_at is not None:
        use = Use(row.used_at, row.used_by, row.used_department, row.used_place, row.used_purpose)
    return Code(
        number=row.number,
        digest=row.digest,
        kind=CodeKind(row.kind),
        identifier=row.identifier,
        holder=row.holder,
        made_at=row.made_at,
        expires_at=row.expires_at,
        audience=row.audience,
        withdrawn_at=row.withdrawn_at,
        use=use,
        use_key=row.use_key,
    )
