"""The little DER that key files need: single-octet tags, definite minimal lengths, nothing behind the value.

Not a general reader; formats above `keys` have their own. It says where values begin and end, no more.
"""

from keys.errors import MalformedKey

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30


def wrap(tag: int, *parts: bytes) -> bytes:
    """Write one value; at most 65 535 octets."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes(1 if size < 0x100 else 2, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int) -> bytes:
    """Write a non-negative INTEGER."""
    return wrap(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def fields(octets: bytes) -> list[tuple[int, bytes]]:
    """Split octets into (tag, content), all of them.

    Raises:
        MalformedKey: cut off, or a length that is indefinite or not minimal.

    """
    found: list[tuple[int, bytes]] = []
    while octets:
        head, size = 2, octets[1] if len(octets) > 1 else -1
        if size > 0x80:
            head = 2 + size - 0x80
            size = int.from_bytes(octets[2:head], "big")
        tag, content = octets[0], octets[head : head + size] if size >= 0 else b""
        if size < 0 or wrap(tag, content) != octets[: head + size]:
            raise MalformedKey("der", "not strict DER")
        found.append((tag, content))
        octets = octets[head + size :]
    return found


def contents(octets: bytes, *tags: int) -> list[bytes]:
    """Split octets that must hold exactly these tags in this order; return the contents.

    Raises:
        MalformedKey: other tags, or not strict DER.

    """
    found = fields(octets)
    if [tag for tag, _ in found] != list(tags):
        raise MalformedKey("der", "not the structure expected")
    return [content for _, content in found]
