"""How one licence follows another 变更、延续、补发、更正、转入: an application held against the table of kinds.

All kinds but a transfer carry on the same licence: the identifier keeps its serial and counts one version up, so that
no two artefacts ever share one, and the number on the face stays, which the register allows to successors alone. A
correction may set a wrong number right. A transfer begins a licence of the receiving body's own.

The predecessor is live until its successor is released and ends in the same transaction, at the same instant; where
the successor begins on a later day, as a renewal may, the predecessor ends with that day's beginning, so that there is
neither a gap nor an overlap. A transfer within one installation is to the body that the transfer out names; one from
another library rests on the licence's file, which is handed in and judged, and takes two people. The table of kinds,
and which standing a licence has to be in to be followed, is in `succession_rules`.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from issuer.application import Application
from issuer.applying.errors import SuccessionRefused
from issuer.applying.succession_rules import RULES, Fate, followable
from issuer.inheriting import Originals
from issuer.ports import Entry, Office
from trust.errors import TrustError
from trust.revocation.acting import Order
from trust.rules.carried_over import REASON
from trust.rules.identifier import parse
from trust.rules.licence import CHINA, Licence, Validity, day_in_china
from trust.rules.mandate import MandateBook
from trust.rules.standing import Act, Status
from trust.rules.succession import Succession, SuccessionKind


def wish(kind: str, predecessor: str) -> Succession:
    """What is asked for, from words.

    Raises:
        SuccessionRefused: no such kind, or no identifier.

    """
    try:
        known = SuccessionKind(kind)
    except ValueError as error:
        raise SuccessionRefused([("kind", "unknown")]) from error
    try:
        return Succession(known, predecessor)
    except TrustError as error:
        raise SuccessionRefused([("predecessor", "predecessor-unknown")]) from error


def members_of(licence: Licence) -> dict[str, Any]:
    """What a licence says, as the members of an application for one like it."""
    days = {name: getattr(licence, name) for name in ("issued_on", "valid_from", "valid_until")}
    return {
        "number": licence.number,
        **{name: day.isoformat() for name, day in days.items() if day is not None},
        "area_code": licence.area_code,
        "holders": [{"name": one.name, "code": one.code, "code_type": one.code_type} for one in licence.holders],
        "fields": dict(licence.fields),
    }


def carried_on(before: Licence, changed: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """The members of a successor issued today: the predecessor's, but for those that are changed."""
    same = members_of(before) | {"issued_on": day_in_china(at).isoformat()}
    if "holder" in changed:
        del same["holders"]
    fields, more = same["fields"], changed.get("fields", {})
    merged = {**fields, **more} if isinstance(more, dict) else more
    return same | dict(changed) | {"fields": merged}


def check_succession(
    office: Office,
    application: Application,
    basis: str,
    *,
    fate: Fate | None,
    originals: Originals,
    at: datetime,
    key: str,
) -> None:
    """Hold an application against the licence it is to follow; `fate` is that licence's, `key` the issue's own.

    Raises:
        SuccessionRefused: every reason why it cannot.

    """
    succession = application.succession
    if succession is None:
        return
    rule = RULES[succession.kind]
    problems = [("basis", "missing")] if rule.needs_basis and not basis else []
    entry = office.register.find(succession.predecessor)
    before = entry.licence if entry is not None and entry.artefacts is not None else None
    _check_whose(office, application, before, at)
    if before is not None:
        follower = office.register.successor_of(succession.predecessor)
        problems += _of_standing(succession.kind, before, fate, follower, at=at, key=key)
        revived = fate is not None and fate.set_aside
        problems += _of_content(succession.kind, before, application, revived=revived)
        problems += _of_evidence(office, application, before, fate, at)
    else:
        problems += _of_original(application, originals)
    if problems:
        raise SuccessionRefused(problems)


def end_of_predecessor(licence: Licence, *, basis: str, by: str, at: datetime) -> Order | None:
    """The act that ends the predecessor of a licence released at an instant; None if its act is not ours to take.

    It takes effect with the release, or where the licence begins on a later day, when that day begins.
    """
    if licence.succession is None:
        return None
    rule = RULES[licence.succession.kind]
    begins = licence.valid_from
    starts = datetime(begins.year, begins.month, begins.day, tzinfo=CHINA) if begins else at
    words = f"由 {licence.identifier} 取代；{licence.succession.kind.label}" + (f"，{basis}" if basis else "")
    return Order(
        kind=rule.act,
        subject=licence.succession.predecessor,
        ground=rule.ground,
        reason=words,
        by=by,
        effective_at=max(at, starts),
        decided_at=at,
    )


def _check_whose(office: Office, application: Application, before: Licence | None, at: datetime) -> None:
    """A body carries on its own licences; one that comes from elsewhere is another's, ours here or unknown to us."""
    succession = application.succession
    if succession is None:
        return
    own = parse(succession.predecessor).issuer_code == application.issuer_code
    if succession.kind.keeps_identity != own or (own and before is None):
        raise SuccessionRefused([("predecessor", "predecessor-unknown")])
    mandates = office.mandates(at)
    of_city = {one.issuer_code for one in (mandates.all if isinstance(mandates, MandateBook) else mandates)}
    if before is None and parse(succession.predecessor).issuer_code in of_city:
        raise SuccessionRefused([("predecessor", "predecessor-unknown")])
    if before is not None and before.identifier.type_code != application.type_code:
        raise SuccessionRefused([("predecessor", "predecessor-type")])


def _of_standing(
    kind: SuccessionKind, before: Licence, fate: Fate | None, follower: Entry | None, *, at: datetime, key: str
) -> Iterator[tuple[str, str]]:
    if follower is not None and follower.key != key:
        yield "predecessor", "predecessor-succeeded"
    elif fate is not None and fate.standing.carried:
        yield "predecessor", REASON
    elif fate is None or not followable(kind, fate):
        yield "predecessor", "predecessor-standing"
    elif kind in {SuccessionKind.RENEW, SuccessionKind.AMEND} and before.validity(at) is Validity.EXPIRED:
        yield "predecessor", "predecessor-expired"


def _of_evidence(
    office: Office, application: Application, before: Licence, fate: Fate | None, at: datetime
) -> Iterator[tuple[str, str]]:
    """What a follower of a licence here rests on: new evidence only for a converted one, and no file."""
    if application.evidence and before.conversion is None:
        yield "evidence", "evidence-needless"
    if application.original is not None:
        yield "original", "original-needless"
    standing = fate.standing if fate is not None else None
    act = standing.act if standing is not None else None
    if standing is not None and standing.status is Status.TRANSFERRING and act is not None:
        mandates = office.mandates(at)
        listed = mandates.all if isinstance(mandates, MandateBook) else mandates
        names = {one.issuer_name for one in listed if one.issuer_code == application.issuer_code}
        if not _lets_go_to(act, {application.issuer_code, *names}):
            yield "predecessor", "transfer-elsewhere"


def _lets_go_to(act: Act, names: Collection[str]) -> bool:
    """Whether a transfer out is to a body of this code or this name; older ones say so in their reason."""
    if act.receiver:
        return "".join(act.receiver.split()) in names
    return any(name in act.reason for name in names)


def _of_original(application: Application, originals: Originals) -> Iterator[tuple[str, str]]:
    """A licence of another library is followed on its file alone: whole, and the very one that is named."""
    succession = application.succession
    if succession is None or application.original is None:
        yield "original", "original-missing"
        return
    found = originals(application.original)
    if found is None:
        yield "original", "original-missing"
    elif not found.whole:
        yield "original", "original-unverified"
    elif str(found.licence.identifier) != succession.predecessor or found.licence.copy is not None:
        yield "original", "original-other"
    elif found.licence.identifier.type_code != application.type_code:
        yield "predecessor", "predecessor-type"
    else:
        yield from _of_content(succession.kind, found.licence, application)


def _of_content(
    kind: SuccessionKind, before: Licence, application: Application, *, revived: bool = False
) -> Iterator[tuple[str, str]]:
    """What a kind keeps and this changes, or the other way; a right that is restored may be what it was."""
    rule = RULES[kind]
    if rule.number and application.number != before.number:
        yield "number", "number-kept"
    if rule.holders == "same" and application.holders != before.holders:
        yield "holder_name", "holders-kept"
    if rule.holders == "codes" and _codes(application) != {(one.code_type, one.code) for one in before.holders}:
        yield "holder_code", "holders-kept"
    if rule.content and _content(application) != _content_of(before):
        yield "", "content-kept"
    changes = kind in {SuccessionKind.AMEND, SuccessionKind.CORRECT, SuccessionKind.COURT_ORDER} and not revived
    if changes and _unchanged(application, before):
        yield "", "nothing-changed"
    if kind is SuccessionKind.RENEW and not _ends_later(application, before):
        yield "valid_until", "end-not-later"


def _codes(application: Application) -> set[tuple[str, str]]:
    return {(holder.code_type, holder.code) for holder in application.holders}


def _content(application: Application) -> tuple[object, ...]:
    fields = {name: value for name, value in application.fields.items() if value}
    return application.valid_from, application.valid_until, application.area_code, fields


def _content_of(before: Licence) -> tuple[object, ...]:
    return before.valid_from, before.valid_until, before.area_code, dict(before.fields)


def _unchanged(application: Application, before: Licence) -> bool:
    """Whether the new licence would say what the old one says, but for the day of issue."""
    same = application.number == before.number and application.holders == before.holders
    return same and _content(application) == _content_of(before)


def _ends_later(application: Application, before: Licence) -> bool:
    """Whether a renewal prolongs: a last day later than the old one, or none any more."""
    if before.valid_until is None:
        return False
    return application.valid_until is None or application.valid_until > before.valid_until
