"""Words about a sealed document: what its verdict means, and what is to be said of each signature on it.

Findings are ordered by gravity, because a person wants to know first what is wrong: what failed, what stays open, what
passed with a warning, what simply passed. Colour is never alone: every mark has a shape and a word.
"""

from dataclasses import dataclass

from service.pages.words import DISTRUST, HEADLINES, MOST_REASONS, Meaning
from trust.formats.sealed_document import Form, SealBox, SealedDocument
from trust.rules.seal_standing import SealKind
from trust.rules.verdict import Finding, Indication
from verifier.documents import ExaminedDocument, JudgedSignature

FORMS = {
    Form.SES_1: "电子印章签名（GM/T 0031—2014，第 1 版）",
    Form.SES_4: "电子印章签名（GB/T 38540—2020，第 4 版）",
    Form.SES_5: "电子印章签名（第 5 版）",
    Form.GM_CMS_HASH: "数字签名（GB/T 35275，以摘要为内容）",
    Form.GM_CMS_ATTRIBUTES: "数字签名（GB/T 35275，含签名属性）",
    Form.CMS: "PDF 数字签名（CMS）",
    Form.TIME_STAMP: "文件时间戳（RFC 3161）",
    Form.BARE: "只有签名值",
    Form.UNKNOWN: "不认识的格式",
}
WARNED = "WARNING"
"""The mark of a finding that passed with a warning; everything else is marked by its indication."""
SHOWN_ENTRIES = 60
_MARKS = {
    Indication.FAILED.value: "未通过",
    Indication.INDETERMINATE.value: "无法确认",
    WARNED: "提醒",
    Indication.PASSED.value: "通过",
}
_GRAVITY = list(_MARKS)
_SIGNER = "signer-path"
_SOURCE = {_SIGNER, "seal-maker-path", "seal-status"}
"""Findings about whom to believe; where these alone are open, the document is unchanged and its seals hold."""
_UNREAD = {
    "encrypted": "文件加了密，不解密就无法核验。",
    "limit": "文件太复杂，在限定的时间和内存内没有读完。",
    "busy": "正在核验的文件太多，这份文件没有检查。",
}


@dataclass(frozen=True)
class Told:
    """A finding with its mark."""

    mark: str
    word: str
    finding: Finding


@dataclass(frozen=True)
class Place:
    """A signature's box on a page: what is seen of it, in millimetres."""

    number: int
    indication: Indication
    word: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class SignatureWords:
    """One signature as the report shows it; `number` counts from 1."""

    number: int
    title: str
    judged: JudgedSignature
    word: str
    form: str
    kind: str
    grave: tuple[Told, ...]
    passed: tuple[Told, ...]
    where: str
    covers: tuple[str, ...]
    uncovered: tuple[str, ...]


def told(findings: list[Finding] | tuple[Finding, ...]) -> tuple[Told, ...]:
    """Findings with their marks, the gravest first; one that says the same twice is told once."""
    marked = [Told(mark, _MARKS[mark], one) for one in findings for mark in [mark_of(one)]]
    unique = {(one.mark, one.finding.detail): one for one in marked}
    return tuple(sorted(unique.values(), key=lambda one: (_GRAVITY.index(one.mark), one.finding.step)))


def mark_of(finding: Finding) -> str:
    """The mark of a finding."""
    return WARNED if finding.warning and finding.indication is Indication.PASSED else finding.indication.value


def signatures_of(examined: ExaminedDocument, kinds: dict[str, SealKind]) -> tuple[SignatureWords, ...]:
    """Every signature in words; `kinds` tells the kind of the seals that are on file here, by signature."""
    return tuple(
        _signature(number, judged, examined.document, kinds.get(judged.facts.name))
        for number, judged in enumerate(examined.signatures, 1)
    )


def _signature(number: int, judged: JudgedSignature, document: SealedDocument, kind: SealKind | None) -> SignatureWords:
    facts, marked = judged.facts, told(judged.findings)
    return SignatureWords(
        number=number,
        title=title_of(judged),
        judged=judged,
        word=_MARKS[judged.indication.value],
        form=FORMS[facts.form],
        kind=kind.label if kind else "",
        grave=tuple(one for one in marked if one.mark != Indication.PASSED.value),
        passed=tuple(one for one in marked if one.mark == Indication.PASSED.value),
        where=where_of(facts.boxes, len(document.pages)),
        covers=facts.covers,
        uncovered=facts.uncovered,
    )


def title_of(judged: JudgedSignature) -> str:
    """What a signature is called: after its seal, else by what it is."""
    facts = judged.facts
    if facts.seal is not None:
        return facts.seal.name or "未命名的印章"
    return "文件时间戳" if facts.form is Form.TIME_STAMP else "没有印章图形的签名"


def where_of(boxes: tuple[SealBox, ...], pages: int) -> str:
    """On which pages a signature is shown."""
    shown = sorted({box.page + 1 for box in boxes if 0 <= box.page < pages})
    if not shown:
        return "页面上没有显示"
    riding = "（骑缝）" if any(box.clip is not None for box in boxes) else ""
    if len(shown) > 2 and shown == list(range(shown[0], shown[-1] + 1)):
        return f"第 {shown[0]} 至 {shown[-1]} 页{riding}"
    return f"第 {'、'.join(map(str, shown[:20]))} 页{riding}"


def places_on(page: int, examined: ExaminedDocument) -> tuple[Place, ...]:
    """The boxes of all signatures on a page, as far as they can be seen."""
    width, height = examined.document.pages[page]
    found = []
    for number, judged in enumerate(examined.signatures, 1):
        for box in judged.facts.boxes:
            left, top, across, down = box.clip or (0.0, 0.0, box.width, box.height)
            x, y = max(box.x + left, 0.0), max(box.y + top, 0.0)
            right, bottom = min(box.x + left + across, width), min(box.y + top + down, height)
            if box.page == page and x < right and y < bottom:
                word = _MARKS[judged.indication.value]
                found.append(Place(number, judged.indication, word, x, y, right - x, bottom - y))
    return tuple(found)


def document_meaning(examined: ExaminedDocument) -> Meaning:
    """The verdict on a document in sentences."""
    verdict = examined.verdict
    grave = () if verdict.indication is Indication.PASSED else verdict.of(verdict.indication)
    deciding = [one for one in grave if one.step > 0] or list(grave)
    reasons = tuple(dict.fromkeys(one.detail for one in deciding))[:MOST_REASONS]
    meaning, advice = _sentences(examined, {one.name for one in grave})
    return Meaning(HEADLINES[verdict.indication], meaning, advice, reasons)


def _sentences(examined: ExaminedDocument, grave: set[str]) -> tuple[str, str]:
    indication, count = examined.verdict.indication, len(examined.signatures)
    if indication is Indication.PASSED:
        return (
            f"文件上的 {count} 个签章都成立，签章后内容没有改动，签章人可信。",
            "请核对签章单位是否就是应当签章的单位，印文与正文是否相称。",
        )
    if indication is Indication.FAILED:
        if "not-signed" in grave:
            return ("文件没有电子签章，无从核验是谁出具、有没有改动。", "请向出具单位索取盖有电子印章的原始文件。")
        if "pdf-unreadable" in grave or (not count and grave):
            return ("文件已损坏、被改动，或者不是规范的文件。", DISTRUST)
        bad = [number for number, one in enumerate(examined.signatures, 1) if one.indication is Indication.FAILED]
        named = f"（第 {'、'.join(map(str, bad))} 个）" if 0 < len(bad) < count else ""
        return (f"文件上的签章至少有一个不成立{named}，或者签章后内容被改动过。", DISTRUST)
    for name, sentence in _UNREAD.items():
        if name in grave:
            return (sentence, "无法确认不等于有效，也不等于无效。请稍后再试，或请出具单位另行提供。")
    return _open(examined)


def _open(examined: ExaminedDocument) -> tuple[str, str]:
    """Nothing failed: whether only the source stays open, or more."""
    required = {one.name for one in examined.verdict.of(Indication.INDETERMINATE) if 1 <= one.step <= 5}
    if _SIGNER in required and required <= _SOURCE:
        return (
            "签章后内容没有改动，签名成立；但签章人的证书不是本服务信任的机构颁发的，签章人是谁无法确认。",
            "无法确认不等于无效。请向签章单位核实；确知其根证书可信的，可用命令行工具加上该根证书再核验。",
        )
    return (
        "没有发现不成立之处，但有的检查所需的依据缺失、已过期，或者格式不在本服务能判断的范围内。",
        "无法确认不等于有效，也不等于无效。请向签章单位核实。",
    )
