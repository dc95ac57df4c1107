"""Sealing a PDF: deterministic, one revision, and only documents that can be sealed as they are."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from keys.errors import SignatureRefused
from tests.pdf_parts import LICENCE, NAME, REASON, attached, complete, page, plan, sealed, stands_against
from tests.seal_parts import AT, parts, png
from trust.errors import Malformed
from trust.formats.pdf.errors import PdfRefused
from trust.formats.pdf.examine import examine_pdf
from trust.formats.pdf.field import Stamp

Edit = Callable[[PdfFileWriter], None]


def rewritten(edit: Edit, source: bytes | None = None) -> bytes:
    """A source document with something in it that ours do not have."""
    writer = copy_into_new_writer(PdfFileReader(BytesIO(source or page())))
    edit(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def name(text: str) -> generic.NameObject:
    return generic.NameObject(text)


def dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({name("/" + key): value for key, value in entries.items()})


def first_page(writer: PdfFileWriter) -> generic.DictionaryObject:
    return writer.root["/Pages"]["/Kids"][0]


def in_catalog(key: str, value: generic.PdfObject) -> Edit:
    def edit(writer: PdfFileWriter) -> None:
        writer.root[name(key)] = value

    return edit


def annotated(subtype: str, **entries: generic.PdfObject) -> Edit:
    def edit(writer: PdfFileWriter) -> None:
        box = generic.ArrayObject([generic.NumberObject(each) for each in (0, 0, 100, 100)])
        annotation = dictionary(Type=name("/Annot"), Subtype=name(subtype), Rect=box, **entries)
        first_page(writer)[name("/Annots")] = generic.ArrayObject([writer.add_object(annotation)])

    return edit


def external_stream(writer: PdfFileWriter) -> None:
    stream = generic.StreamObject({name("/F"): generic.pdf_string("other.bin")}, stream_data=b"x")
    writer.root[name("/PieceInfo")] = writer.add_object(stream)


def script(kind: str) -> generic.DictionaryObject:
    return dictionary(S=name(kind), JS=generic.pdf_string("app.alert(1)"))


def test_the_same_inputs_give_the_same_octets() -> None:
    one, two = plan(), plan()
    assert one.prepared == two.prepared
    assert one.to_be_signed == two.to_be_signed


@pytest.mark.parametrize(
    ("case", "other"),
    [
        ("time", {"at": AT + timedelta(seconds=1)}),
        ("name", {"name": "雁栖市商务局"}),
        ("reason", {"reason": "换发"}),
        ("attachment", {"attachments": [("licence.json", "application/json", b"{}"), attached()[1]]}),
        ("certificate", {"certificate": parts().maker_certificate}),
        ("stamp", {"stamp": Stamp(0, 10, 10, 40, 40)}),
        ("document", {"pdf": page(pages=2)}),
    ],
)
def test_every_input_is_part_of_what_is_signed(case: str, other: dict[str, object]) -> None:
    assert plan(**other).to_be_signed != plan().to_be_signed, case  # type: ignore[arg-type]  # names and values come from the test


def test_two_documents_have_two_file_identifiers() -> None:
    identifiers = {PdfFileReader(BytesIO(plan(page(pages=n)).prepared)).document_id for n in (1, 2, 3)}
    assert len(identifiers) == 3


def test_an_instant_is_the_same_in_every_zone_and_loses_its_fraction() -> None:
    elsewhere = (AT + timedelta(microseconds=999_999)).astimezone(timezone(timedelta(hours=8)))
    assert plan(at=elsewhere).to_be_signed == plan().to_be_signed
    assert examine_pdf(complete(plan(at=elsewhere))).claimed_at == AT


def test_a_time_without_a_zone_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        plan(at=datetime(2026, 3, 1))  # noqa: DTZ001  (that is the point)


def test_completing_changes_the_hole_alone() -> None:
    planned = plan()
    done = complete(planned)
    hole = planned.hole
    assert len(done) == len(planned.prepared)
    assert done[: hole.start] + done[hole.end :] == planned.prepared[: hole.start] + planned.prepared[hole.end :]
    assert (done[hole.start : hole.start + 1], done[hole.end - 1 : hole.end]) == (b"<", b">")


def test_a_signature_out_of_range_completes_nothing() -> None:
    with pytest.raises(SignatureRefused):
        plan().complete(bytes(64))


def test_the_file_has_one_revision_and_one_of_everything() -> None:
    data = sealed()
    for token in (b"%%EOF", b"startxref", b"trailer", b"/ByteRange", b"%PDF-"):
        assert data.count(token) == 1, token
    assert b"/Prev" not in data


def test_another_reader_sees_text_title_and_attachments() -> None:
    with pdfium.PdfDocument(sealed()) as document:
        assert "营业执照 1" in document[0].get_textpage().get_text_range()
        assert document.get_metadata_value("Title") == "营业执照（试验）"
        assert document.count_attachments() == 2
        found = {
            document.get_attachment(each).get_name(): bytes(document.get_attachment(each).get_data()) for each in (0, 1)
        }
    assert found == {"licence.json": LICENCE, "seal.esl": parts().seal}


def rendered(data: bytes) -> Image.Image:
    with pdfium.PdfDocument(data) as document:
        document.init_forms()
        return document[0].render(scale=1, may_draw_forms=True).to_pil().convert("RGB")


def test_an_invisible_seal_leaves_the_picture_as_it_was() -> None:
    assert rendered(sealed()).tobytes() == rendered(page()).tobytes()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_stamp_stands_upright_where_people_measured(rotation: int) -> None:
    picture = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 60, 20))
    picture.paste((0, 0, 200, 255), (0, 20, 15, 60))
    out = BytesIO()
    picture.save(out, "PNG")
    done = complete(plan(page(rotation=rotation), stamp=Stamp(0, 60, 85, 30, 30, out.getvalue())))
    assert stands_against(done) == {}
    shown = rendered(done)
    at = {spot: shown.getpixel((round((60 + x) * 72 / 25.4), round((85 + y) * 72 / 25.4))) for spot, x, y in SPOTS}
    assert at["top"][0] > 150 > at["top"][2]
    assert at["left"][2] > 150 > at["left"][0]
    assert at["open"] == at["outside"] == (255, 255, 255)


SPOTS = (("top", 15, 4), ("left", 3, 22), ("open", 20, 22), ("outside", 34, 4))


@pytest.mark.parametrize(
    ("case", "stamp"),
    [
        ("no such page", Stamp(1, 10, 10, 40, 40)),
        ("negative page", Stamp(-1, 10, 10, 40, 40)),
        ("over the edge", Stamp(0, 190, 10, 40, 40)),
        ("outside", Stamp(0, -1, 10, 40, 40)),
        ("no size", Stamp(0, 10, 10, 0, 40)),
        ("not a number", Stamp(0, float("nan"), 10, 40, 40)),
        ("not a PNG", Stamp(0, 10, 10, 40, 40, b"GIF89a" + bytes(40))),
        ("a damaged PNG", Stamp(0, 10, 10, 40, 40, png()[:200])),
        ("a huge PNG", Stamp(0, 10, 10, 40, 40, png()[:16] + b"\0\0\x40\0" + png()[20:])),
    ],
)
def test_a_stamp_that_cannot_be_drawn_is_refused(case: str, stamp: Stamp) -> None:
    with pytest.raises(PdfRefused) as refused:
        plan(stamp=stamp)
    assert refused.value.reason == "pdf-stamp", case


def test_links_and_pages_are_kept() -> None:
    done = complete(plan(page(pages=3, link=True), stamp=Stamp(1, 10, 10, 40, 40, png())))
    assert stands_against(done) == {}
    reader = PdfFileReader(BytesIO(done))
    pages = [each.get_object() for each in reader.root["/Pages"]["/Kids"]]
    assert [len(each["/Annots"]) for each in pages] == [1, 2, 1]
    assert pages[0]["/Annots"][0]["/A"]["/URI"] == "https://licence.example/q"


def font_called(called: str) -> Edit:
    def edit(writer: PdfFileWriter) -> None:
        writer.root[name("/Legal")] = dictionary(BaseFont=name("/" + called))

    return edit


@pytest.mark.parametrize(
    ("case", "called", "octets"),
    [
        ("plain", "SimSun", b"/SimSun"),
        ("a blank, a bracket, a backslash, a sharp", "A B(\\#", b"/A#20B#28#5C#23"),
        ("a control octet", "A\x05B", b"/A#05B"),
        ("UTF-8", "宋体", b"/#E5#AE#8B#E4#BD#93"),
        ("GBK, as fonts are often called", "宋体".encode("gbk").decode("latin-1"), b"/#CB#CE#CC#E5"),
    ],
)
def test_names_are_copied_octet_for_octet(case: str, called: str, octets: bytes) -> None:
    source = repaired(rewritten(font_called("Placeholder")).replace(b"/Placeholder", octets))
    if called.isascii():
        assert PdfFileReader(BytesIO(source)).root["/Legal"]["/BaseFont"] == "/" + called, case
    done = complete(plan(source))
    assert stands_against(done) == {}
    assert b"/BaseFont " + octets in done, case


def repaired(source: bytes) -> bytes:
    """The cross-reference offsets put right after a piece was exchanged for one of another length."""
    table = source.rindex(b"xref\n0 ")
    end = source.rindex(b"trailer")
    where = {int(found[1]): found.start() for found in re.finditer(rb"(?<![0-9])(\d+) 0 obj", source)}
    lines = [b"xref\n0 %d\n0000000000 65535 f \n" % (len(where) + 1)]
    lines += [b"%010d 00000 n \n" % where[number] for number in sorted(where)]
    return source[:table] + b"".join(lines) + re.sub(rb"startxref\s+\d+", b"startxref\n%d" % table, source[end:])


def test_a_resource_name_outside_ascii_is_refused_because_content_refers_to_it_by_octets() -> None:
    with pytest.raises(PdfRefused) as refused:
        plan(rewritten(in_catalog("/Legal", generic.DictionaryObject({name("/字体"): generic.NullObject()}))))
    assert refused.value.reason == "pdf-unreadable"


@given(start=st.integers(min_value=0, max_value=2500), length=st.integers(0, 40), put=st.binary(max_size=40))
def test_any_source_is_planned_or_refused(start: int, length: int, put: bytes) -> None:
    source = page()
    at = start if start < 1250 else len(source) - (start - 1250)
    try:
        planned = plan(source[:at] + put + source[at + length :])
    except PdfRefused as refused:
        assert refused.text  # noqa: PT017  (either outcome is right)
    else:
        assert stands_against(complete(planned)) == {}


def test_documents_with_object_streams_and_named_destinations_can_be_sealed() -> None:
    def edit(writer: PdfFileWriter) -> None:
        writer.root[name("/Names")] = dictionary(Dests=dictionary(Names=generic.ArrayObject()))

    source = rewritten(edit)
    updated = IncrementalPdfFileWriter(BytesIO(source))
    updated.root[name("/Lang")] = generic.pdf_string("zh-CN")
    updated.update_root()
    out = BytesIO()
    updated.write(out)
    assert stands_against(complete(plan(out.getvalue()))) == {}
    assert stands_against(complete(plan(out.getvalue(), attachments=[]))) != {}


def form(writer: PdfFileWriter) -> None:
    field = writer.add_object(dictionary(FT=name("/Tx"), T=generic.pdf_string("amount")))
    writer.root[name("/AcroForm")] = dictionary(Fields=generic.ArrayObject([field]))


def looped() -> bytes:
    """A file whose cross-reference tables name each other."""
    data = page()
    start = data.rindex(b"xref\n0 ")
    return data.replace(b"/Size ", b"/Prev %d /Size " % start, 1)


@pytest.mark.parametrize(
    ("case", "source", "reason"),
    [
        ("empty", lambda: b"", "pdf-unreadable"),
        ("not a PDF", lambda: b"PK\x03\x04" + bytes(200), "pdf-unreadable"),
        ("damaged", lambda: page()[:-400], "pdf-unreadable"),
        ("cross-reference loop", looped, "pdf-unreadable"),
        ("too large", lambda: page() + bytes(20_000_000), "pdf-size"),
        ("sealed already", sealed, "pdf-form"),
        (
            "script on opening",
            lambda: rewritten(in_catalog("/OpenAction", script("/JavaScript"))),
            "pdf-active-content",
        ),
        ("additional actions", lambda: rewritten(in_catalog("/AA", dictionary())), "pdf-active-content"),
        ("layers", lambda: rewritten(in_catalog("/OCProperties", dictionary())), "pdf-active-content"),
        ("data elsewhere", lambda: rewritten(external_stream), "pdf-active-content"),
        (
            "link that starts a program",
            lambda: rewritten(annotated("/Link", A=script("/Launch"))),
            "pdf-active-content",
        ),
        ("comment", lambda: rewritten(annotated("/FreeText")), "pdf-annotation"),
        ("rubber stamp", lambda: rewritten(annotated("/Stamp")), "pdf-annotation"),
        ("files of its own", lambda: rewritten(in_catalog("/AF", generic.ArrayObject())), "pdf-attachment"),
        ("script names", lambda: rewritten(in_catalog("/Names", dictionary(IDS=dictionary()))), "pdf-attachment"),
        ("a form", lambda: rewritten(form), "pdf-form"),
    ],
)
def test_documents_that_cannot_be_sealed_say_why(case: str, source: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(PdfRefused) as refused:
        plan(source())
    assert refused.value.reason == reason, case
    assert refused.value.text, case


def test_an_encrypted_document_is_refused() -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(page())))
    writer.encrypt(owner_pass="owner", user_pass="")
    out = BytesIO()
    writer.write(out)
    with pytest.raises(PdfRefused) as refused:
        plan(out.getvalue())
    assert refused.value.reason == "pdf-encrypted"


@pytest.mark.parametrize(
    ("case", "attachments"),
    [
        ("path", [("../licence.json", "application/json", b"{}")]),
        ("upper case", [("Licence.json", "application/json", b"{}")]),
        ("no extension", [("licence", "application/json", b"{}")]),
        ("bracket", [("licence).json", "application/json", b"{}")]),
        ("media type", [("licence.json", "application/json; charset=x", b"{}")]),
        ("twice", [("licence.json", "application/json", b"{}"), ("licence.json", "application/json", b"[]")]),
        ("too many", [(f"a{n:02}.bin", "application/octet-stream", b"") for n in range(17)]),
    ],
)
def test_attachments_have_plain_names_once(case: str, attachments: list[tuple[str, str, bytes]]) -> None:
    with pytest.raises(PdfRefused) as refused:
        plan(attachments=attachments)
    assert refused.value.reason == "pdf-attachment", case


@pytest.mark.parametrize("octets", [b"", b"\nendstream\nendobj\n7 0 obj\n", b"%%EOF\n", bytes(range(256)) * 40])
def test_attachments_may_hold_anything(octets: bytes) -> None:
    done = complete(plan(attachments=[*attached(), ("other.bin", "application/octet-stream", octets)]))
    assert stands_against(done) == {}


@pytest.mark.parametrize("text", ["行\n政", "A\u202eB", "\ud800", "长" * 201, "\0"])
@pytest.mark.parametrize("which", ["name", "reason"])
def test_texts_are_short_and_printable(which: str, text: str) -> None:
    with pytest.raises(PdfRefused) as refused:
        plan(**{which: text})  # type: ignore[arg-type]  # names and values come from the test
    assert refused.value.reason == "pdf-text"


@pytest.mark.parametrize("text", ["", "𬭎䶮", "括号(\\)", "长" * 200])
def test_rare_characters_survive(text: str) -> None:
    done = complete(plan(name=text, reason=text))
    assert stands_against(done) == {}
    signature = PdfFileReader(BytesIO(done)).embedded_signatures[0].sig_object
    assert (signature["/Name"], signature["/Reason"]) == (text, text)


def test_name_and_reason_are_in_the_signature_dictionary() -> None:
    signature = PdfFileReader(BytesIO(sealed())).embedded_signatures[0].sig_object
    assert (signature["/Name"], signature["/Reason"]) == (NAME, REASON)


def test_certificates_are_checked_for_shape_and_number() -> None:
    with pytest.raises(Malformed):
        plan(certificate=b"\x30\x00")
    for chain in ([parts().signer_certificate], [parts().maker_certificate] * 2):
        with pytest.raises(PdfRefused) as refused:
            plan(chain=chain)
        assert refused.value.reason == "pdf-certificates"
