"""How far numbers have been counted, in SQL: one row for each body, type and scope."""

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from issuer.catalogue.store.tables import number_count


class SqlCounts:
    """`NumberCounts` in the table above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self, issuer_code: str, type_code: str, scope: str) -> int:
        """See `NumberCounts`; of two who begin a scope at once, one counts on from the other."""
        table = number_count
        row = (table.c.issuer_code == issuer_code) & (table.c.type_code == type_code) & (table.c.scope == scope)
        counted = update(table).where(row).values(last=table.c.last + 1)
        try:
            with self._engine.begin() as connection:
                if connection.execute(counted).rowcount == 1:
                    return int(connection.execute(select(table.c.last).where(row)).scalar_one())
                first = {"issuer_code": issuer_code, "type_code": type_code, "scope": scope, "last": 1}
                connection.execute(insert(table).values(first))
                return 1
        except IntegrityError:
            return self.next(issuer_code, type_code, scope)
