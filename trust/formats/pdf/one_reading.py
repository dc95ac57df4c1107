"""Whether every program finds the same objects in a file: those that read its tables, and those that search it.

A program that stumbles over a table searches the file for objects and takes the last of each number. Whoever appends
to a sealed file could make it stumble, and have it find what nobody sealed; the tables would still lead everybody else
to what was sealed. So behind the first signature every octet must belong to an object that the table of its own
revision names, to that table, or to white space between them; and nothing that looks like the beginning of an object
may stand anywhere else, not even in a stream. Before it, everything was signed: there a file that could be read in two
ways is not judged, as with mixed tables. What the objects mean is judged in `changes`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf.codes import Notes
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.fields import name_in
from trust.formats.pdf.linearised import linear_for_all
from trust.formats.pdf.octets import (
    after_filler,
    after_header,
    after_space,
    after_value,
    malformed,
    objects_seen,
    without_comments,
)
from trust.formats.pdf.packed import check_packed, check_spelling
from trust.formats.pdf.ranges import LINE_ENDS, refused
from trust.formats.pdf.source import READING_ERRORS, Value
from trust.formats.pdf.tables import Section, check_successor, read_section, stream_in, written_before
from trust.formats.pdf.views import Key, View

MAX_LOOKED_INTO = 2_000
"""Objects read to see whether what looks like the beginning of an object lies in them, or whether they hold objects."""
_HOLDER = re.compile(rb"/" + b"".join(rb"(?:%c|#(?i:%02x))" % (each, each) for each in b"ObjStm"))
"""The name of the type of object streams, however it is spelt."""


def judge_reading(notes: Notes, view: View, reader: PdfFileReader, data: bytes, signed: tuple[int, int]) -> None:
    """Note what programs would read in different ways; `signed` is the end of the first signature and its revision."""
    end, revision = signed
    if not reads_alike(data, reader, end, revision):
        notes.note("pdf-read-differently")
    sections: list[Section] = []
    for number in range(revision + 1, reader.total_revisions):
        try:
            section, older = read_section(data, reader, number), read_section(data, reader, number - 1)
            check_successor(data, section, older)
            sections.append(_behind(data, view, reader, section, number))
        except PdfRefused as refusal:
            notes.note(refusal.reason, f"第 {number + 1} 版")
        except READING_ERRORS:
            notes.note("pdf-table-form", f"第 {number + 1} 版")
    later = range(revision + 1, reader.total_revisions)
    listed = {place for number in later for place in _places(reader, number)}
    seen = (each for octets in (data, without_comments(data, end)) for each in objects_seen(octets, end, len(data)))
    if not listed.issuperset(seen):
        notes.note("pdf-unlisted-object")
    if len(sections) == len(later) and not _tiled(data, end, sections):
        notes.note("pdf-gap")


def _places(reader: PdfFileReader, revision: int) -> list[int]:
    """Where pyHanko reads the objects of a revision, its cross-reference stream included."""
    places = [place for _, place in reader.xrefs.get_xref_data(revision).standard_xrefs.values()]
    return [*places, reader.xrefs.get_startxref_for_revision(revision)]


def reads_alike(data: bytes, reader: PdfFileReader, end: int, revision: int) -> bool:
    """Whether the octets before `end` with the revisions up to `revision` lead by search where they lead by tables."""
    try:
        sections = [read_section(data, reader, number) for number in range(revision + 1)]
        _check_containers(reader, sections)
        return (
            linear_for_all(data, sections)
            and _last_in_force(sections)
            and _all_listed(data, reader, sections, end)
            and _all_held(data, reader, sections, end)
        )
    except (PdfRefused, *READING_ERRORS):
        return False


def _check_containers(reader: PdfFileReader, sections: Sequence[Section]) -> None:
    """See that object streams hold what tables name, and nothing else."""
    held: dict[int, set[int]] = {}
    for section in sections:
        for number, container in section.packed.items():
            held.setdefault(container, set()).add(number)
    source: Any = reader  # pyHanko leaves the method without types
    for container, numbers in held.items():
        check_packed(source.get_object(generic.Reference(container, 0, pdf=reader)), numbers)


def _last_in_force(sections: Sequence[Section]) -> bool:
    """Whether of each number the object last in the file is the one last written."""
    last: dict[int, int] = {}
    current: dict[int, int] = {}
    for section in sections:
        places = {number: place for (number, _), place in section.places.items()}
        current.update(places)
        current.update((number, current[container]) for number, container in section.packed.items())
        for number in (*places, *section.packed):
            last[number] = max(last.get(number, 0), current[number])
    return current == last


def _all_listed(data: bytes, reader: PdfFileReader, sections: Sequence[Section], end: int) -> bool:
    """Whether what looks like the beginning of an object is one that a table names, or lies within one."""
    held = {
        after_space(data, place): (key, number)
        for number, section in enumerate(sections)
        for key, place in section.places.items()
    }
    strangers = [place for place in objects_seen(data, 0, end) if place not in held]
    order = sorted(held) if strangers else []
    ends: dict[int, int] = {}
    for place in strangers:
        start = order[bisect_right(order, place) - 1]
        if start > place or len(ends) > MAX_LOOKED_INTO:
            return False
        if start not in ends:
            ends[start] = _end_of(reader, *held[start])
        if place >= ends[start]:
            return False
    return True


def _all_held(data: bytes, reader: PdfFileReader, sections: Sequence[Section], end: int) -> bool:
    """Whether each object stream is one that a table names as such: whoever searches takes the objects out of any."""
    containers = {container for section in sections for container in section.packed.values()}
    held = {place: (key, number) for number, section in enumerate(sections) for key, place in section.places.items()}
    order = sorted(held)
    met: set[int] = set()
    for found in _HOLDER.finditer(data, 0, end):
        at = bisect_right(order, found.start()) - 1
        if at < 0 or len(met) > MAX_LOOKED_INTO:
            return False
        (number, generation), revision = held[order[at]]
        if order[at] not in met and number not in containers:
            source: Any = reader  # pyHanko leaves the method without types
            value = source.get_object(generic.Reference(number, generation, pdf=reader), revision=revision)
            if name_in(value) == "/ObjStm" or _type_of(value) == "/ObjStm":
                return False
        met.add(order[at])
    return True


def _type_of(value: Value) -> str | None:
    """The type that a stream says to be of; a reference in its place is followed."""
    return name_in(value.get("/Type")) if isinstance(value, generic.StreamObject) else None


def _end_of(reader: PdfFileReader, key: Key, revision: int) -> int:
    """Where pyHanko is done with an object."""
    source: Any = reader  # pyHanko leaves the method without types
    source.get_object(generic.Reference(*key, pdf=reader), revision=revision)
    return int(reader.stream.tell())


def _behind(data: bytes, view: View, reader: PdfFileReader, section: Section, revision: int) -> Section:
    """See that the objects of a later revision are what they seem to whoever searches the file; the section itself.

    Raises:
        PdfRefused: `pdf-table-form`, `pdf-unlisted-object`.

    """
    streams = {number for number, _ in section.places}
    for key, place in section.places.items():
        if place == section.start:
            continue
        value = view.written(key, revision)
        end = after_value(data, after_header(data, place), written_anew=written_before(reader, revision, key[0]))
        plain = isinstance(value, generic.StreamObject) or data.startswith(b"endobj", after_filler(data, end))
        if not plain or any(isinstance(inner, generic.StreamObject) for inner in _inner(value)):
            raise malformed()
        if isinstance(value, generic.StreamObject):
            _check_stream(data, place, value)
            if name_in(view.resolve(dict.get(value, "/Type"))) == "/XRef":
                raise refused("pdf-unlisted-object")
            if name_in(view.resolve(dict.get(value, "/Type"))) == "/ObjStm":
                inside = {number for number, container in section.packed.items() if container == key[0]}
                check_spelling(value, check_packed(value, inside), reader, revision)
    if not streams.issuperset(section.packed.values()):
        raise malformed()
    return section


def _inner(value: Value | None) -> Iterator[Value]:
    """The values directly in a value, where a stream has no place."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, generic.DictionaryObject):
            found = list(dict.values(item))
        else:
            found = list(list.__iter__(item)) if isinstance(item, generic.ArrayObject) else []
        yield from found
        waiting += found


def _check_stream(data: bytes, place: int, value: generic.StreamObject) -> None:
    """See that a stream ends where its dictionary says, and that nothing in it looks like the end of its object."""
    _, start, end = stream_in(data, place, len(value.encoded_data))
    if end != data.find(b"endobj", place) + len(b"endobj") or not data.startswith(value.encoded_data, start):
        raise malformed()


def _tiled(data: bytes, start: int, sections: Sequence[Section]) -> bool:
    """Whether the octets from `start` to the end are these revisions: objects, table, and no gap between them."""
    position = start
    for section in sections:
        for place in sorted(section.places.values()):
            close = data.find(b"endobj", place)
            if after_space(data, position) != place or close < 0:
                return False
            position = close + len(b"endobj")
        begins = max(section.places.values(), default=0) if section.is_stream else after_space(data, position)
        if not begins == section.start == section.named:
            return False
        position = section.end
    return data[position:] in LINE_ENDS | {b""}
