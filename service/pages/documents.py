"""The report on a sealed document: its pages with every seal boxed, each signature, and what the whole verdict means.

The pictures are drawn by another process and carried in the page itself: nothing is stored, and there is no address at
which somebody else could ask for them. A page that could not be drawn is an outline with a sentence; the verdict rests
on the file alone. What is boxed where comes from the signatures, not from the picture.
"""

from base64 import b64encode
from dataclasses import dataclass

from fastapi import Request, Response

from service.pages.document_words import (
    SHOWN_ENTRIES,
    Place,
    SignatureWords,
    document_meaning,
    places_on,
    signatures_of,
    told,
)
from service.pages.rendering import render
from service.pages.words import POLICY_WORDS, oldest_evidence
from service.shell import POLICY_WITH_PICTURES
from service.wiring import Yinzheng
from trust.rules.seal_standing import SealKind
from trust.rules.verdict import Indication
from verifier.documents import ExaminedDocument
from verifier.pictures.sheets import WORDS, Drawn
from verifier.verifying import Examined

MARK_OF_PAGE = 36
"""A label on a page is a so-many-th of the page's longer side high."""

AT_FIRST = 2
"""So many pages are seen at once, those with seals first; the others open on demand."""


@dataclass(frozen=True)
class ShownPage:
    """One page: number from 1, millimetres, the picture as a data address or none, what is boxed on it."""

    number: int
    width: float
    height: float
    picture: str
    trouble: str
    places: tuple[Place, ...] = ()

    @property
    def label(self) -> float:
        """How high a label is, in millimetres."""
        return max(self.width, self.height) / MARK_OF_PAGE


def document_page(request: Request, yinzheng: Yinzheng, examined: Examined, data: bytes) -> Response:
    """The report; `data` is the document."""
    found = examined.document
    if found is None:
        raise ValueError("no document was examined")
    verdict = examined.verdict
    signatures = signatures_of(found, _kinds(yinzheng, found))
    pages = sorted(pages_of(found, yinzheng.draw(data)), key=lambda page: not page.places)
    answer = render(
        request,
        "document",
        verdict=verdict,
        meaning=document_meaning(found),
        policy=POLICY_WORDS.get(verdict.policy, verdict.policy),
        evidence_age=oldest_evidence(verdict),
        kind=found.document.kind.upper(),
        count=len(found.document.pages),
        whole=told([one for one in verdict.findings if one.signature is None]),
        signatures=signatures,
        first=pages[:AT_FIRST],
        further=pages[AT_FIRST:],
        left_out=len(found.document.pages) - len(pages),
        most=SHOWN_ENTRIES,
        digest=f"sm3:{found.digest.hex()}",
        tally=_tally(signatures),
    )
    answer.headers["Content-Security-Policy"] = POLICY_WITH_PICTURES
    return answer


def pages_of(found: ExaminedDocument, drawn: Drawn) -> list[ShownPage]:
    """The pages to show: those with seals in any case, and those that were drawn."""
    sealed = {box.page for one in found.document.signatures for box in one.boxes}
    wanted = sorted(sealed | {sheet.page for sheet in drawn.sheets})
    return [
        shown_page(page, size, drawn, places_on(page, found))
        for page in wanted
        if 0 <= page < len(found.document.pages)
        for size in [found.document.pages[page]]
    ]


def shown_page(page: int, size: tuple[float, float], drawn: Drawn, places: tuple[Place, ...] = ()) -> ShownPage:
    """A page as it is shown, with its picture where there is one."""
    sheet = drawn.sheet(page)
    picture = f"data:image/png;base64,{b64encode(sheet.picture).decode()}" if sheet.picture else ""
    return ShownPage(page + 1, *size, picture, WORDS.get(sheet.trouble, ""), places)


def _kinds(yinzheng: Yinzheng, found: ExaminedDocument) -> dict[str, SealKind]:
    """The kinds of the seals that are on file here, octet for octet."""
    kinds = {}
    for one in found.document.signatures:
        filed = yinzheng.archive.seals.find(one.seal.seal_id) if one.seal else None
        if filed is not None and one.seal is not None and filed.seal.der == one.seal.octets:
            kinds[one.name] = filed.kind
    return kinds


def _tally(signatures: tuple[SignatureWords, ...]) -> list[tuple[Indication, int]]:
    """How many signatures came out how, the gravest first."""
    counted = [(kind, sum(one.judged.indication is kind for one in signatures)) for kind in reversed(Indication)]
    return [(kind, count) for kind, count in counted if count]
