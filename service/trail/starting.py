"""The start of marking: once for each register, before anything is written to it, whoever opens the installation first.

A register that is marked as it is written needs a beginning: what stands in it then is taken into the trail, and a
record says that from there on every write is marked. All of it is one transaction that holds the trail's tip and reads
the rows under it. So two processes that start together make one beginning, and between the start and the first piece of
work there is no moment in which a change of an old row is refused, or one past the register goes unseen. What an
installation has begun is listed in a record of its own, by which a later start sees with one look that nothing is due.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from service.trail.ledger import Ledger, When, every_digest_in
from service.trail.marking import ACTS, SERVICE
from service.trail.store import add_in, hold_tip, last_marks_of, marks_in
from trust.formats.trail_record import AGAIN, BOUND, MARKED, TrailRecord

AT_ONCE = 500
OVERLAP = timedelta(hours=1)
"""How late a row may be stored that says it became final earlier; what comes later with such a time is not marked."""
STARTED = "started"
"""Where a record lists the registers that have begun, each with how it is marked; it vouches for no rows."""
_AS_WRITTEN = frozenset({When.WRITTEN, When.FOLLOWED})


def start_marking(engine: Engine, ledgers: Iterable[Ledger], at: datetime) -> None:
    """Begin with the registers that are marked as they are written and have not begun; safe at every start."""
    every = {one.name: one for one in ledgers}
    wanted = {name: one for name, one in every.items() if one.when in _AS_WRITTEN}
    with engine.connect() as connection:
        if not _missing(connection, wanted):
            return
    with engine.begin() as connection:
        hold_tip(connection)
        if missing := _missing(connection, wanted):
            restored = _last_restore(connection, every.get("restore_epoch"))
            records = [made for one in missing.values() for made in _beginning(connection, one, at, restored)]
            about = {"table": STARTED} | {name: one.when.value for name, one in wanted.items()}
            add_in(connection, [*records, _record(at, about)])


def _missing(connection: Connection, wanted: Mapping[str, Ledger]) -> Mapping[str, Ledger]:
    """Those of the registers that no start has listed."""
    last = last_marks_of(connection, STARTED)
    listed = {} if last is None else last.about
    return {name: one for name, one in wanted.items() if listed.get(name) != one.when.value}


def _beginning(
    connection: Connection, ledger: Ledger, at: datetime, restored: datetime | None
) -> Iterator[TrailRecord]:
    """The records with which a register begins; none where an earlier version began with it."""
    name, last = ledger.name, last_marks_of(connection, ledger.name)
    begun = any(BOUND in one.about for one in marks_in(connection, name)) if ledger.when is When.FOLLOWED else False
    if begun or (ledger is ACTS and last is not None):
        return
    if ledger.when is When.FOLLOWED:
        yield from _taken_up(connection, ledger, at)
    else:
        yield from _records(at, {"table": name}, _late(connection, ledger, last, restored))
    yield _record(at, {"table": name, BOUND: ledger.when.value})


def _taken_up(connection: Connection, ledger: Ledger, at: datetime) -> Iterator[TrailRecord]:
    """Every row of a register whose rows may change.

    A row that was marked before and is another now was changed by a version that marked it once alone, or past the
    installation. Nobody can tell which, and nothing could be done with it any more; so it is marked again, in
    records that name such rows for an auditor to judge.
    """
    last: dict[str, str] = {}
    for record in marks_in(connection, ledger.name):
        last |= record.rows
    there = every_digest_in(connection, ledger)
    then = every_digest_in(connection, ledger, former=True) if last and ledger.former else there
    changed = {key: there[key] for key in there if last.get(key, then[key]) not in {then[key], there[key]}}
    fresh = {key: there[key] for key in there if key not in changed and last.get(key) != there[key]}
    yield from _records(at, {"table": ledger.name}, fresh)
    yield from _records(at, {"table": ledger.name, AGAIN: "changed"}, changed)


def _late(
    connection: Connection, ledger: Ledger, last: TrailRecord | None, restored: datetime | None
) -> Mapping[str, str]:
    """The rows of a register to which rows are only added, but for those that were marked.

    Where it was looked through by time before, those alone that would have been found then: what came later with an
    earlier time was put in past the installation, and is not taken up now either.
    """
    since = None if last is None or (restored is not None and restored >= last.at) else last.at - OVERLAP
    marked = {key for record in marks_in(connection, ledger.name, since) for key in record.rows}
    there = every_digest_in(connection, ledger, since=since)
    return {key: digest for key, digest in there.items() if key not in marked}


def _last_restore(connection: Connection, epochs: Ledger | None) -> datetime | None:
    """When a restore was begun last."""
    return None if epochs is None else connection.scalar(select(func.max(epochs.table.c.at)))


def _records(at: datetime, about: Mapping[str, str], rows: Mapping[str, str]) -> Iterator[TrailRecord]:
    keys = sorted(rows)
    for start in range(0, len(keys), AT_ONCE):
        yield _record(at, about, {key: rows[key] for key in keys[start : start + AT_ONCE]})


def _record(at: datetime, about: Mapping[str, str], rows: Mapping[str, str] | None = None) -> TrailRecord:
    return TrailRecord(0, at, *SERVICE, MARKED, 0, about, rows=rows or {})
