"""Which entries of an OFD package a reader that shows a document may come to, and the pages it would show.

From Document.xml every location is followed: the known ones (resources, pages, templates, annotations, attachments,
tags, extensions), and any other attribute or text that happens to name an entry, because producers add elements of
their own. Where a location could mean two entries both count. So the set may be larger than what one reader loads and
is never smaller; asking that all of it be signed is safe.

Fonts, media, attachments and schemas are ends: whatever stands in them is not read as OFD.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite

from trust.errors import Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.foreign_xml import (
    MAX_SCANNED,
    MAX_SCANNED_ELEMENTS,
    Scan,
    at_most_one,
    looks_like_xml,
    scan,
    text_of,
)
from trust.formats.ofd.locating import folded
from trust.formats.ofd.survey import Package
from trust.formats.ofd.xml import Element

ENDS = frozenset({"FontFile", "MediaFile", "SchemaLoc", "ExtendData", "Profile", "Substitution", "Thumbnail"})
LOCATIONS = frozenset(
    {"PublicRes", "DocumentRes", "PageRes", "FileLoc", "BaseLoc", "Annotations", "CustomTags", "Attachments"}
    | {"Extensions", "DocRoot"}
)
ATTRIBUTES = frozenset({"BaseLoc", "Loc", "FileLoc"})
MAX_VALUE = 512
MAX_PAGES, MAX_LOCATIONS = 10_000, 100_000
OUTSIDE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]{1,20}:)?//|\s*(?:file|data):", re.IGNORECASE)
A4 = (210.0, 297.0)
MAX_SIDE_MM = 20_000.0


@dataclass
class Reached:
    """What was reached: all entries, those read as XML, the lists of annotations among them, each page's own box."""

    entries: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    annotations: set[str] = field(default_factory=set)
    boxes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page: its object id, the entries its content may stand in, and its size in millimetres."""

    number: str
    entries: tuple[str, ...]
    width: float
    height: float


def reach(package: Package, starts: Iterable[str], notes: Notes) -> Reached:
    """Follow every location from the entries given.

    Raises:
        Malformed: `xml-…`, `path-escape`, `limit`.

    """
    reached = Reached()
    waiting = deque((start, True) for start in starts)
    while waiting:
        entry, certain = waiting.popleft()
        reached.entries.add(entry)
        if entry in reached.read or not looks_like_xml(package.entries[entry]):
            continue
        reached.read.add(entry)
        waiting.extend(followed(package, entry, reached, notes, certain=certain))
    return reached


def followed(package: Package, entry: str, reached: Reached, notes: Notes, *, certain: bool) -> list[tuple[str, bool]]:
    """The entries that one entry leads to and that have to be read in their turn.

    An entry that a known location led to must be readable; one that was only guessed may be anything.
    """
    octets = package.entries[entry]
    package.spend("octets of XML", len(octets), MAX_SCANNED)
    left = package.spend("elements", 0, MAX_SCANNED_ELEMENTS)
    try:
        found = scan(octets, Wanted(package.locator.last_steps), left)
    except Malformed as refusal:
        if certain or refusal.reason in {"xml-size", "xml-encoding"}:
            raise
        return []
    package.spend("elements", found.elements, MAX_SCANNED_ELEMENTS)
    package.spend("locations", len(found.values), MAX_LOCATIONS)
    if found.older:
        notes.note("ns-variant")
    if found.root == "Annotations":
        reached.annotations.add(entry)
    if found.box:
        reached.boxes[entry] = found.box
    return [step for value in found.values for step in steps(package, entry, found, value, reached, notes)]


class Wanted:
    """Asks for known locations, and for whatever ends like the name of an entry."""

    def __init__(self, last_steps: frozenset[str]) -> None:
        self.last_steps = last_steps

    def __call__(self, element: str, attribute: str, value: str) -> bool:
        if len(value) > MAX_VALUE:
            return False
        if is_location(element, attribute):
            return True
        return folded(value.replace("\\", "/").rpartition("/")[2].strip()) in self.last_steps


def is_location(element: str, attribute: str) -> bool:
    """Whether the standard puts a location here."""
    if attribute:
        return attribute in ATTRIBUTES and element != "Res"
    return element in LOCATIONS or element in ENDS


def steps(
    package: Package, holder: str, found: Scan, value: tuple[str, str, str], reached: Reached, notes: Notes
) -> list[tuple[str, bool]]:
    """Where one value leads; ends are noted as reached and lead no further."""
    element, attribute, location = value
    known = is_location(element, attribute)
    if known and OUTSIDE.match(location):
        notes.note("location-outside", location)
        return []
    entries = meanings(package, holder, found, location, notes, known=known)
    if known and not entries:
        notes.note("location-missing", location)
    if known and len(entries) > 1:
        notes.note("path-two-ways", location)
    end = (not attribute and element in ENDS) or (found.root == "Attachments" and element == "FileLoc")
    reached.entries.update(entries)
    return [] if end else [(entry, known) for entry in entries]


def meanings(
    package: Package, holder: str, found: Scan, location: str, notes: Notes, *, known: bool
) -> tuple[str, ...]:
    """Every entry a value could mean; a value that is no location by the standard may look like anything."""
    try:
        return package.locator.meanings(location, holder, notes, base=found.base)
    except Malformed:
        if known:
            raise
        return ()


def pages_of(package: Package, document: str, boxes: dict[str, str], notes: Notes) -> tuple[Page, ...]:
    """The pages a Document.xml lists, in their order.

    Raises:
        Malformed: `limit`, `xml-…`, `path-escape`.

    """
    root = package.structure(document, "Document", notes)
    listed = at_most_one(root, "Pages")
    pages = [] if listed is None else listed.all("Page")
    if len(pages) > MAX_PAGES:
        raise Malformed("limit", f"{len(pages)} pages")
    usual = size_of(usual_box(root)) or A4
    found = [page_of(package, page, document, boxes, usual, notes) for page in pages]
    numbers = [page.number for page in found]
    if len(set(numbers)) != len(numbers):
        notes.note("page-id-doubled")
    return tuple(found)


def usual_box(document: Element) -> str:
    """The page box that Document.xml states for pages without one of their own."""
    common = at_most_one(document, "CommonData")
    area = None if common is None else at_most_one(common, "PageArea")
    return "" if area is None else text_of(area, "PhysicalBox")


def page_of(
    package: Package, page: Element, document: str, boxes: dict[str, str], usual: tuple[float, float], notes: Notes
) -> Page:
    """One page of the list; its own box stands in its content."""
    entries = package.locator.meanings(page.attributes.get("BaseLoc", ""), document, notes)
    own = size_of(boxes.get(entries[0], "")) if entries else None
    width, height = own or usual
    return Page(page.attributes.get("ID", ""), entries, width, height)


def size_of(box: str) -> tuple[float, float] | None:
    """Width and height of a box `x y w h`, or None where it is no such box."""
    numbers = numbers_of(box)
    if numbers is None or not all(0 < side <= MAX_SIDE_MM for side in numbers[2:]):
        return None
    return numbers[2], numbers[3]


def numbers_of(box: str) -> tuple[float, float, float, float] | None:
    """The four numbers of a box, or None."""
    words = box.split()
    if len(words) != 4 or any(len(word) > 24 for word in words):
        return None
    try:
        x, y, width, height = (float(word) for word in words)
    except ValueError:
        return None
    return (x, y, width, height) if all(isfinite(number) for number in (x, y, width, height)) else None
