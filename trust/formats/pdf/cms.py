"""The CMS of our PDF seals: one way to write it, and a reader that accepts nothing else.

A CMS object (RFC 5652) carries octets that its signature does not protect: embedded certificates, algorithm names,
version numbers, unsigned attributes. So nothing here is free. Signed attributes are exactly content type, message
digest and signing-certificate-v2 (RFC 5035); that attribute lists the SM3 digest of *every* embedded certificate,
the signer's first, which binds them all. Everything else follows from the certificates, the message digest and the
raw signature: the reader takes these three out, writes the object anew, and compares every octet, the zeros behind
it included, because the room left for it is a function of the certificates too.

There is no signing time inside: PAdES (ETSI EN 319 142-1) keeps the claimed time in the PDF's signature dictionary,
which the signature covers. Whether the signature value holds and what the certificates are worth is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from keys.codec import DER_SIZE_MAX, der_from_raw, raw_from_der
from keys.errors import SignatureRefused
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM, SM3

DATA = der.write_object_identifier("1.2.840.113549.1.7.1")
SIGNED_DATA = der.write_object_identifier("1.2.840.113549.1.7.2")
CONTENT_TYPE = der.write_object_identifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = der.write_object_identifier("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE_V2 = der.write_object_identifier("1.2.840.113549.1.9.16.2.47")
SM3_ALGORITHM = der.write_sequence(der.write_object_identifier(SM3))
SET, TAGGED_0 = 0x31, 0xA0
MAX_CERTIFICATES = 6
MAX_OCTETS = 64 * 1024


@dataclass(frozen=True)
class SealMessage:
    """What a canonical CMS says: the certificates (the signer's first), the digest it signs, and the raw signature."""

    certificates: tuple[bytes, ...]
    digest: bytes
    signature: bytes

    @property
    def signed(self) -> bytes:
        """The octets the signature is over: DER of the signed attributes as SET OF."""
        return signed_attributes(self.digest, self.certificates)


@dataclass(frozen=True)
class Named:
    """The parts of a certificate that a SignerInfo points to it by, and its key, as DER."""

    issuer: bytes
    serial: bytes
    public_key_info: bytes


@lru_cache(maxsize=64)
def name_parts(certificate: bytes) -> Named:
    """Find issuer, serial and key of an X.509 v3 certificate without judging it.

    Raises:
        Malformed: not DER, or not of the shape of a v3 certificate.

    """
    body, _algorithm, _signature = der.members(der.read(certificate, limit=MAX_OCTETS), 3)
    fields = der.members(body)
    if len(fields) < 7 or fields[0].tag != TAGGED_0:
        raise Malformed("encoding", "not an X.509 v3 certificate")
    der.integer(fields[1])
    return Named(issuer=fields[3].octets, serial=fields[1].octets, public_key_info=fields[6].octets)


def signed_attributes(digest: bytes, certificates: Sequence[bytes]) -> bytes:
    """The attributes to be signed, as SET OF in DER order: this is the message that SM2 signs."""
    identifiers = [_identifier(each) for each in certificates]
    attributes = (
        _attribute(CONTENT_TYPE, DATA),
        _attribute(MESSAGE_DIGEST, der.write_octet_string(digest)),
        _attribute(SIGNING_CERTIFICATE_V2, der.write_sequence(der.write_sequence(*identifiers))),
    )
    return der.write(SET, *sorted(attributes))


@lru_cache(maxsize=64)
def _identifier(certificate: bytes) -> bytes:
    """How the attribute names a certificate; remembered, as the same few certificates stand in all files of a body."""
    return der.write_sequence(SM3_ALGORITHM, der.write_octet_string(sm3(certificate)))


def signed_message(certificates: Sequence[bytes], digest: bytes, raw_signature: bytes) -> bytes:
    """The whole CMS, followed by zeros up to `room(certificates)` octets.

    Raises:
        SignatureRefused: the signature is not r ‖ s in range.
        Malformed: the first certificate is not one.

    """
    attributes = signed_attributes(digest, certificates)
    message = _message(certificates, attributes, der_from_raw(raw_signature))
    return message.ljust(room(certificates), b"\0")


def room(certificates: Sequence[bytes]) -> int:
    """How many octets a PDF leaves for the CMS: what the longest signature under these certificates needs."""
    return _room(tuple(certificates))


@lru_cache(maxsize=64)
def _room(certificates: tuple[bytes, ...]) -> int:
    return len(_message(certificates, signed_attributes(bytes(32), certificates), bytes(DER_SIZE_MAX)))


def read_signed_message(contents: bytes) -> SealMessage:
    """Read the octets of `/Contents`; accept only what `signed_message` writes.

    Raises:
        Malformed: anything else; the reason is `encoding`.

    """
    if len(contents) > MAX_OCTETS:
        raise Malformed("encoding", "the CMS is too long")
    try:
        message = _taken_apart(contents)
        rebuilt = signed_message(message.certificates, message.digest, message.signature)
    except (SignatureRefused, IndexError, ValueError) as error:
        raise Malformed("encoding", "not the CMS of a seal") from error
    if rebuilt != contents:
        raise Malformed("encoding", "the CMS is not in its one canonical form")
    return message


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.write_sequence(kind, der.write(SET, value))


def _message(certificates: Sequence[bytes], attributes: bytes, signature: bytes) -> bytes:
    signer = name_parts(certificates[0])
    signer_info = der.write_sequence(
        der.write_integer(1),
        der.write_sequence(signer.issuer, signer.serial),
        SM3_ALGORITHM,
        bytes((TAGGED_0,)) + attributes[1:],
        SM2_WITH_SM3_ALGORITHM,
        der.write_octet_string(signature),
    )
    signed_data = der.write_sequence(
        der.write_integer(1),
        der.write(SET, SM3_ALGORITHM),
        der.write_sequence(DATA),
        der.write(TAGGED_0, *sorted(certificates)),
        der.write(SET, signer_info),
    )
    return der.write_sequence(SIGNED_DATA, der.write(TAGGED_0, signed_data))


def _taken_apart(contents: bytes) -> SealMessage:
    """Take certificates, digest and signature from where they stand; `read_signed_message` compares the rest."""
    outer, _end = der.element(contents, 0, 0)
    signed_data = der.members(der.members(outer, 2)[1].children()[0], 5)
    signer_info = der.members(signed_data[4].children()[0], 6)
    values = {}
    for attribute in signer_info[3].children():
        kind, value = der.members(attribute, 2)
        values[kind.octets] = value.children()[0]
    try:
        digest = der.octet_string(values[MESSAGE_DIGEST])
        identifiers = der.members(der.members(values[SIGNING_CERTIFICATE_V2])[0])
    except KeyError as error:
        raise Malformed("encoding", "a signed attribute is missing") from error
    embedded = [node.octets for node in signed_data[3].children()]
    if not 1 <= len(embedded) == len(identifiers) <= MAX_CERTIFICATES:
        raise Malformed("encoding", "the signed attributes do not list exactly the embedded certificates")
    by_digest = {sm3(certificate): certificate for certificate in embedded}
    listed = [der.octet_string(der.members(identifier, 2)[1]) for identifier in identifiers]
    if sorted(listed) != sorted(by_digest):
        raise Malformed("encoding", "an embedded certificate is not the one that was signed for")
    signature = raw_from_der(der.octet_string(signer_info[5]))
    return SealMessage(tuple(by_digest[each] for each in listed), digest, signature)
