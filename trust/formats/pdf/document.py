"""A PDF of any origin, opened for adding a seal: what must be known of it, and what must not be in it.

A document that runs programs, or shows other things at other times, is refused, because nobody could say what had
been sealed: scripts, actions beyond links, media, XFA forms, layers that switch between screen and paper. Links,
bookmarks, comments and plain fields are let through; the seal covers them. So is an action that only says where to
open the document.

A file that pyHanko reads only leniently, that mixes both kinds of cross-reference (hybrid files, as word processors
write them), or in which a search for objects leads elsewhere than the tables, would be read differently by different
programs. Without signatures it is written afresh (`rewriting`) and then sealed; with signatures it cannot be, and is
refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import source
from trust.formats.pdf.content import ACTIVE_KEYS
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.form import Form, Limits, limits, read_form
from trust.formats.pdf.one_reading import reads_alike
from trust.formats.pdf.paper import Paper, papers
from trust.formats.pdf.rewriting import rewritten

MAX_DOCUMENT = 20 * 1024 * 1024
"""Octets of a document that is to be sealed."""

MAX_OBJECTS = 50_000

HARMLESS_KEYS = {"/OpenAction", "/OCProperties"}
"""Looked at more closely than by their presence."""

UNSHOWN_KEYS = {"/StructTreeRoot", "/Parent", "/P"}
"""Entries that lead to the structure tree, or back to where we come from."""

REFUSED_KEYS = {f"/{key.decode()}" for key in ACTIVE_KEYS} - HARMLESS_KEYS
REFUSED_ACTIONS = {
    f"/{name}"
    for name in (
        *("JavaScript", "Launch", "SubmitForm", "ResetForm", "ImportData", "Hide", "SetOCGState"),
        *("Rendition", "Movie", "Sound", "GoTo3DView", "RichMediaExecute", "GoToE"),
    )
}
ACTION_KEYS = ("/A", "/OpenAction", "/Next", "/PA")


@dataclass(frozen=True)
class Document:
    """The octets that will stay in front of the new revision, and what was read of them."""

    data: bytes
    reader: PdfFileReader
    catalog: generic.DictionaryObject
    papers: tuple[Paper, ...]
    form: Form
    limits: Limits

    @property
    def sizes(self) -> list[tuple[float, float]]:
        """Width and height of each page as displayed, in millimetres."""
        return [paper.size for paper in self.papers]


def open_document(data: bytes) -> Document:
    """Open a document for adding a seal.

    Raises:
        PdfRefused: `not-pdf`, `pdf-size`, `pdf-unreadable`, `pdf-encrypted`, `pdf-hybrid`, `pdf-certified`,
            `pdf-active-content`, `pdf-permissions`.

    """
    if len(data) > MAX_DOCUMENT:
        raise PdfRefused("pdf-size", f"文件超过 {MAX_DOCUMENT // 1024 // 1024} MB，不能盖章。")
    if b"%PDF-" not in data[:1024]:
        raise PdfRefused("not-pdf", "文件不是 PDF。")
    try:
        return _opened(*in_one_reading(data))
    except source.READING_ERRORS as error:
        raise source.unreadable() from error


def in_one_reading(data: bytes) -> tuple[bytes, PdfFileReader, list[source.Value]]:
    """The document as it is if everybody reads it alike, else the same document written afresh; with its objects.

    Raises:
        PdfRefused: `pdf-encrypted`; `pdf-hybrid` or `pdf-unreadable`, it would have to be, and bears signatures, or
            that is no help.

    """
    try:
        reader = source.open_pdf(data)
        hybrid = reader.xrefs.hybrid_xrefs_present
        if not hybrid and reads_alike(data, reader, len(data), reader.total_revisions - 1):
            return data, reader, list(reachable(reader))
        doubtful = _read_differently(hybrid=hybrid)
    except PdfRefused as refusal:
        if refusal.reason != "pdf-unreadable":
            raise
        doubtful = refusal
    if b"/ByteRange" in data:
        raise doubtful
    afresh = rewritten(data)
    reader = source.open_pdf(afresh)
    if not reads_alike(afresh, reader, len(afresh), reader.total_revisions - 1):
        raise doubtful  # what makes it so stands in an object that is needed
    return afresh, reader, list(reachable(reader))


def _read_differently(*, hybrid: bool) -> PdfRefused:
    """The refusal of a file that bears signatures and that programs read differently."""
    if hybrid:
        return PdfRefused("pdf-hybrid", "文件混用两种交叉引用表，且已有签名，不能再加盖印章。")
    return source.unreadable("文件的交叉引用表不合规定，各软件读到的内容不同，且已有签名，不能再加盖印章。")


def _opened(data: bytes, reader: PdfFileReader, objects: list[source.Value]) -> Document:
    catalog = source.as_dictionary(source.load(reader, reader.root_ref))
    form = read_form(reader, catalog)
    allowed = limits(reader, form)
    permissions = source.resolve(reader, dict.get(catalog, "/Perms"))
    if permissions is not None and source.as_dictionary(permissions).keys() - {"/DocMDP"}:
        raise PdfRefused("pdf-permissions", "文件带有使用权限设置，加盖印章会使其失效。")
    screen(reader, objects)
    return Document(data, reader, catalog, tuple(papers(reader, catalog)), form, allowed)


def screen(reader: PdfFileReader, objects: Iterable[source.Value]) -> None:
    """Refuse a document that acts, or shows other things at other times.

    Raises:
        PdfRefused: `pdf-active-content`.

    """
    for item in objects:
        for entries in dictionaries(item):
            if entries.keys() & REFUSED_KEYS or any(_acts(reader, dict.get(entries, key)) for key in ACTION_KEYS):
                raise active("文件含有脚本、自动动作、动态表单或媒体，不能盖章；请另存为普通 PDF 后再盖章。")
            if "/OCProperties" in entries and switches(reader, entries):
                raise active("文件含有在屏幕和打印时显示不同内容的图层，不能盖章；请先合并图层。")


def reachable(reader: PdfFileReader) -> Iterator[source.Value]:
    """Every object that catalogue and information lead to, once; the structure tree, which shows nothing, left out.

    Raises:
        PdfRefused: `pdf-unreadable`, one of them cannot be read; `pdf-size`, there are too many.

    """
    waiting = [reader.root_ref]
    if "/Info" in reader.trailer and isinstance(kept := reader.trailer.raw_get("/Info"), generic.IndirectObject):
        waiting.append(kept.reference)
    met = set(waiting)
    while waiting:
        item = source.load(reader, waiting.pop())
        yield item
        for reference in references(item):
            if reference not in met:
                met.add(reference)
                waiting.append(reference)
        if len(met) > MAX_OBJECTS:
            raise PdfRefused("pdf-size", "文件中的对象过多，不予处理。")


def dictionaries(item: source.Value) -> Iterator[generic.DictionaryObject]:
    """The dictionaries of one object, references not followed."""
    return (each for each in nested(item) if isinstance(each, generic.DictionaryObject))


def references(item: source.Value) -> Iterator[generic.Reference]:
    """The references in one object."""
    return (each.reference for each in nested(item) if isinstance(each, generic.IndirectObject))


def nested(item: source.Value) -> Iterator[source.Value]:
    """A value and all values directly in it."""
    waiting = [item]
    while waiting:
        value = waiting.pop()
        yield value
        if isinstance(value, generic.DictionaryObject):
            waiting.extend(entry for key, entry in dict.items(value) if key not in UNSHOWN_KEYS)
        elif isinstance(value, generic.ArrayObject):
            waiting.extend(list.__iter__(value))


def switches(reader: PdfFileReader, catalog: generic.DictionaryObject) -> bool:
    """Whether layers switch by themselves, by what the document is used for."""
    properties = source.as_dictionary(source.resolve(reader, dict.get(catalog, "/OCProperties")))
    others = source.raw_items(source.resolve(reader, dict.get(properties, "/Configs")))
    ways: Iterable[source.Value | None] = (dict.get(properties, "/D"), *others)
    found = [source.resolve(reader, way) for way in ways]
    return any(isinstance(way, generic.DictionaryObject) and "/AS" in way for way in found)


def active(sentence: str) -> PdfRefused:
    """The refusal of a document that does more than show pages."""
    return PdfRefused("pdf-active-content", sentence)


def _acts(reader: PdfFileReader, value: source.Value | None) -> bool:
    """Whether a value is an action, or a list of actions, of which one does more than lead somewhere."""
    found = source.resolve(reader, value)
    actions = source.raw_items(found) if isinstance(found, generic.ArrayObject) else [found]
    kinds = [source.name(reader, each, "/S") for each in actions if isinstance(each, generic.DictionaryObject)]
    return any(kind in REFUSED_ACTIONS for kind in kinds)
