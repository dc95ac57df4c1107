"""OCSP (RFC 6960): requests read strictly and bounded, answers planned for a signature, written, and read back.

A request names certificates by digests of their issuer's name and key and a serial number; the digests may be by SHA-1,
which is all that common clients send, by SHA-256 or by SM3. A nonce has 1 to 128 octets (RFC 9654). A request's own
signature is not looked at: anybody may ask. An answer is a BasicOCSPResponse, signed by SM2 with SM3, that names the
responder by its subject and carries its certificate; instants are to the second.

Raises `Malformed` with reason `ocsp-request` or `ocsp-answer` and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from hashlib import sha1, sha256

from keys.codec import der_from_raw, raw_from_der
from keys.errors import KeysError
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM, SM3
from trust.formats.certificate import Certificate
from trust.formats.crl import Reason, Revoked
from trust.formats.der import Node
from trust.formats.lenient_der import BOOLEAN, TAGGED_0, TAGGED_1

REQUEST_TYPE, RESPONSE_TYPE = "application/ocsp-request", "application/ocsp-response"
MAX_REQUEST, MAX_RESPONSE, MAX_QUESTIONS = 4 * 1024, 64 * 1024, 8
MIN_NONCE, MAX_NONCE = 1, 128
BASIC, NONCE = "1.3.6.1.5.5.7.48.1.1", "1.3.6.1.5.5.7.48.1.2"
TAGGED_2, GOOD, REVOKED, UNKNOWN = 0xA2, 0x80, 0xA1, 0x82
ENUMERATED, NULL = 0x0A, b"\x05\x00"
SHA1, SHA256 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1"
DIGESTS = {
    SHA1: lambda octets: sha1(octets, usedforsecurity=False).digest(),  # names an issuer, protects nothing
    SHA256: lambda octets: sha256(octets).digest(),
    SM3: sm3,
}
CODES = {
    Reason.UNSPECIFIED: 0,
    Reason.KEY_COMPROMISE: 1,
    Reason.CA_COMPROMISE: 2,
    Reason.AFFILIATION_CHANGED: 3,
    Reason.SUPERSEDED: 4,
    Reason.CESSATION_OF_OPERATION: 5,
    Reason.CERTIFICATE_HOLD: 6,
    Reason.PRIVILEGE_WITHDRAWN: 9,
    Reason.AA_COMPROMISE: 10,
}


class Trouble(IntEnum):
    """Why there is no answer (OCSPResponseStatus)."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    UNAUTHORIZED = 6


@dataclass(frozen=True)
class Question:
    """One certificate that is asked about; `octets` is its CertID, which the answer repeats."""

    algorithm: str
    issuer_name: bytes
    issuer_key: bytes
    serial: int
    octets: bytes = field(repr=False)

    def names(self, issuer: Certificate) -> bool:
        """Whether the issuer is this one."""
        digest = DIGESTS.get(self.algorithm)
        if digest is None:
            return False
        return (digest(issuer.subject.der), digest(issuer.public_key.point)) == (self.issuer_name, self.issuer_key)


@dataclass(frozen=True)
class OcspRequest:
    """What is asked, and the nonce to be repeated."""

    questions: tuple[Question, ...]
    nonce: bytes | None = None


@dataclass(frozen=True)
class Single:
    """The answer about one certificate: `revoked` tells how, None is good unless it is not `known`."""

    question: bytes
    known: bool
    revoked: Revoked | None
    this_update: datetime
    next_update: datetime


@dataclass(frozen=True)
class OcspAnswer:
    """An answer as read: what was signed, by whom, and what it says; `certificates` are those it carries."""

    tbs: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    responder: bytes = field(repr=False)
    produced_at: datetime
    singles: tuple[Single, ...]
    nonce: bytes | None
    certificates: tuple[bytes, ...] = field(repr=False)


def read_request(octets: bytes) -> OcspRequest:
    """Read a request of at most 4 KiB about at most eight certificates.

    Raises:
        Malformed: `ocsp-request`.

    """
    try:
        return _request(octets)
    except Malformed as error:
        raise Malformed("ocsp-request", error.text or error.reason) from error


def _request(octets: bytes) -> OcspRequest:
    tbs, *signature = _between(der.members(der.read(octets, limit=MAX_REQUEST)), 1, 2)
    if signature and signature[0].tag != TAGGED_0:
        raise _shape("something unknown beside the request")
    parts = _between(der.members(tbs), 1, 4)
    if parts[0].tag == TAGGED_0 and der.integer(_only(parts.pop(0))) != 0:
        raise _shape("a request is of version 1")
    if parts and parts[0].tag == TAGGED_1:
        parts.pop(0)  # who asks makes no difference
    listed, *extensions = _between(parts, 1, 2)
    questions = tuple(_question(one) for one in _between(der.members(listed), 1, MAX_QUESTIONS))
    nonce = _nonce(_only_tagged(extensions[0], TAGGED_2)) if extensions else None
    return OcspRequest(questions, nonce)


def _question(node: Node) -> Question:
    identifier, *extensions = _between(der.members(node), 1, 2)
    if extensions:
        _nonce(_only_tagged(extensions[0], TAGGED_0))  # none is applied to one question; a critical one is refused
    algorithm, name, key, serial = der.members(identifier, 4)
    kind, *parameters = _between(der.members(algorithm), 1, 2)
    if any(one.octets != NULL for one in parameters):
        raise _shape("a digest with parameters")
    return Question(
        der.object_identifier(kind),
        der.octet_string(name),
        der.octet_string(key),
        der.integer(serial),
        identifier.octets,
    )


def _nonce(extensions: Node) -> bytes | None:
    """The nonce among extensions; another one that is critical is refused."""
    found = None
    for extension in der.members(extensions):
        kind, *flag, value = _between(der.members(extension), 2, 3)
        critical = bool(flag) and flag[0].tag == BOOLEAN and flag[0].content == b"\xff"
        if der.object_identifier(kind) == NONCE:
            found = der.octet_string(der.read(der.octet_string(value), limit=MAX_REQUEST))
            if not MIN_NONCE <= len(found) <= MAX_NONCE:
                raise _shape(f"a nonce has {MIN_NONCE} to {MAX_NONCE} octets")
        elif critical:
            raise _shape("a critical extension that is not known here")
    return found


def write_request(questions: Sequence[tuple[Certificate, int]], nonce: bytes | None = None) -> bytes:
    """Encode a request about certificates by issuer and serial number, named by SM3."""
    listed = [
        der.write_sequence(
            der.write_sequence(
                der.write_sequence(der.write_object_identifier(SM3)),
                der.write_octet_string(sm3(issuer.subject.der)),
                der.write_octet_string(sm3(issuer.public_key.point)),
                der.write_integer(serial),
            )
        )
        for issuer, serial in questions
    ]
    extensions = der.write(TAGGED_2, _nonce_extensions(nonce)) if nonce is not None else b""
    return der.write_sequence(der.write_sequence(der.write_sequence(*listed), extensions))


def answer_tbs(responder: Certificate, produced_at: datetime, singles: Sequence[Single], nonce: bytes | None) -> bytes:
    """The octets that are signed (ResponseData)."""
    return der.write_sequence(
        der.write(TAGGED_1, responder.subject.der),
        der.write_generalized_time(produced_at),
        der.write_sequence(*(_single(one) for one in singles)),
        der.write(TAGGED_1, _nonce_extensions(nonce)) if nonce is not None else b"",
    )


def _single(one: Single) -> bytes:
    return der.write_sequence(
        one.question,
        _status(one),
        der.write_generalized_time(one.this_update),
        der.write(TAGGED_0, der.write_generalized_time(one.next_update)),
    )


def _status(one: Single) -> bytes:
    if one.revoked is not None:
        reason = one.revoked.reason
        told = (
            b"" if reason is Reason.UNSPECIFIED else der.write(TAGGED_0, der.write(ENUMERATED, bytes([CODES[reason]])))
        )
        return der.write(REVOKED, der.write_generalized_time(one.revoked.at), told)
    return der.write(GOOD if one.known else UNKNOWN)


def _nonce_extensions(nonce: bytes) -> bytes:
    value = der.write_octet_string(der.write_octet_string(nonce))
    return der.write_sequence(der.write_sequence(der.write_object_identifier(NONCE), value))


def assemble_answer(tbs: bytes, raw_signature: bytes, certificate: bytes) -> bytes:
    """The response: what was signed, the signature r‖s over it, and the responder's certificate."""
    basic = der.write_sequence(
        tbs,
        SM2_WITH_SM3_ALGORITHM,
        der.write_bit_string(der_from_raw(raw_signature)),
        der.write(TAGGED_0, der.write_sequence(certificate)),
    )
    inside = der.write_sequence(der.write_object_identifier(BASIC), der.write_octet_string(basic))
    return der.write_sequence(der.write(ENUMERATED, b"\x00"), der.write(TAGGED_0, inside))


def write_trouble(trouble: Trouble) -> bytes:
    """A response without an answer; it is not signed (RFC 6960, 2.3)."""
    return der.write_sequence(der.write(ENUMERATED, bytes([trouble])))


def read_answer(octets: bytes) -> OcspAnswer | Trouble:
    """Read a response of at most 64 KiB, without judging its signature.

    Raises:
        Malformed: `ocsp-answer`.

    """
    try:
        return _answer(octets)
    except (Malformed, KeysError, ValueError) as error:
        raise Malformed("ocsp-answer", str(error)) from error


def _answer(octets: bytes) -> OcspAnswer | Trouble:
    status, *body = _between(der.members(der.read(octets, limit=MAX_RESPONSE)), 1, 2)
    code = int.from_bytes(der.content(status, ENUMERATED), "big")
    if not body:
        return Trouble(code)
    kind, inside = der.members(_only_tagged(body[0], TAGGED_0), 2)
    if code != 0 or der.object_identifier(kind) != BASIC:
        raise _shape("not a basic answer")
    tbs, algorithm, signature, *carried = _between(
        der.members(der.read(der.octet_string(inside), limit=MAX_RESPONSE)), 3, 4
    )
    if algorithm.octets != SM2_WITH_SM3_ALGORITHM:
        raise _shape("not signed by SM2 with SM3")
    responder, produced, listed, *extensions = _between(der.members(tbs), 3, 4)
    return OcspAnswer(
        tbs=tbs.octets,
        signature=raw_from_der(der.bit_string(signature)),
        responder=_only_tagged(responder, TAGGED_1).octets,
        produced_at=der.generalized_time(produced),
        singles=tuple(_read_single(one) for one in _between(der.members(listed), 1, MAX_QUESTIONS)),
        nonce=_nonce(_only_tagged(extensions[0], TAGGED_1)) if extensions else None,
        certificates=tuple(one.octets for one in der.members(_only_tagged(carried[0], TAGGED_0))) if carried else (),
    )


def _read_single(node: Node) -> Single:
    question, status, this_update, next_update = der.members(node, 4)
    revoked = None
    if status.tag == REVOKED:
        at, *told = _between(status.children(), 1, 2)
        code = der.content(_only_tagged(told[0], TAGGED_0), ENUMERATED)[0] if told else 0
        reason = next((reason for reason, number in CODES.items() if number == code), None)
        if reason is None:
            raise _shape("a reason that is not known here")
        revoked = Revoked(der.generalized_time(at), reason)
    elif status.tag not in {GOOD, UNKNOWN} or status.content:
        raise _shape("a status that is not known here")
    ends = _only_tagged(next_update, TAGGED_0)
    return Single(
        question.octets, status.tag != UNKNOWN, revoked, der.generalized_time(this_update), der.generalized_time(ends)
    )


def _between(found: list[Node], least: int, most: int) -> list[Node]:
    if not least <= len(found) <= most:
        raise _shape(f"{len(found)} members where {least} to {most} are expected")
    return found


def _only(node: Node) -> Node:
    return _between(node.children(), 1, 1)[0]


def _only_tagged(node: Node, tag: int) -> Node:
    der.content(node, tag)
    return _only(node)


def _shape(text: str) -> Malformed:
    return Malformed("encoding", text)
