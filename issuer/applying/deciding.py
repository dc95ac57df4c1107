"""Deciding on an application 审批: approve, send back, refuse; by somebody who had no hand in it.

An approval is of a digest: whoever approves names the one they looked at, and it holds for that content alone, for a
week. A licence of a type that one person may issue needs none; the step by which it is waived is on record too.
"""

from datetime import datetime

from issuer.applying.docket import APPROVAL_LASTS, Approval, Docket, changed_since
from issuer.applying.errors import ApprovalStale, NeedsApproval
from issuer.applying.life import LIFE, Step
from issuer.applying.linting import check_proposal
from issuer.applying.moving import advance, asked, repeated
from issuer.applying.ports import Applying
from templates.library import Bundle
from trust.rules.times import aware
from trust.sealing.ports import Officer


def approve(applying: Applying, docket: Docket, *, digest: str, by: Officer, key: str, at: datetime) -> Docket:
    """Approve the content of this digest.

    Raises:
        ApprovalStale: another content stands in the application now, or other authors, than its steps put there.
        SamePerson: whoever approves had a hand in it.
        DocketMoved, IdempotencyMismatch: as `moving.advance`.
        IssuerError, TemplatesError, Conflict: as `linting.check_proposal`; it could not be issued.

    """
    if (known := repeated(applying, key, asked(Step.APPROVE, digest, by))) is not None:
        return known
    if digest != docket.proposal.digest:
        raise ApprovalStale(docket.number)
    return _approve(applying, docket, Step.APPROVE, by=by, key=key, at=at)


def waive(applying: Applying, docket: Docket, *, by: Officer, key: str, at: datetime) -> Docket:
    """Approve without a second person, where the type says that one may do it alone.

    Raises:
        NeedsApproval: this type needs two, or the evidence that it rests on does.
        DocketMoved, IdempotencyMismatch, IssuerError, TemplatesError, Conflict: as `approve`.

    """
    bundle = applying.office.bundle(docket.proposal.type_code)
    require_one(bundle)
    if docket.proposal.weighs_evidence:
        raise NeedsApproval(bundle.type.code)
    return _approve(applying, docket, Step.WAIVE, by=by, key=key, at=at)


def send_back(applying: Applying, docket: Docket, *, reason: str, by: Officer, key: str, at: datetime) -> Docket:
    """Send an application back to be put right; an approval it had is gone.

    Raises:
        SamePerson, DocketMoved, IdempotencyMismatch, ApplicationRefused: as `moving.advance`.

    """
    return advance(applying, docket, Step.RETURN, by=by, key=key, at=at, reason=reason, approval=None)


def refuse(applying: Applying, docket: Docket, *, reason: str, by: Officer, key: str, at: datetime) -> Docket:
    """Refuse an application for good.

    Raises:
        SamePerson, DocketMoved, IdempotencyMismatch, ApplicationRefused: as `moving.advance`.

    """
    return advance(applying, docket, Step.REFUSE, by=by, key=key, at=at, reason=reason)


def needs_two(bundle: Bundle) -> bool:
    """Whether licences of this type are issued only after a second person has approved."""
    return bundle.type.approval == "two"


def require_one(bundle: Bundle) -> None:
    """Make sure that one person may issue licences of this type.

    Raises:
        NeedsApproval: it takes two.

    """
    if needs_two(bundle):
        raise NeedsApproval(bundle.type.code)


def _approve(applying: Applying, docket: Docket, step: Step, *, by: Officer, key: str, at: datetime) -> Docket:
    LIFE.take(docket.stage, step, by, docket.authors)
    if changed_since(docket, applying.dockets.events(docket.number)):
        raise ApprovalStale(docket.number)
    check_proposal(applying, docket.proposal, key=docket.key, at=at)
    approval = Approval(by, docket.proposal.digest, aware(at) + APPROVAL_LASTS)
    return advance(applying, docket, step, by=by, key=key, at=at, approval=approval)
