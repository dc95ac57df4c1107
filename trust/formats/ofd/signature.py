"""Signature.xml and Signatures.xml of an OFD file in the one form we write (GB/T 33190-2016 chapter 18, reconstructed).

A `SignatureRecord` is what Signature.xml says: who provided it, the claimed time, a digest for every protected entry,
and where the seal is shown. `read_record` accepts exactly what `record_xml` writes, octet for octet, so there is one
file for one record. Signatures.xml has no freedom at all: one signature of type Seal, at one place.

There is no Seal.esl: the seal stands in SignedValue.dat already, the format allows leaving the copy out, and tax
invoices, which every commercial reader opens, come without it. It would be two fifths of the file and one more
thing to compare.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from trust.errors import Malformed
from trust.formats.der import time_text
from trust.formats.ofd.write import FORMAT_MARK
from trust.formats.ofd.write_page import boxed
from trust.formats.ofd.xml import HEAD, NAMESPACE, document, element, read_xml
from trust.formats.ofd.xml import text as escaped
from trust.formats.ses import SM2_WITH_SM3

SM3 = "1.2.156.10197.1.401"
FOLDER = "Doc_0/Signs/Sign_0"
SIGNATURE, SIGNED_VALUE = f"{FOLDER}/Signature.xml", f"{FOLDER}/SignedValue.dat"
PROPERTY_INFO = f"/{SIGNATURE}"
TIME = re.compile(r"[0-9]{14}Z")
NUMBER = re.compile(r"[1-9][0-9]{0,5}")
BOX = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,4})?(?: -?[0-9]{1,4}(?:\.[0-9]{1,4})?){3}")

REFERENCE = re.compile(
    '<ofd:Reference FileRef="/([^"<>&]+)"><ofd:CheckValue>([^<>&]{44})</ofd:CheckValue></ofd:Reference>'
)
RECORD = re.compile(
    f'{re.escape(HEAD)}<ofd:Signature xmlns:ofd="{re.escape(NAMESPACE)}"><ofd:SignedInfo>'
    f'<ofd:Provider ProviderName="([^"<>&\\s]*)" Version="{re.escape(FORMAT_MARK)}"/>'
    f"<ofd:SignatureMethod>{re.escape(SM2_WITH_SM3)}</ofd:SignatureMethod>"
    f"<ofd:SignatureDateTime>({TIME.pattern})</ofd:SignatureDateTime>"
    f'<ofd:References CheckMethod="{re.escape(SM3)}">((?:<ofd:Reference .*)?)</ofd:References>'
    f'<ofd:StampAnnot ID="2" PageRef="({NUMBER.pattern})" Boundary="({BOX.pattern})"/></ofd:SignedInfo>'
    "<ofd:SignedValue>[^<>&]*</ofd:SignedValue></ofd:Signature>"
)
"""How our writer spells it; what is passed over here is found when it is written again."""

SIGNATURES_XML = document(
    "Signatures",
    {},
    [
        element("MaxSignId", None, "1"),
        element("Signature", {"ID": "1", "Type": "Seal", "BaseLoc": PROPERTY_INFO}),
    ],
)


@dataclass(frozen=True)
class Stamp:
    """Where the seal's picture is shown: page by position from 0, box in millimetres from the upper left corner."""

    page: int
    x: float
    y: float
    width: float
    height: float

    @property
    def boundary(self) -> str:
        """The box as Signature.xml has it."""
        return boxed(self.x, self.y, self.width, self.height)


@dataclass(frozen=True)
class SignatureRecord:
    """What Signature.xml says; `digests` maps entry names to SM3, `page_ref` is the page's object id."""

    provider: str
    at: datetime
    digests: Mapping[str, bytes]
    page_ref: int
    boundary: str


def record_xml(record: SignatureRecord) -> bytes:
    """Signature.xml: references with absolute paths, sorted."""
    references = [
        element(
            "Reference",
            {"FileRef": f"/{name}"},
            element("CheckValue", None, b64encode(record.digests[name]).decode("ascii")),
        )
        for name in sorted(record.digests)
    ]
    stamp = {"ID": "2", "PageRef": str(record.page_ref), "Boundary": record.boundary}
    info = element(
        "SignedInfo",
        None,
        element("Provider", {"ProviderName": record.provider, "Version": FORMAT_MARK}),
        element("SignatureMethod", None, SM2_WITH_SM3),
        element("SignatureDateTime", None, time_text(record.at)),
        element("References", {"CheckMethod": SM3}, *references),
        element("StampAnnot", stamp),
    )
    return document("Signature", {}, [info, element("SignedValue", None, escaped(f"/{SIGNED_VALUE}"))])


def read_record(octets: bytes) -> SignatureRecord:
    """Read Signature.xml.

    Raises:
        Malformed: `xml-…` where it cannot be read, `signature-xml` where `record_xml` would have written other octets.

    """
    return quick_record(octets) or read_any_record(octets)


def quick_record(octets: bytes) -> SignatureRecord | None:
    """`read_record` by patterns; None for whatever is not the octets we would have written."""
    try:
        found = RECORD.fullmatch(octets.decode("utf-8"))
    except ValueError:
        return None
    if found is None:
        return None
    provider, time, references, page_ref, boundary = found.groups()
    try:
        digests = {name: digest_of(value) for name, value in REFERENCE.findall(references)}
        record = SignatureRecord(provider, instant_of(time), digests, int(page_ref), boundary)
        return record if digests and record_xml(record) == octets else None
    except Malformed:
        return None


def read_any_record(octets: bytes) -> SignatureRecord:
    """`read_record` by the general reader, which says what is wrong with a file that is not ours."""
    info = read_xml(octets, root="Signature").one("SignedInfo")
    references = info.one("References").all("Reference")
    stamp, time = info.one("StampAnnot"), info.one("SignatureDateTime").text
    page_ref, boundary = stamp.attribute("PageRef"), stamp.attribute("Boundary")
    if not (TIME.fullmatch(time) and NUMBER.fullmatch(page_ref) and BOX.fullmatch(boundary)):
        raise Malformed("signature-xml", "a time, page or box is not in our form")
    digests = {item.attribute("FileRef")[1:]: digest_of(item.one("CheckValue").text) for item in references}
    record = SignatureRecord(
        info.one("Provider").attribute("ProviderName"), instant_of(time), digests, int(page_ref), boundary
    )
    if not digests or record_xml(record) != octets:
        raise Malformed("signature-xml", "not the octets we would have written")
    return record


def digest_of(value: str) -> bytes:
    """The 32 octets of a CheckValue."""
    try:
        digest = b64decode(value, validate=True)
    except (NotBase64, ValueError) as error:
        raise Malformed("signature-xml", "a CheckValue is not base64") from error
    if len(digest) != 32:
        raise Malformed("signature-xml", "a CheckValue is not an SM3 digest")
    return digest


def instant_of(value: str) -> datetime:
    """The instant of `YYYYMMDDhhmmssZ`."""
    try:
        year, month, day, hour, minute, second = int(value[:4]), *(int(value[at : at + 2]) for at in range(4, 14, 2))
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise Malformed("signature-xml", "a time that does not exist") from error
