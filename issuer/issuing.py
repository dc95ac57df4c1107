"""Issuing a licence 签发: allot, plan, sign, check, log, store, and only then acknowledge.

    1 checks           mandate, type, holder, fields, dates, and that all of it can be printed; nothing stored yet
    2 allot            serial, status slot, salt; stored with the digest of the token to be signed
    3 token            signed under that plan; its picture goes onto the face
    4 plan             face drawn, digests of what both files will be signed over stored with the token
    5 seal             the use of the seal is recorded, then both files are signed; signed octets equal planned ones
    6 check            both files are examined as a verifier would, from their octets alone
    7 store, log       files stored, kept by the register, read back; commitments to files and token appended to the log
    8 release          the register says released; only now the caller hears of it

A crash anywhere leaves a stored record of what was about to be promised, and the same key and body take it up again
where it stopped. Same key and same body give the same licence and the same octets; another body is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.application import Application
from issuer.checking import check, check_draft
from issuer.drafting import Drawn, check_face, draft, draw, draw_serial, plan_token
from issuer.errors import ApplicationRefused, DuplicateNumber, IdempotencyMismatch, NotSound, PlanBroken
from issuer.ports import Artefacts, Entry, Office, Pen, SigningPlan, State
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from templates.library import Bundle
from trust.errors import TrustError
from trust.formats.cose import check as check_envelope
from trust.formats.leaf import EntryKind, Statement, commitment, token_commitment
from trust.formats.licence_document import encode_licence
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.formats.sealed_file import SealedFile
from trust.formats.token import split_token
from trust.rules.licence import SALT_LENGTH
from trust.rules.verdict import Indication
from trust.sealing.ports import SealUse

MAX_KEY = 128


@dataclass(frozen=True)
class Issued:
    """A released licence with its two files and the token of its code."""

    entry: Entry
    ofd: bytes
    pdf: bytes
    token: bytes


def issue(office: Office, application: Application, *, key: str, by: str, at: datetime) -> Issued:
    """Issue one licence, or take up or repeat the one begun under the same key.

    Raises:
        UnknownType, NoMandate, NoPen, ApplicationRefused, DuplicateNumber: nothing was promised.
        MissingGlyph, DoesNotFit, CodeDoesNotFit: the face cannot be printed; nothing was promised.
        IdempotencyMismatch: the key belongs to another body.
        PlanBroken, NotSound: something is wrong inside; nothing was released.

    """
    if not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise ApplicationRefused([("idempotency-key", f"1 to {MAX_KEY} printable characters")])
    begun, pen = office.register.by_key(key), None
    if begun is None:
        begun, pen = _begin(office, application, key=key, by=by, at=at)
    if begun.body_digest != application.digest:
        raise IdempotencyMismatch(key)
    return complete(office, begun, at=at, pen=pen)


def complete(office: Office, entry: Entry, *, at: datetime, pen: Pen | None = None) -> Issued:
    """Carry an entry from wherever it stands to released, and give its files; `pen` where the caller holds it already.

    Raises:
        NoPen: the body has no seal in force now; the entry stays where it stands.
        PlanBroken, NotSound: as `issue`.

    """
    at_hand: Mapping[str, bytes] = {}
    if entry.state is not State.RELEASED:
        pen = pen or office.pen(entry.licence.identifier.issuer_code, at)
        bundle = office.bundle(entry.licence.identifier.type_code)
        entry, drawn = _plan(office, entry, bundle, pen)
        if entry.state is not State.RELEASED:  # another request under the same key may have been faster
            entry, at_hand = _seal(office, entry, drawn, pen, at=at)
    if entry.plan is None or entry.artefacts is None:
        raise NotSound(str(entry.licence.identifier), "released without files")
    names = entry.artefacts.ofd, entry.artefacts.pdf
    ofd, pdf = (at_hand.get(name) or office.blobs.get(name) for name in names)
    return Issued(entry, ofd, pdf, entry.plan.token)


def _begin(office: Office, application: Application, *, key: str, by: str, at: datetime) -> tuple[Entry, Pen]:
    bundle = office.bundle(application.type_code)
    check(application, bundle.type, office.mandates(at), at)
    pen = office.pen(application.issuer_code, at)
    licence = draft(
        application,
        bundle,
        pen,
        serial=draw_serial(office.random),
        salt=office.random(SALT_LENGTH),
    )
    check_draft(licence, bundle.type)
    check_face(licence, bundle, pen, host_url=office.host_url)
    taken = office.register.numbered(application.issuer_code, application.type_code, application.number)
    if taken is not None and taken.key != key:  # under this very key another request may just have begun
        raise DuplicateNumber(application.number)  # the register would refuse it too, but a status entry would be spent
    licence = replace(licence, status=office.allot(str(licence.identifier), at))
    message, _ = plan_token(licence, pen)
    entry = Entry(key, application.digest, licence, by, at, token_plan=_digest(message))
    return office.register.begin(entry), pen


def _plan(office: Office, entry: Entry, bundle: Bundle, pen: Pen) -> tuple[Entry, Drawn]:
    """Token, face and signing plan; a stored plan is kept and must be met exactly."""
    licence, identifier = entry.licence, str(entry.licence.identifier)
    message, finish = plan_token(licence, pen)
    if _digest(message) != entry.token_plan:
        raise PlanBroken(identifier, "the token")
    token = entry.plan.token if entry.plan else finish(pen.signer.sign(message))
    require_token(identifier, token, message, pen.certificate.public_key)
    drawn = draw(licence, bundle, pen, token=token, host_url=office.host_url, at=entry.begun_at)
    plan = SigningPlan(token, _digest(drawn.ofd.to_be_signed), _digest(drawn.pdf.to_be_signed))
    stored = office.register.plan(identifier, plan)
    if entry.plan is None and stored.plan is not None and stored.plan.token != token:
        return _plan(office, stored, bundle, pen)  # another request under the same key planned first: its token stays
    if stored.plan != plan:
        raise PlanBroken(identifier, "the signing plan")
    return stored, drawn


def _seal(office: Office, entry: Entry, drawn: Drawn, pen: Pen, *, at: datetime) -> tuple[Entry, Mapping[str, bytes]]:
    """Sign what is not signed yet, read back what is stored, log it, release it; the files by their names."""
    licence, identifier = entry.licence, str(entry.licence.identifier)
    at_hand: Mapping[str, bytes] = {}
    if entry.sealed is None:
        at_hand = _sign(office, entry, drawn, pen, at=at)
        ofd, pdf = at_hand
        entry = office.register.seal(identifier, (ofd, pdf))
    if entry.sealed is None or entry.plan is None:
        raise NotSound(identifier, "the register did not keep the sealed files")
    files = {name: at_hand.get(name) or _read_back(office, identifier, name) for name in entry.sealed}
    digests = [bytes.fromhex(name.removeprefix("sm3:")) for name in files]
    commitments = [commitment(licence.log_salt, identifier, digest) for digest in digests]
    statement = Statement(EntryKind.ISSUE, (*commitments, token_commitment(entry.plan.token)))
    place = office.log.append(statement, at)
    return office.register.release(identifier, Artefacts(*entry.sealed, place, at)), files


def _sign(office: Office, entry: Entry, drawn: Drawn, pen: Pen, *, at: datetime) -> Mapping[str, bytes]:
    """Record the uses of the seal, sign both files, examine, store and read them back; OFD and PDF by their names.

    What cannot be read back is not kept by the register, so that the same request can make it anew.
    """
    identifier = str(entry.licence.identifier)
    messages = drawn.ofd.to_be_signed, drawn.pdf.to_be_signed
    office.uses.record_uses([SealUse(pen.seal.seal_id, identifier, sm3(one), at, entry.by) for one in messages])
    ofd = drawn.ofd.complete(pen.signer.sign(messages[0]), pen.certificate.der)
    pdf = drawn.pdf.complete(pen.signer.sign(messages[1]))
    metadata = encode_licence(entry.licence)
    require_sound(identifier, examine_ofd(ofd), metadata)
    require_sound(identifier, examine_pdf(pdf), metadata)
    files = {_digest(file): file for file in (ofd, pdf)}
    if any(office.blobs.put(file) != name for name, file in files.items()):
        raise NotSound(identifier, "a file was stored under another name than its digest")
    if any(office.blobs.get(name) != file for name, file in files.items()):
        raise NotSound(identifier, "a stored file differs from what was made")
    return files


def _read_back(office: Office, identifier: str, name: str) -> bytes:
    """A file that was stored before; the log will vouch for it, so its octets are held against its name here too."""
    file = office.blobs.get(name)
    if _digest(file) != name:
        raise NotSound(identifier, "a stored file differs from what was made")
    return file


def require_token(identifier: str, token: bytes, message: bytes, public: PublicKey) -> None:
    """Hold a token against what was planned and against the key of the certificate, as a reader of the code will.

    Raises:
        NotSound: it is over something else, or its signature does not hold.

    """
    try:
        envelope = split_token(token)
        check_envelope(envelope, public)
    except TrustError as error:
        raise NotSound(identifier, f"the token does not verify: {error.reason}") from error
    if envelope.to_be_signed != message:
        raise NotSound(identifier, "the token is another one than was planned")


def require_sound(identifier: str, sealed: SealedFile, metadata: bytes) -> None:
    """Hold a file just made against what any verifier will ask of its octets.

    Raises:
        NotSound: a finding that is not PASSED, or other metadata than was planned.

    """
    poor = [finding.name for finding in sealed.findings if finding.indication is not Indication.PASSED]
    if poor:
        raise NotSound(identifier, f"{sealed.kind} does not verify: {', '.join(poor)}")
    if sealed.metadata != metadata:
        raise NotSound(identifier, f"{sealed.kind} carries other metadata than was planned")


def _digest(message: bytes) -> str:
    return f"sm3:{sm3(message).hex()}"
