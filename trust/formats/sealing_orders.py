"""Sealing a document of either format in two halves: one reads the document, one makes the plan and reads nothing.

An order says what is wanted, in plain values that can go to another process. `prepare` reads the document and gives
plain values too; a hostile document may bring it to a stop, exhaust it, or take it over. `plan_prepared` makes the plan
from the document's own octets and those values, and takes none on trust that could get another document sealed (see
`prepared` of either format). What it does take on trust is where words of the document stand, and how large its pages
are; a place that was given in numbers has to be that place.
"""

from typing import TypeAlias

from trust.errors import Malformed
from trust.formats.ofd.adding import OfdOrder, plan_prepared_ofd, prepare_ofd_sealing
from trust.formats.ofd.entries import (
    PackageOrder,
    PreparedPackage,
    plan_prepared_package,
    prepare_package_protection,
)
from trust.formats.ofd.prepared import PreparedOfd
from trust.formats.pdf.approving import PdfOrder, plan_prepared_pdf, prepare_pdf_sealing
from trust.formats.pdf.prepared import PreparedPdf
from trust.formats.placing import AtPoint, OnPages, Placing, PlannedSealing
from trust.formats.sealed_document import SealBox

Order: TypeAlias = OfdOrder | PackageOrder | PdfOrder
Prepared: TypeAlias = PreparedOfd | PreparedPackage | PreparedPdf


def prepare(data: bytes, order: Order) -> Prepared:
    """What a document has to say about an order; raises as `plan_ofd_sealing`, `plan_pdf_sealing` and their like."""
    match order:
        case OfdOrder():
            return prepare_ofd_sealing(data, order)
        case PackageOrder():
            return prepare_package_protection(data)
        case PdfOrder():
            return prepare_pdf_sealing(data, order)


def plan_prepared(data: bytes, order: Order, prepared: Prepared) -> PlannedSealing:
    """The plan.

    Raises:
        Malformed: `prepared`, what was prepared is not for this order or this document.
        TrustError: as `prepare`.

    """
    match order, prepared:
        case OfdOrder(), PreparedOfd():
            check_places(order.placing, prepared.boxes)
            return plan_prepared_ofd(data, prepared, order)
        case PackageOrder(), PreparedPackage():
            return plan_prepared_package(data, order)
        case PdfOrder(), PreparedPdf():
            check_places(order.placing, prepared.boxes)
            return plan_prepared_pdf(data, prepared, order)
        case _:
            raise Malformed("prepared", "another kind of document")


def check_places(placing: Placing | None, boxes: tuple[SealBox, ...]) -> None:
    """See that the boxes are what was asked for, as far as that can be seen without the document.

    Raises:
        Malformed: `prepared`.

    """
    at = [(box.page, box.x, box.y) for box in boxes]
    match placing:
        case None:
            held = not boxes
        case AtPoint(page, x, y):
            held = at == [(page, x, y)]
        case OnPages(x, y, pages):
            asked = range(len(boxes)) if pages is None else pages
            held = bool(boxes) and at == [(page, x, y) for page in asked]
        case _:
            held = bool(boxes)
    if not held:
        raise Malformed("prepared", "not the place that was asked for")
