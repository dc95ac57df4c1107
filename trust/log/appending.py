"""Appending to the log: durable, in order, and once.

The log writes its own instant into an entry, so that a repair after a crash never claims to be early, and its time
never runs backwards: up to a second of clock correction is absorbed, more stops appending. How long ago the work for an
entry began says nothing about the clock. A statement whose commitments are already logged is not logged again; its
first entry is the answer. So whoever crashed between storing an act and logging it simply logs it again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from trust.errors import Conflict
from trust.formats.leaf import Entry, Statement, decode_entry, encode_entry
from trust.formats.merkle import complete_nodes, grow, leaf_hash
from trust.log.ports import Addition, Head, LogStore, LogWriter

TOLERANCE = timedelta(seconds=1)


def append(log: LogStore, statements: Sequence[Statement], at: datetime) -> list[int]:
    """Log these statements and return the index of each, in their order.

    Raises:
        Conflict: `clock-went-back`, `at` and the log's clock are more than a second before the last entry;
            `commitment-in-use`, a commitment is already logged in another statement.

    """
    with log.writing() as writer:
        head = writer.head()
        known = _known(writer, statements)
        fresh = list(dict.fromkeys(statement for statement in statements if statement not in known))
        _check_distinct(fresh)
        if fresh:
            _add(writer, head, fresh, writer.instant(at))
        known |= {statement: head.size + place for place, statement in enumerate(fresh)}
        return [known[statement] for statement in statements]


def check_clock(log: LogStore, at: datetime) -> None:
    """Refuse an instant at which nothing could be logged, before anything is done that will have to be.

    Raises:
        Conflict: `clock-went-back`, as `append`.

    """
    _not_before(log.head(), at)


def _not_before(head: Head, at: datetime) -> datetime:
    """The instant that an entry gets."""
    last = head.at or at
    if at < last - TOLERANCE:
        raise Conflict("clock-went-back", f"{at.isoformat()} is before the last entry's {last.isoformat()}")
    return max(at, last)


def _known(writer: LogWriter, statements: Sequence[Statement]) -> dict[Statement, int]:
    """The statements that are logged already; a partial overlap with a logged one is refused."""
    logged = writer.find([value for statement in statements for value in statement.commitments])
    known = {}
    for statement in statements:
        places = {logged.get(value) for value in statement.commitments}
        if places == {None}:
            continue
        place = places.pop()
        if places or place is None or decode_entry(writer.entry(place)).statement != statement:
            raise Conflict("commitment-in-use", "a commitment is logged in another statement")
        known[statement] = place
    return known


def _check_distinct(statements: Sequence[Statement]) -> None:
    """Refuse two different statements of one call that share a commitment."""
    commitments = [value for statement in statements for value in statement.commitments]
    if len(set(commitments)) != len(commitments):
        raise Conflict("commitment-in-use", "two statements share a commitment")


def _add(writer: LogWriter, head: Head, statements: Sequence[Statement], at: datetime) -> None:
    """Hash and store the new entries behind the present ones."""
    instant = _not_before(head, at)
    entries = [encode_entry(Entry(instant, statement)) for statement in statements]
    edge = writer.nodes(complete_nodes(0, head.size))
    _, nodes = grow(head.size, edge, map(leaf_hash, entries))
    writer.add(Addition(entries, [statement.commitments for statement in statements], nodes, instant))
