"""Which rows of which registers the trail vouches for, and reading them: by key, by range, and as digests.

The log commits to what is issued and recorded; it does not say by whom a seal was used or who asked for it. So the
trail takes digests of such rows once they are final. The columns are named here, because a column that is added later
must not change the digest of a row that was marked before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Engine, Row, Table, select, text, tuple_

from issuer.catalogue.store.tables import catalogue_edition
from issuer.copying.store import COPIES
from issuer.ports import State
from issuer.store import licence
from trust.formats.trail_record import row_digest
from trust.log.store import AT_ONCE
from trust.sealing.store.tables import seal, seal_filing, seal_request, seal_request_item, seal_use
from trust.sealing.using import Result

KeyedRows = Mapping[str, Mapping[str, object]]
_ISSUED = (
    *("identifier", "key", "body_digest", "state", "document", "by", "begun_at"),
    *("token_plan", "token", "ofd_plan", "pdf_plan", "ofd", "pdf", "leaf", "released_at"),
)


@dataclass(frozen=True)
class Ledger:
    """A register: its table, the columns that make its key, and those that never change once a row is final."""

    table: Table
    keys: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def key_columns(self) -> list[Column[object]]:
        """The key as columns."""
        return [self.table.c[name] for name in self.keys]


LEDGERS = {
    str(one.table.name): one
    for one in (
        Ledger(seal_use, ("number",), ("number", "seal_id", "subject", "digest", "at", "used_by")),
        Ledger(licence, ("identifier",), (*_ISSUED, "type_code", "issuer_code", "number", "claim", "predecessor")),
        Ledger(
            COPIES,
            ("identifier",),
            (*_ISSUED, "original", "basis", "asker", "consent_department", "consent_mode", "consent_reference"),
        ),
        Ledger(
            seal_request,
            ("number",),
            (
                *("number", "seal_id", "purpose", "wanted", "asked_by", "asked_name", "asked_at"),
                *("progress", "decided_by", "decided_name", "decided_at"),
            ),
        ),
        Ledger(
            seal_request_item,
            ("number", "position"),
            ("number", "position", "document", "place", "result", "planned_at", "signed", "file"),
        ),
        Ledger(seal, ("seal_id",), ("seal_id", "body_code", "name", "octets", "filed_at", "filed_by")),
        Ledger(
            catalogue_edition,
            ("number",),
            ("number", "type_code", "version", "since", "to_be_signed", "octets"),
        ),
        Ledger(seal_filing, ("seal_id",), ("seal_id", "kind", "holder", "digest", "per_day", "threshold")),
    )
}
FINAL = {
    licence.name: licence.c.state == State.RELEASED,
    COPIES.name: COPIES.c.state == State.RELEASED,
    seal_request_item.name: seal_request_item.c.result == Result.SEALED.value,
    catalogue_edition.name: catalogue_edition.c.octets.is_not(None),
}
"""When a row is final, where it is not from the beginning."""


def spelled(ledger: Ledger, row: Row[*tuple[object, ...]]) -> str:
    """The key of a row as a record spells it."""
    return "/".join(str(getattr(row, name)) for name in ledger.keys)


class SqlLedgers:
    """The registers, as the trail and its audit read them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(self, table: str, keys: Sequence[str]) -> KeyedRows:
        """Those of the rows of these keys that are there, with the columns that the trail vouches for."""
        ledger, found = LEDGERS[table], dict[str, dict[str, object]]()
        with self._engine.connect() as connection:
            for start in range(0, len(keys), AT_ONCE):
                found |= _keyed(connection, ledger, keys[start : start + AT_ONCE])
        return found

    def digests(self, table: str, keys: Iterable[str]) -> dict[str, str]:
        """Digests of those of the rows that are there and final."""
        ledger = LEDGERS[table]
        wanted = list(keys)
        with self._engine.connect() as connection:
            found: dict[str, str] = {}
            for start in range(0, len(wanted), AT_ONCE):
                some = _keyed(connection, ledger, wanted[start : start + AT_ONCE], final=True)
                found |= {key: row_digest(table, row) for key, row in some.items()}
        return found

    def uses_after(self, number: int, limit: int) -> list[tuple[int, str, str]]:
        """Uses of seals above a number: number, subject, digest of the row; none can come in below those later.

        On PostgreSQL numbers are given out before they are committed, so whoever is writing is waited for.
        """
        ledger = LEDGERS["seal_use"]
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE seal_use IN SHARE MODE"))
            query = _selected(ledger).where(seal_use.c.number > number).order_by(seal_use.c.number).limit(limit)
            rows = connection.execute(query).all()
        return [(row.number, row.subject, row_digest("seal_use", _values(ledger, row))) for row in rows]

    def use_numbers(self, first: int, last: int) -> list[int]:
        """The numbers of the uses in a range, both ends included."""
        with self._engine.connect() as connection:
            query = select(seal_use.c.number).where(seal_use.c.number.between(first, last))
            return list(connection.scalars(query.order_by(seal_use.c.number)))

    def keys(self, table: str) -> list[str]:
        """Every key of a small register."""
        ledger = LEDGERS[table]
        with self._engine.connect() as connection:
            rows = connection.execute(select(*ledger.key_columns).order_by(*ledger.key_columns))
            return [spelled(ledger, row) for row in rows]

    def items_of(self, numbers: Sequence[str]) -> dict[str, list[str]]:
        """For each request to seal the keys of its documents."""
        table, found = seal_request_item, dict[str, list[str]]()
        with self._engine.connect() as connection:
            for start in range(0, len(numbers), AT_ONCE):
                some = table.c.number.in_(numbers[start : start + AT_ONCE])
                for row in connection.execute(select(table.c.number, table.c.position).where(some)):
                    found.setdefault(row.number, []).append(f"{row.number}/{row.position}")
        return found


def _selected(ledger: Ledger):  # type: ignore[no-untyped-def]  # noqa: ANN202  (a select of named columns has no narrower type)
    return select(*(ledger.table.c[name] for name in ledger.columns))


def _values(ledger: Ledger, row: Row[*tuple[object, ...]]) -> dict[str, object]:
    return {name: getattr(row, name) for name in ledger.columns}


def _keyed(
    connection: Connection, ledger: Ledger, keys: Sequence[str], *, final: bool = False
) -> dict[str, dict[str, object]]:
    """Rows by key; what cannot be a key of this register is not there."""
    parsed = [found for key in keys if (found := _parsed(ledger, key)) is not None]
    query = _selected(ledger).where(tuple_(*ledger.key_columns).in_(parsed))
    if final and ledger.table.name in FINAL:
        query = query.where(FINAL[ledger.table.name])
    return {spelled(ledger, row): _values(ledger, row) for row in connection.execute(query)} if parsed else {}


def _parsed(ledger: Ledger, key: str) -> tuple[object, ...] | None:
    parts = key.rsplit("/", len(ledger.keys) - 1)
    if len(parts) != len(ledger.keys) or "\0" in key:
        return None
    try:
        return tuple(column.type.python_type(part) for column, part in zip(ledger.key_columns, parts, strict=True))
    except ValueError:
        return None
