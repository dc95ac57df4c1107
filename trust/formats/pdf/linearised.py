"""Whether a file that says it is linearised is so for every program, or for none.

A linearised file (ISO 32000-2, annex F) has the table of its first page in front, and its first object says how long
the file is (`/L`). A program that finds it to be that long may begin at the front and never look at the end; any other
length means that the file has been updated, and is read from its end. So whoever prepares a file with a length that it
has only after something is appended would have one program show what is in front and another what is behind. The
length must be that of the linearised part as it stands.
"""

import re
from collections.abc import Sequence

from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.octets import after_header, after_space, objects_seen, read_dictionary
from trust.formats.pdf.tables import Section, number_in

FRONT = 2_048
"""Octets in which programs look for the first object; the standard asks for 1 024."""
PARTS = 2
_WORD = re.compile(rb"Lineari|#[0-9A-Fa-f]{2}")


def linear_for_all(data: bytes, sections: Sequence[Section]) -> bool:
    """Whether programs agree on where to begin; `sections` are all of the file's, the oldest first.

    Raises:
        PdfRefused: `pdf-table-form`, the length is no plain number.

    """
    place = next(objects_seen(data, 0, min(FRONT, len(data))), None)
    if place is None:
        return True
    try:
        entries, _ = read_dictionary(data, after_space(data, after_header(data, place)))
    except PdfRefused:  # no dictionary, or one that programs may read in several ways
        return _WORD.search(data, 0, FRONT) is None
    return b"/Linearized" not in entries or _is_whole(data, number_in(entries.get(b"/L")), sections)


def _is_whole(data: bytes, length: int, sections: Sequence[Section]) -> bool:
    """Whether the table of the first page, and behind it the one it continues in, make up just these octets."""
    if len(sections) < PARTS or length > len(data):
        return False
    rest, front = sections[:PARTS]
    before, behind = sorted((length, rest.end))
    return front.start < rest.start and rest.named == front.start and not data[before:behind].strip(b"\r\n")
