"""From an approved application to a released licence, in steps that can be taken up again.

    approved → issuing     the approval is of this content and has not run out; stored before anything is promised
    issuing                `issuer.issuing` under the application's own key: the same licence however often it is asked
    issuing → released     one transaction: the licence is released, its predecessor ends, the application says released

So there is never a moment at which both are in force, nor one at which neither is. Whatever stands at `issuing` is
carried on by asking again: by whoever approved, anybody of the body, or the service when it starts. What cannot be
issued after all goes back to be put right, as long as nothing was begun; what was begun and can never be released, as
its predecessor was revoked meanwhile, is abandoned by a person, and the register keeps it from ever being released.
"""

from collections.abc import Sequence
from datetime import datetime

from issuer.applying.docket import MAX_REASON, Docket
from issuer.applying.errors import ApprovalStale
from issuer.applying.life import Stage, Step
from issuer.applying.linting import check_proposal
from issuer.applying.moving import advance, asked, event_of, own_step, repeated
from issuer.applying.ports import Applying, Consequence
from issuer.applying.succeeding import end_of_predecessor, require_followable
from issuer.errors import IssuerError, NoPen, NotSound, PlanBroken
from issuer.issuing import Issued, Order, issue_many
from issuer.ports import Artefacts, Entry
from templates.errors import TemplatesError
from trust.errors import Conflict, Malformed
from trust.revocation.acting import Order as Act
from trust.revocation.acting import record
from trust.revocation.ports import RecordedAct, Recording
from trust.rules.standing import ActKind, standing_at
from trust.sealing.ports import Officer

MAX_BY = 128
AT_ONCE = 100


def carry_out(applying: Applying, docket: Docket, *, by: Officer, at: datetime) -> tuple[Docket, Issued]:
    """Issue what was approved, or take it up where it stopped; repeated, it gives the same licence.

    Raises:
        DocketMoved: it is not approved, or its approval has run out and is asked for again.
        ApprovalStale: what was approved is not what stands there.
        IssuerError, TemplatesError, Conflict: it cannot be issued, and has gone back to be put right.
        NoPen: no seal in force; it waits.

    """
    docket = _begun(applying, docket, by=by, at=at)
    try:
        issued = _issue(applying, docket, at=at)
    except (NoPen, PlanBroken, NotSound):
        raise
    except (IssuerError, TemplatesError, Conflict, Malformed) as error:
        _back(applying, docket, error, at=at)
        raise
    released = applying.dockets.find(docket.number)
    if released is None or released.stage is not Stage.RELEASED:
        raise NotSound(str(issued.entry.licence.identifier), "released without its application")
    return released, issued


def unfinished(applying: Applying) -> Sequence[Docket]:
    """Applications whose issue was begun and not completed, the oldest first."""
    return applying.dockets.in_stage(Stage.ISSUING, AT_ONCE)


def abandon(applying: Applying, docket: Docket, *, reason: str, by: Officer, key: str, at: datetime) -> Docket:
    """Give up an issue that was begun and cannot be completed; its identifier is never used again.

    Signatures of it may exist. So what was begun is declared void in the same transaction: should a file of it ever
    turn up, it does not verify.

    Raises:
        DocketMoved, SamePerson, ApplicationRefused, IdempotencyMismatch: as `moving.advance`.

    """
    if (known := repeated(applying, key, asked(Step.ABANDON, docket.proposal.digest, by, reason))) is not None:
        return known
    moved, event = event_of(docket, Step.ABANDON, by=by, key=key, at=at, reason=reason)
    entry = applying.office.register.by_key(docket.key)
    if entry is None:
        return applying.dockets.move(docket, moved, event)
    subject = str(entry.licence.identifier)
    order = Act(
        ActKind.LAPSE, subject, "issued-in-error", f"未发出即作废：{reason}"[:MAX_REASON], f"{by.name}（{by.login}）"
    )

    def void(recording: Recording) -> RecordedAct:
        return record(recording, order, key=f"{docket.key}:void", at=at, random=applying.random)

    return applying.dockets.move(docket, moved, event, Consequence(subject, void))


def signed_by(docket: Docket) -> str:
    """Who stands behind a licence, as its entry says: whoever applied, and whoever approved."""
    maker, second = docket.maker, docket.approval.by if docket.approval else None
    people = [maker] if second in {None, maker} else [maker, second]
    full = "；批准：".join(f"{one.name}（{one.login}）" for one in people if one)
    return full if len(full) <= MAX_BY else "；批准：".join(one.login for one in people if one)[:MAX_BY]


def _begun(applying: Applying, docket: Docket, *, by: Officer, at: datetime) -> Docket:
    """The application at `issuing`, with an approval that holds."""
    if docket.stage is Stage.RELEASED:
        return docket
    approval = docket.approval
    begun = applying.office.register.by_key(docket.key) is not None
    if approval is not None and not begun and at >= approval.expires_at:
        docket = advance(applying, docket, Step.EXPIRE, by=by, key=own_step(docket, Step.EXPIRE), at=at, approval=None)
    if docket.stage is Stage.ISSUING:
        return docket
    moved = event_of(docket, Step.BEGIN, by=by, key=own_step(docket, Step.BEGIN), at=at)
    if approval is None or approval.digest != docket.proposal.digest:
        raise ApprovalStale(docket.number)
    try:
        check_proposal(applying, docket.proposal, key=docket.key, at=at)
    except (IssuerError, TemplatesError, Conflict, Malformed) as error:
        if not isinstance(error, NoPen):
            _back(applying, applying.dockets.move(docket, *moved), error, at=at)
        raise
    return applying.dockets.move(docket, *moved)


def _issue(applying: Applying, docket: Docket, *, at: datetime) -> Issued:
    by = signed_by(docket)

    def release(wanted: Sequence[tuple[Entry, Artefacts]]) -> Sequence[Entry]:
        ((entry, _),) = wanted
        identifier = str(entry.licence.identifier)
        moved, event = event_of(
            docket,
            Step.RELEASE,
            by=docket.approval.by if docket.approval else docket.maker,
            key=own_step(docket, Step.RELEASE),
            at=at,
            identifier=identifier,
        )
        return applying.dockets.release(docket, moved, event, wanted, _consequence(applying, docket, entry, by, at))

    order = Order(docket.proposal.application(), docket.key, by)
    (outcome,) = issue_many(applying.office, [order], at=at, release=release)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _consequence(applying: Applying, docket: Docket, entry: Entry, by: str, at: datetime) -> Consequence | None:
    """The end of the predecessor, where it is in this register."""
    succession = entry.licence.succession
    order = end_of_predecessor(entry.licence, basis=docket.proposal.basis, by=by, at=at)
    if succession is None or order is None or applying.office.register.find(succession.predecessor) is None:
        return None

    def end(recording: Recording) -> RecordedAct:
        if (known := recording.by_key(key)) is not None:
            return known
        acts = recording.acts()
        require_followable(succession.kind, standing_at(acts, max([at, *(one.recorded_at for one in acts)])))
        return record(recording, order, key=key, at=at, random=applying.random)

    key = f"{docket.key}:predecessor"
    return Consequence(order.subject, end)


def _back(applying: Applying, docket: Docket, error: Exception, *, at: datetime) -> None:
    """Send back what cannot be issued, if nothing was begun; what was begun is taken up again instead."""
    if applying.office.register.by_key(docket.key) is not None:
        return
    reason = getattr(error, "reason", "") or type(error).__name__
    by = docket.approval.by if docket.approval else docket.maker
    key = own_step(docket, Step.BREAK_OFF)
    advance(applying, docket, Step.BREAK_OFF, by=by, key=key, at=at, reason=str(reason)[:64], approval=None)
