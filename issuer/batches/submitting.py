"""Submitting a batch 提交, approving it 批准, and stopping and taking it up 暂停、继续、取消.

A batch of a type that one person may issue runs at once. Where two are needed somebody else has to approve it first,
and approves the digest they looked at; it covers the table as it was handed in and how it was read. The face that was
in force when it was submitted stays the one it is for: a batch whose face has changed is not approved.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from issuer.applying.deciding import needs_two
from issuer.batches.errors import BatchOwnHand, BatchRefused, BatchStale, NoSuchBatch
from issuer.batches.life import MAX_NAME, MAX_ROWS, Batch, Event, State, Step, after
from issuer.batches.ports import Batches
from issuer.batches.sheet import Row
from issuer.errors import NoMandate
from keys.sm3 import sm3
from trust.rules.mandate import MandateBook
from trust.rules.people import same_person
from trust.rules.times import aware
from trust.sealing.ports import Officer

DIGITS = 24


@dataclass(frozen=True)
class Handed:
    """A table as it is handed in: its rows, the digest of the file (`sm3:…`), how columns were meant."""

    type_code: str
    body_code: str
    name: str
    digest: str
    rows: Collection[Row] = field(repr=False)
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """The digest that an approval is of."""
        parts = [self.type_code, self.body_code, self.digest, sorted(self.mapping.items())]
        return "sm3:" + sm3(json.dumps(parts).encode()).hex()


def submit(desk: Batches, handed: Handed, *, by: Officer, key: str, at: datetime) -> Batch:
    """Take a batch in, all rows of it; repeated under its key, the same batch.

    Raises:
        UnknownType, NoMandate: the body may not issue this type.
        BatchRefused: no rows, or more than one batch may have.
        IdempotencyMismatch: the key was used for another content.

    """
    bundle = desk.office.bundle(handed.type_code)
    _check_mandate(desk, handed, at)
    if not 0 < len(handed.rows) <= MAX_ROWS:
        raise BatchRefused([("", "too-many" if handed.rows else "no-rows")])
    state = State.SUBMITTED if needs_two(bundle) else State.RUNNING
    number = sm3(f"{handed.body_code}\n{key}".encode()).hex()[:DIGITS]
    batch = Batch(
        number=number,
        body_code=handed.body_code,
        type_code=bundle.type.code,
        template=bundle.template,
        name=handed.name[:MAX_NAME],
        digest=handed.content,
        total=len(handed.rows),
        submitted_by=by,
        opened_at=aware(at),
        moved_at=at,
        state=state,
    )
    rows = ((row.number, row.members) for row in handed.rows)
    return desk.book.open(batch, rows, Event(number, 1, Step.SUBMIT, at, by), key)


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
        BatchMoved: it does not wait for an approval.

    """
    after(batch.state, Step.APPROVE)
    if same_person(batch.submitted_by, by):
        raise BatchOwnHand(by.login)
    if digest != batch.digest or desk.office.bundle(batch.type_code).template != batch.template:
        raise BatchStale(batch.number)
    return _move(desk, replace(batch, approved_by=by), Step.APPROVE, by=by, at=at)


def pause(desk: Batches, batch: Batch, *, by: Officer, at: datetime) -> Batch:
    """Let no further row begin; raises BatchMoved."""
    return _move(desk, replace(batch, trouble=""), Step.PAUSE, by=by, at=at)


def resume(desk: Batches, batch: Batch, *, by: Officer, at: datetime) -> Batch:
    """Let it run again; raises BatchMoved."""
    return _move(desk, replace(batch, trouble=""), Step.RESUME, by=by, at=at)


def cancel(desk: Batches, batch: Batch, *, by: Officer, at: datetime) -> Batch:
    """Give up what has not begun; what was issued stays issued. Raises BatchMoved."""
    return _move(desk, batch, Step.CANCEL, by=by, at=at)


def finish(desk: Batches, batch: Batch, *, at: datetime) -> Batch:
    """Store that no row waits any more; raises BatchMoved."""
    return _move(desk, replace(batch, trouble=""), Step.FINISH, by=batch.submitted_by, at=at)


def hold(desk: Batches, batch: Batch, reason: str, *, at: datetime) -> Batch:
    """Stop a batch until a person has seen to what keeps it; raises BatchMoved."""
    return _move(desk, replace(batch, trouble=reason), Step.HOLD, by=batch.submitted_by, at=at, note=reason)


def _move(desk: Batches, changed: Batch, step: Step, *, by: Officer, at: datetime, note: str = "") -> Batch:
    """Take a step from where the batch was seen; `changed` is the batch with what the step changes beside its state."""
    target = after(changed.state, step)
    moved = replace(changed, state=target, sequence=changed.sequence + 1, moved_at=aware(at))
    return desk.book.move(changed, moved, Event(changed.number, moved.sequence, step, at, by, note))


def _check_mandate(desk: Batches, handed: Handed, at: datetime) -> None:
    """See that the body may issue this type at all; for which places is asked of each row.

    Raises:
        NoMandate: it may not.

    """
    mandates = desk.office.mandates(at)
    book = mandates if isinstance(mandates, MandateBook) else MandateBook(mandates)
    if isinstance(book.judge(handed.body_code, handed.type_code, at, None), str):
        raise NoMandate(handed.body_code, handed.type_code)
