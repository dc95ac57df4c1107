"""Reading a whole table without holding it: blocks in the order of its key, each in a short transaction."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Engine, Row, Table, literal, select, tuple_

BLOCK = 500


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
