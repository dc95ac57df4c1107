"""Drawing a page of an OFD: templates behind, its own layers, templates in front, annotations, and the seals on it.

A seal's picture stands in no page: it is taken from the seal and laid where the signature says, like ink, through the
signature's clip. One that is itself an OFD is drawn as such, but none inside that.
"""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from trust.errors import Malformed
from trust.formats.ofd.glyphs import named
from trust.formats.ofd.package import read_package
from trust.formats.ofd.page_size import numbers, page_size
from trust.formats.ofd.survey import Package, package_of
from trust.formats.ofd.xml import Element, read_xml
from trust.formats.sealed_document import SealBox, ShownSeal
from verifier.pictures.canvas import Canvas
from verifier.pictures.fonts import Fonts
from verifier.pictures.inks import Style, style_of
from verifier.pictures.matrix import Matrix, moved, scaled, then
from verifier.pictures.ofd_objects import FAULTS, Brush, decoded, draw_block
from verifier.pictures.rendered import Rendered, pixels_of
from verifier.pictures.resources import PageAt, Resources, add_resources, pages_in

ORDER = {"Background": 0, "Body": 1, "Foreground": 2}
Seals = Sequence[tuple[ShownSeal, SealBox]]


class OfdPages:
    """The pages of one OFD file.

    Raises:
        Malformed: it cannot be read.

    """

    def __init__(self, data: bytes, font: Path) -> None:
        self._package: Package = package_of(read_package(data, foreign=True))
        self._pages = pages_in(self._package)
        self._fonts, self._font = Fonts(font), font

    def __len__(self) -> int:
        return len(self._pages)

    def size(self, page: int) -> tuple[float, float]:
        """Width and height of a page in millimetres, as the page itself states them or its document does."""
        where = self._pages[page]
        own = page_size(self._package.entries[where.entry]) if where.entry else None
        return own or where.size

    def draw(self, page: int, size: tuple[float, float], seals: Seals = ()) -> Rendered:
        """A page of this size in millimetres with these seals on it.

        Raises:
            Malformed: nothing of it can be drawn.

        """
        where = self._pages[page]
        width, height = pixels_of(size)
        canvas = Canvas(width, height)
        matrix = scaled(canvas.image.width / size[0], canvas.image.height / size[1])
        if where.entry is None:
            raise Malformed("entry-missing", "a page has no content")
        content = read_xml(self._package.entries[where.entry])
        resources = self._resources(where, content)
        brush = Brush(canvas, resources, self._fonts)
        self._layers(brush, where, content, matrix)
        self._annotations(brush, where, matrix)
        for seal, box in seals:
            self._seal(brush, seal, box, matrix)
        return Rendered(canvas.finished(), whole=not brush.missing)

    def _resources(self, where: PageAt, content: Element) -> Resources:
        """Those of the document, and those that the page has for itself."""
        own = Resources(**{name: dict(value) for name, value in vars(where.document.resources).items()})
        add_resources(self._package, own, content, where.entry or "", ("PageRes",))
        return own

    def _layers(self, brush: Brush, where: PageAt, content: Element, matrix: Matrix) -> None:
        """Templates and layers from the back to the front."""
        stack: list[tuple[int, Element]] = []
        for used in named(content, "Template"):
            entry, usual = where.document.templates.get(used.attributes.get("TemplateID", ""), ("", ""))
            if not entry:
                brush.missing += 1
                continue
            template = read_xml(self._package.entries[entry])
            add_resources(self._package, brush.resources, template, entry, ("PageRes",))
            order = ORDER.get(used.attributes.get("ZOrder", usual), 0)
            stack += [(order, layer) for layer in layers(template)]
        stack += [(ORDER.get(layer.attributes.get("Type", "Body"), 1), layer) for layer in layers(content)]
        for _, layer in sorted(stack, key=lambda one: one[0]):
            draw_block(brush, layer, matrix, style_of(layer, brush.resources.drawing, Style()))

    def _annotations(self, brush: Brush, where: PageAt, matrix: Matrix) -> None:
        for entry in where.document.annotations.get(where.number, ()):
            try:
                listed = read_xml(self._package.entries[entry])
            except Malformed:
                brush.missing += 1
                continue
            add_resources(self._package, brush.resources, listed, entry, ("PageRes",))
            for note in named(listed, "Annot"):
                if note.attributes.get("Visible", "").casefold() == "false":
                    continue
                for shown in named(note, "Appearance"):
                    _appearance(brush, shown, matrix)

    def _seal(self, brush: Brush, seal: ShownSeal, box: SealBox, matrix: Matrix) -> None:
        """Lay the seal's picture; where it cannot be drawn, something is missing."""
        place = then((box.width, 0, 0, box.height, box.x, box.y), matrix)
        clip = None
        if box.clip is not None:
            left, top, width, height = box.clip
            across, down = matrix[0], matrix[3]
            x, y = (box.x + left) * across, (box.y + top) * down
            clip = x, y, x + width * across, y + height * down
        try:
            picture = decoded(seal.picture) if seal.kind != "ofd" else self._drawn_seal(seal)
        except FAULTS:
            brush.missing += 1
            return
        with brush.canvas.within(clip):
            brush.canvas.lay(picture, place, like_ink=True)

    def _drawn_seal(self, seal: ShownSeal) -> Image.Image:
        inner = OfdPages(seal.picture, self._font)
        if not len(inner):
            raise Malformed("picture-form", "a seal's OFD has no page")
        return inner.draw(0, inner.size(0)).picture.convert("RGBA")


def layers(content: Element) -> list[Element]:
    """The layers of a page or template."""
    return [layer for part in named(content, "Content") for layer in named(part, "Layer")]


def _appearance(brush: Brush, shown: Element, matrix: Matrix) -> None:
    left, top, _, _ = numbers(shown.attributes.get("Boundary", "0 0 1 1"), 4, "object-form")
    draw_block(brush, shown, then(moved(left, top), matrix), Style())
