"""Handing in an application 申请: open a draft, change it, submit it, withdraw it.

A draft may be incomplete; what is submitted has passed every check. Repeating a step under its key gives what it gave.
"""

from datetime import datetime

from issuer.applying.docket import Docket, Event, Proposal
from issuer.applying.errors import NoSuchDocket
from issuer.applying.life import LIFE, Stage, Step
from issuer.applying.linting import check_proposal
from issuer.applying.moving import advance, asked, repeated
from issuer.applying.ports import Applying
from trust.rules.times import aware
from trust.sealing.ports import Officer

NUMBER_OCTETS = 12


def open_docket(applying: Applying, proposal: Proposal, *, by: Officer, key: str, at: datetime) -> Docket:
    """Open an application as a draft.

    Raises:
        IdempotencyMismatch: the key was used for something else.
        UnknownType: no such type.

    """
    applying.office.bundle(proposal.type_code)
    body = asked(Step.OPEN, proposal.digest, by)
    if (known := repeated(applying, key, body)) is not None:
        return known
    at = aware(at)
    number = applying.random(NUMBER_OCTETS).hex()
    docket = Docket(number, Stage.DRAFT, 1, proposal, (by,), at, at)
    return applying.dockets.open(
        docket, Event(number, 1, Step.OPEN, Stage.DRAFT, at, by, "", proposal.digest, key, body)
    )


def save(applying: Applying, docket: Docket, proposal: Proposal, *, by: Officer, key: str, at: datetime) -> Docket:
    """Change what is applied for; its type, its body and what it follows stay.

    Raises:
        DocketMoved, IdempotencyMismatch: as `moving.advance`.
        NoSuchDocket: the proposal is for something else.

    """
    fixed = (docket.proposal.type_code, docket.proposal.issuer_code, docket.proposal.succession)
    if (proposal.type_code, proposal.issuer_code, proposal.succession) != fixed:
        raise NoSuchDocket
    return advance(applying, docket, Step.SAVE, by=by, key=key, at=at, proposal=proposal)


def submit(applying: Applying, docket: Docket, *, by: Officer, key: str, at: datetime) -> Docket:
    """Submit an application that passes every check.

    Raises:
        DocketMoved, IdempotencyMismatch: as `moving.advance`.
        IssuerError, TemplatesError, Conflict: as `linting.check_proposal`; it stays where it stands.

    """
    body = asked(Step.SUBMIT, docket.proposal.digest, by)
    if (known := repeated(applying, key, body)) is not None:
        return known
    LIFE.after(docket.stage, Step.SUBMIT)
    check_proposal(applying, docket.proposal, key=docket.key, at=at)
    return advance(applying, docket, Step.SUBMIT, by=by, key=key, at=at)


def withdraw(applying: Applying, docket: Docket, *, reason: str, by: Officer, key: str, at: datetime) -> Docket:
    """Withdraw an application before anything was promised.

    Raises:
        DocketMoved, NotAnAuthor, IdempotencyMismatch, ApplicationRefused: as `moving.advance`.

    """
    return advance(applying, docket, Step.WITHDRAW, by=by, key=key, at=at, reason=reason)
