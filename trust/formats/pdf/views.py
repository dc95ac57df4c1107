"""A PDF as it was at the end of each of its revisions, and where its objects are used.

Updates are appended to a PDF, and each may put another object in the place of an old one (ISO 32000-2 §7.5.6). A
`View` answers what an object was after a given revision; the next view differs by what the next section of the
cross-reference lists.

References are followed by whoever asks; values come as pyHanko reads them. What a change means is decided in `changes`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.source import READING_ERRORS, Value, unreadable

Key = tuple[int, int]
"""Number and generation of an object."""

NOTHING: generic.DictionaryObject = cast("Any", generic.DictionaryObject)()
"""An empty dictionary."""
MAX_OBJECTS = 200_000
"""Objects of a file."""


class View:
    """The document at the end of `revision`; `places` says in which revision each object was written last."""

    def __init__(
        self,
        reader: PdfFileReader,
        revision: int,
        places: Mapping[Key, int],
        read: dict[tuple[Key, int], Value] | None = None,
    ) -> None:
        self.revision = revision
        self._reader = reader
        self._places = places
        self._read: dict[tuple[Key, int], Value] = {} if read is None else read

    @property
    def trailer(self) -> generic.DictionaryObject:
        """The trailer of this revision, entries of earlier ones included where it repeats none."""
        return self._reader.trailer.flatten(self.revision)

    @property
    def root_key(self) -> Key:
        """The catalogue's object.

        Raises:
            PdfRefused: `pdf-unreadable`.

        """
        root = dict.get(self.trailer, "/Root")
        if not isinstance(root, generic.IndirectObject):
            raise unreadable()
        return key_of(root)

    @property
    def tables(self) -> frozenset[Key]:
        """The cross-reference streams, whose dictionaries are trailers and no objects of the document.

        A later revision may write an object of the document under the number of an earlier cross-reference stream.
        """
        xrefs = self._reader.xrefs
        streams = ((number, xrefs.get_xref_container_info(number).stream_ref) for number in range(self.revision + 1))
        keys = ((number, (each.idnum, each.generation)) for number, each in streams if each is not None)
        return frozenset(key for number, key in keys if self._places.get(key) == number)

    @property
    def own_table(self) -> set[Key]:
        """The cross-reference stream of this very revision, whether or not it lists itself; none if it has a table."""
        stream = self._reader.xrefs.get_xref_container_info(self.revision).stream_ref
        return set() if stream is None else {(stream.idnum, stream.generation)}

    def __contains__(self, key: Key) -> bool:
        return key in self._places

    def keys(self) -> Iterator[Key]:
        """All objects there are."""
        return iter(self._places)

    def value(self, key: Key) -> Value | None:
        """An object, or nothing where there is none.

        Raises:
            PdfRefused: `pdf-unreadable`.

        """
        place = self._places.get(key)
        return None if place is None else self.written(key, place)

    def written(self, key: Key, revision: int) -> Value:
        """An object as a revision wrote it, also where a later one wrote it anew.

        Raises:
            PdfRefused: `pdf-unreadable`.

        """
        if (key, revision) not in self._read:
            self._read[key, revision] = self._load(key, revision)
        return self._read[key, revision]

    def _load(self, key: Key, place: int) -> Value:
        reader: Any = self._reader  # pyHanko leaves the method without types
        try:
            found: Value = reader.get_object(generic.Reference(*key, pdf=self._reader), revision=place)
        except READING_ERRORS as error:
            raise unreadable(f"对象 {key[0]} 无法读取。") from error
        return found

    def resolve(self, value: Value | None) -> Value | None:
        """Follow a reference, once; null is nothing."""
        found = self.value(key_of(value)) if isinstance(value, generic.IndirectObject) else value
        if isinstance(found, generic.IndirectObject):
            raise unreadable("对象只是对另一对象的引用。")
        return None if isinstance(found, generic.NullObject) else found

    def entries(self, value: Value | None) -> generic.DictionaryObject:
        """A dictionary, empty for anything else; entries are not followed."""
        found = self.resolve(value)
        return found if isinstance(found, generic.DictionaryObject) else NOTHING

    def items(self, value: Value | None) -> list[Value]:
        """The items of an array, none for anything else; they are not followed."""
        found = self.resolve(value)
        return list(list.__iter__(found)) if isinstance(found, generic.ArrayObject) else []

    def next(self, written: set[Key], revision: int) -> "View":
        """The view after the next revision, which wrote these objects."""
        return View(self._reader, revision, {**self._places, **dict.fromkeys(written, revision)}, self._read)

    def back_at(self, revision: int) -> "View":
        """The view at the end of another revision; what was read already is not read again."""
        return self if revision == self.revision else view_at(self._reader, revision, self._read)


def written_in(reader: PdfFileReader, revision: int) -> tuple[set[Key], set[int]]:
    """The objects a revision writes, and the numbers it declares free."""
    section = reader.xrefs.get_xref_data(revision)
    freed = set(section.freed)
    listed = {(number, generation) for number, generation in section.explicit_refs_in_revision if number not in freed}
    return listed, freed


def view_at(reader: PdfFileReader, revision: int, read: dict[tuple[Key, int], Value] | None = None) -> View:
    """The document at the end of a revision; `read` are objects read already, by place.

    Raises:
        PdfRefused: `pdf-size`, there are too many objects.

    """
    places: dict[Key, int] = {}
    for number in range(revision + 1):
        written, freed = written_in(reader, number)
        places = {key: place for key, place in places.items() if key[0] not in freed} if freed else places
        places.update(dict.fromkeys(written, number))
    if len(places) > MAX_OBJECTS:
        raise PdfRefused("pdf-size", "文件中的对象过多，不予处理。")
    return View(reader, revision, places, read)


def key_of(value: generic.IndirectObject) -> Key:
    """Number and generation of what a reference refers to."""
    return value.reference.idnum, value.reference.generation


def same(one: Value | None, other: Value | None) -> bool:
    """Whether two values mean the same, however they are spelt; references must be the same references."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, generic.DictionaryObject):
            if (
                not _alike(left, right)
                or not isinstance(right, generic.DictionaryObject)
                or left.keys() != right.keys()
            ):
                return False
            waiting.extend((dict.get(left, key), dict.get(right, key)) for key in left)
        elif isinstance(left, generic.ArrayObject):
            if not isinstance(right, generic.ArrayObject) or len(left) != len(right):
                return False
            waiting.extend(zip(list.__iter__(left), list.__iter__(right), strict=True))
        elif not _simply_same(left, right):
            return False
    return True


STREAM = "stream"


def _alike(one: generic.DictionaryObject, other: Value | None) -> bool:
    """Whether both are dictionaries, or both streams of the same octets."""
    if isinstance(one, generic.StreamObject):
        return isinstance(other, generic.StreamObject) and one.encoded_data == other.encoded_data
    return isinstance(other, generic.DictionaryObject) and not isinstance(other, generic.StreamObject)


STRINGS = (generic.TextStringObject, generic.ByteStringObject)


def _simply_same(one: Value | None, other: Value | None) -> bool:
    if isinstance(one, generic.IndirectObject):
        return isinstance(other, generic.IndirectObject) and key_of(one) == key_of(other)
    if isinstance(one, STRINGS):
        return isinstance(other, STRINGS) and one.original_bytes == other.original_bytes
    # 8 and 8.0 are two values: programs pass by a real number where they look for an integer
    return type(one) is type(other) and one == other


def changed_keys(one: generic.DictionaryObject, other: generic.DictionaryObject) -> set[str]:
    """The keys whose values differ; `STREAM` among them where one is a stream and the other another one, or none.

    Whatever kind of dictionary an object is for, it may be a stream as well, and a page may show what is in it.
    """
    names = one.keys() | other.keys()
    changed = {str(name) for name in names if not same(dict.get(one, name), dict.get(other, name))}
    return changed if _alike(one, other) else {*changed, STREAM}
