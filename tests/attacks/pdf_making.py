"""How the attacks of the corpus are made, and the genuine files they start from.

Three kinds of tools: our writer with any key and any seal, octets exchanged in a finished file, and updates appended
to it. `resigned` is the insider, who changes a file at will and signs it again with the real key.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Literal
from unittest.mock import patch

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from keys.codec import der_from_raw
from keys.custody import memory_signer
from keys.signer import Signer
from keys.sm3 import sm3
from tests.attacks.pdf_foreign import (
    appended,
    body_of,
    certified,
    foreign,
    next_number,
    number_of,
    signed_by_pyhanko,
    stamped,
    updated,
    with_store,
)
from tests.pdf_parts import page
from tests.seal_parts import AT, certificate, info, parts, png, sealed_by
from trust.formats import der, ses
from trust.formats.certificate import CertificateProfile, KeyUsage, Purpose, assemble, certificate_tbs, key_identifier
from trust.formats.pdf.approving import plan_pdf_sealing
from trust.formats.pdf.cms import _message, signed_attributes, signed_message
from trust.formats.pdf.stamping import StampPicture
from trust.formats.placing import AtPoint, Placing
from trust.formats.x509_fields import make_name

OURS = "YINZHENG"
CORNER = AtPoint(0, 20, 20)

# Sealing.


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


# Octets exchanged.


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


# Updates by pyHanko's writer.


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


# Shadow attacks: prepared before the seal, revealed behind it.


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


# Signatures laid over, transplanted, made by others.


def stranger(common_name: str = "雁栖市市场监督管理局") -> tuple[Signer, bytes]:
    """The same names and numbers under another root."""
    root, signer = memory_signer("false root"), memory_signer("false signer")
    return signer, certificate(common_name, signer, Purpose.SEAL_SIGNER, root, serial=3)


def self_made(*, one_party: bool) -> bytes:
    """A seal with the same picture and names, made by whoever uses it."""
    signer, mine = stranger()
    maker = signer if one_party else memory_signer("false maker")
    theirs = (
        mine if one_party else certificate("制章者", maker, Purpose.SEAL_MAKER, memory_signer("false root"), serial=2)
    )
    false = sealed_by(maker, theirs, info((mine,)))
    return seal(letter(), seal_der=false, signer=signer, signer_certificate=mine)


def unchecked(octets: bytes, form: Literal["cms", "ses"], signer: Signer, mine: bytes, at: datetime = AT) -> bytes:
    """Sealed by a writer that does not ask whether the seal lists the signer."""
    with patch("trust.formats.pdf.approval.check_listed"):
        return seal(letter(), form=form, seal_der=octets, signer=signer, signer_certificate=mine, at=at)


def transplanted(form: Literal["cms", "ses"]) -> bytes:
    """A genuine seal used by somebody whom it does not list."""
    return unchecked(parts().seal, form, *stranger("雁栖市城市管理局"))


def false_maker(form: Literal["cms", "ses"]) -> bytes:
    """A seal that names the true maker, signed by somebody else."""
    octets = info((parts().signer_certificate,))
    false = sealed_by(memory_signer("false maker"), parts().maker_certificate, octets)
    return unchecked(false, form, parts().signer, parts().signer_certificate)


def altered_seal(form: Literal["cms", "ses"]) -> bytes:
    """A genuine seal in which the name was changed, sealed with the real key."""
    old, new = "雁栖市市场监督管理局".encode(), "雁栖市市场监督管理厅".encode()
    return unchecked(parts().seal.replace(old, new, 1), form, parts().signer, parts().signer_certificate)


def expired_seal(form: Literal["cms", "ses"]) -> bytes:
    return unchecked(parts().seal, form, parts().signer, parts().signer_certificate, AT + timedelta(days=800))


def broken_seal() -> bytes:
    """Octets that are no seal, where the seal should be."""
    data = seal(letter(), seal_der=parts().seal)
    return resigned(data.replace(parts().seal[:40], bytes(40), 1))


def other_key(form: Literal["cms", "ses"]) -> bytes:
    """The real certificate, and a value by another key."""
    return unchecked(parts().seal, form, memory_signer("false signer"), parts().signer_certificate)


def sneaky_signature(level: int) -> bytes:
    """A certified file, and a second signature whose box covers the page (a certification attack by signature)."""
    signer, mine = stranger()
    return signed_by_pyhanko(certified(level), field="Cover", key=signer, certificate=mine, box=(0, 0, 595, 420))


def stranger_after(data: bytes) -> bytes:
    """A genuine seal, and a second signature by nobody known, in an invisible field."""
    signer, mine = stranger()
    return signed_by_pyhanko(data, field="Other", key=signer, certificate=mine, box=None)


def wide_gap(data: bytes) -> bytes:
    """The insider leaves octets behind the value uncovered, to be filled at leisure."""
    return resigned(moved_range(data, after=len(b" >>\nendobj\n")))


def two_contents() -> bytes:
    """The dictionary has a second, unsigned value, for readers that take the first they find."""
    name_entry = re.findall(rb"/Name <[0-9a-f]*>", ours())[-1]
    other = b"/Contents <00>".ljust(len(name_entry))
    return resigned(edited(ours(), name_entry, other))


def covering_too_much() -> bytes:
    """A byte range that goes on behind the end of the file."""
    return moved_range(ours(), end=10)


def not_from_the_start() -> bytes:
    before, after, end = hole_of(ours())
    return with_range(ours(), 1, before - 1, after, end - after)


def overlapping() -> bytes:
    """Two stretches that overlap: what lies between is counted twice and may differ."""
    before, _after, end = hole_of(ours())
    return resigned_raw(with_range(ours(), 0, before, before - 50, end - before + 50), before, before - 50, end)


def resigned_raw(data: bytes, before: int, after: int, end: int) -> bytes:
    digest = sm3(data[:before] + data[after:end])
    certificates = (parts().signer_certificate,)
    raw = parts().signer.sign(signed_attributes(digest, certificates))
    message = signed_message(certificates, digest, raw).rstrip(b"\0")
    start, stop, _ = hole_of(ours())
    size = (stop - start - 2) // 2
    return data[: start + 1] + message.ljust(size, b"\0").hex().encode() + data[stop - 1 :]


def short_of_revision() -> bytes:
    """The signature ends before the end of its own revision: the table behind it is free to be changed."""
    return resigned(moved_range(ours(), end=-30))


def wrapped() -> bytes:
    """Forged octets between the value and the second stretch, which is moved behind them (signature wrapping)."""
    before, after, end = hole_of(ours())
    forged = b" /Forged (" + b"A" * 60 + b")"
    data = ours()[:after] + forged + ours()[after:]
    return with_range(data, 0, before, after + len(forged), end - after)


def hidden_field() -> bytes:
    """The signed field is taken out of the form in an update that nobody signs."""
    data = ours_twice()
    number = number_of(data, "/AcroForm")
    return appended(data, {number: re.sub(rb"/Fields \[(\d+ 0 R) [^\]]*\]", rb"/Fields [\1]", body_of(data, number))})


def orphan_signature() -> bytes:
    """A signature dictionary that no field refers to, in a sealed file."""
    number = next_number(letter())
    orphan = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> >>"
    )
    return seal(appended(letter(), {number: orphan}), seal_der=parts().seal)


def orphan_widget() -> bytes:
    """A box for a signature on the page, which belongs to no form: a picture of a seal and nothing behind it."""
    body = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Fake) /F 4 /Rect [300 300 400 400] >>"
    return signed_by_pyhanko(with_annotation(letter(), body))


def acting(entry: bytes) -> bytes:
    """A file sealed in good faith that does more than show pages."""
    top = number_of_root(letter())
    return signed_by_pyhanko(appended(letter(), {top: body_of(letter(), top).replace(b"<<", b"<< " + entry + b" ", 1)}))


def elsewhere() -> bytes:
    """A page whose content comes from another file."""
    number, target = next_number(letter()), number_of(letter(), "/Pages", "/Kids", 0)
    body = re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % number, body_of(letter(), target))
    return signed_by_pyhanko(appended(letter(), {number: stream(b"", b"/F (other.txt)"), target: body}))


def with_sub_filter(data: bytes, new: bytes) -> bytes:
    old = re.findall(rb"/SubFilter /[A-Za-z0-9.]+", data)[-1]
    return resigned(edited(data, old, b"/SubFilter /" + new.ljust(len(old) - len(b"/SubFilter /"), b"x")))


def sha256_digest() -> bytes:
    """SM2 over attributes that name SHA-256 for the file's digest."""
    octets = contents_of(foreign())
    at = octets.rindex(oid("1.2.156.10197.1.401"))
    assert octets[at:].startswith(oid("1.2.156.10197.1.401"))
    old, new = oid("1.2.156.10197.1.401"), oid("1.2.156.10197.1.402")
    return with_contents(foreign(), octets.replace(old, new))


def stamp_of_another_file() -> bytes:
    """The document time stamp of one file put into another."""
    other = stamped(signed_by_pyhanko(page()))
    token = contents_of(other).rstrip(b"\0")
    return with_contents(stamped(foreign()), token)


def stamp_with_more() -> bytes:
    """An octet in the room behind the token of a document time stamp."""
    data = stamped(foreign())
    octets = contents_of(data)
    assert octets[-1] == 0
    return with_contents(data, octets[:-1] + b"\1")


def value_of_another_file(form: Literal["cms", "ses"]) -> bytes:
    other = seal(page(), form=form)
    return with_contents(seal(letter(), form=form), contents_of(other).rstrip(b"\0"))


def property_of_another() -> bytes:
    """A seal signature that names another byte range than its own."""
    data = ours_ses()
    signed = ses.to_be_signed(our_seal(), AT, digest_of(data), "[0 1 2 3]")
    value = ses.assemble_signature(signed, parts().signer_certificate, parts().signer.sign(signed))
    return with_contents(data, value)


def unsigned_attribute() -> bytes:
    """An attribute of an unknown kind in the part of the CMS that no signature covers."""
    top, _end = der.element(contents_of(foreign()), 0, 0)
    return with_contents(foreign(), grown(top, [1, 0, -1, 0]))


def grown(node: der.Node, path: list[int]) -> bytes:
    """The element at a path with an unsigned attribute behind its members."""
    members = node.children()
    if not path:
        attribute = der.write_sequence(oid("1.2.3.4"), der.write(0x31, der.write_octet_string(b"hidden")))
        return der.write(node.tag, *(each.octets for each in members), der.write(0xA1, attribute))
    place = path[0] % len(members)
    rest = [each.octets for each in members]
    rest[place] = grown(members[place], path[1:])
    return der.write(node.tag, *rest)


def swapped_certificate(*, bound: bool) -> bytes:
    """Another certificate for the same key in place of the one signed with."""
    old, other = parts().signer_certificate, b""
    while len(other) != len(old):
        other = certificate("雁栖市市场监督管理局", parts().signer, Purpose.SEAL_SIGNER, parts().root, serial=4)
    data = signed_by_pyhanko(page(), bound=bound)
    octets = contents_of(data).replace(old, other)
    named = octets.rindex(der.write_integer(3))
    return with_contents(data, octets[:named] + der.write_integer(4) + octets[named + 3 :])


def disowned_chain() -> bytes:
    """An octet of an intermediate certificate flipped, where its issuer's certificate travels along."""
    data = signed_by_pyhanko(page(), chain=[parts().maker_certificate, authority()])
    octets = contents_of(data)
    at = octets.index(parts().maker_certificate) + len(parts().maker_certificate) - 4
    return with_contents(data, octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])


@cache
def authority() -> bytes:
    """The certificate of the issuer, by itself."""
    key, own = parts().root, make_name("雁栖市测试根")
    tbs = certificate_tbs(
        CertificateProfile("root", frozenset({KeyUsage.KEY_CERT_SIGN}), is_ca=True),
        subject=own,
        public_key=key.public,
        issuer=own,
        issuer_key_id=key_identifier(key.public),
        serial=1,
        not_before=AT - timedelta(days=30),
        not_after=AT + timedelta(days=900),
        crl_url=None,
    )
    return assemble(tbs, key.sign(tbs))


def flipped_chain() -> bytes:
    """An octet of a certificate beside the signer's, in a CMS of ours."""
    octets = contents_of(ours_with_chain())
    at = octets.index(parts().maker_certificate) + 200
    return with_contents(ours_with_chain(), octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])


def prev(data: bytes, target: int) -> bytes:
    return appended(data, {next_number(data): b"null"}, prev=target)


def loop_of_two() -> bytes:
    """Two tables that name each other as the one before."""
    first = appended(ours(), {next_number(ours()): b"null"})
    start = int(re.findall(rb"startxref\s+(\d+)", first)[-1])
    old = re.findall(rb"/Prev (\d+)", first)[-1]
    return (
        first[: first.rindex(b"/Prev " + old)]
        + b"/Prev %0*d" % (len(old), start)
        + first[first.rindex(b"/Prev " + old) + 6 + len(old) :]
    )


def before_eof(data: bytes, entries: bytes) -> bytes:
    return appended(data, {next_number(data): b"null"}, entries=entries)


def store(**more: generic.PdfObject) -> Callable[[], bytes]:
    return lambda: with_store(ours(), extra={name("/" + key): value for key, value in more.items()})


def store_with_gap() -> bytes:
    """Validation data, and octets between its objects that nothing refers to."""
    data = with_store(ours())
    at = data.rindex(b"\nxref\n") + 1
    hidden = b"%% hidden\n"
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    return data[:at] + hidden + data[at:].replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(hidden)))


def first_seal_broken() -> bytes:
    """The first of two seals has another value; the second covers it and is genuine."""
    first = with_contents(ours(), contents_of(seal(page())).rstrip(b"\0"))
    return seal(first, AtPoint(1, 60, 60))


def padded_ours() -> bytes:
    """A CMS of ours with room behind it; signatures of full length leave none, so until one is shorter."""
    data = ours()
    while contents_of(data)[-1]:
        data = seal(letter())
    return data
