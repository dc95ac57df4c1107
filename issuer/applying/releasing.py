"""From an approved application to a released licence, in steps that can be taken up again.

    approved → issuing     the approval is of this content and has not run out; stored before anything is promised
    issuing                `issuer.issuing` under the application's own key: the same licence however often it is asked
    issuing → released     one transaction: the licence is released, its predecessor ends, the application says released

So there is never a moment at which both are in force, nor one at which neither is. Whatever stands at `issuing` is
carried on by asking again: by whoever approved, anybody of the body, or the service when it starts. As long as nothing
was begun, everything that an approval rests on is judged again each time: what cannot be issued after all goes back to
be put right, or to be approved by two where the type takes two by now. What was begun is given up by the register once
its type or the body's mandate has ended; where a person has to weigh it, as its predecessor was revoked meanwhile, it
is abandoned by one. Either way the register keeps it from ever being released, and the predecessor stays in force.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from issuer.applying.deciding import needs_two
from issuer.applying.docket import MAX_REASON, Docket
from issuer.applying.errors import ApprovalStale, NeedsApproval
from issuer.applying.life import Stage, Step
from issuer.applying.linting import check_proposal
from issuer.applying.moving import advance, asked, event_of, own_step, repeated
from issuer.applying.ports import Applying, Consequence
from issuer.applying.succeeding import end_of_predecessor
from issuer.applying.succession_rules import fate_of, require_followable
from issuer.errors import GivenUp, IssuerError, NoPen, NotSound, PlanBroken, UnknownType
from issuer.inheriting import resting_on
from issuer.issuing import Issued, Order, issue_many
from issuer.ports import Artefacts, Entry, Release, Void
from issuer.still_allowed import require_not_out
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
        NeedsApproval: one person stands behind it, and the type takes two by now; it has gone back to be approved.
        GivenUp: type or mandate ended after it was begun, or it was given up before; it is over.
        IssuerError, TemplatesError, Conflict: it cannot be issued, and has gone back to be put right.
        NoPen: no seal in force; it waits.

    """
    docket = _begun(applying, docket, by=by, at=at)
    try:
        issued = _issue(applying, docket, at=at)
    except (NoPen, PlanBroken, NotSound):
        raise
    except GivenUp as error:
        _void(applying, docket, error.reason, at=at)
        raise
    except (IssuerError, TemplatesError, Conflict, Malformed) as error:
        _back(applying, docket, error, at=at)
        raise
    released = applying.dockets.find(docket.number)
    if released is None or released.stage is not Stage.RELEASED:
        raise NotSound(str(issued.entry.licence.identifier), "released without its application")
    return released, issued


def unfinished(applying: Applying) -> Iterator[Docket]:
    """Applications whose issue was begun and not completed, the oldest first, each once.

    Those that stay where they are keep nobody else from being reached.
    """
    last = None
    while found := applying.dockets.in_stage(Stage.ISSUING, AT_ONCE, after=last):
        yield from found
        last = found[-1]


def abandon(applying: Applying, docket: Docket, *, reason: str, by: Officer, key: str, at: datetime) -> Docket:
    """Give up an issue that was begun and cannot be completed; its identifier is never used again.

    Signatures of it may exist. So what was begun is declared void in the same transaction: should a file of it ever
    turn up, it does not verify. So it is where nobody can tell whether it was released before a restore.

    Raises:
        DocketMoved, SamePerson, ApplicationRefused, IdempotencyMismatch: as `moving.advance`.
        ReleasedBefore: it was released after the backup that was restored; there are files of it.

    """
    if (known := repeated(applying, key, asked(Step.ABANDON, docket.proposal.digest, by, reason))) is not None:
        return known
    moved, event = event_of(docket, Step.ABANDON, by=by, key=key, at=at, reason=reason)
    consequence = _giving_up(applying, docket, "abandoned", reason, by, at, weighed=True)
    return applying.dockets.move(docket, moved, event, consequence)


def _void(applying: Applying, docket: Docket, reason: str, *, at: datetime) -> None:
    """The register's own end of an issue that was begun; repeated, it is over already."""
    by = docket.approval.by if docket.approval else docket.maker
    moved, event = event_of(docket, Step.VOID, by=by, key=own_step(docket, Step.VOID), at=at, reason=reason)
    applying.dockets.move(docket, moved, event, _giving_up(applying, docket, reason, reason, by, at))


def _giving_up(
    applying: Applying, docket: Docket, code: str, words: str, by: Officer, at: datetime, *, weighed: bool = False
) -> Consequence | None:
    """What giving up does to what was begun, if anything was: it is never released, and a file of it never verifies.

    `weighed` where a person has decided so, who may have asked whether there are files.
    """
    entry = applying.office.register.by_key(docket.key)
    if entry is None:
        return None
    require_not_out(applying.office, entry, weighed=weighed)
    subject, said = str(entry.licence.identifier), f"未发出即作废：{words}"[:MAX_REASON]
    order = Act(ActKind.LAPSE, subject, "issued-in-error", said, f"{by.name}（{by.login}）")

    def void(recording: Recording) -> RecordedAct:
        return record(recording, order, key=f"{docket.key}:void", at=at, random=applying.random)

    return Consequence(subject, void, (entry, Void(at, code)))


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
    if docket.stage is Stage.ISSUING and applying.office.register.by_key(docket.key) is not None:
        if _lacks_second(applying, docket):
            _void(applying, docket, "needs-approval", at=at)
            raise NeedsApproval(docket.proposal.type_code)
        return docket
    if approval is not None and (at >= approval.expires_at or _lacks_second(applying, docket)):
        key = own_step(docket, Step.EXPIRE)
        back = advance(applying, docket, Step.EXPIRE, by=by, key=key, at=at, approval=None)
        if at < approval.expires_at:
            raise NeedsApproval(docket.proposal.type_code)
        docket = back
    if docket.stage is not Stage.ISSUING:
        moved = event_of(docket, Step.BEGIN, by=by, key=own_step(docket, Step.BEGIN), at=at)
        if approval is None or approval.digest != docket.proposal.digest:
            raise ApprovalStale(docket.number)
    try:
        check_proposal(applying, docket.proposal, key=docket.key, at=at)
    except (IssuerError, TemplatesError, Conflict, Malformed) as error:
        if not isinstance(error, NoPen):
            begun = docket if docket.stage is Stage.ISSUING else applying.dockets.move(docket, *moved)
            _back(applying, begun, error, at=at)
        raise
    return docket if docket.stage is Stage.ISSUING else applying.dockets.move(docket, *moved)


def _lacks_second(applying: Applying, docket: Docket) -> bool:
    """Whether nobody but one person stands behind it, and licences of its type take two by now."""
    try:
        bundle = applying.office.bundle(docket.proposal.type_code)
    except UnknownType:
        return False  # it is not in force at all, which is told where it is issued
    steps = [event.step for event in applying.dockets.events(docket.number)]
    decided = [step for step in steps if step in {Step.APPROVE, Step.WAIVE}]
    return (needs_two(bundle) or docket.proposal.weighs_evidence) and decided[-1:] == [Step.WAIVE]


def release_of(applying: Applying, docket: Docket, at: datetime, *, again: bool = False) -> Release:
    """How the licence of an application is released: in one transaction with the application and its consequence.

    `again` where it was released before: nothing is decided any more, whatever became of its predecessor meanwhile.
    """
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
        end = _consequence(applying, docket, entry, by, at, again=again)
        return applying.dockets.release(docket, moved, event, wanted, end)

    return release


def _issue(applying: Applying, docket: Docket, *, at: datetime) -> Issued:
    application = docket.proposal.application()
    if (begun := applying.office.register.by_key(docket.key)) is not None and application.original is not None:
        application = replace(application, conversion=begun.licence.conversion)  # as it was judged when it was begun
    resting = resting_on(application, applying.originals)
    order = Order(resting, docket.key, signed_by(docket), docket.proposal.template)
    (outcome,) = issue_many(applying.office, [order], at=at, release=release_of(applying, docket, at))
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _consequence(
    applying: Applying, docket: Docket, entry: Entry, by: str, at: datetime, *, again: bool
) -> Consequence | None:
    """The end of the predecessor, where it is in this register."""
    succession = entry.licence.succession
    renewed = docket.proposal.members.get("evidence")
    basis = "，".join(filter(None, (docket.proposal.basis, f"证据重新核实：{renewed}" if renewed else "")))
    order = end_of_predecessor(entry.licence, basis=basis, by=by, at=at)
    if succession is None or order is None or applying.office.register.find(succession.predecessor) is None:
        return None

    def end(recording: Recording) -> RecordedAct | None:
        if (known := recording.by_key(key)) is not None:
            return known
        acts = recording.acts()
        fate = fate_of(acts, max([at, *(one.recorded_at for one in acts)]), recording.carried_over())
        if not again:
            require_followable(succession.kind, fate)
        if fate.set_aside or (again and standing_at(acts, order.effective_at or at).status.final):
            return None  # it has ended already, and an end is final
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
