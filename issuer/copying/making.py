"""Making an annotated copy 制作加注件: for one purpose, one recipient and a time, from a licence that is in force.

    terms and basis checked -> original in force? -> allot, store -> consent still there? -> sign, check, log, release

A copy is a licence document of its own: a new serial of the same type and body, its own entry in a status list, its own
seal signatures and its own entry in the log. The number and everything else on the face are the original's, or that
part of it which the basis opens. What is signed says what the copy is for and where its original stands.

Where there may be only so many for one basis they are counted where one begins, and again in the transaction that
releases one, because what broke off long ago takes no room meanwhile. One that is refused there has signatures and an
entry in the log, and nobody has its files.

The row is stored before the consent is looked at again, and a withdrawal is stored before the copies that rest on it
are looked for: so whichever comes first, the other sees it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from issuer.completing import Issued, complete
from issuer.copying.errors import BasisEnded, CopyRefused, NotInForce
from issuer.copying.ports import ConsentName, CopyDesk, CopyEntry
from issuer.drafting import check_face, digest_of, draw_serial, plan_token
from issuer.errors import ApplicationRefused, IdempotencyMismatch, NoSuchLicence
from issuer.ports import Entry, Register, State
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.canonical_json import encode_json, text_of
from trust.rules.annotated_copy import MAX_CAUSE, CopyNote
from trust.rules.carried_over import REASON
from trust.rules.conversion import claims_grade
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import SALT_LENGTH, Licence, Validity, end_of
from trust.rules.standing import Status
from trust.rules.text import check_text

MAX_KEY = 128
USUAL, LONGEST = timedelta(days=30), timedelta(days=365)
MAX_RECIPIENT = 100
"""Characters; enough for any organisation, and the page that says all of it stays one page."""


@dataclass(frozen=True)
class CopyRequest:
    """What is asked for; `expires_at` None means thirty days, `fields` None the whole face.

    `creator` is who makes it, as the copy says; `basis` as in `CopyNote`. `asker` and `consent` as in `CopyEntry`.
    `latest` is where the basis itself ends: no copy lasts longer. There may be `most` copies for one basis.
    """

    original: str
    cause: str
    recipient: str
    creator: str
    basis: str
    expires_at: datetime | None = None
    asker: str = ""
    consent: ConsentName | None = None
    fields: frozenset[str] | None = None
    latest: datetime | None = None
    most: int | None = None

    @property
    def digest(self) -> str:
        """`sm3:` and the digest of everything that was asked."""
        body = {
            **{name: getattr(self, name) for name in ("original", "cause", "recipient", "creator", "basis", "asker")},
            "expires_at": None if self.expires_at is None else text_of(self.expires_at),
            "consent": None if self.consent is None else vars(self.consent),
            "fields": None if self.fields is None else sorted(self.fields),
        }
        return f"sm3:{sm3(encode_json(body)).hex()}"


def make_copy(desk: CopyDesk, request: CopyRequest, *, key: str, by: str, at: datetime) -> Issued:
    """Make one copy, or take up or repeat the one begun under the same key.

    Raises:
        CopyRefused: `copy-purpose`, `copy-recipient`, `copy-creator`, `copy-words` (one of them claims a grade of
            evidence, as only the line of a conversion does), `copy-ended` (it would end in the past),
            `copy-too-long` (more than a year, or beyond the original's last day).
        NoSuchLicence, NotInForce, BasisEnded: there is nothing to copy, or no ground to; `citation-copies` also where
            one that had broken off is taken up again, and there are enough by now.
        MissingGlyph, DoesNotFit, NoPen: it cannot be drawn or sealed; nothing was promised.
        IdempotencyMismatch: the key belongs to another request.
        PlanBroken, NotSound: something is wrong inside; nothing was released.

    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise ApplicationRefused([("idempotency-key", f"1 to {MAX_KEY} printable characters")])
    digest = _digest(request)
    copy = desk.copies.by_key(key) or _begin(desk, request, digest, key=key, by=by, at=at)
    if copy.entry.body_digest != digest:
        raise IdempotencyMismatch(key)
    if copy.entry.state is not State.RELEASED:
        _check_consent(desk, copy.consent)
    return files_of(desk, copy.entry, at, most=request.most)


def files_of(desk: CopyDesk, entry: Entry, at: datetime, *, most: int | None = None) -> Issued:
    """Carry a copy from wherever it stands to released, as one of `most` for its basis, and give its files."""
    copies = cast("Register", desk.copies)  # what is begun already is only planned, sealed and released
    release = partial(desk.copies.release_many, most=most)
    return complete(replace(desk.office, register=copies), entry, at=at, release=release)


def _digest(request: CopyRequest) -> str:
    try:
        return request.digest
    except Malformed as error:  # a text that is none cannot stand on a copy either
        raise CopyRefused("copy-purpose") from error


def _begin(desk: CopyDesk, request: CopyRequest, digest: str, *, key: str, by: str, at: datetime) -> CopyEntry:
    """Everything that can be refused is refused here, before anything is promised."""
    begun_at = at.replace(microsecond=0)
    check_words(request.cause, request.recipient, request.creator)
    _check_consent(desk, request.consent)
    original = desk.original(request.original)
    if original is None or original.artefacts is None:
        raise NoSuchLicence
    licence = original.licence
    expires_at = _end(licence, request, begun_at)
    _require_in_force(desk, licence, at)
    note = CopyNote(
        original=licence.identifier,
        original_status=licence.status,
        made_at=begun_at,
        creator=request.creator,
        recipient=request.recipient,
        cause=request.cause,
        expires_at=expires_at,
        basis=request.basis,
    )
    office = desk.office
    pen = office.pen(licence.identifier.issuer_code, at)
    drafted = _draft(licence, note, request.fields, draw_serial(office.random), office.random(SALT_LENGTH))
    check_face(drafted, office.face(licence.identifier.type_code, licence.template), pen, host_url=office.host_url)
    drafted = replace(drafted, status=office.allot(str(drafted.identifier), at))
    message, _ = plan_token(drafted, pen)
    entry = Entry(key, digest, drafted, by, begun_at, token_plan=digest_of(message))
    return desk.copies.begin(CopyEntry(entry, request.asker, request.consent), most=request.most)


def _draft(licence: Licence, note: CopyNote, keys: frozenset[str] | None, serial: str, salt: bytes) -> Licence:
    """The copy as a document: the original's, under an identifier of its own, as far as it may be shown."""
    shown = {key: text for key, text in licence.fields.items() if keys is None or key in keys}
    identifier = LicenceIdentifier(licence.identifier.type_code, licence.identifier.issuer_code, serial)
    return replace(licence, identifier=identifier, fields=shown, log_salt=salt, copy=note)


def check_words(cause: str, recipient: str, creator: str | None = None) -> None:
    """See that these texts may stand on a copy.

    Raises:
        CopyRefused: `copy-purpose`, `copy-recipient`, `copy-creator`, `copy-words`.

    """
    texts = (
        ("copy-purpose", cause, MAX_CAUSE),
        ("copy-recipient", recipient, MAX_RECIPIENT),
        ("copy-creator", creator or "—", MAX_RECIPIENT),
    )
    for reason, text, most in texts:
        try:
            check_text(text, most)
        except Malformed as error:
            raise CopyRefused(reason) from error
        if claims_grade(text):
            raise CopyRefused("copy-words")


def _check_consent(desk: CopyDesk, consent: ConsentName | None) -> None:
    if consent is not None and desk.withdrawn(consent) is not None:
        raise BasisEnded("consent-withdrawn")


def _end(licence: Licence, request: CopyRequest, begun_at: datetime) -> datetime:
    """When the copy ends: as asked, or in thirty days; never after the original's last day or the end of the basis."""
    bounds = [end_of(licence.valid_until)] if licence.valid_until else []
    bounds += [request.latest.replace(microsecond=0)] if request.latest else []
    if request.expires_at is None:
        end = min([begun_at + USUAL, *bounds])
        return end if end > begun_at else begun_at + USUAL  # what is over already is refused for that reason
    end = request.expires_at.replace(microsecond=0)
    if end <= begun_at:
        raise CopyRefused("copy-ended")
    if end > min([begun_at + LONGEST, *bounds]):
        raise CopyRefused("copy-too-long")
    return end


def _require_in_force(desk: CopyDesk, licence: Licence, at: datetime) -> None:
    standing = desk.standing(str(licence.identifier), at)
    if standing.carried:
        raise NotInForce(REASON)
    if standing.status is not Status.VALID or licence.validity(at) is not Validity.WITHIN:
        raise NotInForce
