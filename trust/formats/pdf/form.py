"""The form of a document: its fields, and what signatures that stand there still allow.

A signature may forbid later changes: a certification (DocMDP, ISO 32000-2 §12.8.2.2) with P 1 any change, with P 2 or
3 all but filling in fields that exist; a lock (FieldMDP and the field's Lock, §12.8.2.4) the filling of some fields
or of all. Adding a seal against that would break the signature, so it is refused, with a reason people understand.
Fields that are no signatures are facts to us: a seal locks them (`approving`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf import source
from trust.formats.pdf.errors import PdfRefused

MAX_FIELDS = 5_000
MAX_LEVELS = 32
SIGNATURE = "/Sig"
NO_CHANGES, FILLING = 1, 2


@dataclass(frozen=True)
class Field:
    """A field: its full name, its object, its kind, its value if it has one, and its widgets (itself, or its kids)."""

    name: str
    reference: generic.Reference
    entries: generic.DictionaryObject
    kind: str | None
    value: source.Value | None
    widgets: tuple[generic.Reference, ...]

    @property
    def signed(self) -> bool:
        """Whether this is a signature field with a signature."""
        return self.kind == SIGNATURE and self.value is not None


@dataclass(frozen=True)
class Form:
    """The form: its dictionary (none yet: None), its object unless it stands in the catalogue, and its fields."""

    entries: generic.DictionaryObject | None
    reference: generic.Reference | None
    fields: tuple[Field, ...]

    @property
    def signed(self) -> bool:
        """Whether the document bears a signature."""
        return any(field.signed for field in self.fields)

    def named(self, name: str) -> Field | None:
        """The field of that full name."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True)
class Limits:
    """What the signatures of a document allow: whether it is certified, and which fields are locked."""

    certified: bool
    locks: tuple[tuple[str, frozenset[str]], ...]

    def locked(self, name: str) -> bool:
        """Whether a lock holds the field of this name."""
        for action, names in self.locks:
            named = any(name == each or name.startswith(f"{each}.") for each in names)
            if action == "/All" or (action == "/Include" and named) or (action == "/Exclude" and not named):
                return True
        return False


def read_form(reader: PdfFileReader, catalog: generic.DictionaryObject) -> Form:
    """Read the fields.

    Raises:
        PdfRefused: `pdf-unreadable`, the form is not sound; `pdf-size`, it is too large.

    """
    raw = dict.get(catalog, "/AcroForm")
    entries = source.resolve(reader, raw)
    if entries is None or isinstance(entries, generic.NullObject):
        return Form(None, None, ())
    form = source.as_dictionary(entries)
    listed = source.raw_items(source.resolve(reader, dict.get(form, "/Fields")))
    fields = tuple(_walked(reader, listed))
    if len({field.name for field in fields}) != len(fields):
        raise source.unreadable("文件的表单中有同名的域。")
    return Form(form, raw.reference if isinstance(raw, generic.IndirectObject) else None, fields)


def limits(reader: PdfFileReader, form: Form) -> Limits:
    """What the signatures of a document allow.

    Raises:
        PdfRefused: `pdf-certified`, no change at all.

    """
    certified = False
    locks: list[tuple[str, frozenset[str]]] = []
    for field in form.fields:
        if not field.signed:
            continue
        permissions = [_permission(reader, lock, None) for lock in _locks(reader, field)]
        for method, parameters in _transforms(reader, field):
            if method == "/DocMDP":
                permissions.append(_permission(reader, parameters, FILLING))
            elif method == "/FieldMDP":
                locks.append(_lock(reader, parameters))
        locks += [_lock(reader, lock) for lock in _locks(reader, field)]
        if NO_CHANGES in permissions:
            raise PdfRefused("pdf-certified", "文件中的签章规定盖章后不得再有任何改动，不能再加盖印章。")
        certified = certified or any(each is not None for each in permissions)
    return Limits(certified, tuple(locks))


def free_name(form: Form) -> str:
    """A name for a new field: Seal1, Seal2 and so on."""
    taken = {field.name.split(".")[0] for field in form.fields}
    return next(name for number in range(1, MAX_FIELDS + 2) if (name := f"Seal{number}") not in taken)


def _walked(reader: PdfFileReader, listed: list[source.Value]) -> Iterator[Field]:
    """All terminal fields, in their order."""
    met: set[generic.Reference] = set()
    waiting: list[tuple[source.Value, str, str | None, int]] = [(item, "", None, 0) for item in reversed(listed)]
    while waiting:
        item, parent, inherited, level = waiting.pop()
        if not isinstance(item, generic.IndirectObject) or item.reference in met or level > MAX_LEVELS:
            raise source.unreadable("文件的表单目录不完好。")
        met.add(item.reference)
        if len(met) > MAX_FIELDS:
            raise PdfRefused("pdf-size", f"文件的表单域超过 {MAX_FIELDS} 个，不予处理。")
        entries = source.as_dictionary(source.load(reader, item.reference))
        own = source.resolve(reader, dict.get(entries, "/FT"))
        kind = str(own) if own is not None else inherited
        name = _name(reader, entries, parent)
        kids = source.raw_items(source.resolve(reader, dict.get(entries, "/Kids")))
        below = [kid for kid in kids if "/T" in source.as_dictionary(source.resolve(reader, kid))]
        waiting += [(kid, name, kind, level + 1) for kid in reversed(below)]
        if not below:
            widgets = tuple(kid.reference for kid in kids if isinstance(kid, generic.IndirectObject))
            value = source.resolve(reader, dict.get(entries, "/V"))
            shown = None if isinstance(value, generic.NullObject) else value
            yield Field(name, item.reference, entries, kind, shown, widgets or (item.reference,))


def _name(reader: PdfFileReader, entries: generic.DictionaryObject, parent: str) -> str:
    own = source.resolve(reader, dict.get(entries, "/T"))
    if not isinstance(own, generic.TextStringObject | generic.ByteStringObject):
        raise source.unreadable("文件的表单中有没有名称的域。")
    text = own if isinstance(own, str) else own.decode("latin-1")
    return f"{parent}.{text}" if parent else str(text)


def _transforms(reader: PdfFileReader, field: Field) -> Iterator[tuple[str, generic.DictionaryObject]]:
    """The methods a signature names for judging later changes, with their parameters."""
    value = source.as_dictionary(field.value)
    for item in source.raw_items(source.resolve(reader, dict.get(value, "/Reference"))):
        entry = source.as_dictionary(source.resolve(reader, item))
        parameters = source.resolve(reader, dict.get(entry, "/TransformParams"))
        yield source.name(reader, entry, "/TransformMethod") or "", source.as_dictionary(parameters)


def _locks(reader: PdfFileReader, field: Field) -> list[generic.DictionaryObject]:
    lock = source.resolve(reader, dict.get(field.entries, "/Lock"))
    return [source.as_dictionary(lock)] if lock is not None else []


def _permission(reader: PdfFileReader, entries: generic.DictionaryObject, default: int | None) -> int | None:
    """The number of a permission; what is not one counts as forbidding everything."""
    value = source.resolve(reader, dict.get(entries, "/P"))
    if value is None:
        return default
    return int(value) if isinstance(value, generic.NumberObject) else NO_CHANGES


def _lock(reader: PdfFileReader, parameters: generic.DictionaryObject) -> tuple[str, frozenset[str]]:
    names = [
        source.resolve(reader, each)
        for each in source.raw_items(source.resolve(reader, dict.get(parameters, "/Fields")))
    ]
    action = source.resolve(reader, dict.get(parameters, "/Action"))
    return str(action), frozenset(str(name) for name in names if isinstance(name, str))
