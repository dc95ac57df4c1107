"""An OFD package in our profile, read back into the values it was written from.

`read_document` accepts exactly what `write_document` writes: it takes the values out of the XML, writes them again
and compares every octet. So whoever has the values has the file: no second document, no action, no annotation, no
attribute can stand in it that they do not show. That is stricter than a signature asks for; it keeps a careless
or bought signer from sealing what people and programs would read differently. A later form of the writer gets
another mark and a reader of its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Literal

from trust.errors import Malformed
from trust.formats.ofd.document import (
    Colour,
    ImageBox,
    OfdAttachment,
    OfdDocument,
    OfdFont,
    OfdImage,
    OfdPage,
    OfdTemplate,
    PageObject,
    PathShape,
    TextRun,
)
from trust.formats.ofd.numbers import count, length, remembered_spread
from trust.formats.ofd.quick_page import quick_page
from trust.formats.ofd.write import DOC_ID, FORMAT_MARK, ROOT, check_xml_size, root_xml, write_document
from trust.formats.ofd.write_page import ascent_of, margin_of
from trust.formats.ofd.xml import HEAD, NAMESPACE, Element, read_xml

MARK = FORMAT_MARK.encode("ascii")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_REMEMBERED, MAX_LISTING = 128 * 1024, 2 * 1024
HOSTILE = frozenset({"xml-doctype", "xml-instruction", "xml-size"})
IDENTITY = re.compile(r"[1-9][0-9]{0,6}")

CUSTOM_DATA = re.compile('<ofd:CustomData Name="([^"<>&\\s]*)">([^<>&\r]*)</ofd:CustomData>')
ROOT_VALUES = re.compile(
    f'{re.escape(HEAD)}<ofd:OFD xmlns:ofd="{re.escape(NAMESPACE)}" DocType="OFD" Version="1.1"><ofd:DocBody>'
    "<ofd:DocInfo><ofd:DocID>([0-9a-f]{32})</ofd:DocID><ofd:Title>([^<>&\r]*)</ofd:Title>"
    f"<ofd:CreationDate>({DAY.pattern})</ofd:CreationDate><ofd:Creator>([^<>&\r]*)</ofd:Creator>"
    f"<ofd:CreatorVersion>{re.escape(FORMAT_MARK)}</ofd:CreatorVersion>"
    "(?:<ofd:CustomDatas>([^&]*)</ofd:CustomDatas>)?</ofd:DocInfo>"
    "<ofd:DocRoot>[^<>&]*</ofd:DocRoot><ofd:Signatures>[^<>&]*</ofd:Signatures></ofd:DocBody></ofd:OFD>"
)
"""How our writer spells OFD.xml; what is passed over here is found when it is written again."""


def claims_our_profile(octets: bytes, entries: Mapping[str, bytes]) -> bool:
    """Whether the mark of our profile stands anywhere in the file, or in an XML entry once that is inflated.

    A file without the mark is never judged by our rules, and can therefore never pass as ours.
    """
    return MARK in octets or any(MARK in data for name, data in entries.items() if name.endswith(".xml"))


def is_signed(entries: Mapping[str, bytes]) -> bool:
    """Whether any DocBody of a package, whoever made it, names a list of signatures.

    Raises:
        Malformed: `not-ofd` without OFD.xml, or what `read_xml` raises.

    """
    if ROOT not in entries:
        raise Malformed("not-ofd", "no OFD.xml")
    bodies = [child for child in read_xml(entries[ROOT]).children if local(child) == "DocBody"]
    return any(local(child) == "Signatures" for body in bodies for child in body.children)


def local(element: Element) -> str:
    """A name without its namespace: some producers write an older one."""
    return element.name.rpartition("}")[2]


def read_root(octets: bytes) -> OfdDocument:
    """Read OFD.xml; the document it gives has no pages yet.

    Raises:
        Malformed: `docbody-count`, `not-signed`, `root-xml`, or what `read_xml` raises.

    """
    return quick_root(octets) or read_any_root(octets)


def quick_root(octets: bytes) -> OfdDocument | None:
    """`read_root` by patterns; None for whatever is not the octets we would have written."""
    try:
        found = ROOT_VALUES.fullmatch(octets.decode("utf-8"))
        if found is None:
            return None
        doc_id, title, day, creator, custom = found.groups()
        pairs = dict(CUSTOM_DATA.findall(custom or ""))
        value = OfdDocument(doc_id, title, creator, day_of(day), (), custom=pairs)
        return value if root_xml(value, sealed=True) == octets else None
    except (ValueError, Malformed):
        return None


def read_any_root(octets: bytes) -> OfdDocument:
    """`read_root` by the general reader, which says what is wrong with a file that is not ours."""
    root = read_xml(octets, root="OFD")
    bodies = root.all("DocBody")
    if len(bodies) != 1:
        raise Malformed("docbody-count", f"{len(bodies)} documents in one package")
    if not bodies[0].all("Signatures"):
        raise Malformed("not-signed", "no list of signatures")
    info = bodies[0].one("DocInfo")
    named = {name: info.one(name).text for name in ("DocID", "Title", "CreationDate", "Creator")}
    value = OfdDocument(
        doc_id=named["DocID"],
        title=named["Title"],
        creator=named["Creator"],
        created_on=day_of(named["CreationDate"]),
        pages=(),
        custom=custom_of(info),
    )
    if not DOC_ID.fullmatch(value.doc_id) or root_xml(value, sealed=True) != octets:
        raise Malformed("root-xml", "not the octets we would have written")
    return value


def custom_of(info: Element) -> dict[str, str]:
    """The name-value pairs of CustomDatas."""
    if not info.all("CustomDatas"):
        return {}
    return {item.attribute("Name"): item.text for item in info.one("CustomDatas").all("CustomData")}


def day_of(text: str) -> date:
    """A date `YYYY-MM-DD`."""
    if not DAY.fullmatch(text):
        raise Malformed("root-xml", "a date not of the form YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Malformed("root-xml", "a date that does not exist") from error


def read_document(entries: Mapping[str, bytes], root: OfdDocument | None = None) -> OfdDocument:
    """Read a whole document from the entries of its package, those of its signature left out.

    `root` is what `read_root` gave for these entries, where the caller has it.

    Raises:
        Malformed: what `read_root` raises; `xml-doctype`, `xml-instruction`, `xml-size`; `document-xml` where
            `write_document` would have written other entries.

    """
    check_xml_size(entries)
    root = root or read_root(entries.get(ROOT, b""))
    try:
        document = body_of(root, entries)
        written = write_document(document, sealed=True)
    except Malformed as error:
        if error.reason in HOSTILE:
            raise
        raise Malformed("document-xml", str(error)) from error
    if written != dict(entries):
        raise Malformed("document-xml", "not the entries we would have written")
    return document


def body_of(root: OfdDocument, entries: Mapping[str, bytes]) -> OfdDocument:
    """The document with its pages, resources and attachments."""
    document = read_listing(entry(entries, "Document.xml"), "Document")
    listed = document.one("Pages").all("Page")
    templates = [count(item.attribute("ID")) for item in document.one("CommonData").all("TemplatePage")]
    return OfdDocument(
        doc_id=root.doc_id,
        title=root.title,
        creator=root.creator,
        created_on=root.created_on,
        custom=root.custom,
        pages=tuple(page_of(entry(entries, f"Pages/Page_{index}/Content.xml")) for index in range(len(listed))),
        fonts=tuple(fonts_of(entries)),
        images=tuple(images_of(entries)),
        attachments=tuple(attachments_of(entries)),
        templates=tuple(template_of(number, entry(entries, f"Tpls/Tpl_{number}/Content.xml")) for number in templates),
    )


def read_listing(octets: bytes, root: str) -> Element:
    """A short XML that lists parts, which whole types of documents have in common; never changed by who reads it."""
    return remembered_listing(octets, root=root) if len(octets) <= MAX_LISTING else read_xml(octets, root=root)


remembered_listing = lru_cache(maxsize=64)(read_xml)


def entry(entries: Mapping[str, bytes], name: str) -> bytes:
    """An entry of the document's folder that must be there."""
    if f"Doc_0/{name}" not in entries:
        raise Malformed("document-xml", f"no {name}")
    return entries[f"Doc_0/{name}"]


def fonts_of(entries: Mapping[str, bytes]) -> Iterator[OfdFont]:
    """The fonts of PublicRes.xml, where there is one."""
    if "Doc_0/PublicRes.xml" not in entries:
        return
    for item in read_listing(entry(entries, "PublicRes.xml"), "Res").one("Fonts").all("Font"):
        number = count(item.attribute("ID"))
        octets = entry(entries, f"Res/font_{number}.ttf")
        yield OfdFont(number, item.attribute("FontName"), item.attribute("FamilyName"), octets)


def images_of(entries: Mapping[str, bytes]) -> Iterator[OfdImage]:
    """The images of DocumentRes.xml, where there is one."""
    if "Doc_0/DocumentRes.xml" not in entries:
        return
    for item in read_listing(entry(entries, "DocumentRes.xml"), "Res").one("MultiMedias").all("MultiMedia"):
        image = OfdImage(count(item.attribute("ID")), b"", "JPEG" if item.attribute("Format") == "JPEG" else "PNG")
        yield replace(image, octets=entry(entries, f"Res/{image.file_name}"))


def attachments_of(entries: Mapping[str, bytes]) -> Iterator[OfdAttachment]:
    """The files that Attachments.xml names, where there is one."""
    if "Doc_0/Attachs/Attachments.xml" not in entries:
        return
    for item in read_listing(entry(entries, "Attachs/Attachments.xml"), "Attachments").all("Attachment"):
        name = item.attribute("Name")
        yield OfdAttachment(name, item.attribute("Format"), entry(entries, f"Attachs/{name}"))


def page_of(octets: bytes) -> OfdPage:
    """One Content.xml."""
    return quick_page(octets) or read_any_page(octets)


def read_any_page(octets: bytes) -> OfdPage:
    """`page_of` by the general reader."""
    page = read_xml(octets, root="Page")
    _, _, width, height = lengths(page.one("Area").one("PhysicalBox").text, 4)
    drawn = page.one("Content").one("Layer").children
    below = [count(item.attribute("TemplateID")) for item in page.all("Template")]
    return OfdPage(width, height, tuple(object_of(item) for item in drawn), below[0] if below else None)


def template_of(number: int, octets: bytes) -> OfdTemplate:
    """The Content.xml of a template page."""
    return remembered_template(number, octets) if len(octets) <= MAX_REMEMBERED else read_template(number, octets)


def read_template(number: int, octets: bytes) -> OfdTemplate:
    """A template page from its octets alone."""
    page = read_xml(octets, root="Page")
    _, _, width, height = lengths(page.one("Area").one("PhysicalBox").text, 4)
    layer = page.one("Content").one("Layer")
    drawn = tuple(object_of(item) for item in layer.children)
    return OfdTemplate(number, identity(layer.attribute("ID")), width, height, drawn)


remembered_template = lru_cache(maxsize=16)(read_template)
"""The same for octets that were read before: a whole type of documents has one template, and reading is a function
of these octets, all of which are compared. What is remembered is bounded, because strangers' files come here too."""


def object_of(item: Element) -> PageObject:
    """One drawing object."""
    x, y, width, height = lengths(item.attribute("Boundary"), 4)
    match item.name:
        case "TextObject":
            return run_of(item, x, y, width)
        case "ImageObject":
            return ImageBox(x, y, width, height, count(item.attribute("ResourceID")))
        case "PathObject":
            stroke = item.all("StrokeColor")
            fill = item.all("FillColor")
            return PathShape(
                *(x, y, width, height, item.one("AbbreviatedData").text),
                stroke=colour_of(stroke[0]) if stroke else None,
                line_width=lengths(item.attribute("LineWidth"), 1)[0] if stroke else 0.35,
                fill=colour_of(fill[0]) if fill else None,
            )
    raise Malformed("document-xml", f"{item.name} is not drawn by us")


def run_of(item: Element, x: float, y: float, width: float) -> TextRun:
    """A text run; the last advance before the end of a TextCode follows from where the next one, or the box, ends."""
    (size,) = lengths(item.attribute("Size"), 1)
    codes = item.all("TextCode")
    starts = [lengths(code.attribute("X"), 1)[0] for code in codes]
    ends = [*starts[1:], width - margin_of(size)]
    advances: list[float] = []
    for code, start, end in zip(codes, starts, ends, strict=True):
        known = remembered_spread(code.attributes.get("DeltaX", ""), len(code.text) - 1)
        advances += [*known, round(end - start - sum(known), 4)]
    return TextRun(
        x=x,
        baseline=round(y + ascent_of(size), 4),
        size=size,
        font_id=count(item.attribute("Font")),
        text="".join(code.text for code in codes),
        advances=tuple(advances),
        colour=colour_of(item.one("FillColor")),
    )


def lengths(text: str, expected: Literal[1, 3, 4]) -> list[float]:
    """Plain numbers between spaces, `expected` of them."""
    words = text.split(" ")
    if len(words) != expected:
        raise Malformed("document-xml", "not the numbers we write")
    return [length(word) for word in words]


def colour_of(element: Element) -> Colour:
    """The value of a colour element."""
    red, green, blue = (int(part) for part in lengths(element.attribute("Value"), 3))
    return red, green, blue


def identity(text: str) -> int:
    """An object id of a template page."""
    if not IDENTITY.fullmatch(text):
        raise Malformed("document-xml", "not an id we write")
    return int(text)
