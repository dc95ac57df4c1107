"""Attacks on programs that stumble over a table and search the file for objects instead.

The attacker has a sealed file and no key. He appends validation data, which every seal allows, together with an object
that no table names and that would exchange the first page; and he spells the table so that pyHanko reads it and PDFium
throws it away. Each part alone has to be met, since other programs stumble over other things.
"""

import re
from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.attacks.pdf_foreign import (
    appended,
    body_of,
    compact,
    next_number,
    number_of,
    signed_by_pyhanko,
    updated,
    with_store,
)
from tests.attacks.pdf_making import dictionary, letter, name, number_of_root, ours, seal
from tests.attacks.pdf_updating import stream, tail_of
from trust.formats.pdf.long_term import add_validation_data

FORGED = b"BT /F1 24 Tf 50 300 Td (FORGED) Tj ET"
Change = Callable[[bytes], bytes]


def content_number(data: bytes) -> int:
    """The number of the first page's content."""
    return number_of(data, "/Pages", "/Kids", 0, "/Contents")


def forged_object(data: bytes) -> bytes:
    """The first page's content, made anew."""
    return b"%d 0 obj\n%s\nendobj\n" % (content_number(data), stream(FORGED))


def store_appended(data: bytes, *, entries: bytes = b"", body: bytes = b"abc", junk: bytes = b"") -> bytes:
    """Validation data octet by octet; further `entries` of the trailer, another certificate, `junk` in front."""
    number, root = next_number(data), number_of_root(data)
    catalogue = body_of(data, root)
    objects = {
        root: catalogue[: catalogue.rindex(b">>")] + b"/DSS %d 0 R >>" % number,
        number: b"<< /Type /DSS /Certs [%d 0 R] >>" % (number + 1),
        number + 1: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),
    }
    older = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    return appended(data + junk, objects, entries=entries, prev=older)


def in_trailer(data: bytes) -> bytes:
    """Validation data with the forged object in the middle of the trailer."""
    return store_appended(data, entries=b">> " + forged_object(data) + b"<<")


def in_string_of_trailer(data: bytes) -> bytes:
    return store_appended(data, entries=b"/Note (\n" + forged_object(data) + b")")


def in_certificate(data: bytes) -> bytes:
    return store_appended(data, body=b"\n" + forged_object(data))


def in_comment(data: bytes) -> bytes:
    return store_appended(data, junk=b"% " + forged_object(data).replace(b"\n", b" ") + b"\n")


def between(data: bytes) -> bytes:
    return store_appended(data, junk=forged_object(data))


def twice_in_table(data: bytes) -> bytes:
    """The table lists the forged object first, and then the sealed one under the same number."""
    number = content_number(data)
    sealed_at = [place.start() for place in re.finditer(rb"(?<!\d)%d 0 obj" % number, data)][-1]
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, place) for place in (len(data), sealed_at))
    return last_table(between(data), lambda table: rows + table)


def last_table(data: bytes, change: Change) -> bytes:
    """A file with the rows of its last table changed; what stands in front keeps its place."""
    start = data.rindex(b"\nxref\n") + 6
    end = data.rindex(b"trailer")
    return data[:start] + change(data[start:end]) + data[end:]


def last_trailer(data: bytes, change: Change) -> bytes:
    start = data.rindex(b"trailer")
    return data[:start] + change(data[start:])


def rows_of_19(data: bytes) -> bytes:
    """Rows that end in a line feed alone; PDFium throws such a table away."""
    return last_table(data, lambda table: table.replace(b" \n", b"\n"))


def rows_with_return(data: bytes) -> bytes:
    return last_table(data, lambda table: table.replace(b" \n", b"\r"))


def metadata_of_kind(kind: str) -> bytes:
    """The metadata written anew, by a stream that programs searching the file take for something else."""
    target = content_number(ours())
    body = b"%d 0 << /Length 0 >>" % target
    entries = dictionary(
        Type=name("/" + kind),
        N=generic.NumberObject(1),
        First=generic.NumberObject(len(b"%d 0 " % target)),
        Root=generic.NumberObject(1),
    )

    def edit(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
        writer.root[name("/Metadata")] = writer.add_object(generic.StreamObject(entries, stream_data=body))
        writer.update_root()

    return updated(ours(), edit)


def stream_inside() -> bytes:
    """A stream that is no object of its own; pyHanko takes it, other programs do not."""
    number, root = next_number(ours()), number_of_root(ours())
    catalogue = body_of(ours(), root)
    store = b"<< /Type /DSS /Certs [%s] >>" % stream(b"abc")
    return appended(ours(), {root: catalogue[: catalogue.rindex(b">>")] + b"/DSS %d 0 R >>" % number, number: store})


def behind_stream(data: bytes) -> bytes:
    """A file with a cross-reference stream: the forged object between it and `startxref`."""
    grown = with_store(data)
    at = grown.rindex(b"startxref")
    return grown[:at] + forged_object(data) + grown[at:]


def stream_too_long() -> bytes:
    """A certificate longer than its dictionary says; pyHanko takes the rest for a comment."""
    data = store_appended(ours(), body=b"abc\n% and more")
    return data.replace(b"<< /Length 14 >>", b"<< /Length 3  >>")


def row_of_unknown_kind() -> bytes:
    """A row in a cross-reference stream of a kind that nobody knows, behind the others."""
    data = add_validation_data(on_compact(), [b"abc"], [])
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    table = data[start:]
    size, length = (int(re.findall(rb"/%b (\d+)" % each, table)[0]) for each in (b"Size", b"Length"))
    table = re.sub(rb"(/Index \[[0-9 ]+)\]", rb"\1 %d 1]" % size, table)
    table = table.replace(b"/Size %d" % size, b"/Size %d" % (size + 1))
    table = table.replace(b"/Length %d" % length, b"/Length %d" % (length + 7))
    return data[:start] + table.replace(b"\nendstream", b"\3" + bytes(6) + b"\nendstream")


def hidden() -> bytes:
    """A file with an object that no table names."""
    return letter() + forged_object(letter()) + tail_of(letter())


def hidden_before() -> bytes:
    """The same, signed."""
    return signed_by_pyhanko(hidden())


def table_before(change: Change) -> bytes:
    return signed_by_pyhanko(last_table(letter(), change))


def with_file_inside() -> bytes:
    """A file that holds another PDF in a stream, uncompressed, as attachments are; its objects are none of this file."""
    inside = b"%PDF-1.7\n" + forged_object(letter()) + b"xref\n0 0\ntrailer << /Size 1 >>\nstartxref\n9\n%%EOF\n"
    number, root = next_number(letter()), number_of_root(letter())
    catalogue = body_of(letter(), root).replace(b"<<", b"<< /PieceInfo %d 0 R" % number, 1)
    return appended(letter(), {number: stream(inside), root: catalogue})


def packed_unnamed() -> bytes:
    """A file with an object stream of two objects, of which the table names one; the other would be the first page."""
    data = compact()
    first = next_number(data)
    inside = b"%d 0 %d 2 " % (first + 1, number_of(data, "/Pages", "/Kids", 0))
    entries = b"/Type /ObjStm /N 2 /First %d" % len(inside)
    packed = b"%d 0 obj\n%s\nendobj\n" % (first, stream(inside + b"1 <<>>", entries))
    rows = [(1, len(data), 0), (2, first, 0), (1, len(data) + len(packed), 0)]
    octets = b"".join(
        kind.to_bytes(1, "big") + one.to_bytes(4, "big") + two.to_bytes(2, "big") for kind, one, two in rows
    )
    older = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    trailer = b"/Type /XRef /W [1 4 2] /Index [%d 3] /Size %d /Root 1 0 R /Prev %d" % (first, first + 3, older)
    table = b"%d 0 obj\n%s\nendobj\n" % (first + 2, stream(octets, trailer))
    return data + packed + table + b"startxref\n%d\n%%%%EOF\n" % (len(data) + len(packed))


def on_compact() -> bytes:
    return seal(compact())


def unchanged(data: bytes) -> bytes:
    return data
