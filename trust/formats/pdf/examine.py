"""Examining a sealed PDF: what its octets say, before anyone asks whose certificates these are.

The document is judged, not one signature. Octets come first: the signature dictionary stands in one form at one
place, covers everything but the literal of `/Contents`, and that literal is the one canonical CMS; so a single changed
octet anywhere is refused before a PDF parser runs. Then structure (one revision, no gap, no unreachable object), then
content (nothing that acts or hides), and pyHanko as an independent reader of the signature (`second_reader`). Last
the seal among the attachments, which every sealed format shares (`seal_check`).

The result holds findings of steps 1 to 4; certificate paths, mandate, face and standing are the verifier's. Nothing is
raised for hostile input: a refusal is a FAILED finding whose name is the check. A PDF without our mark that carries
some other signature is INDETERMINATE (`foreign-profile`), because it was not checked. No network is ever used.

Rules: ISO 32000-2 §12.8, PAdES (ETSI EN 319 142-1), and stricter ones of our own.
"""

from collections.abc import Sequence

from keys.sm3 import Sm3
from trust.errors import Malformed
from trust.formats.pdf import content, layout
from trust.formats.pdf.attachments import Attachment, read_attachments
from trust.formats.pdf.cms import SealMessage, read_signed_message
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.face import face_of, pictures_of
from trust.formats.pdf.field import read_field
from trust.formats.pdf.laid_out import laid_out_here
from trust.formats.pdf.plan import catalog_start
from trust.formats.pdf.second_reader import check_signature
from trust.formats.pdf.values import Name, Ref, Value
from trust.formats.seal_check import seal_findings
from trust.formats.sealed_file import SealedFile
from trust.formats.ses import Seal, parse_seal
from trust.formats.showing import Seen
from trust.rules.verdict import Finding, Indication

METADATA, SEAL = "licence.json", "seal.esl"
NAMES, TREES = Name(b"Names"), {Name(b"EmbeddedFiles"), Name(b"Dests")}
MARK_WITHIN = 64
"""Octets from the start in which our mark shows that a file pretends to be ours."""


def examine_pdf(data: bytes) -> SealedFile:
    """Take a PDF apart; the findings say how far that went, and the parts are given only as far as they are covered."""
    findings: list[Finding] = []
    try:
        return _examined(data, findings)
    except PdfRefused as refusal:
        findings.append(Finding(refusal.step, refusal.reason, refusal.indication, refusal.text))
    except Exception as error:  # noqa: BLE001  (whatever a hostile file provokes in a parser is a refusal, not a crash)
        sentence = f"文件内容异常，无法完成检查（{type(error).__name__}）。"
        findings.append(Finding(2, "pdf-unreadable", Indication.FAILED, sentence))
    return SealedFile("pdf", tuple(findings))


def _examined(data: bytes, findings: list[Finding]) -> SealedFile:
    """Each check raises `PdfRefused` or adds what it found; nothing later is looked at when one refuses."""

    def passed(step: int, name: str, detail: str) -> None:
        findings.append(Finding(step, name, Indication.PASSED, detail))

    recognise(data)
    passed(1, "pdf-recognised", "是本系统盖章写成的 PDF 文件。")
    signature = layout.read_signature_object(data)
    message = read_message(signature)
    made = laid_out_here(data, signature.hole, message.digest)
    if made is None:
        check_digest(data, signature.hole, message)
    passed(2, "pdf-coverage", "签章覆盖文件的全部内容，盖章之后没有改动、追加或截去。")
    passed(4, "cms-encoding", "签名数据为规定的唯一形式，随附的证书均受签名保护。")
    objects = layout.read_objects(data) if made is None else made.items
    attachments = read_attachments(objects, signature.statement.at)
    values = content.read_content(objects) if made is None else made.values
    check_frame(objects, values, attachments)
    passed(2, "pdf-structure", "文件只有一个版本，没有多余对象，没有脚本、浮动批注等可变内容。")
    check_signature(data, signature, message, made)
    passed(4, "pdf-signature-value", "签名值成立（SM2，由签章证书的公钥验证）。")
    files = {attachment.name: attachment.octets for attachment in attachments}
    seal = read_seal(files, findings)
    if seal is not None:
        findings.extend(seal_findings(seal, message.certificates[0], signature.statement.at))
    sound = all(finding.indication is Indication.PASSED for finding in findings)
    lines = face_of(objects, values) if sound else Seen()
    return SealedFile(
        "pdf",
        tuple(findings),
        seal=seal,
        signer=message.certificates[0],
        others=message.certificates[1:],
        claimed_at=signature.statement.at,
        metadata=files.get(METADATA) if sound else None,
        custom=content.texts(values[layout.INFO - 1]) if sound else {},
        face=lines.shown,
        unseen=lines.hidden,
        pictures=pictures_of(objects, values) if sound else (),
    )


def recognise(data: bytes) -> None:
    """Bound the input and see that it bears our mark.

    Raises:
        PdfRefused: `pdf-size`; `not-pdf`; `not-signed`; `foreign-profile` for a PDF signed in another way, which is
            INDETERMINATE unless the file pretends to be ours.

    """
    if len(data) > layout.MAX_OCTETS:
        raise PdfRefused("pdf-size", f"文件超过 {layout.MAX_OCTETS // 1_000_000} MB，不予处理。")
    if data.startswith(layout.HEADER):
        return
    start = data[:1024]
    if b"%PDF-" not in start:
        raise PdfRefused("not-pdf", "文件不是 PDF。")
    if layout.HEADER[9:-1] in start[:MARK_WITHIN]:
        raise PdfRefused("pdf-structure", "文件头被改动，或文件之前夹带了其他内容。")
    if b"/ByteRange" in data:
        raise PdfRefused(
            "foreign-profile",
            "文件带有签名，但不是本系统支持的签章格式，未作核验；请到出具单位指定的平台核验。",
            indication=Indication.INDETERMINATE,
        )
    raise PdfRefused("not-signed", "文件没有电子签章。")


def read_message(signature: layout.SignatureObject) -> SealMessage:
    """The CMS.

    Raises:
        PdfRefused: `cms-encoding`.

    """
    try:
        return read_signed_message(signature.contents)
    except Malformed as error:
        sentence = "签名数据不是规定的唯一形式，已损坏或被改动。"
        raise PdfRefused("cms-encoding", sentence, step=4) from error


def check_digest(data: bytes, hole: layout.Hole, message: SealMessage) -> None:
    """Compare the digest of everything outside the hole with the one that was signed.

    Raises:
        PdfRefused: `pdf-digest`.

    """
    computed = Sm3(data[: hole.start])
    computed.update(data[hole.end :])
    if computed.digest() != message.digest:
        raise PdfRefused("pdf-digest", "文件内容与盖章时不一致：盖章之后被改动过。", step=2)


def check_frame(objects: Sequence[layout.Item], values: Sequence[Value], attachments: Sequence[Attachment]) -> None:
    """See that catalogue and signature field are as we write them.

    Raises:
        PdfRefused: `pdf-structure`.

    """
    begins = b"%d 0 obj\n" % layout.CATALOG + catalog_start(attachments) + b" "
    catalog = values[layout.CATALOG - 1]
    names = content.resolve(values, catalog.get(NAMES, {})) if isinstance(catalog, dict) else None
    if not objects[layout.CATALOG - 1].octets.startswith(begins) or not isinstance(names, dict) or names.keys() - TREES:
        raise content.structure("文件目录不是本系统写出的形式。")
    page = content.resolve(values, Ref(read_field(objects[layout.FIELD - 1].octets)))
    field = Ref(layout.FIELD)
    carriers = [each for each in content.pages(values) if field in content.annotations(values, each)]
    if len(carriers) != 1 or carriers[0] is not page:
        raise content.structure("签章域与它所在的页面不符。")


def read_seal(files: dict[str, bytes], findings: list[Finding]) -> Seal | None:
    """The electronic seal that travels along; without one the file may be signed, but it is not sealed."""
    octets = files.get(SEAL)
    if octets is None:
        findings.append(Finding(3, "seal-missing", Indication.FAILED, "文件中没有电子印章数据（seal.esl）。"))
        return None
    try:
        return parse_seal(octets)
    except Malformed:
        findings.append(Finding(3, "seal-encoding", Indication.FAILED, "电子印章数据不符合规定的形式。"))
        return None
