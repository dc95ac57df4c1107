"""Faces for tests: samples drawn and rendered once, whoever asks; text and places taken out of the files."""

import re
from collections.abc import Iterator
from ctypes import c_double
from dataclasses import replace
from functools import cache, lru_cache

import pypdfium2
from PIL import Image, ImageChops, ImageFilter, ImageStat

from templates.face import Face, draw_face
from templates.library import Bundle, load_bundle
from templates.preview import rendered
from templates.sample import Sample, sample_of
from templates.sample_files import sample_files
from templates.seal_picture import seal_from_png
from tests.ofd_renderer import Renderer
from trust.formats.ofd.document import PageObject

MM = 72 / 25.4
NAMES = (
    "business-licence", "construction-permit", "disability-certificate", "food-operation", "marriage-certificate",
    "medical-institution-permit", "planning-permit", "real-estate-certificate", "road-transport-permit",
    "social-security-card", "teacher-qualification", "tree-felling-permit",
)  # fmt: skip


@cache
def sample(name: str) -> Sample:
    """The sample of a bundle."""
    return sample_of(load_bundle(name))


@cache
def sample_face(name: str) -> Face:
    """The face of a bundle's sample."""
    return drawn(load_bundle(name))


def drawn(bundle: Bundle, **changes: object) -> Face:
    """The sample's face, with parts of the licence changed."""
    told = sample(bundle.name)
    licence = replace(told.licence, **changes)  # type: ignore[arg-type]  # the test knows the fields
    return draw_face(bundle, licence, told.qr_text, told.seal, photos=told.photos)


@lru_cache(maxsize=80)
def pdf_pages(name: str, dpi: int) -> tuple[Image.Image, ...]:
    """The pages of the sample's PDF as PDFium draws them."""
    return tuple(rendered(sample_face(name).pdf, dpi))


def copied_pages(name: str, dpi: int) -> tuple[Image.Image, ...]:
    """The pages of the PDF with the seal as the picture that the seal carries, which is what OFD readers draw."""
    told = sample(name)
    seal = seal_from_png(told.seal.png, told.seal.width, told.seal.height)
    return tuple(rendered(draw_face(load_bundle(name), told.licence, told.qr_text, seal, photos=told.photos).pdf, dpi))


@lru_cache(maxsize=40)
def ofd_pages(name: str, dpi: int) -> tuple[Image.Image, ...]:
    """The pages of the sample's OFD, seal included, as the tests' own renderer draws them."""
    renderer = Renderer(sample_files(load_bundle(name)).ofd, dpi)
    return tuple(renderer.page(page) for page in range(len(sample_face(name).ofd.pages)))


def objects_of(face: Face, page: int) -> Iterator[PageObject]:
    """Everything on a page of the OFD: the template page below, then its own objects."""
    own = face.ofd.pages[page]
    for template in face.ofd.templates:
        if template.id == own.template:
            yield from template.objects
    yield from own.objects


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        text_page = page.get_textpage()
        found.append(text_page.get_text_range())
        text_page.close()
        page.close()
    document.close()
    return "\n".join(found)


def bare(text: str) -> str:
    """A text without space."""
    return re.sub(r"\s", "", text)


def characters_of(pdf: bytes, page_number: int) -> list[tuple[str, float, float]]:
    """Every visible character of a page with its origin in millimetres from the upper left corner."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[page_number]
    text_page = page.get_textpage()
    x, y = c_double(), c_double()
    found = []
    for place in range(text_page.count_chars()):
        code = pypdfium2.raw.FPDFText_GetUnicode(text_page, place)
        if pypdfium2.raw.FPDFText_IsGenerated(text_page, place):
            continue
        pypdfium2.raw.FPDFText_GetCharOrigin(text_page, place, x, y)
        if 0xDC00 <= code < 0xE000:  # pdfium counts UTF-16 units
            high = ord(found.pop()[0])
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        found.append((chr(code), x.value / MM, (page.get_height() - y.value) / MM))
    text_page.close()
    page.close()
    document.close()
    return found


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference in levels of 255, after a little blur, so that edges smoothed otherwise do not count."""
    box = (0, 0, min(one.width, other.width), min(one.height, other.height))  # renderers round sizes up or down
    blurred = (picture.convert("RGB").crop(box).filter(ImageFilter.GaussianBlur(1)) for picture in (one, other))
    return sum(ImageStat.Stat(ImageChops.difference(*blurred)).mean) / 3


def largest_difference(one: Image.Image, other: Image.Image, cell: int) -> int:
    """The largest difference of any square of `cell` dots in its mean: what is missing on one side shows here."""
    size = (min(one.width, other.width) // cell, min(one.height, other.height) // cell)
    box = (0, 0, size[0] * cell, size[1] * cell)
    small = (picture.convert("L").crop(box).resize(size, Image.Resampling.BOX) for picture in (one, other))
    return int(ImageStat.Stat(ImageChops.difference(*small)).extrema[0][1])
