"""Running batches 签发: a worker takes a chunk of rows under a lease, issues it, and stores what came of each row.

The key of a row follows from its batch and its number, so a row is issued once however often it is begun: a worker that
is killed leaves its rows to whoever comes when the lease has run out, and the register takes up what had begun. What
concerns one row is its failure and leaves the others alone; what concerns all of them leaves them waiting, with the
reason noted, until the lease has run out.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuer.application import read_application
from issuer.applying.deciding import needs_two
from issuer.batches.errors import BatchMoved
from issuer.batches.life import Batch, Failure, Row, State, key_of
from issuer.batches.ports import Batches
from issuer.batches.submitting import finish, hold
from issuer.chunks import Outcome
from issuer.errors import ApplicationRefused, NoPen, UnknownType
from issuer.issuing import Issued, Order, issue_many
from trust.errors import Conflict
from trust.rules.catalogue import LicenceType

CHUNK, LEASE = 100, timedelta(minutes=2)


@dataclass(frozen=True)
class Worked:
    """What came of one chunk: the batch, how many rows were issued and how many were not, and their status lists."""

    batch: Batch
    issued: int
    failed: int
    lists: frozenset[int]


def run_chunk(
    desk: Batches, worker: str, *, at: datetime, size: int = CHUNK, lease: timedelta = LEASE
) -> Worked | None:
    """Take the next chunk and issue it; None where nothing waits.

    Raises:
        Exception: what concerns all rows, such as NoPen or a database that is gone; its reason is noted where it can
            be, and the rows are taken up again when the lease has run out.

    """
    taken = desk.book.lease(worker, at=at, until=at + lease, size=size)
    if taken is None:
        return None
    batch, rows = taken
    if batch.state is State.CANCELLED:
        rows = _begun(desk, batch, rows)
    elif (reason := _kept_by(desk, batch)) is not None:
        return _held(desk, batch, reason, at)
    return _run(desk, batch, rows, at)


def finish_batches(desk: Batches, *, at: datetime) -> Sequence[Batch]:
    """Store of every running batch without a waiting row that it is done."""
    done = []
    for batch in desk.book.finished():
        try:
            done.append(finish(desk, batch, at=at))
        except BatchMoved:
            continue  # another worker was first, or somebody stopped it: the next look tells
    return done


def _run(desk: Batches, batch: Batch, rows: Sequence[Row], at: datetime) -> Worked:
    """Issue rows and store what came of them."""
    kind = desk.office.face(batch.type_code, batch.template).type
    orders, failures = _orders(desk, batch, rows, kind)
    try:
        outcomes = issue_many(
            desk.office,
            [order for _, order in orders],
            at=at,
            release=lambda wanted: desk.book.release(batch.number, wanted),
        )
    except NoPen as error:
        desk.book.trouble(batch.number, desk.explain(error, kind).reason)
        raise
    done, lists, waiting = _sorted(desk, kind, [row for row, _ in orders], outcomes, failures)
    desk.book.issued(batch.number, done)
    desk.book.fail(batch.number, failures)
    desk.book.trouble(batch.number, waiting)
    return Worked(batch, len(done), len(failures), lists)


def _orders(
    desk: Batches, batch: Batch, rows: Sequence[Row], kind: LicenceType
) -> tuple[list[tuple[int, Order]], list[tuple[int, Failure]]]:
    """The orders of rows, and the failures of those that are none."""
    orders: list[tuple[int, Order]] = []
    failures: list[tuple[int, Failure]] = []
    for row in rows:
        try:
            read = read_application(dict(row.members), type_code=batch.type_code, issuer_code=batch.body_code)
        except ApplicationRefused as refused:
            failures.append((row.number, desk.explain(refused, kind)))
            continue
        orders.append((row.number, Order(read, key_of(batch.number, row.number), batch.by)))
    return orders, failures


def _sorted(
    desk: Batches,
    kind: LicenceType,
    rows: Sequence[int],
    outcomes: Sequence[Outcome[Issued]],
    failures: list[tuple[int, Failure]],
) -> tuple[list[tuple[int, str]], frozenset[int], str]:
    """Which rows were issued, in which lists they stand, and why some wait; failures are added to those there are."""
    done: list[tuple[int, str]] = []
    lists: set[int] = set()
    waiting = ""
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, Issued):
            licence = outcome.entry.licence
            done.append((row, str(licence.identifier)))
            lists.add(licence.status.list)
        elif isinstance(outcome, Conflict):
            waiting = desk.explain(outcome, kind).reason  # the clock, or another writer: no fault of the row
        else:
            failures.append((row, desk.explain(outcome, kind)))
    return done, frozenset(lists), waiting


def _begun(desk: Batches, batch: Batch, rows: Sequence[Row]) -> Sequence[Row]:
    """Of the rows of a cancelled batch those that had begun; the others are dropped."""
    known = desk.office.register.by_keys([key_of(batch.number, row.number) for row in rows])
    begun = [row for row in rows if key_of(batch.number, row.number) in known]
    desk.book.drop(batch.number, [row.number for row in rows if row not in begun])
    return begun


def _kept_by(desk: Batches, batch: Batch) -> str | None:
    """What a person has to see to before the batch may go on."""
    try:
        bundle = desk.office.bundle(batch.type_code)
    except UnknownType:
        return "unknown-type"  # it was retired meanwhile
    if bundle.template != batch.template:
        return "template-changed"
    return "needs-approval" if needs_two(bundle) and batch.approved_by is None else None


def _held(desk: Batches, batch: Batch, reason: str, at: datetime) -> Worked:
    """Pause a batch; where somebody has just moved it, that stands."""
    with suppress(BatchMoved):  # it does not run any more, or another worker has paused it
        hold(desk, batch, reason, at=at)
    return Worked(batch, 0, 0, frozenset())
