"""Seal signatures (电子签章) of any origin and version: octets to values, with tolerance.

What is said of versions and sources in `seal_read` holds here as well. A signer signs the whole of TBS_Sign with the
seal inside; those octets are taken as they stood in the file. Version 1 has certificate and algorithm inside TBS_Sign,
and where later versions have a time it has a bit string with the text of a time or with a time stamp.

Tolerances are kept apart for the seal and for what is around it. Nothing is verified here: see `ses_judge`. Strict
reading of our own is in `ses`. Raises `Malformed` with reason `encoding` (not DER, however tolerantly read) or
`ses-shape` (DER, but no seal signature).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from trust.errors import Malformed
from trust.formats import der
from trust.formats.der import IA5_STRING
from trust.formats.lenient_der import (
    SEQUENCE,
    TAGGED_0,
    Node,
    bit_string,
    integer,
    members,
    object_identifier,
    octet_string,
    read,
)
from trust.formats.lenient_values import UTC_TIME, digest_in, instant, signature_in, text_of, time_of
from trust.formats.seal_read import (
    MAX_SEAL,
    Extension,
    ReadSeal,
    extensions_in,
    read_seal,
    shape,
    time_stamp_in,
)
from trust.formats.sealed_document import Form, ShownSeal
from trust.formats.tolerances import Tolerances

__all__ = ["Extension", "ReadSeal", "ReadSignature", "read_seal", "read_signature", "recognise"]

MAX_SIGNATURE = MAX_SEAL + 512 * 1024


@dataclass(frozen=True, eq=False)
class ReadSignature:
    """A seal signature as read.

    `signed` are the octets the signer signed, `value` and `raw` as in a seal. `claimed_at` is the signer's own claim,
    None where it is missing or unreadable. `time_stamp` is a token over `value`; `inner_time_stamp` one that stands in
    place of the claimed time (version 1) and is covered by the signature. Neither is judged. `tolerances` are those
    outside the seal.
    """

    octets: bytes = field(repr=False)
    form: Form
    version: int
    seal: ReadSeal
    claimed_at: datetime | None
    inner_time_stamp: bytes | None = field(repr=False)
    data_hash: bytes
    property_info: str
    extensions: tuple[Extension, ...]
    certificate: bytes = field(repr=False)
    algorithm: str
    signed: bytes = field(repr=False)
    value: bytes = field(repr=False)
    raw: bytes | None = field(repr=False)
    time_stamp: bytes | None = field(repr=False)
    tolerances: tuple[str, ...]

    @property
    def shown(self) -> ShownSeal:
        """The seal for whoever shows it."""
        return self.seal.shown


def recognise(octets: bytes) -> Literal["ses", "cms", "bare", "unknown"]:
    """What the octets of a signature value look like from outside: nothing is promised about the inside.

    `bare` is a signature value alone, with neither certificate nor data.
    """
    try:
        parts = members(read(octets[:MAX_SIGNATURE], limit=MAX_SIGNATURE, seen=Tolerances(), ber=True))
    except Malformed:
        return "bare" if len(octets) == 64 else "unknown"
    tags = [part.tag for part in parts]
    if tags[:2] == [der.OBJECT_IDENTIFIER, TAGGED_0]:
        return "cms"
    if tags == [der.INTEGER, der.INTEGER]:
        return "bare"
    return "ses" if tags[:1] == [SEQUENCE] and len(tags) in {2, 4, 5} else "unknown"


def read_signature(octets: bytes, *, padded: bool = False) -> ReadSignature:
    """Read a SES_Signature of version 1, 4 or 5 with the seal inside.

    Args:
        octets: the structure.
        padded: whether zeros behind it are in order, as in the Contents of a PDF.

    Raises:
        Malformed: `encoding` or `ses-shape`.

    """
    seen = Tolerances()
    node = read(octets, limit=MAX_SIGNATURE, seen=seen, padded=padded)
    parts = members(node)
    layout = LAYOUTS.get(len(parts))
    if layout is None:
        raise shape("a seal signature has 2, 4 or 5 members")
    return layout(octets if not padded else node.octets, parts, seen)


def _signature_1(octets: bytes, parts: list[Node], seen: Tolerances) -> ReadSignature:
    signed, value = parts
    *inner, certificate, algorithm = members(signed, 7, 7)
    text = bit_string(inner[2]).octets
    is_token = text[:1] == bytes((SEQUENCE,))
    return ReadSignature(
        octets=octets,
        **_said(signed, inner, seen, old=True),
        **_signed_by(certificate, algorithm, value),
        claimed_at=None if is_token else _claim_1(text, seen),
        inner_time_stamp=text if is_token else None,
        time_stamp=None,
        tolerances=seen.codes,
    )


def _claim_1(octets: bytes, seen: Tolerances) -> datetime | None:
    """The time version 1 writes into a BIT STRING: text, or a whole UTCTime."""
    if octets[:1] == bytes((UTC_TIME,)):
        return time_of(read(octets, limit=64, seen=seen), tag=UTC_TIME)
    seen.note("time-form")
    return instant(octets[:64].decode("ascii", "replace").strip("\0 "))


def _signature_4(octets: bytes, parts: list[Node], seen: Tolerances) -> ReadSignature:
    signed, certificate, algorithm, value, *stamp = parts
    inner = members(signed, 5, 6)
    return ReadSignature(
        octets=octets,
        **_said(signed, inner, seen, old=False),
        **_signed_by(certificate, algorithm, value),
        claimed_at=time_of(inner[2]),
        inner_time_stamp=None,
        time_stamp=time_stamp_in(stamp[0]) if stamp else None,
        tolerances=seen.codes,
    )


def _said(signed: Node, inner: list[Node], seen: Tolerances, *, old: bool) -> dict[str, Any]:
    """What TBS_Sign says in every version, but for the time."""
    number, seal_node, _time, data_hash, property_info, *extensions = inner
    seal = read_seal(seal_node.octets)
    if (seal.form is Form.SES_1) is not old:
        raise shape("the seal is of another version than the signature")
    version = integer(number)
    if version != seal.version:
        seen.note("tbs-version")
    return {
        "form": seal.form,
        "version": version,
        "seal": seal,
        "data_hash": digest_in(bit_string(data_hash), seen),
        "property_info": text_of(property_info, tag=IA5_STRING),
        "extensions": extensions_in(extensions, TAGGED_0),
        "signed": signed.octets,
    }


def _signed_by(certificate: Node, algorithm: Node, value: Node) -> dict[str, Any]:
    """The signer's certificate, the algorithm and the signature value."""
    bits = bit_string(value)
    return {
        "certificate": octet_string(certificate),
        "algorithm": object_identifier(algorithm),
        "value": bits.octets,
        "raw": signature_in(bits, value.seen),
    }


LAYOUTS: dict[int, Callable[[bytes, list[Node], Tolerances], ReadSignature]] = {
    2: _signature_1,
    4: _signature_4,
    5: _signature_4,
}
"""The reader for each number of members of a SES_Signature."""
