"""The fields of a document's form at one of its revisions, as facts: names, kinds, values, widgets.

A field is what people fill in or seal; a widget is the box that shows it on a page (ISO 32000-2 §12.7). Signatures are
values of fields of kind `/Sig`. Fields that stand on pages without belonging to the form are found here as well,
because some readers show them and others do not. What a signature allows to be changed later is read here, and judged
in `changes`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.source import Value, unreadable
from trust.formats.pdf.views import Key, View, key_of

MAX_FIELDS, MAX_LEVELS, MAX_PAGE_NODES, MAX_ANNOTATIONS = 5_000, 32, 20_000, 50_000
SIGNATURE = "/Sig"
WIDGET = "/Widget"


@dataclass(frozen=True)
class SeenField:
    """A field: full name, object, kind, entries, raw value if there is one, and the objects of its widgets."""

    name: str
    key: Key
    kind: str | None
    entries: generic.DictionaryObject
    value: Value | None
    widgets: tuple[Key, ...]

    @property
    def is_signature(self) -> bool:
        """Whether it is a field for a signature."""
        return self.kind == SIGNATURE

    @property
    def signed(self) -> bool:
        """Whether it is a signature field with a signature."""
        return self.is_signature and self.value is not None


@dataclass(frozen=True)
class Permissions:
    """What a signature allows later: `level` 1, 2 or 3 (none stated: None), and the fields it locks."""

    level: int | None
    certifies: bool
    locks: tuple[tuple[str, frozenset[str]], ...]

    def locked(self, name: str) -> bool:
        """Whether a lock holds the field of this name."""
        for action, names in self.locks:
            named = any(name == each or name.startswith(f"{each}.") for each in names)
            if action == "/All" or (action == "/Include" and named) or (action == "/Exclude" and not named):
                return True
        return False

    @property
    def closes(self) -> bool:
        """Whether nothing can be added any more."""
        return self.level == 1 or any(action == "/All" for action, _ in self.locks)


def fields_of(view: View) -> dict[str, SeenField]:
    """All fields at the end of their branches, by full name.

    Raises:
        PdfRefused: `pdf-unreadable`, the form is not sound; `pdf-size`.

    """
    form = view.entries(dict.get(view.entries(view.value(view.root_key)), "/AcroForm"))
    found: dict[str, SeenField] = {}
    met: set[Key] = set()
    waiting: list[tuple[Value, str, str | None, int]] = [
        (item, "", None, 0) for item in reversed(view.items(dict.get(form, "/Fields")))
    ]
    while waiting:
        item, above, inherited, level = waiting.pop()
        if not isinstance(item, generic.IndirectObject) or key_of(item) in met or level > MAX_LEVELS:
            raise unreadable("文件的表单目录不完好。")
        met.add(key_of(item))
        if len(met) > MAX_FIELDS:
            raise PdfRefused("pdf-size", f"文件的表单域超过 {MAX_FIELDS} 个，不予处理。")
        entries = view.entries(item)
        own = view.resolve(dict.get(entries, "/FT"))
        kind = str(own) if own is not None else inherited
        name = _full_name(view, entries, above)
        kids = view.items(dict.get(entries, "/Kids"))
        if any("/T" in view.entries(kid) for kid in kids):
            waiting += [(kid, name, kind, level + 1) for kid in reversed(kids)]
            continue
        if name in found:
            raise unreadable("文件的表单中有同名的域。")
        found[name] = _seen(view, item, name, kind, entries, kids)
    return found


def _seen(
    view: View,
    item: generic.IndirectObject,
    name: str,
    kind: str | None,
    entries: generic.DictionaryObject,
    kids: list[Value],
) -> SeenField:
    raw = dict.get(entries, "/V")
    value = raw if view.resolve(raw) is not None else None
    widgets = tuple(key_of(kid) for kid in kids if isinstance(kid, generic.IndirectObject))
    return SeenField(name, key_of(item), kind, entries, value, widgets or (key_of(item),))


def _full_name(view: View, entries: generic.DictionaryObject, above: str) -> str:
    own = text_in(view.resolve(dict.get(entries, "/T")))
    if own is None:
        raise unreadable("文件的表单中有没有名称的域。")
    return f"{above}.{own}" if above else own


def text_in(value: Value | None) -> str | None:
    """A text string, or nothing."""
    if isinstance(value, generic.TextStringObject):
        return str(value)
    return value.decode("latin-1") if isinstance(value, generic.ByteStringObject) else None


def name_in(value: Value | None) -> str | None:
    """A name with its slash, or nothing."""
    return str(value) if isinstance(value, generic.NameObject) else None


def permissions_of(view: View, field: SeenField) -> Permissions:
    """What the signature in a field allows later.

    Raises:
        PdfRefused: `docmdp-form`, it says so in a way nobody can rely on.

    """
    signature = view.entries(field.value)
    level, certifies = None, False
    locks: list[tuple[str, frozenset[str]]] = []
    for item in view.items(dict.get(signature, "/Reference")):
        reference = view.entries(item)
        method = name_in(view.resolve(dict.get(reference, "/TransformMethod")))
        parameters = view.entries(dict.get(reference, "/TransformParams"))
        if method == "/DocMDP":
            level, certifies = stricter(level, _level(view, parameters, default=2)), True
        elif method == "/FieldMDP":
            locks.append(_lock(view, parameters))
        else:
            raise PdfRefused("docmdp-form", "docmdp-form", step=2)
    if lock := view.entries(dict.get(field.entries, "/Lock")):
        locks.append(_lock(view, lock))
        level = stricter(level, _level(view, lock, default=None))
    return Permissions(level, certifies, tuple(locks))


def stricter(one: int | None, other: int | None) -> int | None:
    """The level that allows less."""
    levels = [level for level in (one, other) if level is not None]
    return min(levels) if levels else None


def _level(view: View, parameters: generic.DictionaryObject, *, default: int | None) -> int | None:
    value = view.resolve(dict.get(parameters, "/P"))
    if value is None:
        return default
    if not isinstance(value, generic.NumberObject) or value not in {1, 2, 3}:
        raise PdfRefused("docmdp-form", "docmdp-form", step=2)
    return int(value)


def _lock(view: View, parameters: generic.DictionaryObject) -> tuple[str, frozenset[str]]:
    names = (text_in(view.resolve(item)) for item in view.items(dict.get(parameters, "/Fields")))
    return str(view.resolve(dict.get(parameters, "/Action"))), frozenset(name for name in names if name is not None)


def pages_of(view: View) -> list[Key]:
    """The pages in their order.

    Raises:
        PdfRefused: `pdf-unreadable`, the tree of pages is not one; `pdf-size`.

    """
    found: list[Key] = []
    met: set[Key] = set()
    waiting: list[Value | None] = [dict.get(view.entries(view.value(view.root_key)), "/Pages")]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, generic.IndirectObject) or key_of(item) in met:
            raise unreadable("文件的页面目录不完好。")
        met.add(key_of(item))
        if len(met) > MAX_PAGE_NODES:
            raise PdfRefused("pdf-size", "文件的页面过多，不予处理。")
        node = view.entries(item)
        if "/Kids" in node:
            waiting.extend(reversed(view.items(dict.get(node, "/Kids"))))
        else:
            found.append(key_of(item))
    return found


def annotations_of(view: View, page: Key) -> list[Value]:
    """The annotations of a page, not followed.

    Raises:
        PdfRefused: `pdf-size`.

    """
    found = view.items(dict.get(view.entries(view.value(page)), "/Annots"))
    if len(found) > MAX_ANNOTATIONS:
        raise PdfRefused("pdf-size", "页面上的批注过多，不予处理。")
    return found


def unlisted(view: View, fields: Mapping[str, SeenField], pages: list[Key]) -> Iterator[int]:
    """The pages (from 0) with a widget for a signature that belongs to no field of the form."""
    known = {widget for field in fields.values() for widget in field.widgets} | {field.key for field in fields.values()}
    for number, page in enumerate(pages):
        for item in annotations_of(view, page):
            if isinstance(item, generic.IndirectObject) and key_of(item) in known:
                continue
            entries = view.entries(item)
            above = view.entries(dict.get(entries, "/Parent"))
            kinds = {name_in(view.resolve(dict.get(each, "/FT"))) for each in (entries, above)}
            if name_in(view.resolve(dict.get(entries, "/Subtype"))) == WIDGET and SIGNATURE in kinds:
                yield number
                break
