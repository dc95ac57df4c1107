"""What every store shares: one `METADATA`, an instant column, and the error for a lost race.

Stores are the only modules that speak SQL; `service.database` makes the engines. Instants are kept as
microseconds since 1970 UTC, because SQLite gives times back without a zone. Every text column has a CHECK on its
length, because SQLite does not enforce VARCHAR(n) and PostgreSQL does.
"""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, Dialect, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    },
)

STOPS = MappingProxyType({"stops": True})
"""Execution options of a write that takes something away from somebody at once: a secret, a witness's place. It is done
whatever stands in the row, also where the trail says that somebody wrote there past the installation."""

RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""An integer key that SQLite numbers by itself too."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 UTC; a time without a zone is refused."""

    impl = BigInteger
    cache_ok = True
    epoch: ClassVar[datetime] = datetime(1970, 1, 1, tzinfo=UTC)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Aware datetime to integer."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return None if value is None else (value - self.epoch) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Integer to datetime in UTC."""
        return None if value is None else self.epoch + timedelta(microseconds=value)


def text(
    name: str, length: int, *, nullable: bool = False, primary_key: bool = False, unique: bool = False
) -> Column[str]:
    """A text column whose length both databases enforce."""
    check = CheckConstraint(f"length({name}) <= {length}", name=f"{name}_length")
    return Column(name, String(length), check, nullable=nullable, primary_key=primary_key, unique=unique)
