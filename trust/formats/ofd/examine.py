"""Examining a sealed OFD file: which facts its octets support.

A file that bears the mark of our profile is judged by our profile alone, and every octet of it counts: the package
must be what `write_package` makes of its entries, every XML in it what our writer makes of its values, every entry
must carry the digest the signature lists, no entry may be left over, and SignedValue.dat must be minimal DER. Then
the two signatures: the maker's over the seal, the signer's over TBS_Sign. A file without the mark gets
`foreign-profile`, INDETERMINATE: readable perhaps, but not examined here. Certificates, their paths, mandates and
standing are the verifier's.

Input is hostile. Everything is bounded before it is read, and every refusal becomes a FAILED finding whose name is
a code below; nothing is raised. Findings that passed are named `ofd-package` (1), `ofd-content`, `ofd-coverage`,
`ofd-data-hash` (2), `seal-signature`, `signer-in-seal`, `seal-claimed-time` (3) and `seal-signature-value` (4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from keys.sm3 import sm3
from trust.errors import Malformed, TrustError, Untrusted
from trust.formats.ofd.common_parts import digest_of_part
from trust.formats.ofd.document import ImageBox, OfdDocument
from trust.formats.ofd.package import is_package_of, read_package
from trust.formats.ofd.read import claims_our_profile, is_signed, read_document, read_root
from trust.formats.ofd.shown import lines_seen
from trust.formats.ofd.signature import (
    PROPERTY_INFO,
    SIGNATURE,
    SIGNATURES_XML,
    SIGNED_VALUE,
    SignatureRecord,
    read_record,
)
from trust.formats.ofd.write import ROOT, SIGNATURES, numbering
from trust.formats.ofd.xml import read_xml
from trust.formats.seal_check import check_signature, seal_findings
from trust.formats.sealed_file import SMALLEST_PICTURE_MM, SealedFile
from trust.formats.ses import SealSignature, parse_signature
from trust.rules.verdict import Finding, Indication

SIGNS = "Doc_0/Signs/"
METADATA = "Doc_0/Attachs/licence.json"

STEP_OF = {
    **dict.fromkeys(("zip-size", "zip-form", "zip-path", "zip-bomb", "zip-checksum", "not-ofd"), 1),
    **dict.fromkeys(("zip-encrypted", "zip-method", "foreign-profile"), 1),
    **dict.fromkeys(("xml-doctype", "xml-instruction", "xml-size", "xml-form"), 1),
    **dict.fromkeys(("encoding", "profile", "certificate", "seal-signature-value", "property-info", "time-differs"), 4),
}
"""Refusals that do not belong to step 2, "content unchanged"."""

SENTENCE = {
    "zip-size": "文件过大，超出本系统接收的上限。",
    "zip-form": "文件不是完整的 OFD 包，可能已损坏，请重新获取原件。",
    "zip-path": "包内有名称不合法的条目，可能用于攻击，文件不可信。",
    "zip-duplicate": "包内有重名条目，不同软件会读到不同内容，文件不可信。",
    "zip-bomb": "包内条目解压后异常庞大，文件不可信。",
    "zip-mismatch": "包内条目的两处说明不一致，不同软件会读到不同内容，文件不可信。",
    "zip-gap": "包内有不属于任何条目的数据，或条目互相重叠，文件被改动过。",
    "zip-checksum": "包内条目的校验值不符，文件已损坏或被改动。",
    "zip-encrypted": "文件已加密，无法核验。",
    "zip-method": "文件使用了本系统不支持的压缩方式，无法核验。",
    "package-form": "文件的打包形式与签发时不同，签发后被重新打包或改动过。",
    "not-ofd": "文件不是 OFD 文档。",
    "not-signed": "文件没有电子签章。",
    "docbody-count": "文件内有不止一份文档，其中可能有未签章的内容。",
    "document-xml": "文档内容不是本系统写出的形式，可能含有看不见的内容，文件不可信。",
    "root-xml": "文档说明（OFD.xml）与签发时的形式不同，被改动过。",
    "signatures-xml": "签名列表（Signatures.xml）与签发时的形式不同，被改动过。",
    "signatures-empty": "签名列表被清空，文件被改动过。",
    "signature-xml": "签名描述（Signature.xml）与签发时的形式不同，被改动过。",
    "entry-missing": "文件缺少签章所必需的部分，已损坏或被改动。",
    "xml-doctype": "文件内的 XML 带有文档类型声明，可能用于攻击，文件不可信。",
    "xml-instruction": "文件内的 XML 带有处理指令，文件不可信。",
    "xml-size": "文件内的 XML 过大或嵌套过深，文件不可信。",
    "xml-form": "文件内的 XML 无法按规定读取，已损坏或被改动。",
    "ref-missing": "签章所保护的条目不在文件中，文件被改动过。",
    "ref-digest": "文件内容与签章时不一致，签章后被改动过。",
    "extra-entry": "文件中有签章未保护的条目，是签章后加入的。",
    "datahash": "签名描述与签章时不一致，签章后被改动过。",
    "property-info": "签章所指的位置不是本文件的签名描述，签章可能取自别处。",
    "stamp-page": "签名描述中盖章的页不在文档中。",
    "time-differs": "签名描述中的时间与签章中的时间不一致。",
    "encoding": "签章数据的编码不规范，签章后被改动过。",
    "profile": "签章数据不符合本系统签发文件的规定。",
    "certificate": "签章所用证书无法读取，签章不可信。",
    "seal-signature-value": "签章值不成立：签章不是由所附证书的密钥作出，或数据被改动。",
    "foreign-profile": "文件不是本系统签发的 OFD，尚不能核验其签章，请到签发单位的平台核验。",
}
"""What a person is told, by code; also the list of all codes of refusals made here."""

UNREADABLE = "文件无法按规定读取，不可信。"

CANNOT_BE_EXAMINED = frozenset({"zip-encrypted", "zip-method", "foreign-profile"})


@dataclass
class Examination:
    """What has been found so far; refusals that do not prevent looking further are collected."""

    findings: list[Finding] = field(default_factory=list)
    document: OfdDocument | None = None
    signature: SealSignature | None = None

    def passed(self, step: int, name: str, detail: str) -> None:
        """Note a fact that holds."""
        self.findings.append(Finding(step, name, Indication.PASSED, detail))

    def refused(self, code: str, indication: Indication = Indication.FAILED) -> None:
        """Note a refusal, once per code."""
        finding = Finding(STEP_OF.get(code, 2), code, indication, SENTENCE.get(code, UNREADABLE))
        if finding not in self.findings:
            self.findings.append(finding)


def examine_ofd(data: bytes) -> SealedFile:
    """Take a sealed OFD file apart and say what its octets support; never raises for what `data` holds."""
    seen = Examination()
    entries: Mapping[str, bytes] = {}
    try:
        entries = read_package(data)
        if claims_our_profile(data, entries):
            examine_ours(data, entries, seen)
        else:
            examine_foreign(entries, seen)
    except TrustError as refusal:
        ours = claims_our_profile(data, entries)
        unexamined = refusal.reason in CANNOT_BE_EXAMINED and not ours
        seen.refused(refusal.reason, Indication.INDETERMINATE if unexamined else Indication.FAILED)
    return summary(seen, entries)


def summary(seen: Examination, entries: Mapping[str, bytes]) -> SealedFile:
    """What is handed on; metadata and custom data only where nothing stands against the seal that covers them."""
    found = SealedFile("ofd", tuple(seen.findings))
    if seen.signature is not None:
        found = replace(
            found,
            seal=seen.signature.seal,
            signer=seen.signature.certificate,
            claimed_at=seen.signature.signed_at,
        )
    sound = seen.findings and all(finding.indication is Indication.PASSED for finding in seen.findings)
    if sound and seen.document is not None:
        document = seen.document
        lines = lines_seen(document)
        found = replace(
            found,
            metadata=entries.get(METADATA),
            custom=document.custom,
            face=lines.shown,
            unseen=lines.hidden,
            pictures=pictures_of(document),
        )
    return found


def pictures_of(document: OfdDocument) -> tuple[str, ...]:
    """The digests of the images that pages show large enough to be looked at, and wholly on the paper."""
    named = {image.id: f"sm3:{sm3(image.octets).hex()}" for image in document.images}
    shown = {
        named[drawn.image_id]
        for page in document.pages
        for drawn in document.shown(page)
        if isinstance(drawn, ImageBox)
        and min(drawn.width, drawn.height) >= SMALLEST_PICTURE_MM
        and 0 <= drawn.x <= page.width - drawn.width
        and 0 <= drawn.y <= page.height - drawn.height
    }
    return tuple(sorted(shown))


def examine_foreign(entries: Mapping[str, bytes], seen: Examination) -> None:
    """A file that does not claim our profile: unsigned ones are told apart, signed ones stay open."""
    if not is_signed(entries):
        seen.refused("not-signed")
    else:
        seen.refused("foreign-profile", Indication.INDETERMINATE)


def examine_ours(data: bytes, entries: Mapping[str, bytes], seen: Examination) -> None:
    """Steps 1 to 4 on a file that claims our profile."""
    for name in (ROOT, SIGNATURES, SIGNATURE, SIGNED_VALUE):
        if name not in entries:
            seen.refused("not-ofd" if name == ROOT else "entry-missing")
            return
    if not is_package_of(data, entries):
        seen.refused("package-form")
        return
    seen.passed(1, "ofd-package", "文件是形式规范的 OFD 包。")
    root = read_root(entries[ROOT])
    check_signatures(entries[SIGNATURES])
    record = read_record(entries[SIGNATURE])
    check_entries(entries, record, seen)
    check_document(entries, root, record, seen)
    signature = parse_signature(entries[SIGNED_VALUE])
    seen.signature = signature
    check_binding(entries, record, signature, seen)
    seen.findings.extend(seal_findings(signature.seal, signature.certificate, signature.signed_at))
    check_value(signature, seen)


def check_signatures(octets: bytes) -> None:
    """Signatures.xml can have one content only."""
    if octets == SIGNATURES_XML:
        return
    if not read_xml(octets, root="Signatures").all("Signature"):
        raise Malformed("signatures-empty", "no signature in the list")
    raise Malformed("signatures-xml", "not the octets we would have written")


def check_entries(entries: Mapping[str, bytes], record: SignatureRecord, seen: Examination) -> None:
    """Every entry has the digest listed for it, and every entry is listed but the two that cannot be."""
    changed = [
        name for name, digest in record.digests.items() if name in entries and digest_of_part(entries[name]) != digest
    ]
    missing = record.digests.keys() - entries.keys()
    extra = entries.keys() - record.digests.keys() - {SIGNATURE, SIGNED_VALUE}
    if missing:
        seen.refused("ref-missing")
    if changed:
        seen.refused("ref-digest")
    if not missing and not changed:
        seen.passed(2, "ofd-content", f"签章保护的 {len(record.digests)} 个条目内容均未改动。")
    if extra or {SIGNATURE, SIGNED_VALUE} & record.digests.keys():
        seen.refused("extra-entry")
    else:
        seen.passed(2, "ofd-coverage", "文件的每一部分都在签章保护之内。")


def check_document(entries: Mapping[str, bytes], root: OfdDocument, record: SignatureRecord, seen: Examination) -> None:
    """The document is one our writer made, so that nothing stands in it besides what its values show.

    The seal is shown on a page of it.
    """
    body = {name: octets for name, octets in entries.items() if not name.startswith(SIGNS)}
    try:
        seen.document = read_document(body, root)
    except Malformed as refusal:
        seen.refused(refusal.reason)
        return
    if record.page_ref not in numbering(seen.document).pages:
        seen.refused("stamp-page")


def check_binding(
    entries: Mapping[str, bytes], record: SignatureRecord, signature: SealSignature, seen: Examination
) -> None:
    """The seal signature is over this very Signature.xml, and says the same of place and time."""
    if signature.data_hash != sm3(entries[SIGNATURE]):
        seen.refused("datahash")
    else:
        seen.passed(2, "ofd-data-hash", "签名描述与签章时一致。")
    if signature.property_info != PROPERTY_INFO:
        seen.refused("property-info")
    if signature.signed_at != record.at:
        seen.refused("time-differs")


def check_value(signature: SealSignature, seen: Examination) -> None:
    """The signer's signature over TBS_Sign."""
    try:
        check_signature(signature)
    except (Untrusted, Malformed) as refusal:
        seen.refused(refusal.reason)
    else:
        seen.passed(4, "seal-signature-value", "签章值成立：确由签章证书的密钥作出。")
