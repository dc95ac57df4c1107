"""A small renderer of the OFD we write, for looking at faces and for tests.

It shares no code with the writer: zipfile, ElementTree and Pillow read the package the way a foreign reader would,
by the references in its files (OFD.xml, Document.xml, resources, templates, page, signatures), and glyphs come from the
embedded fonts by their cmap. The seal's picture is cut out of the signed value and laid over its stamp box, or the part
of it that the stamp's clip leaves. Of documents by others it draws what the writer's also has, in either namespace.
It trusts its input and is no use for judging a file.

    python tests/ofd_renderer.py licence.ofd licence.png
"""

import io
import posixpath
import re
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image, ImageDraw, ImageFont

NS = "{http://www.ofdspec.org/2016}"
OLDER = b'"http://www.ofdspec.org"'
SMOOTH = 3  # drawn larger by this factor, then reduced

Point = tuple[float, float]


class Package:
    """The entries of an OFD file, by absolute or relative location."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.entries = {name: archive.read(name) for name in archive.namelist()}

    def octets(self, location: str, base: str = "") -> bytes:
        return self.entries[self.path(location, base)]

    def xml(self, location: str, base: str = "") -> ET.Element:
        return ET.fromstring(self.octets(location, base).replace(OLDER, b'"http://www.ofdspec.org/2016"'))

    def path(self, location: str, base: str = "") -> str:
        joined = location.lstrip("/") if location.startswith("/") else posixpath.join(posixpath.dirname(base), location)
        return posixpath.normpath(joined)


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split()]


def colour(node: ET.Element | None) -> tuple[int, int, int]:
    if node is None:
        return 0, 0, 0
    red, green, blue = (int(part) for part in node.attrib["Value"].split())
    return red, green, blue


class Renderer:
    """Draws one page on white paper."""

    def __init__(self, data: bytes, dpi: int) -> None:
        self.package = Package(data)
        self.scale = dpi / 25.4 * SMOOTH
        body = self.package.xml("OFD.xml").find(f"{NS}DocBody")
        assert body is not None
        self.root = self.package.path(body.findtext(f"{NS}DocRoot", ""))
        self.signatures = body.findtext(f"{NS}Signatures")
        self.document = self.package.xml(self.root)
        self.fonts: dict[str, bytes] = {}
        self.images: dict[str, bytes] = {}
        for kind in ("PublicRes", "DocumentRes"):
            for node in self.document.iter(f"{NS}{kind}"):
                self.read_resources(self.package.path(node.text or "", self.root))

    def read_resources(self, location: str) -> None:
        resources = self.package.xml(location)
        base = self.package.path(resources.attrib.get("BaseLoc", "."), location) + "/"
        for font in resources.iter(f"{NS}Font"):
            self.fonts[font.attrib["ID"]] = self.package.octets(font.findtext(f"{NS}FontFile", ""), base)
        for media in resources.iter(f"{NS}MultiMedia"):
            self.images[media.attrib["ID"]] = self.package.octets(media.findtext(f"{NS}MediaFile", ""), base)

    def page(self, index: int) -> Image.Image:
        location = list(self.document.iter(f"{NS}Page"))[index].attrib["BaseLoc"]
        page = self.package.xml(location, self.root)
        boxes = [*page.iter(f"{NS}PhysicalBox"), *self.document.iter(f"{NS}PhysicalBox")]
        _, _, width, height = numbers(boxes[0].text or "")
        paper = Image.new("RGB", (round(width * self.scale), round(height * self.scale)), "white")
        templates = {node.attrib["ID"]: node.attrib["BaseLoc"] for node in self.document.iter(f"{NS}TemplatePage")}
        for used in page.iter(f"{NS}Template"):
            self.layers(paper, self.package.xml(templates[used.attrib["TemplateID"]], self.root))
        self.layers(paper, page)
        page_id = list(self.document.iter(f"{NS}Page"))[index].attrib["ID"]
        self.seals(paper, page_id)
        return paper.resize((paper.width // SMOOTH, paper.height // SMOOTH), Image.Resampling.BOX)

    def layers(self, paper: Image.Image, content: ET.Element) -> None:
        draw = {"TextObject": self.text, "ImageObject": self.image, "PathObject": self.shape}
        for layer in content.iter(f"{NS}Layer"):
            for item in layer:
                draw[item.tag.removeprefix(NS)](paper, item)

    def text(self, paper: Image.Image, item: ET.Element) -> None:
        left, top, _, _ = numbers(item.attrib["Boundary"])
        size = float(item.attrib["Size"])
        font = ImageFont.truetype(io.BytesIO(self.fonts[item.attrib["Font"]]), size * self.scale)
        ink = colour(item.find(f"{NS}FillColor"))
        pen = ImageDraw.Draw(paper)
        for code in item.iter(f"{NS}TextCode"):
            x, y = float(code.attrib["X"]), float(code.attrib["Y"])
            characters = code.text or ""
            for character, advance in zip(characters, [*deltas(code.attrib.get("DeltaX", "")), 0.0], strict=True):
                place = ((left + x) * self.scale, (top + y) * self.scale)
                pen.text(place, character, font=font, fill=ink, anchor="ls")
                x += advance

    def image(self, paper: Image.Image, item: ET.Element) -> None:
        left, top, _, _ = numbers(item.attrib["Boundary"])
        width, _, _, height, right, down = numbers(item.attrib["CTM"])
        self.lay(paper, self.images[item.attrib["ResourceID"]], (left + right, top + down, width, height))

    def lay(
        self, paper: Image.Image, octets: bytes, box: tuple[float, float, float, float], clip: str | None = None
    ) -> None:
        x, y, width, height = (round(value * self.scale) for value in box)
        picture = Image.open(io.BytesIO(octets)).convert("RGBA").resize((width, height), Image.Resampling.BILINEAR)
        if clip:
            left, top, across, down = (value * self.scale for value in numbers(clip))
            part = (round(left), round(top), round(left + across), round(top + down))
            picture, x, y = picture.crop(part), x + part[0], y + part[1]
        paper.paste(picture, (x, y), picture)

    def shape(self, paper: Image.Image, item: ET.Element) -> None:
        left, top, _, _ = numbers(item.attrib["Boundary"])
        lines = contours(item.findtext(f"{NS}AbbreviatedData", ""))
        placed = [
            ([((left + x) * self.scale, (top + y) * self.scale) for x, y in line], closed) for line, closed in lines
        ]
        if item.attrib.get("Fill") == "true":
            mask = Image.new("1", paper.size)
            pen = ImageDraw.Draw(mask)
            by_size = sorted((line for line, _ in placed), key=lambda line: -abs(area(line)))
            outward = area(by_size[0]) > 0
            for line in by_size:
                pen.polygon(line, fill=int((area(line) > 0) == outward))
            paper.paste(colour(item.find(f"{NS}FillColor")), (0, 0), mask)
        if item.attrib.get("Stroke", "true") == "true":
            width = max(1, round(float(item.attrib.get("LineWidth", "0.353")) * self.scale))
            pen = ImageDraw.Draw(paper)
            for line, closed in placed:
                path = [*line, line[0], line[1]] if closed else line
                pen.line(path, fill=colour(item.find(f"{NS}StrokeColor")), width=width, joint="curve")

    def seals(self, paper: Image.Image, page_id: str) -> None:
        if not self.signatures:
            return
        base = self.package.path(self.signatures)
        for node in self.package.xml(base).iter(f"{NS}Signature"):
            location = self.package.path(node.attrib["BaseLoc"], base)
            signature = self.package.xml(location)
            value = self.package.octets(signature.findtext(f"{NS}SignedValue", ""), location)
            for stamp in signature.iter(f"{NS}StampAnnot"):
                if stamp.attrib["PageRef"] == page_id:
                    x, y, width, height = numbers(stamp.attrib["Boundary"])
                    self.lay(paper, png_inside(value), (x, y, width, height), stamp.attrib.get("Clip"))


def png_inside(octets: bytes) -> bytes:
    """The first PNG in a DER value."""
    start = octets.index(b"\x89PNG\r\n\x1a\n")
    return octets[start : octets.index(b"IEND", start) + 8]


def deltas(text: str) -> list[float]:
    """DeltaX, with its runs `g count value`."""
    values: list[float] = []
    parts = text.split()
    while parts:
        if parts[0] == "g":
            values += [float(parts[2])] * int(parts[1])
            del parts[:3]
        else:
            values.append(float(parts.pop(0)))
    return values


def contours(data: str) -> list[tuple[list[Point], bool]]:
    """AbbreviatedData as polygons: points, and whether the contour is closed."""
    found: list[tuple[list[Point], bool]] = []
    for command, text in re.findall(r"([MLQBC])([^MLQBC]*)", data):
        values = numbers(text)
        points = list(zip(values[0::2], values[1::2], strict=True))
        if command == "M":
            found.append((points, False))
        elif command == "C":
            found[-1] = (found[-1][0], True)
        elif command == "L":
            found[-1][0].extend(points)
        else:
            found[-1][0].extend(curve([found[-1][0][-1], *points]))
    return found


def curve(controls: list[Point], steps: int = 12) -> list[Point]:
    """Points along a quadratic or cubic Bézier, by its Bernstein form."""
    weights = {3: (1, 2, 1), 4: (1, 3, 3, 1)}[len(controls)]
    degree = len(controls) - 1
    along = []
    for step in range(1, steps + 1):
        t = step / steps
        factors = [weight * t**power * (1 - t) ** (degree - power) for power, weight in enumerate(weights)]
        along.append(
            (
                sum(factor * x for factor, (x, _) in zip(factors, controls, strict=True)),
                sum(factor * y for factor, (_, y) in zip(factors, controls, strict=True)),
            )
        )
    return along


def area(points: list[Point]) -> float:
    following = [*points[1:], points[0]]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, following, strict=True))


def render_ofd(data: bytes, *, page: int = 0, dpi: int = 150) -> Image.Image:
    """The picture of a page."""
    return Renderer(data, dpi).page(page)


if __name__ == "__main__":
    render_ofd(Path(sys.argv[1]).read_bytes()).save(sys.argv[2])
