"""One step of an application, checked against the table and stored once.

What was asked under an idempotency key is kept as a digest: the same key and the same words give what stands now, other
words are refused.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from issuer.applying.docket import MAX_REASON, Docket, Event, authors_after, check_words
from issuer.applying.errors import NoSuchDocket
from issuer.applying.life import LIFE, Step
from issuer.applying.ports import Applying
from issuer.errors import ApplicationRefused, IdempotencyMismatch
from keys.sm3 import sm3
from trust.rules.life import Who
from trust.rules.times import aware
from trust.sealing.ports import Officer


def asked(step: Step, digest: str, by: Officer, reason: str = "") -> bytes:
    """SM3 of what somebody asks for; a step that the register takes is the same whoever occasions it."""
    who = "" if step is Step.BEGIN or LIFE.row(step).who is Who.REGISTER else by.login
    return sm3(f"{step.value}\n{digest}\n{who}\n{reason}".encode("utf-8", "surrogatepass"))


def repeated(applying: Applying, key: str, body: bytes) -> Docket | None:
    """The application as it stands now, if this very thing was asked under this key before.

    Raises:
        IdempotencyMismatch: the key was used for something else.

    """
    known = applying.dockets.by_key(key)
    if known is None:
        return None
    if known[1].body != body:
        raise IdempotencyMismatch(key)
    return known[0]


def event_of(
    docket: Docket, step: Step, *, by: Officer, key: str, at: datetime, reason: str = "", **changed: Any
) -> tuple[Docket, Event]:
    """The application after a step, and the event of it; `changed` are members of the docket.

    Raises:
        DocketMoved: the table has no such step from where it stands.
        SamePerson, NotAnAuthor: it is not this person's to take.
        ApplicationRefused: the reason is missing, or cannot be kept.

    """
    moved = replace(
        docket,
        stage=LIFE.take(docket.stage, step, by, docket.authors),
        sequence=docket.sequence + 1,
        authors=authors_after(docket.authors, step, by),
        moved_at=aware(at),
        **changed,
    )
    if reason or LIFE.row(step).needs_reason:
        if not reason.strip():
            raise ApplicationRefused([("reason", "reason-missing")])
        check_words("reason", reason, MAX_REASON)
    digest = moved.proposal.digest
    body = asked(step, digest, by, reason)
    return moved, Event(docket.number, moved.sequence, step, moved.stage, moved.moved_at, by, reason, digest, key, body)


def advance(
    applying: Applying,
    docket: Docket,
    step: Step,
    *,
    by: Officer,
    key: str,
    at: datetime,
    reason: str = "",
    **changed: Any,
) -> Docket:
    """Take a step and store it.

    Raises:
        DocketMoved, SamePerson, NotAnAuthor, ApplicationRefused: as `event_of`; or somebody was faster.
        IdempotencyMismatch: the key was used for something else.

    """
    proposal = changed.get("proposal", docket.proposal)
    if (known := repeated(applying, key, asked(step, proposal.digest, by, reason))) is not None:
        if known.number != docket.number:
            raise IdempotencyMismatch(key)
        return known
    moved, event = event_of(docket, step, by=by, key=key, at=at, reason=reason, **changed)
    return applying.dockets.move(docket, moved, event)


def own_step(docket: Docket, step: Step) -> str:
    """The key of a step that the register takes by itself."""
    return f"docket:{docket.number}:{docket.sequence + 1}:{step.value}"


def find(applying: Applying, number: str, body_code: str) -> Docket:
    """The application of a body.

    Raises:
        NoSuchDocket: there is none, or it is another's: the same answer.

    """
    docket = applying.dockets.find(number)
    if docket is None or docket.proposal.issuer_code != body_code:
        raise NoSuchDocket
    return docket
