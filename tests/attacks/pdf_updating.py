"""Updates appended to a sealed PDF by whoever has the file: fields filled, objects shadowed, pages exchanged."""

import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.attacks.pdf_foreign import appended, body_of, next_number, number_of, signed_by_pyhanko, stamped, updated
from tests.attacks.pdf_making import letter, name, number_of_root, ours, seal, with_text_field
from tests.seal_parts import parts

EMPTY_SIGNATURE_FIELD = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (More) /F 4 /Rect [10 10 500 300] >>"
TEXT_FIELD = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (More) /V (9) /F 4 /Rect [10 10 500 300] >>"


def filled(data: bytes) -> bytes:
    """The text field filled in after the seal."""

    def edit(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
        for each in writer.root["/AcroForm"]["/Fields"]:
            field = each.get_object()
            if field["/T"] == "Amount":
                field[name("/V")] = generic.pdf_string("1000000")
                writer.update_container(field)

    return updated(data, edit)


def filled_then_sealed() -> bytes:
    """A field filled between two seals that do not lock it."""
    return signed_by_pyhanko(filled(signed_by_pyhanko(with_text_field())), field="Second", box=(200, 50, 300, 150))


def shadow(extra: dict[int, bytes], *, content: bytes | None = None) -> bytes:
    """A letter with prepared objects, which a page may use, sealed in good faith."""
    data = letter()
    target = number_of(data, "/Pages", "/Kids", 0)
    body = body_of(data, target)
    if content is not None:
        body = re.sub(rb"/Contents \d+ 0 R", b"/Contents " + content, body)
    return seal(appended(data, {target: body, **extra}), seal_der=parts().seal)


def stream(octets: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(octets), octets)


def shadow_hide() -> bytes:
    """A cover over the true text, taken away after the seal."""
    number = next_number(letter())
    old = re.findall(rb"/Contents (\d+ 0 R)", body_of(letter(), number_of(letter(), "/Pages", "/Kids", 0)))[0]
    data = shadow({number: stream(b"1 g 0 0 595 420 re f")}, content=b"[%s %d 0 R]" % (old, number))
    return appended(data, {number: stream(b"")})


def shadow_hide_by_freeing() -> bytes:
    number = next_number(letter())
    old = re.findall(rb"/Contents (\d+ 0 R)", body_of(letter(), number_of(letter(), "/Pages", "/Kids", 0)))[0]
    data = shadow({number: stream(b"1 g 0 0 595 420 re f")}, content=b"[%s %d 0 R]" % (old, number))
    return appended(data, {}, free=[number])


def shadow_supply() -> bytes:
    """A page that refers to an object which comes after the seal."""
    number = next_number(letter()) + 60
    old = re.findall(rb"/Contents (\d+ 0 R)", body_of(letter(), number_of(letter(), "/Pages", "/Kids", 0)))[0]
    prepared = appended(
        letter(),
        {
            number_of(letter(), "/Pages", "/Kids", 0): re.sub(
                rb"/Contents \d+ 0 R",
                b"/Contents [%s %d 0 R]" % (old, number),
                body_of(letter(), number_of(letter(), "/Pages", "/Kids", 0)),
            )
        },
    )
    return appended(signed_by_pyhanko(prepared), {number: stream(b"1 g 0 0 595 420 re f")})


def shadow_metadata() -> bytes:
    """One stream is both metadata and a page's content; updating metadata is let pass by many."""
    number, top = next_number(letter()), number_of_root(letter())
    target = number_of(letter(), "/Pages", "/Kids", 0)
    both = stream(b"0 0 m", b"/Type /Metadata /Subtype /XML")
    page_body = re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % number, body_of(letter(), target))
    catalog = body_of(letter(), top).replace(b"<<", b"<< /Metadata %d 0 R" % number, 1)
    data = seal(appended(letter(), {number: both, target: page_body, top: catalog}), seal_der=parts().seal)
    return appended(data, {number: stream(b"0 0 595 420 re f", b"/Type /Metadata /Subtype /XML")})


def shadow_information() -> bytes:
    """The document information serves as a page's resources, too."""
    number = int(re.findall(rb"/Info (\d+) 0 R", letter())[-1])
    target = number_of(letter(), "/Pages", "/Kids", 0)
    body = body_of(letter(), target)
    data = seal(appended(letter(), {target: body.replace(b"<<", b"<< /PZ %d 0 R" % number, 1)}), seal_der=parts().seal)
    return stamped(appended(data, {number: b"<< /Title (Other) >>"}))


def shadow_second_tree() -> bytes:
    """Hide and replace: another tree of pages lies in the sealed file, and the catalogue is pointed to it."""
    number = next_number(letter())
    extra = {
        number: b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (number + 1),
        number + 1: b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 420] >>" % number,
    }
    data = seal(appended(letter(), extra), seal_der=parts().seal)
    top = number_of_root(data)
    return appended(data, {top: re.sub(rb"/Pages \d+ 0 R", b"/Pages %d 0 R" % number, body_of(data, top))})


def shadow_old_object() -> bytes:
    """Hide and replace: the table of the update points to octets that lie hidden in the sealed file."""
    target = int(re.findall(rb"/Contents (\d+) 0 R", body_of(letter(), number_of(letter(), "/Pages", "/Kids", 0)))[0])
    hidden = b"%% %d 0 obj\n%s\nendobj\n" % (target, stream(b"0 0 595 420 re f"))
    data = signed_by_pyhanko(letter() + hidden + tail_of(letter()))
    return appended(data, places={target: data.index(hidden) + 2})


def tail_of(data: bytes) -> bytes:
    """The last `startxref` of a file again, so that something may stand before it."""
    return data[data.rindex(b"startxref") :]


def second_catalogue() -> bytes:
    """The trailer of the update names another catalogue."""
    number = next_number(ours())
    top = body_of(ours(), number_of_root(ours()))
    return appended(ours(), {number: top}, root=number)


def freed(data: bytes) -> bytes:
    return appended(data, {}, free=[int(re.findall(rb"/Contents (\d+) 0 R", data)[0])])
