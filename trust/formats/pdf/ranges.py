"""What one signature of a PDF covers: two stretches of octets around its own value, and nothing else left out.

`/ByteRange` says what was signed (ISO 32000-2 §12.8.1). Attacks that wrap or forge signatures live in what it leaves
out, so the gap must be exactly the hexadecimal literal of this dictionary's `/Contents`, found where the dictionary
stands; the first stretch must begin the file; and the second must end where a revision of the file ends, with nothing
that this revision refers to lying behind. What follows is judged in `changes`.

Each check has a code. Nothing is parsed anew here: values and positions come from pyHanko's reading, and are held
against the octets.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256, sha384, sha512
from typing import Protocol

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from keys.sm3 import Sm3
from trust.formats.asn1 import SM3
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.views import View

CONTENTS_BEFORE = re.compile(rb"/Contents[\0\t\n\f\r ]*\Z")
CONTENTS = re.compile(rb"/Contents(?=[\0\t\n\f\r <(\[/>])")
RANGES = re.compile(rb"/ByteRange(?=[\0\t\n\f\r <(\[/>])")
ENDING = re.compile(rb"startxref[\0\t\n\f\r ]+([0-9]{1,12})[\0\t\n\f\r ]+%%EOF[\r\n]{0,2}\Z")
LITERAL = re.compile(rb"<([0-9A-Fa-f]*)>")
LINE_ENDS = frozenset({b"\n", b"\r", b"\r\n"})
TAIL = 96
MAX_DICTIONARY = 256 * 1024
"""Octets around the literal in which a signature dictionary has to find room."""
DIGESTS: dict[str, Callable[[], "Digest"]] = {
    SM3: Sm3,
    "2.16.840.1.101.3.4.2.1": sha256,
    "2.16.840.1.101.3.4.2.2": sha384,
    "2.16.840.1.101.3.4.2.3": sha512,
}
"""Digests that are relied on, by identifier."""


class Digest(Protocol):
    """A digest in progress."""

    def update(self, octets: bytes, /) -> None: ...

    def digest(self) -> bytes: ...

    def copy(self) -> "Digest": ...


class Beginnings:
    """Digests of a file's beginnings, each octet taken once, however many signatures begin with it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._taken: dict[str, list[tuple[int, Digest]]] = {}

    def upto(self, algorithm: str, position: int) -> Digest | None:
        """A digest of the octets before `position`, free to be continued; None for an algorithm not relied on."""
        if algorithm not in DIGESTS:
            return None
        taken = self._taken.setdefault(algorithm, [(0, DIGESTS[algorithm]())])
        start, nearest = max((each for each in taken if each[0] <= position), key=lambda each: each[0])
        made = nearest.copy()
        made.update(self.data[start:position])
        taken.append((position, made.copy()))
        return made


@dataclass(frozen=True)
class Covered:
    """The stretches `[0, hole_start)` and `[hole_end, end)` of a file; `revision` is the one that ends at `end`."""

    beginnings: Beginnings = field(repr=False)
    hole_start: int
    hole_end: int
    end: int
    revision: int

    @property
    def data(self) -> bytes:
        """The whole file."""
        return self.beginnings.data

    @property
    def text(self) -> str:
        """The value of `/ByteRange` in its plainest spelling."""
        return f"[0 {self.hole_start} {self.hole_end} {self.end - self.hole_end}]"

    @property
    def small_digits(self) -> bool:
        """Whether the literal is in small letters, as we write it."""
        literal = self.data[self.hole_start : self.hole_end]
        return literal == literal.lower()

    @property
    def whole_file(self) -> bool:
        """Whether nothing follows."""
        return self.end == len(self.data)

    @property
    def octets(self) -> bytes:
        """What was signed, in one piece."""
        return self.data[: self.hole_start] + self.data[self.hole_end : self.end]

    def digest(self, algorithm: str) -> bytes | None:
        """The digest of what was signed, by the identifier of its algorithm; None for one not relied on."""
        made = self.beginnings.upto(algorithm, self.hole_start)
        if made is None:
            return None
        made.update(self.data[self.hole_end : self.end])
        return made.digest()


def read_range(
    beginnings: Beginnings, reader: PdfFileReader, entries: generic.DictionaryObject, offset: int
) -> Covered:
    """What a signature dictionary covers; `entries` are its entries, `offset` is where the object that holds it begins.

    Raises:
        PdfRefused: `pdf-byte-range`, `pdf-contents-place`, `pdf-signature-dictionary`, `pdf-revision-end`.

    """
    data = beginnings.data
    before, after, rest = _numbers(dict.get(entries, "/ByteRange"), len(data))
    literal = LITERAL.fullmatch(data, before, after)
    value = dict.get(entries, "/Contents")
    if literal is None or not CONTENTS_BEFORE.search(data, max(offset, before - TAIL), before):
        raise refused("pdf-contents-place")
    if not isinstance(value, generic.TextStringObject | generic.ByteStringObject):
        raise refused("pdf-signature-dictionary")
    digits = literal[1].decode()
    if len(digits) % 2 or bytes.fromhex(digits) != bytes(value.original_bytes):
        raise refused("pdf-contents-place")
    _check_dictionary(data, offset, before, after)
    end = after + rest
    return Covered(beginnings, before, after, end, _revision_ending(data, reader, end))


def check_within(reader: PdfFileReader, view: View, covered: Covered) -> None:
    """See that nothing of the signed revision, its tables included, lies behind what is covered.

    Raises:
        PdfRefused: `pdf-beyond-range`.

    """
    for number in range(covered.revision + 1):
        section = reader.xrefs.get_xref_data(number)
        inside = all(place < covered.end for _, place in section.standard_xrefs.values())
        if not inside or reader.xrefs.get_xref_container_info(number).end_location > covered.end:
            raise refused("pdf-beyond-range")
    if view.revision < covered.revision:
        raise refused("pdf-beyond-range")


def _numbers(value: object, size: int) -> tuple[int, int, int]:
    """The three numbers of a byte range that begins the file."""
    items = list(list.__iter__(value)) if isinstance(value, generic.ArrayObject) else []
    numbers = [int(item) for item in items if isinstance(item, generic.NumberObject)]
    if len(items) != 4 or len(numbers) != 4:
        raise refused("pdf-byte-range")
    first, before, after, rest = numbers
    if first != 0 or not 0 < before < after < after + rest <= size:
        raise refused("pdf-byte-range")
    return before, after, rest


def _check_dictionary(data: bytes, offset: int, before: int, after: int) -> None:
    """See that the literal stands in the object at `offset`, and that this has one `/Contents` and one `/ByteRange`."""
    close = data.find(b"endobj", after, after + MAX_DICTIONARY)
    if not 0 <= before - offset <= MAX_DICTIONARY or close < 0:
        raise refused("pdf-contents-place")
    head, tail = data[offset:before], data[after:close]
    if b"endobj" in head:
        raise refused("pdf-contents-place")
    if any(len(word.findall(head + b" <>" + tail)) != 1 for word in (CONTENTS, RANGES)):
        raise refused("pdf-signature-dictionary")


def _revision_ending(data: bytes, reader: PdfFileReader, end: int) -> int:
    """The revision whose last octets stand before `end`."""
    found = ENDING.search(data, max(0, end - TAIL), end)
    starts = [reader.xrefs.get_startxref_for_revision(number) for number in range(reader.total_revisions)]
    if found is None or starts.count(int(found[1])) != 1:
        raise refused("pdf-revision-end")
    return starts.index(int(found[1]))


def refused(code: str) -> PdfRefused:
    """The refusal with this code; the sentence is in `codes`."""
    return PdfRefused(code, code, step=2)
