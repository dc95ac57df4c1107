"""The few parts of a certificate of any origin that a reader of signatures needs, without judging the certificate.

`certificate.load_certificate` reads our profile and refuses what is outside it. Certificates of others have NULL
parameters, old string types or extensions nobody knows, and still carry the key a signature is checked with. Only
that, the names of subject and issuer, the serial number and the period are read here. Whether to believe the
certificate is decided by `path`, which takes certificates of our profile alone.

Subjects of foreign certificates may hold personal data: show them to whoever verifies, and never log them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from keys.errors import KeysError
from keys.sm2 import PublicKey
from trust.errors import Malformed
from trust.formats import der
from trust.formats.lenient_der import SEQUENCE, SET, TAGGED_0, Node, content, members, object_identifier, read
from trust.formats.lenient_values import UTC_TIME, instant, text_of
from trust.formats.tolerances import Tolerances

MAX_OCTETS = 32 * 1024
EC_PUBLIC_KEY, SM2_CURVE = "1.2.840.10045.2.1", "1.2.156.10197.1.301"
COMMON_NAME, ORGANISATION = "2.5.4.3", "2.5.4.10"


@dataclass(frozen=True)
class CertificateParts:
    """Issuer, serial number and subject as DER, key, period (None where unreadable), and a name for people.

    `public_key` is None where the key is of another algorithm, named by `key_algorithm`, or is no point of the curve;
    `is_sm2` tells which of the two.
    """

    issuer: bytes = field(repr=False)
    serial: bytes
    subject: bytes = field(repr=False)
    not_before: datetime | None
    not_after: datetime | None
    shown: str = field(repr=False)
    key_algorithm: str
    is_sm2: bool
    public_key: PublicKey | None


@lru_cache(maxsize=256)
def certificate_parts(octets: bytes) -> CertificateParts:
    """Take a certificate of at most 32 KiB apart; the last 256 are remembered.

    Raises:
        Malformed: `certificate`, the octets are no X.509 certificate.

    """
    try:
        return _parts(octets)
    except Malformed as error:
        raise Malformed("certificate", error.text) from error


def _parts(octets: bytes) -> CertificateParts:
    seen = Tolerances()
    body, _algorithm, _value = members(read(octets, limit=MAX_OCTETS, seen=seen), 3, 3)
    if "trailing-bytes" in seen.codes:
        raise Malformed("encoding", "octets follow the certificate")
    fields = members(body, 6, 10)
    if fields[0].tag == TAGGED_0:
        del fields[0]
    if len(fields) < 6:
        raise Malformed("encoding", "not the body of a certificate")
    serial, _signature, issuer, period, subject, key = fields[:6]
    content(serial, der.INTEGER)
    begin, end = members(period, 2, 2)
    algorithm, is_sm2, public = _key(key)
    return CertificateParts(
        issuer=issuer.octets,
        serial=serial.octets,
        subject=subject.octets,
        not_before=_time(begin),
        not_after=_time(end),
        shown=_shown(subject),
        key_algorithm=algorithm,
        is_sm2=is_sm2,
        public_key=public,
    )


def _key(node: Node) -> tuple[str, bool, PublicKey | None]:
    """The algorithm of a key, whether it is SM2, and if it is a good one, the key."""
    identifier, bits = members(node, 2, 2)
    algorithm, *parameters = members(identifier, 1, 2)
    named = [object_identifier(one) for one in (algorithm, *parameters) if one.tag == der.OBJECT_IDENTIFIER]
    if named != [EC_PUBLIC_KEY, SM2_CURVE]:
        return object_identifier(algorithm), False, None
    try:
        return EC_PUBLIC_KEY, True, PublicKey(content(bits, der.BIT_STRING)[1:])
    except KeysError:
        return EC_PUBLIC_KEY, True, None


def _time(node: Node) -> datetime | None:
    content(node, UTC_TIME, der.GENERALIZED_TIME)
    return instant(node.content.decode("ascii", "replace"))


def _shown(subject: Node) -> str:
    """Common name, else organisation, else nothing."""
    found = dict(_names(subject))
    return found.get(COMMON_NAME) or found.get(ORGANISATION) or ""


def _names(subject: Node) -> Iterator[tuple[str, str]]:
    for relative in members(subject, 0, 64, tag=SEQUENCE):
        for attribute in members(relative, 1, 16, tag=SET):
            kind, value = members(attribute, 2, 2)
            oid = object_identifier(kind)
            if oid in {COMMON_NAME, ORGANISATION}:
                yield oid, text_of(value, tag=value.tag)[:256]
