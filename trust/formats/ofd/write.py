"""An OFD document's values as the entries of its package, in the order and form of GB/T 33190-2016.

The text of the standard was not available; element order and coordinates are reconstructed from public readers and
real files. What is seen has been decided already: nothing here measures a font or breaks a line. Object ids are
allotted in the order of the document, above those its fonts and images carry, so that equal documents give equal
octets.

Placing. Text: `Boundary` around the line, `TextCode` with the baseline relative to it and `DeltaX` with the advances
between glyphs, runs of equal ones as `g n v`. A character outside the basic plane stands in a `TextCode` of its own:
readers disagree whether `DeltaX` counts it once or twice. Image: unit square stretched by `CTM`. No `CGTransform`,
since fonts keep their cmap.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from math import isfinite

from trust.errors import Malformed
from trust.formats.ofd.document import (
    Colour,
    ImageBox,
    OfdDocument,
    OfdPage,
    OfdTemplate,
    PageObject,
    PathShape,
    TextRun,
)
from trust.formats.ofd.xml import document, element, text

FORMAT_MARK = "yinzheng-ofd/1"
"""Stands in DocInfo/CreatorVersion and in Provider/@Version: a file with this mark claims to be in our profile."""

ROOT, SIGNATURES, FOLDER = "OFD.xml", "Doc_0/Signs/Signatures.xml", "Doc_0/"
ASCENT, LINE = 0.88, 1.3
"""Of the em: where the baseline lies below the upper edge of a line's boundary, and how high that boundary is."""

DOC_ID = re.compile(r"[0-9a-f]{32}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PATH_DATA = re.compile(r"(?:(?:[MLQBAC]|-?[0-9]+(?:\.[0-9]+)?)(?: |$))+")
MAX_LENGTH_MM = 5_000
MAX_XML = 4 * 1024 * 1024
MAX_REMEMBERED = 128 * 1024
MAX_ADVANCES, MAX_OBJECTS, MAX_CHARACTERS, MAX_CUSTOM = 128, 256, 4 * 1024, 8 * 1024
"""Of what is remembered: advances in a row, drawing objects and characters of a page, characters of custom data."""


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
    write = remembered_root if small and len(custom) <= MAX_OBJECTS else written_root
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


def template_xml(template: OfdTemplate) -> bytes:
    """Content.xml of a template page."""
    paths = sum(len(item.data) for item in template.objects if isinstance(item, PathShape))
    small = paths <= MAX_REMEMBERED and len(template.objects) <= MAX_REMEMBERED // 128
    return remembered_xml(template) if small else written_template(template)


def written_template(template: OfdTemplate) -> bytes:
    """A template page as it is written."""
    drawn = [object_xml(item, str(number)) for number, item in enumerate(template.objects, start=template.first + 1)]
    return sheet_xml(template.width, template.height, (), str(template.first), "Background", drawn)


remembered_xml = lru_cache(maxsize=16)(written_template)
"""The same for a template that was written before, by a process that writes many documents of a type, or reads them."""


def page_xml(page: OfdPage, layer: int, first_object: int) -> bytes:
    """Content.xml: one layer with everything drawn on a page, above its template."""
    few = len(page.objects) <= MAX_OBJECTS and all(isinstance(item, TextRun | ImageBox) for item in page.objects)
    short = few and sum(len(item.text) for item in page.objects if isinstance(item, TextRun)) <= MAX_CHARACTERS
    return (remembered_page if short else written_page)(page, layer, first_object)


def written_page(page: OfdPage, layer: int, first_object: int) -> bytes:
    """A page as it is written."""
    drawn = [object_xml(item, str(number)) for number, item in enumerate(page.objects, start=first_object)]
    below = [] if page.template is None else [{"TemplateID": str(page.template), "ZOrder": "Background"}]
    return sheet_xml(page.width, page.height, below, str(layer), "Body", drawn)


remembered_page = lru_cache(maxsize=160)(written_page)
"""The same for a page of equal values: a file just made is examined soon after, and what is written follows from
the values alone. As many as a chunk of licences has, and a few more."""


def sheet_xml(
    width: float, height: float, below: Sequence[Mapping[str, str]], layer: str, kind: str, drawn: Sequence[str]
) -> bytes:
    """A page or a template page."""
    area = element("Area", None, element("PhysicalBox", None, boxed(0, 0, width, height)))
    content = element("Content", None, element("Layer", {"ID": layer, "Type": kind}, *drawn))
    return document("Page", {}, [*(element("Template", one) for one in below), area, content])


def object_xml(item: PageObject, number: str) -> str:
    """One drawing object."""
    match item:
        case TextRun():
            return text_xml(item, number)
        case ImageBox():
            box = boxed(item.x, item.y, item.width, item.height)
            matrix = f"{mm(item.width)} 0 0 {mm(item.height)} 0 0"
            return element(
                "ImageObject", {"ID": number, "CTM": matrix, "Boundary": box, "ResourceID": str(item.image_id)}
            )
        case PathShape():
            return path_xml(item, number)


def text_xml(run: TextRun, number: str) -> str:
    """A TextObject; one advance per character, the last one only widens the boundary.

    Everything is rounded before it is added up, so that a reader can take the same values out again.
    """
    if not run.text or len(run.text) != len(run.advances):
        raise Malformed("ofd-value", "a text run needs one advance for each of its characters")
    size = exact(run.size)
    advances = [exact(advance) for advance in run.advances]
    box = boxed(run.x, run.baseline - ascent_of(size), sum(advances) + margin_of(size), LINE * size)
    codes = "".join(text_codes(run.text, advances, mm(ascent_of(size))))
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{box}" Font="{run.font_id}" Size="{mm(size)}">'
        f'<ofd:FillColor Value="{colour(run.colour)}"/>{codes}</ofd:TextObject>'
    )


def exactly(run: TextRun) -> TextRun:
    """A run with the values that a reader takes out again; it is written in the same octets."""
    size = exact(run.size)
    return TextRun(
        exact(run.x),
        round(exact(run.baseline - ascent_of(size)) + ascent_of(size), 4),
        size,
        run.font_id,
        run.text,
        tuple([exact(advance) for advance in run.advances]),
        run.colour,
    )


@lru_cache(maxsize=256)
def ascent_of(size: float) -> float:
    """How far below the upper edge of its boundary a line's baseline lies."""
    return round(ASCENT * size, 4)


@lru_cache(maxsize=256)
def margin_of(size: float) -> float:
    """By how much the boundary is wider than the advances: the last glyph may reach over its own."""
    return round(0.1 * size, 4)


def text_codes(text_of_run: str, advances: list[float], y: str) -> Iterator[str]:
    """TextCode elements, split around characters outside the basic plane."""
    x = 0.0
    for start, end in pieces(text_of_run):
        delta = f' DeltaX="{deltas(tuple(advances[start : end - 1]))}"' if end - start > 1 else ""
        yield f'<ofd:TextCode X="{mm(x)}" Y="{y}"{delta}>{text(text_of_run[start:end])}</ofd:TextCode>'
        x += sum(advances[start:end])


def pieces(text_of_run: str) -> Iterator[tuple[int, int]]:
    """Where pieces begin and end: each character outside the basic plane is one, and so is what stands between two."""
    start = 0
    for index, character in enumerate(text_of_run):
        if character > "\uffff":
            if start < index:
                yield start, index
            yield index, index + 1
            start = index + 1
    if start < len(text_of_run):
        yield start, len(text_of_run)


def path_xml(shape: PathShape, number: str) -> str:
    """A PathObject, stroked or filled or both."""
    if not PATH_DATA.fullmatch(shape.data):
        raise Malformed("ofd-value", "path data not of commands and plain numbers")
    attributes = {"ID": number, "Boundary": boxed(shape.x, shape.y, shape.width, shape.height)}
    attributes["Stroke"] = "true" if shape.stroke else "false"
    parts = []
    if shape.stroke:
        attributes["LineWidth"] = mm(shape.line_width)
        parts.append(element("StrokeColor", {"Value": colour(shape.stroke)}))
    if shape.fill:
        attributes["Fill"] = "true"
        parts.append(element("FillColor", {"Value": colour(shape.fill)}))
    return element("PathObject", attributes, *parts, element("AbbreviatedData", None, shape.data))


def deltas(advances: tuple[float, ...]) -> str:
    """A DeltaX value: three and more equal advances in a row as `g n v`."""
    return (remembered_deltas if len(advances) <= MAX_ADVANCES else written_deltas)(advances)


def written_deltas(advances: tuple[float, ...]) -> str:
    """A DeltaX value as it is written."""
    parts: list[str] = []
    for value, group in groupby(advances):
        count, written = len(list(group)), mm(value)
        parts.append(f"g {count} {written}" if count > 2 else " ".join([written] * count))
    return " ".join(parts)


remembered_deltas = lru_cache(maxsize=2048)(written_deltas)
"""The same for a row that was written before: lines of equal width are frequent."""


def colour(value: Colour) -> str:
    """Three numbers from 0 to 255."""
    if len(value) != 3 or any(not 0 <= part <= 255 for part in value):
        raise Malformed("ofd-value", "a colour is three numbers from 0 to 255")
    return " ".join(map(str, value))


def boxed(x: float, y: float, width: float, height: float) -> str:
    """A box `x y w h` with an area."""
    if not (width > 0 and height > 0):
        raise Malformed("ofd-value", "a box needs a width and a height")
    return f"{mm(x)} {mm(y)} {mm(width)} {mm(height)}"


@lru_cache(maxsize=8192)
def mm(value: float) -> str:
    """A length in millimetres to a ten-thousandth, without exponent or idle zeros."""
    if not isfinite(value) or abs(value) > MAX_LENGTH_MM:
        raise Malformed("ofd-value", "a length beyond five metres")
    written = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


@lru_cache(maxsize=8192)
def exact(value: float) -> float:
    """The length as it will be written."""
    return float(mm(value))
