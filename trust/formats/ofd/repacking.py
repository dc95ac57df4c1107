"""An OFD package that gets further entries: what is not touched keeps its packed octets.

`write_package` decides the one form of our licences. A document of others keeps its own deflate streams here, so that
sealing neither inflates the file nor depends on a version of zlib; around them the container is written anew and in one
form: `OFD.xml` first, then the entries in the order they had, then new ones by name, no folders, no descriptors, no
extra fields, one fixed date. New and changed entries are stored. The same input therefore gives the same octets.

Reading is as strict as for our own files, with the wider bounds for files of any origin (`package`): whoever seals must
not put a name to a container that two readers read in two ways.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keys.sm3 import Sm3
from trust.errors import Malformed
from trust.formats.ofd.package import (
    CENTRAL,
    END,
    FIXED_DATE,
    LOCAL,
    MAX_ENTRIES,
    MAX_FOREIGN_FILE,
    MAX_FOREIGN_INFLATED,
    STORED,
    UTF8_NAME,
    VERSION,
    Entry,
    check_layout,
    check_names,
    check_sizes,
    directory,
    inflate,
)

ROOT = "OFD.xml"
PIECE = 1 << 20


@dataclass(frozen=True)
class OpenPackage:
    """A package as read: its octets, where each entry lies in them, and what each holds, in the order of the file."""

    octets: bytes
    places: Mapping[str, Entry]
    entries: Mapping[str, bytes]


def open_package(octets: bytes) -> OpenPackage:
    """Read a package.

    Raises:
        Malformed: the reasons of `package`, or `not-ofd` without `OFD.xml`.

    """
    places = located(octets)
    return OpenPackage(octets, places, {name: inflate(octets, entry) for name, entry in places.items()})


def unread_package(octets: bytes) -> OpenPackage:
    """A package of which only that is inflated which is asked for, each time anew; raises as `open_package`."""
    places = located(octets)
    return OpenPackage(octets, places, Inflating(octets, places))


class Inflating(Mapping[str, bytes]):
    """The entries of a package by name, inflated when they are asked for."""

    def __init__(self, octets: bytes, places: Mapping[str, Entry]) -> None:
        self._octets, self._places = octets, places

    def __getitem__(self, name: str) -> bytes:
        return inflate(self._octets, self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def located(octets: bytes) -> dict[str, Entry]:
    """Where the entries of a package lie, folders left out; nothing is inflated."""
    if len(octets) > MAX_FOREIGN_FILE:
        raise Malformed("zip-size", f"more than {MAX_FOREIGN_FILE} octets")
    found = directory(octets)
    check_names([entry.name[:-1] if entry.name.endswith("/") and not entry.size else entry.name for entry in found])
    check_sizes(found, len(octets), MAX_FOREIGN_INFLATED)
    check_layout(found, octets)
    places = {entry.name: entry for entry in found if not entry.name.endswith("/")}
    if ROOT not in places:
        raise Malformed("not-ofd", "no OFD.xml")
    return places


def entry_digest(package: OpenPackage, name: str) -> bytes:
    """SM3 of an entry, read piece by piece, so that a large one takes no memory.

    Raises:
        Malformed: `zip-bomb` or `zip-checksum`, it is not what the directory says.

    """
    place, digest, checksum, size = package.places[name], Sm3(), 0, 0
    for piece in pieces(package.octets, place):
        digest.update(piece)
        checksum, size = zlib.crc32(piece, checksum), size + len(piece)
        if size > place.size:
            raise Malformed("zip-bomb", name)
    if (checksum, size) != (place.checksum, place.size):
        raise Malformed("zip-checksum", name)
    return digest.digest()


def pieces(octets: bytes, place: Entry) -> Iterator[bytes]:
    """The data of an entry in pieces of at most `PIECE` octets."""
    packed = memoryview(octets)[place.data : place.data + place.packed]
    if place.method == STORED:
        yield from (packed[start : start + PIECE].tobytes() for start in range(0, len(packed), PIECE))
        return
    stream, waiting = zlib.decompressobj(-zlib.MAX_WBITS), packed.tobytes()
    try:
        while not stream.eof and (piece := stream.decompress(waiting, PIECE)):
            yield piece
            waiting = stream.unconsumed_tail
    except zlib.error as error:
        raise Malformed("zip-checksum", place.name) from error
    if not stream.eof or stream.unused_data:
        raise Malformed("zip-checksum", place.name)


def repack(package: OpenPackage, changed: Mapping[str, bytes]) -> bytes:
    """The package with some entries changed or added.

    Raises:
        Malformed: `zip-path`, `zip-duplicate` or `zip-size`.

    """
    added = sorted(changed.keys() - package.places.keys())
    names = [ROOT, *(name for name in package.places if name != ROOT), *added]
    check_names(names)
    if len(names) > MAX_ENTRIES:
        raise Malformed("zip-size", f"more than {MAX_ENTRIES} entries")
    body, index = bytearray(), bytearray()
    for name in names:
        method, checksum, size, packed = packed_entry(package, changed, name)
        encoded, offset = name.encode("utf-8"), len(body)
        common = (VERSION, UTF8_NAME, method, 0, FIXED_DATE, checksum, len(packed), size, len(encoded), 0)
        body += LOCAL.pack(b"PK\3\4", *common) + encoded + packed
        index += CENTRAL.pack(b"PK\1\2", VERSION, *common, 0, 0, 0, 0, offset) + encoded
    end = END.pack(b"PK\5\6", 0, 0, len(names), len(names), len(index), len(body), 0)
    if len(body) + len(index) + len(end) > MAX_FOREIGN_FILE:
        raise Malformed("zip-size", f"more than {MAX_FOREIGN_FILE} octets")
    return bytes(body + index + end)


def in_our_form(octets: bytes) -> bool:
    """Whether the container is what `repack` writes: packed octets are its makers', all that surrounds them is ours.

    Raises:
        Malformed: the reasons of `package`.

    """
    places = {entry.name: entry for entry in directory(octets)}
    return ROOT in places and repack(OpenPackage(octets, places, {}), {}) == octets


def packed_entry(package: OpenPackage, changed: Mapping[str, bytes], name: str) -> tuple[int, int, int, bytes]:
    """Method, checksum, size and packed octets of an entry: stored if new, as they were if not."""
    if name in changed:
        data = changed[name]
        return STORED, zlib.crc32(data), len(data), data
    place = package.places[name]
    return place.method, place.checksum, place.size, package.octets[place.data : place.data + place.packed]
