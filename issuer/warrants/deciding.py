"""Deciding on an order 审批: approve, refuse, withdraw; and what an approval sets going.

    waiting → approved     by somebody else than who ordered, of this very content; stored before any act is recorded
    approved → done        one act for each licence, under keys of its own, through `trust.revocation.cascading`

Whatever stands at `approved` is carried on by approving again, or by the service when it starts: acts that are recorded
are found again under their keys. A licence that can no longer be acted on is passed over, and the order says why.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from issuer.errors import IdempotencyMismatch
from issuer.warrants.errors import NoSuchWarrant, WarrantMoved, WarrantRefused
from issuer.warrants.life import LIFE, Stage, Step
from issuer.warrants.placing import asked, changed_since, check_note, check_subjects, refusals, told
from issuer.warrants.ports import Bench
from issuer.warrants.warrant import Event, Outcome, Warrant, signed_by
from trust.revocation.cascading import Cascade, act_on_all
from trust.rules.times import aware
from trust.sealing.ports import Officer

AT_ONCE = 100


def find(bench: Bench, number: str, body_code: str) -> Warrant:
    """The order of a body.

    Raises:
        NoSuchWarrant: there is none, or it is another's: the same answer.

    """
    found = bench.warrants.find(number)
    if found is None or found.wanted.body_code != body_code:
        raise NoSuchWarrant
    return found


def approve(
    bench: Bench, warrant: Warrant, *, digest: str, by: Officer, key: str, at: datetime, reason: str = ""
) -> Warrant:
    """Approve the content of this digest and record the acts; repeated, it takes up what was cut off.

    Raises:
        WarrantRefused: `content-changed`, another content than was looked at, or than was ordered; or no licence can be
            acted on any more.
        OwnWarrant: whoever ordered it cannot approve it.
        WarrantMoved, IdempotencyMismatch: as `advance`.
        Malformed, Untrusted: as `check_act`; the order could not be recorded, and still waits.

    """
    if digest != warrant.wanted.digest:
        raise WarrantRefused([("digest", "content-changed")])
    _check_unchanged(bench, warrant)
    if warrant.stage is Stage.WAITING:
        LIFE.check_person(Step.APPROVE, by, [warrant.maker])
        _check_still_possible(bench, warrant, by, at)
    approved = advance(bench, warrant, Step.APPROVE, by=by, key=key, at=at, reason=reason)
    return carry_out(bench, approved, at=at)


def refuse(bench: Bench, warrant: Warrant, *, reason: str, by: Officer, key: str, at: datetime) -> Warrant:
    """Refuse an order for good; raises as `advance`."""
    return advance(bench, warrant, Step.REFUSE, by=by, key=key, at=at, reason=reason)


def withdraw(bench: Bench, warrant: Warrant, *, by: Officer, key: str, at: datetime, reason: str = "") -> Warrant:
    """Withdraw an order that was not decided; raises as `advance`."""
    return advance(bench, warrant, Step.WITHDRAW, by=by, key=key, at=at, reason=reason)


def carry_out(bench: Bench, warrant: Warrant, *, at: datetime) -> Warrant:
    """Record the acts of an approved order, or take them up where it stopped; nothing is done to any other order.

    Raises:
        Conflict: `act-busy`, another act is being recorded; ask again.
        WarrantRefused: `content-changed`, what is stored is not what was ordered and approved.

    """
    if warrant.stage is not Stage.APPROVED:
        return warrant
    _check_unchanged(bench, warrant)
    second = approver_of(bench, warrant)
    order = warrant.wanted.order("", signed_by(warrant.maker, second))
    done = act_on_all(
        bench.acts, bench.log, warrant.wanted.subjects, order, key=warrant.key, at=at, random=bench.random
    )
    moved, event = _event(warrant, Step.CARRY_OUT, by=second, key=f"{warrant.key}:done", at=at)
    return bench.warrants.move(warrant, moved, event, _outcomes(warrant, done))


def unfinished(bench: Bench) -> Sequence[Warrant]:
    """Orders that were approved and whose acts are not all recorded, the oldest first."""
    return bench.warrants.in_stage(Stage.APPROVED, AT_ONCE)


def advance(
    bench: Bench, warrant: Warrant, step: Step, *, by: Officer, key: str, at: datetime, reason: str = ""
) -> Warrant:
    """Take a step and store it; the same key and words give what stands now.

    Raises:
        WarrantMoved: the order does not stand where this step begins, or somebody was faster.
        OwnWarrant, NotTheMaker: it is not this person's to take.
        WarrantRefused: the reason is missing, or cannot be kept.
        IdempotencyMismatch: the key was used for something else.

    """
    if (known := bench.warrants.by_key(key)) is not None:
        if known[1].body != asked(step, warrant.wanted.digest, by, reason) or known[0].number != warrant.number:
            raise IdempotencyMismatch(key)
        return known[0]
    return bench.warrants.move(warrant, *_event(warrant, step, by=by, key=key, at=at, reason=reason))


def approver_of(bench: Bench, warrant: Warrant) -> Officer:
    """Who approved an order.

    Raises:
        WarrantMoved: nobody has.

    """
    for event in bench.warrants.events(warrant.number):
        if event.step is Step.APPROVE:
            return event.by
    raise WarrantMoved(warrant.stage, Step.CARRY_OUT)


def _event(
    warrant: Warrant, step: Step, *, by: Officer, key: str, at: datetime, reason: str = ""
) -> tuple[Warrant, Event]:
    """The order after a step, and the event of it."""
    stage = LIFE.take(warrant.stage, step, by, [warrant.maker])
    if LIFE.row(step).needs_reason and not reason.strip():
        raise WarrantRefused([("reason", "reason-missing")])
    check_note(reason)
    moved = replace(warrant, stage=stage, sequence=warrant.sequence + 1, moved_at=aware(at))
    body = asked(step, warrant.wanted.digest, by, reason)
    return moved, Event(warrant.number, moved.sequence, step, stage, moved.moved_at, by, reason, key, body)


def _check_unchanged(bench: Bench, warrant: Warrant) -> None:
    """Refuse an order that stores another content than its steps were about: somebody wrote past the register."""
    if changed_since(warrant, bench.warrants.events(warrant.number)):
        raise WarrantRefused([("digest", "content-changed")])


def _check_still_possible(bench: Bench, warrant: Warrant, by: Officer, at: datetime) -> None:
    """Refuse an approval that would record nothing; the order waits on, to be refused or withdrawn."""
    check_subjects(bench, warrant.wanted)
    refused = refusals(bench, warrant.wanted, by.login, at)
    if len(refused) == len(warrant.wanted.subjects):
        raise told(warrant.wanted, refused)


def _outcomes(warrant: Warrant, done: Cascade) -> list[Outcome]:
    acts = {act.subject: act.sequence for act in done.acts}
    return [Outcome(subject, acts.get(subject), done.passed_over.get(subject)) for subject in warrant.wanted.subjects]
