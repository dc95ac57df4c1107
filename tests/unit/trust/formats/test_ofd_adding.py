"""Sealing documents of others: what is added, that nothing else moves, and what must be refused."""

import io
import zipfile
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.ofd_foreign import CLOSING, NAMESPACE, ROOT_XML, letter, letter_entries, packed
from tests.seal_parts import AT, certificate, parts, sealed
from tests.sealing_parts import CORNER, changed, office_seal, planned, seal_on, signed, troubles
from trust.errors import Malformed, TrustError
from trust.formats.certificate import Purpose
from trust.formats.ofd.adding import plan_ofd_sealing
from trust.formats.ofd.package import read_package
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.ofd.sealable import open_for_sealing
from trust.formats.ofd.sealing_record import SEAL_MARK, further_ids
from trust.formats.placing import AtPoint, AtWords, OnPages, Riding
from trust.formats.sealed_document import Form, SealBox
from trust.formats.ses import parse_signature

NS = {"o": NAMESPACE}
OPEN = {"signatures-open": "warning"}
OLDER = {"ns-variant": "warning"}


def references(octets: bytes) -> dict[str, bytes]:
    return {
        item.get("FileRef", ""): b64decode(item.findtext("o:CheckValue", "", NS))
        for item in ET.fromstring(octets).iterfind(".//o:Reference", NS)
    }


def refused(data: bytes) -> str:
    with pytest.raises(TrustError) as refusal:
        planned(data)
    return refusal.value.reason


def with_root(root: str) -> bytes:
    return packed({**letter_entries(1), "OFD.xml": root.encode()})


def test_a_locking_seal_is_read_without_a_flaw() -> None:
    found = read_ofd_document(seal_on(letter()))
    assert troubles(found) == OLDER
    (signature,) = found.signatures
    assert (signature.form, signature.claimed_at, signature.locks, signature.uncovered) == (Form.SES_4, AT, True, ())
    assert signature.boxes == (SealBox(0, 20, 230, 42, 42),)
    assert signature.signer == parts().signer_certificate
    assert signature.seal is not None
    assert signature.seal.octets == office_seal()


def test_only_two_entries_of_the_document_change_and_only_by_insertion() -> None:
    before, after = letter_entries(), read_package(seal_on(letter()))
    folder = "Doc_0/Signs"
    assert changed(before, after) == {
        "OFD.xml",
        f"{folder}/Signatures.xml",
        f"{folder}/Sign_0/Signature.xml",
        f"{folder}/Sign_0/SignedValue.dat",
    }
    inserted = b"<o:Signatures>/Doc_0/Signs/Signatures.xml</o:Signatures>"
    assert after["OFD.xml"].replace(inserted, b"") == before["OFD.xml"]
    assert after["OFD.xml"].count(inserted + b"</o:DocBody>") == 1


def test_packed_octets_of_untouched_entries_stay_as_they_were() -> None:
    before, after = letter(), seal_on(letter())
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert new.namelist()[0] == "OFD.xml"
        for name in letter_entries().keys() - {"OFD.xml"}:
            was, now = old.getinfo(name), new.getinfo(name)
            assert (was.compress_type, was.CRC, was.compress_size) == (now.compress_type, now.CRC, now.compress_size)
        assert {entry.date_time for entry in new.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert new.testzip() is None


def test_signature_xml_covers_everything_else_in_order() -> None:
    entries = read_package(seal_on(letter()))
    own = {"Doc_0/Signs/Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/SignedValue.dat"}
    found = references(entries["Doc_0/Signs/Sign_0/Signature.xml"])
    assert found == {f"/{name}": sm3(octets) for name, octets in entries.items() if name not in own}
    assert list(found) == sorted(found)
    signature = parse_signature(entries["Doc_0/Signs/Sign_0/SignedValue.dat"])
    assert signature.data_hash == sm3(entries["Doc_0/Signs/Sign_0/Signature.xml"])
    assert signature.property_info == "/Doc_0/Signs/Sign_0/Signature.xml"
    assert SEAL_MARK.encode() in entries["Doc_0/Signs/Sign_0/Signature.xml"]


def test_an_open_seal_leaves_the_list_open_and_says_so() -> None:
    data = seal_on(letter(), lock=False)
    entries = read_package(data)
    assert "/Doc_0/Signs/Signatures.xml" not in references(entries["Doc_0/Signs/Sign_0/Signature.xml"])
    found = read_ofd_document(data)
    assert troubles(found) == OPEN | OLDER
    assert [one.locks for one in found.signatures] == [False]


def test_seals_follow_each_other_until_one_locks() -> None:
    data = seal_on(letter(), AtWords(CLOSING), lock=False)
    data = seal_on(data, Riding(), lock=False, minute=1)
    data = seal_on(data, OnPages(10, 240, (0, 1)), lock=False, minute=2)
    data = seal_on(data, None, lock=False, minute=3)
    data = seal_on(data, AtPoint(1, 100, 200), lock=True, minute=4)
    found = read_ofd_document(data)
    assert troubles(found) == OLDER
    assert [(one.name, one.form, len(one.boxes), one.locks) for one in found.signatures] == [
        ("1", Form.SES_4, 1, False),
        ("3", Form.SES_4, 4, False),
        ("8", Form.SES_4, 2, False),
        ("11", Form.GM_CMS_ATTRIBUTES, 0, False),
        ("12", Form.SES_4, 1, True),
    ]
    assert refused(data) == "locked"
    listing = read_package(data)["Doc_0/Signs/Signatures.xml"]
    assert [item.get("Type") for item in ET.fromstring(listing).iterfind("o:Signature", NS)] == [
        *("Seal", "Seal", "Seal", "Sign", "Seal"),
    ]


def test_later_signatures_cover_the_files_of_earlier_ones() -> None:
    data = seal_on(seal_on(letter(), lock=False), lock=True, minute=1)
    entries = read_package(data)
    second = references(entries["Doc_0/Signs/Sign_1/Signature.xml"])
    assert {"/Doc_0/Signs/Sign_0/Signature.xml", "/Doc_0/Signs/Sign_0/SignedValue.dat"} <= second.keys()


def test_a_signature_without_a_seal() -> None:
    found = read_ofd_document(seal_on(letter(), None))
    assert troubles(found) == OLDER
    (signature,) = found.signatures
    assert (signature.form, signature.seal, signature.boxes) == (Form.GM_CMS_ATTRIBUTES, None, ())
    assert (signature.signer, signature.claimed_at) == (parts().signer_certificate, AT)


def test_the_seal_goes_where_the_words_are() -> None:
    plan = planned(letter(), AtWords(CLOSING))
    assert plan.boxes == (SealBox(3, 130.25, 131.5, 42, 42),)
    assert read_ofd_document(signed(plan)).signatures[0].boxes == plan.boxes


def test_boxes_of_a_riding_seal_are_read_as_planned() -> None:
    plan = planned(letter(7), Riding("left"))
    assert read_ofd_document(signed(plan)).signatures[0].boxes == plan.boxes


def test_planning_twice_gives_the_same_file() -> None:
    plans = [planned(letter(), AtWords(CLOSING)) for _ in range(2)]
    raw = parts().signer.sign(plans[0].to_be_signed)
    assert plans[0].to_be_signed == plans[1].to_be_signed
    assert len({plan.complete(raw, parts().signer_certificate) for plan in plans}) == 1
    assert planned(letter(), AtWords(CLOSING), minute=1).to_be_signed != plans[0].to_be_signed


def test_a_time_stamp_goes_into_the_signature_value() -> None:
    for placing in (CORNER, None):
        plan = planned(letter(), placing)
        raw = parts().signer.sign(plan.to_be_signed)
        assert plan.complete_stamped is not None
        token = bytes.fromhex("300506032a0304")
        data = plan.complete_stamped(raw, parts().signer_certificate, token)
        assert read_ofd_document(data).signatures[0].time_stamp == token


@pytest.mark.parametrize("placing", [CORNER, None])
def test_a_plan_is_completed_by_its_signer_alone(placing: AtPoint | None) -> None:
    plan = planned(letter(), placing)
    for raw, own, reason in [
        (parts().signer.sign(plan.to_be_signed), parts().maker_certificate, "signer-not-in-seal"),
        (bytes(64), parts().signer_certificate, "encoding"),
        (bytes(63), parts().signer_certificate, "encoding"),
    ]:
        with pytest.raises(Malformed) as refusal:
            plan.complete(raw, own)
        assert refusal.value.reason == reason


def test_a_signer_whom_the_seal_does_not_list_is_refused_before_anything_is_signed() -> None:
    stranger = certificate("他人", memory_signer(), Purpose.SEAL_SIGNER, parts().root)
    with pytest.raises(Malformed) as refusal:
        plan_ofd_sealing(
            letter(), CORNER, seal_der=office_seal(), certificate=stranger, at=AT, lock=True, provider="印证"
        )
    assert refusal.value.reason == "signer-not-in-seal"


@pytest.mark.parametrize(("placing", "with_seal"), [(None, True), (CORNER, False)])
def test_a_seal_and_its_place_belong_together(placing: AtPoint | None, *, with_seal: bool) -> None:
    with pytest.raises(ValueError, match="place"):
        plan_ofd_sealing(
            letter(),
            placing,
            seal_der=office_seal() if with_seal else None,
            certificate=parts().signer_certificate,
            at=AT,
            lock=True,
            provider="印证",
        )


SECOND = "<o:DocBody><o:DocInfo/><o:DocRoot>Doc_0/Document.xml</o:DocRoot></o:DocBody></o:OFD>"


def without(name: str) -> bytes:
    return packed({other: octets for other, octets in letter_entries().items() if other != name})


def edited(name: str, before: bytes, after: bytes) -> bytes:
    entries = letter_entries()
    assert before in entries[name]
    return packed({**entries, name: entries[name].replace(before, after)})


def with_altered_page() -> bytes:
    entries = read_package(seal_on(letter(), lock=False))
    page = "Doc_0/Pages/Page_0/Content.xml"
    return packed({**entries, page: entries[page].replace("市直".encode(), "县直".encode())})


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("no package", lambda: b"nothing", "zip-form"),
    ("octets behind the package", lambda: letter() + b"x", "zip-form"),
    ("no OFD.xml", lambda: without("OFD.xml"), "not-ofd"),
    ("an empty OFD.xml", lambda: with_root("<o:OFD xmlns:o='http://www.ofdspec.org'/>"), "not-ofd"),
    ("another kind of file", lambda: with_root("<html/>"), "xml-form"),
    ("a document type", lambda: with_root("<!DOCTYPE OFD [<!ENTITY a 'b'>]>" + ROOT_XML[40:]), "xml-doctype"),
    ("two documents", lambda: with_root(ROOT_XML.replace("</o:OFD>", SECOND)), "docbody-count"),
    ("no document", lambda: without("Doc_0/Document.xml"), "entry-missing"),
    ("a page that is not there", lambda: without("Doc_0/Pages/Page_2/Content.xml"), "entry-missing"),
    ("an encrypted document", lambda: packed({**letter_entries(), "Encryptions.xml": b"<E/>"}), "encrypted"),
    ("a closed package", lambda: packed({**letter_entries(), "OFDEntries.xml": b"<E/>"}), "package-locked"),
    ("one id for two pages", lambda: edited("Doc_0/Document.xml", b'"101"', b'"100"'), "page-ids"),
    ("an id that is no number", lambda: edited("Doc_0/Document.xml", b'"101"', b'"x"'), "page-ids"),
    ("no size", lambda: edited("Doc_0/Document.xml", b"PageArea", b"Area"), "page-size"),
    ("a page of no size", lambda: edited("Doc_0/Document.xml", b"210 297", b"0 297"), "page-size"),
    ("a page without end", lambda: edited("Doc_0/Document.xml", b"210 297", b"210 99999"), "page-size"),
    ("a page of words", lambda: edited("Doc_0/Document.xml", b"210 297", b"A 4"), "page-size"),
    ("a damaged page", lambda: edited("Doc_0/Pages/Page_3/Content.xml", b"</Layer>", b""), "xml-form"),
    ("a damaged resource", lambda: edited("Doc_0/PublicRes.xml", b"</Res>", b""), "xml-form"),
    (
        "a template with instructions",
        lambda: edited("Doc_0/Tpls/Tpl_0/Content.xml", b"<Content>", b"<?a b?><Content>"),
        "xml-instruction",
    ),
    (
        "a page in another encoding",
        lambda: edited("Doc_0/Pages/Page_0/Content.xml", b"<Page", b"<?xml version='1.0' encoding='GBK'?><Page"),
        "xml-encoding",
    ),
    ("a way out of the package", lambda: edited("OFD.xml", b"Doc_0/D", b"../Doc_0/D"), "path-escape"),
    ("a licence of ours", sealed, "licence-form"),
    ("an altered document", with_altered_page, "earlier-signature-broken"),
    ("a document whose seal covers the list", lambda: seal_on(letter()), "locked"),
    ("a list that is not there", lambda: with_root(ROOT_XML.replace("</o:DocB", LIST + "</o:DocB")), "entry-missing"),
]
LIST = "<o:Signatures>Doc_0/Signs/Signatures.xml</o:Signatures>"


@pytest.mark.parametrize(("data", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_sealed_is_refused(data: Callable[[], bytes], reason: str) -> None:
    assert refused(data()) == reason


def test_no_mutation_makes_planning_fail_otherwise_than_by_refusal() -> None:
    """Every octet of OFD.xml and Document.xml replaced in turn: a plan or a refusal, never another error."""
    entries = letter_entries(1)
    for name in ("OFD.xml", "Doc_0/Document.xml"):
        for position in range(0, len(entries[name]), 3):
            octets = bytearray(entries[name])
            octets[position] ^= 0x15
            with suppress(TrustError):
                planned(packed({**entries, name: bytes(octets)}), AtWords("人民政府"))


@pytest.mark.parametrize(
    ("prefix", "head", "end"),
    [("", "", "</DocBody>"), ("ofd:", "\ufeff", "</ofd:DocBody >"), ("a-b:", "<!-- </DocBody> -->", "</a-b:DocBody>")],
)
def test_the_list_is_named_with_the_prefix_of_the_file(prefix: str, head: str, end: str) -> None:
    space = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    body = f"<{prefix}DocInfo><{prefix}Title>印</{prefix}Title></{prefix}DocInfo>"
    root = (
        f'{head}<{prefix}OFD {space}="{NAMESPACE}"><{prefix}DocBody>{body}'
        f"<{prefix}DocRoot>/Doc_0/Document.xml</{prefix}DocRoot>{end}</{prefix}OFD>"
    )
    data = seal_on(with_root(root))
    inserted = f"<{prefix}Signatures>/Doc_0/Signs/Signatures.xml</{prefix}Signatures>"
    before, _, after = root.rpartition(end)
    assert read_package(data)["OFD.xml"].decode() == before + inserted + end + after
    assert troubles(read_ofd_document(data)) == {}


def test_folders_that_exist_are_not_written_into() -> None:
    leftover = packed({**letter_entries(), "Doc_0/SIGNS/old.xml": b"<a/>"})
    entries = read_package(seal_on(leftover))
    assert "Doc_0/Signs_1/Sign_0/Signature.xml" in entries
    assert entries["Doc_0/SIGNS/old.xml"] == b"<a/>"


def test_a_document_in_a_folder_with_a_chinese_name_gets_its_seal_at_the_root() -> None:
    entries = {name.replace("Doc_0", "文档"): octets for name, octets in letter_entries().items()}
    entries["OFD.xml"] = entries["OFD.xml"].replace(b"Doc_0", "文档".encode())
    data = seal_on(packed(entries), lock=False)
    data = seal_on(data, lock=True, minute=1)
    found = read_ofd_document(data)
    assert troubles(found) == OLDER
    assert {name for name in read_package(data) if name.startswith("Signs/")} == {
        "Signs/Signatures.xml",
        *(f"Signs/Sign_{number}/{name}" for number in (0, 1) for name in ("Signature.xml", "SignedValue.dat")),
    }


@pytest.mark.parametrize(
    ("used", "count", "expected"),
    [
        ([], 2, ("1", "2")),
        (["1"], 1, ("2",)),
        (["s006", "s001"], 2, ("s007", "s008")),
        (["001", "002"], 1, ("003",)),
        (["7", "x-y"], 1, ("8",)),
        (["9", "10"], 1, ("11",)),
        (["s999"], 1, ("s1000",)),
        (["", "任意"], 1, ("1",)),
    ],
)
def test_ids_go_on_in_the_spelling_found(used: list[str], count: int, expected: tuple[str, ...]) -> None:
    assert further_ids(used, count) == expected


def test_ids_that_leave_no_room_are_refused() -> None:
    with pytest.raises(Malformed) as refusal:
        further_ids(["999999999"], 1)
    assert refusal.value.reason == "signature-ids"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("cms-ofdrw", "2"),
        ("v1-ofdrw", "3"),
        ("v4-ofdrw-continue", "3"),
        ("v4-one-cert-maker-and-signer", "2"),
        ("v4-seal-expired-at-signing", "3"),
        ("v5-ofdrw", "3"),
    ],
)
@pytest.mark.parametrize("lock", [True, False])
def test_open_files_of_others_take_a_further_seal(samples: Path, name: str, number: str, *, lock: bool) -> None:
    before = (samples / "ofd" / f"{name}.ofd").read_bytes()
    data = seal_on(before, AtPoint(0, 5, 5), lock=lock)
    old, new = read_package(before, foreign=True), read_package(data, foreign=True)
    assert changed(old, new) == {
        "Doc_0/Signs/Signatures.xml",
        "Doc_0/Signs/Sign_1/Signature.xml",
        "Doc_0/Signs/Sign_1/SignedValue.dat",
    }
    first, second = read_ofd_document(data).signatures
    assert first.findings == read_ofd_document(before).signatures[0].findings
    assert {finding.indication.value for finding in second.findings} == {"PASSED"}
    assert not any(finding.warning for finding in second.findings)
    assert (second.name, second.locks) == (number, lock)
    highest = ET.fromstring(new["Doc_0/Signs/Signatures.xml"]).findtext("o:MaxSignId", "", NS)
    assert int(highest) == int(number) + 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("v4-whole-protected", "locked"),
        ("v4-riding-seal", "locked"),
        ("exploration-licence-cms", "locked"),
        ("construction-permit-altered", "earlier-signature-broken"),
    ],
)
def test_locked_and_altered_files_of_others_are_refused(samples: Path, name: str, reason: str) -> None:
    assert refused((samples / "ofd" / f"{name}.ofd").read_bytes()) == reason


def test_a_template_that_is_not_there_prevents_nothing() -> None:
    """Real files name resources they do not have; readers draw the page without them."""
    assert planned(without("Doc_0/Tpls/Tpl_0/Content.xml"), AtWords("市直各部门")).boxes[0].page == 0


def test_page_sizes_are_read_from_the_page_or_the_document(samples: Path) -> None:
    data = (samples / "ofd" / "v4-riding-seal.ofd").read_bytes()
    assert open_for_sealing(data).sizes == ((210.0, 297.0),) * 5
    assert open_for_sealing(letter(2)).sizes == ((210.0, 297.0),) * 2
