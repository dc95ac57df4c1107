"""Adding a seal to any PDF, in two halves around the signature; what stands in the file stays octet for octet.

`plan_pdf_sealing` appends one revision: the signature dictionary, its field, and a widget with the seal's picture for
every place it is shown at. A riding seal is one field with a widget on each page, each showing its strip
(`signature_fields`). The seal locks all fields that are no signatures, and with `lock` it is the last one: nothing may
follow.

The work is parted: `prepare_pdf_sealing` reads the document, which a process apart can do, and `plan_prepared_pdf`
makes the plan without reading (`prepared`).

Licences are not sealed here: they are one revision with a certification signature (`plan`). Left to others: holding
the key, whether certificate and seal may be used, verifying the outcome. There is no clock and no randomness: the
same inputs give the same octets to be signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from trust.formats.pdf import approval, source
from trust.formats.pdf.cms import MAX_CERTIFICATES
from trust.formats.pdf.copying import name_literal
from trust.formats.pdf.document import Document, open_document
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.form import SIGNATURE, Field
from trust.formats.pdf.layout import Statement, date_literal, text_literal
from trust.formats.pdf.plan import statement_text
from trust.formats.pdf.prepared import PreparedPdf, Sealing, carrier, check_prepared, planned
from trust.formats.pdf.revision import Revision
from trust.formats.pdf.rewriting import rewritten
from trust.formats.pdf.signature_fields import (
    HIDDEN,
    NOWHERE,
    Place,
    finder,
    in_field,
    new_field,
    place_of,
    prepared_field,
    refuse_new,
)
from trust.formats.pdf.stamping import StampPicture, appearance, picture_objects, private_entry
from trust.formats.placing import FindWords, Placing, PlannedSealing, boxes_of
from trust.formats.sealed_document import SealBox
from trust.formats.ses import parse_seal
from trust.rules.times import aware

SignatureForm = Literal["cms", "ses"]


@dataclass(frozen=True)
class PdfOrder:
    """A seal that is wanted on a PDF; the fields are the arguments of `plan_pdf_sealing`.

    `certificates` are the signer's and those that travel along.
    """

    placing: Placing | None
    seal_der: bytes | None
    picture: StampPicture | None
    certificates: tuple[bytes, ...]
    at: datetime
    reason: str
    name: str
    form: SignatureForm = "cms"
    lock: bool = False


def plan_pdf_sealing(
    data: bytes,
    placing: Placing | None,
    *,
    seal_der: bytes | None,
    picture: StampPicture | None = None,
    certificate: bytes,
    chain: Sequence[bytes] = (),
    at: datetime,
    reason: str,
    name: str,
    form: SignatureForm = "cms",
    field: str | None = None,
    lock: bool = False,
    find_words: FindWords | None = None,
) -> PlannedSealing:
    """Plan the sealing of a document.

    `placing` says where the seal is shown; None makes it invisible, or leaves it to the prepared `field`. `picture` is
    how it looks, by default as in the seal. `seal_der` None gives a signature without a seal. `certificate` is the
    signer's (DER), `chain` those above it that shall travel along (`cms` only). `at` is the claimed time, cut to
    seconds; `name` and `reason` say who seals and why. With `lock` nothing may be added after this seal.

    Raises:
        PdfRefused: the document cannot be sealed; `reason` says what stands against it, `text` tells people.
        Malformed: `signer-not-in-seal`, or a certificate or the seal is not well-formed.
        Conflict: the place (see `trust.formats.placing`).
        ValueError: `at` has no time zone, or the form `ses` is asked for without a seal.

    """
    order = PdfOrder(placing, seal_der, picture, (certificate, *chain), at, reason, name, form, lock)
    sealing, document = sealing_of(order), open_document(data)
    prepared = _prepared(document, order, sealing, field=field, find_words=find_words)
    return planned(document.data, prepared, sealing)


def prepare_pdf_sealing(data: bytes, order: PdfOrder) -> PreparedPdf:
    """What the document has to say about a seal on it; raises as `plan_pdf_sealing`."""
    document = open_document(data)
    prepared = _prepared(document, order, sealing_of(order))
    return replace(prepared, afresh=document.data is not data)


def plan_prepared_pdf(data: bytes, prepared: PreparedPdf, order: PdfOrder) -> PlannedSealing:
    """The plan of a seal on a document that was read elsewhere, by somebody who need not be trusted.

    A document that has to be written afresh is read here for that, and only so is its reader independent of the other.

    Raises:
        Malformed: `prepared`, what was prepared is no seal on this document; or as `plan_pdf_sealing`.

    """
    sealing, base = sealing_of(order), rewritten(data) if prepared.afresh else data
    check_prepared(prepared, sealing, len(base))
    return planned(base, prepared, sealing)


def sealing_of(order: PdfOrder) -> Sealing:
    """The seal itself, whatever the document; raises as `plan_pdf_sealing`."""
    seal_der = order.seal_der
    return Sealing(
        _value(order.form, seal_der, order.certificates, order.at),
        Statement(aware(order.at), statement_text(order.name), statement_text(order.reason)),
        order.picture or (_own_picture(seal_der) if seal_der is not None else None),
        seal_der,
    )


def _prepared(
    document: Document,
    order: PdfOrder,
    sealing: Sealing,
    *,
    field: str | None = None,
    find_words: FindWords | None = None,
) -> PreparedPdf:
    try:
        chosen = prepared_field(document, field, lock=order.lock) if field is not None else None
        boxes, places = _places(document, order.placing, chosen, sealing.picture, find_words)
        return replace(_revised(document, sealing, chosen, places, lock=order.lock), boxes=boxes)
    except source.READING_ERRORS as error:
        raise source.unreadable() from error


def _value(
    form: SignatureForm, seal_der: bytes | None, certificates: tuple[bytes, ...], at: datetime
) -> approval.Value:
    """The form of the signature value; a seal must list the signer."""
    if len(set(certificates)) != len(certificates) or len(certificates) > MAX_CERTIFICATES:
        raise PdfRefused("pdf-certificates", "随附的证书过多或重复。")
    if seal_der is not None:
        approval.check_listed(seal_der, certificates[0])
    if form == "cms":
        return approval.CmsValue(certificates)
    if seal_der is None:
        raise ValueError("a seal signature needs a seal")
    return approval.SesValue(seal_der, certificates[0], aware(at))


def _own_picture(seal_der: bytes) -> StampPicture:
    """The picture in the seal itself."""
    picture = parse_seal(seal_der).picture
    return StampPicture(picture.width_mm, picture.height_mm, png=picture.octets)


def _places(
    document: Document,
    placing: Placing | None,
    chosen: Field | None,
    picture: StampPicture | None,
    find_words: FindWords | None,
) -> tuple[tuple[SealBox, ...], list[Place]]:
    """Where the picture is seen, and the widgets that show it."""
    if chosen is not None:
        return in_field(document, chosen, picture)
    if placing is None:
        return (), []
    if picture is None:
        raise PdfRefused("pdf-stamp", "没有印章图样，不能在页面上显示。")
    boxes = boxes_of(placing, document.sizes, (picture.width, picture.height), finder(document, find_words))
    return boxes, [place_of(box) for box in boxes]


def _revised(
    document: Document, sealing: Sealing, chosen: Field | None, places: Sequence[Place], *, lock: bool
) -> PreparedPdf:
    """The revision to be appended, with an empty signature dictionary."""
    revision = Revision(document.data, document.reader)
    signature = revision.allot()
    revision.put(signature, b"")
    reference = _reference(document, revision, chosen, lock=lock)
    appearances = _appearances(document, revision, sealing, places)
    if chosen is not None:
        entries = {"/V": b"%d 0 R" % signature} | ({"/AP": appearances[0]} if appearances[0] else {})
        revision.replace(chosen.reference, revision.spelling.dictionary(chosen.entries, entries))
    else:
        refuse_new(document, visible=bool(places))
        new_field(document, revision, signature, list(zip(places or [HIDDEN], appearances, strict=True)), lock=lock)
    return PreparedPdf(afresh=False, update=revision.update(), signature=signature, reference=reference, boxes=())


def _reference(document: Document, revision: Revision, chosen: Field | None, *, lock: bool) -> bytes:
    """What the signature locks: everything, what its field says, or all fields that are no signatures."""
    catalog = revision.spelling.literal(document.reader.trailer.raw_get("/Root"))
    if chosen is not None and (own := dict.get(chosen.entries, "/Lock")) is not None:
        entries = source.as_dictionary(source.resolve(document.reader, own))
        action = source.resolve(document.reader, dict.get(entries, "/Action"))
        names = source.raw_items(source.resolve(document.reader, dict.get(entries, "/Fields")))
        written = [revision.spelling.literal(each) for each in names]
        return approval.field_lock(name_literal(str(action))[1:], written, catalog)
    if lock:
        return approval.field_lock(b"All", [], catalog)
    others = [text_literal(each.name) for each in document.form.fields if each.kind != SIGNATURE]
    return approval.field_lock(b"Include", others, catalog) if others else b""


def _appearances(document: Document, revision: Revision, sealing: Sealing, places: Sequence[Place]) -> list[bytes]:
    """The `/AP` of each widget; equal ones share their form. An invisible seal has one, as carrier of its octets."""
    date = date_literal(sealing.statement.at)
    seal = revision.add(carrier(sealing.carried)) if sealing.carried is not None else None
    private = private_entry(seal, date)
    if not places or sealing.picture is None:
        empty = appearance(NOWHERE, document.papers[0], StampPicture(1, 1), None, private)
        return [b"<< /N %d 0 R >>" % revision.add(empty)] if seal is not None else [b""]
    drawn = picture_objects(sealing.picture, revision.add)
    forms: dict[bytes, int] = {}
    found: list[bytes] = []
    for place in places:
        body = appearance(place.view, document.papers[place.page], sealing.picture, drawn, private)
        if body not in forms:
            forms[body] = revision.add(body)
        found.append(b"<< /N %d 0 R >>" % forms[body])
    return found
