"""The signature fields of a document: empty ones made before the first seal, and the one a seal is put into.

After a certification signature readers allow no new visible field, so who wants several seals on a certified document
creates the fields first (`prepare_fields`) and names one when sealing. A seal shown at several places is one field
with a widget for each (ISO 32000-2 §12.7.5.5 wants one widget per signature field; readers show more, and several
signatures for one act of sealing would tell an untruth, so riding and page seals depart from it).

What earlier signatures forbid is refused with a reason (`form.Limits`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from trust.formats.pdf import source
from trust.formats.pdf.document import Document, open_document
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.form import SIGNATURE, Field, free_name
from trust.formats.pdf.layout import text_literal
from trust.formats.pdf.paper import rectangle_of
from trust.formats.pdf.plan import statement_text
from trust.formats.pdf.revision import Revision
from trust.formats.pdf.stamping import StampPicture, View, number
from trust.formats.pdf.words import find_text
from trust.formats.placing import FindWords, Placing, boxes_of
from trust.formats.sealed_document import SealBox

WIDGET = b"/Type /Annot /Subtype /Widget /F 132 /Rect [%s] /P %s"
"""Printed and locked."""

NOWHERE = View(0, 0, 0, 0)


@dataclass(frozen=True)
class EmptyField:
    """A field to be filled later: where, and how large in millimetres; `locks` forbids everything after its seal."""

    placing: Placing
    width: float
    height: float
    name: str | None = None
    locks: bool = False


@dataclass(frozen=True)
class Place:
    """One widget: its page, its box as displayed in millimetres, and which part of the picture it shows."""

    page: int
    x: float
    y: float
    view: View


HIDDEN = Place(0, 0, 0, NOWHERE)
"""Where the widget of a seal is that nobody sees."""


def prepare_fields(data: bytes, wanted: Sequence[EmptyField], find_words: FindWords | None = None) -> bytes:
    """Append empty signature fields, one per wanted place, before the first seal is set.

    Raises:
        PdfRefused: as `plan_pdf_sealing`; `pdf-field`, a name is taken, or a place has several boxes.
        Conflict: the place.

    """
    document = open_document(data)
    refuse_new(document, visible=True)
    revision = Revision(document.data, document.reader)
    fields: list[tuple[int, int]] = []
    taken = {field.name for field in document.form.fields}
    for each in wanted:
        name = each.name or next(n for k in range(1, 10_000) if (n := f"Seal{k}") not in taken)
        boxes = boxes_of(each.placing, document.sizes, (each.width, each.height), finder(document, find_words))
        if name in taken or "." in name or not statement_text(name) or len(boxes) != 1:
            raise PdfRefused("pdf-field", "预留的签名域名称重复，或一个域对应多个位置。")
        taken.add(name)
        place = place_of(boxes[0])
        made = revision.add(_widget(document, place) + _named(name, _lock_entry(revision, lock=each.locks)) + b" >>")
        fields.append((made, place.page))
    _add_widgets(document, revision, fields)
    _add_fields(document, revision, [made for made, _ in fields])
    return document.data + revision.octets()[0]


def place_of(box: SealBox) -> Place:
    """The widget that shows a box."""
    left, top, width, height = box.clip or (0, 0, box.width, box.height)
    return Place(box.page, box.x + left, box.y + top, View(width, height, -left, -top))


def prepared_field(document: Document, name: str, *, lock: bool) -> Field:
    """The empty field of this name.

    Raises:
        PdfRefused: `pdf-field`, there is none that can be filled; `pdf-locked`, a seal forbids it.

    """
    found = document.form.named(name)
    if found is None or found.kind != SIGNATURE or found.value is not None or found.widgets != (found.reference,):
        raise PdfRefused("pdf-field", "没有这个可用的空白签名域。")
    if lock and dict.get(found.entries, "/Lock") is None:
        raise PdfRefused("pdf-field", "这个签名域没有预先设为锁定文件。")
    if document.limits.locked(name):
        raise _locked()
    return found


def in_field(
    document: Document, chosen: Field, picture: StampPicture | None
) -> tuple[tuple[SealBox, ...], list[Place]]:
    """The picture in the middle of a prepared field."""
    page = page_of(document, chosen)
    paper = document.papers[page]
    rectangle = rectangle_of(document.reader, source.resolve(document.reader, dict.get(chosen.entries, "/Rect")))
    x, y, width, height = paper.displayed(rectangle or (0, 0, 0, 0))
    if width == 0 or height == 0 or picture is None:
        return (), []
    left, top = round((width - picture.width) / 2, 4), round((height - picture.height) / 2, 4)
    if min(left, top) < -0.5:
        raise PdfRefused("pdf-stamp", "预留的签名域小于印章。")
    box = SealBox(page, round(x + left, 4), round(y + top, 4), picture.width, picture.height)
    return (box,), [Place(page, x, y, View(width, height, left, top))]


def page_of(document: Document, chosen: Field) -> int:
    """The page a field is on: the one that lists it."""
    for page, paper in enumerate(document.papers):
        listed = source.raw_items(source.resolve(document.reader, dict.get(paper.entries, "/Annots")))
        if any(isinstance(each, generic.IndirectObject) and each.reference == chosen.reference for each in listed):
            return page
    raise PdfRefused("pdf-field", "签名域不在任何一页上。")


def refuse_new(document: Document, *, visible: bool) -> None:
    """See that a new field may be added.

    Raises:
        PdfRefused: `pdf-certified`, `pdf-locked`.

    """
    if document.limits.certified and visible:
        raise PdfRefused("pdf-certified", "文件已作认证签章，只能使用预留的签名域，不能另加印章。")
    if document.limits.locked(free_name(document.form)):
        raise _locked()


def _locked() -> PdfRefused:
    return PdfRefused("pdf-locked", "文件已由先前的签章锁定，不能再加盖印章。")


def new_field(
    document: Document,
    revision: Revision,
    signature: int,
    widgets: Sequence[tuple[Place, bytes]],
    *,
    lock: bool,
) -> None:
    """A field with its signature and one widget, or a field with several."""
    field = revision.allot()
    entries = _named(free_name(document.form), _lock_entry(revision, lock=lock)) + b" /V %d 0 R" % signature
    bodies = [_widget(document, place) + (b" /AP " + drawn if drawn else b"") for place, drawn in widgets]
    if len(bodies) == 1:
        revision.put(field, bodies[0] + entries + b" >>")
        numbers = [field]
    else:
        numbers = [revision.add(body + b" /Parent %d 0 R >>" % field) for body in bodies]
        kids = b" ".join(b"%d 0 R" % number for number in numbers)
        revision.put(field, b"<<" + entries + b" /Kids [" + kids + b"] >>")
    _add_widgets(
        document, revision, [(number, place.page) for number, (place, _) in zip(numbers, widgets, strict=True)]
    )
    _add_fields(document, revision, [field])


def _widget(document: Document, place: Place) -> bytes:
    """A widget, its dictionary left open."""
    paper = document.papers[place.page]
    visible = place.view.width > 0
    corners = paper.rectangle(place.x, place.y, place.view.width, place.view.height) if visible else (0, 0, 0, 0)
    page = b"%d %d R" % (paper.reference.idnum, paper.reference.generation)
    return b"<< " + WIDGET % (b" ".join(number(each) for each in corners), page)


def _named(name: str, lock: bytes) -> bytes:
    return b" /FT /Sig /T " + text_literal(name) + lock


def _lock_entry(revision: Revision, *, lock: bool) -> bytes:
    """The field's own word that nothing may follow; the signature repeats it."""
    return b" /Lock %d 0 R" % revision.add(b"<< /Type /SigFieldLock /Action /All /P 1 >>") if lock else b""


def _add_widgets(document: Document, revision: Revision, widgets: Sequence[tuple[int, int]]) -> None:
    """List widgets (number, page) among the annotations of their pages."""
    for page in sorted({page for _, page in widgets}):
        paper = document.papers[page]
        raw = dict.get(paper.entries, "/Annots")
        listed = source.raw_items(source.resolve(document.reader, raw))
        added = [b"%d 0 R" % number for number, at in widgets if at == page]
        array = b"[" + b" ".join([*map(revision.spelling.literal, listed), *added]) + b"]"
        if isinstance(raw, generic.IndirectObject) and _only_here(document, raw.reference):
            revision.replace(raw.reference, array)
        else:
            revision.replace(paper.reference, revision.spelling.dictionary(paper.entries, {"/Annots": array}))


def _only_here(document: Document, annotations: generic.Reference) -> bool:
    """Whether one page alone uses this list."""
    used = (dict.get(paper.entries, "/Annots") for paper in document.papers)
    return sum(isinstance(each, generic.IndirectObject) and each.reference == annotations for each in used) == 1


def _add_fields(document: Document, revision: Revision, numbers: Sequence[int]) -> None:
    """List new fields in the form; a document without one gets it."""
    added = [b"%d 0 R" % number for number in numbers]
    form = document.form
    spelling = revision.spelling
    if form.entries is None:
        made = revision.add(b"<< /Fields [%s] /SigFlags 3 >>" % b" ".join(added))
        entries = {"/AcroForm": b"%d 0 R" % made}
        revision.replace(document.reader.root_ref, spelling.dictionary(document.catalog, entries))
        return
    raw = dict.get(form.entries, "/Fields")
    listed = source.raw_items(source.resolve(document.reader, raw))
    array = b"[" + b" ".join([*map(spelling.literal, listed), *added]) + b"]"
    flags = {} if form.signed else {"/SigFlags": b"3"}
    if isinstance(raw, generic.IndirectObject):
        revision.replace(raw.reference, array)
        changed = flags
    else:
        changed = flags | {"/Fields": array}
    if not changed:
        return
    written = spelling.dictionary(form.entries, changed)
    if form.reference is not None:
        revision.replace(form.reference, written)
    else:
        revision.replace(document.reader.root_ref, spelling.dictionary(document.catalog, {"/AcroForm": written}))


def finder(document: Document, find_words: FindWords | None) -> FindWords:
    """How words are found: as told, or by reading the pages."""
    return find_words or (lambda words: find_text(document, words))
