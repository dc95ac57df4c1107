"""Where the objects of a PDF are used: which entries of which objects refer to an object.

An object that serves in two places cannot be exchanged in one of them only. So it counts who refers to it, and by
which keys from the top of that object: the nearest key alone may be a name that a page gave to a picture. What an array
refers to, it refers to in whatever role the array has. Generations do not tell objects apart: programs pass them by.
"""

from collections.abc import Iterator

from pyhanko.pdf_utils import generic

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.source import Value
from trust.formats.pdf.views import Key, View, key_of

Use = tuple[Key, tuple[str, ...]]
"""Who refers to an object: the object that holds the reference, and the keys that lead to it there."""
MAX_COMPARED, MAX_VALUES = 50_000, 5_000_000
"""Objects of a file whose updates have to be compared, since each is read then, and references in them."""
RESOURCES = frozenset(
    {"/Resources", "/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Properties", "/Shading", "/XObject"}
)
"""Keys of dictionaries whose keys are names that a page made up."""
OUTERMOST = 3
"""Keys that are kept of a long path, besides the nearest; no place that matters lies so deep."""


class Uses:
    """Which entry of which object refers to an object; `numbers` are those of all objects there are."""

    def __init__(self, view: View) -> None:
        self.numbers: set[int] = set()
        self._users: dict[int, dict[Use, None]] = {}
        self._held: dict[Key, list[tuple[Key, tuple[str, ...]]]] = {}
        self._count = 0
        if len(list(view.keys())) > MAX_COMPARED:
            raise PdfRefused("pdf-size", "文件中的对象过多，不予处理。")
        tables = view.tables
        for key in view.keys():  # noqa: SIM118  (a view is no mapping)
            if key not in tables:
                self.put(key, view.value(key))

    def at(self, key: Key) -> set[Use]:
        """All places where an object is referred to."""
        return set(self._users.get(key[0], ()))

    def of(self, key: Key) -> set[str]:
        """The nearest keys above the references to an object; a page may call a picture what it likes."""
        return {path[-1] for _, path in self._users.get(key[0], ()) if path}

    def only_under(self, key: Key, names: frozenset[str]) -> bool:
        """Whether an object is referred to under these keys alone, itself or as an item of an array that is."""
        return all(
            self._under(holder, path, names) if path else self._array_under(holder, names)
            for holder, path in self._users.get(key[0], ())
        )

    def _array_under(self, array: Key, names: frozenset[str]) -> bool:
        uses = self._users.get(array[0], {})
        return bool(uses) and all(path and self._under(holder, path, names) for holder, path in uses)

    def _under(self, holder: Key, path: tuple[str, ...], names: frozenset[str]) -> bool:
        made_up = RESOURCES.intersection(path[:-1]) or (len(path) == 1 and RESOURCES & self.of(holder))
        return path[-1] in names and not made_up

    def put(self, holder: Key, value: Value | None) -> None:
        """Look at an object anew.

        Raises:
            PdfRefused: `pdf-size`.

        """
        self.numbers.add(holder[0])
        for used, path in self._held.pop(holder, ()):
            self._users[used[0]].pop((holder, path), None)
        found = list(references(value))
        self._count += len(found)
        if self._count > MAX_VALUES:
            raise PdfRefused("pdf-size", "文件中的引用过多，不予处理。")
        for used, path in found:
            self._users.setdefault(used[0], {})[holder, path] = None
        if found:
            self._held[holder] = found


def references(value: Value | None) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """The references in one object, each with the dictionary keys that lead to it: the outermost few and the nearest.

    Places in arrays do not count.
    """
    waiting: list[tuple[Value | None, tuple[str, ...]]] = [(value, ())]
    while waiting:
        item, path = waiting.pop()
        if isinstance(item, generic.IndirectObject):
            yield key_of(item), path
        elif isinstance(item, generic.DictionaryObject):
            waiting.extend((entry, (*path[:OUTERMOST], key)) for key, entry in dict.items(item))
        elif isinstance(item, generic.ArrayObject):
            waiting.extend((entry, path) for entry in list.__iter__(item))
