"""A sealed OFD of any origin as facts: signatures, places, what is covered, what is claimed."""

from dataclasses import replace

import pytest

from keys.sm3 import sm3
from tests.attacks.ofd_attacks_on_ours import our_mark, ours
from tests.attacks.ofd_coverage_attacks import by_accomplice
from tests.attacks.ofd_making import (
    BODY,
    LIST,
    PAGE,
    ROOT,
    SEAL_FILE,
    SIGNATURE,
    VALUE,
    Entries,
    Spec,
    body_xml,
    changed,
    left_open,
    locked,
    loose,
    message_a,
    page_xml,
    plain,
    record,
    sealed_by_others,
    sign,
    xml,
    zipped,
)
from tests.attacks.ofd_seal_attacks import protected_package, signed_plainly
from tests.attacks.ofd_tolerated import controls
from tests.seal_parts import AT, parts, sealed
from trust.formats.ofd.examine import examine_ofd
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.sealed_document import Form, SealBox, SealedDocument
from trust.formats.ses import assemble_signature, to_be_signed
from trust.formats.ses_judge import OUR_VENDOR
from trust.rules.verdict import Finding, Indication
from trust.sealing.making import VENDOR

SECOND_SEAL = Spec(folder="Doc_0/Signs/Sign_1", number="2")


def read(entries: Entries) -> SealedDocument:
    return read_ofd_document(zipped(entries))


def named(findings: tuple[Finding, ...], name: str) -> Finding:
    (found,) = (finding for finding in findings if finding.name == name)
    return found


def names(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.name for finding in findings}


def test_a_locked_document_gives_everything_it_says() -> None:
    found = read(locked())
    (one,) = found.signatures
    assert found.kind == "ofd"
    assert found.pages == ((210, 148), (210, 148))
    assert found.custom == {"文号": "云岭发〔2026〕7号"}
    assert (one.name, one.form, one.claimed_at, one.locks) == ("1", Form.SES_4, AT, True)
    assert one.signer == parts().signer_certificate
    assert one.seal is not None
    assert one.seal.octets == parts().seal
    assert one.boxes == (SealBox(0, 120, 95, 40, 40),)
    assert set(one.covers) == locked().keys() - {SIGNATURE, VALUE}
    assert one.uncovered == ()
    assert one.time_stamp is None


def test_an_open_list_is_told_and_fails_nothing() -> None:
    found = read(left_open())
    assert named(found.findings, "signatures-open").warning
    assert not found.signatures[0].locks
    assert found.signatures[0].uncovered == (LIST,)


def test_custom_data_are_given_only_where_every_seal_covers_them() -> None:
    assert read(loose()).custom == {}
    altered = changed(plain(), ROOT, "7号", "9号")
    accomplice = replace(by_accomplice(), folder="Doc_0/Signs/Sign_1", number="2")
    by_another = read(sealed_by_others(altered, Spec(lock=False, leave=(ROOT,)), accomplice))
    assert by_another.custom == {}
    assert named(by_another.signatures[0].findings, "signature-leaves-indexes").warning


def test_custom_data_of_a_changed_file_are_not_given() -> None:
    assert read(changed(locked(), BODY, "</ofd:Pages>", " </ofd:Pages>")).custom == {}


def test_each_signature_is_judged_apart() -> None:
    made = sealed_by_others(plain(), Spec(lock=False), SECOND_SEAL)
    second = read({**made, "Doc_0/Signs/Sign_1/SignedValue.dat": b"x"})
    assert all(one.indication is Indication.PASSED for one in second.signatures[0].findings)
    assert "signature-value-form" in names(second.signatures[1].findings)
    assert second.signatures[1].form is Form.UNKNOWN


def test_a_signature_that_cannot_be_read_leaves_the_others() -> None:
    made = sealed_by_others(plain(), Spec(lock=False), SECOND_SEAL)
    found = read({**made, SIGNATURE: b"<a"})
    assert names(found.signatures[0].findings) == {"xml-form"}
    assert found.signatures[1].form is Form.SES_4


def test_the_second_signature_covers_the_files_of_the_first() -> None:
    found = read(sealed_by_others(plain(), Spec(lock=False), SECOND_SEAL))
    first, second = found.signatures
    assert {SIGNATURE, VALUE, LIST} <= set(second.covers)
    assert set(first.uncovered) == {LIST, "Doc_0/Signs/Sign_1/Signature.xml", "Doc_0/Signs/Sign_1/SignedValue.dat"}


@pytest.mark.parametrize(
    ("entries", "form"),
    [
        (signed_plainly, Form.GM_CMS_ATTRIBUTES),
        (lambda: sealed_by_others(plain(), Spec(kind=' Type="Sign"', stamps=(), value=message_a)), Form.GM_CMS_HASH),
    ],
    ids=["attributes", "hash"],
)
def test_signatures_without_a_seal(entries: object, form: Form) -> None:
    found = read(entries())  # type: ignore[operator]  # one of the functions above
    (one,) = found.signatures
    assert (one.form, one.seal, one.boxes) == (form, None, ())
    assert one.signer == parts().signer_certificate
    assert one.claimed_at == AT


def test_a_seal_file_that_is_the_seal_needs_no_digest() -> None:
    found = read(sealed_by_others(plain(), Spec(seal_file=True, leave=(SEAL_FILE,))))
    assert found.signatures[0].uncovered == ()
    assert "uncovered-unreferenced" not in names(found.findings)


def test_riding_seals_are_shown_strip_by_strip() -> None:
    found = read_ofd_document(controls()["ours, riding"]())
    boxes = found.signatures[0].boxes
    assert [box.page for box in boxes] == [0, 1, 2, 3, 4]
    assert all(box.clip is not None for box in boxes)


def test_the_list_of_entries_is_a_signature_of_its_own() -> None:
    found = read_ofd_document(protected_package())
    assert [one.name for one in found.signatures] == ["1", "OFDEntries.xml"]
    assert "ofd-entries" in names(found.findings)


def test_our_vendor_is_the_one_seals_are_made_with() -> None:
    assert OUR_VENDOR == VENDOR


def test_in_our_signatures_a_tolerance_is_a_failure() -> None:
    spec = Spec(written="2026-03-01 16:30:15")
    by_others = read(sealed_by_others(plain(), spec)).signatures[0]
    assert named(by_others.findings, "time-form").warning
    marked = read(sealed_by_others(plain(), replace(spec, rewrite=our_mark))).signatures[0]
    assert named(marked.findings, "time-form").indication is Indication.FAILED


def test_a_licence_is_held_against_the_form_of_licences() -> None:
    assert examine_ofd(sealed()).custom == read_ofd_document(sealed()).custom
    again = read_ofd_document(zipped(dict(sealed_entries())))
    assert named(again.findings, "package-form").indication is Indication.FAILED
    assert again.custom == {}


def sealed_entries() -> Entries:
    from trust.formats.ofd.package import read_package

    return read_package(sealed())


def test_a_document_of_others_is_not_held_against_it() -> None:
    assert "package-form" not in names(read_ofd_document(ours()).findings)


def test_pages_of_several_documents_are_counted_through() -> None:
    second = "<ofd:DocBody><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    pages = '<ofd:Pages><ofd:Page ID="1" BaseLoc="/Doc_0/Pages/Page_0/Content.xml"/></ofd:Pages>'
    document = plain()[BODY].replace(b"Document", b"Document").partition(b"<ofd:CommonData>")[0] + pages.encode()
    entries = {**changed(plain(), ROOT, "</ofd:OFD>", second), "Doc_1/Document.xml": document + b"</ofd:Document>"}
    assert len(read(entries).pages) == 3
    assert PAGE in entries


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\5\6" + bytes(18), b"%PDF-1.7\n", bytes(10_000)])
def test_what_is_no_package_is_refused_with_a_code(data: bytes) -> None:
    found = read_ofd_document(data)
    assert found.signatures == ()
    assert [one.indication for one in found.findings] == [Indication.FAILED]


def test_nothing_is_said_of_coverage_where_no_signature_holds() -> None:
    found = read(changed(locked(), PAGE, "会议", "婚礼"))
    assert named(found.findings, "coverage-unknown").indication is Indication.INDETERMINATE
    assert "ofd-coverage" not in names(found.findings)


def test_a_location_with_two_covered_meanings_is_a_warning() -> None:
    found = read(sealed_by_others({**plain(), "Pages/Page_0/Content.xml": page_xml("另一份")}, Spec()))
    assert named(found.findings, "path-two-ways").warning


def test_a_damaged_entry_is_refused() -> None:
    data = bytearray(zipped(locked(), deflate=False))
    data[data.index("会议".encode())] ^= 1
    assert [one.name for one in read_ofd_document(bytes(data)).findings] == ["zip-checksum"]


def test_the_time_stamp_over_the_value_is_handed_on() -> None:
    token = b"\x30\x03\x02\x01\x05"

    def stamped(description: bytes, location: str, spec: Spec) -> bytes:
        signed = to_be_signed(parts().seal, spec.at, sm3(description), location)
        return assemble_signature(signed, parts().signer_certificate, spec.sign(signed), time_stamp=token)

    (one,) = read(sealed_by_others(plain(), Spec(value=stamped))).signatures
    assert one.time_stamp == token
    assert one.value[:1] == b"\x30"
    assert all(finding.indication is Indication.PASSED for finding in one.findings)


def test_two_documents_with_lists_of_their_own() -> None:
    first = sealed_by_others(plain(), Spec(lock=False, leave=(ROOT,)))
    assert read(first).signatures
    listed = "Doc_1/Signs/Signatures.xml"
    spec = Spec(folder="Doc_1/Signs/Sign_0", stamps=())
    body = body_xml(f"<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot><ofd:Signatures>/{listed}</ofd:Signatures>")
    own = body_xml(f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/{LIST}</ofd:Signatures>")
    more = {listed: xml("Signatures", record(spec)), "Doc_1/Document.xml": xml("Document", "<ofd:Pages/>")}
    made = sealed_by_others({**plain(), **more, ROOT: xml("OFD", own + body)}, Spec())
    sign(made, spec)
    found = read(made)
    assert len(found.signatures) == 2
    assert all(one.indication is Indication.PASSED for one in found.findings)
    assert {one.name for one in found.findings if one.warning} == {"several-documents"}
