"""What reading a sealed PDF of any origin gives: signatures in order, boxes, pages, what is covered, what is carried."""

from datetime import timedelta

import pytest

from tests.attacks.pdf_foreign import certified, foreign, signed_by_pyhanko, stamped, with_store
from tests.attacks.pdf_making import ours, ours_locked, ours_ses, ours_twice, seal
from tests.pdf_parts import page
from tests.pdf_parts import sealed as licence
from tests.seal_parts import AT, parts
from trust.formats.pdf.read_any import read_pdf_document
from trust.formats.placing import AtPoint, Riding
from trust.formats.sealed_document import Form, SealBox, SealedDocument, SignatureFacts
from trust.rules.verdict import Indication


def only(data: bytes) -> SignatureFacts:
    (signature,) = read_pdf_document(data).signatures
    return signature


def names(document: SealedDocument) -> list[str]:
    return [signature.name for signature in document.signatures]


def test_a_seal_with_everything_that_belongs_to_it() -> None:
    found = only(ours())
    assert (found.name, found.form, found.locks) == ("Seal1", Form.CMS, False)
    assert found.signer == parts().signer_certificate
    assert found.claimed_at == AT
    assert found.boxes == (SealBox(0, 20, 20, 40, 40),)
    assert found.seal is not None
    assert (found.seal.vendor, found.seal.name) == ("YINZHENG", "雁栖市市场监督管理局")
    assert (found.covers, found.uncovered) == (("整个文件",), ())
    assert found.value
    assert found.time_stamp is None


def test_a_seal_signature_in_place_of_cms() -> None:
    found = only(ours_ses())
    assert found.form is Form.SES_4
    assert found.seal is not None
    assert found.claimed_at == AT


def test_every_finding_of_a_signature_names_it() -> None:
    document = read_pdf_document(ours_twice())
    assert names(document) == ["Seal1", "Seal2"]
    for signature in document.signatures:
        assert {finding.signature for finding in signature.findings} == {signature.name}
    assert {finding.signature for finding in document.findings} == {None}


def test_signatures_come_in_the_order_of_signing_and_say_what_they_leave_out() -> None:
    first, second, last = read_pdf_document(seal(ours_twice(), Riding("right", 50), lock=True)).signatures
    assert (first.covers, first.uncovered) == (("第 1 版至第 2 版",), ("第 3 版至第 4 版（签章之后追加）",))
    assert (second.covers, second.uncovered) == (("第 1 版至第 3 版",), ("第 4 版（签章之后追加）",))
    assert (last.covers, last.uncovered) == (("整个文件",), ())
    assert [each.locks for each in (first, second, last)] == [False, False, True]


def test_a_riding_seal_has_a_box_on_every_page() -> None:
    found = only(seal(page(pages=3), Riding("right", 50)))
    assert [box.page for box in found.boxes] == [0, 1, 2]
    assert sum(box.width for box in found.boxes) == pytest.approx(40, abs=0.01)


def test_an_invisible_seal_has_no_box() -> None:
    assert only(seal(page(), None)).boxes == ()
    assert only(signed_by_pyhanko(page(), box=None)).boxes == ()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_are_as_the_page_is_displayed(rotation: int) -> None:
    document = read_pdf_document(seal(page(rotation=rotation), AtPoint(0, 30, 12)))
    (box,) = document.signatures[0].boxes
    assert (box.x, box.y, box.width, box.height) == pytest.approx((30, 12, 40, 40), abs=0.01)
    assert document.pages[0] == pytest.approx((209.9028, 148.1667))


def test_a_licence_is_read_with_its_seal() -> None:
    found = only(licence())
    assert found.seal is not None
    assert found.seal.octets == parts().seal
    assert found.locks


def test_texts_of_the_document_are_given_only_if_all_is_sound() -> None:
    assert read_pdf_document(ours()).custom["Title"] == "营业执照（试验）"
    assert read_pdf_document(ours() + bytes(9)).custom == {}


def test_validation_data_are_handed_on_unjudged() -> None:
    assert read_pdf_document(stamped(with_store(ours()))).validation == (parts().maker_certificate,)


def test_a_document_time_stamp_is_a_signature_of_its_own() -> None:
    seal_, stamp = read_pdf_document(stamped(ours())).signatures
    assert seal_.form is Form.CMS
    assert (stamp.form, stamp.claimed_at, stamp.seal) == (Form.TIME_STAMP, AT, None)
    assert stamp.time_stamp is not None
    assert "pdf-coverage" in {finding.name for finding in stamp.findings}


def test_levels_of_certification_and_locks_close_a_file() -> None:
    assert only(certified(1)).locks
    assert not only(certified(2)).locks
    assert only(ours_locked()).locks


def test_a_claimed_time_of_another_zone_is_an_instant() -> None:
    found = only(foreign())
    assert found.claimed_at is not None
    assert found.claimed_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("data", "code", "indication"),
    [
        (b"", "not-pdf", Indication.FAILED),
        (b"PK\3\4", "not-pdf", Indication.FAILED),
        (b"%PDF-1.7\n", "pdf-unreadable", Indication.FAILED),
        (b"%PDF-1.7\n" + b"\0" * 50_000_000, "pdf-size", Indication.FAILED),
    ],
)
def test_what_is_no_sealed_pdf_is_refused_by_one_finding(data: bytes, code: str, indication: Indication) -> None:
    document = read_pdf_document(data)
    assert [(finding.name, finding.indication) for finding in document.findings] == [(code, indication)]
    assert document.signatures == ()


def test_an_unsealed_pdf() -> None:
    assert [finding.name for finding in read_pdf_document(page()).findings] == ["not-signed"]
