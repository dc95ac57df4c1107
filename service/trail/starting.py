"""The start of marking: once for each register, before anything is written to it, whoever opens the installation first.

A register that is marked as it is written needs a beginning: what stands in it then is taken into the trail, and a
record says that from there on every write is marked. All of it is one transaction that holds the trail's tip and reads
the rows under it. So two processes that start together make one beginning, and between the start and the first piece of
work there is no moment in which a change of an old row is refused, or one past the register goes unseen. What an
installation has begun is listed in a record of its own, by which a later start sees with one look that nothing is due;
the same record says from where on records bear tags. It stands outside the database as well (`service.begun`): what has
begun by that word never begins again.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from keys.errors import KeysError, OtherSecret
from service.begun import Begun, MemoryBegun
from service.trail.ledger import Ledger, When, every_digest_in
from service.trail.marking import ACTS, SERVICE
from service.trail.store import add_in, hold_tip, last_marks_of, marks_in
from service.trail.vouching import FIRST, tags_of
from trust.formats.trail_record import AGAIN, BOUND, MARKED, RECORDS, TAGGED, TrailRecord

AT_ONCE = 500
OVERLAP = timedelta(hours=1)
"""How late a row may be stored that says it became final earlier; what comes later with such a time is not marked."""
STARTED = "started"
"""Where a record lists the registers that have begun, each with how it is marked; it vouches for no rows."""
_AS_WRITTEN = frozenset({When.WRITTEN, When.FOLLOWED})


def start_marking(engine: Engine, ledgers: Iterable[Ledger], at: datetime, begun: Begun | None = None) -> None:
    """Begin with the registers that are marked as they are written and have not begun; safe at every start.

    `begun` is what is kept outside the database of what has begun; without it the database's word counts.

    Raises:
        OtherSecret: something is to begin, and the index secret is another or is gone.
        KeyFileRefused: the file of what has begun is not in order, or cannot be written.

    """
    begun = begun or MemoryBegun()
    every = {one.name: one for one in ledgers}
    wanted = {name: one for name, one in every.items() if one.when in _AS_WRITTEN}
    due = {name: one.when.value for name, one in wanted.items()}
    with engine.connect() as connection:
        due |= {RECORDS: TAGGED} if tags_of(connection) is not None else {}
        known = begun.known()
        fresh = {name: how for name, how in due.items() if known.get(name) != how}
        missing = _missing(connection, fresh) if fresh else frozenset()
    if missing and not _begin(engine, every, fresh, {"table": STARTED} | due, at):
        return
    if fresh:
        begun.note({**fresh, **(_first_tagged(engine) if RECORDS in fresh else {})})


def _first_tagged(engine: Engine) -> Mapping[str, str]:
    """From which record on they bear tags, asked just after that began."""
    with engine.connect() as connection:
        said = (one.number for one in marks_in(connection, STARTED) if one.about.get(RECORDS) == TAGGED)
        first = min(said, default=None)
    return {} if first is None else {FIRST: str(first)}


def _begin(
    engine: Engine, every: Mapping[str, Ledger], fresh: Mapping[str, str], about: Mapping[str, str], at: datetime
) -> bool:
    """Begin with what is fresh and has not begun by the database's word either; whether that could be done."""
    try:
        with engine.begin() as connection:
            hold_tip(connection)
            if missing := _missing(connection, fresh):
                restored = _last_restore(connection, every.get("restore_epoch"))
                some = [one for name, one in every.items() if name in missing]
                records = [made for one in some for made in _beginning(connection, one, at, restored)]
                add_in(connection, [_record(at, about), *records])
    except OtherSecret:
        raise
    except KeysError:
        return False  # a process that cannot open the key writes nothing else either
    return True


def _missing(connection: Connection, due: Mapping[str, str]) -> AbstractSet[str]:
    """Those of the registers, and of the trail's own ways, that no start has listed."""
    last = last_marks_of(connection, STARTED)
    listed = {} if last is None else last.about
    return {name for name, how in due.items() if listed.get(name) != how}


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
