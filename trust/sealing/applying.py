"""Applying for a seal, and deciding on it: never the same person.

What can be known to be wrong is refused when somebody applies, so that whoever approves has only to judge whether the
seal should be. A body has one seal of each kind that speaks for it as a whole, or one that replaces it; of contract,
finance and invoice seals it may have several. A seal that was lost or compromised must be suspended before another is
applied for: otherwise both could be used meanwhile. The number is drawn here and stays the seal's for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.sm3 import sm3
from trust.errors import Conflict, Malformed
from trust.formats.canonical_json import encode_json
from trust.formats.ses import SealPicture
from trust.rules.errors import naming
from trust.rules.party import check_uscc
from trust.rules.seal_standing import SealKind
from trust.rules.text import check_text
from trust.rules.times import aware
from trust.sealing.errors import SealKindTaken, SealUnknown, SealWishRefused
from trust.sealing.life import LIFE, State, Step, state_of
from trust.sealing.ports import Application, Applications, Cause, Officer, SealRegister, Standings, Taken, Wish
from trust.sealing.wishes import as_json

MAX_KEY, MAX_NAME, MAX_REASON, MAX_YEARS, MAX_LIMIT = 128, 60, 200, 5, 1_000_000
SINGLE = frozenset({SealKind.UNIT, SealKind.LICENCE, SealKind.PERSONAL})
"""Kinds of which a body, or a person, has one at a time."""
TRIES = 20
OPEN = frozenset({State.APPLIED, State.APPROVED, State.MADE})


@dataclass(frozen=True)
class Registry:
    """What applying needs: the applications, the register of seals, their standings, and a look at pictures."""

    applications: Applications
    seals: SealRegister
    standings: Standings
    picture: Callable[[Application], SealPicture]
    random: Callable[[int], bytes]


def apply(registry: Registry, wish: Wish, *, key: str, by: Officer, at: datetime) -> Application:
    """Store an application, and give the same again for the same key and wish.

    Raises:
        SealWishRefused: `wish-period`, `wish-limits`, `wish-holder`, `wish-cause`.
        Malformed: `idempotency-key`, or a text, code or picture that cannot stand in a seal.
        SealKindTaken: it does not fit the seals already there.
        Conflict: `idempotency-mismatch`, `seal-number-taken`.

    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Malformed("idempotency-key", f"1 to {MAX_KEY} printable characters")
    check_wish(wish)
    body = digest_of(wish, by)
    for attempt in range(TRIES):
        application = Application(_number(wish, registry.random), wish, State.APPLIED, by, aware(at))
        if attempt == 0:
            registry.picture(application)  # what cannot be drawn or shown is known before anybody approves it
        try:
            return _begin(registry, application, key=key, body=body)
        except Conflict as error:
            if error.reason != "seal-number-taken":
                raise
    raise Conflict("seal-number-taken", "no free number was found")


def decide(registry: Registry, seal_id: str, *, approve: bool, note: str, by: Officer, at: datetime) -> Application:
    """Approve an application or turn it down; by somebody else than whoever applied.

    Raises:
        SealUnknown: no application has this number.
        SealMoveRefused: it has been decided, or withdrawn.
        SameOfficer: whoever applied, or who bears the same name.

    """
    application = find(registry, seal_id)
    if not approve or note:
        _check_note(note)
    step = Step.APPROVE if approve else Step.REJECT
    hands = [one for one in (application.applied_by, application.wish.holder) if one is not None]
    result = LIFE.take(application.state, step, by, hands)
    registry.applications.move(seal_id, application.state, result, Taken(step, by, aware(at), note))
    return find(registry, seal_id)


def withdraw(registry: Registry, seal_id: str, *, note: str, by: Officer, at: datetime) -> Application:
    """Take an application back before the seal is made.

    Raises:
        SealUnknown, SealMoveRefused.

    """
    application = find(registry, seal_id)
    if note:
        _check_note(note)
    result = LIFE.after(application.state, Step.WITHDRAW)
    registry.applications.move(seal_id, application.state, result, Taken(Step.WITHDRAW, by, aware(at), note))
    return find(registry, seal_id)


def find(registry: Registry, seal_id: str) -> Application:
    """The application of a number, or SealUnknown."""
    found = registry.applications.find(seal_id)
    if found is None:
        raise SealUnknown
    return found


def check_wish(wish: Wish) -> None:
    """Refuse what no seal can be made of.

    Raises:
        SealWishRefused, Malformed: as `apply`.

    """
    with naming("body_code", "单位代码"):
        check_uscc(wish.body_code)
    with naming("name", "印章名称"):
        check_text(wish.name, MAX_NAME)
    with naming("reason", "申请事由"):
        check_text(wish.reason, MAX_REASON)
    if not 1 <= wish.years <= MAX_YEARS:
        raise SealWishRefused("wish-period", f"1 to {MAX_YEARS} years")
    if any(one is not None and not 1 <= one <= MAX_LIMIT for one in (wish.limits.per_day, wish.limits.threshold)):
        raise SealWishRefused("wish-limits", f"1 to {MAX_LIMIT}")
    if (wish.kind is SealKind.PERSONAL) is not (wish.holder is not None):
        raise SealWishRefused("wish-holder", "a personal seal, and no other, has a holder")
    if (wish.replaces is None) is not (wish.cause is None):
        raise SealWishRefused("wish-cause", "a seal that replaces another says why")


def digest_of(wish: Wish, by: Officer) -> bytes:
    """SM3 of everything that was asked, and by whom."""
    return sm3(encode_json(as_json(wish) | {"by": by.login}))


def _begin(registry: Registry, application: Application, *, key: str, body: bytes) -> Application:
    known = registry.applications.by_key(key)
    if known is None:
        _check_place(registry, application)
    return registry.applications.begin(application, key=key, body=body)


def _check_place(registry: Registry, application: Application) -> None:
    """Refuse a seal for which there is no room beside those that are there or under way."""
    wish, at = application.wish, application.applied_at
    if wish.replaces is not None:
        _check_replaced(registry, wish, at)
    if any(one != wish.replaces for one in _under_way(registry, wish)):
        raise SealKindTaken("seal-kind-taken", wish.kind)
    check_room(registry, wish, at)


def check_room(registry: Registry, wish: Wish, at: datetime) -> None:
    """Refuse a seal beside one in use that it does not replace; asked when somebody applies, and again at its filing.

    Raises:
        SealKindTaken: `seal-kind-taken`.

    """
    if wish.kind in SINGLE and any(one != wish.replaces for one in _standing_seals(registry, wish, at)):
        raise SealKindTaken("seal-kind-taken", wish.kind)


def _check_replaced(registry: Registry, wish: Wish, at: datetime) -> None:
    old = registry.seals.find(wish.replaces or "")
    login = wish.holder.login if wish.holder else None
    if old is None or (old.body_code, old.kind, old.holder) != (wish.body_code, wish.kind, login):
        raise SealKindTaken("seal-replaces", "there is no such seal of this body, kind and holder")
    in_use = state_of(registry.standings.counting(old.seal.seal_id, at).status) is State.IN_USE
    if wish.cause in {Cause.LOST, Cause.COMPROMISED} and in_use:
        raise SealKindTaken("seal-still-in-use", "suspend or cancel it first")


def _standing_seals(registry: Registry, wish: Wish, at: datetime) -> Sequence[str]:
    """Filed seals of this kind, for this body or person, that are not cancelled and have not run out."""
    login = wish.holder.login if wish.holder else None
    return [
        filed.seal.seal_id
        for filed in registry.seals.of_body(wish.body_code)
        if (filed.kind, filed.holder) == (wish.kind, login)
        and at <= filed.seal.valid_until
        and state_of(registry.standings.counting(filed.seal.seal_id, at).status) is not State.CANCELLED
    ]


def _under_way(registry: Registry, wish: Wish) -> Sequence[str]:
    """Applications for the same that are not over; two cannot both be filed."""
    if wish.kind not in SINGLE:
        return ()
    login = wish.holder.login if wish.holder else None
    return [
        one.seal_id
        for one in registry.applications.of_body(wish.body_code)
        if one.state in OPEN
        and one.wish.kind is wish.kind
        and (one.wish.holder.login if one.wish.holder else None) == login
    ]


def _number(wish: Wish, random: Callable[[int], bytes]) -> str:
    """Fourteen digits: the division in the body's code, and eight drawn at random."""
    return f"{wish.body_code[2:8]}{int.from_bytes(random(8), 'big') % 10**8:08d}"


def _check_note(note: str) -> None:
    with naming("note", "意见"):
        check_text(note, MAX_REASON)
