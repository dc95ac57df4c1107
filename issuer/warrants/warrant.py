"""The order of an act as a value: what on which licences, why it takes two people, where it stands, who is behind it.

What is approved is one digest over everything that is ordered, so an approval never covers another content. `by` of
the acts that come of it names both people.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from issuer.warrants.life import Stage, Step
from keys.sm3 import sm3
from trust.formats.canonical_json import text_of
from trust.revocation.acting import Order
from trust.rules.standing import ActKind
from trust.rules.two_people import Cause
from trust.sealing.ports import Officer

MOST_SUBJECTS = 10_000
MAX_BY = 200
ORDERED = "warrant:"
"""How the keys of acts begin that come of an order; its number follows."""


@dataclass(frozen=True)
class Wanted:
    """What is ordered: one act on each of these licences of one body; times as in `trust.revocation.acting.Order`."""

    body_code: str
    kind: ActKind
    ground: str
    subjects: tuple[str, ...] = field(repr=False)
    reason: str = ""
    decision: str = ""
    effective_at: datetime | None = None
    decided_at: datetime | None = None
    reverses: int | None = None
    receiver: str = ""

    @property
    def digest(self) -> str:
        """`sm3:` and hexadecimal digits over everything above."""
        times = [text_of(one) if one else None for one in (self.effective_at, self.decided_at)]
        parts = [self.body_code, self.kind, self.ground, self.reason, self.decision, *times, self.reverses]
        parts += [self.receiver] if self.receiver else []
        return "sm3:" + sm3(json.dumps([*parts, *self.subjects]).encode("ascii")).hex()

    def order(self, subject: str, by: str) -> Order:
        """The order for one of the licences."""
        return Order(
            kind=self.kind,
            subject=subject,
            ground=self.ground,
            reason=self.reason,
            by=by,
            effective_at=self.effective_at,
            decided_at=self.decided_at,
            decision=self.decision,
            reverses=self.reverses,
            receiver=self.receiver,
        )


def wanted_of(order: Order, body_code: str) -> Wanted:
    """What is wanted of a body's licence by an order that one person was not to carry out alone."""
    return Wanted(
        body_code=body_code,
        kind=order.kind,
        ground=order.ground,
        subjects=(order.subject,),
        reason=order.reason,
        decision=order.decision,
        effective_at=order.effective_at,
        decided_at=order.decided_at,
        reverses=order.reverses,
        receiver=order.receiver,
    )


@dataclass(frozen=True)
class Outcome:
    """What became of one licence of an order: the act recorded, or why none was; neither before it is carried out."""

    subject: str
    act_sequence: int | None = None
    refusal: str | None = None


@dataclass(frozen=True)
class Warrant:
    """An order as it stands; `sequence` counts its events."""

    number: str
    stage: Stage
    sequence: int
    wanted: Wanted
    causes: tuple[Cause, ...]
    maker: Officer
    opened_at: datetime
    moved_at: datetime

    @property
    def key(self) -> str:
        """The idempotency key of its acts."""
        return f"{ORDERED}{self.number}"


@dataclass(frozen=True)
class Event:
    """One step taken: who, when, why; `body` is SM3 of what was asked under the key."""

    number: str
    sequence: int
    step: Step
    stage: Stage
    at: datetime
    by: Officer
    reason: str
    key: str
    body: bytes


def signed_by(maker: Officer, second: Officer) -> str:
    """Who stands behind an act, as its record says: whoever ordered it, and whoever approved."""
    full = "；批准：".join(f"{one.name}（{one.login}）" for one in (maker, second))
    return full if len(full) <= MAX_BY else f"{maker.login}；批准：{second.login}"[:MAX_BY]
