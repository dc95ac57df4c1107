"""How the steps taken of anything are stored: one shape of table, one way there and back.

A table of steps stands beside that of what they are taken of, is told its name, and may have more columns; what is
written there, and read from there, is for its store. Rows are added in the transaction that moves what they are of,
and never changed.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from sqlalchemy import Column, Connection, ForeignKey, Integer, Row, Table, select

from trust.sealing.ports import Officer
from trust.store import METADATA, Instant, text

StepT = TypeVar("StepT", bound=StrEnum)
WHY = 400
"""Characters of a reason."""


class AnyStep(Protocol):
    """What every step taken has, whatever else is kept of it."""

    @property
    def number(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def step(self) -> StrEnum: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> Officer: ...


def step_table(name: str, of: Table, *more: Column[Any], why: str, login: int, full_name: int) -> Table:
    """The table of the steps of what `of` holds; `why` is the column of the reason, the numbers are lengths."""
    number = of.c.number
    return Table(
        name,
        METADATA,
        Column("number", number.type, ForeignKey(f"{of.name}.number"), primary_key=True),
        Column("sequence", Integer, primary_key=True, autoincrement=False),
        text("step", 16),
        Column("at", Instant, nullable=False),
        text("by_login", login),
        text("by_name", full_name),
        text(why, WHY),
        *more,
    )


def step_values(taken: AnyStep, **more: object) -> dict[str, object]:
    """The row of a step: the columns that every such table has, and what more there is with the reason."""
    return {
        "number": taken.number,
        "sequence": taken.sequence,
        "step": taken.step.value,
        "at": taken.at,
        "by_login": taken.by.login,
        "by_name": taken.by.name,
        **more,
    }


def step_members(row: Row[*tuple[Any, ...]], step: type[StepT]) -> dict[str, Any]:
    """The members that every step taken has, from its row."""
    return {
        "number": row.number,
        "sequence": row.sequence,
        "step": step(row.step),
        "at": row.at,
        "by": Officer(row.by_login, row.by_name),
    }


def steps_of(connection: Connection, table: Table, number: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of everything that was done to one thing, in order."""
    return connection.execute(select(table).where(table.c.number == number).order_by(table.c.sequence)).all()
