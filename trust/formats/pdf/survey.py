"""First look at a PDF of any origin: is it one, is it within bounds, can it be read in one way, does it stand still.

pyHanko reads it strictly or not at all. Files that different programs would read differently (both kinds of
cross-reference mixed, encryption nobody can undo here) stay unjudged. Scripts, automatic actions and dynamic forms may
change what is shown whatever a signature covers; content in other files is covered by none.

Signatures are looked for in two ways, by the fields of the form and by the octets of the file, so that none is
overlooked because it was taken out of the form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import source
from trust.formats.pdf.codes import Notes
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.fields import MAX_LEVELS, SeenField, annotations_of, fields_of, name_in, pages_of, unlisted
from trust.formats.pdf.paper import Paper, paper
from trust.formats.pdf.views import Key, View, key_of, view_at

MAX_OCTETS = 50_000_000
MAX_REVISIONS, MAX_SIGNATURES = 256, 128
MAX_TABLE_ROWS = 1_000_000
MAX_CONTENT_STREAMS = 10_000
RANGE = re.compile(rb"/ByteRange\b")
MARK = b"%PDF-"
QUIET_ACTIONS = frozenset({"/GoTo", "/URI", "/GoToR", "/Named", "/Thread"})


@dataclass(frozen=True)
class Survey:
    """A document opened: `view` is its latest revision, `pages` its pages, `fields` those of its form by name."""

    data: bytes
    reader: PdfFileReader
    view: View
    papers: tuple[Paper, ...]
    page_keys: tuple[Key, ...]
    fields: Mapping[str, SeenField]

    @property
    def signed(self) -> list[SeenField]:
        """The fields that hold a signature."""
        return [field for field in self.fields.values() if field.signed]


def survey(data: bytes, notes: Notes) -> Survey:
    """Open a document, and note what stands against it as a whole.

    Raises:
        PdfRefused: `not-pdf`, `pdf-size`, `pdf-unreadable`, `encrypted`, `pdf-hybrid`, `not-signed`.

    """
    if len(data) > MAX_OCTETS or data.count(b" 00000 n") > MAX_TABLE_ROWS:
        raise PdfRefused("pdf-size", "pdf-size")
    if not data.startswith(MARK):
        raise PdfRefused("not-pdf", "not-pdf")
    reader = opened(data)
    view = view_at(reader, reader.total_revisions - 1)
    fields = fields_of(view)
    keys = pages_of(view)
    papers = tuple(paper(reader, generic.Reference(*key, pdf=reader)) for key in keys)
    found = Survey(data, reader, view, papers, tuple(keys), fields)
    if not found.signed:
        raise PdfRefused("not-signed", "not-signed", step=2)
    if len(found.signed) > MAX_SIGNATURES:
        raise PdfRefused("pdf-size", "pdf-size")
    _note_fields(notes, found)
    _note_content(notes, found)
    return found


def opened(data: bytes) -> PdfFileReader:
    """Read a file strictly.

    Raises:
        PdfRefused: `pdf-unreadable`, `pdf-size`, `encrypted`, `pdf-hybrid`.

    """
    try:
        reader = source.open_pdf(data)
    except PdfRefused as refusal:
        reason = "encrypted" if refusal.reason == "pdf-encrypted" else refusal.reason
        raise PdfRefused(reason, refusal.text) from refusal
    if "/Encrypt" in reader.trailer:
        raise PdfRefused("encrypted", "encrypted")
    if reader.total_revisions > MAX_REVISIONS:
        raise PdfRefused("pdf-size", "pdf-size")
    if reader.xrefs.hybrid_xrefs_present:
        raise PdfRefused("pdf-hybrid", "pdf-hybrid")
    return reader


def _note_fields(notes: Notes, found: Survey) -> None:
    """Fields outside the form, signatures outside the fields, fields that wait for a signature."""
    for page in unlisted(found.view, found.fields, list(found.page_keys)):
        notes.note("pdf-field-unlisted", f"第 {page + 1} 页")
    if len(RANGE.findall(found.data)) > len(found.signed):
        notes.note("pdf-signature-unaccounted")
    waiting = [field.name for field in found.fields.values() if field.is_signature and not field.signed]
    if waiting:
        notes.note("pdf-field-empty", *waiting)


def _note_content(notes: Notes, found: Survey) -> None:
    """What acts, switches, or comes from outside."""
    view = found.view
    root = view.entries(view.value(view.root_key))
    names = view.entries(dict.get(root, "/Names"))
    form = view.entries(dict.get(root, "/AcroForm"))
    needs = view.resolve(dict.get(form, "/NeedAppearances"))
    if (
        "/AA" in root
        or "/JavaScript" in names
        or "/XFA" in form
        or acts(view, dict.get(root, "/OpenAction"))
        or any(_reckons(view, field) for field in found.fields.values())
        or (isinstance(needs, generic.BooleanObject) and needs.value)
    ):
        notes.note("pdf-active-content")
    if "/OCProperties" in root:
        notes.note("pdf-layers")
    for page in found.page_keys:
        _note_page(notes, view, page)


def _reckons(view: View, field: SeenField) -> bool:
    """Whether a field, or one it is part of, does something by itself when a value is shown or changed."""
    entries = field.entries
    for _ in range(MAX_LEVELS):
        if "/AA" in entries:
            return True
        if "/Parent" not in entries:
            return False
        entries = view.entries(dict.get(entries, "/Parent"))
    return True


def _note_page(notes: Notes, view: View, page: Key) -> None:
    entries = view.entries(view.value(page))
    boxes = [view.entries(item) for item in annotations_of(view, page)]
    if "/AA" in entries or any("/AA" in box or acts(view, dict.get(box, "/A")) for box in boxes):
        notes.note("pdf-active-content")
    contents = dict.get(entries, "/Contents")
    streams: list[source.Value | None] = [*view.items(contents)[:MAX_CONTENT_STREAMS], contents]
    if any("/F" in view.entries(stream) for stream in streams):
        notes.note("pdf-external-content")


def acts(view: View, value: source.Value | None) -> bool:
    """Whether a value is an action, or begins a chain of actions, that does more than lead somewhere."""
    waiting, met = [value], 0
    while waiting and met < 64:
        item = view.resolve(waiting.pop())
        met += 1
        if isinstance(item, generic.DictionaryObject):
            if name_in(view.resolve(dict.get(item, "/S"))) not in QUIET_ACTIONS:
                return True
            following = dict.get(item, "/Next")
            waiting += view.items(following) or ([following] if following is not None else [])
    return met >= 64


def information(view: View) -> dict[str, str]:
    """The texts of the document information, by key without its slash; 64 at most, of at most 4 096 characters."""
    entries = view.entries(dict.get(view.trailer, "/Info"))
    texts = {str(key)[1:]: view.resolve(value) for key, value in list(dict.items(entries))[:64]}
    return {key: str(value)[:4096] for key, value in texts.items() if isinstance(value, generic.TextStringObject)}


def carried(view: View, name: str) -> tuple[bytes, ...]:
    """The octets of the DSS streams in one of its lists, 64 at most and of 4 MiB at most.

    Raises:
        PdfRefused: `pdf-unreadable`, one of them cannot be decoded.

    """
    store = view.entries(dict.get(view.entries(view.value(view.root_key)), "/DSS"))
    found = [view.resolve(item) for item in view.items(dict.get(store, name))[:64]]
    try:
        return tuple(
            item.data for item in found if isinstance(item, generic.StreamObject) and len(item.data) <= 1 << 22
        )
    except source.READING_ERRORS as error:
        raise source.unreadable() from error


def offset_of(reader: PdfFileReader, value: source.Value | None, holder: Key, revision: int) -> tuple[int, int] | None:
    """Where the object that holds a value begins, and in which revision it was written; None in an object stream."""
    key = key_of(value) if isinstance(value, generic.IndirectObject) else holder
    for number in range(revision, -1, -1):
        section = reader.xrefs.get_xref_data(number)
        place = section.standard_xrefs.get(key[0])
        if key[0] in section.xrefs_in_objstm:
            return None
        if place is not None and place[0] == key[1]:
            return place[1], number
    return None
