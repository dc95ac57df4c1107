"""Running batches 签发: a worker takes a chunk of rows under a lease, issues it, and stores what came of each row.

The key of a row follows from its batch and its number, so a row is issued once however often it is begun: a worker that
is killed leaves its rows to whoever comes when the lease has run out, and the register takes up what had begun. What
concerns all rows of a chunk leaves them waiting, with the reason noted, until the lease has run out; so does what is
wrong with us and not with a row (`outcomes`). A batch for which that happens again and again is held until somebody has
seen to it.

Examining pictures takes time, in which anything may happen. So everything that issuing rests on is asked anew after it:
the instant, how the batch stands, what keeps it, and which rows are still held.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuer.application import read_application
from issuer.applying.deciding import needs_two
from issuer.batches.content import is_sound
from issuer.batches.errors import BatchMoved, PicturesLost
from issuer.batches.examining import Examining, Lease, pictures_in
from issuer.batches.life import TRIALS, Batch, Failure, Row, State, approval_in, key_of, row_of
from issuer.batches.outcomes import Sorted, sort
from issuer.batches.ports import Batches
from issuer.batches.submitting import finish, hold
from issuer.batches.trials import conclude, drop_lapsed, drop_pictures, judge
from issuer.errors import ApplicationRefused, UnknownType
from issuer.issuing import Order, issue_many
from issuer.ports import Entry, Void
from issuer.still_allowed import not_out

CHUNK, LEASE = 100, timedelta(minutes=2)
STRIKES = 3
"""So many chunks in succession, or rows of one chunk, that fail through no fault of a row, and the batch is held."""
PUT_IN = "register-changed"
"""Why a batch is held that does not stand where its steps led it, or one of whose steps was not taken here."""
CHANGED = "content-changed"
"""Why a batch is held whose rows are not those that its digest covers."""
GIVEN_UP = "batch-cancelled"
"""Why an issue was given up that had begun, could not be completed, and whose batch was cancelled."""


@dataclass(frozen=True)
class Worked:
    """What came of one chunk: the batch, how many rows were issued and how many were not, and their status lists.

    `held` is the reason, where the batch was stopped.
    """

    batch: Batch
    issued: int
    failed: int
    lists: frozenset[int]
    held: str = ""


def run_chunk(
    desk: Batches, worker: str, *, now: Callable[[], datetime], size: int = CHUNK, lease: timedelta = LEASE
) -> Worked | None:
    """Take the next chunk and issue it; None where nothing waits. Rows whose pictures it does not come to are left.

    Raises:
        Exception: what concerns all rows, such as NoPen or a database that is gone; its reason is noted where it can
            be, and the rows are taken up again when the lease has run out, unless the batch is held by then.

    """
    at = now()
    taken = desk.book.lease(worker, at=at, until=at + lease, size=size)
    if taken is None:
        return None
    batch, rows = taken
    own = Lease(worker, now, at, lease)
    try:
        if batch.state is State.CANCELLED:
            rows = _begun(desk, batch, rows)
        elif batch.state is State.TRYING:
            return _judged(desk, batch, rows, own)
        elif (reason := _kept_by(desk, batch)) is not None:
            return _held(desk, batch, reason, at)
        elif not is_sound(desk.book, batch, rows):
            return _held(desk, batch, CHANGED, at)
        return _run(desk, batch, rows, own)
    except Exception as error:  # whatever it was goes on as it came; here the batch only counts it
        _strike(desk, batch, desk.explain(error, None).reason, now())
        raise


def finish_batches(desk: Batches, *, at: datetime) -> Sequence[Batch]:
    """Store of every running batch and trial without a waiting row that it is done; what trials leave is deleted."""
    done = []
    drop_lapsed(desk, at=at)
    for batch in desk.book.finished():
        try:
            done.append((conclude if batch.state in TRIALS else finish)(desk, batch, at=at))
        except BatchMoved:
            continue  # another worker was first, or somebody stopped it: the next look tells
    drop_pictures(desk, at=at)
    return done


def _judged(desk: Batches, trial: Batch, rows: Sequence[Row], lease: Lease) -> Worked:
    """Judge rows of a trial, for the face that it was opened for."""
    if desk.office.bundle(trial.type_code).template != trial.template:
        return _held(desk, trial, "template-changed", lease.since)
    try:
        return Worked(trial, 0, judge(desk, trial, rows, lease), frozenset())
    except PicturesLost as lost:
        return _held(desk, trial, desk.explain(lost, None).reason, lease.now())


def _run(desk: Batches, batch: Batch, rows: Sequence[Row], lease: Lease) -> Worked:
    """Issue rows and store what came of them."""
    bundle, at = desk.office.face(batch.type_code, batch.template), lease.since
    kind = bundle.type
    with desk.take_for(bundle) as take:
        pictures = Examining(kind, take, desk.office.blobs.get)  # raises where one was lost: no row fails for that
        orders, failures = _orders(desk, batch, rows, pictures, lease)
    if pictures.made:
        desk.office.blobs.put_many(pictures.made)
    if pictures.looked_at:
        at = lease.now()
        batch, mine = _standing(desk, batch, rows, {row for row, _ in (*orders, *failures)}, lease, at)
        if batch.state is State.RUNNING and (reason := _kept_by(desk, batch)) is not None:
            return _held(desk, batch, reason, at)
        if not mine:
            return Worked(batch, 0, 0, frozenset())
        orders, failures = [one for one in orders if one[0] in mine], [one for one in failures if one[0] in mine]
    outcomes = issue_many(
        desk.office,
        [order for _, order in orders],
        at=at,
        release=lambda wanted: desk.book.release(batch.number, wanted),
    )
    done = sort(desk, batch, [row for row, _ in orders], outcomes, kind)
    if batch.state is State.CANCELLED:
        failures += _given_up(desk, batch, done.faults, at)
    failures += done.failures
    desk.book.issued(batch.number, done.issued)
    desk.book.fail(batch.number, failures)
    held = _note(desk, batch, done, at, moved=bool(done.issued or failures))
    return Worked(batch, len(done.issued), len(failures), done.lists, held)


def _note(desk: Batches, batch: Batch, done: Sorted, at: datetime, *, moved: bool) -> str:
    """Note what rows still wait for; the reason, where the batch is held for it.

    A few rows that fail through a fault of ours do not stop the others: they are tried again beside them, and count
    when nothing else is left to come through.
    """
    if not done.faults or batch.state is State.CANCELLED:
        desk.book.trouble(batch.number, done.waits)
        return ""
    reason = done.faults[0][1].reason
    if len(done.faults) >= STRIKES:
        return _held(desk, batch, reason, at).held
    if not moved:
        return _strike(desk, batch, reason, at)
    desk.book.trouble(batch.number, reason)
    return ""


def _strike(desk: Batches, batch: Batch, reason: str, at: datetime) -> str:
    """Count a chunk that failed through no fault of its rows; the reason, where the batch is held for it."""
    strikes = desk.book.fault(batch.number, reason)
    if strikes < STRIKES or batch.state is State.CANCELLED:
        return ""
    return _held(desk, batch, reason, at).held


def _standing(
    desk: Batches, batch: Batch, rows: Sequence[Row], looked_at: Collection[int], lease: Lease, at: datetime
) -> tuple[Batch, AbstractSet[int]]:
    """The batch as it stands when pictures were examined, and the rows that go on; the others are given back."""
    left = [row.number for row in rows if row.number not in looked_at]
    if left:
        desk.book.keep(batch.number, lease.worker, left, until=at)
    batch, mine = desk.book.keep(batch.number, lease.worker, looked_at, until=at + lease.lasts)
    if batch.state is State.RUNNING:
        return batch, mine
    if batch.state is State.CANCELLED:
        return batch, {row.number for row in _begun(desk, batch, [row for row in rows if row.number in mine])}
    desk.book.keep(batch.number, lease.worker, mine, until=at)
    return batch, frozenset()


def _orders(
    desk: Batches, batch: Batch, rows: Sequence[Row], pictures: Examining, lease: Lease
) -> tuple[list[tuple[int, Order]], list[tuple[int, Failure]]]:
    """The orders of rows, and the failures of those that are none; rows that there is no time for are neither."""
    begun = _fields_begun(desk, batch, [row for row in rows if pictures_in(row.members, pictures.kind)])
    orders: list[tuple[int, Order]] = []
    failures: list[tuple[int, Failure]] = []
    for row in rows:
        if pictures.looked_at and lease.is_late:
            break
        try:
            members = pictures.photographed(row.members, begun.get(row.number))
            read = read_application(members, type_code=batch.type_code, issuer_code=batch.body_code)
        except ApplicationRefused as refused:
            failures.append((row.number, desk.explain(refused, pictures.kind)))
            continue
        orders.append((row.number, Order(read, key_of(batch.number, row.number), batch.by, batch.template)))
    return orders, failures


def _fields_begun(desk: Batches, batch: Batch, rows: Sequence[Row]) -> Mapping[int, Mapping[str, str]]:
    """Of rows that had begun the fields that they began with."""
    known = desk.office.register.by_keys([key_of(batch.number, row.number) for row in rows]) if rows else {}
    return {row_of(key): entry.licence.fields for key, entry in known.items()}


def _begun(desk: Batches, batch: Batch, rows: Sequence[Row]) -> Sequence[Row]:
    """Of the rows of a cancelled batch those that had begun; the others are dropped."""
    known = desk.office.register.by_keys([key_of(batch.number, row.number) for row in rows])
    begun = [row for row in rows if key_of(batch.number, row.number) in known]
    desk.book.drop(batch.number, [row.number for row in rows if row not in begun])
    return begun


def _given_up(
    desk: Batches, batch: Batch, faults: Sequence[tuple[int, Failure]], at: datetime
) -> Sequence[tuple[int, Failure]]:
    """Give up what a cancelled batch had begun and cannot complete, so that nothing waits for ever."""
    begun = list(desk.office.register.by_keys([key_of(batch.number, row) for row, _ in faults]).values())
    mine = [entry for entry in not_out(desk.office, begun) if isinstance(entry, Entry)]  # the others may be out
    desk.office.register.void_many([(entry, Void(at, GIVEN_UP)) for entry in mine])
    return faults


def _kept_by(desk: Batches, batch: Batch) -> str | None:
    """What a person has to see to before the batch may go on."""
    try:
        bundle = desk.office.bundle(batch.type_code)
    except UnknownType:
        return "unknown-type"  # it was retired meanwhile
    if bundle.template != batch.template:
        return "template-changed"
    if needs_two(bundle) and batch.approved_by is None:
        return "needs-approval"
    steps = desk.book.events(batch.number)
    approval = approval_in(steps)
    if (approval and approval.by) != batch.approved_by or not desk.were_taken(steps):
        return PUT_IN
    return CHANGED if approval is not None and approval.note != batch.digest else None


def _held(desk: Batches, batch: Batch, reason: str, at: datetime) -> Worked:
    """Pause a batch, or conclude a trial; where somebody has just moved it, that stands."""
    with suppress(BatchMoved):  # it does not run any more, or another worker has paused it
        if batch.state in TRIALS:
            conclude(desk, batch, at=at, reason=reason)
        else:
            hold(desk, batch, reason, at=at)
    return Worked(batch, 0, 0, frozenset(), reason)
