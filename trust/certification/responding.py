"""Our own OCSP responder: is a certificate of the issuing CA revoked, as the register has it now?

    1 read      bounded and strict; what cannot be read is answered as such
    2 look up   the register of certificates and revocations; a certificate never issued is unknown, never good
    3 check     the register is not behind the revocation list that is published, and the clock not before it
    4 sign      with the responder's own key, then read back, verified, and compared with what was meant

An answer holds for an hour. Answers are the one kind of signature that is not planned in storage first: anybody may ask
for any number of them, each says no more than the register and the list say, and none outlives its hour. The root's
certificates are not answered for: there is a list of them, and the responder is not theirs to name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from keys.errors import SignatureRefused
from keys.signer import Signer
from keys.sm2 import DEFAULT_IDENTITY, verify
from trust.certification.errors import PublicationDamaged
from trust.certification.ports import Books
from trust.certification.revoking import listed_revocations, standing_revocations
from trust.errors import Conflict, Malformed
from trust.formats.certificate import Certificate, Purpose
from trust.formats.crl import Revoked, load_crl
from trust.formats.ocsp import (
    OcspAnswer,
    OcspRequest,
    Question,
    Single,
    Trouble,
    answer_tbs,
    assemble_answer,
    read_answer,
    read_request,
    write_trouble,
)
from trust.rules.times import aware

HOLDS = timedelta(hours=1)
TOLERANCE = timedelta(seconds=1)


@dataclass(frozen=True)
class Responder:
    """The responder at work: the short name and certificate of the authority, its own signer and certificate."""

    authority: str
    issuer: Certificate
    signer: Signer
    certificate: Certificate
    books: Books


@dataclass(frozen=True)
class Reply:
    """A response as octets; `cacheable` unless it answers a nonce or is no answer."""

    octets: bytes
    cacheable: bool


def respond(responder: Responder, octets: bytes, at: datetime) -> Reply:
    """Answer a request; every answer is an OCSPResponse.

    Raises:
        KeysError: the key cannot be used.
        PublicationDamaged: what came out does not hold; nothing is handed out.

    """
    try:
        request = read_request(octets)
    except Malformed:
        return trouble(Trouble.MALFORMED_REQUEST)
    if not all(one.names(responder.issuer) for one in request.questions):
        return trouble(Trouble.UNAUTHORIZED)
    try:
        return Reply(_signed(responder, request, aware(at).replace(microsecond=0)), request.nonce is None)
    except Conflict:
        return trouble(Trouble.TRY_LATER)


def trouble(why: Trouble) -> Reply:
    """The answer that there is none."""
    return Reply(write_trouble(why), cacheable=False)


def _signed(responder: Responder, request: OcspRequest, at: datetime) -> bytes:
    certificate = responder.certificate
    inside = certificate.not_before <= at <= certificate.not_after
    if not inside or Purpose.OCSP not in certificate.purposes:
        raise Conflict("certificate-period", "the responder's certificate is not in its period")
    revoked = current_revocations(responder, at)
    ends = min(at + HOLDS, certificate.not_after)
    singles = tuple(_single(responder, revoked, one, at, ends) for one in request.questions)
    tbs = answer_tbs(certificate, at, singles, request.nonce)
    octets = assemble_answer(tbs, responder.signer.sign(tbs), certificate.der)
    check_answer(octets, OcspAnswer(tbs, b"", certificate.subject.der, at, singles, request.nonce, ()), certificate)
    return octets


def current_revocations(responder: Responder, at: datetime) -> dict[int, Revoked]:
    """What the register says, if it is not behind what is published.

    Raises:
        Conflict: `clock-went-back`, the published list is of later; `would-un-revoke`, it has what the register lacks.

    """
    current = responder.books.editions.current(responder.authority)
    if current is None:
        return standing_revocations(responder.books, responder.authority)
    if at < current.issued_at - TOLERANCE:
        raise Conflict("clock-went-back", "the current revocation list is of later")
    last = load_crl(current.octets)
    revoked = listed_revocations(responder.books, responder.authority, last)
    if not last.revoked.keys() <= revoked.keys():
        raise Conflict("would-un-revoke", "a certificate of the current revocation list is not revoked in the register")
    return revoked


def _single(
    responder: Responder, revoked: dict[int, Revoked], question: Question, at: datetime, ends: datetime
) -> Single:
    record = responder.books.certificates.find(responder.authority, question.serial)
    entry = revoked.get(question.serial)
    known = entry is not None or (record is not None and record.der is not None)
    told = None if entry is None else Revoked(entry.at, entry.reason)
    return Single(question.octets, known, told, at, ends)


def check_answer(octets: bytes, meant: OcspAnswer, certificate: Certificate) -> None:
    """Read an answer as anybody would and hold it against what was meant, but for signature and certificates.

    Raises:
        PublicationDamaged: it cannot be read, is not signed by the responder, or says something else.

    """
    try:
        found = read_answer(octets)
        if isinstance(found, Trouble):
            raise PublicationDamaged("ocsp-damaged", "no answer came out")
        verify(certificate.public_key, found.tbs, found.signature, identity=DEFAULT_IDENTITY)
    except (Malformed, SignatureRefused) as error:
        raise PublicationDamaged("ocsp-damaged", str(error)) from error
    said = (found.tbs, found.responder, found.produced_at, found.singles, found.nonce)
    if said != (meant.tbs, meant.responder, meant.produced_at, meant.singles, meant.nonce):
        raise PublicationDamaged("ocsp-damaged", "the answer says something else than was meant")
