"""The genuine PDF files that the attacks of the corpus start from, and the tools they are changed with.

Three kinds of tools: our writer with any key and any seal, octets exchanged in a finished file, and updates appended
to it. `resigned` is the insider, who changes a file at will and signs it again with the real key.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Literal

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from keys.codec import der_from_raw
from keys.signer import Signer
from keys.sm3 import sm3
from tests.attacks.pdf_foreign import appended, body_of, next_number, number_of, updated
from tests.pdf_parts import page
from tests.seal_parts import AT, info, parts, png, sealed_by
from trust.formats import der
from trust.formats.pdf.approving import plan_pdf_sealing
from trust.formats.pdf.cms import _message, signed_attributes, signed_message
from trust.formats.pdf.stamping import StampPicture
from trust.formats.placing import AtPoint, Placing

OURS = "YINZHENG"
CORNER = AtPoint(0, 20, 20)


@cache
def our_seal() -> bytes:
    """A seal that bears our vendor mark."""
    return sealed_by(parts().maker, parts().maker_certificate, info((parts().signer_certificate,), vendor=OURS))


def seal(
    data: bytes,
    placing: Placing | None = CORNER,
    form: Literal["cms", "ses"] = "cms",
    *,
    seal_der: bytes | None = None,
    signer: Signer | None = None,
    signer_certificate: bytes | None = None,
    chain: Sequence[bytes] = (),
    lock: bool = False,
    at: datetime = AT,
) -> bytes:
    """A file with one more seal, by our writer."""
    mine = signer_certificate or parts().signer_certificate
    planned = plan_pdf_sealing(
        data,
        placing,
        seal_der=seal_der or our_seal(),
        certificate=mine,
        chain=chain,
        at=at,
        picture=StampPicture(40, 40, png=png()),
        reason="盖章",
        name="雁栖市市场监督管理局",
        form=form,
        lock=lock,
    )
    return planned.complete((signer or parts().signer).sign(planned.to_be_signed), mine)


@cache
def letter() -> bytes:
    return page(pages=3)


@cache
def ours() -> bytes:
    """One approval seal."""
    return seal(letter())


@cache
def ours_ses() -> bytes:
    return seal(letter(), form="ses")


@cache
def ours_twice() -> bytes:
    return seal(ours(), AtPoint(1, 60, 60), "ses")


@cache
def ours_locked() -> bytes:
    return seal(letter(), lock=True)


@cache
def ours_with_chain() -> bytes:
    return seal(letter(), chain=[parts().maker_certificate])


@cache
def with_text_field() -> bytes:
    """A letter with a field that people fill in."""
    body = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /V (100) /F 4 /Rect [300 300 400 320] >>"
    return with_annotation(letter(), body, fields=True)


def with_annotation(data: bytes, body: bytes, *, fields: bool = False) -> bytes:
    """An update that puts an annotation on the first page, and into a form of its own if asked."""
    number, target = next_number(data), number_of(data, "/Pages", "/Kids", 0)
    old = body_of(data, target)
    put = b"/Annots [%d 0 R " % number
    new = old.replace(b"/Annots [", put) if b"/Annots [" in old else old.replace(b"<<", b"<< " + put + b"]", 1)
    objects = {number: body, target: new}
    if fields:
        top = number_of_root(data)
        objects[top] = body_of(data, top).replace(b"<<", b"<< /AcroForm << /Fields [%d 0 R] >>" % number, 1)
    return appended(data, objects)


def number_of_root(data: bytes) -> int:
    return int(re.findall(rb"/Root (\d+) 0 R", data)[-1])


def hole_of(data: bytes, *, last: bool = True) -> tuple[int, int, int]:
    """Start and end of the literal of a signature, and the end of what it covers."""
    found = [tuple(int(each) for each in match) for match in re.findall(rb"/ByteRange ?\[ ?0 (\d+) (\d+) (\d+)", data)]
    before, after, rest = max(found) if last else min(found)
    return before, after, after + rest


def contents_of(data: bytes) -> bytes:
    before, after, _ = hole_of(data)
    return bytes.fromhex(data[before + 1 : after - 1].decode())


def with_contents(data: bytes, octets: bytes, *, fill: bytes = b"\0") -> bytes:
    """Another value in the same room."""
    before, _after, _end = hole_of(data)
    start = data.index(b"<", before)
    stop = data.index(b">", start)
    size = (stop - start - 1) // 2
    assert len(octets) <= size
    return data[: start + 1] + octets.ljust(size, fill).hex().encode() + data[stop:]


def capitals(data: bytes) -> bytes:
    """The digits of a value in capital letters."""
    before, after, _end = hole_of(data)
    return data[:before] + data[before:after].upper() + data[after:]


def edited(data: bytes, old: bytes, new: bytes) -> bytes:
    """A piece exchanged for one of the same length, where it stands first."""
    assert old in data
    assert len(old) == len(new)
    return data.replace(old, new, 1)


def digest_of(data: bytes) -> bytes:
    before, after, end = hole_of(data)
    return sm3(data[:before] + data[after:end])


def resigned(data: bytes) -> bytes:
    """The insider: a file changed at will, and signed again with the real key over whatever it says it covers."""
    certificates = (parts().signer_certificate,)
    digest = digest_of(data)
    raw = parts().signer.sign(signed_attributes(digest, certificates))
    return with_contents(data, signed_message(certificates, digest, raw).rstrip(b"\0"))


def range_text(data: bytes) -> bytes:
    return re.findall(rb"/ByteRange ?\[[0-9 ]+\] *", data)[-1]


def with_range(data: bytes, *numbers: int) -> bytes:
    """Another byte range in the same room."""
    old = range_text(data)
    new = b"/ByteRange [" + b" ".join(b"%d" % number for number in numbers) + b"]"
    return edited(data, old, new.ljust(len(old)))


def moved_range(data: bytes, before: int = 0, after: int = 0, end: int = 0) -> bytes:
    start, stop, last = hole_of(data)
    return with_range(data, 0, start + before, stop + after, last + end - stop - after)


def with_message(value: Callable[[bytes], bytes]) -> bytes:
    """Our CMS with another spelling of its signature value, given r ‖ s; a short one, so that there is room."""
    certificates = (parts().signer_certificate,)
    attributes = signed_attributes(digest_of(ours()), certificates)
    raw = parts().signer.sign(attributes)
    while len(der_from_raw(raw)) > 70:
        raw = parts().signer.sign(attributes)
    return with_contents(ours(), _message(certificates, attributes, value(raw)))


def two(raw: bytes) -> tuple[int, int]:
    return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")


def pair(r: int, s: int) -> bytes:
    return der.write_sequence(*(der.write(2, each.to_bytes(each.bit_length() // 8 + 1, "big")) for each in (r, s)))


def exchanged(old: bytes, new: bytes, data: bytes, place: int = 0) -> bytes:
    """A piece of the CMS exchanged for one of the same length, where it stands for the first, second … last time."""
    octets = contents_of(data)
    assert old in octets
    assert len(old) == len(new)
    at = [found.start() for found in re.finditer(re.escape(old), octets)][place]
    return with_contents(data, octets[:at] + new + octets[at + len(old) :])


def oid(text: str) -> bytes:
    return der.write_object_identifier(text)


def name(text: str) -> generic.NameObject:
    return generic.NameObject(text)


def dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({name("/" + key): value for key, value in entries.items()})


def numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject([generic.NumberObject(each) for each in values])


def on_page(data: bytes, key: str, value: generic.PdfObject) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
        first[name(key)] = value
        writer.update_container(first)

    return updated(data, edit)


def in_root(data: bytes, key: str, value: generic.PdfObject) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
        writer.root[name(key)] = value
        writer.update_root()

    return updated(data, edit)


def annotated(data: bytes, subtype: str, **more: generic.PdfObject) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
        note = dictionary(Type=name("/Annot"), Subtype=name(subtype), Rect=numbers(10, 10, 500, 300), **more)
        note[name("/Contents")] = generic.pdf_string("永久有效")
        listed = first["/Annots"] if "/Annots" in first else generic.ArrayObject()
        first[name("/Annots")] = generic.ArrayObject([*list.__iter__(listed), writer.add_object(note)])
        writer.update_container(first)

    return updated(data, edit)


def new_content(data: bytes) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
        first[name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 595 420 re f"))
        writer.update_container(first)

    return updated(data, edit)


def page_added(data: bytes) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
        pages = writer.root["/Pages"]
        extra = dictionary(Type=name("/Page"), Parent=writer.root.raw_get("/Pages"), MediaBox=first["/MediaBox"])
        pages["/Kids"].append(writer.add_object(extra))
        pages[name("/Count")] = generic.NumberObject(len(pages["/Kids"]))
        writer.update_container(pages["/Kids"])

    return updated(data, edit)


def page_taken_away(data: bytes) -> bytes:
    number = number_of(data, "/Pages")
    old = body_of(data, number)
    return appended(data, {number: re.sub(rb"/Kids \[ *\d+ 0 R", b"/Kids [", old)})


def other_font(data: bytes) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, first: generic.DictionaryObject) -> None:
        for font in first["/Resources"]["/Font"].values():
            font.get_object()[name("/ToUnicode")] = generic.NullObject()
            font.get_object()[name("/BaseFont")] = name("/Other")
            writer.update_container(font.get_object())

    return updated(data, edit)


def seal_field(root: generic.DictionaryObject) -> generic.DictionaryObject:
    return root["/AcroForm"]["/Fields"][0].get_object()  # type: ignore[no-any-return]  # pyHanko leaves it without types


def in_field(data: bytes, key: str, value: generic.PdfObject) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
        seal_field(writer.root)[name(key)] = value
        writer.update_container(seal_field(writer.root))

    return updated(data, edit)


def swapped_appearance(data: bytes) -> bytes:
    def edit(writer: IncrementalPdfFileWriter, _first: generic.DictionaryObject) -> None:
        picture = generic.StreamObject({name("/Subtype"): name("/Form")}, stream_data=b"1 0 0 rg 0 0 9 9 re f")
        seal_field(writer.root)[name("/AP")] = dictionary(N=writer.add_object(picture))
        writer.update_container(seal_field(writer.root))

    return updated(data, edit)


def appearance_in_place(data: bytes) -> bytes:
    """The stream of the seal's picture itself is exchanged; nothing else is touched."""
    number = number_of(data, "/AcroForm", "/Fields", 0, "/AP", "/N")
    return appended(
        data, {number: b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream"}
    )


def replaced_signature(data: bytes) -> bytes:
    """The signature dictionary written anew, with another reason (the case known from validation-data spoofing)."""
    number = number_of(data, "/AcroForm", "/Fields", 0, "/V")
    old = body_of(data, number)
    return appended(data, {number: re.sub(rb"/Reason (<[0-9a-f]*>|\([^)]*\))", b"/Reason (Other)", old)})


def field_added(data: bytes, body: bytes) -> bytes:
    """A field that is not signed, on the first page and in the form."""
    number, target = next_number(data), number_of(data, "/Pages", "/Kids", 0)
    old = body_of(data, target)
    form = number_of(data, "/AcroForm")
    return appended(
        data,
        {
            number: body,
            target: old.replace(b"/Annots [", b"/Annots [%d 0 R " % number),
            form: re.sub(rb"/Fields \[([^\]]*)\]", rb"/Fields [\1 %d 0 R]" % number, body_of(data, form)),
        },
    )
