"""What the pages of an OFD document draw with: fonts, pictures, drawing parameters, composite units, templates.

Read by reference from Document.xml and its resource files, with the readers that verification uses. Where a location
could mean two entries the likeliest is taken: this is a picture for people, what counts is judged elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from trust.errors import Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.glyphs import named
from trust.formats.ofd.reachable import pages_of
from trust.formats.ofd.survey import Package, read_bodies
from trust.formats.ofd.xml import Element, read_xml
from verifier.pictures.fonts import Font

MAX_RESOURCES = 64


@dataclass
class Resources:
    """By object id."""

    fonts: dict[str, Font] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    drawing: dict[str, Element] = field(default_factory=dict)
    units: dict[str, Element] = field(default_factory=dict)


@dataclass
class Document:
    """One document of a package, as far as drawing its pages needs it."""

    entry: str
    root: Element
    resources: Resources
    templates: dict[str, tuple[str, str]]
    """Entry and layer of each template page by its id."""
    annotations: dict[str, list[str]]
    """Entries with the annotations of a page, by the page's id."""


@dataclass(frozen=True)
class PageAt:
    """Where a page is: its document, its id, its content, and the size its document states, in millimetres."""

    document: Document
    number: str
    entry: str | None
    size: tuple[float, float]


def pages_in(package: Package) -> list[PageAt]:
    """All pages in the order in which verification counts them: documents one behind the other.

    Raises:
        Malformed: the package cannot be read.

    """
    found = []
    for body in read_bodies(package, Notes()):
        document = document_of(package, body.roots[0])
        for page in pages_of(package, body.roots[0], {}, Notes()):
            entry = page.entries[0] if page.entries else None
            found.append(PageAt(document, page.number, entry, (page.width, page.height)))
    return found


def document_of(package: Package, entry: str) -> Document:
    """A document and everything its pages draw with."""
    root = package.structure(entry, "Document", Notes())
    common = named(root, "CommonData")
    document = Document(entry, root, Resources(), {}, {})
    for part in common:
        add_resources(package, document.resources, part, entry, ("PublicRes", "DocumentRes"))
        for template in named(part, "TemplatePage"):
            location = entry_at(package, template.attributes.get("BaseLoc", ""), entry)
            if location is not None:
                layer = template.attributes.get("ZOrder", "Background")
                document.templates[template.attributes.get("ID", "")] = (location, layer)
    for listed in named(root, "Annotations"):
        add_annotations(package, document, listed.text.strip())
    return document


def add_resources(package: Package, to: Resources, holder: Element, entry: str, names: tuple[str, ...]) -> None:
    """Read the resource files that an element names; one that cannot be read is left out."""
    located = [child.text for name in names for child in named(holder, name)][:MAX_RESOURCES]
    for location in located:
        found = entry_at(package, location, entry)
        if found is None:
            continue
        try:
            read_resources(package, to, found)
        except Malformed:
            continue


def read_resources(package: Package, to: Resources, entry: str) -> None:
    """Read one resource file."""
    res = read_xml(package.entries[entry])
    base = res.attributes.get("BaseLoc", "")
    for item in below(res, "Fonts", "Font"):
        octets = octets_of(package, item, "FontFile", entry, base)
        to.fonts[item.attributes.get("ID", "")] = Font(octets or b"")
    for item in below(res, "MultiMedias", "MultiMedia"):
        octets = octets_of(package, item, "MediaFile", entry, base)
        if octets:
            to.pictures[item.attributes.get("ID", "")] = octets
    to.drawing |= {item.attributes.get("ID", ""): item for item in below(res, "DrawParams", "DrawParam")}
    units = below(res, "CompositeGraphicUnits", "CompositeGraphicUnit")
    to.units |= {item.attributes.get("ID", ""): item for item in units}


def below(element: Element, group: str, name: str) -> Iterator[Element]:
    """The elements of a name in a group."""
    for part in named(element, group):
        yield from named(part, name)


def octets_of(package: Package, item: Element, name: str, holder: str, base: str) -> bytes | None:
    """The entry that a child of an element names."""
    for child in named(item, name):
        found = entry_at(package, child.text, holder, base=base)
        if found is not None:
            return package.entries[found]
    return None


def entry_at(package: Package, location: str, holder: str, *, base: str = "") -> str | None:
    """The likeliest entry of a location, or None."""
    if not location.strip():
        return None
    try:
        found = package.locator.meanings(location, holder, Notes(), base=base)
    except Malformed:
        return None
    return found[0] if found else None


def add_annotations(package: Package, document: Document, location: str) -> None:
    """Where the annotations of each page are."""
    entry = entry_at(package, location, document.entry)
    if entry is None:
        return
    try:
        listed = read_xml(package.entries[entry])
    except Malformed:
        return
    for page in named(listed, "Page"):
        for child in named(page, "FileLoc"):
            found = entry_at(package, child.text, entry)
            if found is not None:
                document.annotations.setdefault(page.attributes.get("PageID", ""), []).append(found)
