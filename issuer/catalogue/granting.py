"""Granting, delegating and ending mandates 授予、委托、终止职权: one officer asks, another decides.

What can be known to be wrong is refused when somebody asks, and looked at again when somebody approves. A mandate
begins when it is approved or later, never before: nothing that was issued without one becomes right afterwards. A
delegated mandate is for the same type, inside the area and the period of the one it rests on, and ends with it. An end
is now or later, and final; whoever is to issue again is granted a new mandate.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.catalogue.defining import check_note
from issuer.catalogue.errors import EntryUnknown, MandateRefused
from issuer.catalogue.life import REQUEST_LIFE, Progress, RequestStep
from issuer.catalogue.planning import number_for
from issuer.catalogue.ports import (
    FiledMandate,
    MandateRequest,
    Mandates,
    MandateWish,
    Origin,
    Wanted,
)
from issuer.catalogue.wishes import digest_of
from trust.errors import Malformed
from trust.rules.area import check_area
from trust.rules.errors import naming
from trust.rules.mandate import MAX_DEPTH, Mandate, MandateBook, within
from trust.rules.text import check_text
from trust.rules.times import aware
from trust.sealing.ports import Officer

MAX_KEY, MAX_REASON = 128, 200


@dataclass(frozen=True)
class Granting:
    """What granting needs: the register, the bodies by code, and whether a type can be issued."""

    mandates: Mandates
    body_name: Callable[[str], str | None]
    has_type: Callable[[str], bool]
    random: Callable[[int], bytes]


@dataclass(frozen=True)
class Actor:
    """Who asks or decides: an officer, of a body where it is an official, and whether of the administration."""

    officer: Officer
    department: str | None
    administers: bool


def ask(desk: Granting, wish: MandateWish, *, key: str, by: Actor, at: datetime) -> MandateRequest:
    """Store a request, and give the same again for the same key and wish.

    Raises:
        MandateRefused: `mandate-not-yours`, or what `check_wish` refuses.
        Malformed: `idempotency-key`, `area`, or a text that cannot be recorded.
        Conflict: `idempotency-mismatch`.

    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Malformed("idempotency-key", f"1 to {MAX_KEY} printable characters")
    with naming("reason", "事由"):
        check_text(wish.reason, MAX_REASON)
    if not by.administers and by.department not in askers_of(_book(desk), wish):
        raise MandateRefused("mandate-not-yours", wish.wanted)
    _outcome(desk, wish, aware(at))
    number = f"R{desk.random(12).hex()}"
    made = MandateRequest(number, wish, Progress.WAITING, by.officer, aware(at))
    return desk.mandates.begin(made, key=key, body=digest_of(wish, by.officer))


def decide(desk: Granting, number: str, *, approve: bool, by: Actor, at: datetime, note: str = "") -> MandateRequest:
    """Approve a request or turn it down; by somebody else than whoever asked.

    Raises:
        EntryUnknown: no such request.
        StepRefused: it was decided.
        SecondPerson: whoever asked, or who bears the same name.
        MandateRefused: `mandate-not-yours`; `note-missing`; or what it asks for cannot be any more.

    """
    request = find_request(desk.mandates, number)
    step = RequestStep.APPROVE if approve else RequestStep.REFUSE
    progress = REQUEST_LIFE.take(request.progress, step, by.officer, [request.asked_by])
    if not may_decide(desk, request.wish, by):
        raise MandateRefused("mandate-not-yours", request.wish.wanted)
    if REQUEST_LIFE.row(step).needs_reason and not note:
        raise MandateRefused("note-missing", step)
    decided = replace(request, progress=progress, decided_by=by.officer, decided_at=aware(at), note=check_note(note))
    if not approve:
        desk.mandates.decide(decided, None, None)
        return find_request(desk.mandates, number)
    outcome = _outcome(desk, request.wish, aware(at))
    decided = replace(decided, mandate=outcome.number)
    if request.wish.wanted is Wanted.END:
        desk.mandates.decide(decided, None, FiledMandate(outcome, Origin.DECISION, Origin.DECISION))
    else:
        desk.mandates.decide(decided, FiledMandate(outcome, Origin.DECISION), None)
    return find_request(desk.mandates, number)


def withdraw(desk: Granting, number: str, *, by: Actor, at: datetime) -> MandateRequest:
    """Take back what one has asked for, before it is decided.

    Raises:
        EntryUnknown: no such request of one's own.
        StepRefused: it was decided.

    """
    request = find_request(desk.mandates, number)
    step = RequestStep.WITHDRAW
    REQUEST_LIFE.check_person(step, by.officer, [request.asked_by])  # asked first: others learn nothing of it
    progress = REQUEST_LIFE.after(request.progress, step)
    taken = replace(request, progress=progress, decided_by=by.officer, decided_at=aware(at))
    desk.mandates.decide(taken, None, None)
    return find_request(desk.mandates, number)


def find_request(mandates: Mandates, number: str) -> MandateRequest:
    """A request, or EntryUnknown."""
    found = mandates.request(number)
    if found is None:
        raise EntryUnknown
    return found


def may_decide(desk: Granting, wish: MandateWish, by: Actor) -> bool:
    """The administration decides everything; a body what rests on its own mandates."""
    return by.administers or by.department in deciders_of(_book(desk), wish)


def deciders_of(book: MandateBook, wish: MandateWish) -> AbstractSet[str]:
    """The bodies whose officials may decide a request: of whose mandates what is delegated, or ended, rests on."""
    above = book.numbered(wish.above)
    if above is None or wish.wanted is Wanted.GRANT:
        return frozenset()
    own = above if wish.wanted is Wanted.DELEGATE else book.numbered(above.delegated_from)
    return frozenset() if own is None else frozenset({own.issuer_code})


def askers_of(book: MandateBook, wish: MandateWish) -> AbstractSet[str]:
    """The bodies whose officials may ask: for themselves, to delegate what is their own, and to end that."""
    if wish.wanted is Wanted.GRANT:
        return frozenset({wish.issuer_code})
    above = book.numbered(wish.above)
    if above is None:
        return frozenset()
    delegator = book.numbered(above.delegated_from) if wish.wanted is Wanted.END else None
    return frozenset(one.issuer_code for one in (above, delegator) if one is not None)


def _outcome(desk: Granting, wish: MandateWish, at: datetime) -> Mandate:
    """The mandate that comes of a wish when it is approved at an instant, or the ended one.

    Raises:
        MandateRefused: `mandate-unknown`, `mandate-over`, `mandate-area`, `mandate-period`, `mandate-depth`,
            `mandate-itself`, `body-unknown`, `type-unknown`, `mandate-known`.
        Malformed: `area`.

    """
    now = at.replace(microsecond=0)
    if wish.wanted is Wanted.END:
        return _ended(desk, wish, now)
    book, name = _book(desk), desk.body_name(wish.issuer_code)
    if name is None:
        raise MandateRefused("body-unknown", wish.issuer_code)
    above = _above(book, wish, now) if wish.wanted is Wanted.DELEGATE else None
    type_code = wish.type_code or (above.type_code if above else "")
    if not desk.has_type(type_code):
        raise MandateRefused("type-unknown", type_code)
    if wish.area is not None:
        check_area(wish.area)
    begins, until = max(wish.valid_from or now, now), wish.valid_until
    if above is not None:
        begins = max(begins, above.valid_from)
        until = above.valid_until if until is None else until
    if until is not None and until <= begins:
        raise MandateRefused("mandate-period", "it would be over before it begins")
    made = Mandate(
        wish.issuer_code, name, type_code, begins, until, wish.area,
        number_for(book.all, wish.issuer_code, type_code), above.number if above else None,
    )  # fmt: skip
    if above is not None:
        _check_within(book, made, above)
    if any(_repeats(one, made) for one in book.of(made.issuer_code, made.type_code)):
        raise MandateRefused("mandate-known", made.number)
    return made


def _above(book: MandateBook, wish: MandateWish, now: datetime) -> Mandate:
    """The mandate that a wish for delegation rests on."""
    above = book.numbered(wish.above)
    if above is None:
        raise MandateRefused("mandate-unknown", wish.above or "")
    if above.valid_until is not None and above.valid_until <= now:
        raise MandateRefused("mandate-over", above.number)
    if above.issuer_code == wish.issuer_code:
        raise MandateRefused("mandate-itself", above.number)
    return above


def _check_within(book: MandateBook, made: Mandate, above: Mandate) -> None:
    if not within(made, above):
        raise MandateRefused("mandate-area", "it reaches further than what it rests on")
    if above.valid_until is not None and (made.valid_until is None or made.valid_until > above.valid_until):
        raise MandateRefused("mandate-period", "it would last longer than what it rests on")
    depth, one = 1, above
    while one.delegated_from is not None and (higher := book.numbered(one.delegated_from)) is not None:
        depth, one = depth + 1, higher
    if depth + 1 > MAX_DEPTH:
        raise MandateRefused("mandate-depth", f"{MAX_DEPTH} one above the other at most")


def _repeats(one: Mandate, made: Mandate) -> bool:
    """Whether a mandate on file has the same area and ground, and begins with this one or lasts beside it."""
    same = (one.area, one.delegated_from) == (made.area, made.delegated_from)
    return same and (one.valid_from == made.valid_from or (one.covers(made.valid_from) and one.valid_until is None))


def _ended(desk: Granting, wish: MandateWish, now: datetime) -> Mandate:
    one = _book(desk).numbered(wish.above)
    if one is None:
        raise MandateRefused("mandate-unknown", wish.above or "")
    until = max(wish.valid_until or now, now)
    if one.valid_until is not None and one.valid_until <= until:
        raise MandateRefused("mandate-over", one.number)
    if until <= one.valid_from:
        raise MandateRefused("mandate-period", "it would be over before it begins")
    return replace(one, valid_until=until)


def _book(desk: Granting) -> MandateBook:
    return MandateBook(one.mandate for one in desk.mandates.all())
