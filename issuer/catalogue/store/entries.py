"""Versions of types in SQL, with their events and what was signed of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, and_, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from issuer.catalogue.errors import EntryRefused, StepRefused
from issuer.catalogue.life import State, Step
from issuer.catalogue.ports import Event, Version
from issuer.catalogue.store.tables import catalogue_edition, catalogue_event, catalogue_version
from trust.formats.catalogue_entry import decode_entry, encode_entry
from trust.rules.catalogue import LicenceType
from trust.rules.catalogue_entry import CatalogueEntry, EntryStatus
from trust.sealing.ports import Officer

Place = tuple[str, int]
_LISTED = [state.value for state in State if state.listed]


class SqlEntries:
    """`Entries` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def define(self, version: Version, event: Event) -> None:
        """See `Entries`."""
        table, (code, number) = catalogue_version, version.place
        values = _values(version)
        try:
            with self._engine.begin() as connection:
                query = select(table.c.state).where(_at(table, version.place)).with_for_update()
                state = connection.scalar(query)
                if state not in (None, State.DRAFT):
                    raise EntryRefused("version-taken", f"{code}/{number}")
                if state is None:
                    connection.execute(insert(table).values(values))
                else:
                    connection.execute(update(table).where(_at(table, version.place)).values(values))
                _note(connection, version.place, event)
        except IntegrityError as error:
            raise EntryRefused("version-taken", f"{code}/{number}") from error

    def find(self, type_code: str, version: int) -> Version | None:
        """See `Entries`."""
        if "\0" in type_code or not 0 <= version < 2**31:
            return None  # no row has one, and PostgreSQL refuses even to be asked
        found = self._where(_at(catalogue_version, (type_code, version)))
        return found[0] if found else None

    def listed(self) -> Sequence[Version]:
        """See `Entries`."""
        return self._where(catalogue_version.c.state.in_(_LISTED))

    def all(self) -> Sequence[Version]:
        """See `Entries`."""
        return self._where(catalogue_version.c.version > 0)

    def move(self, place: Place, before: State, after: State, event: Event) -> None:
        """See `Entries`."""
        with self._engine.begin() as connection:
            _move(connection, place, before, after, event)

    def plan(self, place: Place, since: datetime, to_be_signed: bytes) -> int:
        """See `Entries`."""
        values = {"type_code": place[0], "version": place[1], "since": since, "to_be_signed": to_be_signed}
        with self._engine.begin() as connection:
            made = connection.execute(insert(catalogue_edition).values(values)).inserted_primary_key
            assert made is not None  # one row, with a key that the database gives
            return int(made.number)

    def complete(self, place: Place, number: int, octets: bytes, before: State, after: State, event: Event) -> None:
        """See `Entries`."""
        table = catalogue_edition
        filled = update(table).where(table.c.number == number, table.c.octets.is_(None)).values(octets=octets)
        with self._engine.begin() as connection:
            _move(connection, place, before, after, event)
            if connection.execute(filled).rowcount != 1:
                raise StepRefused(before, event.step)

    def events(self, place: Place) -> Sequence[Event]:
        """See `Entries`."""
        query = select(catalogue_event).where(_at(catalogue_event, place)).order_by(catalogue_event.c.sequence)
        with self._engine.connect() as connection:
            return [
                Event(Step(row.step), Officer(row.taken_by, row.taken_name), row.at, row.note, row.layout)
                for row in connection.execute(query)
            ]

    def revision(self) -> int:
        """See `Entries`."""
        query = select(func.count()).select_from(catalogue_edition).where(catalogue_edition.c.octets.is_not(None))
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def _where(self, condition: ColumnElement[bool]) -> list[Version]:
        """Versions with the document signed last of each."""
        version, edition = catalogue_version, catalogue_edition
        newest = (
            select(func.max(edition.c.number).label("number"))
            .where(edition.c.octets.is_not(None))
            .group_by(edition.c.type_code, edition.c.version)
            .subquery()
        )
        documents = select(edition).join(newest, newest.c.number == edition.c.number).subquery()
        same = and_(documents.c.type_code == version.c.type_code, documents.c.version == version.c.version)
        query = select(version, documents.c.octets).outerjoin(documents, same).where(condition)
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(version.c.type_code, version.c.version))
            return [_version(row) for row in found]


def _at(table: Table, place: Place) -> ColumnElement[bool]:
    return and_(table.c.type_code == place[0], table.c.version == place[1])


def _move(connection: Connection, place: Place, before: State, after: State, event: Event) -> None:
    table = catalogue_version
    moved = update(table).where(_at(table, place), table.c.state == before.value).values(state=after.value)
    if connection.execute(moved).rowcount != 1:
        raise StepRefused("changed", event.step)
    _note(connection, place, event)


def _note(connection: Connection, place: Place, event: Event) -> None:
    table = catalogue_event
    number = select(func.count()).select_from(table).where(_at(table, place))
    connection.execute(
        insert(table).values(
            type_code=place[0],
            version=place[1],
            sequence=(connection.scalar(number) or 0) + 1,
            step=event.step.value,
            taken_by=event.by.login,
            taken_name=event.by.name,
            at=event.at,
            note=event.note,
            layout=event.layout,
        )
    )


def _values(version: Version) -> Mapping[str, object]:
    facts = CatalogueEntry(version.type, version.layout, EntryStatus.PUBLISHED, version.drafted_at)
    return {
        "type_code": version.type.code,
        "version": version.type.bundle_version,
        "bundle": version.type.bundle,
        "layout": version.layout,
        "sample": version.sample,
        "facts": encode_entry(facts),
        "state": version.state.value,
        "drafted_by": version.drafted_by.login,
        "drafted_name": version.drafted_by.name,
        "drafted_at": version.drafted_at,
        "department": version.department,
    }


def _version(row: Row[*tuple[object, ...]]) -> Version:
    return Version(
        type=_type_of(bytes(row.facts)),
        layout=row.layout,
        sample=row.sample,
        state=State(row.state),
        drafted_by=Officer(row.drafted_by, row.drafted_name),
        drafted_at=row.drafted_at,
        department=row.department,
        document=None if row.octets is None else bytes(row.octets),
    )


@lru_cache(maxsize=256)
def _type_of(facts: bytes) -> LicenceType:
    """The type that stored facts say; the same few are read again with every question about a type."""
    return decode_entry(facts).type
