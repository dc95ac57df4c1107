"""Using a seal: asking first, a second person above the threshold, and a record of every use with its outcome.

A request says who wants to seal which documents (their SM3), for what purpose, and where on the page. It is stored
before anything is planned. What a seal may do in a day, and how much of that one person may do alone, are its limits;
the register of uses holds them in the same transaction that records a use, so nobody gets past them by being quick.
A request beyond the threshold waits until somebody else approves it. A request that names no documents is an allowance:
approved, it lets so many more signatures be made on that day, as a batch of licences needs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from keys.sm3 import sm3
from trust.errors import Conflict, Malformed
from trust.formats.canonical_json import encode_json
from trust.rules.errors import naming
from trust.rules.labelled import Labelled
from trust.rules.licence import CHINA
from trust.rules.life import Life, Row, Who
from trust.rules.text import check_text
from trust.rules.times import aware
from trust.sealing.applying import MAX_KEY
from trust.sealing.errors import SameOfficer, SealMoveRefused, SealNeedsApproval, SealQuotaReached, SealWishRefused
from trust.sealing.ports import FiledSeal, Officer

MAX_PURPOSE, MAX_PLACE, MAX_ITEMS = 200, 200, 1_000
NUMBER_OCTETS = 16


class Progress(Labelled):
    """How far a request has come."""

    OPEN = "open", "可以用印"
    WAITING = "waiting", "待第二人批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"


class RequestStep(Labelled):
    """What is done with a request."""

    ASK = "ask", "申请用印"
    APPROVE = "approve", "批准"
    REFUSE = "refuse", "不予批准"


REQUEST_LIFE = Life(
    rows=(
        Row(RequestStep.ASK, {None}, Progress.WAITING),
        Row(RequestStep.APPROVE, {Progress.WAITING}, Progress.APPROVED, Who.ANOTHER),
        Row(RequestStep.REFUSE, {Progress.WAITING}, Progress.REFUSED, Who.ANOTHER),
    ),
    moved=SealMoveRefused,
    persons={Who.ANOTHER: SameOfficer},
    first=Progress.OPEN,  # within what one person may do alone, nobody else is asked
)


class Result(Labelled):
    """What became of one document of a request."""

    ASKED = "asked", "未用印"
    PLANNED = "planned", "用印中"
    SEALED = "sealed", "已用印"
    FAILED = "failed", "未成"


@dataclass(frozen=True)
class Item:
    """One document: SM3 of what was handed in, where the seal goes in words, and what became of it.

    `signed` is SM3 of the octets that were to be signed, `file` the name of the sealed file in the store of files.
    """

    document: bytes
    place: str
    result: Result = Result.ASKED
    planned_at: datetime | None = None
    signed: bytes | None = None
    file: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Request:
    """A request to seal. `count` is how many signatures it asks for; more than there are items only in an allowance."""

    number: str
    seal_id: str
    purpose: str
    count: int
    items: tuple[Item, ...]
    by: Officer
    at: datetime
    progress: Progress
    body: bytes
    decided_by: Officer | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Spent:
    """What a seal has done on a day: all signatures, those without a second person, and what is allowed beyond."""

    total: int
    alone: int
    allowance: int


class Requests(Protocol):
    """Requests to seal; every method is one durable transaction."""

    def begin(self, request: Request, *, key: str) -> Request:
        """Store a new one, or give the one stored under this key; `Conflict` `idempotency-mismatch`."""

    def by_key(self, key: str) -> Request | None:
        """The request begun under an idempotency key."""

    def find(self, number: str) -> Request | None:
        """The request of a number."""

    def of_seal(self, seal_id: str, limit: int) -> Sequence[Request]:
        """The requests of a seal, newest first."""

    def decide(self, number: str, progress: Progress, by: Officer, at: datetime) -> None:
        """Store the decision on a request that waits; `Conflict` `seal-move` if it does not wait any more."""

    def plan(self, number: str, place: int, *, signed: bytes, at: datetime) -> Item:
        """Store what will be signed for an item that has no plan; one that has keeps it. The item as stored."""

    def finish(self, number: str, place: int, result: Result, *, file: str | None, detail: str) -> None:
        """Store the outcome of an item; what was sealed stays sealed."""

    def spent(self, seal_id: str, day: tuple[datetime, datetime]) -> Spent:
        """What the seal has done between two instants."""


def day_of(at: datetime) -> tuple[datetime, datetime]:
    """The calendar day of China that an instant lies in, from its first instant to that of the next."""
    local = aware(at).astimezone(CHINA)
    begins = datetime(local.year, local.month, local.day, tzinfo=CHINA)
    return begins.astimezone(UTC), (begins + timedelta(days=1)).astimezone(UTC)


def check_limits(filed: FiledSeal, spent: Spent, *, more: int, alone: int) -> None:
    """Refuse `more` signatures on top of those of the day, `alone` of them without a second person.

    Raises:
        SealQuotaReached: the seal may not make so many in a day.
        SealNeedsApproval: one person may not make so many alone.

    """
    limits, seal_id = filed.limits, filed.seal.seal_id
    if limits.per_day is not None and spent.total + more > limits.per_day:
        raise SealQuotaReached(seal_id, limits.per_day)
    if limits.threshold is not None and alone and spent.alone + alone > limits.threshold + spent.allowance:
        raise SealNeedsApproval(seal_id, limits.threshold)


def ask(
    requests: Requests,
    filed: FiledSeal,
    documents: Sequence[tuple[bytes, str]],
    *,
    purpose: str,
    key: str,
    by: Officer,
    at: datetime,
    random: Callable[[int], bytes],
    allowance: int = 0,
) -> Request:
    """Store a request for these documents (SM3, place), or for an allowance of so many; open, or waiting for a second.

    Raises:
        Malformed: `idempotency-key`, or a text.
        SealWishRefused: `wish-documents`, none and no allowance, both, or too many.
        SealQuotaReached: it could not be done today in any case.
        Conflict: `idempotency-mismatch`.

    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Malformed("idempotency-key", f"1 to {MAX_KEY} printable characters")
    with naming("purpose", "用途"):
        check_text(purpose, MAX_PURPOSE)
    count = allowance or len(documents)
    if bool(documents) is bool(allowance) or not 1 <= count <= MAX_ITEMS:
        raise SealWishRefused("wish-documents", f"1 to {MAX_ITEMS}")
    for _, place in documents:
        with naming("place", "位置"):
            check_text(place, MAX_PLACE)
    body = _body(filed.seal.seal_id, documents, purpose, allowance, by)
    if (known := requests.by_key(key)) is not None:
        if known.body != body:
            raise Conflict("idempotency-mismatch", "the key was used for another request")
        return known
    request = Request(
        number=random(NUMBER_OCTETS).hex(),
        seal_id=filed.seal.seal_id,
        purpose=purpose,
        count=count,
        items=tuple(Item(document, place) for document, place in documents),
        by=by,
        at=aware(at),
        progress=_begins(requests, filed, count, at, alone=not allowance),
        body=body,
    )
    return requests.begin(request, key=key)


def decide(requests: Requests, request: Request, *, approve: bool, by: Officer, at: datetime) -> Progress:
    """Approve a request that waits, or refuse it; by somebody else than whoever asked.

    Raises:
        SameOfficer: whoever asked, or who bears the same name.
        SealMoveRefused: it does not wait.

    """
    step = RequestStep.APPROVE if approve else RequestStep.REFUSE
    progress = REQUEST_LIFE.take(request.progress, step, by, [request.by])
    requests.decide(request.number, progress, by, aware(at))
    return progress


def _begins(requests: Requests, filed: FiledSeal, count: int, at: datetime, *, alone: bool) -> Progress:
    """Whether one person may do this alone; an allowance always needs a second."""
    spent = requests.spent(filed.seal.seal_id, day_of(at))
    try:
        check_limits(filed, spent, more=count, alone=count if alone else 0)
    except SealNeedsApproval:
        return Progress.WAITING
    return Progress.OPEN if alone else Progress.WAITING


def _body(seal_id: str, documents: Sequence[tuple[bytes, str]], purpose: str, allowance: int, by: Officer) -> bytes:
    asked = [[document.hex(), place] for document, place in documents]
    return sm3(
        encode_json({"seal": seal_id, "documents": asked, "purpose": purpose, "allowance": allowance, "by": by.login})
    )
