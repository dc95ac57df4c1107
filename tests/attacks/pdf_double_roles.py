"""Attacks on what may be done behind a seal: objects in two roles, pictures of time stamps, spellings read in two ways.

The attacker has no key. He prepares a document before an office seals it, or takes any sealed file, and appends what
every seal allows: validation data, metadata, a document time stamp, which the authority gives to anybody. In each file
the appended update changes what some program shows of a page. `good` is what the office saw, `bad` what is shown then.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from unittest.mock import patch

from tests.attacks.pdf_foreign import appended, body_of, compact, next_number, number_of, signed_by_pyhanko
from tests.attacks.pdf_making import letter, number_of_root, ours, seal
from tests.attacks.pdf_rebuilding import on_compact, store_appended
from tests.attacks.pdf_updating import stream
from tests.seal_parts import parts
from tests.time_parts import token
from trust.formats.pdf import long_term
from trust.formats.pdf.long_term import plan_document_stamp
from trust.formats.pdf.signature_fields import Place, new_field
from trust.formats.pdf.stamping import View

Edit = Callable[[bytes], bytes]
GOOD = b"BT /F1 24 Tf 50 200 Td (100) Tj ET 1 0 0 rg 10 10 50 50 re f  "
BAD = b"BT /F1 24 Tf 50 200 Td (999) Tj ET 1 0 0 rg 10 10 350 50 re f "
DRAWN = b"/Type /XObject /Subtype /Form /BBox [0 0 595 420]"
COVER = stream(b"1 g 0 0 500 250 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 500 250]")


def by_us(data: bytes) -> bytes:
    return seal(data, seal_der=parts().seal)


def first_page(data: bytes) -> int:
    return number_of(data, "/Pages", "/Kids", 0)


def with_entry(body: bytes, entry: bytes) -> bytes:
    """A dictionary with one entry more."""
    at = body.rindex(b">>")
    return body[:at] + b" " + entry + b" " + body[at:]


def showing(body: bytes, content: bytes) -> bytes:
    """A page with further content behind its own."""
    return re.sub(rb"/Contents (\d+ 0 R)", rb"/Contents [\1 " + content + b"]", body)


def as_stream(body: bytes, octets: bytes) -> bytes:
    """A dictionary as a stream of these octets."""
    return with_entry(body, b"/Length %d" % len(octets)) + b"\nstream\n" + octets + b"\nendstream"


def last_as_stream(data: bytes, number: int, octets: bytes) -> dict[int, bytes]:
    """An object that is a stream already, with other octets of the same length."""
    return {number: body_of(data, number).replace(GOOD, octets)}


def with_store(data: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Validation data in an update that writes these objects too."""
    number, root = next_number(data) + 400, number_of_root(data)
    catalogue = objects.get(root, body_of(data, root))
    head, found, rest = catalogue.partition(b"\nstream\n")
    listed = {
        number: b"<< /Type /DSS /Certs [%d 0 R] >>" % (number + 1),
        number + 1: stream(b"abc"),
        root: with_entry(head, b"/DSS %d 0 R" % number) + found + rest,
    }
    return appended(data, {**objects, **listed})


def stamped(data: bytes) -> bytes:
    """With a document time stamp that nobody sees."""
    planned = plan_document_stamp(data)
    return planned.complete(token(planned.to_be_stamped))


# Objects that are a page's content besides what they are for.


@cache
def page_as_stream() -> bytes:
    """A page that is a stream, and its own content; signed by another producer, since our writer refuses it."""
    target = first_page(letter())
    body = with_entry(showing(body_of(letter(), target), b"%d 0 R" % target), b"/Annots 300 0 R")
    return signed_by_pyhanko(appended(letter(), {target: as_stream(body, GOOD), 300: b"[]"}))


def page_stream_changed(data: bytes) -> bytes:
    return with_store(data, last_as_stream(data, first_page(data), BAD))


@cache
def catalogue_as_stream() -> bytes:
    """The same with the catalogue."""
    root, target = number_of_root(letter()), first_page(letter())
    page = showing(body_of(letter(), target), b"%d 0 R" % root)
    return signed_by_pyhanko(appended(letter(), {target: page, root: as_stream(body_of(letter(), root), GOOD)}))


def catalogue_stream_changed(data: bytes) -> bytes:
    return with_store(data, last_as_stream(data, number_of_root(data), BAD))


def unsealable() -> list[bytes]:
    """The two before they are signed; a page or catalogue that is a stream is none."""
    root, target = number_of_root(letter()), first_page(letter())
    page = body_of(letter(), target)
    return [
        appended(letter(), {target: as_stream(showing(page, b"%d 0 R" % target), GOOD)}),
        appended(letter(), {target: showing(page, b"%d 0 R" % root), root: as_stream(body_of(letter(), root), GOOD)}),
    ]


@cache
def named_alike(name: bytes) -> bytes:
    """A page draws a picture that it calls by the name under which the catalogue keeps the very same stream."""
    root, target, number = number_of_root(letter()), first_page(letter()), next_number(letter())
    page = showing(body_of(letter(), target), b"%d 0 R" % (number + 1))
    page = page.replace(b"/Resources <<", b"/Resources << /XObject << /%b %d 0 R >>" % (name, number), 1)
    catalogue = with_entry(body_of(letter(), root), b"/%b %d 0 R" % (name, number))
    objects = {target: page, root: catalogue, number: stream(GOOD, DRAWN), number + 1: stream(b"/%b Do" % name)}
    return by_us(appended(letter(), objects))


def metadata_exchanged() -> bytes:
    """Metadata may be written anew, and a time stamp over it is to be had for the asking."""
    data = named_alike(b"Metadata")
    return stamped(appended(data, {number_of(data, "/Metadata"): stream(BAD, DRAWN)}))


def metadata_exchanged_and_sealed_again() -> bytes:
    """The second office sees the second content, and the first is said to have sealed it."""
    data = named_alike(b"Metadata")
    return by_us(appended(data, {number_of(data, "/Metadata"): stream(BAD, DRAWN)}))


def catalogue_as_resources() -> bytes:
    """The catalogue is a page's list of pictures; the metadata that it gets later is one."""
    root, target, number = number_of_root(letter()), first_page(letter()), next_number(letter())
    page = showing(body_of(letter(), target), b"%d 0 R" % number)
    page = page.replace(b"/Resources <<", b"/Resources << /XObject %d 0 R" % root, 1)
    data = signed_by_pyhanko(appended(letter(), {target: page, number: stream(b"/Metadata Do")}))
    root, free = number_of_root(data), next_number(data) + 300
    catalogue = with_entry(body_of(data, root), b"/Metadata %d 0 R" % free)
    return stamped(appended(data, {root: catalogue, free: stream(BAD, DRAWN)}))


@cache
def field_as_stream() -> bytes:
    """A field that waits for a signature, which nobody sees, is a stream and a page's content; signed by another."""
    root, target, number = number_of_root(letter()), first_page(letter()), 300
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Waiting) /Rect [0 0 0 0] >>"
    page = with_entry(showing(body_of(letter(), target), b"%d 0 R" % number), b"/Annots [%d 0 R]" % number)
    form = b"/AcroForm << /Fields [%d 0 R] /SigFlags 3 >>" % number
    objects = {target: page, root: with_entry(body_of(letter(), root), form), number: as_stream(field, GOOD)}
    return signed_by_pyhanko(appended(letter(), objects))


def field_stream_stamped() -> bytes:
    """The waiting field gets a document time stamp, and its stream other octets."""
    data, number, room = field_as_stream(), next_number(field_as_stream()), long_term.ROOM

    def update(covered: bytes) -> bytes:
        value = long_term._dictionary(covered)
        head, found, rest = body_of(data, 300).replace(GOOD, BAD).partition(b"\nstream\n")
        return appended(data, {number: value, 300: with_entry(head, b"/V %d 0 R" % number) + found + rest})

    start = update(b"").rindex(b"/Contents <00") + len(b"/Contents ")
    end = start + 2 * room + 2
    whole = update(b"[0 %d %d %d]" % (start, end, len(update(b"")) - end))
    value = token(whole[:start] + whole[end:]).ljust(room, b"\0").hex().encode()
    return whole[:start] + b"<" + value + b">" + whole[end:]


# Time stamps with a picture.


def stamp_with_picture(data: bytes) -> bytes:
    """A document time stamp whose field covers a page's lines; anybody can have the stamp."""

    def seen(document, revision, value, _widgets, *, lock):  # type: ignore[no-untyped-def]  # as `new_field`
        shown = (Place(0, 5, 5, View(200, 95, 0, 0)), b"<< /N %d 0 R >>" % revision.add(COVER))
        return new_field(document, revision, value, [shown], lock=lock)

    with patch.object(long_term, "new_field", seen):
        return stamped(data)


# Cross-references and objects that programs read in two ways.


def with_stream_table(data: bytes, number: int, listed: Mapping[int, bytes], size: int) -> bytes:
    """An update whose cross-reference stream has a number of our choice, and does not list itself."""
    older, position = int(re.findall(rb"startxref\s+(\d+)", data)[-1]), len(data)
    body, rows = b"", b""
    for each, value in listed.items():
        rows += b"\1" + (position + len(body)).to_bytes(4, "big") + bytes(2)
        body += b"%d 0 obj\n%s\nendobj\n" % (each, value)
    index = b" ".join(b"%d 1" % each for each in listed)
    trailer = b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d /Root %d 0 R /Prev %d"
    table = stream(rows, trailer % (index, size, number_of_root(data), older))
    return data + body + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, table, position + len(body))


def content_as_table() -> bytes:
    """The cross-reference stream of the update has the number of a page's content, for whoever searches the file."""
    data = on_compact()
    root, number = number_of_root(data), next_number(data)
    objects = {root: with_entry(body_of(data, root), b"/DSS << /Type /DSS >>")}
    return with_stream_table(data, number_of(data, "/Pages", "/Kids", 0, "/Contents"), objects, number)


@cache
def page_behind_table() -> bytes:
    """A page refers to an object that is missing, and has the number of a later cross-reference stream besides."""
    pages = number_of(compact(), "/Pages")
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 420] /Contents [4 0 R 300 0 R] /Annots 21 0 R >>" % pages
    tree = b"<< /Type /Pages /Kids [20 0 R] /Count 1 >>"
    data = appended(compact(), {pages: tree, 20: page, 21: b"[]"})
    return signed_by_pyhanko(with_stream_table(data, 20, {30: b"<< /Nothing 1 >>"}, 301))


def supplied_behind_table() -> bytes:
    return with_store(page_behind_table(), {300: stream(BAD)})


def page_again(edit: Edit, data: bytes | None = None) -> bytes:
    """The first page of a sealed file written anew with the same values, spelt otherwise, beside validation data."""
    signed = ours() if data is None else data
    old = body_of(signed, first_page(signed))
    new = edit(old)
    assert new != old
    return with_store(signed, {first_page(signed): new})


def vertical_tab(body: bytes) -> bytes:
    """White space to Python, and to no PDF program: the page has no content there."""
    return re.sub(rb"/Contents (\d+) 0 R", lambda found: b"/Contents " + found[1] + b"\x0b0\x0bR", body)


def half_closed(body: bytes) -> bytes:
    """A dictionary that ends in `>` and anything."""
    return body[: body.rindex(b">>")] + b">x"


def real_number(body: bytes) -> bytes:
    """A real number where an integer stood, which many programs pass by."""
    return body.replace(b"/Rotate 0", b"/Rotate 0.0")


@cache
def foreign_letters() -> bytes:
    """A picture under a name that is not of ASCII."""
    target, number = first_page(letter()), next_number(letter())
    page = with_entry(showing(body_of(letter(), target), b"%d 0 R" % (number + 1)), b"/Annots 300 0 R")
    page = page.replace(b"/Resources <<", b"/Resources << /XObject << /#c3#a9 %d 0 R >>" % number, 1)
    objects = {target: page, number: stream(GOOD, DRAWN), number + 1: stream(b"/#c3#a9 Do"), 300: b"[]"}
    return by_us(appended(letter(), objects))


def other_letters(body: bytes) -> bytes:
    """The same letter in another encoding: to programs the picture is gone."""
    return body.replace(b"/#c3#a9 ", b"/#e9 ")


def packed_spelling() -> bytes:
    """An object in an object stream behind the seal, parted by what only Python takes for white space."""
    data = on_compact()
    number, root = next_number(data), number_of_root(data)
    head = b"%d 0 " % (number + 1)
    container = stream(head + b"<< /Nothing 1\x0b0\x0bR >>", b"/Type /ObjStm /N 1 /First %d" % len(head))
    catalogue = with_entry(body_of(data, root), b"/DSS << /Type /DSS >>")
    return grown_by_stream(data, {number: container, root: catalogue}, (number + 1, number))


def grown_by_stream(data: bytes, objects: Mapping[int, bytes], packed: tuple[int, int]) -> bytes:
    """An update with a cross-reference stream; `packed` is an object in an object stream, and that stream."""
    older, position = int(re.findall(rb"startxref\s+(\d+)", data)[-1]), len(data)
    body, places = b"", dict[int, bytes]()
    for each, value in objects.items():
        places[each] = b"\1" + (position + len(body)).to_bytes(4, "big") + bytes(2)
        body += b"%d 0 obj\n%s\nendobj\n" % (each, value)
    own = max(*objects, packed[0]) + 1
    places[packed[0]] = b"\2" + packed[1].to_bytes(4, "big") + bytes(2)
    places[own] = b"\1" + (position + len(body)).to_bytes(4, "big") + bytes(2)
    index = b" ".join(b"%d 1" % each for each in sorted(places))
    entries = b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d /Root %d 0 R /Prev %d"
    rows = b"".join(row for _, row in sorted(places.items()))
    table = stream(rows, entries % (index, own + 1, number_of_root(data), older))
    start = position + len(body)
    return data + body + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, table, start)


def unlisted_container() -> bytes:
    """A stream that is no object stream to any table, and one to whoever searches the file: it has another page."""
    root, number, target = number_of_root(letter()), next_number(letter()), first_page(letter())
    head = b"%d 0 " % target
    page = b"<< /Type /Page /MediaBox [0 0 595 420] >>"
    kept = stream(head + page, b"/Type /Obj#53tm /N 1 /First %d" % len(head))
    catalogue = with_entry(body_of(letter(), root), b"/PieceInfo << /X %d 0 R >>" % number)
    return appended(letter(), {number: kept, root: catalogue})


def linearised(length: int | None = None, text: bytes = b"100") -> bytes:
    """A letter of one page, linearised; it says to be `length` octets long, or as long as it is."""
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    front = {
        4: b"<< /Type /Catalog /Pages 1 0 R >>",
        5: b"<< /Type /Page /Parent 1 0 R /MediaBox [0 0 595 420] /Resources << /Font << /F1 2 0 R >> >>"
        b" /Contents 6 0 R >>",
        6: stream(b"BT /F1 24 Tf 50 300 Td (%b) Tj ET" % text),
        7: b"<< /Hint 1 >>",
    }
    rest = {
        1: b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        2: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }

    def written(whole: int, first: int, main: int) -> tuple[bytes, int, int]:
        says = b"/L %-9d /H [ 500 10 ] /O 5 /E %-9d /N 1 /T %-9d" % (length or whole, first, main)
        data, places = head, {3: len(head)}
        data += b"3 0 obj\n<< /Linearized 1 %b >>\nendobj\n" % says
        table = len(data)
        data += b"xref\n3 5\n" + 100 * b"?" + b"trailer\n<< /Size 8 /Root 4 0 R /Prev %-9d >>\n" % main
        data += b"startxref\n0\n%%EOF\n"
        for number, body in {**front, **rest}.items():
            places[number] = len(data)
            data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        last = len(data)
        rows = {number: b"%010d 00000 n \n" % place for number, place in places.items()}
        data = data.replace(100 * b"?", b"".join(rows[number] for number in range(3, 8)))
        data += b"xref\n0 3\n0000000000 65535 f \n" + rows[1] + rows[2] + b"trailer\n<< /Size 3 >>\n"
        return data + b"startxref\n%d\n%%%%EOF\n" % table, places[1], last

    data, first, main = written(0, 0, 0)
    return written(len(data), first, main)[0]


def linear_when_grown() -> bytes:
    """The length that the file says to have is the one it has after validation data: then the front counts."""

    def signed(length: int) -> bytes:
        update = {6: stream(b"BT /F1 24 Tf 50 300 Td (999999) Tj ET")}
        return signed_by_pyhanko(appended(linearised(length), update))

    grown = len(store_appended(signed(10**8)))
    data = store_appended(signed(grown))
    assert len(data) == grown
    return data


# Documents that act, or cover.


def reckoning() -> bytes:
    """A script in a field above the widget that shows it."""
    root, target, number = number_of_root(letter()), first_page(letter()), next_number(letter())
    script = b"<< /C << /S /JavaScript /JS (event.value = 999) >> >>"
    objects = {
        target: with_entry(body_of(letter(), target), b"/Annots [%d 0 R]" % (number + 1)),
        root: with_entry(body_of(letter(), root), b"/AcroForm << /Fields [%d 0 R] >>" % number),
        number: b"<< /FT /Tx /T (Sum) /V (100) /Kids [%d 0 R] /AA %b >>" % (number + 1, script),
        number + 1: b"<< /Type /Annot /Subtype /Widget /Parent %d 0 R /F 4 /Rect [300 300 400 320] >>" % number,
    }
    return signed_by_pyhanko(appended(letter(), objects))


def printed_only() -> bytes:
    """A large picture of a signature that is not on the screen and comes out of the printer."""
    root, target, number = number_of_root(letter()), first_page(letter()), next_number(letter())
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 36 /Rect [0 0 595 420] >>"
    objects = {
        target: with_entry(body_of(letter(), target), b"/Annots [%d 0 R]" % number),
        root: with_entry(body_of(letter(), root), b"/AcroForm << /Fields [%d 0 R] >>" % number),
        number: field,
    }
    data = signed_by_pyhanko(appended(letter(), objects))
    assert b"/F 36" in body_of(data, number)
    return data


@cache
def linear_sealed() -> bytes:
    return by_us(linearised())


def added_twice() -> bytes:
    """Validation data, and more of it."""
    return long_term.add_validation_data(long_term.add_validation_data(ours(), [b"abc"], []), [b"def"], [])
