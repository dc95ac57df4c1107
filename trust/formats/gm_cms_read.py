"""Signed messages of GB/T 35275 (GM/T 0010) of any origin: octets to values, with tolerance.

Two dialects are read. In dialect A the digest of the data is the content, and SM2 signs the content. In dialect B
there are signed attributes, among them the digest, and SM2 signs the attributes as a SET OF; the content is left out.
Both are reconstructed from real files and public implementations.

Content types other than data are refused, so that a time stamp or another message of the same signer cannot stand in
for a signature. Attributes that occur twice and messages with several signers are refused as well. The signer's
certificate is the one with the issuer and serial number named; a single certificate may bear other names. A message
carries octets that its signature does not cover: certificates, identifiers, the time stamp.

Nothing is verified here, see `gm_cms`. Raises `Malformed` with reason `encoding` or `cms-shape`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import GM_DATA, GM_SIGNED_DATA
from trust.formats.certificate_parts import certificate_parts
from trust.formats.lenient_der import (
    SEQUENCE,
    SET,
    TAGGED_0,
    TAGGED_1,
    Node,
    content,
    integer,
    members,
    object_identifier,
    octet_string,
    only,
    read,
)
from trust.formats.lenient_values import UTC_TIME, raw_signature, time_of
from trust.formats.sealed_document import Form
from trust.formats.tolerances import Tolerances

MAX_MESSAGE = 1024 * 1024
MAX_CARRIED, MAX_ATTRIBUTES = 32, 32
PKCS7_DATA, PKCS7_SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_TIME, TIME_STAMP_TOKEN = "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.14"
DATA = frozenset({GM_DATA, PKCS7_DATA})


@dataclass(frozen=True)
class SignerInfo:
    """What a message says of its signer, and the signature.

    `digest` is the message digest among the signed attributes (None in dialect A), `attributes` the octets SM2 signed
    in dialect B. `value` is the signature as stored, `raw` the same as r‖s (None where it is no SM2 signature).
    `time_stamp` is a token over `value`, not judged. `certificate` is None where the message does not carry it.
    """

    certificate: bytes | None = field(repr=False)
    attributes: bytes | None = field(repr=False)
    digest: bytes | None
    claimed_at: datetime | None
    digest_algorithm: str
    algorithm: str
    value: bytes = field(repr=False)
    raw: bytes | None = field(repr=False)
    time_stamp: bytes | None = field(repr=False)


@dataclass(frozen=True)
class ReadSignedData:
    """A signed message: `content` is what it encapsulates, `others` are certificates beside the signer's."""

    octets: bytes = field(repr=False)
    content: bytes | None = field(repr=False)
    signer: SignerInfo
    others: tuple[bytes, ...] = field(repr=False)
    revocations: tuple[bytes, ...] = field(repr=False)
    tolerances: tuple[str, ...]

    @property
    def form(self) -> Form:
        """The dialect."""
        return Form.GM_CMS_HASH if self.signer.attributes is None else Form.GM_CMS_ATTRIBUTES


def shape(text: str) -> Malformed:
    """The refusal of DER that is no signed message of this kind."""
    return Malformed("cms-shape", text)


def read_signed_data(octets: bytes, *, padded: bool = False) -> ReadSignedData:
    """Read a signed message of dialect A or B with one signer.

    Args:
        octets: ContentInfo, at most 1 MiB.
        padded: whether zeros behind it are in order, as in the Contents of a PDF.

    Raises:
        Malformed: `encoding` or `cms-shape`.

    """
    seen = Tolerances()
    node = read(octets, limit=MAX_MESSAGE, seen=seen, ber=True, padded=padded)
    kind, wrapped = members(node, 2, 2)
    check_outer(object_identifier(kind), seen)
    version, _algorithms, encapsulated, *optional, signers = members(only(wrapped, TAGGED_0), 4, 6)
    if integer(version) != 1:
        seen.note("cms-version")
    certificates = carried(optional, TAGGED_0)
    revocations = carried(optional, TAGGED_1)
    if optional:
        raise shape("something unknown beside certificates and revocation lists")
    inside = content_of(encapsulated)
    signer = signer_of(members(signers, 1, 1, tag=SET)[0], certificates)
    others = tuple(one for one in certificates if one != signer.certificate)
    kept = node.octets if padded else octets
    return ReadSignedData(kept, inside, signer, others, revocations, seen.codes)


def check_outer(kind: str, seen: Tolerances) -> None:
    """Require signed data, of GM/T 0010 or of PKCS#7."""
    if kind == PKCS7_SIGNED_DATA:
        seen.note("cms-outer-type")
    elif kind != GM_SIGNED_DATA:
        raise shape("not signed data")


def carried(optional: list[Node], tag: int) -> tuple[bytes, ...]:
    """Take the certificates or the revocation lists out of the optional members."""
    if not optional or optional[0].tag != tag:
        return ()
    return tuple(one.octets for one in members(optional.pop(0), 0, MAX_CARRIED, tag=tag))


def content_of(node: Node) -> bytes | None:
    """The encapsulated content, which must be plain data, or None if it is left out."""
    kind, *inside = members(node, 1, 2)
    if object_identifier(kind) not in DATA:
        raise shape("a message about something other than data")
    return octet_string(only(inside[0], TAGGED_0)) if inside else None


def signer_of(node: Node, certificates: tuple[bytes, ...]) -> SignerInfo:
    """Read the SignerInfo."""
    version, identifier, digest_algorithm, *rest = members(node, 5, 7)
    if integer(version) != 1:
        node.seen.note("cms-version")
    signed = rest.pop(0) if rest[0].tag == TAGGED_0 else None
    if not 2 <= len(rest) <= 3:
        raise shape("not the members of a signer")
    algorithm, value, *unsigned = rest
    attributes = {} if signed is None else attributes_in(signed, TAGGED_0)
    octets = octet_string(value)
    return SignerInfo(
        certificate=found(identifier, certificates),
        attributes=None if signed is None else der.write(SET, signed.content),
        digest=None if signed is None else digest_in(attributes),
        claimed_at=time_in(attributes),
        digest_algorithm=algorithm_in(digest_algorithm),
        algorithm=algorithm_in(algorithm),
        value=octets,
        raw=raw_signature(octets, node.seen),
        time_stamp=token_in(attributes_in(unsigned[0], TAGGED_1)) if unsigned else None,
    )


def found(identifier: Node, certificates: tuple[bytes, ...]) -> bytes | None:
    """The certificate an identifier names: by issuer and serial number, or the only one there is."""
    if identifier.tag == SEQUENCE:
        issuer, serial = members(identifier, 2, 2)
        for certificate in certificates:
            if names(certificate) == (issuer.octets, serial.octets):
                return certificate
    if len(certificates) != 1:
        return None
    identifier.seen.note("cms-signer-identifier")
    return certificates[0]


def names(certificate: bytes) -> tuple[bytes, bytes] | None:
    """Issuer and serial number, as DER; None for what is no certificate."""
    try:
        parts = certificate_parts(certificate)
    except Malformed:
        return None
    return parts.issuer, parts.serial


def attributes_in(node: Node, tag: int) -> Mapping[str, Node]:
    """Attributes by kind, each once and with one value; an order other than DER's is noted for the signed ones."""
    entries = members(node, 1, MAX_ATTRIBUTES, tag=tag)
    octets = [entry.octets for entry in entries]
    if tag == TAGGED_0 and octets != sorted(octets):
        node.seen.note("cms-attribute-order")
    values: dict[str, Node] = {}
    for entry in entries:
        kind, value = members(entry, 2, 2)
        oid = object_identifier(kind)
        if oid in values:
            raise shape("an attribute that occurs twice")
        values[oid] = only(value, SET)
    return values


def digest_in(attributes: Mapping[str, Node]) -> bytes:
    """The message digest of signed attributes that are about data."""
    kind, digest = attributes.get(CONTENT_TYPE), attributes.get(MESSAGE_DIGEST)
    if kind is None or digest is None or object_identifier(kind) not in DATA:
        raise shape("signed attributes without digest, or about something other than data")
    return octet_string(digest)


def time_in(attributes: Mapping[str, Node]) -> datetime | None:
    """The signing time the signer claims, if there is one."""
    node = attributes.get(SIGNING_TIME)
    if node is None:
        return None
    return time_of(node, tag=UTC_TIME if node.tag == UTC_TIME else der.GENERALIZED_TIME)


def token_in(attributes: Mapping[str, Node]) -> bytes | None:
    """The time-stamp token among the unsigned attributes."""
    node = attributes.get(TIME_STAMP_TOKEN)
    return None if node is None else node.octets


def algorithm_in(node: Node) -> str:
    """The identifier of an algorithm; parameters, mostly NULL, say nothing for SM2 and SM3."""
    parts = members(node, 1, 2)
    content(parts[0], der.OBJECT_IDENTIFIER)
    return object_identifier(parts[0])
