"""Signatures.xml and Signature.xml as producers of any origin write them.

They are of GB/T 33190 chapter 18 and GM/T 0099 annex B, both reconstructed.
`listed` reads the list, `read_description` one Signature.xml: provider, claimed time, how digests were made, which
entries they are of, where the seal is shown, where seal and signature value are. Only reading happens here; whether
digests hold is judged in `protected`, whether the value holds in `signed`.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime

from trust.errors import Malformed
from trust.formats.lenient_values import instant
from trust.formats.ofd.codes import Notes, readable
from trust.formats.ofd.foreign_xml import at_most_one, text_of
from trust.formats.ofd.reachable import numbers_of
from trust.formats.ofd.survey import Package, required
from trust.formats.ofd.xml import Element

MAX_SIGNATURES, MAX_REFERENCES, MAX_STAMPS = 256, 8_000, 10_000
MAX_NAME = 64
SM3 = "1.2.156.10197.1.401"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SM2_NAMES = frozenset({SM2_WITH_SM3, "1.2.156.10197.1.301", "1.2.156.10197.1.301.1", "sm2", "sm2withsm3", "sm3withsm2"})
OTHER_DIGESTS = frozenset({"sha256", "sha384", "sha512", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"})
STRICT_TIME = re.compile(r"[0-9]{14}Z")


@dataclass(frozen=True)
class Listed:
    """One record of Signatures.xml; `entry` is its Signature.xml, `base` the signature it rests on, if it names one."""

    number: str
    kind: str
    entry: str
    base: str = ""


@dataclass(frozen=True)
class Stamp:
    """Where a seal is shown, as written: page by object id, boxes as `x y width height` in millimetres."""

    number: str
    page: str
    box: tuple[float, float, float, float] | None
    clip: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Description:
    """What one Signature.xml says.

    `references` are (entry path as written, digest or None where the value is no digest), `seal` and `value` entries of
    the package; `seal` is None where none is named or it is not there.
    """

    provider: str
    version: str
    method: str
    check_method: str | None
    at: datetime | None
    references: tuple[tuple[str, bytes | None], ...]
    stamps: tuple[Stamp, ...]
    seal: str | None
    value: str


def listed(package: Package, entry: str, notes: Notes) -> tuple[Listed, ...]:
    """The signatures a Signatures.xml lists, in their order; a fault of the list is noted.

    A record with the number or the entry of one before is a fault, and left out: others may read either, and reading a
    signature many times over would cost its author nothing.

    Raises:
        Malformed: `limit`, `entry-missing`, `path-…`, `xml-…`.

    """
    records = package.structure(entry, "Signatures", notes).all("Signature")
    if not records:
        notes.note("signatures-empty")
    if len(records) > MAX_SIGNATURES:
        raise Malformed("limit", f"{len(records)} signatures")
    found = tuple(
        Listed(
            number=readable(record.attributes.get("ID", ""), MAX_NAME),
            kind=record.attributes.get("Type", "Seal"),
            entry=required(package, record.attributes.get("BaseLoc", ""), entry, notes),
            base=readable(record.attributes.get("Relative", ""), MAX_NAME),
        )
        for record in records
    )
    numbers, entries = [one.number for one in found], [one.entry for one in found]
    first = [place for place in range(len(found)) if places_first(numbers, place) and places_first(entries, place)]
    if len(first) != len(found):
        notes.note("signature-id-doubled")
    return tuple(found[place] for place in first)


def places_first(values: list[str], place: int) -> bool:
    """Whether a value stands at this place for the first time."""
    return values.index(values[place]) == place


def read_description(package: Package, entry: str, notes: Notes) -> Description:
    """Read one Signature.xml.

    Raises:
        Malformed: `xml-…`, `path-…`, `entry-missing` (the signature value), `limit`.

    """
    root = package.structure(entry, "Signature", notes)
    info = root.one("SignedInfo")
    provider = info.one("Provider")
    listing = info.one("References")
    value = required(package, text_of(root, "SignedValue"), entry, notes)
    return Description(
        provider=provider.attributes.get("ProviderName", ""),
        version=provider.attributes.get("Version", ""),
        method=text_of(info, "SignatureMethod"),
        check_method=listing.attributes.get("CheckMethod"),
        at=time_of(text_of(info, "SignatureDateTime"), notes),
        references=references_of(listing),
        stamps=stamps_of(info),
        seal=seal_of(package, info, entry, notes),
        value=value,
    )


def references_of(listing: Element) -> tuple[tuple[str, bytes | None], ...]:
    """The entries protected and the digests stated for them."""
    records = listing.all("Reference")
    if len(records) > MAX_REFERENCES:
        raise Malformed("limit", f"{len(records)} references")
    return tuple((record.attributes.get("FileRef", ""), digest_of(text_of(record, "CheckValue"))) for record in records)


def digest_of(value: str) -> bytes | None:
    """The 32 octets of a CheckValue, or None."""
    try:
        digest = b64decode("".join(value.split()), validate=True)
    except (NotBase64, ValueError):
        return None  # the caller reports it as a digest that does not hold
    return digest if len(digest) == 32 else None


def stamps_of(info: Element) -> tuple[Stamp, ...]:
    """Where the seal is shown."""
    records = info.all("StampAnnot")
    if len(records) > MAX_STAMPS:
        raise Malformed("limit", f"{len(records)} stamps")
    return tuple(
        Stamp(
            number=record.attributes.get("ID", ""),
            page=record.attributes.get("PageRef", ""),
            box=numbers_of(record.attributes.get("Boundary", "")),
            clip=numbers_of(record.attributes["Clip"]) if record.attributes.get("Clip") else None,
        )
        for record in records
    )


def seal_of(package: Package, info: Element, entry: str, notes: Notes) -> str | None:
    """The entry with the copy of the seal, if it is named and there."""
    seal = at_most_one(info, "Seal")
    if seal is None:
        return None
    found = package.locator.the_one(text_of(seal, "BaseLoc"), entry, notes)
    if found is None:
        notes.note("seal-file-missing", text_of(seal, "BaseLoc"))
    return found


def time_of(text: str, notes: Notes) -> datetime | None:
    """A SignatureDateTime; without a zone it is taken as Beijing time."""
    if not text:
        return None
    found = instant(text)
    if found is None:
        notes.note("time-unreadable", text)
    elif not STRICT_TIME.fullmatch(text):
        notes.note("time-form", text)
    return found
