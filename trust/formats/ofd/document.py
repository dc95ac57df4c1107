"""The values an OFD document is written from: pages of placed text, images and paths.

All lengths are millimetres, the origin is the page's upper left corner, y grows downward. Whoever makes these values
has decided everything that is seen (fonts, line breaks, advances); `write` only puts them into GB/T 33190 form.
The seal's picture is not page content: readers draw it from the seal signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Colour = tuple[int, int, int]
"""Red, green, blue, each 0 to 255."""


@dataclass(frozen=True)
class TextRun:
    """One line of glyphs of one font: its left edge `x`, its `baseline`, `size` (em) and one advance per glyph."""

    x: float
    baseline: float
    size: float
    font_id: int
    text: str
    advances: tuple[float, ...]
    colour: Colour = (0, 0, 0)


@dataclass(frozen=True)
class ImageBox:
    """An image stretched over a box."""

    x: float
    y: float
    width: float
    height: float
    image_id: int


@dataclass(frozen=True)
class PathShape:
    """A path; `data` is OFD AbbreviatedData (M, L, Q, B, A, C; C closes) relative to the box's corner.

    The box must hold everything the path draws, line width included: readers clip at it.
    """

    x: float
    y: float
    width: float
    height: float
    data: str
    stroke: Colour | None = (0, 0, 0)
    line_width: float = 0.35
    fill: Colour | None = None


PageObject = TextRun | ImageBox | PathShape


@dataclass(frozen=True)
class OfdPage:
    """A page and what is drawn on it, in order, over the template page of the id `template` where there is one."""

    width: float
    height: float
    objects: tuple[PageObject, ...]
    template: int | None = None


@dataclass(frozen=True)
class OfdTemplate:
    """A template page: what lies below many pages, of this document and of others like it.

    `first` is the id of its layer, and its drawing objects take the following ones. It is given, not allotted, so that
    the same template has the same octets in every document.
    """

    id: int
    first: int
    width: float
    height: float
    objects: tuple[PageObject, ...]

    @property
    def last(self) -> int:
        """The highest id in it."""
        return self.first + len(self.objects)


@dataclass(frozen=True)
class OfdFont:
    """An embedded TrueType subset with its cmap kept; `id` is what `TextRun.font_id` names."""

    id: int
    name: str
    family: str
    octets: bytes


@dataclass(frozen=True)
class OfdImage:
    """An embedded image; `id` is what `ImageBox.image_id` names."""

    id: int
    octets: bytes
    format: Literal["PNG", "JPEG"] = "PNG"

    @property
    def file_name(self) -> str:
        """Under which name it lies in the folder of resources."""
        return f"image_{self.id}.{'png' if self.format == 'PNG' else 'jpg'}"


@dataclass(frozen=True)
class OfdAttachment:
    """A file carried along and covered by the seal, such as `licence.json` with format `JSON`."""

    name: str
    format: str
    octets: bytes


@dataclass(frozen=True)
class OfdDocument:
    """A whole document; `doc_id` is 32 hexadecimal digits, `custom` goes into DocInfo/CustomDatas in its order."""

    doc_id: str
    title: str
    creator: str
    created_on: date
    pages: tuple[OfdPage, ...]
    fonts: tuple[OfdFont, ...] = ()
    images: tuple[OfdImage, ...] = ()
    attachments: tuple[OfdAttachment, ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[OfdTemplate, ...] = ()

    def shown(self, page: OfdPage) -> tuple[PageObject, ...]:
        """Everything that is seen on a page, from the back to the front."""
        below = (template.objects for template in self.templates if template.id == page.template)
        return (*next(below, ()), *page.objects)
