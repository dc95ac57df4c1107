"""The ZIP container of an OFD file: read within bounds, written in one form only.

A ZIP can say the same thing twice and mean different things to different readers: two entries of one name, a local
header that differs from the central directory, octets that belong to no entry. `read_package` refuses all of that
for every file, ours or not, before it inflates anything. `write_package` makes from given entries always the same
octets; a file of ours is one that equals what `write_package` makes of its entries, so not one octet of it is free.

Entries are stored, not deflated. One text has many deflate streams, and the same level gives others in another zlib;
a verifier could neither demand one stream nor tell an altered one that inflates to the same. That costs size: a
licence takes about 145 KB in place of 77. Whoever keeps or sends many compresses the file as a whole.

Reasons of `Malformed`: `zip-size`, `zip-form`, `zip-path`, `zip-duplicate`, `zip-bomb`, `zip-mismatch`, `zip-gap`,
`zip-checksum`, `zip-encrypted`, `zip-method`.
"""

import re
import struct
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from trust.errors import Malformed

MAX_FILE = 20 * 1024 * 1024
MAX_INFLATED = 64 * 1024 * 1024
MAX_ENTRIES = 4_000
RATIO_FROM, MAX_RATIO = 1024 * 1024, 300
MAX_FOREIGN_FILE, MAX_FOREIGN_INFLATED = 64 * 1024 * 1024, 200 * 1024 * 1024
"""The bounds for files of any origin; those above are for what we issue."""

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIPTOR, UTF8_NAME = 0x0001, 0x0008, 0x0800
FILE_KIND, LINK = 0xF000, 0xA000
UNICODE_PATH = 0x7075
SYSTEMS = ("gb18030", "cp437")
"""Encodings of names without the flag: of Chinese systems, and of the ZIP format before there was one."""
MAX_REMEMBERED = 64
VERSION = 20
FIXED_DATE = (1980 - 1980) << 9 | 1 << 5 | 1
"""1 January 1980, the first day of the ZIP calendar: when a file was made is said inside the seal, not here."""
NAME = re.compile(r"[^\x00-\x1f\x7f\\:*?\"<>|/]+(?:/[^\x00-\x1f\x7f\\:*?\"<>|/]+)*")


@dataclass(frozen=True)
class Entry:
    """An entry as both of its headers describe it; `start` and `end` bound everything it occupies in the file.

    `elsewhere` are its names to programs that take one without the flag for UTF-8 to be in their system's own encoding.
    """

    name: str
    method: int
    checksum: int
    packed: int
    size: int
    data: int
    start: int
    end: int
    elsewhere: tuple[str, ...] = ()


def read_package(octets: bytes, *, foreign: bool = False) -> dict[str, bytes]:
    """Read all entries, in their order; names that end in a slash are folders, must be empty, and are left out.

    With `foreign` the wider bounds for files of any origin hold; nothing else changes.

    Raises:
        Malformed: see the reasons above; `zip-encrypted` and `zip-method` mean "cannot be examined".

    """
    limit = MAX_FOREIGN_FILE if foreign else MAX_FILE
    if len(octets) > limit:
        raise Malformed("zip-size", f"more than {limit} octets")
    entries = directory(octets)
    check_names([entry.name[:-1] if entry.name.endswith("/") and not entry.size else entry.name for entry in entries])
    check_other_names(entries)
    check_sizes(entries, len(octets), MAX_FOREIGN_INFLATED if foreign else MAX_INFLATED)
    check_layout(entries, octets)
    return {entry.name: inflate(octets, entry) for entry in entries if not entry.name.endswith("/")}


def write_package(entries: Mapping[str, bytes]) -> bytes:
    """Pack entries: `OFD.xml` first, the others by name, all stored, one fixed date, nothing optional.

    Raises:
        Malformed: `zip-path`, `zip-duplicate`, `zip-size`, or `zip-form` without an `OFD.xml`.

    """
    return b"".join(_parts(entries))


def is_package_of(octets: bytes, entries: Mapping[str, bytes]) -> bool:
    """Whether these octets are what `write_package` makes of the entries; raises as it does."""
    position = 0
    for part in _parts(entries):
        if not octets.startswith(part, position):
            return False
        position += len(part)
    return position == len(octets)


def _parts(entries: Mapping[str, bytes]) -> list[bytes]:
    """What stands in the package, from its beginning to its end."""
    if "OFD.xml" not in entries:
        raise Malformed("zip-form", "no OFD.xml")
    check_names(list(entries))
    body: list[bytes] = []
    index: list[bytes] = []
    offset = 0
    for name in sorted(entries, key=lambda name: (name != "OFD.xml", name)):
        data, encoded = entries[name], name.encode("utf-8")
        common = (VERSION, UTF8_NAME, STORED, 0, FIXED_DATE, zlib.crc32(data), len(data), len(data), len(encoded), 0)
        body += (LOCAL.pack(b"PK\3\4", *common), encoded, data)
        index += (CENTRAL.pack(b"PK\1\2", VERSION, *common, 0, 0, 0, 0, offset), encoded)
        offset += LOCAL.size + len(encoded) + len(data)
        if offset > MAX_FILE:
            raise Malformed("zip-size", f"more than {MAX_FILE} octets")
    size = sum(map(len, index))
    end = END.pack(b"PK\5\6", 0, 0, len(entries), len(entries), size, offset, 0)
    return [*body, *index, end]


def directory(octets: bytes) -> list[Entry]:
    """Read the central directory; it must lie right before the end record, and that at the end of the file."""
    if len(octets) < END.size:
        raise Malformed("zip-form", "too short")
    mark, disk, index_disk, here, total, size, offset, comment = END.unpack_from(octets, len(octets) - END.size)
    if mark != b"PK\5\6" or comment:
        raise Malformed("zip-form", "no end record at the end, or a comment behind it")
    if disk or index_disk or here != total or not 1 <= total <= MAX_ENTRIES:
        raise Malformed("zip-form", "several disks, no entries or too many")
    if offset + size != len(octets) - END.size:
        raise Malformed("zip-gap", "the directory does not end where the end record begins")
    found: list[Entry] = []
    position = offset
    for _ in range(total):
        entry, position = central_entry(octets, position)
        if entry.end > offset:
            raise Malformed("zip-gap", "an entry reaches into the directory")
        found.append(entry)
    if position != offset + size:
        raise Malformed("zip-gap", "the directory holds more than its entries")
    return found


def central_entry(octets: bytes, position: int) -> tuple[Entry, int]:
    """Read one record of the directory and the local header it points to."""
    if position + CENTRAL.size > len(octets):
        raise Malformed("zip-form", "a directory record is cut short")
    record = CENTRAL.unpack_from(octets, position)
    mark, _, _, flags, method, _, _, checksum, packed, size = record[:10]
    name_size, extra, comment, disk, _, attributes, start = record[10:]
    after = position + CENTRAL.size + name_size + extra + comment
    if mark != b"PK\1\2" or disk or after > len(octets):
        raise Malformed("zip-form", "a directory record is damaged")
    if flags & ENCRYPTED:
        raise Malformed("zip-encrypted")
    if method not in {STORED, DEFLATED}:
        raise Malformed("zip-method", f"method {method}")
    if 0xFFFFFFFF in {packed, size, start}:
        raise Malformed("zip-method", "ZIP64")
    raw = octets[position + CENTRAL.size : position + CENTRAL.size + name_size]
    name = decoded(raw)
    if attributes >> 16 & FILE_KIND == LINK:
        raise Malformed("zip-path", "a symbolic link")
    check_extra(octets[position + CENTRAL.size + name_size : after - comment], raw)
    if method == STORED and packed != size:
        raise Malformed("zip-mismatch", name)
    data, end = local_bounds(octets, start, raw, flags, (method, checksum, packed, size))
    elsewhere = () if flags & UTF8_NAME or name.isascii() else tuple(raw.decode(one, "replace") for one in SYSTEMS)
    return Entry(name, method, checksum, packed, size, data, start, end, elsewhere), after


def local_bounds(
    octets: bytes, start: int, name: bytes, flags: int, described: tuple[int, int, int, int]
) -> tuple[int, int]:
    """Where the data of an entry begin and where the entry ends; its local header must agree with the directory."""
    if start + LOCAL.size > len(octets):
        raise Malformed("zip-form", "a local header is cut short")
    mark, _, own_flags, method, _, _, checksum, packed, size, name_size, extra = LOCAL.unpack_from(octets, start)
    data = start + LOCAL.size + name_size + extra
    streamed = bool(flags & DESCRIPTOR)
    own = (method, checksum, packed, size)
    # Real files set the UTF-8 flag in one header only; it means nothing for a name in ASCII.
    telling = ENCRYPTED | DESCRIPTOR | (0 if name.isascii() else UTF8_NAME)
    own_name = octets[start + LOCAL.size : start + LOCAL.size + name_size]
    check_extra(octets[data - extra : data], name)
    if mark != b"PK\3\4" or (own_flags ^ flags) & telling or own_name != name:
        raise Malformed("zip-mismatch", "a local header differs from the directory")
    if own != described and not (streamed and own == (described[0], 0, 0, 0)):
        raise Malformed("zip-mismatch", "a local header differs from the directory")
    end = data + described[2]
    if streamed:
        end += descriptor_size(octets, end, described)
    return data, end


def check_extra(extra: bytes, name: bytes) -> None:
    """Refuse an extra field that gives the entry another name (Info-ZIP's "Unicode path"): some readers go by it."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        if kind == UNICODE_PATH and extra[9 : 4 + size] != name:
            raise Malformed("zip-mismatch", "an extra field gives another name")
        extra = extra[4 + size :]


def descriptor_size(octets: bytes, position: int, described: tuple[int, int, int, int]) -> int:
    """The size of the data descriptor behind a streamed entry, with or without its mark."""
    plain = struct.pack("<3I", *described[1:])
    for form in (b"PK\7\x08" + plain, plain):
        if octets[position : position + len(form)] == form:
            return len(form)
    raise Malformed("zip-mismatch", "a data descriptor differs from the directory")


def decoded(raw: bytes) -> str:
    """An entry's name; UTF-8 whether or not the flag says so, for that is what OFD asks for."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("zip-path", "a name is not UTF-8") from error


def check_other_names(entries: Sequence[Entry]) -> None:
    """Refuse a name that is another entry's to a program that reads it in the encoding of its system."""
    for system in range(len(SYSTEMS) if any(entry.elsewhere for entry in entries) else 0):
        names = {folded(entry.elsewhere[system] if entry.elsewhere else entry.name) for entry in entries}
        if len(names) != len(entries):
            raise Malformed("zip-duplicate", "two entries of one name in another encoding")


def folded(name: str) -> str:
    """A name as systems compare it that do not tell capital letters, or forms of one letter, apart."""
    return unicodedata.normalize("NFC", name).casefold()


def check_names(names: list[str]) -> None:
    """Refuse names that leave the package, that some system reads as another, or that occur twice."""
    if len(names) <= MAX_REMEMBERED:
        _checked(tuple(names))
    else:
        check_each(names)


def check_each(names: Sequence[str]) -> None:
    """`check_names` without remembering."""
    for name in names:
        steps = name.split("/")
        if not NAME.fullmatch(name) or len(name) > 200 or any(step in {".", ".."} for step in steps):
            raise Malformed("zip-path", name[:200])
        if any(step != step.strip(" .") for step in steps):
            raise Malformed("zip-path", name)
    if len({folded(name) for name in names}) != len(names):
        raise Malformed("zip-duplicate", "two entries of one name")


_checked = lru_cache(maxsize=64)(check_each)
"""Lists of names that were let through before: all files of a type have the same few."""


def check_sizes(entries: list[Entry], packed: int, limit: int = MAX_INFLATED) -> None:
    """Refuse what would inflate to too much, before anything is inflated; small entries add up, so the whole counts."""
    total = sum(entry.size for entry in entries)
    if total > limit or (total > RATIO_FROM and total > MAX_RATIO * packed):
        raise Malformed("zip-bomb", f"{total} octets inflated")
    for entry in entries:
        if entry.size > RATIO_FROM and entry.size > MAX_RATIO * max(entry.packed, 1):
            raise Malformed("zip-bomb", entry.name)


def check_layout(entries: list[Entry], octets: bytes) -> None:
    """Every octet before the directory belongs to exactly one entry."""
    position = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        if entry.start != position:
            raise Malformed("zip-gap", "entries overlap, or octets belong to none")
        position = entry.end
    if octets[position : position + 4] != b"PK\1\2":
        raise Malformed("zip-gap", "octets between the entries and the directory")


def inflate(octets: bytes, entry: Entry) -> bytes:
    """The data of an entry, which must have the size and checksum stated."""
    packed = octets[entry.data : entry.data + entry.packed]
    if entry.method == STORED:
        data = packed
    else:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = stream.decompress(packed, entry.size + 1)
        except zlib.error as error:
            raise Malformed("zip-checksum", entry.name) from error
        if not stream.eof or stream.unused_data or stream.unconsumed_tail:
            raise Malformed("zip-bomb" if len(data) > entry.size else "zip-checksum", entry.name)
    if len(data) != entry.size or zlib.crc32(data) != entry.checksum:
        raise Malformed("zip-checksum", entry.name)
    return data
