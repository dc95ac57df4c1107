"""Adding to an XML file of others without writing it anew: octets are inserted, all the rest stays as it was.

A signature covers the octets of a file, and a file of others has its own prefixes, spaces and order. So nothing is
parsed and printed again: expat tells where an element's content begins and ends, and text is put there. What is put in
carries the prefix of the element it goes into, hence its namespace, whichever that is.

Only for XML that `read_xml` has accepted; `outline` refuses a document type all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from trust.errors import Malformed
from trust.formats.ofd.xml import quoted, text


@dataclass(frozen=True)
class Spot:
    """An element in the octets of its file: its name as written, depth (the root's is 0), and its content's bounds.

    An element written as `<a/>` has `closed` set; its bounds are both behind the tag.
    """

    name: str
    depth: int
    start: int
    end: int
    closed: bool

    @property
    def prefix(self) -> str:
        """The prefix with its colon, or nothing."""
        return self.name[: self.name.rfind(":") + 1]

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name[self.name.rfind(":") + 1 :]


class Surveyor:
    """Collects spots while expat reads."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.finish
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.open: list[tuple[str, int]] = []
        self.spots: list[Spot] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  (expat's signature)
        self.open.append((name, tag_end(self.octets, self.parser.CurrentByteIndex)))

    def finish(self, name: str) -> None:  # noqa: ARG002  (expat's signature)
        opened, start = self.open.pop()
        closed = self.octets[start - 2 : start] == b"/>"
        end = start if closed else self.parser.CurrentByteIndex
        self.spots.append(Spot(opened, len(self.open), start, end, closed))

    def doctype(self, *_: object) -> None:
        raise Malformed("xml-doctype", "a document type is not allowed")


def outline(octets: bytes) -> list[Spot]:
    """All elements in the order in which they end; the root is the last.

    Raises:
        Malformed: `xml-doctype` or `xml-form`.

    """
    surveyor = Surveyor(octets)
    try:
        surveyor.parser.Parse(octets, True)
    except (expat.ExpatError, ValueError) as error:
        raise Malformed("xml-form", "not well-formed XML in UTF-8") from error
    return surveyor.spots


def tag_end(octets: bytes, start: int) -> int:
    """Where the tag that begins at `start` ends; a `>` between quotes does not end it."""
    quote, position = 0, start
    while quote or octets[position] != ord(">"):
        sign = octets[position]
        if quote:
            quote = 0 if sign == quote else quote
        elif sign in b"\"'":
            quote = sign
        position += 1
    return position + 1


def append_inside(octets: bytes, spot: Spot, inner: str) -> bytes:
    """Put `inner` at the end of an element's content."""
    added = inner.encode("utf-8")
    if not spot.closed:
        return octets[: spot.end] + added + octets[spot.end :]
    return octets[: spot.start - 2] + b">" + added + f"</{spot.name}>".encode() + octets[spot.start :]


def replace_inside(octets: bytes, spot: Spot, inner: str) -> bytes:
    """Put `inner` in place of an element's content; an element written as `<a/>` stays as it is."""
    if spot.closed:
        return octets
    return octets[: spot.start] + inner.encode("utf-8") + octets[spot.end :]


def tag(prefix: str, name: str, attributes: Mapping[str, str], content: str = "") -> str:
    """An element of character data with a given prefix."""
    inner = "".join(f" {key}={quoted(value)}" for key, value in attributes.items())
    if not content:
        return f"<{prefix}{name}{inner}/>"
    return f"<{prefix}{name}{inner}>{text(content)}</{prefix}{name}>"
