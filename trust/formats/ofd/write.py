"""An OFD document's values as the entries of its package, in the order and form of GB/T 33190-2016.

The text of the standard was not available; element order and coordinates are reconstructed from public readers and
real files. Object ids are allotted in the order of the document, above those its fonts and images carry, so that equal
documents give equal octets. What stands on a page is written by `write_page`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from trust.errors import Malformed
from trust.formats.ofd.document import ImageBox, OfdDocument, OfdTemplate, TextRun
from trust.formats.ofd.write_page import boxed, page_xml, template_xml
from trust.formats.ofd.xml import document, element, text

FORMAT_MARK = "yinzheng-ofd/1"
"""Stands in DocInfo/CreatorVersion and in Provider/@Version: a file with this mark claims to be in our profile."""

ROOT, SIGNATURES, FOLDER = "OFD.xml", "Doc_0/Signs/Signatures.xml", "Doc_0/"
DOC_ID = re.compile(r"[0-9a-f]{32}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MAX_XML = 4 * 1024 * 1024
MAX_PAIRS, MAX_CUSTOM = 256, 8 * 1024
"""Of what is remembered: custom data, and the characters in it."""


@dataclass(frozen=True)
class Numbering:
    """The object ids of a document: its pages', its layers' (page by page), the first one of its drawing objects."""

    pages: tuple[int, ...]
    layers: tuple[int, ...]
    first_object: int
    last: int


def numbering(value: OfdDocument) -> Numbering:
    """Allot ids: above those of fonts, images and templates, which are given, come pages, layers, drawing objects."""
    given = [
        *(font.id for font in value.fonts),
        *(image.id for image in value.images),
        *(template.id for template in value.templates),
    ]
    if len(set(given)) != len(given) or any(not 0 < number < 10_000 for number in given):
        raise Malformed("ofd-value", "fonts, images and templates need distinct ids from 1 to 9999")
    highest = max(given, default=0)
    for template in value.templates:
        if not highest < template.first < 1_000_000:
            raise Malformed("ofd-value", "the ids in a template are above those before it")
        highest = template.last
    count, base = len(value.pages), highest + 1
    first_object = base + 2 * count
    drawn = sum(len(page.objects) for page in value.pages)
    pages, layers = tuple(range(base, base + count)), tuple(range(base + count, first_object))
    return Numbering(pages, layers, first_object, first_object + drawn - 1)


def write_document(value: OfdDocument, *, sealed: bool = False) -> dict[str, bytes]:
    """The entries of the package; with `sealed`, OFD.xml already names the list of signatures, which is not made here.

    Raises:
        Malformed: `ofd-value`, `xml-text` or `xml-size`: a value that the format cannot carry, or a reference to
            nothing.

    """
    check_document(value)
    numbers = numbering(value)
    entries = {ROOT: root_xml(value, sealed=sealed), "Doc_0/Document.xml": document_xml(value, numbers)}
    if value.fonts:
        entries["Doc_0/PublicRes.xml"] = fonts_xml(value)
        entries |= {f"Doc_0/Res/font_{font.id}.ttf": font.octets for font in value.fonts}
    if value.images:
        entries["Doc_0/DocumentRes.xml"] = images_xml(value)
        entries |= {f"Doc_0/Res/{image.file_name}": image.octets for image in value.images}
    entries |= {template_name(template): template_xml(template) for template in value.templates}
    next_id = numbers.first_object
    for index, page in enumerate(value.pages):
        entries[f"Doc_0/Pages/Page_{index}/Content.xml"] = page_xml(page, numbers.layers[index], next_id)
        next_id += len(page.objects)
    if value.attachments:
        entries["Doc_0/Attachs/Attachments.xml"] = attachments_xml(value)
        entries |= {f"Doc_0/Attachs/{attachment.name}": attachment.octets for attachment in value.attachments}
    check_xml_size(entries)
    return entries


def check_xml_size(entries: Mapping[str, bytes]) -> None:
    """Refuse more XML than a reader should be asked to take in.

    Raises:
        Malformed: `xml-size`.

    """
    if sum(len(octets) for name, octets in entries.items() if name.endswith(".xml")) > MAX_XML:
        raise Malformed("xml-size", f"more than {MAX_XML} octets of XML")


def check_document(value: OfdDocument) -> None:
    """Refuse names and references that would make an ambiguous or broken package."""
    if not DOC_ID.fullmatch(value.doc_id):
        raise Malformed("ofd-value", "the document's id is 32 lower-case hexadecimal digits")
    if not 1 <= len(value.pages) <= 1_000:
        raise Malformed("ofd-value", "1 to 1000 pages expected")
    names = [attachment.name for attachment in value.attachments]
    if len({name.lower() for name in names}) != len(names) or not all(FILE_NAME.fullmatch(name) for name in names):
        raise Malformed("ofd-value", "attachments need distinct plain names")
    if "attachments.xml" in {name.lower() for name in names}:
        raise Malformed("ofd-value", "the name Attachments.xml is taken")
    fonts, images = {font.id for font in value.fonts}, {image.id for image in value.images}
    if {page.template for page in value.pages} - {None} != {template.id for template in value.templates}:
        raise Malformed("ofd-value", "a template that is not there, or that no page uses")
    sheets = [*(template.objects for template in value.templates), *(page.objects for page in value.pages)]
    for objects in sheets:
        for drawn in objects:
            if isinstance(drawn, TextRun) and drawn.font_id not in fonts:
                raise Malformed("ofd-value", f"no font {drawn.font_id}")
            if isinstance(drawn, ImageBox) and drawn.image_id not in images:
                raise Malformed("ofd-value", f"no image {drawn.image_id}")


def root_xml(value: OfdDocument, *, sealed: bool) -> bytes:
    """OFD.xml: who the document is, and where it begins."""
    custom = tuple(value.custom.items())
    small = len(value.title) + len(value.creator) + sum(map(len, value.custom.values())) <= MAX_CUSTOM
    write = remembered_root if small and len(custom) <= MAX_PAIRS else written_root
    return write(value.doc_id, value.title, value.creator, value.created_on, custom, sealed)


def written_root(
    doc_id: str,
    title: str,
    creator: str,
    created_on: date,
    pairs: tuple[tuple[str, str], ...],
    sealed: bool,  # noqa: FBT001  (what is remembered is told by place)
) -> bytes:
    """OFD.xml as it is written; whoever seals a document or examines one needs it more than once."""
    custom = [element("CustomData", {"Name": name}, text(content)) for name, content in pairs]
    info = element(
        "DocInfo",
        None,
        element("DocID", None, doc_id),
        element("Title", None, text(title)),
        element("CreationDate", None, created_on.isoformat()),
        element("Creator", None, text(creator)),
        element("CreatorVersion", None, FORMAT_MARK),
        *([element("CustomDatas", None, *custom)] if custom else []),
    )
    body = [info, element("DocRoot", None, "Doc_0/Document.xml")]
    if sealed:
        body.append(element("Signatures", None, SIGNATURES))
    return document("OFD", {"DocType": "OFD", "Version": "1.1"}, [element("DocBody", None, *body)])


remembered_root = lru_cache(maxsize=160)(written_root)


def document_xml(value: OfdDocument, numbers: Numbering) -> bytes:
    """Document.xml: page size, resources, pages, attachments."""
    first = value.pages[0]
    common = [
        element("MaxUnitID", None, str(numbers.last)),
        element("PageArea", None, element("PhysicalBox", None, boxed(0, 0, first.width, first.height))),
    ]
    if value.fonts:
        common.append(element("PublicRes", None, "PublicRes.xml"))
    if value.images:
        common.append(element("DocumentRes", None, "DocumentRes.xml"))
    common += [
        element("TemplatePage", {"ID": str(one.id), "ZOrder": "Background", "BaseLoc": local_name(template_name(one))})
        for one in value.templates
    ]
    pages = [
        element("Page", {"ID": str(number), "BaseLoc": f"Pages/Page_{index}/Content.xml"})
        for index, number in enumerate(numbers.pages)
    ]
    parts = [element("CommonData", None, *common), element("Pages", None, *pages)]
    if value.attachments:
        parts.append(element("Attachments", None, "Attachs/Attachments.xml"))
    return document("Document", {}, parts)


def fonts_xml(value: OfdDocument) -> bytes:
    """PublicRes.xml: the embedded fonts."""
    fonts = [
        element(
            "Font",
            {"ID": str(font.id), "FontName": font.name, "FamilyName": font.family},
            element("FontFile", None, f"font_{font.id}.ttf"),
        )
        for font in value.fonts
    ]
    return document("Res", {"BaseLoc": "Res"}, [element("Fonts", None, *fonts)])


def images_xml(value: OfdDocument) -> bytes:
    """DocumentRes.xml: the embedded images."""
    images = [
        element(
            "MultiMedia",
            {"ID": str(image.id), "Type": "Image", "Format": image.format},
            element("MediaFile", None, image.file_name),
        )
        for image in value.images
    ]
    return document("Res", {"BaseLoc": "Res"}, [element("MultiMedias", None, *images)])


def attachments_xml(value: OfdDocument) -> bytes:
    """Attachments.xml: files carried along; `Size` is in kilobytes."""
    return document(
        "Attachments",
        {},
        [
            element(
                "Attachment",
                {
                    "ID": str(index),
                    "Name": attachment.name,
                    "Format": attachment.format,
                    "CreationDate": value.created_on.isoformat(),
                    "Size": f"{len(attachment.octets) / 1024:.2f}",
                    "Visible": "false",
                },
                element("FileLoc", None, attachment.name),
            )
            for index, attachment in enumerate(value.attachments, start=1)
        ],
    )


def template_name(template: OfdTemplate) -> str:
    """The entry of a template page."""
    return f"{FOLDER}Tpls/Tpl_{template.id}/Content.xml"


def local_name(entry: str) -> str:
    """An entry's name as it is written in Document.xml."""
    return entry.removeprefix(FOLDER)
