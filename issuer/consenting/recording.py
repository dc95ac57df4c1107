"""Recording a consent to annotated copies, and deciding on one that was recorded from a paper.

    holder, signed in           give ->                              in force
    official, with the paper    record -> another official confirms -> in force

Nothing is in force that one official alone has put down. What a consent is for is held against the same bounds as a
copy: whatever could not be printed on one is not consented to.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from issuer.consenting.consent import AGENT, HOLDER, LIFE, MODES, CopyConsent, Step
from issuer.consenting.errors import ConsentNotTaken, NoSuchConsent
from issuer.consenting.ports import ConsentDesk
from issuer.copying.errors import CopyRefused
from issuer.copying.making import check_words
from issuer.copying.ports import Terms
from issuer.errors import ApplicationRefused, IdempotencyMismatch, NoSuchLicence
from issuer.ports import Entry
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.canonical_json import encode_json, text_of
from trust.rules.text import check_text
from trust.sealing.ports import Officer

MAX_GIVER, MAX_REASON, MAX_KEY = 60, 200, 128
LONGEST = timedelta(days=3 * 366)
NUMBER_OCTETS = 8
PLACES = {"copy-purpose": "purpose", "copy-recipient": "recipient"}


@dataclass(frozen=True)
class Paper:
    """A consent on paper as an official puts it down: its number, who signed it and as what, the digest of its file."""

    reference: str
    mode: str
    giver: str
    document: str


def give(
    desk: ConsentDesk, identifier: str, terms: Terms, *, holder: tuple[str, str], by: Officer, key: str, at: datetime
) -> CopyConsent:
    """A consent that a holder gives to the body of an own licence; `holder` is type and code of whoever is signed in.

    Raises:
        NoSuchLicence: none, or another's: the same answer.
        ConsentNotTaken: `purpose`, `recipient` or `valid_until` is not in order.
        IdempotencyMismatch: the key belongs to another request.

    """
    entry = _original(desk, identifier)
    mine = next((one for one in entry.licence.holders if (one.code_type, one.code) == holder), None)
    if mine is None:
        raise NoSuchLicence
    number = f"ZX-{desk.random(NUMBER_OCTETS).hex().upper()}"
    return _added(desk, entry, terms, Paper(number, HOLDER, mine.name, ""), Step.GIVE, by=by, key=key, at=at)


def record(
    desk: ConsentDesk,
    identifier: str,
    terms: Terms,
    paper: Paper,
    *,
    body_code: str,
    by: Officer,
    key: str,
    at: datetime,
) -> CopyConsent:
    """A consent on paper, which waits for somebody else; raises as `give`.

    Raises:
        ConsentNotTaken: also for `mode`, `giver` (who is a holder in the mode `holder`, and none in the mode `agent`),
            `reference` (the body has one of this number).

    """
    entry = _original(desk, identifier)
    if entry.licence.identifier.issuer_code != body_code:
        raise NoSuchLicence
    _check_paper(entry, paper)
    return _added(desk, entry, terms, paper, Step.RECORD, by=by, key=key, at=at)


def decide(
    desk: ConsentDesk, body_code: str, reference: str, step: Step, *, by: Officer, at: datetime, reason: str = ""
) -> CopyConsent:
    """Confirm or refuse a consent that was recorded from a paper; done again by the same person, it stays as it is.

    Raises:
        NoSuchConsent: the body has none of this number.
        ConsentMoved: it is decided already.
        ConsentOwnHand: whoever recorded it does not decide on it.
        ConsentNotTaken: `reason`, a refusal says why.

    """
    found = desk.consents.find(body_code, reference)
    if found is None:
        raise NoSuchConsent
    row = LIFE.row(step)
    if found.stage is row.result and found.decided_by == by:
        return found
    stage = LIFE.take(found.stage, step, by, [found.recorded_by])
    reason = reason.strip()
    if row.needs_reason and not reason:
        raise ConsentNotTaken([("reason", "reason-missing")])
    _check("reason", reason or "—", MAX_REASON)
    reason = reason or found.reason or ""  # a withdrawal may be under way, whose reason was put down already
    return desk.consents.decide(replace(found, stage=stage, decided_by=by, decided_at=at, reason=reason or None))


def put_down_withdrawal(desk: ConsentDesk, consent: CopyConsent, *, is_person: bool, reason: str) -> None:
    """Put down why a body withdraws a consent; its system withdraws what came on paper, and no word given here.

    What somebody has withdrawn already keeps what was said then: nobody puts a reason onto another's withdrawal.

    Raises:
        NoSuchConsent: it is not the system's to withdraw.
        ConsentNotTaken: `reason`, none is given, or it cannot be shown.

    """
    if not is_person and consent.document is None:
        raise NoSuchConsent
    if not (reason := reason.strip()):
        raise ConsentNotTaken([("reason", "withdrawal-reason")])
    _check("reason", reason, MAX_REASON)
    desk.consents.explain(consent.body_code, consent.reference, reason)


def leave_unsaid(desk: ConsentDesk, consent: CopyConsent) -> None:
    """A holder is about to withdraw and says no reason; one that a body put down, whose withdrawal broke off, goes."""
    desk.consents.explain(consent.body_code, consent.reference, None)


def _added(
    desk: ConsentDesk, entry: Entry, terms: Terms, paper: Paper, step: Step, *, by: Officer, key: str, at: datetime
) -> CopyConsent:
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise ApplicationRefused([("idempotency-key", f"1 to {MAX_KEY} printable characters")])
    licence = entry.licence
    asked = _digest(str(licence.identifier), terms, paper if step is Step.RECORD else None, by)
    if (known := desk.consents.by_key(key)) is not None:
        if known.asked != asked:
            raise IdempotencyMismatch(key)
        return known
    until = _checked_until(terms, at)
    return desk.consents.add(
        CopyConsent(
            body_code=licence.identifier.issuer_code,
            reference=paper.reference,
            mode=paper.mode,
            original=str(licence.identifier),
            giver=paper.giver,
            cause=terms.cause,
            recipient=terms.recipient,
            valid_until=until,
            stage=LIFE.take(None, step, by, ()),
            recorded_by=by,
            recorded_at=at,
            key=key,
            asked=asked,
            document=paper.document or None,
        )
    )


def _original(desk: ConsentDesk, identifier: str) -> Entry:
    found = desk.original(identifier)
    if found is None or found.artefacts is None:
        raise NoSuchLicence
    return found


def _checked_until(terms: Terms, at: datetime) -> datetime:
    """The end of a consent whose terms are in order."""
    try:
        check_words(terms.cause, terms.recipient)
    except CopyRefused as error:
        raise ConsentNotTaken([(PLACES.get(error.reason, "purpose"), error.reason)]) from error
    if terms.expires_at is None:
        raise ConsentNotTaken([("valid_until", "consent-period")])
    if not at < terms.expires_at <= at + LONGEST:
        raise ConsentNotTaken([("valid_until", "consent-until")])
    return terms.expires_at


def _check_paper(entry: Entry, paper: Paper) -> None:
    if paper.mode not in MODES:
        raise ConsentNotTaken([("mode", "unknown")])
    names = {one.name for one in entry.licence.holders}
    _check("giver", paper.giver, MAX_GIVER)
    if (paper.giver in names) != (paper.mode == HOLDER):
        raise ConsentNotTaken([("giver", "consent-agent" if paper.mode == AGENT else "consent-holder")])


def _check(place: str, text: str, most: int) -> None:
    try:
        check_text(text, most)
    except Malformed as error:
        raise ConsentNotTaken([(place, error.reason)]) from error


def _digest(identifier: str, terms: Terms, paper: Paper | None, by: Officer) -> str:
    """`sm3:` and the digest of everything that was asked; the number that a holder's consent gets is not asked."""
    body = {
        "identifier": identifier,
        "terms": [terms.cause, terms.recipient, text_of(terms.expires_at) if terms.expires_at else None],
        "paper": None if paper is None else vars(paper),
        "by": by.login,
    }
    try:
        return f"sm3:{sm3(encode_json(body)).hex()}"
    except Malformed as error:
        raise ConsentNotTaken([("purpose", "copy-purpose")]) from error
