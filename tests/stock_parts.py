"""Stock for tests: scans made in code, a manifest row, and a desk over a city whose scans are looked at for real.

`looked_at` draws in this process: the same function that the process apart runs, without its limits.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from issuer.converting.grading import Checks
from issuer.converting.manifest import Row
from issuer.converting.ports import Converting
from issuer.converting.scan import Scan
from issuer.converting.stock import Stock, items_of
from issuer.converting.store import SqlStocks
from issuer.converting.submitting import keep_scan, submit
from templates.library import bundle_for
from tests.city import City
from trust.rules.conversion import Grade
from trust.sealing.ports import Officer
from verifier.pictures.drawing import drawn
from verifier.pictures.sheets import Drawn, Paper, Sheet

FIRST, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
SOURCE = "云岭市档案馆 全宗 12 目录 3"


def picture(kind: str = "PNG", size: tuple[int, int] = (420, 594), text: str = "licence") -> bytes:
    """A scanned page."""
    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).text((40, 40), text, fill="black")
    held = io.BytesIO()
    made.save(held, kind)
    return held.getvalue()


def pdf(pages: int = 2, text: str = "licence") -> bytes:
    """A scan of some pages."""
    held = io.BytesIO()
    canvas = Canvas(held, invariant=True)
    for page in range(pages):
        canvas.drawString(72, 700, f"{text} {page + 1}")
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def drawn_here(octets: bytes) -> Drawn:
    """The pages of a scan, drawn in this process."""
    paper, *sheets = drawn(octets, Path("none"))
    assert isinstance(paper, Paper)
    return Drawn(paper, tuple(one for one in sheets if isinstance(one, Sheet)))


def looked_at(octets: bytes) -> Sequence[bytes]:
    """Every page as a picture, or nothing where one cannot be shown."""
    sheets = drawn_here(octets).sheets
    return [one.picture for one in sheets] if all(one.picture for one in sheets) else []


def desk_of(city: City, **changed: Any) -> Converting:
    """A desk over the stores of a city."""
    office = city.yinzheng.office
    desk = Converting(
        stocks=SqlStocks(city.engine),
        blobs=city.blobs,
        look=looked_at,
        bundle=office.bundle,
        mandates=office.mandates,
        numbered=office.register.numbered_many,
        issue=city.yinzheng.issue,
    )
    return replace(desk, **changed)


def row(
    city: City, bundle: str = "business-licence", *, file: str = "1.png", claimed: Grade = Grade.A, **changed: Any
) -> Row:
    """The demo's application for a bundle as a row of a manifest."""
    return Row(city.application(bundle, **changed), file, claimed, SOURCE)


def submitted(city: City, desk: Converting, octets: bytes | None = None, **changed: Any) -> Stock:
    """One row taken in, with a scan of two pages unless octets are given; empty octets for no scan."""
    octets = pdf() if octets is None else octets
    scans: dict[str, Scan] = {}
    if octets:
        one = keep_scan(desk, octets, body_code=city.body_code("business-licence"), by=FIRST, at=city.clock())
        scans = {"1.png": one}
    wanted = row(city, **({"file": "1.png" if octets else ""} | changed))
    (stock,) = submit(desk, [wanted], scans, by=FIRST, at=city.clock())
    return stock


def checks_for(stock: Stock, grade: Grade) -> Checks:
    """Checks that earn a grade."""
    items = frozenset(items_of(stock.application))
    return {
        Grade.A: Checks(items, items, paper=True),
        Grade.B: Checks(items, frozenset({"number", "holder"})),
        Grade.C: Checks(items, frozenset()),
        Grade.D: Checks(frozenset(), items),
    }[grade]


def type_name(stock: Stock) -> str:
    """What the stock is."""
    return bundle_for(stock.application.type_code).type.name
