"""Object streams (ISO 32000-2 §7.5.7): what they hold, and that every program finds the same in them.

They hold what tables name, and nothing else. They are compressed in the one way in which programs cannot differ, or not
at all: filters leave room for what one program passes by and another stops at, and predictors have parameters that some
do not know. Behind a signature their objects are spelt as strictly as all others.
"""

import re
import zlib

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.formats.pdf.octets import SPACE, after_value, malformed
from trust.formats.pdf.ranges import refused
from trust.formats.pdf.source import Value
from trust.formats.pdf.tables import written_before

_HEAD = re.compile(rb"(?:%b*+[0-9]++)*+%b*+" % (SPACE, SPACE))
"""Pairs of numbers in front of the objects in an object stream."""
FLATE = "/FlateDecode"
LINE_ENDS = b"\r\n"


def check_packed(value: Value, listed: set[int]) -> int:
    """See that an object stream holds what tables name, and nothing else; where the first of them begins.

    Raises:
        PdfRefused: `pdf-table-form`, `pdf-unlisted-object`.

    """
    if not isinstance(value, generic.StreamObject):
        raise malformed()
    count, first = (dict.get(value, name) for name in ("/N", "/First"))
    if not isinstance(count, generic.NumberObject) or not isinstance(first, generic.NumberObject):
        raise malformed()
    if not plainly_packed(value):
        raise malformed()
    pairs = value.data[: int(first)].split()
    if len(pairs) != 2 * int(count) or sorted(map(int, pairs[::2])) != sorted(listed):
        raise refused("pdf-unlisted-object")
    return int(first)


def check_spelling(value: generic.StreamObject, first: int, reader: PdfFileReader, revision: int) -> None:
    """See that an object stream of a later revision, and what is in it, are spelt so that every program reads the same.

    Raises:
        PdfRefused: `pdf-table-form`.

    """
    octets = value.data
    if "/Filter" in value:
        inflater = zlib.decompressobj()
        inflater.decompress(value.encoded_data)
        if not inflater.eof or inflater.unused_data.strip(LINE_ENDS):
            raise malformed()
    if not _HEAD.fullmatch(octets, 0, first):
        raise malformed()
    numbers = [int(each) for each in octets[:first].split()]
    for number, place in zip(numbers[::2], numbers[1::2], strict=True):
        after_value(octets, first + place, written_anew=written_before(reader, revision, number))


def plainly_packed(value: generic.StreamObject) -> bool:
    """Whether a stream is not compressed, or in the one way in which programs cannot differ."""
    filters = dict.get(value, "/Filter")
    if isinstance(filters, generic.ArrayObject) and len(filters) == 1:
        filters = list.__getitem__(filters, 0)
    plain = filters is None or (isinstance(filters, generic.NameObject) and str(filters) == FLATE)
    return plain and {"/DecodeParms", "/F", "/FFilter", "/FDecodeParms", "/DP"}.isdisjoint(value.keys())
