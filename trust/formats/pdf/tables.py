"""One section of a file's cross-reference, spelt so that every program reads the same from it.

Programs that stumble over a table throw it away and search the file for objects, and what they find then may be
something else (ISO 32000-2 §7.5.4, annex on linearised files aside, leaves no room: rows of twenty octets). So the
spelling is demanded exactly, of tables and of cross-reference streams (§7.5.8): every number once, every row leading to
the object it names, a trailer that is one dictionary, and `startxref` right behind it. Values are held against those
that pyHanko read.
"""

import re
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
MAX_WIDTH = 8
"""Octets of a number in a cross-reference stream."""


@dataclass(frozen=True)
class Section:
    """A section: it begins at `start`; `named` is the start that `startxref` behind it names, which ends at `end`.

    `places` says where the objects of its rows begin, itself included if it is a stream; `packed` in which object
    stream an object lies.
    """

    start: int
    named: int
    end: int
    is_stream: bool
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
        places[info.stream_ref.idnum, info.stream_ref.generation] = start
    ending = _ENDING.match(data, after_filler(data, behind))
    if ending is None or b"/XRefStm" in entries:
        raise malformed()
    _check_numbers(entries, section)
    for key, place in places.items():
        if header_at(data, after_space(data, place)) != key:
            raise malformed()
    packed = {number: container.obj_stream_id for number, container in section.xrefs_in_objstm.items()}
    return Section(start, int(ending[1]), ending.end(), info.stream_ref is not None, places, packed)


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
        if not _ROWS.fullmatch(data, subsection.end(), position) or position > len(data):
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
    entries, _begin, end = stream_in(data, start)
    widths = _numbers(entries.get(b"/W"))
    index = _numbers(entries.get(b"/Index", b"[0 %b]" % entries.get(b"/Size", b"")))
    known = len(section.standard_xrefs) + len(section.xrefs_in_objstm) + len(section.freed)
    rows = sum(index[1::2]) - any(first == 0 < count for first, count in zip(index[::2], index[1::2], strict=False))
    if entries.get(b"/Type") != b"/XRef" or len(widths) != 3 or max(widths) > MAX_WIDTH or rows != known:
        raise malformed()
    return entries, end


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
