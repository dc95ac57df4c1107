"""Attacks on what a third reader of the rules overlooked: arrays, generations, numbers and strings at their limits.

The attacker has no key. He prepares a document before an office seals it, or takes any sealed file, and appends what
every seal allows. Beside each attack stands which programs show something else then: PDFium, poppler 22.12 and
Ghostscript 10.0 were tried.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from unittest.mock import patch

from tests.attacks.pdf_double_roles import (
    BAD,
    DRAWN,
    GOOD,
    by_us,
    first_page,
    page_again,
    showing,
    stamped,
    with_entry,
)
from tests.attacks.pdf_foreign import appended, body_of, next_number, signed_by_pyhanko
from tests.attacks.pdf_making import letter, number_of_root, ours, seal
from tests.attacks.pdf_rebuilding import on_compact, store_appended, with_file_inside
from tests.attacks.pdf_updating import stream
from tests.time_parts import token
from trust.formats.pdf import long_term
from trust.formats.pdf.signature_fields import Place, new_field
from trust.formats.pdf.stamping import View
from trust.formats.pdf.update import Update

Edit = Callable[[bytes], bytes]
FREE, FIELD = 300, 400
"""Numbers that the letter does not use."""


def with_certificate(data: bytes, objects: Mapping[int, bytes], number: int | None = None, **more: bytes) -> bytes:
    """Validation data in an update that writes these objects too; `number` is one of them, and the certificate."""
    root, free = number_of_root(data), next_number(data) + 500
    given = {} if number is not None else {free + 1: stream(b"abc")}
    listed = {
        free: b"<< /Type /DSS /Certs [%d 0 R] >>" % (free + 1 if number is None else number),
        root: with_entry(body_of(data, root), b"/DSS %d 0 R" % free),
    }
    return appended(data, {**objects, **listed, **given}, **more)


def with_store_of(kind: bytes, entries: bytes) -> bytes:
    """Validation data that call themselves something, with a certificate that has these entries."""
    root, free = number_of_root(ours()), next_number(ours())
    objects = {
        root: with_entry(body_of(ours(), root), b"/DSS %d 0 R" % free),
        free: b"<< %b /Certs [%d 0 R] >>" % (kind, free + 1),
        free + 1: stream(b"abc", entries),
    }
    return appended(ours(), objects)


def contents(page: bytes) -> bytes:
    found = re.search(rb"/Contents (\d+ 0 R)", page)
    assert found is not None
    return found[1]


def with_contents(page: bytes, value: bytes) -> bytes:
    return page.replace(b"/Contents " + contents(page), b"/Contents " + value)


def annotated_later(page: bytes) -> bytes:
    """A page whose list of annotations is another object, so that a seal leaves the page alone."""
    return with_entry(page, b"/Annots %d 0 R" % (FREE + 9))


# What is missing when sealed, and comes later.


def supplied_through_array() -> bytes:
    """The page's list of contents is an object of its own; one of them is missing. All three programs."""
    target = first_page(letter())
    page = body_of(letter(), target)
    objects = {
        target: annotated_later(with_contents(page, b"%d 0 R" % (FREE + 1))),
        FREE + 1: b"[%s %d 0 R]" % (contents(page), FREE),
        FREE + 9: b"[]",
    }
    return with_certificate(signed_by_pyhanko(appended(letter(), objects)), {FREE: stream(BAD)}, FREE)


def supplied_under_generation() -> bytes:
    """The reference names another generation. PDFium, Ghostscript."""
    target = first_page(letter())
    page = body_of(letter(), target)
    body = with_contents(page, b"[%s %d 1 R]" % (contents(page), FREE))
    data = signed_by_pyhanko(appended(letter(), {target: body}))
    return with_certificate(data, {FREE: stream(BAD)}, FREE)


def information_in_array() -> bytes:
    """A number in the page's box becomes the document's information, which may be another. All three."""
    target = first_page(letter())
    page = re.sub(rb"/MediaBox \[[^\]]*\]", b"/MediaBox %d 0 R" % (FREE + 1), body_of(letter(), target))
    plain = re.sub(rb"/Info \d+ 0 R", lambda found: b" " * len(found[0]), letter())
    data = seal(appended(plain, {target: page, FREE: b"595", FREE + 1: b"[0 0 %d 0 R 420]" % FREE}))
    assert b"/Info" not in data
    return with_certificate(data, {FREE: b"300"}, entries=b"/Info %d 0 R" % FREE)


# Objects in two roles.


def stamp_in(data: bytes, number: int, edit: Edit) -> bytes:
    """A field that waits gets a time stamp, and is changed otherwise too."""
    value, room = next_number(data), long_term.ROOM

    def update(covered: bytes) -> bytes:
        field = with_entry(edit(body_of(data, number)), b"/V %d 0 R" % value)
        return appended(data, {value: long_term._dictionary(covered), number: field})

    start = update(b"").rindex(b"/Contents <00") + len(b"/Contents ")
    end = start + 2 * room + 2
    whole = update(b"[0 %d %d %d]" % (start, end, len(update(b"")) - end))
    octets = token(whole[:start] + whole[end:]).ljust(room, b"\0").hex().encode()
    return whole[:start] + b"<" + octets + b">" + whole[end:]


def layer_as_field(name: bytes = b"Fields") -> bytes:
    """A field that waits is a layer that is switched off; as a widget it is none. PDFium, Ghostscript."""
    root, target = number_of_root(letter()), first_page(letter())
    page = showing(body_of(letter(), target), b"%d 0 R" % (FIELD + 2))
    page = page.replace(b"/Resources <<", b"/Resources << /Properties << /%b %d 0 R >>" % (name, FIELD), 1)
    entries = b"/AcroForm << /Fields [%d 0 R] /SigFlags 3 >> /OCProperties << /OCGs %d 0 R /D << /OFF %d 0 R >> >>"
    objects = {
        target: with_entry(page, b"/Annots [%d 0 R]" % FIELD),
        root: with_entry(body_of(letter(), root), entries % (FIELD, FIELD + 1, FIELD + 1)),
        FIELD: b"<< /Type /OCG /Name (x) /Subtype /Widget /FT /Sig /T (Waiting) /Rect [0 0 0 0] >>",
        FIELD + 1: b"[%d 0 R]" % FIELD,
        FIELD + 2: stream(b"/OC /%b BDC %b EMC" % (name, BAD)),
    }
    data = signed_by_pyhanko(appended(letter(), objects))
    return stamp_in(data, FIELD, lambda body: body.replace(b"/Type /OCG", b"/Type /Annot"))


def remark_in_other_letters(*, first: bytes = b"/DR << /Font << /FF 401 0 R >> >>") -> bytes:
    """A remark without a picture is written in a font of the form, which is exchanged. PDFium, poppler."""
    root, target = number_of_root(letter()), first_page(letter())
    remark = b"<< /Type /Annot /Subtype /FreeText /Rect [100 200 300 300] /F 4 /DA (/FF 24 Tf 0 g) /Contents (100) >>"
    objects = {
        target: with_entry(body_of(letter(), target), b"/Annots [%d 0 R]" % FIELD),
        root: with_entry(body_of(letter(), root), b"/AcroForm %d 0 R" % (FIELD + 2)),
        FIELD: remark,
        FIELD + 1: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        FIELD + 2: b"<< /Fields [] %b >>" % first,
    }
    data = signed_by_pyhanko(appended(letter(), objects))
    free = next_number(data) + 600
    nines = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [48 /nine /eight] >> >>"
    form = body_of(data, FIELD + 2)
    named = b"/FF %d 0 R" % free
    later = form.replace(b"/FF 401 0 R", named) if first else with_entry(form, b"/DR << /Font << %b >> >>" % named)
    assert later != form
    return with_certificate(data, {FIELD + 2: later, free: nines})


# Widgets that nobody should see.


def stamp_with_box(
    rectangle: bytes, box: bytes, octets: bytes = b"0 g 20 20 400 350 re f", entries: bytes = b""
) -> bytes:
    """A time stamp with a picture in a widget of this rectangle."""
    picture = stream(octets, b"/Type /XObject /Subtype /Form /BBox " + box + entries)

    def seen(document, revision, value, _widgets, *, lock):  # type: ignore[no-untyped-def]  # as `new_field`
        shown = (Place(0, 5, 5, View(200, 95, 0, 0)), b"<< /N %d 0 R >>" % revision.add(picture))
        return new_field(document, revision, value, [shown], lock=lock)

    octets_of = Update.octets

    def moved(update: Update, data: bytes) -> tuple[bytes, dict[int, int]]:
        for one in update.objects:
            if b"/Widget" in one.body:
                update = update.with_body(one.number, re.sub(rb"/Rect \[[^]]*\]", b"/Rect " + rectangle, one.body))
        return octets_of(update, data)

    with patch.object(long_term, "new_field", seen), patch.object(Update, "octets", moved):
        return stamped(ours())


# The page written anew, to some the same.


def named_at_length() -> bytes:
    """A picture's name is escaped, and then longer than PDFium reads."""
    name = b"A" * 100
    target, number = first_page(letter()), next_number(letter())
    page = annotated_later(showing(body_of(letter(), target), b"%d 0 R" % (number + 1)))
    page = page.replace(b"/Resources <<", b"/Resources << /XObject << /%b %d 0 R >>" % (name, number), 1)
    objects = {target: page, number: stream(GOOD, DRAWN), number + 1: stream(b"/%b Do" % name), FREE + 9: b"[]"}
    return page_again(lambda body: body.replace(name, b"#41" * 100), by_us(appended(letter(), objects)))


def measured_at_length() -> bytes:
    """So many zeros in front that PDFium sees no other digit, and Ghostscript gives up."""
    return page_again(lambda body: body.replace(b"[0 0 595", b"[0 0 " + b"0" * 300 + b"595"))


def coloured(first: bytes, then: bytes) -> bytes:
    """Two fields in colours that a string gives, which is spelt otherwise in the update. Ghostscript."""
    target, number = first_page(letter()), next_number(letter())
    page = annotated_later(showing(body_of(letter(), target), b"%d 0 R" % number))
    page = page.replace(b"/Resources <<", b"/Resources << /ColorSpace << /CS [/Indexed /DeviceRGB 1 %b] >>" % first, 1)
    drawn = stream(b"/CS cs 0 sc 10 10 200 200 re f 1 sc 250 10 200 200 re f")
    data = by_us(appended(letter(), {target: page, number: drawn, FREE + 9: b"[]"}))
    return page_again(lambda body: body.replace(first, then), data)


# Updates that make a program search the file.


@cache
def holding_another() -> bytes:
    """A sealed file that holds another PDF, as attachments are; whoever searches the file finds its objects."""
    return seal(with_file_inside())


def stumbling(old: bytes, new: bytes) -> bytes:
    """Validation data behind it, with the table or trailer spelt otherwise. Poppler searches then."""
    data = store_appended(holding_another())
    start = len(holding_another())
    tail = re.sub(old, new, data[start:])
    assert tail != data[start:]
    return data[:start] + tail


def table_behind_stream() -> bytes:
    """A table follows cross-reference streams; Ghostscript goes back to what was before the seal."""
    return store_appended(on_compact())


def grown_by(
    data: bytes,
    objects: Mapping[int, bytes],
    packed: Mapping[int, tuple[int, int]],
    entries: bytes = b"",
    change: Edit = bytes,
) -> bytes:
    """An update with a cross-reference stream; `packed` are objects in object streams, by container and index."""
    older, position = int(re.findall(rb"startxref\s+(\d+)", data)[-1]), len(data)
    body, rows = (
        b"",
        {each: b"\2" + where.to_bytes(4, "big") + index.to_bytes(2, "big") for each, (where, index) in packed.items()},
    )
    for each, value in objects.items():
        rows[each] = b"\1" + (position + len(body)).to_bytes(4, "big") + bytes(2)
        body += b"%d 0 obj\n%s\nendobj\n" % (each, value)
    own = max(next_number(data), *(each + 1 for each in rows))
    rows[own] = b"\1" + (position + len(body)).to_bytes(4, "big") + bytes(2)
    index = b" ".join(b"%d 1" % each for each in sorted(rows))
    named = b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d /Root %d 0 R /Prev %d " % (
        index,
        own + 1,
        number_of_root(data),
        older,
    )
    table = stream(change(b"".join(row for _, row in sorted(rows.items()))), named + entries)
    return data + body + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, table, position + len(body))


def packed_store(entries: bytes, change: Edit) -> bytes:
    """Validation data in an object stream whose octets are changed and said to be so by these entries."""
    data = on_compact()
    root, free = number_of_root(data), next_number(data)
    head = b"%d 0 " % (free + 1)
    octets = change(head + b"<< /Type /DSS >>")
    container = stream(octets, b"/Type /ObjStm /N 1 /First %d " % len(head) + entries)
    objects = {root: with_entry(body_of(data, root), b"/DSS %d 0 R" % (free + 1)), free: container}
    return grown_by(data, objects, {free + 1: (free, 0)})


def table_of_rows(entries: bytes, change: Edit) -> bytes:
    """Validation data whose cross-reference stream is changed and said to be so by these entries."""
    data = on_compact()
    root = number_of_root(data)
    objects = {root: with_entry(body_of(data, root), b"/DSS << /Type /DSS >>")}
    return grown_by(data, objects, {}, entries, change)


def predicted(octets: bytes, width: int = 7) -> bytes:
    """Rows as PNG has them, each by its difference from the one above, compressed."""
    rows = [octets[at : at + width] for at in range(0, len(octets), width)]
    differences = (
        bytes((one - other) % 256 for one, other in zip(*pair, strict=True))
        for pair in zip(rows, [bytes(width), *rows], strict=False)
    )
    return zlib.compress(b"".join(b"\2" + each for each in differences))


def predicted_aside(octets: bytes, width: int = 7) -> bytes:
    """Rows as pyHanko reads them when each octet is said to be a difference from the one to the left."""
    made = b""
    for at in range(0, len(octets), width):
        row = [octets[at]]
        for one in octets[at + 1 : at + width]:
            row.append((one - row[-1]) % 256)
        made += b"\1" + bytes(row)
    return zlib.compress(made)


def hidden_drawing() -> bytes:
    """A picture in which pyHanko sees nothing but zeros, because its rows are said not to be predicted. Ghostscript."""
    drawing = b"0 g 20 20 400 350 re f"
    entries = b" /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns %d >>" % len(drawing)
    return stamp_with_box(b"[0 0 0 0]", b"[0 0 500 400]", zlib.compress(b"\0" + drawing), entries)


def in_hexadecimal(octets: bytes) -> bytes:
    return octets.hex().encode() + b">"
