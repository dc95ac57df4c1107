"""What certificates and revocation lists have in common: strict reading, names, times, signatures.

Strict reading means DER and nothing else: octets are read by asn1crypto, encoded again from the values that were
read, and refused if anything differs. That catches long lengths, padded integers, defaults written out, unused bits,
constructed strings and trailing octets in one stroke. What a signature covers is still taken from the octets as they
stood. What stays open after that — any spelling of a time, any type of string — is narrowed here.

Profile: RFC 5280 with the algorithms of GB/T 20518 (reconstructed). The signature algorithm is SM2 with SM3 and
nothing else, without parameters; RFC 5280 readers would take a NULL there, this one refuses it. Names hold one
attribute per RDN, in PrintableString or UTF8String. Raises `Malformed` alone.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from keys.codec import der_from_raw, raw_from_der
from keys.errors import KeysError
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM, UNREADABLE, core, x509
from trust.rules.times import aware

YEAR_OF_GENERALIZED_TIME = 2050
"""Up to the year before, X.509 writes UTCTime; from this year on GeneralizedTime (RFC 5280, 4.1.2.5)."""

SERIAL_OCTETS = 20
MAX_ATTRIBUTES, MAX_ATTRIBUTE_CHARACTERS = 16, 256
COMMON_NAME, COUNTRY, ORGANISATION, ORGANISATION_CODE = "2.5.4.3", "2.5.4.6", "2.5.4.10", "2.5.4.97"
SET, PRINTABLE_STRING = 0x31, 0x13
PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that a reader cannot see, or that turn the order of others around."""


def load_strictly(schema: Any, octets: bytes, *, limit: int, reason: str) -> Any:
    """Read one DER structure of at most `limit` octets; `reason` is the code of the refusal."""
    if not 0 < len(octets) <= limit:
        raise Malformed(reason, f"{len(octets)} octets; 1 to {limit} are read")
    try:
        value = schema.load(octets, strict=True)
        again = value.dump(force=True)
    except UNREADABLE as error:
        raise Malformed(reason, "not the structure that is expected") from error
    if again != octets:
        raise Malformed(reason, "not DER")
    return value


@dataclass(frozen=True)
class Name:
    """A distinguished name; `der` is what counts when names are compared, the rest is for people and rules."""

    der: bytes = field(repr=False)
    common_name: str
    organisation: str | None = None
    organisation_code: str | None = None
    country: str | None = None


def make_name(
    common_name: str, *, organisation: str | None = None, organisation_code: str | None = None, country: str = "CN"
) -> Name:
    """Build a name: C, O, organizationIdentifier (the unified social credit code), CN, in this order.

    Raises:
        Malformed: `name`, a part that a name in our profile cannot hold.

    """
    parts = (
        (COUNTRY, country),
        (ORGANISATION, organisation),
        (ORGANISATION_CODE, organisation_code),
        (COMMON_NAME, common_name),
    )
    octets = der.write_sequence(*(_relative_name(oid, text) for oid, text in parts if text is not None))
    return read_name(load_strictly(x509.Name, octets, limit=len(octets), reason="name"))


def _relative_name(oid: str, text: str) -> bytes:
    """One attribute; a country is a PrintableString (RFC 5280, appendix A), everything else a UTF8String."""
    country = der.write(PRINTABLE_STRING, text.encode("ascii", "replace"))
    value = country if oid == COUNTRY else der.write_utf8_string(text)
    return der.write(SET, der.write_sequence(der.write_object_identifier(oid), value))


def read_name(name: Any) -> Name:
    """Turn an asn1crypto name into a `Name`.

    Raises:
        Malformed: `name`, if a part is unknown, doubled, invisible or in an old string type.

    """
    relative = list(name.chosen)
    if not 1 <= len(relative) <= MAX_ATTRIBUTES or any(len(one) != 1 for one in relative):
        raise Malformed("name", "a name has 1 to 16 parts of one attribute each")
    found: dict[str, str] = {}
    for one in relative:
        oid, text = one[0]["type"].dotted, _visible_text(one[0]["value"])
        if oid in found and oid in {COMMON_NAME, COUNTRY, ORGANISATION, ORGANISATION_CODE}:
            raise Malformed("name", "a part occurs twice")
        found[oid] = text
    if COMMON_NAME not in found:
        raise Malformed("name", "no common name")
    country = found.get(COUNTRY)
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        raise Malformed("name", "a country is two capital letters")
    return Name(name.dump(), found[COMMON_NAME], found.get(ORGANISATION), found.get(ORGANISATION_CODE), country)


def _visible_text(value: Any) -> str:
    """The text of an attribute of a known type."""
    chosen = value.chosen if isinstance(value, core.Choice) else value
    if not isinstance(chosen, core.UTF8String | core.PrintableString | core.IA5String):
        raise Malformed("name", "a part that is not a PrintableString or UTF8String")
    text = str(chosen.native)
    if not 1 <= len(text) <= MAX_ATTRIBUTE_CHARACTERS:
        raise Malformed("name", "a part is empty or too long")
    if any(unicodedata.category(character) in UNSEEN for character in text):
        raise Malformed("name", "a character that cannot be seen")
    if isinstance(chosen, core.PrintableString) and not PRINTABLE.fullmatch(text):
        raise Malformed("name", "a character outside PrintableString")
    return text


def make_time(instant: datetime) -> Any:
    """UTCTime up to 2049, GeneralizedTime from 2050; fractions of a second are cut off."""
    exact = aware(instant).replace(microsecond=0)
    return x509.Time({"utc_time" if exact.year < YEAR_OF_GENERALIZED_TIME else "general_time": exact})


def read_time(value: Any, *, reason: str) -> datetime:
    """The instant of a `Time`, which must be spelled the one way RFC 5280 allows."""
    instant: datetime = value.native
    if not isinstance(instant, datetime) or make_time(instant).dump() != value.dump():
        raise Malformed(reason, "a time that is not spelled as RFC 5280 asks")
    return instant.astimezone(UTC)


def check_algorithm(*identifiers: Any, reason: str) -> None:
    """Inside and outside the signed part stands SM2 with SM3, and no parameters."""
    if any(identifier.dump() != SM2_WITH_SM3_ALGORITHM for identifier in identifiers):
        raise Malformed(reason, "the signature algorithm is not SM2 with SM3 without parameters")


def read_signature(value: Any, *, reason: str) -> bytes:
    """The signature value of a structure as r ‖ s."""
    try:
        return raw_from_der(value.native)
    except KeysError as error:
        raise Malformed(reason, "the signature value is not that of an SM2 signature") from error


def signed(tbs: bytes, raw_signature: bytes) -> bytes:
    """The DER of a signed structure: the part that was signed, the algorithm, the signature."""
    return der.write_sequence(tbs, SM2_WITH_SM3_ALGORITHM, der.write_bit_string(der_from_raw(raw_signature)))
