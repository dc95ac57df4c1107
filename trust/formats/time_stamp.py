"""Time-stamp tokens (RFC 3161, RFC 5816): octets to values, and what octets can tell about a token.

A token is signed data (CMS) around a TSTInfo, which states a digest, a time and how exact that time is. It is read by
the tolerant reader of `lenient_der`, because most tokens are made by others; nothing in it is believed here. The
structure follows RFC 3161 and RFC 5652. The profile of it for SM2 and SM3 (GB/T 20520, GM/T 0033) is reconstructed:
content types and attributes as in the RFCs, SM3 as the imprint's digest, SM2 over the signed attributes with the
default identity. Imprints by SHA-256, SHA-384 and SHA-512 are read as well; other digests cannot be compared.

The functions below say whether a token is about certain octets and whether its signature value holds. The signed
attributes name the signer's certificate; otherwise another certificate of the same key could be put in its place.
Whose certificate that is, and whether the stated time proves anything, is for the verifier.

Raises `Malformed` with reason `time-stamp` and nothing else.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha384, sha512

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import GM_SIGNED_DATA, SM2_CURVE, SM2_SIGN, SM2_WITH_SM3, SM3
from trust.formats.certificate_parts import certificate_parts
from trust.formats.gm_cms_read import algorithm_in, attributes_in, carried
from trust.formats.lenient_der import (
    BOOLEAN,
    INTEGER,
    SEQUENCE,
    SET,
    TAGGED_0,
    TAGGED_1,
    Node,
    boolean,
    content,
    integer,
    members,
    object_identifier,
    octet_string,
    only,
    read,
)
from trust.formats.lenient_values import raw_signature
from trust.formats.ses_judge import holds
from trust.formats.tolerances import Tolerances

MAX_TOKEN, MAX_INFO = 64 * 1024, 16 * 1024
MAX_IDENTIFIERS, MAX_EXTENSIONS = 32, 16
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
SHA256 = "2.16.840.1.101.3.4.2.1"
SM2_NAMES = frozenset({SM2_CURVE, SM2_SIGN, SM2_WITH_SM3})
DIGESTS: Mapping[str, Callable[[bytes], bytes]] = {
    SM3: sm3,
    SHA256: lambda octets: sha256(octets).digest(),
    "2.16.840.1.101.3.4.2.2": lambda octets: sha384(octets).digest(),
    "2.16.840.1.101.3.4.2.3": lambda octets: sha512(octets).digest(),
}
MILLIS, MICROS, KEY_ID = 0x80, 0x81, 0x80
GEN_TIME = re.compile(r"([0-9]{14})(?:\.([0-9]{1,9}))?Z")


@dataclass(frozen=True)
class TimeStampInfo:
    """What an authority vouches for (TSTInfo): at `at` it was shown `imprint`, a digest by `algorithm` (an OID).

    `accuracy` is how far the true time may be from `at`, either way; None where the authority does not say.
    `critical` tells of an extension nobody here applies that must not be passed over.
    """

    policy: str
    algorithm: str
    imprint: bytes
    serial: int
    at: datetime
    accuracy: timedelta | None = None
    ordering: bool = False
    nonce: int | None = None
    critical: bool = False


@dataclass(frozen=True)
class TimeStampToken:
    """A token as read: `content` is TSTInfo, `attributes` what was signed, `identifiers` name the signer's certificate.

    `signer` names it too, as issuer and serial number or as a key identifier, both DER. `raw` is the signature r‖s, or
    None where it is none. `weakly_bound` tells of a name by SHA-1 alone. `unsigned` are the kinds of attributes nothing
    protects.
    """

    octets: bytes = field(repr=False)
    info: TimeStampInfo
    content: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(repr=False)
    signer: tuple[bytes, ...] = field(repr=False)
    attributes: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    identifiers: tuple[tuple[str, bytes], ...] = field(repr=False)
    weakly_bound: bool
    digest_algorithm: str
    algorithm: str
    raw: bytes | None = field(repr=False)
    unsigned: frozenset[str]
    tolerances: tuple[str, ...]

    def certificate(self, candidates: Iterable[bytes] = ()) -> bytes | None:
        """The signer's certificate: the one it names, among those it carries and then the candidates."""
        for octets in (*self.certificates, *candidates):
            if self._names(octets):
                return octets
        return None

    def _names(self, certificate: bytes) -> bool:
        """By digest, where the attributes have one, and by issuer and serial number, where they stand there."""
        if self.identifiers:
            algorithm, digest = self.identifiers[0]
            if algorithm not in DIGESTS or DIGESTS[algorithm](certificate) != digest:
                return False
        try:
            parts = certificate_parts(certificate)
        except Malformed:
            return False
        by_key = len(self.signer) == 1
        return bool(self.identifiers) if by_key else self.signer == (parts.issuer, parts.serial)


def shape(text: str) -> Malformed:
    """The one error of this module."""
    return Malformed("time-stamp", text)


def read_time_stamp(octets: bytes) -> TimeStampToken:
    """Read a token of at most 64 KiB with one signer, without judging it.

    Raises:
        Malformed: `time-stamp`.

    """
    seen = Tolerances()
    try:
        return _token(octets, seen)
    except Malformed as error:
        raise shape(error.text or error.reason) from error


def _token(octets: bytes, seen: Tolerances) -> TimeStampToken:
    node = read(octets, limit=MAX_TOKEN, seen=seen, ber=True)
    kind, wrapped = members(node, 2, 2)
    if object_identifier(kind) not in {SIGNED_DATA, GM_SIGNED_DATA}:
        raise shape("not signed data")
    version, digests, encapsulated, *optional, signers = members(only(wrapped, TAGGED_0), 4, 6)
    integer(version)
    content(digests, SET)
    inside_kind, inside = members(encapsulated, 2, 2)
    if object_identifier(inside_kind) != TST_INFO:
        raise shape("signed data about something other than a time")
    info = octet_string(only(inside, TAGGED_0))
    certificates = carried(optional, TAGGED_0)
    carried(optional, TAGGED_1)
    if optional:
        raise shape("something unknown beside certificates and revocation lists")
    signer = members(only(signers, SET), 6, 7)
    return _signed(octets, info, certificates, signer, seen)


def _signed(
    octets: bytes, info: bytes, certificates: tuple[bytes, ...], signer: list[Node], seen: Tolerances
) -> TimeStampToken:
    """The token, from its content and the members of its SignerInfo."""
    version, identifier, digest_algorithm, signed, algorithm, value, *unsigned = signer
    integer(version)
    attributes = attributes_in(signed, TAGGED_0)
    _require_kind(attributes)
    identifiers, weakly_bound = _identifiers(attributes)
    return TimeStampToken(
        octets=octets,
        info=read_info(info, seen),
        content=info,
        certificates=certificates,
        signer=_named(identifier),
        attributes=der.write(SET, signed.content),
        digest=octet_string(attributes[MESSAGE_DIGEST]),
        identifiers=identifiers,
        weakly_bound=weakly_bound,
        digest_algorithm=algorithm_in(digest_algorithm),
        algorithm=algorithm_in(algorithm),
        raw=raw_signature(octet_string(value), seen),
        unsigned=frozenset(attributes_in(unsigned[0], TAGGED_1)) if unsigned else frozenset(),
        tolerances=seen.codes,
    )


def _require_kind(attributes: Mapping[str, Node]) -> None:
    """Require signed attributes that say what they are about: a TSTInfo, and its digest."""
    if CONTENT_TYPE not in attributes or MESSAGE_DIGEST not in attributes:
        raise shape("signed attributes without content type or digest")
    if object_identifier(attributes[CONTENT_TYPE]) != TST_INFO:
        raise shape("signed attributes about something other than a time")


def _named(identifier: Node) -> tuple[bytes, ...]:
    if identifier.tag == KEY_ID:
        return (identifier.content,)
    issuer, serial = members(identifier, 2, 2)
    return issuer.octets, serial.octets


def _identifiers(attributes: Mapping[str, Node]) -> tuple[tuple[tuple[str, bytes], ...], bool]:
    """The certificates the attributes list by digest, the signer's first (RFC 5035), and whether only by SHA-1."""
    if SIGNING_CERTIFICATE_V2 not in attributes:
        return (), SIGNING_CERTIFICATE in attributes
    found = []
    for one in members(members(attributes[SIGNING_CERTIFICATE_V2], 1, 2)[0], 1, MAX_IDENTIFIERS):
        parts = members(one, 1, 3)
        named = parts[0].tag == SEQUENCE  # SHA-256 where no algorithm is named
        found.append((algorithm_in(parts[0]) if named else SHA256, octet_string(parts[1 if named else 0])))
    return tuple(found), False


def read_info(octets: bytes, seen: Tolerances) -> TimeStampInfo:
    """Read a TSTInfo.

    Raises:
        Malformed: `time-stamp` or `encoding`.

    """
    version, policy, imprint, serial, at, *rest = members(read(octets, limit=MAX_INFO, seen=seen), 5, 10)
    if integer(version) != 1:
        raise shape("a TSTInfo is of version 1")
    algorithm, digest = members(imprint, 2, 2)
    optional = _optional(rest, (SEQUENCE, BOOLEAN, INTEGER, TAGGED_0, TAGGED_1))
    return TimeStampInfo(
        policy=object_identifier(policy),
        algorithm=algorithm_in(algorithm),
        imprint=octet_string(digest),
        serial=integer(serial),
        at=_instant(at),
        accuracy=_accuracy(optional[SEQUENCE]) if SEQUENCE in optional else None,
        ordering=boolean(optional[BOOLEAN]) if BOOLEAN in optional else False,
        nonce=integer(optional[INTEGER]) if INTEGER in optional else None,
        critical=_critical(optional[TAGGED_1]) if TAGGED_1 in optional else False,
    )


def _optional(rest: list[Node], order: tuple[int, ...]) -> dict[int, Node]:
    """Optional members by tag, in their order, each at most once."""
    found: dict[int, Node] = {}
    for tag in order:
        if rest and rest[0].tag == tag:
            found[tag] = rest.pop(0)
    if rest:
        raise shape("unknown members, or members out of order")
    return found


def _instant(node: Node) -> datetime:
    """A GeneralizedTime in UTC, perhaps with a fraction (RFC 3161, 2.4.2); what is finer than a microsecond is cut."""
    found = GEN_TIME.fullmatch(content(node, der.GENERALIZED_TIME).decode("ascii", "replace"))
    if found is None:
        raise shape("a time not of the form YYYYMMDDhhmmss[.f]Z")
    whole, fraction = found.groups()
    try:
        instant = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise shape("a time that does not exist") from error
    return instant + timedelta(microseconds=int((fraction or "0").ljust(6, "0")[:6]))


def _accuracy(node: Node) -> timedelta:
    parts = _optional(members(node, 0, 3), (INTEGER, MILLIS, MICROS))
    numbers = {tag: _number(part) for tag, part in parts.items()}
    if not all(0 <= number <= (1_000_000 if tag == INTEGER else 999) for tag, number in numbers.items()):
        raise shape("an accuracy out of range")
    return timedelta(
        seconds=numbers.get(INTEGER, 0), milliseconds=numbers.get(MILLIS, 0), microseconds=numbers.get(MICROS, 0)
    )


def _number(node: Node) -> int:
    """An integer under its own tag or under an implicit one."""
    if not 1 <= len(node.content) <= 4:
        raise shape("an accuracy out of range")
    return int.from_bytes(node.content, "big", signed=True)


def _critical(node: Node) -> bool:
    """Whether any extension is critical: none is known here."""
    found = False
    for extension in members(node, 1, MAX_EXTENSIONS, tag=TAGGED_1):
        _kind, *rest = members(extension, 2, 3)
        found = found or (len(rest) == 2 and boolean(rest[0]))
    return found


def imprint_holds(token: TimeStampToken, octets: bytes) -> bool | None:
    """Whether the token is about these octets; None where its digest is by an algorithm that is not known here."""
    digest = DIGESTS.get(token.info.algorithm)
    return None if digest is None else digest(octets) == token.info.imprint


def signature_holds(token: TimeStampToken, certificate: bytes) -> bool | None:
    """Whether the signature holds under a certificate: over the attributes, and they over the TSTInfo.

    None where it is not SM2, or its digest is by an algorithm that is not known here.

    Raises:
        Malformed: `certificate`, it cannot be read.

    """
    digest = DIGESTS.get(token.digest_algorithm)
    if digest is None:
        return None
    if digest(token.content) != token.digest:
        return False
    if token.algorithm not in SM2_NAMES or token.digest_algorithm != SM3:
        return None
    return holds(certificate, token.attributes, token.raw)
