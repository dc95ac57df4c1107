"""How large a page is, read from the beginning of its Content.xml.

A page may be megabytes of drawing, and its area stands before it (GB/T 33190, reconstructed: Template, PageRes, Area,
Content). So reading ends at the first `PhysicalBox` of the area, or where the content begins. Whether the whole of it
is XML at all is asked of expat alone (`check_readable`), which takes little time.
"""

import re
from xml.parsers import expat

from trust.errors import Malformed
from trust.formats.ofd.foreign_xml import check_encoding
from trust.formats.placing import Size

CHUNK = 4_096
MAX_SIDE_MM = 5_000
LENGTH = re.compile(r"[+-]?(?:[0-9]{1,6}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9])?")


class Reader:
    """Follows the elements until the size is known or can no longer come."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.text: list[str] = []
        self.done = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  (expat's signature)
        self.path.append(name.rpartition(":")[2])
        self.done = self.done or self.path[1:] == ["Content"]

    def characters(self, text: str) -> None:
        if not self.done and self.path[1:] == ["Area", "PhysicalBox"]:
            self.text.append(text)

    def end(self, name: str) -> None:  # noqa: ARG002  (expat's signature)
        self.done = self.done or self.path[1:] == ["Area", "PhysicalBox"]
        self.path.pop()

    def doctype(self, *_: object) -> None:
        raise Malformed("xml-doctype", "a document type is not allowed")


def page_size(octets: bytes) -> Size | None:
    """Width and height in millimetres as a Content.xml states them, None where it does not.

    Raises:
        Malformed: `xml-doctype`, `xml-form` or `page-size`.

    """
    reader = Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.doctype
    position = 0
    try:
        while not reader.done and position < len(octets):
            parser.Parse(octets[position : position + CHUNK], False)
            position += CHUNK
    except (expat.ExpatError, ValueError) as error:
        raise Malformed("xml-form", "a page is not well-formed XML in UTF-8") from error
    stated = "".join(reader.text)
    return size_of(stated) if stated else None


def check_readable(octets: bytes) -> None:
    """Refuse what no reader takes as an XML entry of an OFD.

    Raises:
        Malformed: `xml-doctype`, `xml-instruction`, `xml-encoding` or `xml-form`.

    """
    check_encoding(octets)
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartDoctypeDeclHandler = Reader().doctype
    parser.ProcessingInstructionHandler = instruction
    try:
        parser.Parse(octets, True)
    except (expat.ExpatError, ValueError) as error:
        raise Malformed("xml-form", "not well-formed XML in UTF-8") from error


def instruction(target: str, data: str) -> None:  # noqa: ARG001  (expat's signature)
    """Refuse a processing instruction."""
    raise Malformed("xml-instruction", "a processing instruction is not allowed")


def size_of(box: str) -> Size:
    """Width and height of a box `x y w h`.

    Raises:
        Malformed: `page-size`.

    """
    _, _, width, height = numbers(box, 4, "page-size")
    if not (0 < width <= MAX_SIDE_MM and 0 < height <= MAX_SIDE_MM):
        raise Malformed("page-size", "a side of nothing, or beyond five metres")
    return width, height


def numbers(text: str, expected: int, reason: str) -> list[float]:
    """Plain numbers between spaces, `expected` of them; bounded, so that none is infinite."""
    words = text.split()
    if len(words) != expected or not all(LENGTH.fullmatch(word) for word in words):
        raise Malformed(reason, f"{expected} numbers expected")
    return [float(word) for word in words]
