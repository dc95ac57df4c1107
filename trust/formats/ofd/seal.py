"""Sealing an OFD document: everything but the signature itself.

`plan_ofd` fixes every octet of the file except SignedValue.dat and says which octets have to be signed, so that a
caller can store the plan before a key is used. `complete` adds the signature. The seal protects the whole package:
every entry is referenced, OFD.xml and the list of signatures included; only Signature.xml, whose hash is signed, and
SignedValue.dat, which is the signature, are not.

The order of work is fixed by what covers what: OFD.xml names the list of signatures, the list names Signature.xml,
that one holds a digest of every entry, and TBS_Sign holds the hash of Signature.xml.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from keys.errors import KeysError
from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.ofd.common_parts import digest_of_part
from trust.formats.ofd.document import OfdDocument
from trust.formats.ofd.package import write_package
from trust.formats.ofd.signature import (
    PROPERTY_INFO,
    SIGNATURE,
    SIGNATURES_XML,
    SIGNED_VALUE,
    SignatureRecord,
    Stamp,
    record_xml,
)
from trust.formats.ofd.write import SIGNATURES, numbering, write_document
from trust.formats.ses import assemble_signature, parse_seal, to_be_signed

__all__ = ["PlannedOfd", "Stamp", "plan_ofd"]


@dataclass(frozen=True)
class PlannedOfd:
    """A sealed file but for its signature: sign `to_be_signed` (SM2 over the message, default identity)."""

    entries: Mapping[str, bytes]
    to_be_signed: bytes
    signers: tuple[bytes, ...]

    def complete(self, raw_signature: bytes, certificate: bytes) -> bytes:
        """The OFD file, given r‖s and the signer's certificate (DER).

        Raises:
            Malformed: `signer-not-in-seal`, or `encoding` where r‖s is not a pair of numbers in range.

        """
        if certificate not in self.signers:
            raise Malformed("signer-not-in-seal", "the seal does not list this certificate")
        try:
            value = assemble_signature(self.to_be_signed, certificate, raw_signature)
        except KeysError as error:
            raise Malformed("encoding", "not a signature r‖s") from error
        return write_package({**self.entries, SIGNED_VALUE: value})


def plan_ofd(document: OfdDocument, stamp: Stamp, seal_der: bytes, at: datetime, provider: str) -> PlannedOfd:
    """Plan the sealing of `document`.

    Args:
        document: what is sealed.
        stamp: where the seal's picture is shown, on which page.
        seal_der: the seal (SESeal) to use.
        at: the signing time to be claimed, cut to whole seconds.
        provider: who makes the signature, for Provider/@ProviderName.

    Raises:
        Malformed: a value that the format cannot carry, a seal outside the profile, a page that is not there.

    """
    seal = parse_seal(seal_der)
    if not 0 <= stamp.page < len(document.pages):
        raise Malformed("ofd-value", f"no page {stamp.page}")
    entries = {**write_document(document, sealed=True), SIGNATURES: SIGNATURES_XML}
    record = SignatureRecord(
        provider=provider,
        at=at,
        digests={name: digest_of_part(octets) for name, octets in entries.items()},
        page_ref=numbering(document).pages[stamp.page],
        boundary=stamp.boundary,
    )
    entries[SIGNATURE] = record_xml(record)
    signed = to_be_signed(seal.der, at, sm3(entries[SIGNATURE]), PROPERTY_INFO)
    return PlannedOfd(entries, signed, seal.signer_certificates)
