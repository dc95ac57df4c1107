"""An OFD document of any origin, read as far as somebody who seals it must know it.

That is: where its one document begins, which pages it has and how large they are, which list of signatures it names,
and what earlier signatures cover. Whether earlier signatures hold is the reader's business; but whoever seals is
refused where an earlier digest no longer matches, because the new seal would stand on altered content. What is drawn
is not looked at here, only that it can be read at all: a key must not be used on what every reader then refuses.

Reasons of `Malformed`: those of `package`, `foreign_xml` and `locating`, `not-ofd`, `entry-missing`, `page-ids`,
`page-size`. Of `Conflict`: `docbody-count`, `encrypted`, `package-locked` (GM/T 0099: the list of entries is closed),
`earlier-signature-broken`.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from keys.sm3 import sm3
from trust.errors import Conflict, Malformed
from trust.formats.ofd.codes import Notes
from trust.formats.ofd.foreign_xml import at_most_one, read_structure, text_of
from trust.formats.ofd.locating import Locator
from trust.formats.ofd.page_size import check_readable, page_size, size_of
from trust.formats.ofd.repacking import ROOT, OpenPackage, open_package
from trust.formats.ofd.xml import Element
from trust.formats.placing import Size

ENTRY_LIST, ENCRYPTIONS = "OFDEntries.xml", "Encryptions.xml"
SM3_NAMES = frozenset({"1.2.156.10197.1.401", "SM3", "sm3"})
NUMBER = re.compile(r"[0-9]{1,10}")
MAX_PAGES = 4_000
MAX_SIGNATURES = 256


@dataclass(frozen=True)
class Page:
    """A page: its object id and the entry it is in."""

    id: str
    location: str


@dataclass(frozen=True)
class EarlierSignature:
    """A signature that is there already: its id, all ids it uses, its entry, and the digest of each entry it covers.

    A digest is None where its method is another than SM3.
    """

    id: str
    ids: tuple[str, ...]
    location: str
    covers: Mapping[str, bytes | None]


@dataclass(frozen=True)
class Sealable:
    """A document that can be sealed; `signatures` is the entry of its list of signatures, None before the first."""

    package: OpenPackage
    document: str
    pages: tuple[Page, ...]
    signatures: str | None
    earlier: tuple[EarlierSignature, ...]
    default_size: Size | None

    @property
    def entries(self) -> Mapping[str, bytes]:
        """What the package holds."""
        return self.package.entries

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        """Width and height of every page in millimetres."""
        return tuple(self.size(page) for page in self.pages)

    @cached_property
    def digests(self) -> Mapping[str, bytes]:
        """SM3 of every entry as it is."""
        return {name: sm3(octets) for name, octets in self.entries.items()}

    def size(self, page: Page) -> Size:
        """The size of one page: its own, or that of the document."""
        own = page_size(self.entries[page.location]) or self.default_size
        if own is None:
            raise Malformed("page-size", "neither the page nor the document states a size")
        return own


def open_for_sealing(data: bytes) -> Sealable:
    """Read a document of any origin that is to be sealed.

    Raises:
        Malformed, Conflict: a reason above.

    """
    package = open_package(data)
    entries = package.entries
    if ENCRYPTIONS in entries:
        raise Conflict("encrypted", "an encrypted document cannot be sealed")
    if ENTRY_LIST in entries:
        raise Conflict("package-locked", "the list of entries is closed")
    locator = Locator(entries)
    body = only_body(read_structure(entries[ROOT], "OFD")[0])
    document = located(locator, text_of(body, "DocRoot"), ROOT)
    content = read_structure(entries[document], "Document")[0]
    listed = at_most_one(body, "Signatures")
    signatures = located(locator, listed.text, ROOT) if listed else None
    earlier = earlier_signatures(entries, locator, signatures) if signatures else ()
    pages = pages_of(locator, document, content)
    sealable = Sealable(package, document, pages, signatures, earlier, document_size(content))
    check_earlier(sealable)
    for name in {*(page.location for page in pages), *shared(locator, document, content)}:
        check_readable(entries[name])
    return sealable


def only_body(root: Element) -> Element:
    """The one document of the package: another beside it would stay without a seal."""
    bodies = root.all("DocBody")
    if not bodies:
        raise Malformed("not-ofd", "OFD.xml holds no document")
    if len(bodies) != 1:
        raise Conflict("docbody-count", f"{len(bodies)} documents in one package")
    return bodies[0]


def pages_of(locator: Locator, document: str, content: Element) -> tuple[Page, ...]:
    """The pages in their order, each with an id of its own."""
    pages = tuple(
        Page(page.attribute("ID"), located(locator, page.attribute("BaseLoc"), document))
        for page in content.one("Pages").all("Page")
    )
    ids = {page.id for page in pages}
    if len(ids) != len(pages) or not all(NUMBER.fullmatch(number) for number in ids) or len(pages) > MAX_PAGES:
        raise Malformed("page-ids", "pages without distinct ids, or too many")
    return pages


def shared(locator: Locator, document: str, content: Element) -> list[str]:
    """The entries that pages stand on: templates and resources; real files name some that they do not have."""
    common = content.one("CommonData")
    locations = [item.text for name in ("PublicRes", "DocumentRes") for item in common.all(name)]
    locations += [item.attribute("BaseLoc") for item in common.all("TemplatePage")]
    found = (locator.the_one(location, document, Notes()) for location in locations)
    return [name for name in found if name is not None]


def document_size(content: Element) -> Size | None:
    """The size that holds for pages without one of their own."""
    area = at_most_one(content.one("CommonData"), "PageArea")
    return size_of(text_of(area, "PhysicalBox")) if area else None


def earlier_signatures(entries: Mapping[str, bytes], locator: Locator, listing: str) -> tuple[EarlierSignature, ...]:
    """The signatures of a list, in its order."""
    listed = read_structure(entries[listing], "Signatures")[0].all("Signature")
    if len(listed) > MAX_SIGNATURES:
        raise Malformed("xml-size", f"more than {MAX_SIGNATURES} signatures")
    found = []
    for item in listed:
        location = located(locator, item.attribute("BaseLoc"), listing)
        info = read_structure(entries[location], "Signature")[0].one("SignedInfo")
        ids = (item.attribute("ID"), *(stamp.attributes.get("ID", "") for stamp in info.all("StampAnnot")))
        found.append(EarlierSignature(ids[0], ids, location, covered(info.one("References"), locator, location)))
    return tuple(found)


def covered(references: Element, locator: Locator, location: str) -> dict[str, bytes | None]:
    """What a signature covers, by entry; what is no entry stays under the name it has there."""
    known = references.attributes.get("CheckMethod") in SM3_NAMES
    found: dict[str, bytes | None] = {}
    for item in references.all("Reference"):
        written = item.attribute("FileRef")
        name = locator.the_one(written, location, Notes()) or written
        found[name] = digest_of(text_of(item, "CheckValue")) if known else None
    return found


def check_earlier(sealable: Sealable) -> None:
    """Earlier signatures must still match what they cover."""
    for signature in sealable.earlier:
        for name, digest in signature.covers.items():
            if name not in sealable.entries or (digest is not None and sealable.digests[name] != digest):
                raise Conflict("earlier-signature-broken", f"signature {signature.id} no longer matches {name}")


def located(locator: Locator, location: str, holder: str) -> str:
    """The entry that a location in the entry `holder` names."""
    name = locator.the_one(location, holder, Notes())
    if name is None:
        raise Malformed("entry-missing", location[:200])
    return name


def digest_of(value: str) -> bytes:
    """The octets of a CheckValue; what is no base64 can match nothing."""
    try:
        return b64decode("".join(value.split()), validate=True)
    except (NotBase64, ValueError):
        return b""
