"""DER taken apart and put together with one thing changed, lengths put right: for tests that tamper with structures."""

from collections.abc import Iterator

from trust.errors import Malformed
from trust.formats import der

OCTET_STRING, CONSTRUCTED = 0x04, 0x20


def inside(node: der.Node) -> list[der.Node]:
    """The elements in an element; octet strings count when DER is what they hold."""
    if node.tag & CONSTRUCTED:
        return node.children()
    if node.tag != OCTET_STRING or not node.content:
        return []
    try:
        return [der.read(node.content, limit=len(node.content))]
    except Malformed:
        return []


def exchange(octets: bytes, old: bytes, new: bytes) -> bytes:
    """Put `new` in the place of the first element whose octets are `old`."""
    changed, done = _exchange(der.read(octets, limit=len(octets)), old, new)
    if not done or changed == octets:
        raise LookupError("nothing was changed")
    return changed


def _exchange(node: der.Node, old: bytes, new: bytes) -> tuple[bytes, bool]:
    if node.octets == old:
        return new, True
    parts = inside(node)
    for position, part in enumerate(parts):
        changed, done = _exchange(part, old, new)
        if done:
            around = [one.octets for one in parts]
            around[position] = changed
            return der.write(node.tag, *around), True
    return node.octets, False


def spelled_otherwise(octets: bytes) -> Iterator[bytes]:
    """Every spelling of `octets` in which one element has a longer length than it needs, or an indefinite one."""
    top, size = der.read(octets, limit=len(octets)), [0]
    assert _spell(top, -1, size, b"") == octets
    for target in range(size[0]):
        for way in (b"long", b"indefinite"):
            yield _spell(top, target, [0], way)


def _spell(node: der.Node, target: int, seen: list[int], way: bytes) -> bytes:
    mine = seen[0]
    seen[0] += 1
    parts = inside(node)
    body = b"".join(_spell(part, target, seen, way) for part in parts) if parts else node.content
    if mine != target:
        return der.write(node.tag, body)
    if way == b"long":
        return bytes((node.tag, 0x84)) + len(body).to_bytes(4, "big") + body
    return bytes((node.tag, 0x80)) + body + b"\0\0"
