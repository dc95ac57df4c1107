"""Reading a PDF that is to be sealed: whatever shape it has, pyHanko reads it strictly or not at all.

Values are handed on raw, references not followed, so that copying keeps the document's own structure. pyHanko's
errors come out as `PdfRefused`. What the document may hold is
judged after copying, on what will be sealed (`content`).
"""

import zlib
from io import BytesIO
from typing import Any

import pyhanko.pdf_utils.filters  # noqa: F401  (pyHanko loads it late, where files are read nothing can be loaded)
from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.asn1 import UNREADABLE
from trust.formats.pdf import quick_hex, quick_names
from trust.formats.pdf.errors import PdfRefused

quick_hex.hasten()
quick_names.hasten()

READING_ERRORS = (
    misc.PdfError,
    zlib.error,
    AssertionError,
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,
    *UNREADABLE,
)
"""What pyHanko raises over a file that it cannot read, by its documentation or by experience."""

MAX_LEVELS = 60
MAX_STREAM, MAX_STREAMS = 64 * 1024 * 1024, 256 * 1024 * 1024
LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=MAX_STREAM),
    document_budget=DocumentDecodeBudget(base_allowance=MAX_STREAMS, max_ratio=0),
)
Value = generic.PdfObject


def open_pdf(data: bytes) -> PdfFileReader:
    """Open a PDF strictly.

    Raises:
        PdfRefused: `pdf-unreadable`, `pdf-encrypted`.

    """
    try:
        reader = PdfFileReader(BytesIO(data), strict=True, decode_limits=LIMITS)
        encrypted = reader.encrypted
    except READING_ERRORS as error:
        raise unreadable() from error
    if encrypted:
        raise PdfRefused("pdf-encrypted", "文件已加密；请先解除加密。")
    return reader


def load(reader: PdfFileReader, reference: generic.Reference) -> Value:
    """One indirect object.

    Raises:
        PdfRefused: `pdf-unreadable`.

    """
    source: Any = reader  # pyHanko leaves the method without types
    try:
        item: Value = source.get_object(reference)
    except READING_ERRORS as error:
        raise unreadable(f"对象 {reference.idnum} 无法读取。") from error
    if isinstance(item, generic.IndirectObject):
        raise unreadable(f"对象 {reference.idnum} 只是对另一对象的引用。")
    return item


def resolve(reader: PdfFileReader, value: Value | None) -> Value | None:
    """Follow a reference."""
    return load(reader, value.reference) if isinstance(value, generic.IndirectObject) else value


def raw_items(value: Value | None) -> list[Value]:
    """The items of an array, references not followed; nothing for anything else."""
    return list(list.__iter__(value)) if isinstance(value, generic.ArrayObject) else []


def name(reader: PdfFileReader, entries: generic.DictionaryObject, key: str) -> str | None:
    """The name that a dictionary has under a key, with its slash; nothing for anything else."""
    found = resolve(reader, dict.get(entries, key))
    return str(found) if isinstance(found, generic.NameObject) else None


def as_dictionary(value: Value | None) -> generic.DictionaryObject:
    """A value that must be a dictionary, and no stream: a page may show what is in a stream, whatever it is for.

    Raises:
        PdfRefused: `pdf-unreadable`.

    """
    if not isinstance(value, generic.DictionaryObject) or isinstance(value, generic.StreamObject):
        raise unreadable()
    return value


def information(reader: PdfFileReader) -> generic.DictionaryObject | None:
    """The document information, if there is any."""
    try:
        found = resolve(reader, reader.trailer.raw_get("/Info"))
    except KeyError:
        return None
    return found if isinstance(found, generic.DictionaryObject) else None


def page_references(reader: PdfFileReader, catalog: generic.DictionaryObject) -> list[generic.Reference]:
    """The pages in their order.

    Raises:
        PdfRefused: `pdf-unreadable`, there is no page, or the tree of pages is not one.

    """
    pages: list[generic.Reference] = []
    met: set[generic.Reference] = set()
    waiting = [dict.get(catalog, "/Pages")]
    while waiting:
        entry = waiting.pop()
        if not isinstance(entry, generic.IndirectObject) or entry.reference in met:
            raise unreadable("文件的页面目录不完好。")
        met.add(entry.reference)
        node = as_dictionary(resolve(reader, entry))
        if "/Kids" in node:
            waiting.extend(reversed(raw_items(resolve(reader, dict.get(node, "/Kids")))))
        else:
            pages.append(entry.reference)
    if not pages:
        raise unreadable("文件没有页面。")
    return pages


def inherited(reader: PdfFileReader, page: generic.DictionaryObject, key: str) -> Value | None:
    """An entry of the page, or of the nearest node above it that has one."""
    node: Value | None = page
    for _ in range(MAX_LEVELS):
        if not isinstance(node, generic.DictionaryObject):
            return None
        if key in node:
            return resolve(reader, dict.get(node, key))
        node = resolve(reader, dict.get(node, "/Parent"))
    return None


def unreadable(sentence: str = "文件不是完好的 PDF，无法读取。") -> PdfRefused:
    """The refusal of a file that cannot be read."""
    return PdfRefused("pdf-unreadable", sentence)
