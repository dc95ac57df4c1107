"""DER and BER of any origin, read with tolerance and within bounds, keeping the octets of every element.

The counterpart of `der` for what others wrote. Beyond strict DER it takes lengths in more octets than needed, octets
behind the outermost element and, where asked (`ber`), indefinite lengths and strings in segments, as PKCS#7 software
writes them. Each is noted by its code of `tolerances`. Everything else is refused: high tag numbers, elements that end
outside their parent, more than 24 levels, more than 10 000 members, more octets than the caller allows. Sizes and depth
are looked at before contents; nothing recurses.

Signatures hold over octets: `Node.octets` are those that were read, never written anew.

Raises `Malformed` with reason `encoding` and nothing else.
"""

from dataclasses import dataclass, field

from trust.formats import der
from trust.formats.der import MAX_DEPTH, MAX_MEMBERS, refuse
from trust.formats.tolerances import Tolerances

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING = der.BOOLEAN, der.INTEGER, der.BIT_STRING, der.OCTET_STRING
SEQUENCE, SET, CONSTRUCTED = der.SEQUENCE, 0x31, 0x20
TAGGED_0, TAGGED_1, TAGGED_3 = 0xA0, 0xA1, 0xA3
LENGTH_OCTETS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One element: identifier octet, content, octets as they stood, depth; `seen` collects tolerances of the whole."""

    tag: int
    content: bytes = field(repr=False)
    octets: bytes = field(repr=False)
    depth: int
    seen: Tolerances
    ber: bool

    def children(self) -> list["Node"]:
        """The elements inside a constructed element."""
        if not self.tag & CONSTRUCTED:
            raise refuse("a primitive element has no members")
        if self.depth + 1 > MAX_DEPTH:
            raise refuse(f"nested deeper than {MAX_DEPTH}")
        found: list[Node] = []
        position = 0
        while position < len(self.content):
            if len(found) == MAX_MEMBERS:
                raise refuse("too many members")
            node, position = element(self.content, position, self.depth + 1, self.seen, ber=self.ber)
            found.append(node)
        return found

    def strictly(self) -> der.Node:
        """The same element for the value readers of `der`."""
        return der.Node(self.tag, self.content, self.octets, self.depth)


def element(octets: bytes, start: int, depth: int, seen: Tolerances, *, ber: bool) -> tuple[Node, int]:
    """Read the element that begins at `start`; return it and where the next one begins."""
    tag, body, size = header(octets, start, seen)
    if size is not None:
        end = after = body + size
    elif ber and tag & CONSTRUCTED:
        seen.note("ber-indefinite-length")
        end = closing(octets, body, depth, seen)
        after = end + 2
    else:
        raise refuse("an indefinite length")
    return Node(tag, octets[body:end], octets[start:after], depth, seen, ber), after


def header(octets: bytes, start: int, seen: Tolerances) -> tuple[int, int, int | None]:
    """The identifier octet, where the content begins, and its size (None if indefinite); the content is all there."""
    if start + 2 > len(octets):
        raise refuse("an element is cut short")
    tag, first = octets[start], octets[start + 1]
    if tag & 0x1F == 0x1F or tag == 0:
        raise refuse(f"tag {tag:#04x} is not used here")
    body, size = start + 2, first
    if first == 0x80:
        return tag, body, None
    if first & 0x80:
        count = first & 0x7F
        if count > LENGTH_OCTETS or body + count > len(octets):
            raise refuse("a length of too many octets")
        size = int.from_bytes(octets[body : body + count], "big")
        if size < 0x80 or octets[body] == 0:
            seen.note("der-nonminimal-length")
        body += count
    if body + size > len(octets):
        raise refuse("an element is cut short")
    return tag, body, size


def closing(octets: bytes, start: int, depth: int, seen: Tolerances) -> int:
    """Where the end-of-contents octets of an indefinite length stand that belong to the content at `start`."""
    position, open_levels = start, 1
    while True:
        if octets[position : position + 2] == b"\0\0":
            open_levels -= 1
            if open_levels == 0:
                return position
            position += 2
            continue
        tag, body, size = header(octets, position, seen)
        position = body + (size or 0)
        if size is None:
            open_levels += 1
            if not tag & CONSTRUCTED or depth + open_levels > MAX_DEPTH:
                raise refuse("indefinite lengths where none can be, or too many")


def read(octets: bytes, *, limit: int, seen: Tolerances, ber: bool = False, padded: bool = False) -> Node:
    """Read one element of at most `limit` octets.

    Args:
        octets: the element, and perhaps octets behind it.
        limit: how many octets are looked at in all.
        seen: where tolerances are noted.
        ber: whether indefinite lengths and strings in segments are taken.
        padded: whether zeros behind the element are in order, as in a field of fixed size; other octets are noted.

    """
    if len(octets) > limit:
        raise refuse(f"more than {limit} octets")
    node, end = element(octets, 0, 0, seen, ber=ber)
    if octets[end:].strip(b"\0") if padded else octets[end:]:
        seen.note("trailing-bytes")
    return node


def content(node: Node, *tags: int) -> bytes:
    """The content of an element that must have one of these tags."""
    if node.tag not in tags:
        raise refuse(f"tag {node.tag:#04x} where {tags[0]:#04x} is expected")
    return node.content


def members(node: Node, low: int = 0, high: int = MAX_MEMBERS, *, tag: int = SEQUENCE) -> list[Node]:
    """The members of a SEQUENCE (or of what `tag` says), from `low` to `high` of them."""
    content(node, tag)
    found = node.children()
    if not low <= len(found) <= high:
        raise refuse(f"{len(found)} members where {low} to {high} are expected")
    return found


def only(node: Node, tag: int = SEQUENCE) -> Node:
    """The one member of a constructed element."""
    return members(node, 1, 1, tag=tag)[0]


def object_identifier(node: Node) -> str:
    """An OBJECT IDENTIFIER in dotted form; there is no tolerance about it."""
    return der.object_identifier(node.strictly())


def integer(node: Node) -> int:
    """An INTEGER of at most 64 octets."""
    octets = content(node, INTEGER)
    if not 1 <= len(octets) <= 64:
        raise refuse("an integer of no or too many octets")
    if len(octets) > 1 and octets[0] in {0x00, 0xFF} and octets[0] >> 7 == octets[1] >> 7:
        node.seen.note("der-nonminimal-integer")
    return int.from_bytes(octets, "big", signed=True)


def boolean(node: Node) -> bool:
    """A BOOLEAN; any octet but zero is true."""
    octets = content(node, BOOLEAN)
    if octets != b"\xff":
        node.seen.note("der-boolean")
    return any(octets)


def octet_string(node: Node) -> bytes:
    """The octets of an OCTET STRING; segments of one level are joined where BER is taken."""
    if node.ber and node.tag == OCTET_STRING | CONSTRUCTED:
        node.seen.note("ber-constructed-string")
        return b"".join(content(part, OCTET_STRING) for part in node.children())
    return content(node, OCTET_STRING)


@dataclass(frozen=True, slots=True)
class Bits:
    """A BIT STRING: its octets, and how many bits of the last one are declared unused."""

    octets: bytes
    unused: int

    @property
    def may_be_stripped(self) -> bool:
        """Whether an encoder that drops zero bits at the end would have left exactly this.

        Such encoders (OpenSSL's without the bits-left flag) cut zero octets off and declare the zero bits of the last
        octet left as unused.
        """
        last = self.octets[-1] if self.octets else 0
        return last != 0 and (last & -last).bit_length() - 1 == self.unused


def bit_string(node: Node) -> Bits:
    """The octets of a BIT STRING; a count of unused bits is noted and otherwise ignored."""
    octets = content(node, BIT_STRING)
    if not octets or octets[0] > 7:
        raise refuse("a bit string without or with a wrong count of unused bits")
    if octets[0]:
        node.seen.note("bitstring-unused")
    return Bits(octets[1:], octets[0])
