"""One section of a file's cross-reference, spelt so that every program reads the same from it.

Programs that stumble over a table throw it away and search the file for objects, and what they find then may be
something else (ISO 32000-2 §7.5.4, annex on linearised files aside, leaves no room: rows of twenty octets). So the
spelling is demanded exactly, of tables and of cross-reference streams (§7.5.8): every number once, every row leading to
the object it names, a trailer that is one dictionary, and `startxref` right behind it. Values are held against those
that pyHanko read.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionData

from trust.formats.pdf.octets import (
    SPACE,
    after_filler,
    after_header,
    after_space,
    header_at,
    malformed,
    read_dictionary,
)
from trust.formats.pdf.views import Key

_LINE_END = rb"(?:\r\n|\n|\r)"
_TABLE = re.compile(rb"xref ?%b" % _LINE_END)
_SUBSECTION = re.compile(rb"(0|[1-9][0-9]{0,9}) (0|[1-9][0-9]{0,6}) ?%b" % _LINE_END)
_ROWS = re.compile(rb"(?:[0-9]{10} [0-9]{5} [nf](?: \r| \n|\r\n))*+")
_ROW = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([nf])")
_TRAILER = re.compile(rb"trailer%b*+(?=<<)" % SPACE)
_ENDING = re.compile(rb"startxref%b++(0|[1-9][0-9]{0,11})%b++%%%%EOF(?:\r\n|\n|\r)?" % (SPACE, SPACE))
_STREAM = re.compile(rb"%b*+stream(?:\r\n|\n)" % SPACE)
_STREAM_END = re.compile(rb"(?:\r\n|\n|\r)?endstream%b++endobj" % SPACE)
_NUMBER = re.compile(rb"0|[1-9][0-9]{0,11}")
ABOVE = b"\2"
PREDICTORS = frozenset({1, *range(10, 16)})
SPARE, FAR = 1, 64
"""Numbers that a table may have room for beyond its objects; octets from `startxref` to the end."""
MAX_FIRST = 8_388_607
"""The highest number of an object in many programs; some take a table that speaks of a higher one for damaged."""
MAX_WIDTH = 8
"""Octets of a number in a cross-reference stream."""


@dataclass(frozen=True)
class Section:
    """A section: it begins at `start`; `named` is the start that `startxref` behind it names, which ends at `end`.

    `places` says where the objects of its rows begin, itself included if it is a stream; `packed` in which object
    stream an object lies. `root` is the catalogue as it is spelt, `size` the number of objects it speaks of.
    """

    start: int
    named: int
    end: int
    is_stream: bool
    root: bytes | None
    size: int
    places: Mapping[Key, int] = field(repr=False)
    packed: Mapping[int, int] = field(repr=False)


def read_section(data: bytes, reader: PdfFileReader, revision: int) -> Section:
    """The section of a revision.

    Raises:
        PdfRefused: `pdf-table-form`, programs would not read it alike.

    """
    section, info = reader.xrefs.get_xref_data(revision), reader.xrefs.get_xref_container_info(revision)
    start = info.declared_startxref
    places: dict[Key, int] = {
        (number, generation): place for number, (generation, place) in section.standard_xrefs.items()
    }
    if info.stream_ref is None:
        entries, behind = _table(data, start, section)
    else:
        entries, behind = _stream(data, start, section)
        _check_own_number(reader, revision, info.stream_ref.idnum)
        places[info.stream_ref.idnum, info.stream_ref.generation] = start
    ending = _ENDING.match(data, after_filler(data, behind))
    if ending is None or b"/XRefStm" in entries:
        raise malformed()
    _check_numbers(entries, section)
    for key, place in places.items():
        if header_at(data, after_space(data, place)) != key:
            raise malformed()
    packed = {number: container.obj_stream_id for number, container in section.xrefs_in_objstm.items()}
    is_stream, size = info.stream_ref is not None, number_in(entries.get(b"/Size"))
    return Section(start, int(ending[1]), ending.end(), is_stream, entries.get(b"/Root"), size, places, packed)


def check_successor(data: bytes, section: Section, older: Section) -> None:
    """See that a section of an update is one that every program takes for the successor of the one before it.

    It is of the same kind, names the same catalogue, and has no room for objects that there are not: a program that has
    doubts about one of these searches the file. Nor is the end of the file too far from what it says.

    Raises:
        PdfRefused: `pdf-table-form`.

    """
    highest = max((number for number, _ in section.places), default=0)
    most = max(older.size, highest + 1, max(section.packed, default=0) + 1) + SPARE
    ending = data[section.end - FAR : section.end]
    if section.is_stream != older.is_stream or not older.size <= section.size <= most:
        raise malformed()
    if section.root is None or section.root != older.root or b"startxref" not in ending:
        raise malformed()


def written_before(reader: PdfFileReader, revision: int, number: int) -> bool:
    """Whether a revision before this one has an object of this number."""
    sections = (reader.xrefs.get_xref_data(earlier) for earlier in range(revision))
    return any(number in section.standard_xrefs or number in section.xrefs_in_objstm for section in sections)


def stream_in(data: bytes, place: int, length: int | None = None) -> tuple[dict[bytes, bytes], int, int]:
    """The stream object that begins here: its dictionary, where its octets begin, and where the object ends.

    It must have exactly `length` octets; without one, as many as its dictionary says itself.

    Raises:
        PdfRefused: `pdf-table-form`, it is no such stream.

    """
    entries, position = read_dictionary(data, after_space(data, after_header(data, place)))
    if length is None:
        length = number_in(entries.get(b"/Length"))
    opening = _STREAM.match(data, position)
    closing = _STREAM_END.match(data, opening.end() + length) if opening else None
    if opening is None or closing is None:
        raise malformed()
    return entries, opening.end(), closing.end()


def number_in(spelling: bytes | None) -> int:
    """A number in its plainest spelling.

    Raises:
        PdfRefused: `pdf-table-form`.

    """
    if spelling is None or not _NUMBER.fullmatch(spelling):
        raise malformed()
    return int(spelling)


def _table(data: bytes, start: int, section: XRefSectionData) -> tuple[dict[bytes, bytes], int]:
    """The trailer of a table, and where it ends."""
    head = _TABLE.match(data, start)
    position = head.end() if head else len(data)
    used: dict[int, tuple[int, int]] = {}
    freed: set[int] = set()
    while (subsection := _SUBSECTION.match(data, position)) is not None:
        first, count = int(subsection[1]), int(subsection[2])
        position = subsection.end() + 20 * count
        if not _ROWS.fullmatch(data, subsection.end(), position) or position > len(data) or first > MAX_FIRST:
            raise malformed()
        for number, (place, generation, kind) in enumerate(_ROW.findall(data, subsection.end(), position), first):
            if number in used or number in freed or (number == 0 and kind == b"n"):
                raise malformed()
            if kind == b"n":
                used[number] = (int(generation), int(place))
            else:
                freed.add(number)
    trailer = _TRAILER.match(data, after_space(data, position))
    if trailer is None or used != section.standard_xrefs or freed - {0} != section.freed.keys():
        raise malformed()
    return read_dictionary(data, trailer.end())


def _stream(data: bytes, start: int, section: XRefSectionData) -> tuple[dict[bytes, bytes], int]:
    """The dictionary of a cross-reference stream, all of whose rows are of a kind that everybody knows; its end."""
    entries, begin, end = stream_in(data, start)
    widths = _numbers(entries.get(b"/W"))
    index = _numbers(entries.get(b"/Index", b"[0 %b]" % entries.get(b"/Size", b"")))
    known = len(section.standard_xrefs) + len(section.xrefs_in_objstm) + len(section.freed)
    rows = sum(index[1::2]) - any(first == 0 < count for first, count in zip(index[::2], index[1::2], strict=False))
    if entries.get(b"/Type") != b"/XRef" or len(widths) != 3 or max(widths) > MAX_WIDTH or rows != known:
        raise malformed()
    if predicted(entries, sum(widths)):
        _check_rows(data[begin : begin + number_in(entries.get(b"/Length"))], sum(widths), sum(index[1::2]))
    return entries, end


def predicted(entries: Mapping[bytes, bytes], width: int) -> bool:
    """Whether rows of this width are predicted; they must not be compressed in a way in which programs can differ.

    Raises:
        PdfRefused: `pdf-table-form`.

    """
    filters, parameters = (_only(entries.get(name)) for name in (b"/Filter", b"/DecodeParms"))
    if filters not in {None, b"/FlateDecode"} or (parameters is not None and filters is None):
        raise malformed()
    if parameters is None or parameters == b"null":
        return False
    stated, _ = read_dictionary(parameters, 0)
    predictor = number_in(stated.pop(b"/Predictor", b"1"))
    usual = {b"/Colors": b"1", b"/BitsPerComponent": b"8", b"/Columns": b"%d" % width}
    if not stated.items() <= usual.items() or predictor not in PREDICTORS:
        raise malformed()
    if predictor != 1 and b"/Columns" not in stated:
        raise malformed()
    return predictor != 1


def _check_rows(octets: bytes, width: int, count: int) -> None:
    """See that each row is predicted from the one above; pyHanko misreads the other ways that PNG has."""
    inflater = zlib.decompressobj()
    rows = inflater.decompress(octets, count * (width + 1) + 1)
    if len(rows) != count * (width + 1) or rows[:: width + 1].strip(ABOVE):
        raise malformed()


def _only(spelling: bytes | None) -> bytes | None:
    """A value, taken out of its array if it is the only one there."""
    if spelling is None or not spelling.startswith(b"["):
        return spelling
    return spelling.removeprefix(b"[").removesuffix(b"]").strip()


def _check_own_number(reader: PdfFileReader, revision: int, own: int) -> None:
    """See that a cross-reference stream does not take an object's number without saying so in a row of its own."""
    if own not in reader.xrefs.get_xref_data(revision).standard_xrefs and written_before(reader, revision, own):
        raise malformed()


def _numbers(spelling: bytes | None) -> list[int]:
    """The numbers of an array."""
    if spelling is None or not (spelling.startswith(b"[") and spelling.endswith(b"]")):
        raise malformed()
    return [number_in(each) for each in spelling[1:-1].split()]


def _check_numbers(entries: Mapping[bytes, bytes], section: XRefSectionData) -> None:
    """See that the numbers of a trailer are plain, and that no object is beyond its size."""
    number_in(entries.get(b"/Prev", b"0"))
    numbers = section.standard_xrefs.keys() | section.xrefs_in_objstm.keys() | section.freed.keys()
    if max(numbers, default=0) >= number_in(entries.get(b"/Size")):
        raise malformed()
