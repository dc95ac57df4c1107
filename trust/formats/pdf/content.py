"""What a sealed PDF may hold: everything reachable, nothing that acts, hides or changes.

One screen serves both sides: a document that breaks a rule is not sealed, and a sealed file that breaks one is
refused. A reader must show the same picture on every screen and on paper, today and in thirty years, so scripts,
actions, forms, layers that can be switched, comments, media, references to other files and encryption are refused;
links (to a page or an address) are the only annotations. Unreachable objects are where shadow attacks keep their
second content; the writer drops them and the examination refuses them.

pyHanko parses, strictly; its errors come out as `PdfRefused`. Whether the content is a licence is not asked here.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.asn1 import UNREADABLE
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.layout import MAX_OBJECTS, MAX_OCTETS

MAX_DEPTH = 60
MAX_VALUES = 2_000_000
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

ACTIVE_KEYS = {"/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/RichMediaContent", "/Collection", "/OCProperties"}
ACTIVE_ACTIONS = {
    "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/GoTo3DView", "/SubmitForm", "/ResetForm", "/ImportData", "/Hide",
    "/SetOCGState", "/Rendition", "/Movie", "/Sound", "/Trans", "/Named", "/Thread", "/RichMediaExecute",
}  # fmt: skip
EXTERNAL_DATA = {"/F", "/FFilter", "/FDecodeParms"}

Value = generic.PdfObject


def open_pdf(data: bytes) -> PdfFileReader:
    """Open a PDF strictly.

    Raises:
        PdfRefused: `pdf-size`, `pdf-unreadable`, `pdf-encrypted`.

    """
    if len(data) > MAX_OCTETS:
        raise PdfRefused("pdf-size", f"文件超过 {MAX_OCTETS // 1_000_000} MB，不予处理。")
    try:
        reader = PdfFileReader(BytesIO(data), strict=True)
        encrypted = reader.encrypted
    except READING_ERRORS as error:
        raise PdfRefused("pdf-unreadable", "文件不是完好的 PDF，无法读取。") from error
    if encrypted:
        raise PdfRefused("pdf-encrypted", "文件已加密；请先解除加密。")
    return reader


def live_objects(reader: PdfFileReader) -> dict[generic.Reference, Value]:
    """Every indirect object that the trailer leads to, with the raw values inside, in the order met.

    Raises:
        PdfRefused: `pdf-unreadable`; `pdf-size` for too many objects or values.

    """
    found: dict[generic.Reference, Value] = {}
    waiting = roots(reader)
    values = 0
    while waiting:
        reference = waiting.pop()
        if reference in found:
            continue
        found[reference] = item = load(reader, reference)
        for value in values_within(item):
            values += 1
            if isinstance(value, generic.IndirectObject):
                waiting.append(value.reference)
        if len(found) > MAX_OBJECTS or values > MAX_VALUES:
            raise PdfRefused("pdf-size", "文件中的对象过多，不予处理。")
    return found


def roots(reader: PdfFileReader) -> list[generic.Reference]:
    """What the trailer leads to: catalogue and document information.

    Raises:
        PdfRefused: `pdf-unreadable`.

    """
    try:
        catalog = reader.root_ref
        information = reader.trailer.raw_get("/Info") if "/Info" in reader.trailer else None
    except READING_ERRORS as error:
        raise PdfRefused("pdf-unreadable", "文件不是完好的 PDF，无法读取。") from error
    return [catalog, *([information.reference] if isinstance(information, generic.IndirectObject) else [])]


def load(reader: PdfFileReader, reference: generic.Reference) -> Value:
    """One indirect object.

    Raises:
        PdfRefused: `pdf-unreadable`.

    """
    source: Any = reader  # pyHanko leaves the method without types
    try:
        item: Value = source.get_object(reference)
    except READING_ERRORS as error:
        raise PdfRefused("pdf-unreadable", f"对象 {reference.idnum} 无法读取。") from error
    if isinstance(item, generic.IndirectObject):
        raise PdfRefused("pdf-unreadable", f"对象 {reference.idnum} 只是对另一对象的引用。")
    return item


def values_within(item: Value) -> Iterator[Value]:
    """A value and all values nested in it, references not followed."""
    waiting = [(item, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield value
        if depth > MAX_DEPTH:
            raise PdfRefused("pdf-size", "文件中的对象嵌套过深，不予处理。")
        if isinstance(value, generic.DictionaryObject):
            waiting.extend((nested, depth + 1) for nested in dict.values(value))
        elif isinstance(value, generic.ArrayObject):
            waiting.extend((nested, depth + 1) for nested in list.__iter__(value))


def screen(reader: PdfFileReader, item: Value) -> None:
    """Refuse an object in which anything acts, hides, or comes from outside.

    Raises:
        PdfRefused: `pdf-active-content`, `pdf-unreadable`.

    """
    for value in values_within(item):
        if not isinstance(value, generic.DictionaryObject):
            continue
        keys = set(value)
        kind = resolve(reader, dict.get(value, "/S"))
        if keys & ACTIVE_KEYS or (isinstance(kind, generic.NameObject) and kind in ACTIVE_ACTIONS):
            raise _active("文件含有脚本、自动动作、可切换图层或媒体，盖章的文件中不允许出现。")
        if isinstance(value, generic.StreamObject) and keys & EXTERNAL_DATA:
            raise _active("文件引用了外部文件中的数据，盖章的文件中不允许出现。")


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
        node = resolve(reader, entry)
        if not isinstance(entry, generic.IndirectObject) or not isinstance(node, generic.DictionaryObject):
            raise PdfRefused("pdf-unreadable", "文件的页面目录不完好。")
        if entry.reference in met:
            raise PdfRefused("pdf-unreadable", "文件的页面目录自相引用。")
        met.add(entry.reference)
        if "/Kids" in node:
            waiting.extend(reversed(raw_items(resolve(reader, dict.get(node, "/Kids")))))
        else:
            pages.append(entry.reference)
    if not pages:
        raise PdfRefused("pdf-unreadable", "文件没有页面。")
    return pages


def check_annotations(reader: PdfFileReader, page: generic.DictionaryObject, allowed: generic.Reference | None) -> None:
    """Refuse every annotation of a page that is neither a link nor the seal's own field.

    Raises:
        PdfRefused: `pdf-annotation`, `pdf-unreadable`.

    """
    for entry in raw_items(resolve(reader, dict.get(page, "/Annots"))):
        annotation = resolve(reader, entry)
        if isinstance(entry, generic.IndirectObject) and entry.reference == allowed:
            continue
        if not isinstance(annotation, generic.DictionaryObject) or dict.get(annotation, "/Subtype") != "/Link":
            raise PdfRefused("pdf-annotation", "页面上有批注、表单或其他浮动内容；请先把它们合并到页面里。", step=2)


def resolve(reader: PdfFileReader, value: Value | None) -> Value | None:
    """Follow a reference."""
    return load(reader, value.reference) if isinstance(value, generic.IndirectObject) else value


def raw_items(value: Value | None) -> list[Value]:
    """The items of an array, references not followed; nothing for anything else."""
    return list(list.__iter__(value)) if isinstance(value, generic.ArrayObject) else []


def _active(sentence: str) -> PdfRefused:
    return PdfRefused("pdf-active-content", sentence, step=2)
