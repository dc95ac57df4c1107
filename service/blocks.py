"""Reading a whole table without holding it: blocks in the order of its key, each in a short transaction."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Table, literal, select, tuple_

BLOCK = 500
AnyRow = Row[*tuple[Any, ...]]


def blocks_of(
    engine: Engine, table: Table, key: list[ColumnElement[object]], where: ColumnElement[bool] | None = None
) -> Iterator[Row[*tuple[object, ...]]]:
    """The rows of a table in the order of its key, read in blocks, each in a short transaction."""
    last: tuple[object, ...] | None = None
    while True:
        query = select(table).order_by(*key).limit(BLOCK)
        if where is not None:
            query = query.where(where)
        if last is not None:
            values = [literal(one, column.type) for one, column in zip(last, key, strict=True)]
            query = query.where(tuple_(*key) > tuple_(*values))
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield from rows
        last = tuple(getattr(rows[-1], str(column.key)) for column in key)


def with_steps(engine: Engine, table: Table, steps: Table, name: str) -> Iterator[tuple[AnyRow, Sequence[AnyRow]]]:
    """The rows of a table, each with its steps in their order; `name` is the key that both have."""
    rows = blocks_of(engine, table, [table.c[name]])
    while some := list(islice(rows, BLOCK)):
        wanted = select(steps).where(steps.c[name].in_([getattr(row, name) for row in some]))
        found: dict[str, list[AnyRow]] = {}
        with engine.connect() as connection:
            for one in connection.execute(wanted.order_by(steps.c.sequence)):
                found.setdefault(getattr(one, name), []).append(one)
        yield from ((row, found.get(getattr(row, name), ())) for row in some)
