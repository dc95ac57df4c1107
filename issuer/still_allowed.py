"""Judging once more, at the instant of the release, what was judged when an issue began: its type, and its mandate.

Hours or days may lie between the two where an issue broke off. A licence released after its type was ended, or without
its body's mandate, would fail at every verifier; so the issue is given up instead, which the register stores with the
reason before anybody is told. That the template has a newer version by now is no reason: the face was in force when the
issue began, and whoever has to look again where more people are needed is asked by `issuer.applying`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from issuer.checking import require_mandate
from issuer.chunks import Outcome, each
from issuer.errors import GivenUp, MaybeReleased, NoMandate, ReleasedBefore, UnknownType
from issuer.ports import Entry, Office, Void

T = TypeVar("T")


def live(entry: Entry) -> Entry:
    """The entry, unless it was given up.

    Raises:
        GivenUp: with the reason that was stored.

    """
    if entry.void is not None:
        raise GivenUp(str(entry.licence.identifier), entry.void.reason)
    return entry


def not_out(office: Office, entries: Sequence[Entry]) -> list[Outcome[Entry]]:
    """The entries that may be carried on.

    A ReleasedBefore stands in the place of what a restore has forgotten, a MaybeReleased of what it may have.
    """
    out = office.out(entries)

    def carried_on(entry: Entry) -> Entry:
        identifier = str(entry.licence.identifier)
        if (certain := out.get(identifier)) is not None:
            raise ReleasedBefore(identifier) if certain else MaybeReleased(identifier)
        return entry

    return each(carried_on, list(entries))


def require_not_out(office: Office, entry: Entry, *, weighed: bool = False) -> None:
    """See that there are no files of it that a restore has forgotten.

    Where nobody can tell, a person who has `weighed` it may go on.

    Raises:
        ReleasedBefore: there are.
        MaybeReleased: there may be, and nobody has weighed it.

    """
    (outcome,) = not_out(office, [entry])
    if isinstance(outcome, Exception) and not (weighed and isinstance(outcome, MaybeReleased)):
        raise outcome


def still_allowed(office: Office, items: Sequence[T], entry_of: Callable[[T], Entry], at: datetime) -> list[Outcome[T]]:
    """Items of one type whose type is in force and whose body has the mandate at `at`; the others are given up.

    A GivenUp stands in the place of what was given up: `type-retired` or `no-mandate`.
    """
    lost = _lost(office, [entry_of(one) for one in items], at)
    kept = office.register.void_many([(entry, Void(at, reason)) for entry, reason in lost]) if lost else ()
    void = {entry.key: entry.void for entry in kept if entry.void is not None}  # the others were released meanwhile

    def allowed(one: T) -> T:
        entry = entry_of(one)
        if (given_up := void.get(entry.key)) is not None:
            raise GivenUp(str(entry.licence.identifier), given_up.reason)
        return one

    return each(allowed, list(items))


def _lost(office: Office, entries: Sequence[Entry], at: datetime) -> list[tuple[Entry, str]]:
    """The entries that may not be released any more, each with the reason."""
    mandates, type_code = office.mandates(at), entries[0].licence.identifier.type_code
    try:
        office.bundle(type_code)
    except UnknownType:
        return [(entry, "type-retired") for entry in entries]
    lost = []
    for entry in entries:
        licence = entry.licence
        try:
            require_mandate(licence.identifier.issuer_code, type_code, licence.area_code, mandates, at)
        except NoMandate:
            lost.append((entry, "no-mandate"))
    return lost
