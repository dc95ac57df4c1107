"""The CMS of PDF signatures by any producer: what it says, and what in it the signature does not protect.

Signed data as RFC 5652, PAdES (ETSI EN 319 142-1) and GM/T 0010 have it, one signer, read by `gm_cms_read` with its
tolerances. A CMS carries octets that no signature covers, and in a PDF they stand where nothing else covers them
either: further certificates, algorithm names outside the signed attributes, unsigned attributes. They are held against
what is signed: names must agree, unsigned attributes must be of known kinds, certificates must be listed by
signing-certificate-v2 (RFC 5035), or at least be well formed and not contradict one another.

What SM2 cannot tell is told as far as it goes: with RSA or ECDSA the digest is compared and the value left open. Time
stamps and certificate paths are judged elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.asn1 import SM2_SIGN, SM2_WITH_SM3, SM3
from trust.formats.certificate_parts import certificate_parts
from trust.formats.gm_cms_read import (
    MAX_MESSAGE,
    TIME_STAMP_TOKEN,
    ReadSignedData,
    algorithm_in,
    attributes_in,
    read_signed_data,
)
from trust.formats.lenient_der import (
    SEQUENCE,
    SET,
    TAGGED_0,
    TAGGED_1,
    Node,
    bit_string,
    members,
    object_identifier,
    octet_string,
    only,
    read,
)
from trust.formats.lenient_values import signature_in
from trust.formats.pdf.codes import Notes
from trust.formats.pdf.ranges import DIGESTS, Covered
from trust.formats.ses_judge import holds
from trust.formats.tolerances import Tolerances, tolerance_findings

SM2_NAMES = frozenset({SM2_WITH_SM3, SM2_SIGN})
USUAL_IN_PDF = frozenset({"cms-outer-type", "cms-version"})
"""Tolerances of the GM dialects that PDF's own standard asks for."""
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
PKCS7_SIGNED_DATA, GM_SIGNED_DATA = "1.2.840.113549.1.7.2", "1.2.156.10197.6.1.4.2.2"
SHA256 = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True)
class Around:
    """What stands around the signature in a message: the names of digests, the kinds of attributes, ESS identifiers."""

    digest_names: frozenset[str]
    unsigned_kinds: frozenset[str]
    identifiers: tuple[tuple[str, bytes], ...]


def judge_message(notes: Notes, contents: bytes, covered: Covered) -> ReadSignedData:
    """Judge a CMS as far as octets tell: its encoding, the digest, the value, and what is unprotected.

    Raises:
        Malformed: `encoding`, `cms-shape`, it cannot be read.

    """
    message = read_signed_data(contents, padded=True)
    around = read_around(contents)
    codes = [code for code in message.tolerances if code not in USUAL_IN_PDF]
    if "trailing-bytes" in codes:
        codes.remove("trailing-bytes")
        notes.note("contents-padding")
    notes.add(*tolerance_findings(codes, 4))
    _judge_digest(notes, message, covered)
    _judge_value(notes, message, around, covered)
    _judge_unprotected(notes, message, around)
    return message


def _judge_digest(notes: Notes, message: ReadSignedData, covered: Covered) -> None:
    """Whether the message is about this file."""
    signer = message.signer
    digest = covered.digest(signer.digest_algorithm)
    if digest is None:
        notes.note("pdf-digest-weak", signer.digest_algorithm)
        return
    inside = message.content
    named = signer.digest if inside is None else sm3(inside) if signer.digest is None else signer.digest
    bound = digest if inside is None else sm3(inside) if inside == digest else None
    if named is not None and named != bound:
        notes.note("pdf-digest")
    elif named is not None:
        notes.passed(2, "data-hash", "签名所记的摘要与文件内容一致。")


def _judge_value(notes: Notes, message: ReadSignedData, around: Around, covered: Covered) -> None:
    """Whether the signature value holds, under names that agree with one another and with the certificate."""
    signer = message.signer
    if signer.certificate is None:
        notes.note("cms-signer-missing")
        return
    is_sm2 = certificate_parts(signer.certificate).is_sm2
    named = (
        signer.algorithm in SM2_NAMES,
        signer.digest_algorithm == SM3,
        signer.digest_algorithm in around.digest_names,
    )
    if not all(named) if is_sm2 else named[0]:
        notes.note("cms-algorithm", signer.algorithm, signer.digest_algorithm)
        return
    if not is_sm2:
        notes.note("foreign-algorithm", signer.algorithm)
        return
    if signer.algorithm == SM2_SIGN:
        notes.add(*tolerance_findings(["signature-oid"], 4))
    direct = signer.attributes is None and message.content is None
    signed = covered.octets if direct else signer.attributes or message.content or b""
    if holds(signer.certificate, signed, signer.raw):
        notes.passed(4, "signature-value", "签名值成立，由所附证书的密钥作出。")
        if direct:
            notes.passed(2, "data-hash", "签名直接对文件内容作出，与文件内容一致。")
    else:
        notes.note("pdf-signature-value")


def _judge_unprotected(notes: Notes, message: ReadSignedData, around: Around) -> None:
    """Hold what the signature does not protect against what it does."""
    if around.unsigned_kinds - {TIME_STAMP_TOKEN}:
        notes.note("cms-unsigned-attribute", *sorted(around.unsigned_kinds - {TIME_STAMP_TOKEN}))
    signer = message.signer.certificate
    if signer is None:
        return
    if not around.identifiers:
        notes.note("cms-signer-unbound")
    elif not _named_by(around.identifiers[0], signer):
        notes.note("cms-certificate")
    others = [each for each in message.others if not any(_named_by(one, each) for one in around.identifiers)]
    if any(contradicted(each, (signer, *message.others)) for each in others):
        notes.note("cms-certificates")
    elif others:
        notes.note("cms-unprotected", f"{len(others)} 张")


def _named_by(identifier: tuple[str, bytes], certificate: bytes) -> bool:
    algorithm, digest = identifier
    return algorithm in DIGESTS and digest_of(algorithm, certificate) == digest


def digest_of(algorithm: str, octets: bytes) -> bytes:
    """The digest of octets by an algorithm that is relied on."""
    made = DIGESTS[algorithm]()
    made.update(octets)
    return made.digest()


def contradicted(certificate: bytes, carried: tuple[bytes, ...]) -> bool:
    """Whether a certificate is none, or the certificates of its issuer carried along all disown it."""
    try:
        body, _algorithm, value = members(read(certificate, limit=64 * 1024, seen=Tolerances()), 3, 3)
        issuer = certificate_parts(certificate).issuer
        makers = [each for each in carried if subject_of(each) == issuer]
        raw = signature_in(bit_string(value), Tolerances())
        answers = [holds(each, body.octets, raw) for each in makers]
    except Malformed:
        return True
    return bool(answers) and all(answer is False for answer in answers)


def subject_of(certificate: bytes) -> bytes:
    """The subject's name, as DER.

    Raises:
        Malformed: it is no certificate.

    """
    body = members(read(certificate, limit=64 * 1024, seen=Tolerances()), 3, 3)[0]
    fields = members(body, 6, 10)
    return fields[5 if fields[0].tag == TAGGED_0 else 4].octets


def read_around(contents: bytes) -> Around:
    """What stands around the signature.

    Raises:
        Malformed: `encoding`.

    """
    parts = signed_data_parts(contents)
    signer = members(members(parts[-1], 1, 1, tag=SET)[0], 5, 7)
    unsigned = signer[-1] if signer[-1].tag == TAGGED_1 else None
    signed = next((attributes_in(part, TAGGED_0) for part in signer[3:4] if part.tag == TAGGED_0), {})
    return Around(
        frozenset(algorithm_in(each) for each in members(parts[1], 0, 16, tag=SET)),
        frozenset() if unsigned is None else frozenset(attributes_in(unsigned, TAGGED_1)),
        _identifiers(signed),
    )


def signed_data_parts(contents: bytes) -> list[Node]:
    """The members of SignedData, at least version, digests, content and signers.

    Raises:
        Malformed: `encoding`.

    """
    node = read(contents, limit=MAX_MESSAGE, seen=Tolerances(), ber=True, padded=True)
    kind, wrapped = members(node, 2, 2)
    if object_identifier(kind) not in {PKCS7_SIGNED_DATA, GM_SIGNED_DATA}:
        raise Malformed("encoding", "not signed data")
    return members(only(wrapped, TAGGED_0), 4, 6)


def _identifiers(signed: Mapping[str, Node]) -> tuple[tuple[str, bytes], ...]:
    """The certificates that signing-certificate-v2 lists: digest algorithm (SHA-256 by default) and digest."""
    if SIGNING_CERTIFICATE_V2 not in signed:
        return ()
    found = []
    for identifier in members(members(signed[SIGNING_CERTIFICATE_V2], 1, 2)[0], 1, 32):
        parts = members(identifier, 1, 3)
        named = parts[0].tag == SEQUENCE
        algorithm = algorithm_in(parts[0]) if named else SHA256
        found.append((algorithm, octet_string(parts[1 if named else 0])))
    return tuple(found)
