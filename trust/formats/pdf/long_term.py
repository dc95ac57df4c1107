"""Keeping a sealed PDF verifiable: document time stamps and validation data, each appended as a revision (PAdES).

The order matters (ETSI EN 319 142-1, and tried out with pyHanko's validator): first a time stamp over the sealed
document, which proves when the seals existed (B-T); later, once revocation lists issued after that time are there, the
certificates and lists (DSS, B-LT); then another time stamp over those (B-LTA), again and again before the last one's
certificate ends. Such revisions are no changes to the document, not even to a certified or locked one (ISO 32000-2
§12.8.2.2), so what earlier signatures forbid does not forbid them.

The time stamp's value needs its room before it is known, hence a fixed one. Nothing is verified here, and nothing of
what stands in the file is written anew but the catalogue, the form and the page that lists the hidden widget.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import approval, source
from trust.formats.pdf.document import Document
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.form import Limits, read_form
from trust.formats.pdf.layout import RANGE_WIDTH, Hole, stream_body
from trust.formats.pdf.one_reading import reads_alike
from trust.formats.pdf.paper import papers
from trust.formats.pdf.revision import Revision
from trust.formats.pdf.signature_fields import HIDDEN, new_field

ROOM = 16 * 1024
"""Octets left for a token."""
MAX_VALIDATION = 64
"""Certificates, and lists, that a file may carry for validation; readers look at no more."""
_HEAD = b"%d 0 obj\n"


@dataclass(frozen=True)
class PlannedDocumentStamp:
    """A file complete but for its document time stamp: get a token over `to_be_stamped`, then `complete` it."""

    prepared: bytes
    hole: Hole

    @property
    def to_be_stamped(self) -> bytes:
        """The octets the token has to be about: the whole file but the hole."""
        return self.prepared[: self.hole.start] + self.prepared[self.hole.end :]

    def complete(self, token: bytes) -> bytes:
        """The file with the token (DER) in its place.

        Raises:
            PdfRefused: `pdf-stamp-room`, the token is larger than the room left for it.

        """
        if len(token) > ROOM:
            raise PdfRefused("pdf-stamp-room", "时间戳过大，放不进文件预留的位置。")
        literal = b"<" + token.ljust(ROOM, b"\0").hex().encode() + b">"
        return self.prepared[: self.hole.start] + literal + self.prepared[self.hole.end :]


def plan_document_stamp(data: bytes) -> PlannedDocumentStamp:
    """Plan a document time stamp over a sealed PDF.

    Raises:
        PdfRefused: `pdf-unsigned`, `pdf-hybrid`, `pdf-unreadable`, `pdf-encrypted` or `pdf-size`.

    """
    document = open_sealed(data)
    revision = Revision(data, document.reader)
    value = revision.allot()
    revision.put(value, _dictionary(b""))
    try:
        new_field(document, revision, value, [(HIDDEN, b"")], lock=False)
        appended, offsets = revision.octets()
    except source.READING_ERRORS as error:
        raise source.unreadable() from error
    start = offsets[value] + len(_HEAD % value)
    end = start + len(_dictionary(b"")) - len(b" >>")
    hole = Hole(end - 2 * ROOM - 2, end)
    final = _dictionary(approval.byte_range(hole.start, hole.end, len(data) + len(appended) - hole.end))
    at = start - len(data)
    return PlannedDocumentStamp(b"".join((data, appended[:at], final, appended[at + len(final) :])), hole)


def add_validation_data(data: bytes, certificates: Iterable[bytes], lists: Iterable[bytes]) -> bytes:
    """The sealed PDF with a revision that carries certificates and revocation lists (DER), those it lacks.

    Raises:
        PdfRefused: as `plan_document_stamp`; `pdf-validation-data`, more than readers would look at.

    """
    document = open_sealed(data)
    try:
        return _with_store(document, list(certificates), list(lists))
    except source.READING_ERRORS as error:
        raise source.unreadable() from error


def open_sealed(data: bytes) -> Document:
    """Open a sealed PDF for adding what no signature forbids.

    Raises:
        PdfRefused: as `plan_document_stamp`.

    """
    try:
        reader = source.open_pdf(data)
        if reader.xrefs.hybrid_xrefs_present:
            raise PdfRefused("pdf-hybrid", "文件混用两种交叉引用表，不能追加内容。")
        if not reads_alike(data, reader, len(data), reader.total_revisions - 1):
            raise source.unreadable("文件的交叉引用表不合规定，各软件读到的内容不同，不能追加内容。")
        catalog = source.as_dictionary(source.load(reader, reader.root_ref))
        form = read_form(reader, catalog)
        pages = tuple(papers(reader, catalog))
    except source.READING_ERRORS as error:
        raise source.unreadable() from error
    if not form.signed:
        raise PdfRefused("pdf-unsigned", "文件没有签章，无从保存其证据。")
    return Document(data, reader, catalog, pages, form, Limits(certified=False, locks=()))


def _dictionary(covered: bytes) -> bytes:
    """The value of the field, with zeros for the token; `covered` is the byte range, padded to a fixed width."""
    return b" ".join(
        (
            b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161",
            b"/ByteRange " + covered.ljust(RANGE_WIDTH),
            b"/Contents <" + b"0" * (2 * ROOM) + b"> >>",
        )
    )


def _with_store(document: Document, certificates: list[bytes], lists: list[bytes]) -> bytes:
    """Append the document security store: the streams it had, and those that were missing."""
    reader, revision = document.reader, Revision(document.data, document.reader)
    found = source.resolve(reader, dict.get(document.catalog, "/DSS"))
    store: Mapping[str, source.Value] = {} if found is None else source.as_dictionary(found)
    changed = {"/Type": b"/DSS"}
    for name, octets in (("/Certs", certificates), ("/CRLs", lists)):
        had = source.raw_items(source.resolve(reader, _raw(store, name)))
        known = {_stream(reader, item) for item in had}
        missing = [one for one in dict.fromkeys(octets) if one not in known]
        if len(had) + len(missing) > MAX_VALIDATION:
            raise PdfRefused("pdf-validation-data", "验证数据过多，文件不能再容纳。")
        made = [b"%d 0 R" % revision.add(stream_body(b"", one)) for one in missing]
        changed[name] = b"[" + b" ".join([*map(revision.spelling.literal, had), *made]) + b"]"
    number = revision.add(revision.spelling.dictionary(store, changed))
    root = revision.spelling.dictionary(document.catalog, {"/DSS": b"%d 0 R" % number})
    revision.replace(reader.root_ref, root)
    return document.data + revision.octets()[0]


def _raw(entries: Mapping[str, source.Value], name: str) -> source.Value | None:
    """An entry as it stands, a reference left a reference."""
    return dict.get(entries, name) if isinstance(entries, dict) else None


def _stream(reader: PdfFileReader, item: source.Value) -> bytes:
    """The octets of a stream that the store holds; of anything else none."""
    found = source.resolve(reader, item)
    return bytes(found.data) if isinstance(found, generic.StreamObject) else b""
