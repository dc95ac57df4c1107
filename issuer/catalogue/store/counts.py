"""How far numbers have been counted, in SQL: one row for each body, type and scope.

A restore makes every count leap. A count that has no row may have begun in the part that was lost all the same: rows
of no body say behind which number such counts begin, and for scopes up to which year; later years begin at 1 again.
"""

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from issuer.catalogue.store.tables import number_count


class SqlCounts:
    """`NumberCounts` in the table above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self, issuer_code: str, type_code: str, scope: str, year: int | None = None) -> int:
        """See `NumberCounts`; of two who begin a scope at once, one counts on from the other."""
        table = number_count
        row = (table.c.issuer_code == issuer_code) & (table.c.type_code == type_code) & (table.c.scope == scope)
        counted = update(table).where(row).values(last=table.c.last + 1)
        try:
            with self._engine.begin() as connection:
                if connection.execute(counted).rowcount == 1:
                    return int(connection.execute(select(table.c.last).where(row)).scalar_one())
                first = _begun_behind(connection, year) + 1
                values = {"issuer_code": issuer_code, "type_code": type_code, "scope": scope, "last": first}
                connection.execute(insert(table).values(values))
                return first
        except IntegrityError:
            return self.next(issuer_code, type_code, scope, year)


def leap(connection: Connection, by: int, until: int) -> None:
    """Let every count leap, and those without a row begin as far on, for scopes of years up to `until` or of none."""
    table = number_count
    connection.execute(update(table).values(last=table.c.last + by))
    upto = f"{until:04d}"
    if connection.scalar(select(table.c.last).where(_OF_NOBODY, table.c.scope == upto)) is None:
        connection.execute(insert(table).values(issuer_code="", type_code="", scope=upto, last=by))


_OF_NOBODY = (number_count.c.issuer_code == "") & (number_count.c.type_code == "")


def _begun_behind(connection: Connection, year: int | None) -> int:
    """Behind which number a count begins; `year` is that of its scope, None where it has none."""
    wanted = select(func.max(number_count.c.last)).where(_OF_NOBODY)
    if year is not None:
        wanted = wanted.where(number_count.c.scope >= f"{year:04d}")
    return connection.scalar(wanted) or 0
