"""Seals (电子印章) and seal signatures (电子签章) of GB/T 38540-2020, version 4: octets to values and back.

The text of the standard was not available; the structures are reconstructed from implementations and from real
files, on which both signed ranges were verified: the maker signs SES_SealInfo alone, the signer signs TBS_Sign with
the whole seal inside.

This is the strict profile of what we issue. One encoding per value, header and TBS version 4, certificates (not
digests) in the seal's list, no extensions, signatures as DER in bit strings without unused bits. Version 5
(GM/T 0031-2025, reconstructed from one implementation) differs in its number and may carry a time stamp in the seal; it
is written and read only where a caller asks for it. So is the time stamp over a signature value, which nothing
signs: only a caller that judges the token may let it pass. Other versions and options are refused with reason
`profile`, anything malformed with reason `encoding`. Readers keep the octets that were signed; values carry
signatures as raw r‖s.

Nothing here verifies a signature or judges a certificate: see `seal_check` for the former.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from keys.codec import der_from_raw, raw_from_der
from keys.errors import KeysError
from trust.errors import Malformed
from trust.formats import der
from trust.formats.der import Node
from trust.rules.text import check_text

VERSION, NEXT_VERSION = 4, 5
SIGNED_DATA = "1.2.840.113549.1.7.2"
GM_SIGNED_DATA = "1.2.156.10197.6.1.4.2.2"
TIME_STAMP = 0xA0
SM2_WITH_SM3 = "1.2.156.10197.1.501"
MAX_SEAL = 256 * 1024
MAX_TIME_STAMP = 32 * 1024
MAX_SIGNATURE = MAX_SEAL + 32 * 1024
MAX_PICTURE = 192 * 1024
MAX_CERTIFICATE = 16 * 1024
MAX_SIGNERS = 16
MAX_DISPLAY_MM = 200
MAX_PIXELS = 4_096
PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@dataclass(frozen=True)
class SealPicture:
    """What the seal looks like: `kind` (`PNG`), its octets, and the size it is shown at."""

    kind: str
    octets: bytes
    width_mm: int
    height_mm: int


@dataclass(frozen=True)
class SealInfo:
    """What the maker of a seal vouches for (SES_SealInfo)."""

    version: int
    vendor: str
    seal_id: str
    seal_type: int
    name: str
    signer_certificates: tuple[bytes, ...]
    created: datetime
    valid_from: datetime
    valid_until: datetime
    picture: SealPicture


@dataclass(frozen=True)
class Seal(SealInfo):
    """A seal as read: `signed` are the octets the maker signed (SES_SealInfo), `signature` is raw r‖s.

    `time_stamp` is a token over the maker's signature value (version 5 only), not judged.
    """

    der: bytes
    maker_certificate: bytes
    signed: bytes
    signature: bytes
    time_stamp: bytes | None = None


@dataclass(frozen=True)
class SealSignature:
    """A seal signature as read: `signed` are the octets the signer signed (TBS_Sign), `signature` is raw r‖s.

    `signed_at` is the signer's own claim. `data_hash` is SM3 of the octets `property_info` names. `time_stamp` is a
    token over the signature value as stored (DER), not judged.
    """

    der: bytes
    seal: Seal
    signed_at: datetime
    data_hash: bytes
    property_info: str
    certificate: bytes
    signed: bytes
    signature: bytes
    time_stamp: bytes | None = None


def seal_info(
    *,
    vendor: str,
    seal_id: str,
    seal_type: int,
    name: str,
    signer_certificates: Sequence[bytes],
    created: datetime,
    valid_from: datetime,
    valid_until: datetime,
    picture: SealPicture,
    version: int = VERSION,
) -> bytes:
    """Encode SES_SealInfo, the octets a seal maker signs.

    Raises:
        Malformed: a value is outside the profile (`profile`) or cannot be encoded (`encoding`).

    """
    octets = der.write_sequence(
        der.write_sequence(der.write_ia5_string("ES"), der.write_integer(version), der.write_ia5_string(vendor)),
        der.write_ia5_string(seal_id),
        der.write_sequence(
            der.write_integer(seal_type),
            der.write_utf8_string(name),
            der.write_integer(1),  # certListType: certificates themselves, the only type every reader knows
            der.write_sequence(*(der.write_octet_string(certificate) for certificate in signer_certificates)),
            der.write_generalized_time(created),
            der.write_generalized_time(valid_from),
            der.write_generalized_time(valid_until),
        ),
        der.write_sequence(
            der.write_ia5_string(picture.kind),
            der.write_octet_string(picture.octets),
            der.write_integer(picture.width_mm),
            der.write_integer(picture.height_mm),
        ),
    )
    read_info(der.read(octets, limit=MAX_SEAL), version)
    return octets


def assemble_seal(
    info: bytes, maker_certificate: bytes, raw_signature: bytes, time_stamp: bytes | None = None
) -> bytes:
    """Put the maker's certificate and raw signature behind a SES_SealInfo: SESeal.

    A time stamp over the maker's signature value (DER) belongs to version 5 alone.
    """
    return signed_structure(info, maker_certificate, raw_signature, time_stamp)


def signed_structure(signed: bytes, certificate: bytes, raw_signature: bytes, time_stamp: bytes | None) -> bytes:
    """What was signed, the certificate, the algorithm, the value, and a time stamp over the value if there is one."""
    stamp = b"" if time_stamp is None else der.write(TIME_STAMP, der.write_bit_string(time_stamp))
    return der.write_sequence(
        signed,
        der.write_octet_string(certificate),
        der.write_object_identifier(SM2_WITH_SM3),
        der.write_bit_string(der_from_raw(raw_signature)),
        stamp,
    )


@lru_cache(maxsize=64)
def parse_seal(octets: bytes, version: int = VERSION) -> Seal:
    """Read a SESeal; the same octets are read once per process (64 seals are remembered).

    Raises:
        Malformed: `encoding` or `profile`.

    """
    return seal_of(der.read(octets, limit=MAX_SEAL), version)


def to_be_signed(
    seal_der: bytes, at: datetime, data_hash: bytes, property_info: str, *, version: int = VERSION
) -> bytes:
    """Encode TBS_Sign, the octets a signer signs: the seal, the claimed time, SM3 of the data, and where they are."""
    if len(data_hash) != 32:
        raise Malformed("profile", "the hash of the data has 32 octets")
    return der.write_sequence(
        der.write_integer(version),
        seal_der,
        der.write_generalized_time(at),
        der.write_bit_string(data_hash),
        der.write_ia5_string(property_info),
    )


def assemble_signature(
    signed: bytes, certificate: bytes, raw_signature: bytes, time_stamp: bytes | None = None
) -> bytes:
    """Put the signer's certificate, raw signature and perhaps a time stamp behind a TBS_Sign: SES_Signature."""
    return signed_structure(signed, certificate, raw_signature, time_stamp)


def stamped_value(raw_signature: bytes) -> bytes:
    """The octets a time stamp over a signature has to be about: the signature value as stored, DER."""
    return der_from_raw(raw_signature)


def parse_signature(octets: bytes, *, version: int = VERSION, stamped: bool = False) -> SealSignature:
    """Read a SES_Signature with the seal inside.

    Args:
        octets: the structure.
        version: the one version taken.
        stamped: whether time stamps are let pass; what they say and whether they hold is for the caller to judge.

    Raises:
        Malformed: `encoding` or `profile`.

    """
    parts, time_stamp = signed_parts(der.read(octets, limit=MAX_SIGNATURE + (MAX_TIME_STAMP if stamped else 0)))
    signed, certificate, algorithm, value = parts
    fields = der.members(signed)
    if len(fields) != 5:
        raise Malformed("profile", "TBS_Sign has extensions or is of another version")
    number, seal_node, at, data_hash, property_info = fields
    if der.integer(number) != version:
        raise Malformed("profile", f"TBS_Sign is not of version {version}")
    check_algorithm(algorithm)
    if len(der.bit_string(data_hash)) != 32:
        raise Malformed("profile", "the hash of the data has 32 octets")
    seal = parse_seal(seal_node.octets, version)
    if not stamped and (time_stamp or seal.time_stamp) is not None:
        raise Malformed("profile", "the seal signature carries a time stamp")
    return SealSignature(
        der=octets,
        seal=seal,
        signed_at=der.generalized_time(at),
        data_hash=der.bit_string(data_hash),
        property_info=der.ia5_string(property_info),
        certificate=certificate_of(certificate),
        signed=signed.octets,
        signature=signature_of(value),
        time_stamp=time_stamp,
    )


def seal_of(node: Node, version: int = VERSION) -> Seal:
    """Read a SESeal from its element."""
    parts, time_stamp = signed_parts(node)
    info, maker, algorithm, value = parts
    if time_stamp is not None and version != NEXT_VERSION:
        raise Malformed("profile", f"a seal of version {version} carries no time stamp")
    check_algorithm(algorithm)
    return Seal(
        **vars(read_info(info, version)),
        der=node.octets,
        maker_certificate=certificate_of(maker),
        signed=info.octets,
        signature=signature_of(value),
        time_stamp=time_stamp,
    )


def signed_parts(node: Node) -> tuple[list[Node], bytes | None]:
    """The four members of a seal or a seal signature, and the time stamp behind them."""
    parts = der.members(node)
    if not 4 <= len(parts) <= 5:
        raise Malformed("profile", "not a structure of version 4 or 5")
    return parts[:4], token_of(parts[4]) if len(parts) == 5 else None


def token_of(node: Node) -> bytes:
    """A time-stamp token in `[0] EXPLICIT BIT STRING`: ContentInfo of signed data; what it says is read elsewhere."""
    if node.tag != TIME_STAMP:
        raise Malformed("profile", "something other than a time stamp behind the signature value")
    inner = node.children()
    if len(inner) != 1:
        raise Malformed("encoding", "one bit string expected")
    octets = der.bit_string(inner[0])
    if not octets.startswith(bytes((der.SEQUENCE,))):
        raise Malformed("profile", "a time stamp that is no message")
    kind, _content = der.members(der.read(octets, limit=MAX_TIME_STAMP), 2)
    if der.object_identifier(kind) not in {SIGNED_DATA, GM_SIGNED_DATA}:
        raise Malformed("profile", "a time stamp that is no signed message")
    return octets


def read_info(node: Node, number: int = VERSION) -> SealInfo:
    """The values of a SES_SealInfo, each within the bounds of the profile."""
    parts = der.members(node)
    if len(parts) != 4:
        raise Malformed("profile", "the seal has extensions or is of another version")
    header, seal_id, properties, picture = parts
    mark, version, vendor = der.members(header, 3)
    if der.ia5_string(mark) != "ES" or der.integer(version) != number:
        raise Malformed("profile", f"the seal's header is not that of version {number}")
    seal_type, name, list_type, certificates, created, valid_from, valid_until = der.members(properties, 7)
    if der.integer(list_type) != 1:
        raise Malformed("profile", "the seal lists something other than certificates")
    info = SealInfo(
        version=number,
        vendor=short(der.ia5_string(vendor), 32),
        seal_id=short(der.ia5_string(seal_id), 64),
        seal_type=between(der.integer(seal_type), 1, 999),
        name=readable(der.utf8_string(name)),
        signer_certificates=tuple(certificate_of(certificate) for certificate in der.members(certificates)),
        created=der.generalized_time(created),
        valid_from=der.generalized_time(valid_from),
        valid_until=der.generalized_time(valid_until),
        picture=picture_of(picture),
    )
    if not 1 <= len(info.signer_certificates) <= MAX_SIGNERS:
        raise Malformed("profile", f"a seal lists 1 to {MAX_SIGNERS} certificates")
    if info.valid_from > info.valid_until:
        raise Malformed("profile", "the seal's period ends before it begins")
    return info


def picture_of(node: Node) -> SealPicture:
    """Read SES_ESPictureInfo (the standard prints it as SES_ESPictrueInfo): a PNG and its size in millimetres."""
    kind, octets, width, height = der.members(node, 4)
    picture = SealPicture(
        der.ia5_string(kind),
        der.octet_string(octets),
        between(der.integer(width), 1, MAX_DISPLAY_MM),
        between(der.integer(height), 1, MAX_DISPLAY_MM),
    )
    if picture.kind != "PNG" or len(picture.octets) > MAX_PICTURE:
        raise Malformed("profile", f"the seal's picture is not a PNG of at most {MAX_PICTURE} octets")
    check_png(picture.octets)
    return picture


def check_png(octets: bytes) -> None:
    """Refuse what is no PNG by its head, or would be drawn from more pixels than a seal needs."""
    if len(octets) < 24 or not octets.startswith(PNG_HEAD):
        raise Malformed("profile", "the seal's picture is not a PNG")
    if not all(1 <= side <= MAX_PIXELS for side in struct.unpack_from(">2I", octets, len(PNG_HEAD))):
        raise Malformed("profile", f"the seal's picture is not of 1 to {MAX_PIXELS} pixels each way")


def certificate_of(node: Node) -> bytes:
    """The octets of a certificate inside an OCTET STRING: one bounded SEQUENCE; what it says is read elsewhere."""
    octets = der.octet_string(node)
    der.content(der.read(octets, limit=MAX_CERTIFICATE), der.SEQUENCE)
    return octets


def signature_of(node: Node) -> bytes:
    """Raw r‖s from the DER of an SM2 signature inside a BIT STRING."""
    try:
        return raw_from_der(der.bit_string(node))
    except KeysError as error:
        raise Malformed("encoding", "the signature value is not in minimal DER or out of range") from error


def check_algorithm(node: Node) -> None:
    """Only SM2 with SM3 is used."""
    if der.object_identifier(node) != SM2_WITH_SM3:
        raise Malformed("profile", "a signature algorithm other than SM2 with SM3")


def short(text: str, limit: int) -> str:
    """Text of 1 to `limit` characters."""
    if not 1 <= len(text) <= limit:
        raise Malformed("profile", f"text of 1 to {limit} characters expected")
    return text


def readable(text: str) -> str:
    """A seal's name: 1 to 128 characters, all of them seen and in one spelling."""
    try:
        return check_text(text, 128)
    except Malformed as error:
        raise Malformed("profile", f"the seal's name: {error}") from error


def between(value: int, low: int, high: int) -> int:
    """A number within bounds."""
    if not low <= value <= high:
        raise Malformed("profile", f"a number from {low} to {high} expected")
    return value
