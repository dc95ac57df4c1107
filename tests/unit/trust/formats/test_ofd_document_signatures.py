"""Signatures.xml and Signature.xml of any origin, the pages of a document, and how codes become findings."""

from datetime import UTC, datetime

import pytest

from tests.attacks.ofd_making import (
    BODY,
    LIST,
    PAGE,
    SEAL_FILE,
    SECOND,
    SHOWN,
    SIGNATURE,
    VALUE,
    Spec,
    changed,
    locked,
    plain,
    sealed_by_others,
    without,
    xml,
)
from tests.ofd_foreign import packed
from trust.errors import Malformed
from trust.formats.ofd import read_any
from trust.formats.ofd.codes import CODES, Notes, about, finding_of, readable
from trust.formats.ofd.reachable import numbers_of, pages_of, reach
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.ofd.signatures import listed, read_description, time_of
from trust.formats.ofd.survey import MAX_TAGS, package_of, read_bodies
from trust.rules.verdict import Indication


def codes(notes: Notes) -> list[str]:
    return [finding.name for finding in notes.findings()]


def test_the_list_names_each_signature() -> None:
    made = sealed_by_others(
        plain(), Spec(lock=False, kind=""), Spec(folder="Doc_0/Signs/S1", number="s2", relative="1")
    )
    first, second = listed(package_of(made), LIST, Notes())
    assert (first.number, first.kind, first.entry, first.base) == ("1", "Seal", SIGNATURE, "")
    assert (second.number, second.entry, second.base) == ("s2", "Doc_0/Signs/S1/Signature.xml", "1")


def test_a_hostile_id_is_cut_and_made_visible() -> None:
    made = changed(locked(), LIST, 'ID="1"', f'ID="\u202e{"x" * 99}"')
    (only,) = listed(package_of(made), LIST, Notes())
    assert only.number == "\ufffd" + "x" * 63


def test_a_description_is_read_whatever_its_order() -> None:
    notes = Notes()
    found = read_description(package_of(sealed_by_others(plain(), Spec(seal_file=True))), SIGNATURE, notes)
    assert (found.provider, found.version, found.seal, found.value) == ("others", "1.0", SEAL_FILE, VALUE)
    assert found.at == datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC)
    assert found.stamps[0].box == (120, 95, 40, 40)
    assert found.stamps[0].clip is None
    assert len(found.references) == len(plain()) + 2
    assert codes(notes) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<ofd:SignedValue>", "<ofd:SignedValue>/x</ofd:SignedValue><ofd:SignedValue>", "xml-form"),
        (f"/{VALUE}", "/none.dat", "entry-missing"),
        ("<ofd:References", "<ofd:References/><ofd:References", "xml-form"),
        ("</ofd:References>", "<ofd:Reference/>" * 8_001 + "</ofd:References>", "limit"),
    ],
)
def test_a_description_that_can_be_read_in_two_ways_is_refused(old: str, new: str, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_description(package_of(changed(locked(), SIGNATURE, old, new)), SIGNATURE, Notes())
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "instant", "noted"),
    [
        ("20260301083015Z", datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC), []),
        ("20260301163015", datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC), ["time-form"]),
        ("2026-03-01 16:30:15", datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC), ["time-form"]),
        ("20201010065840.923Z", datetime(2020, 10, 10, 6, 58, 40, tzinfo=UTC), ["time-form"]),
        ("220725214639Z", datetime(2022, 7, 25, 21, 46, 39, tzinfo=UTC), ["time-form"]),
        ("20260230083015Z", None, ["time-unreadable"]),
        ("昨天", None, ["time-unreadable"]),
        ("", None, []),
    ],
)
def test_times_are_matched_before_they_are_read(text: str, instant: datetime | None, noted: list[str]) -> None:
    notes = Notes()
    found = time_of(text, notes)
    assert (found if found is None else found.replace(microsecond=0)) == instant
    assert codes(notes) == noted


def test_pages_have_their_own_size_or_the_documents() -> None:
    entries = changed(plain(), SECOND, "<ofd:Area><ofd:PhysicalBox>0 0 210 148</ofd:PhysicalBox></ofd:Area>", "")
    package, notes = package_of(entries), Notes()
    reached = reach(package, [BODY], notes)
    first, second = pages_of(package, BODY, reached.boxes, notes)
    assert (first.number, first.entries, first.width, first.height) == ("1", (PAGE,), 210, 148)
    assert (second.number, second.width, second.height) == ("2", 210, 297)


@pytest.mark.parametrize(
    "box", ["", "0 0 1", "0 0 nan 1", "0 0 inf 1", "a b c d", "0 0 1 1 1", "0 0 1" + "0" * 30 + " 1"]
)
def test_a_box_that_is_none(box: str) -> None:
    assert numbers_of(box) is None


def test_everything_a_document_uses_is_reached() -> None:
    package, notes = package_of(plain()), Notes()
    reached = reach(package, [BODY], notes)
    assert reached.entries == plain().keys() - {"OFD.xml"}
    assert codes(notes) == []


def test_vendors_own_elements_are_followed_too() -> None:
    more = {
        "Doc_0/vendor/x.xml": b"<v><w loc='y.bin'>z.bin</w></v>",
        "Doc_0/vendor/y.bin": b"",
        "Doc_0/vendor/z.bin": b"",
    }
    entries = changed(
        {**plain(), **more}, BODY, "</ofd:Pages>", "</ofd:Pages><v:Ext xmlns:v='urn:v'>vendor/x.xml</v:Ext>"
    )
    reached = reach(package_of(entries), [BODY], Notes())
    assert more.keys() <= reached.entries


def test_attachments_and_media_are_not_read_as_ofd() -> None:
    hostile = b"<!DOCTYPE html><html></html>"
    reached = reach(package_of({**plain(), "Doc_0/Attachs/list.csv": hostile}), [BODY], Notes())
    assert "Doc_0/Attachs/list.csv" in reached.entries


def test_words_on_a_page_are_no_locations() -> None:
    entries = changed(plain(), PAGE, "关于召开会议的通知", "OFD.xml")
    assert "OFD.xml" not in reach(package_of(entries), [BODY], Notes()).entries


def test_custom_data_of_one_name_twice_have_no_value() -> None:
    twice = '<ofd:CustomData Name="文号">乙</ofd:CustomData><ofd:CustomData Name="密级">公开</ofd:CustomData></ofd:CustomDatas>'
    notes = Notes()
    (body,) = read_bodies(package_of(changed(plain(), "OFD.xml", "</ofd:CustomDatas>", twice)), notes)
    assert body.custom == {"密级": "公开"}
    assert codes(notes) == ["custom-doubled"]


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (without(plain(), "OFD.xml"), "not-ofd"),
        ({**plain(), "OFD.xml": xml("OFD", "")}, "not-ofd"),
        ({**plain(), "OFD.xml": xml("OFD", "<ofd:DocBody/>")}, "entry-missing"),
        ({**plain(), "OFD.xml": xml("OFD", "<ofd:DocBody/>" * 65)}, "limit"),
    ],
)
def test_a_package_without_a_document(entries: dict[str, bytes], reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_bodies(package_of(entries), Notes())
    assert caught.value.reason == reason


def test_the_budget_for_structure_files_is_one_for_the_whole_package() -> None:
    package = package_of({"a.xml": xml("OFD", "<a/>" * 90_000)})
    package.structure("a.xml", "OFD", Notes())
    package.spend("tags", 900_000, MAX_TAGS)
    with pytest.raises(Malformed, match="xml-size"):
        package.structure("a.xml", "OFD", Notes())


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_sentence_and_keeps_its_level(code: str) -> None:
    meaning = CODES[code]
    ours, others = finding_of(code, ours=True), finding_of(code)
    assert others.detail.endswith("。")
    assert others.warning is (others.indication is Indication.PASSED)
    assert ours.indication is (Indication.FAILED if meaning.strict else meaning.indication)


def test_an_unknown_code_fails() -> None:
    assert finding_of("never-heard-of").indication is Indication.FAILED


def test_subjects_are_named_up_to_three_and_made_visible() -> None:
    assert about([]) == ""
    assert about(["a", "a"]) == "（a）"
    assert about(list("abcd")) == "（a、b、c等 4 处）"
    assert readable("a\u202eb" + "x" * 99) == "a\ufffdb" + "x" * 77


def test_stamps_keep_their_clip() -> None:
    made = sealed_by_others(plain(), Spec(stamps=(*SHOWN, ("2", "1 2 3 4", ' Clip="0 0 1 4"'))))
    found = read_description(package_of(made), SIGNATURE, Notes())
    assert found.stamps[1].clip == (0, 0, 1, 4)


def test_a_record_that_repeats_another_is_not_read_again() -> None:
    """Two readers may take either; and each costs as much as a signature of its own."""
    whole = read_ofd_document(packed(sealed_by_others(plain(), Spec(lock=False))))
    record = f'<ofd:Signature ID="1" Type="Seal" BaseLoc="/{SIGNATURE}"/>'
    for repeated in (record, record.replace('ID="1"', 'ID="2"')):
        made = changed(
            sealed_by_others(plain(), Spec(lock=False)), LIST, "</ofd:Signatures>", repeated * 99 + "</ofd:Signatures>"
        )
        found = read_ofd_document(packed(made))
        assert [one.name for one in found.signatures] == [one.name for one in whole.signatures] == ["1"]
        assert "signature-id-doubled" in {one.name for one in found.findings if one.indication is Indication.FAILED}


def test_so_many_signatures_in_all_lists_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_any, "MAX_SIGNATURES", 1)
    one = read_ofd_document(packed(sealed_by_others(plain(), Spec(lock=False))))
    assert len(one.signatures) == 1
    two = read_ofd_document(
        packed(sealed_by_others(plain(), Spec(lock=False, kind=""), Spec(folder="Doc_0/Signs/S1", number="s2")))
    )
    assert two.signatures == ()
    assert "limit" in {one.name for one in two.findings if one.indication is Indication.FAILED}
