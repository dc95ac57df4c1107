"""The docket 申请件: what is applied for, where it stands, who had a hand in it, and every step it took.

What is applied for is a `Proposal`: the members of an application as they were handed in, which in a draft may be
incomplete, the face they were checked for, and what the licence is to follow. Its digest is what an approval binds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from issuer.application import MAX_OCTETS, Application, read_application
from issuer.applying.life import APPROVING, AUTHORING, Stage, Step
from issuer.errors import ApplicationRefused
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.rules.succession import Succession
from trust.rules.text import check_text
from trust.sealing.ports import Officer

APPROVAL_LASTS = timedelta(days=7)
MAX_REASON = 400
MAX_BASIS = 200


@dataclass(frozen=True)
class Proposal:
    """What is applied for; `body` is the application as JSON text, `template` the face (`name/version`) it is for.

    `basis` says on what a succession rests, such as the number of a judgment.
    """

    type_code: str
    issuer_code: str
    template: str
    body: str
    succession: Succession | None = None
    basis: str = ""

    @property
    def digest(self) -> str:
        """`sm3:` and hexadecimal digits over everything above."""
        parts = [self.type_code, self.issuer_code, self.template, self.body, *_succession(self.succession), self.basis]
        return "sm3:" + sm3(json.dumps(parts).encode()).hex()

    @property
    def weighs_evidence(self) -> bool:
        """Whether it rests on evidence that two people have to stand for, whatever the type says."""
        members = self.members
        return bool(members.get("evidence") or members.get("original"))

    @property
    def members(self) -> Mapping[str, Any]:
        """The members handed in."""
        found: Mapping[str, Any] = json.loads(self.body)
        return found

    def application(self) -> Application:
        """The application that the members mean.

        Raises:
            ApplicationRefused: they mean none, as `issuer.application.read_application`.

        """
        read = read_application(self.members, type_code=self.type_code, issuer_code=self.issuer_code)
        return replace(read, succession=self.succession)


def propose(
    members: Mapping[str, Any],
    *,
    type_code: str,
    issuer_code: str,
    template: str,
    succession: Succession | None = None,
    basis: str = "",
) -> Proposal:
    """A proposal with these members, complete or not.

    Raises:
        ApplicationRefused: `too-large`, or a basis that cannot be kept.

    """
    body = json.dumps(dict(members), sort_keys=True, separators=(",", ":"))  # ASCII: also what no database could keep
    if len(body) > MAX_OCTETS:
        raise ApplicationRefused([("", "too-large")])
    if basis:
        check_words("basis", basis, MAX_BASIS)
    return Proposal(type_code, issuer_code, template, body, succession, basis)


def members_of_application(application: Application) -> dict[str, Any]:
    """The members that mean this application; what it follows is no member."""
    days = {name: getattr(application, name) for name in ("issued_on", "valid_from", "valid_until")}
    rows = [{"name": one.name, "code": one.code, "code_type": one.code_type} for one in application.holders]
    made = {name: day.isoformat() for name, day in days.items() if day is not None}
    number = {"number": application.number} if application.number else {}
    resting = {"evidence": application.evidence, "original": application.original}
    made |= {name: value for name, value in resting.items() if value}
    return made | number | {"area_code": application.area_code, "holders": rows, "fields": dict(application.fields)}


def check_words(name: str, words: str, limit: int) -> str:
    """Words that are kept with an application.

    Raises:
        ApplicationRefused: they cannot be shown, or are too long.

    """
    try:
        return check_text(words, limit)
    except Malformed as error:
        raise ApplicationRefused([(name, error.reason)]) from error


@dataclass(frozen=True)
class Approval:
    """By whom, of which digest, and until when (exclusive) it may be acted on."""

    by: Officer
    digest: str
    expires_at: datetime


@dataclass(frozen=True)
class Docket:
    """An application as it stands; `sequence` counts its events, `key` is the key its licence is issued under."""

    number: str
    stage: Stage
    sequence: int
    proposal: Proposal
    authors: tuple[Officer, ...]
    opened_at: datetime
    moved_at: datetime
    approval: Approval | None = None
    identifier: str | None = None

    @property
    def key(self) -> str:
        """The idempotency key of the issue."""
        return f"docket:{self.number}"

    @property
    def maker(self) -> Officer:
        """Whoever opened it."""
        return self.authors[0]


@dataclass(frozen=True)
class Event:
    """One step taken: who, when, why; `digest` is that of the proposal after it, `body` SM3 of what was asked."""

    number: str
    sequence: int
    step: Step
    stage: Stage
    at: datetime
    by: Officer
    reason: str
    digest: str
    key: str
    body: bytes


def authors_after(authors: tuple[Officer, ...], step: Step, by: Officer) -> tuple[Officer, ...]:
    """The authors when this person has taken a step."""
    return authors if step not in AUTHORING or by in authors else (*authors, by)


def changed_since(docket: Docket, events: Sequence[Event]) -> bool:
    """Whether an application says anything else than its steps: its content, who had a hand in it, who approved.

    Steps taken since it was read do not count; whoever moves it is told of those.
    """
    authors: tuple[Officer, ...] = ()
    last: Event | None = None
    approved: Event | None = None
    for last in events[: docket.sequence]:
        authors = authors_after(authors, last.step, last.by)
        approved = last if last.step in APPROVING else approved
    if last is None or last.digest != docket.proposal.digest or authors != docket.authors:
        return True
    given = docket.approval
    return given is not None and (approved is None or (approved.by, approved.digest) != (given.by, given.digest))


def _succession(succession: Succession | None) -> tuple[str, str]:
    return (succession.kind.value, succession.predecessor) if succession else ("", "")
