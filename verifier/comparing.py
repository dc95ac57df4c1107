"""What a sealed PDF shows, compared from version to version: findings beside those of its reader.

The reader of a PDF judges each update by its structure. This is a second line behind it, for tricks that nobody has
thought of: another program draws the file as it was when it was sealed and as it is now (`pictures.glimpses`). Where
they differ outside the seals and fields that were added, the signatures before fail, `pdf-shown-differs`. What could
not be drawn is told, `pdf-not-compared`: a warning, since the structure was judged all the same; a policy may ask for
more. A file that ends with its first signature has nothing to compare.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from trust.formats.pdf.codes import about, code_finding
from trust.formats.sealed_document import SealedDocument, SignatureFacts
from trust.rules.verdict import Finding, Indication
from verifier.pictures.seen import GONE, Glimpse

Look = Callable[[bytes], Sequence[Glimpse]]
"""Draws the versions of a file, in a process apart, as far as it can."""
ALIKE = "pdf-shown-alike"
Seen = Mapping[tuple[int, int], Glimpse]
"""What was seen, by version and page."""


def with_comparison(data: bytes, document: SealedDocument, look: Look | None) -> SealedDocument:
    """The document with what comparing its versions finds; without `look` nothing can be drawn."""
    if len(document.versions) < 2:
        return document
    seen = {(one.version, one.page): one for one in (look(data) if look else ())}
    pages = range(max([len(document.pages), *(page + 1 for _, page in seen)]))
    unseen = [page for page in pages if not _drawn(page, 0, document, seen)]
    told = [code_finding("pdf-not-compared", f"{len(unseen)} 页")] if unseen or not pages else []
    signatures = tuple(
        replace(facts, findings=(*facts.findings, *_about(facts, document, seen, pages)))
        for facts in document.signatures
    )
    return replace(document, signatures=signatures, findings=(*document.findings, *told))


def _about(facts: SignatureFacts, document: SealedDocument, seen: Seen, pages: Sequence[int]) -> list[Finding]:
    """What is found about one signature."""
    place = next((at for at, version in enumerate(document.versions) if facts.name in version.names), None)
    if place is None or place == len(document.versions) - 1:
        return []
    differing = [page for page in pages if _differs(page, place, document, seen)]
    if differing:
        return [about(code_finding("pdf-shown-differs", *(f"第 {page + 1} 页" for page in differing)), facts.name)]
    if not all(_drawn(page, place, document, seen) for page in pages):
        return []
    text = "盖章时的版本与后来的版本已逐页画出比对，除后加的签章和填写的表单域外，显示的内容相同。"
    return [Finding(2, ALIKE, Indication.PASSED, text, signature=facts.name)]


def _differs(page: int, place: int, document: SealedDocument, seen: Seen) -> bool:
    """Whether a later version shows a page otherwise than the one at `place`."""
    mine = seen.get((place, page))
    later = (seen.get((number, page)) for number in range(place + 1, len(document.versions)))
    return mine is not None and any(each is not None and _unlike(mine, each) for each in later)


def _unlike(one: Glimpse, other: Glimpse) -> bool:
    """Whether two glimpses of a page differ in what was drawn of both."""
    looks = {one.look, other.look} - {None}
    return one.content != other.content or len(looks) > 1


def _drawn(page: int, place: int, document: SealedDocument, seen: Seen) -> bool:
    """Whether a page was drawn in the version at `place` or in any later one, and looked at in all of them."""
    found = [seen.get((number, page)) for number in range(place, len(document.versions))]
    return None not in found and any(each is not None and each.content != GONE for each in found)
