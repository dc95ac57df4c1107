"""The moves of entries: planned, sealed, released, given up; each only from where it applies.

`release_in` and `void_in` work within somebody's transaction, which stores what rests on the release, or why there is
none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    select,
    update,
)
from sqlalchemy.exc import NoResultFound

from issuer.feeding.store import note_released
from issuer.ports import Artefacts, Entry, State, Void
from issuer.store.rows import progress_of
from issuer.store.tables import VOID_REASON, licence

AT_ONCE = 500
"""Values in one IN list; SQLite's limit was once 999."""
MOVES = update(licence).where(licence.c.identifier == bindparam("moved"))
_OPEN = MOVES.where(licence.c.void_at.is_(None))
PLANS = _OPEN.where(licence.c.state == State.BEGUN)
SEALS = _OPEN.where(licence.c.state == State.PLANNED, licence.c.ofd.is_(None))
_RELEASES = _OPEN.where(licence.c.state == State.PLANNED)
_VOIDS = _OPEN.where(licence.c.state != State.RELEASED)
_PROGRESS = select(
    licence.c.identifier,
    licence.c.state,
    licence.c.token,
    licence.c.ofd_plan,
    licence.c.pdf_plan,
    licence.c.ofd,
    licence.c.pdf,
    licence.c.leaf,
    licence.c.released_at,
    licence.c.void_at,
    licence.c.void_reason,
)


def release_in(connection: Connection, wanted: Sequence[tuple[Entry, Artefacts]]) -> list[Entry]:
    """`release_many` within somebody's transaction, which stores what rests on the release too."""
    rows = [
        {
            "moved": str(entry.licence.identifier),
            "state": State.RELEASED,
            "ofd": artefacts.ofd,
            "pdf": artefacts.pdf,
            "leaf": artefacts.log_index,
            "released_at": artefacts.released_at,
        }
        for entry, artefacts in wanted
    ]
    if rows:
        connection.execute(_RELEASES, rows)
        note_released(connection, wanted)
    return as_stored(connection, [entry for entry, _ in wanted])


def void_in(connection: Connection, wanted: Sequence[tuple[Entry, Void]]) -> list[Entry]:
    """`void_many` within somebody's transaction, which stores why."""
    rows = [
        {
            "moved": str(entry.licence.identifier),
            "void_at": void.at,
            "void_reason": void.reason[:VOID_REASON],
            "predecessor": None,  # its document still says what it was to follow; another one may now
        }
        for entry, void in wanted
    ]
    if rows:
        connection.execute(_VOIDS, rows)
    return as_stored(connection, [entry for entry, _ in wanted])


def batched(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Values in parts small enough for one IN list; what has no place in a text of PostgreSQL is left out."""
    askable = [value for value in values if "\0" not in value]
    for start in range(0, len(askable), AT_ONCE):
        yield askable[start : start + AT_ONCE]


def as_stored(connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
    """Entries with how far they have come; what never changes is taken from them.

    Raises:
        NoResultFound: one of them was never begun.

    """
    found: dict[str, Row[*tuple[object, ...]]] = {}
    for some in batched([str(entry.licence.identifier) for entry in entries]):
        rows = connection.execute(_PROGRESS.where(licence.c.identifier.in_(some)))
        found |= {row.identifier: row for row in rows}
    if missing := [entry.key for entry in entries if str(entry.licence.identifier) not in found]:
        raise NoResultFound(f"No row was found for {len(missing)} entries")
    return [replace(entry, **progress_of(found[str(entry.licence.identifier)])) for entry in entries]
