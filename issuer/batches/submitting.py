"""Submitting a batch 提交, approving it 批准, and stopping and taking it up 暂停、继续、取消.

A batch of a type that one person may issue runs at once. Where two are needed somebody else has to approve it first,
and approves the digest they looked at, which covers the rows as they were read (`content`). The face that was
in force when it was submitted stays the one it is for: a batch whose face has changed is not approved. Photographs that
came with the table, or the pictures that are still to be examined, are stored before the batch is.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from issuer.applying.deciding import needs_two
from issuer.batches.columns import header_of
from issuer.batches.content import Content, content_of
from issuer.batches.errors import BatchNotOpened, BatchRefused, BatchStale, NoSuchBatch
from issuer.batches.examining import pictures_in
from issuer.batches.life import LIFE, MAX_NAME, MAX_ROWS, Batch, Event, Failure, State, Step
from issuer.batches.looking import unopened
from issuer.batches.ports import Batches
from issuer.batches.sheet import Row
from issuer.errors import NoMandate
from keys.sm3 import sm3
from templates.library import Bundle
from trust.rules.mandate import MandateBook
from trust.rules.times import aware
from trust.sealing.ports import Officer

DIGITS = 24
MOST_AT_ONCE, OCTETS_AT_ONCE = 500, 16 * 1024 * 1024
"""Photographs that are stored together."""
MOST_TOLD = 100
"""Rows that are named where a batch is refused."""


@dataclass(frozen=True)
class Handed:
    """A table as it is handed in: its rows, and how its headers were read (`Sheet.headers`).

    `photographs` are those that came with it, by the names (`sm3:…`) that its rows give them; where `pictures_wait`
    they are pictures as they were handed in.
    """

    type_code: str
    body_code: str
    name: str
    rows: Collection[Row] = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    photographs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    pictures_wait: bool = False

    def content(self, type_code: str, template: str) -> Content:
        """What an approval is of, for a face."""
        rows = ((row.number, row.members) for row in self.rows)
        return content_of(rows, type_code=type_code, body_code=self.body_code, template=template)


def submit(desk: Batches, handed: Handed, *, by: Officer, key: str, at: datetime) -> Batch:
    """Take a batch in, all rows of it; repeated under its key, the same batch.

    Raises:
        UnknownType, NoMandate: the body may not issue this type.
        BatchRefused: no rows, or more than one batch may have; a picture that did not come with the table.
        IdempotencyMismatch: the key was used for another content.

    """
    bundle = check_handed(desk, handed, at)
    known = desk.book.by_key(key)
    if known is not None and handed.content(known.type_code, known.template).digest == known.digest:
        return known  # also where the type has another face by now
    if bundle.type.photos:
        _check_pictures(handed, bundle)
    for some in together(handed.photographs):
        desk.office.blobs.put_many(some)
    state = State.SUBMITTED if needs_two(bundle) else State.RUNNING
    return opened(desk, handed, bundle, state, Step.SUBMIT, by=by, key=key, at=at)


def opened(
    desk: Batches,
    handed: Handed,
    bundle: Bundle,
    state: State,
    step: Step,
    *,
    by: Officer,
    key: str,
    at: datetime,
    wrong: Mapping[int, Failure] = MappingProxyType({}),
) -> Batch:
    """A table stored as the batch or the trial that it begins as; `wrong` are rows that are known to fail.

    Raises:
        IdempotencyMismatch: the key was used for another content.

    """
    content = handed.content(bundle.type.code, bundle.template)
    batch = Batch(
        number=number_of(handed, key),
        body_code=handed.body_code,
        type_code=bundle.type.code,
        template=bundle.template,
        name=handed.name[:MAX_NAME],
        digest=content.digest,
        total=len(handed.rows),
        submitted_by=by,
        opened_at=aware(at),
        moved_at=at,
        state=state,
        headers=handed.headers,
    )
    rows = ((row.number, row.members) for row in handed.rows)
    return desk.book.open(batch, rows, Event(batch.number, 1, step, at, by), key, content.told, wrong)


def check_handed(desk: Batches, handed: Handed, at: datetime) -> Bundle:
    """See that a table may be taken in at all; the type that it is for.

    Raises:
        UnknownType, NoMandate: the body may not issue this type.
        BatchRefused: no rows, or more than one batch may have.

    """
    bundle = desk.office.bundle(handed.type_code)
    _check_mandate(desk, handed, at)
    if not 0 < len(handed.rows) <= MAX_ROWS:
        raise BatchRefused([("", "too-many" if handed.rows else "no-rows")])
    return bundle


def number_of(handed: Handed, key: str) -> str:
    """The number of the batch of a body under a key."""
    return sm3(f"{handed.body_code}\n{key}".encode()).hex()[:DIGITS]


def find(desk: Batches, number: str, body_code: str) -> Batch:
    """The batch of a body.

    Raises:
        NoSuchBatch: there is none, or it is another's: the same answer.

    """
    found = desk.book.find(number)
    if found is None or found.body_code != body_code:
        raise NoSuchBatch
    return found


def approve(desk: Batches, batch: Batch, *, digest: str, by: Officer, at: datetime) -> Batch:
    """Approve the content of this digest; from then on it runs.

    Raises:
        BatchOwnHand: whoever approves has submitted it.
        BatchStale: another content than this, or its face is not in force any more.
        BatchNotOpened: they have not opened the rows, or no face.
        BatchMoved: it does not wait for an approval.

    """
    LIFE.take(batch.state, Step.APPROVE, by, [batch.submitted_by])
    if digest != batch.digest or desk.office.bundle(batch.type_code).template != batch.template:
        raise BatchStale(batch.number)
    if left := unopened(desk, batch, by):
        raise BatchNotOpened(left)
    return moved(desk, replace(batch, approved_by=by), Step.APPROVE, by=by, at=at, note=batch.digest)


def pause(desk: Batches, batch: Batch, *, by: Officer, at: datetime) -> Batch:
    """Let no further row begin; raises BatchMoved."""
    return moved(desk, replace(batch, trouble=""), Step.PAUSE, by=by, at=at)


def resume(desk: Batches, batch: Batch, *, by: Officer, at: datetime) -> Batch:
    """Let it run again; raises BatchMoved."""
    return moved(desk, replace(batch, trouble=""), Step.RESUME, by=by, at=at)


def cancel(desk: Batches, batch: Batch, *, by: Officer, at: datetime) -> Batch:
    """Give up what has not begun; what was issued stays issued. Raises BatchMoved."""
    return moved(desk, batch, Step.CANCEL, by=by, at=at)


def finish(desk: Batches, batch: Batch, *, at: datetime) -> Batch:
    """Store that no row waits any more; raises BatchMoved."""
    return moved(desk, replace(batch, trouble=""), Step.FINISH, by=batch.submitted_by, at=at)


def hold(desk: Batches, batch: Batch, reason: str, *, at: datetime) -> Batch:
    """Stop a batch until a person has seen to what keeps it; raises BatchMoved."""
    return moved(desk, replace(batch, trouble=reason), Step.HOLD, by=batch.submitted_by, at=at, note=reason)


def together(photographs: Mapping[str, bytes]) -> Iterator[Mapping[str, bytes]]:
    """Photographs by their names, as many at once as are kept in memory."""
    some: dict[str, bytes] = {}
    size = 0
    for name in photographs:
        some[name] = octets = photographs[name]
        size += len(octets)
        if len(some) >= MOST_AT_ONCE or size >= OCTETS_AT_ONCE:
            yield some
            some, size = {}, 0
    if some:
        yield some


def moved(desk: Batches, changed: Batch, step: Step, *, by: Officer, at: datetime, note: str = "") -> Batch:
    """Take a step from where the batch was seen; `changed` is the batch with what the step changes beside its state."""
    target = LIFE.after(changed.state, step)
    after = replace(changed, state=target, sequence=changed.sequence + 1, moved_at=aware(at))
    return desk.book.move(changed, after, Event(changed.number, after.sequence, step, at, by, note))


def _check_pictures(handed: Handed, bundle: Bundle) -> None:
    """See that every picture which waits came with this very table; later a missing one is lost, no fault of its row.

    What a cell names otherwise may be anybody's: a scan or a photograph of another body has a digest too.

    Raises:
        BatchRefused: the rows of some that did not.

    """
    problems = []
    for row in handed.rows:
        for key, digest in pictures_in(row.members, bundle.type).items():
            if digest not in handed.photographs:
                problems.append((f"rows.{row.number}.{header_of(bundle.type, f'fields.{key}')}", "photo-needs-zip"))
        if len(problems) >= MOST_TOLD:
            break
    if problems:
        raise BatchRefused(problems)


def _check_mandate(desk: Batches, handed: Handed, at: datetime) -> None:
    """See that the body may issue this type at all; for which places is asked of each row.

    Raises:
        NoMandate: it may not.

    """
    mandates = desk.office.mandates(at)
    book = mandates if isinstance(mandates, MandateBook) else MandateBook(mandates)
    if isinstance(book.judge(handed.body_code, handed.type_code, at, None), str):
        raise NoMandate(handed.body_code, handed.type_code)
