"""Sealing a PDF of any origin: what stood there stays, what is added is one sound revision, what cannot be sealed is told."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign.fields import enumerate_sig_fields

from keys.sm2 import DEFAULT_IDENTITY, verify
from keys.sm3 import Sm3
from tests.attacks.pdf_making import letter
from tests.attacks.pdf_rebuilding import between, hidden, rows_of_19, rows_with_return, store_appended
from tests.pdf_parts import NAME, REASON, page, sealed
from tests.pdf_sealing_parts import (
    NONE,
    PLACE,
    Judged,
    changed,
    first_page,
    hybrid,
    judged,
    seal,
    shown,
    text_fields,
    vector,
)
from tests.seal_parts import AT, certificate, info, parts, png, sealed_by
from trust.errors import Malformed
from trust.formats.certificate import Purpose
from trust.formats.pdf.approving import plan_pdf_sealing
from trust.formats.pdf.cms import read_signed_message
from trust.formats.pdf.document import open_document
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.rewriting import rewritten
from trust.formats.pdf.stamping import PIECE, StampPicture
from trust.formats.placing import AtPoint
from trust.formats.ses import parse_signature


def encrypted_page() -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(page())))
    writer.encrypt(owner_pass="owner", user_pass="")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


ALONE = [Judged("Seal1", sound=True, whole=True, changes=NONE)]


def reason(data: bytes, **changes: object) -> str:
    """Why a document is refused."""
    with pytest.raises(PdfRefused) as refused:
        seal(data, **changes)  # type: ignore[arg-type]  # names and values come from the test
    assert refused.value.text.endswith("。")
    return refused.value.reason


def signature_of(data: bytes, name: str = "Seal1") -> tuple[generic.DictionaryObject, generic.DictionaryObject]:
    """The field and the signature dictionary of this name."""
    found = {
        each: (field.get_object(), value.get_object())
        for each, value, field in enumerate_sig_fields(PdfFileReader(BytesIO(data)))
    }
    return found[name]


def covered(data: bytes, value: generic.DictionaryObject) -> bytes:
    """SM3 over what the byte range of a signature covers."""
    start, before, after, rest = (int(each) for each in value["/ByteRange"])
    digest = Sm3(data[start : start + before])
    digest.update(data[after : after + rest])
    return digest.digest()


@pytest.mark.parametrize(
    ("case", "document"),
    [
        ("classic table", page),
        ("several pages, links", lambda: page(pages=3, link=True)),
        ("cross-reference stream", lambda: changed(lambda writer: None, stream_xrefs=True)),
        ("no newline at the end", lambda: page().rstrip()),
        ("no file identifier", lambda: without_identifier(page())),
        ("fields", lambda: changed(text_fields)),
        ("annotations in an object of their own", lambda: changed(annotations_apart, link=True)),
        ("two pages with one list of annotations", lambda: changed(annotations_shared, pages=2)),
        ("a form of its own, fields in an object", lambda: changed(form_apart)),
        ("an empty form in the catalogue", lambda: changed(empty_form)),
        ("layers", lambda: changed(layers)),
        ("opens on a page", lambda: changed(opens_on_page)),
    ],
)
def test_any_document_is_sealed_by_one_more_revision(case: str, document: Callable[[], bytes]) -> None:
    before = document()
    after = seal(before)
    assert after.startswith(before), case
    assert judged(after) == ALONE, case
    assert PdfFileReader(BytesIO(after)).total_revisions == PdfFileReader(BytesIO(before)).total_revisions + 1
    again = seal(after, AtPoint(0, 20, 60))
    assert again.startswith(after), case
    assert [each.sound for each in judged(again)] == [True, True], case
    assert all(each.changes.value <= 2 for each in judged(again)), case


def test_the_new_section_is_of_the_kind_the_file_has() -> None:
    table = page()
    stream = changed(lambda writer: None, stream_xrefs=True)
    assert b"\nxref\n0 1\n0000000000 65535 f \n" in seal(table)[len(table) :]
    assert b"/Type /XRef" in seal(stream)[len(stream) :]


def test_the_same_inputs_give_the_same_octets_to_be_signed() -> None:
    values = {"seal_der": parts().seal, "certificate": parts().signer_certificate, "at": AT}
    plans = [
        plan_pdf_sealing(page(), PLACE, reason=why, name=NAME, **values)  # type: ignore[arg-type]  # as above
        for why in (REASON, REASON, "其他")
    ]
    assert plans[0].to_be_signed == plans[1].to_be_signed != plans[2].to_be_signed


def test_the_first_identifier_stays_and_the_second_tells_revisions_apart() -> None:
    before = PdfFileReader(BytesIO(page())).document_id
    identifiers = [PdfFileReader(BytesIO(seal(page(), at))).document_id for at in (PLACE, AtPoint(0, 20, 60))]
    assert [each[0] for each in identifiers] == [before[0]] * 2
    assert len({before[1], *(each[1] for each in identifiers)}) == 3


def test_the_signature_is_the_canonical_cms_over_the_byte_range() -> None:
    data = seal(page(), chain=[parts().maker_certificate])
    _, value = signature_of(data)
    message = read_signed_message(value["/Contents"].original_bytes)
    assert message.certificates == (parts().signer_certificate, parts().maker_certificate)
    assert message.digest == covered(data, value)
    verify(parts().signer.public, message.signed, message.signature, identity=DEFAULT_IDENTITY)
    assert (value["/Name"], value["/Reason"], value["/SubFilter"]) == (NAME, REASON, "/ETSI.CAdES.detached")


def test_a_seal_signature_may_stand_in_place_of_the_cms() -> None:
    data = seal(page(), form="ses")
    _, value = signature_of(data)
    assert value["/SubFilter"] == "/GM.sm2seal"
    contents = value["/Contents"].original_bytes
    length = int.from_bytes(contents[2:4], "big") + 4
    assert contents[:2] == b"\x30\x82"
    assert not any(contents[length:])
    read = parse_signature(contents[:length])
    assert (read.data_hash, read.signed_at, read.certificate) == (covered(data, value), AT, parts().signer_certificate)
    assert read.property_info == f"[{' '.join(str(int(each)) for each in value['/ByteRange'])}]"
    assert read.seal.der == parts().seal
    verify(parts().signer.public, read.signed, read.signature, identity=DEFAULT_IDENTITY)


def test_the_seal_travels_with_its_picture_under_the_signature() -> None:
    for placing in (PLACE, None):
        data = seal(page(), placing)
        field, _ = signature_of(data)
        private = field["/AP"]["/N"]["/PieceInfo"][f"/{PIECE.decode()}"]["/Private"]
        assert private.data == parts().seal


def test_a_drawn_seal_holds_no_pixels_and_an_image_holds_them_once() -> None:
    drawn = seal(page())[len(page()) :]
    imaged = seal(page(), picture=None)[len(page()) :]
    assert drawn.count(b"/Subtype /Image") == 0
    assert imaged.count(b"/Subtype /Image") == 2
    assert imaged.count(b"/SMask") == 1


def test_an_invisible_seal_shows_nothing() -> None:
    data = seal(page(), None)
    assert judged(data) == ALONE
    assert shown(data).tobytes() == shown(page()).tobytes()


def test_a_signature_without_a_seal() -> None:
    data = seal(page(), None, seal_der=None, picture=None)
    assert judged(data) == ALONE
    assert "/AP" not in signature_of(data)[0]
    assert reason(page(), seal_der=None, picture=None) == "pdf-stamp"
    with pytest.raises(ValueError, match="needs a seal"):
        seal(page(), None, seal_der=None, form="ses")


def test_every_octet_outside_the_value_is_covered() -> None:
    data = seal(page())
    _, value = signature_of(data)
    _, before, after, rest = (int(each) for each in value["/ByteRange"])
    assert (data[before : before + 1], data[after - 1 : after], after + rest) == (b"<", b">", len(data))
    for at in (20, before - 1, after, len(data) - 9):
        broken = bytearray(data)
        broken[at] ^= 1
        assert Sm3(bytes(broken[:before]) + bytes(broken[after:])).digest() != covered(data, value)


def test_only_the_planned_certificate_completes_a_plan() -> None:
    planned = plan_pdf_sealing(
        page(), PLACE, seal_der=parts().seal, certificate=parts().signer_certificate, at=AT, reason=REASON, name=NAME
    )
    raw = parts().signer.sign(planned.to_be_signed)
    cases = (
        (raw, parts().maker_certificate, "signer-not-in-seal"),
        (bytes(64), parts().signer_certificate, "encoding"),
        (raw[:-1], parts().signer_certificate, "encoding"),
    )
    for signature, signer, why in cases:
        with pytest.raises(Malformed) as refused:
            planned.complete(signature, signer)
        assert refused.value.reason == why


def test_the_seal_must_list_the_signer() -> None:
    other = certificate("另一单位", parts().maker, Purpose.SEAL_SIGNER, parts().root, serial=9)
    strange = sealed_by(parts().maker, parts().maker_certificate, info((other,)))
    for form in ("cms", "ses"):
        with pytest.raises(Malformed) as refused:
            seal(page(), seal_der=strange, form=form)
        assert refused.value.reason == "signer-not-in-seal"


@pytest.mark.parametrize(
    ("case", "document", "why"),
    [
        ("a licence of ours", sealed, "pdf-certified"),
        ("nothing", lambda: b"", "not-pdf"),
        ("text", lambda: b"hello" * 300, "not-pdf"),
        ("cut short", lambda: page()[:4000], "pdf-unreadable"),
        ("too large", lambda: page() + bytes(21 * 1024 * 1024), "pdf-size"),
        ("encrypted", encrypted_page, "pdf-encrypted"),
        ("a script on opening", lambda: changed(opens_with_script), "pdf-active-content"),
        ("scripts by name", lambda: changed(named_script), "pdf-active-content"),
        ("an action behind an action", lambda: changed(launches_next), "pdf-active-content"),
        ("additional actions", lambda: changed(additional_actions), "pdf-active-content"),
        ("a dynamic form", lambda: changed(dynamic_form), "pdf-active-content"),
        ("layers by use", lambda: changed(lambda writer: layers(writer, by_use=True)), "pdf-active-content"),
        ("usage rights", lambda: changed(usage_rights), "pdf-permissions"),
        ("two fields of one name", lambda: changed(lambda writer: text_fields(writer, ("A", "A"))), "pdf-unreadable"),
        ("a page without size", lambda: changed(lambda writer: resized(writer, [])), "pdf-unreadable"),
        ("an empty page", lambda: changed(lambda writer: resized(writer, [0, 0, 0, 400])), "pdf-unreadable"),
        ("a page turned askew", lambda: changed(lambda writer: turned(writer, 45)), "pdf-unreadable"),
        ("hybrid and signed", lambda: hybrid(seal(page())), "pdf-hybrid"),
        ("table out of order and signed", lambda: rows_of_19(store_appended(seal(page()))), "pdf-unreadable"),
        ("an object no table names, and signed", lambda: between(seal(page())), "pdf-unreadable"),
    ],
)
def test_what_cannot_be_sealed_is_refused_with_a_reason(case: str, document: Callable[[], bytes], why: str) -> None:
    assert reason(document()) == why, case


def test_a_document_that_programs_read_differently_is_written_afresh() -> None:
    before = hybrid(page(pages=2))
    assert PdfFileReader(BytesIO(before)).xrefs.hybrid_xrefs_present
    after = seal(before)
    assert after.startswith(rewritten(before))
    assert judged(after) == ALONE
    assert shown(rewritten(before), 1).tobytes() == shown(page(pages=2), 1).tobytes()


@pytest.mark.parametrize("spoilt", [rows_of_19, rows_with_return, lambda data: hidden()])
def test_a_document_in_which_a_search_leads_elsewhere_is_written_afresh(spoilt: Callable[[bytes], bytes]) -> None:
    before = spoilt(letter())
    after = seal(before)
    assert after.startswith(rewritten(before))
    assert judged(after) == ALONE
    assert shown(rewritten(before), 1).tobytes() == shown(letter(), 1).tobytes()


def test_a_reference_to_nothing_becomes_null() -> None:
    before = changed(
        lambda writer: first_page(writer).update({pdf_name("/Nowhere"): generic.IndirectObject(999, 0, writer)})
    )
    assert judged(seal(before)) == ALONE


@pytest.mark.parametrize(
    ("case", "picture"),
    [
        ("text", StampPicture(40, 40, operators=b"BT (x) Tj ET")),
        ("another object", StampPicture(40, 40, operators=b"/Fm0 Do")),
        ("inline image", StampPicture(40, 40, operators=b"BI /W 1 /H 1 ID x EI")),
        ("state out of balance", StampPicture(40, 40, operators=b"Q 0 0 40 40 re f")),
        ("marked content", StampPicture(40, 40, operators=b"/OC /MC0 BDC 0 0 1 1 re f EMC")),
        ("a number too few", StampPicture(40, 40, operators=b"1 2 3 re f")),
        ("a number left over", StampPicture(40, 40, operators=b"0 0 1 1 re f 5")),
        ("too long", StampPicture(40, 40, operators=b"0 0 m\n" * 100_000)),
        ("both kinds", StampPicture(40, 40, png=png(), operators=b"0 0 m")),
        ("neither", StampPicture(40, 40)),
        ("no PNG", StampPicture(40, 40, png=b"GIF89a")),
        ("no size", StampPicture(0, 40, png=png())),
        ("a poster", StampPicture(400, 400, png=png())),
    ],
)
def test_a_picture_is_a_png_or_paths_alone(case: str, picture: StampPicture) -> None:
    placing = AtPoint(0, 0, 0)
    wide = changed(lambda writer: resized(writer, [0, 0, 2000, 2000]))
    with pytest.raises(PdfRefused) as refused:
        seal(wide, placing, picture=picture)
    assert refused.value.reason == "pdf-stamp", case
    assert judged(seal(wide, placing, picture=replace(vector(), width=40))) == ALONE


@pytest.mark.parametrize("text", ["行\n政", "A\u202eB", "长" * 201])
@pytest.mark.parametrize("which", ["name", "reason"])
def test_texts_are_short_and_printable(which: str, text: str) -> None:
    assert reason(page(), **{which: text}) == "pdf-text"


def test_certificates_travel_once() -> None:
    assert reason(page(), chain=[parts().signer_certificate]) == "pdf-certificates"


def test_a_time_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        seal(page(), at=AT.replace(tzinfo=None))


def test_the_size_of_a_page_is_as_displayed() -> None:
    def cropped(writer: PdfFileWriter) -> None:
        first_page(writer)[pdf_name("/CropBox")] = numbers([72, 72, 360, 900])
        first_page(writer)[pdf_name("/UserUnit")] = generic.NumberObject(2)
        turned(writer, 90)

    assert open_document(changed(cropped)).sizes == [(round((420 - 72) * 25.4 / 36, 4), 203.2)]


def without_identifier(data: bytes) -> bytes:
    start = data.index(b"/ID")
    end = data.index(b"/Info")
    return data[:start] + b" " * (end - start) + data[end:]


def numbers(values: list[int]) -> generic.ArrayObject:
    return generic.ArrayObject(map(generic.NumberObject, values))


def entries(**values: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{key}"): value for key, value in values.items()})


def script() -> generic.DictionaryObject:
    return entries(S=pdf_name("/JavaScript"), JS=generic.TextStringObject("app.alert(1)"))


def annotations_apart(writer: PdfFileWriter) -> None:
    first_page(writer)["/Annots"] = writer.add_object(first_page(writer)["/Annots"])


def annotations_shared(writer: PdfFileWriter) -> None:
    shared = writer.add_object(generic.ArrayObject())
    for kid in writer.root["/Pages"]["/Kids"]:
        kid.get_object()[pdf_name("/Annots")] = shared


def form_apart(writer: PdfFileWriter) -> None:
    text_fields(writer)
    form = writer.root["/AcroForm"]
    form["/Fields"] = writer.add_object(form["/Fields"])
    writer.root["/AcroForm"] = writer.add_object(form)


def empty_form(writer: PdfFileWriter) -> None:
    writer.root[pdf_name("/AcroForm")] = entries(Fields=generic.ArrayObject())


def opens_on_page(writer: PdfFileWriter) -> None:
    action = entries(
        S=pdf_name("/GoTo"), D=generic.ArrayObject([writer.root["/Pages"].raw_get("/Kids")[0], pdf_name("/Fit")])
    )
    writer.root[pdf_name("/OpenAction")] = action


def opens_with_script(writer: PdfFileWriter) -> None:
    writer.root[pdf_name("/OpenAction")] = entries(S=pdf_name("/JavaScript"))


def named_script(writer: PdfFileWriter) -> None:
    tree = entries(Names=generic.ArrayObject([generic.TextStringObject("a"), writer.add_object(script())]))
    writer.root[pdf_name("/Names")] = entries(JavaScript=tree)


def launches_next(writer: PdfFileWriter) -> None:
    after = writer.add_object(entries(S=pdf_name("/Launch"), F=generic.TextStringObject("x.exe")))
    action = entries(S=pdf_name("/URI"), URI=generic.TextStringObject("https://a.example"), Next=after)
    link = entries(Type=pdf_name("/Annot"), Subtype=pdf_name("/Link"), Rect=numbers([0, 0, 9, 9]), A=action)
    first_page(writer)[pdf_name("/Annots")] = generic.ArrayObject([writer.add_object(link)])


def additional_actions(writer: PdfFileWriter) -> None:
    first_page(writer)[pdf_name("/AA")] = entries(O=script())


def dynamic_form(writer: PdfFileWriter) -> None:
    writer.root[pdf_name("/AcroForm")] = entries(
        Fields=generic.ArrayObject(), XFA=writer.add_object(generic.StreamObject(stream_data=b"<xdp/>"))
    )


def layers(writer: PdfFileWriter, *, by_use: bool = False) -> None:
    layer = writer.add_object(entries(Type=pdf_name("/OCG"), Name=generic.TextStringObject("底图")))
    order = entries(Order=generic.ArrayObject([layer]))
    if by_use:
        use = entries(
            Event=pdf_name("/Print"),
            OCGs=generic.ArrayObject([layer]),
            Category=generic.ArrayObject([pdf_name("/Print")]),
        )
        order[pdf_name("/AS")] = generic.ArrayObject([use])
    writer.root[pdf_name("/OCProperties")] = entries(OCGs=generic.ArrayObject([layer]), D=order)


def usage_rights(writer: PdfFileWriter) -> None:
    writer.root[pdf_name("/Perms")] = entries(UR3=entries(Type=pdf_name("/Sig")))


def resized(writer: PdfFileWriter, box: list[int]) -> None:
    first_page(writer)[pdf_name("/MediaBox")] = numbers(box)


def turned(writer: PdfFileWriter, degrees: int) -> None:
    first_page(writer)[pdf_name("/Rotate")] = generic.NumberObject(degrees)
