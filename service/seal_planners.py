"""Planners and readers of the formats, as the sealing journey takes them.

A PDF shows our own seals as shapes, which are sharp at any size and take fewer octets; any other picture as it is. The
seal itself is in the file in both formats. The names that stand in the files are the seal's and the installation's.
A server has documents read in a process apart, before and after the seal; making the plan and signing stay here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from service.seal_pictures import seal_picture
from templates.canvas_pdf import seal_operators
from templates.errors import MissingGlyph
from trust.errors import Conflict
from trust.formats.certificate import Certificate
from trust.formats.ofd.adding import OfdOrder
from trust.formats.ofd.entries import PackageOrder
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.pdf.approving import PdfOrder
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.pdf.stamping import StampPicture
from trust.formats.placing import PlannedSealing
from trust.formats.sealed_document import SealedDocument
from trust.formats.sealing_orders import Order, Prepared, plan_prepared, prepare
from trust.sealing.errors import SealWishRefused
from trust.sealing.ports import FiledSeal
from trust.sealing.sealing import Kind, Manner, Planner, Wanted
from verifier.confinement import BUSY, LIMIT, Confinement

PROVIDER = "印证"

READERS: Mapping[Kind, Callable[[bytes], SealedDocument]] = {"ofd": read_ofd_document, "pdf": read_pdf_document}


Prepare = Callable[[bytes, Order], Prepared]
"""Reads a document that is to be sealed: `trust.formats.sealing_orders.prepare`, or that in a process apart."""


def planners(
    body_name: Callable[[str], str], chain: Callable[[], tuple[bytes, ...]], prepare: Prepare = prepare
) -> Mapping[Kind, Planner]:
    """The planners; `chain` are the certificates between a signer's and the root, which travel along in a PDF."""

    def ofd(data: bytes, wanted: Wanted, filed: FiledSeal, certificate: Certificate, at: datetime) -> PlannedSealing:
        order: Order
        if wanted.manner is Manner.SES:
            raise SealWishRefused("seal-manner", "a seal on OFD is a seal signature anyway")
        if wanted.manner is Manner.PACKAGE:
            order = PackageOrder(certificate.der, at, body_name(filed.body_code))
        else:
            seal_der = filed.seal.der if wanted.manner.shown else None
            order = OfdOrder(wanted.placing, seal_der, certificate.der, at, wanted.lock, PROVIDER)
        return plan_prepared(data, order, prepare(data, order))

    def pdf(data: bytes, wanted: Wanted, filed: FiledSeal, certificate: Certificate, at: datetime) -> PlannedSealing:
        if wanted.manner is Manner.PACKAGE:
            raise SealWishRefused("seal-manner", "a PDF is covered whole by every signature")
        shown, ses = wanted.manner.shown, wanted.manner is Manner.SES
        order = PdfOrder(
            wanted.placing,
            seal_der=filed.seal.der if shown else None,
            picture=stamp_of(filed, body_name(filed.body_code)) if shown else None,
            certificates=(certificate.der, *(() if ses else chain())),
            at=at,
            reason=wanted.purpose,
            name=filed.seal.name,
            form="ses" if ses else "cms",
            lock=wanted.lock,
        )
        return plan_prepared(data, order, prepare(data, order))

    return {"ofd": ofd, "pdf": pdf}


def confined(readers: Confinement) -> Mapping[Kind, Callable[[bytes], SealedDocument]]:
    """Readers that check what was sealed in the process that `readers` has for strangers' files.

    They raise Conflict `sealing-busy` or `sealing-limit` where the file is not read.
    """

    def read(file: bytes) -> SealedDocument:
        found = readers.read(file)
        for unread, reason in ((BUSY, "sealing-busy"), (LIMIT, "sealing-limit")):
            if unread in found.findings:
                raise Conflict(reason, "the sealed file could not be read")
        return found if isinstance(found, SealedDocument) else SealedDocument(found.kind, found.findings)

    return {"ofd": read, "pdf": read}


def stamp_of(filed: FiledSeal, shown: str) -> StampPicture | None:
    """The seal's shapes, where its picture is one that is drawn here; None where it is another."""
    made = filed.seal.picture
    name = filed.seal.name.removesuffix("印") if filed.holder else shown
    try:
        drawn = seal_picture(filed.kind, name, filed.seal.seal_id)
    except MissingGlyph:
        return None
    if drawn.png != made.octets:
        return None
    return StampPicture(float(made.width_mm), float(made.height_mm), operators=seal_operators(drawn))
