"""What an OFD package of any origin holds: its documents, their versions, where their lists of signatures are.

`OFD.xml` is the only fixed name; everything else is found by reference. A package may hold several documents
(DocBody), each with its own list of signatures, and several versions of one document. Nothing here asks whether
anything is signed; the survey only says what would have to be.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.foreign_xml import at_most_one, read_structure, text_of
from trust.formats.ofd.locating import Locator
from trust.formats.ofd.xml import Element

ROOT, ENCRYPTIONS = "OFD.xml", "Encryptions.xml"
MAX_BODIES, MAX_VERSIONS = 64, 64
MAX_TAGS = 1_000_000
"""Of all structure files of a package together; a list of 8 000 references has some 32 000."""


@dataclass(frozen=True)
class Package:
    """The entries of a package and how to find them; digests are computed once."""

    entries: Mapping[str, bytes]
    locator: Locator
    _digests: dict[str, bytes] = field(default_factory=dict)
    _spent: Counter[str] = field(default_factory=Counter)

    def digest(self, name: str) -> bytes:
        """SM3 of an entry."""
        if name not in self._digests:
            self._digests[name] = sm3(self.entries[name])
        return self._digests[name]

    def spend(self, what: str, amount: int, limit: int) -> int:
        """Count work done on the package as a whole; what is left of the limit.

        Raises:
            Malformed: `xml-size`, nothing is.

        """
        self._spent[what] += amount
        if self._spent[what] > limit:
            raise Malformed("xml-size", f"more than {limit} {what}")
        return limit - self._spent[what]

    def structure(self, name: str, root: str, notes: Notes) -> Element:
        """An entry as a tree, its namespace noted.

        Raises:
            Malformed: `xml-…`.

        """
        self.spend("tags", self.entries[name].count(b"<"), MAX_TAGS)
        element, older = read_structure(self.entries[name], root)
        if older:
            notes.note("ns-variant")
        return element


@dataclass(frozen=True)
class Body:
    """One document of a package: entries its reading begins at, and what OFD.xml says of it.

    `roots` are the Document.xml it names, that of DocRoot first, then those of its versions; `lists` the entries that
    say so. `signatures` is the entry with its list of signatures, None where it has none.
    """

    roots: tuple[str, ...]
    lists: tuple[str, ...]
    signatures: str | None
    custom: Mapping[str, str]


def package_of(entries: Mapping[str, bytes]) -> Package:
    """A package of the entries given."""
    return Package(entries, Locator(entries))


def read_bodies(package: Package, notes: Notes) -> tuple[Body, ...]:
    """The documents OFD.xml names.

    Raises:
        Malformed: `not-ofd`, `entry-missing`, `limit`, `path-…`, `xml-…`.

    """
    if ROOT not in package.entries:
        raise Malformed("not-ofd", "no OFD.xml")
    bodies = package.structure(ROOT, "OFD", notes).all("DocBody")
    if not bodies:
        raise Malformed("not-ofd", "no document")
    if len(bodies) > MAX_BODIES:
        raise Malformed("limit", f"{len(bodies)} documents")
    if len(bodies) > 1:
        notes.note("several-documents")
    return tuple(body_of(package, body, notes) for body in bodies)


def body_of(package: Package, body: Element, notes: Notes) -> Body:
    """One DocBody."""
    root = required(package, text_of(body, "DocRoot"), ROOT, notes)
    signatures = at_most_one(body, "Signatures")
    versions = versions_of(package, body, root, notes)
    return Body(
        roots=tuple(dict.fromkeys([root, *(version_root for _, version_root in versions)])),
        lists=tuple(entry for entry, _ in versions),
        signatures=None if signatures is None else required(package, signatures.text, ROOT, notes),
        custom=custom_of(body, notes),
    )


def required(package: Package, location: str, holder: str, notes: Notes) -> str:
    """The entry at a location that must lead somewhere.

    Raises:
        Malformed: `entry-missing`, `path-…`.

    """
    found = package.locator.the_one(location, holder, notes) if location else None
    if found is None:
        raise Malformed("entry-missing", location[:100])
    return found


def versions_of(package: Package, body: Element, root: str, notes: Notes) -> list[tuple[str, str]]:
    """Where the versions of a document are described, and the Document.xml of each."""
    listed = at_most_one(body, "Versions")
    if listed is None:
        return []
    versions = listed.all("Version")
    if len(versions) > MAX_VERSIONS:
        raise Malformed("limit", f"{len(versions)} versions")
    found: list[tuple[str, str]] = []
    for version in versions:
        entry = required(package, version.attributes.get("BaseLoc", ""), ROOT, notes)
        described = package.structure(entry, "DocVersion", notes)
        version_root = required(package, text_of(described, "DocRoot"), entry, notes)
        if version.attributes.get("Current", "").casefold() in {"true", "1"} and version_root != root:
            notes.note("version-differs", entry)
        found.append((entry, version_root))
    if found:
        notes.note("versions")
    return found


def custom_of(body: Element, notes: Notes) -> dict[str, str]:
    """The name-value pairs of CustomDatas; a name given twice has no value."""
    info = at_most_one(body, "DocInfo")
    datas = None if info is None else at_most_one(info, "CustomDatas")
    pairs = [] if datas is None else [(item.attributes.get("Name", ""), item.text) for item in datas.all("CustomData")]
    names = [name for name, _ in pairs]
    doubled = {name for name in names if names.count(name) > 1} if len(names) < 1_000 else set(names)
    if doubled:
        notes.note("custom-doubled", *sorted(doubled))
    return {name: value for name, value in pairs if name and name not in doubled}
