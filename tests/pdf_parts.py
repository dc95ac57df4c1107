"""A small PDF, its sealed form, and the attacker's tools that tests of sealed PDF share."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from keys.signer import Signer
from tests.conftest import ROOT
from tests.seal_parts import AT, parts
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.field import Stamp
from trust.formats.pdf.plan import PlannedPdf, plan_pdf
from trust.rules.verdict import Indication

LICENCE = '{"format":"yinzheng-licence/1","name":"营业执照"}'.encode()
NAME, REASON = "雁栖市市场监督管理局", "签发营业执照"


@cache
def page(*, pages: int = 1, rotation: int = 0, link: bool = False) -> bytes:
    """What a canvas hands over: an unsealed PDF with an embedded font."""
    pdfmetrics.registerFont(TTFont("Face", ROOT / "templates" / "fonts" / "NotoSerifSC-Regular.ttf"))
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 420), invariant=True, initialFontName="Face")
    canvas.setTitle("营业执照（试验）")
    for number in range(pages):
        canvas.setPageRotation(rotation)
        canvas.setFont("Face", 24)
        canvas.drawString(200, 340, f"营业执照 {number + 1}")
        if link:
            canvas.linkURL("https://licence.example/q", (10, 10, 60, 60))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def attached(seal: bytes | None = None) -> list[tuple[str, str, bytes]]:
    """The two attachments every licence carries."""
    return [
        ("licence.json", "application/json", LICENCE),
        ("seal.esl", "application/octet-stream", seal or parts().seal),
    ]


def plan(
    pdf: bytes | None = None,
    *,
    certificate: bytes | None = None,
    chain: Sequence[bytes] = (),
    attachments: Sequence[tuple[str, str, bytes]] | None = None,
    at: datetime = AT,
    name: str = NAME,
    reason: str = REASON,
    stamp: Stamp | None = None,
) -> PlannedPdf:
    """A plan with the values tests agree on, or others."""
    return plan_pdf(
        page() if pdf is None else pdf,
        certificate=certificate or parts().signer_certificate,
        chain=chain,
        attachments=attached() if attachments is None else attachments,
        at=at,
        reason=reason,
        name=name,
        stamp=stamp,
    )


def complete(planned: PlannedPdf, signer: Signer | None = None) -> bytes:
    """The plan, signed by the department's key or another."""
    return planned.complete((signer or parts().signer).sign(planned.to_be_signed))


@cache
def sealed() -> bytes:
    """One sealed licence for the whole run."""
    return complete(plan())


def stands_against(data: bytes) -> dict[str, Indication]:
    """The findings that did not pass, by name; empty for a file in order."""
    return {
        finding.name: finding.indication
        for finding in examine_pdf(data).findings
        if finding.indication is not Indication.PASSED
    }
