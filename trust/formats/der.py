"""DER (ITU-T X.690) read strictly, keeping the octets of every element, and written minimally.

A signature holds over octets, so a reader that re-encodes cannot check one. `Node` keeps what was read. Only what
seals need is known here: low tag numbers, definite and minimal lengths, and a dozen universal types. There is one
encoding per value: whatever this module accepts, its writers give back octet for octet. Depth and size are bounded
before anything is looked at; nothing recurses.

Certificates and CMS are read elsewhere, by asn1crypto.

Raises `Malformed` with reason `encoding` and nothing else.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from trust.errors import Malformed

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER = 0x01, 0x02, 0x03, 0x04, 0x06
UTF8_STRING, IA5_STRING, GENERALIZED_TIME, SEQUENCE = 0x0C, 0x16, 0x18, 0x30
MAX_DEPTH = 24
MAX_MEMBERS = 10_000
NO_SIGNS = str.maketrans("", "", "-:T")
TIME_TEXT = re.compile(rb"[0-9]{14}Z")


def refuse(text: str) -> Malformed:
    """The one error of this module."""
    return Malformed("encoding", text)


@dataclass(frozen=True, slots=True)
class Node:
    """One element: its identifier octet, its content, its octets as they stood, and how deep it lies."""

    tag: int
    content: bytes
    octets: bytes
    depth: int = 0

    def children(self) -> list["Node"]:
        """The elements inside a constructed element."""
        if not self.tag & 0x20:
            raise refuse("a primitive element has no members")
        if self.depth + 1 > MAX_DEPTH:
            raise refuse(f"nested deeper than {MAX_DEPTH}")
        found: list[Node] = []
        position = 0
        while position < len(self.content):
            if len(found) == MAX_MEMBERS:
                raise refuse("too many members")
            node, position = element(self.content, position, self.depth + 1)
            found.append(node)
        return found


def element(octets: bytes, start: int, depth: int) -> tuple[Node, int]:
    """Read the element that begins at `start`; return it and where the next one begins."""
    if start + 2 > len(octets):
        raise refuse("an element is cut short")
    tag, first = octets[start], octets[start + 1]
    if tag & 0x1F == 0x1F or tag == 0:
        raise refuse(f"tag {tag:#04x} is not used here")
    body = start + 2
    length = first
    if first & 0x80:
        count = first & 0x7F
        if not 1 <= count <= 4:
            raise refuse("indefinite or oversized length")
        length = int.from_bytes(octets[body : body + count], "big")
        body += count
        if body > len(octets) or length < 0x80 or length >> (8 * (count - 1)) == 0:
            raise refuse("the length is not minimal")
    end = body + length
    if end > len(octets):
        raise refuse("an element is cut short")
    return Node(tag, octets[body:end], octets[start:end], depth), end


def read(octets: bytes, *, limit: int) -> Node:
    """Read exactly one element of at most `limit` octets, with nothing behind it."""
    if len(octets) > limit:
        raise refuse(f"more than {limit} octets")
    node, end = element(octets, 0, 0)
    if end != len(octets):
        raise refuse("octets follow the element")
    return node


def content(node: Node, tag: int) -> bytes:
    """The content of an element that must have this tag."""
    if node.tag != tag:
        raise refuse(f"tag {node.tag:#04x} where {tag:#04x} is expected")
    return node.content


def members(node: Node, count: int | None = None) -> list[Node]:
    """The members of a SEQUENCE, exactly `count` of them where that is given."""
    content(node, SEQUENCE)
    found = node.children()
    if count is not None and len(found) != count:
        raise refuse(f"{len(found)} members where {count} are expected")
    return found


def integer(node: Node) -> int:
    """A minimally encoded INTEGER of at most 32 octets and a sign octet."""
    octets = content(node, INTEGER)
    if not 1 <= len(octets) <= 33:
        raise refuse("an integer of no or too many octets")
    if len(octets) > 1 and octets[0] in {0x00, 0xFF} and octets[0] >> 7 == octets[1] >> 7:
        raise refuse("the integer is not minimal")
    return int.from_bytes(octets, "big", signed=True)


def octet_string(node: Node) -> bytes:
    """The octets of an OCTET STRING."""
    return content(node, OCTET_STRING)


def bit_string(node: Node) -> bytes:
    """The octets of a BIT STRING without unused bits."""
    octets = content(node, BIT_STRING)
    if not octets or octets[0] != 0:
        raise refuse("a bit string with unused bits")
    return octets[1:]


def object_identifier(node: Node) -> str:
    """An OBJECT IDENTIFIER in dotted form."""
    octets = content(node, OBJECT_IDENTIFIER)
    if not 1 <= len(octets) <= 64 or octets[-1] & 0x80:
        raise refuse("an object identifier is cut short")
    arcs: list[int] = []
    value, fresh = 0, True
    for octet in octets:
        if fresh and octet == 0x80:
            raise refuse("the object identifier is not minimal")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    head = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (head, arcs[0] - 40 * head, *arcs[1:]))


def ia5_string(node: Node) -> str:
    """An IA5String of visible characters and spaces."""
    octets = content(node, IA5_STRING)
    if any(not 0x20 <= octet < 0x7F for octet in octets):
        raise refuse("an IA5String with other than visible characters")
    return octets.decode("ascii")


def utf8_string(node: Node) -> str:
    """A UTF8String."""
    try:
        return content(node, UTF8_STRING).decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse("a UTF8String is not UTF-8") from error


def generalized_time(node: Node) -> datetime:
    """A GeneralizedTime of the one form `YYYYMMDDhhmmssZ`."""
    octets = content(node, GENERALIZED_TIME)
    if not TIME_TEXT.fullmatch(octets):
        raise refuse("a time not of the form YYYYMMDDhhmmssZ")
    text = octets.decode("ascii")
    fields = (text[0:4], text[4:6], text[6:8], text[8:10], text[10:12], text[12:14])
    try:
        return datetime(*(int(field) for field in fields), tzinfo=UTC)  # type: ignore[misc,arg-type]  # six numbers
    except ValueError as error:
        raise refuse("a time that does not exist") from error


def write(tag: int, *parts: bytes) -> bytes:
    """An element of `tag` around the parts, with a minimal length."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def write_sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of encoded members."""
    return write(SEQUENCE, *parts)


def write_integer(value: int) -> bytes:
    """A minimal INTEGER."""
    magnitude = value if value >= 0 else ~value
    return write(INTEGER, value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True))


def write_octet_string(octets: bytes) -> bytes:
    """An OCTET STRING."""
    return write(OCTET_STRING, octets)


def write_bit_string(octets: bytes) -> bytes:
    """A BIT STRING without unused bits."""
    return write(BIT_STRING, b"\0", octets)


def write_object_identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (40 * first + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        body.extend(reversed(septets))
    return write(OBJECT_IDENTIFIER, bytes(body))


def write_ia5_string(text: str) -> bytes:
    """An IA5String of visible characters; anything else is refused."""
    if any(not 0x20 <= ord(character) < 0x7F for character in text):
        raise refuse("an IA5String with other than visible characters")
    return write(IA5_STRING, text.encode("ascii"))


def write_utf8_string(text: str) -> bytes:
    """A UTF8String; lone surrogates are refused."""
    try:
        return write(UTF8_STRING, text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise refuse("text that UTF-8 cannot carry") from error


def time_text(instant: datetime) -> str:
    """An aware instant as `YYYYMMDDhhmmssZ`, fractions of a second cut off."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).isoformat(timespec="seconds")[:19].translate(NO_SIGNS) + "Z"


def write_generalized_time(instant: datetime) -> bytes:
    """A GeneralizedTime `YYYYMMDDhhmmssZ`, fractions of a second cut off."""
    return write(GENERALIZED_TIME, time_text(instant).encode("ascii"))
