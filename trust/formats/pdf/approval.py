"""The signature of an approval seal: its dictionary in one spelling, and its value as CMS or as a seal signature.

Two forms are written. `cms` is what PDF readers know (PAdES, ETSI EN 319 142-1), the one canonical CMS of `cms`.
`ses` is a seal signature of GB/T 38540 under `/SubFilter /GM.sm2seal`, its data hash SM3 over the byte range; the
name of the SubFilter and what is hashed are reconstructed from one public verifier, as the text of GM/T 0112-2021 was
not available, and `propertyInfo`, which the standard leaves to the format, states that byte range.

    << /Type /Sig /Filter /Adobe.PPKLite /SubFilter … /ByteRange [0 a b c] /M (D:…Z) /Name <feff…> /Reason <feff…>
       [/Reference […]] /Contents <…> >>

Whether the signer may use the seal is not asked here; that the seal lists the certificate is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trust.errors import Malformed
from trust.formats import ses
from trust.formats.pdf.cms import room, signed_attributes, signed_message
from trust.formats.pdf.layout import RANGE_WIDTH, Statement, date_literal, text_literal

CADES = b"/ETSI.CAdES.detached"
SEAL_SIGNATURE = b"/GM.sm2seal"
LONGEST_RAW = (b"\x80" + bytes(31)) * 2
"""A signature r ‖ s whose DER is as long as any can be."""


class Value(Protocol):
    """A signature value in one form: how it is named, the room it needs, what is signed, and what is written."""

    @property
    def sub_filter(self) -> bytes: ...

    @property
    def certificate(self) -> bytes: ...

    @property
    def room(self) -> int: ...

    def message(self, digest: bytes, byte_range: bytes) -> bytes: ...

    def contents(self, digest: bytes, byte_range: bytes, raw_signature: bytes) -> bytes: ...


@dataclass(frozen=True)
class CmsValue:
    """CMS under these certificates, the signer's first."""

    certificates: tuple[bytes, ...]

    @property
    def sub_filter(self) -> bytes:
        return CADES

    @property
    def certificate(self) -> bytes:
        return self.certificates[0]

    @property
    def room(self) -> int:
        return room(self.certificates)

    def message(self, digest: bytes, byte_range: bytes) -> bytes:  # noqa: ARG002  (the digest covers the byte range)
        return signed_attributes(digest, self.certificates)

    def contents(self, digest: bytes, byte_range: bytes, raw_signature: bytes) -> bytes:  # noqa: ARG002  (as above)
        return signed_message(self.certificates, digest, raw_signature)


@dataclass(frozen=True)
class SesValue:
    """A seal signature with this seal, at this claimed time."""

    seal_der: bytes
    certificate: bytes
    at: datetime

    @property
    def sub_filter(self) -> bytes:
        return SEAL_SIGNATURE

    @property
    def room(self) -> int:
        longest = self.message(bytes(32), b"0" * RANGE_WIDTH)
        return len(ses.assemble_signature(longest, self.certificate, LONGEST_RAW))

    def message(self, digest: bytes, byte_range: bytes) -> bytes:
        return ses.to_be_signed(self.seal_der, self.at, digest, byte_range.decode("ascii"))

    def contents(self, digest: bytes, byte_range: bytes, raw_signature: bytes) -> bytes:
        signed = self.message(digest, byte_range)
        return ses.assemble_signature(signed, self.certificate, raw_signature).ljust(self.room, b"\0")


def check_listed(seal_der: bytes, certificate: bytes) -> None:
    """See that the seal lists the signer's certificate, octet for octet.

    Raises:
        Malformed: `signer-not-in-seal`; `encoding` or `profile`, the seal is not of our profile.

    """
    if certificate not in ses.parse_seal(seal_der).signer_certificates:
        raise Malformed("signer-not-in-seal", "the seal does not list this certificate")


def byte_range(before: int, after: int, rest: int) -> bytes:
    """The value of `/ByteRange`, without padding."""
    return b"[0 %d %d %d]" % (before, after, rest)


def dictionary(value: Value, statement: Statement, reference: bytes, covered: bytes) -> bytes:
    """The signature dictionary with zeros for its value; `covered` is the byte range, padded to a fixed width."""
    entries = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter " + value.sub_filter,
        b"/ByteRange " + covered.ljust(RANGE_WIDTH),
        b"/M " + date_literal(statement.at),
        b"/Name " + text_literal(statement.name),
        b"/Reason " + text_literal(statement.reason),
        *([b"/Reference [" + reference + b"]"] if reference else []),
        b"/Contents <" + b"0" * (2 * value.room) + b"> >>",
    )
    return b" ".join(entries)


def field_lock(action: bytes, names: list[bytes], catalog: bytes) -> bytes:
    """The entry of `/Reference` that locks fields (FieldMDP); `catalog` is a reference to the catalogue."""
    listed = b" /Fields [%s]" % b" ".join(names) if names else b""
    parameters = b"<< /Type /TransformParams /V /1.2 /Action /%s%s >>" % (action, listed)
    return b"<< /Type /SigRef /TransformMethod /FieldMDP /Data %s /TransformParams %s >>" % (catalog, parameters)
