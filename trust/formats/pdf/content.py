"""What a sealed PDF may hold: everything reachable, nothing that acts, hides or changes.

One judgement serves both sides: what `plan_pdf` has laid out goes through it before anything is signed, and a sealed
file goes through it again. A page must show the same picture on every screen and on paper, today and in thirty years,
so scripts, actions, forms, layers that can be switched, comments, media and data in other files are refused; links
(to a page or an address) and the seal's own field are the only annotations. Unreachable objects are where shadow
attacks keep their second content; here they are refused.

It reads objects by `values`, in our own spelling; whether the content is a licence is not asked here.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.layout import CATALOG, FIELD, INFO, Item
from trust.formats.pdf.values import Name, Ref, Value, nested, parse

ACTIVE_KEYS = frozenset(
    map(
        Name,
        (b"AA", b"OpenAction", b"JS", b"JavaScript", b"XFA", b"RichMediaContent", b"Collection", b"OCProperties"),
    )
)
ACTIVE_ACTIONS = frozenset(
    map(
        Name,
        b"JavaScript Launch GoToR GoToE GoTo3DView SubmitForm ResetForm ImportData Hide SetOCGState Rendition"
        b" Movie Sound Trans Named Thread RichMediaExecute".split(),
    )
)
EXTERNAL_DATA = frozenset(map(Name, (b"F", b"FFilter", b"FDecodeParms")))
MAX_CATALOG = 200_000
"""Octets of the catalogue: the one object of free size that pyHanko, much slower than `values`, reads too."""

KIND, SUBTYPE, PAGES, KIDS, ANNOTATIONS = map(Name, (b"S", b"Subtype", b"Pages", b"Kids", b"Annots"))
TELLING_KEYS = ACTIVE_KEYS | {KIND}
MAX_REMEMBERED = 1024
"""Octets of an object whose value is remembered."""


def read_content(items: Sequence[Item]) -> list[Value]:
    """The values of all objects, checked; item 0 is object 1.

    Raises:
        PdfRefused: `pdf-structure`, `pdf-active-content`, `pdf-annotation`, `pdf-size`.

    """
    if len(items) >= INFO and len(items[CATALOG - 1].octets) > MAX_CATALOG:
        raise PdfRefused("pdf-size", "文件目录过于庞大，不予处理。", step=2)
    objects = [_parsed(number, item.value) for number, item in enumerate(items, start=1)]
    values = [one.value for one in objects]
    check_reachable(objects)
    for item, one in zip(items, objects, strict=True):
        screen(values, one, stream=item.stream is not None)
    for page in pages(values):
        check_annotations(values, page)
    return values


class Parsed(NamedTuple):
    """An object's value, the objects it refers to, and the dictionaries in it that have to be looked at."""

    value: Value
    references: tuple[int, ...]
    telling: tuple[dict[Name, Value], ...]


def parsed(number: int, octets: bytes) -> Parsed:
    """Read an object; what is found in it follows from these octets alone."""
    value = parse(number, octets)
    inside = list(nested(value))
    telling = tuple(one for one in inside if isinstance(one, dict) and not one.keys().isdisjoint(TELLING_KEYS))
    return Parsed(value, tuple(int(one) for one in inside if isinstance(one, Ref)), telling)


_remembered = lru_cache(maxsize=1536)(parsed)


def _parsed(number: int, octets: bytes) -> Parsed:
    """`parsed`, once in a process for short objects.

    All files of a type have many in common, and what is laid out here is examined soon after. Nothing is taken on trust
    by that: what is remembered belongs to equal octets under the same number, all of which are compared, and values are
    never changed. How objects refer to each other is looked at in every file.
    """
    return _remembered(number, octets) if len(octets) <= MAX_REMEMBERED else parsed(number, octets)


def check_reachable(objects: Sequence[Parsed]) -> None:
    """See that catalogue and information lead to every object, and nowhere else.

    Raises:
        PdfRefused: `pdf-structure`.

    """
    met: set[int] = set()
    waiting: list[int] = [CATALOG, INFO]
    while waiting:
        number = waiting.pop()
        if number in met:
            continue
        if number > len(objects) or isinstance(objects[number - 1].value, Ref):
            raise structure(f"文件引用了不存在的对象 {number}。")
        met.add(number)
        waiting.extend(objects[number - 1].references)
    if len(met) != len(objects):
        raise structure("文件中有不属于文档的多余对象。")


def screen(values: Sequence[Value], item: Parsed, *, stream: bool) -> None:
    """Refuse an object in which anything acts, hides, or comes from outside.

    Raises:
        PdfRefused: `pdf-active-content`.

    """
    if stream and isinstance(item.value, dict) and item.value.keys() & EXTERNAL_DATA:
        raise active("文件引用了外部文件中的数据，盖章的文件中不允许出现。")
    for value in item.telling:
        if item_kind(values, value) in ACTIVE_ACTIONS or value.keys() & ACTIVE_KEYS:
            raise active("文件含有脚本、自动动作、可切换图层或媒体，盖章的文件中不允许出现。")


def item_kind(values: Sequence[Value], value: dict[Name, Value]) -> Name | None:
    """The kind of an action, wherever it is written down."""
    kind = resolve(values, value.get(KIND))
    return kind if isinstance(kind, Name) else None


def pages(values: Sequence[Value]) -> list[dict[Name, Value]]:
    """The pages in their order.

    Raises:
        PdfRefused: `pdf-structure`, there is no page, or the tree of pages is not one.

    """
    catalog = values[CATALOG - 1]
    found: list[dict[Name, Value]] = []
    met: set[int] = set()
    waiting = [catalog.get(PAGES)] if isinstance(catalog, dict) else []
    while waiting:
        entry = waiting.pop()
        node = resolve(values, entry)
        if not isinstance(entry, Ref) or entry in met or not isinstance(node, dict):
            raise structure("文件的页面目录不完好。")
        met.add(entry)
        if KIDS in node:
            kids = resolve(values, node[KIDS])
            waiting.extend(reversed(kids) if isinstance(kids, list) else [None])
        else:
            found.append(node)
    if not found:
        raise structure("文件没有页面。")
    return found


def check_annotations(values: Sequence[Value], page: dict[Name, Value]) -> None:
    """Refuse every annotation of a page that is neither a link nor the seal's own field.

    Raises:
        PdfRefused: `pdf-annotation`.

    """
    for entry in annotations(values, page):
        annotation = resolve(values, entry)
        link = isinstance(annotation, dict) and resolve(values, annotation.get(SUBTYPE)) == Name(b"Link")
        if entry != Ref(FIELD) and not link:
            raise PdfRefused("pdf-annotation", "页面上有批注、表单或其他浮动内容；请先把它们合并到页面里。", step=2)


def annotations(values: Sequence[Value], page: dict[Name, Value]) -> list[Value]:
    """The entries of a page's annotations, references not followed.

    Raises:
        PdfRefused: `pdf-structure`, they are not a list.

    """
    entries = resolve(values, page.get(ANNOTATIONS, []))
    if not isinstance(entries, list):
        raise structure("页面的批注目录不完好。")
    return entries


def resolve(values: Sequence[Value], value: Value | None) -> Value | None:
    """Follow a reference; `check_reachable` has seen to it that it leads somewhere."""
    return values[value - 1] if isinstance(value, Ref) else value


def texts(value: Value) -> dict[str, str]:
    """The text strings of a dictionary, by key."""
    items = value.items() if isinstance(value, dict) else ()
    return {key.decode(): text(octets) for key, octets in items if type(octets) is bytes}


def text(octets: bytes) -> str:
    """A text string: UTF-16 where marked, else its ASCII part of PDFDocEncoding."""
    if octets.startswith(b"\xfe\xff"):
        return octets[2:].decode("utf-16-be", "replace")
    return octets.decode("ascii", "replace")


def structure(sentence: str) -> PdfRefused:
    """The refusal of a file that is not put together as ours are."""
    return PdfRefused("pdf-structure", sentence, step=2)


def active(sentence: str) -> PdfRefused:
    """The refusal of a file that does more than show pages."""
    return PdfRefused("pdf-active-content", sentence, step=2)
