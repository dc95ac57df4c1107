"""Seals (电子印章) of any origin and version: octets to values, with tolerance.

Version 1 is GM/T 0031-2014, version 4 GB/T 38540-2020, version 5 GM/T 0031-2025. The text of the first was seen; the
others are reconstructed from implementations and, for version 4, from real files. Version 5 rests on one
implementation. A seal tells its version by its number of members, 4 and 5 apart by the header.

Which octets are signed differs: the maker of a version 1 seal signs the information together with its own
certificate and the algorithm, later makers sign the information alone. They are taken as they stood.

Nothing is verified here: see `ses_judge`. Raises `Malformed` with reason `encoding` (not DER, however tolerantly read)
or `ses-shape` (DER, but no seal).
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from trust.errors import Malformed
from trust.formats import der
from trust.formats.der import IA5_STRING, UTF8_STRING
from trust.formats.lenient_der import (
    BIT_STRING,
    BOOLEAN,
    OCTET_STRING,
    SEQUENCE,
    TAGGED_0,
    Node,
    bit_string,
    boolean,
    integer,
    members,
    object_identifier,
    octet_string,
    only,
    read,
)
from trust.formats.lenient_values import PRINTABLE_STRING, UTC_TIME, signature_in, text_of, time_of
from trust.formats.sealed_document import Form, ShownSeal
from trust.formats.tolerances import Tolerances

MAX_SEAL = 4 * 1024 * 1024
REMEMBERED = 256 * 1024
MAX_LISTED, MAX_EXTENSIONS = 64, 64
MAX_MILLIMETRES = 500
CERTIFICATES, DIGESTS = 1, 2
FORMS = {1: Form.SES_1, 4: Form.SES_4, 5: Form.SES_5}


@dataclass(frozen=True)
class Extension:
    """One ExtData (自定义属性)."""

    oid: str
    critical: bool
    value: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class ReadSeal:
    """A seal as read.

    `signed` are the octets the maker signed, `value` the octets of its signature as stored, `raw` the same as r‖s (None
    where they are no SM2 signature). `digests` are pairs of the named algorithm and the digest of a certificate.
    `time_stamp` is a token over `value` (version 5), not judged.
    """

    octets: bytes = field(repr=False)
    form: Form
    version: int
    vendor: str
    seal_id: str
    seal_type: int
    name: str
    certificates: tuple[bytes, ...] = field(repr=False)
    digests: tuple[tuple[str, bytes], ...]
    created: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    kind: str
    picture: bytes = field(repr=False)
    width_mm: int
    height_mm: int
    extensions: tuple[Extension, ...]
    maker: bytes = field(repr=False)
    algorithm: str
    signed: bytes = field(repr=False)
    value: bytes = field(repr=False)
    raw: bytes | None = field(repr=False)
    time_stamp: bytes | None = field(repr=False)
    tolerances: tuple[str, ...]

    @property
    def shown(self) -> ShownSeal:
        """The seal for whoever shows it."""
        return ShownSeal(
            octets=self.octets,
            version=self.version,
            vendor=self.vendor,
            seal_id=self.seal_id,
            seal_type=self.seal_type,
            name=self.name,
            certificates=self.certificates,
            digests=tuple(digest for _, digest in self.digests),
            created=self.created,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            maker=self.maker,
            kind=self.kind,
            picture=self.picture,
            width_mm=self.width_mm,
            height_mm=self.height_mm,
        )


def shape(text: str) -> Malformed:
    """The refusal of DER that is no seal."""
    return Malformed("ses-shape", text)


def read_seal(octets: bytes) -> ReadSeal:
    """Read a SESeal of version 1, 4 or 5; seals of at most 256 KiB are read once per process (64 are remembered).

    Raises:
        Malformed: `encoding` or `ses-shape`.

    """
    return _remembered(octets) if len(octets) <= REMEMBERED else _read_seal(octets)


def _read_seal(octets: bytes) -> ReadSeal:
    seen = Tolerances()
    node = read(octets, limit=MAX_SEAL, seen=seen)
    parts = members(node)
    stamp = None
    if len(parts) == 2:
        info, around = parts
        maker, algorithm, value = members(around, 3, 3)
        signed = der.write_sequence(info.octets, maker.octets, algorithm.octets)
    elif len(parts) in {4, 5}:
        info, maker, algorithm, value = parts[:4]
        signed = info.octets
        stamp = time_stamp_in(parts[4]) if len(parts) == 5 else None
    else:
        raise shape("a seal has 2, 4 or 5 members")
    bits = bit_string(value)
    return ReadSeal(
        octets=octets,
        maker=octet_string(maker),
        algorithm=object_identifier(algorithm),
        signed=signed,
        value=bits.octets,
        raw=signature_in(bits, seen),
        time_stamp=stamp,
        **_information(info, len(parts)),
        tolerances=seen.codes,
    )


_remembered = lru_cache(maxsize=64)(_read_seal)


def _information(node: Node, parts: int) -> dict[str, Any]:
    """The values of SES_SealInfo, in a seal of so many members."""
    header, seal_id, properties, picture, *extensions = members(node, 4, 5)
    mark, number, vendor = members(header, 3, 3)
    if text_of(mark, tag=IA5_STRING) != "ES":
        raise shape("the header does not say ES")
    version = integer(number)
    form = form_of(parts, version, node.seen)
    return {
        "form": form,
        "version": version,
        "vendor": text_of(vendor, tag=IA5_STRING),
        "seal_id": text_of(seal_id, tag=IA5_STRING),
        **_properties(properties, form),
        **_picture(picture),
        "extensions": extensions_in(extensions, SEQUENCE),
    }


def form_of(parts: int, version: int, seen: Tolerances) -> Form:
    """The form of a seal by the number of its members and its header."""
    expected = 1 if parts == 2 else 5 if parts == 5 or version == 5 else 4
    if version != expected:
        seen.note("header-version")
    return FORMS[expected]


def _properties(node: Node, form: Form) -> dict[str, Any]:
    """SES_ESPropertyInfo; from version 4 on it says what its list holds, and its times are GeneralizedTime."""
    old = form is Form.SES_1
    kind, name, *list_type, listed, created, begin, end = members(node, 6 if old else 7, 6 if old else 7)
    certificates, digests = _listed(listed)
    if list_type and integer(list_type[0]) != (DIGESTS if digests else CERTIFICATES):
        node.seen.note("certlist-type")
    tag = UTC_TIME if old else der.GENERALIZED_TIME
    return {
        "seal_type": integer(kind),
        "name": text_of(name, tag=UTF8_STRING),
        "certificates": certificates,
        "digests": digests,
        "created": time_of(created, tag=tag),
        "valid_from": time_of(begin, tag=tag),
        "valid_until": time_of(end, tag=tag),
    }


def _listed(node: Node) -> tuple[tuple[bytes, ...], tuple[tuple[str, bytes], ...]]:
    """The certificates and the digests of certificates in a seal's list; a list holds one kind, whatever it says."""
    entries = members(node, 0, MAX_LISTED)
    if all(entry.tag == SEQUENCE for entry in entries):
        return (), tuple(_digest(entry) for entry in entries)
    return tuple(octet_string(entry) for entry in entries), ()


def _digest(node: Node) -> tuple[str, bytes]:
    kind, value = members(node, 2, 2)
    return text_of(kind, tag=PRINTABLE_STRING), octet_string(value)


def _picture(node: Node) -> dict[str, Any]:
    kind, octets, width, height = members(node, 4, 4)
    return {
        "kind": text_of(kind, tag=IA5_STRING).strip().lower(),
        "picture": octet_string(octets),
        "width_mm": _millimetres(width),
        "height_mm": _millimetres(height),
    }


def _millimetres(node: Node) -> int:
    """A size that can be drawn."""
    size = integer(node)
    if not 1 <= size <= MAX_MILLIMETRES:
        node.seen.note("picture-size")
    return min(max(size, 1), MAX_MILLIMETRES)


def extensions_in(found: list[Node], tag: int) -> tuple[Extension, ...]:
    """ExtensionDatas, plain or under [0]; the form that is not `tag` is noted."""
    if not found:
        return ()
    (node,) = found
    if node.tag != tag:
        node.seen.note("extension-form")
    entries = members(only(node, TAGGED_0) if node.tag == TAGGED_0 else node, 0, MAX_EXTENSIONS)
    return tuple(_extension(entry) for entry in entries)


def _extension(node: Node) -> Extension:
    oid, *flags, value = members(node, 2, 3)
    if flags and flags[0].tag != BOOLEAN:
        raise shape("an extension that is none")
    critical = boolean(flags[0]) if flags else False
    return Extension(object_identifier(oid), critical, octet_string(value))


def time_stamp_in(node: Node) -> bytes:
    """The token in `[0] EXPLICIT BIT STRING`, not judged; other strings or the bare token are noted."""
    inner = only(node, TAGGED_0)
    if inner.tag == BIT_STRING:
        return bit_string(inner).octets
    node.seen.note("time-stamp-form")
    return octet_string(inner) if inner.tag == OCTET_STRING else inner.octets
