"""What one process tells another: the same values come back, and nothing else does."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from tests.seal_parts import AT, parts
from trust.formats.sealed_document import Form, SealBox, SealedDocument, ShownSeal, SignatureFacts, SignedVersion
from trust.formats.sealed_file import SealedFile
from trust.formats.ses import parse_seal
from trust.rules.verdict import Finding, Indication
from verifier import carrying
from verifier.carrying import MAX_VALUES, pack, unpack
from verifier.errors import NotCarried

KIND = SealedFile | SealedDocument
FINDING = Finding(2, "coverage", Indication.PASSED, "全部内容受签章保护。", warning=True, signature="s001")


def licence() -> SealedFile:
    seal = parse_seal(parts().seal)
    return SealedFile(
        "ofd", (FINDING,), seal, parts().signer_certificate, (b"\0\xff",), AT, b"{}", {"ZZBS": "1.2"}, ("行",)
    )


def document() -> SealedDocument:
    shown = ShownSeal(b"1", 4, "V", "1", 1, "章", (b"c",), (), AT, None, AT, b"m", "png", b"p", 40, 40)
    boxes = (SealBox(0, 1.0, 2, 3.5, 4.0), SealBox(1, 1, 2, 3, 4, (0.0, 0.0, 1.0, 2.0)))
    facts = SignatureFacts(
        "s001", Form.SES_4, (FINDING,), shown, b"c", (), AT, b"v", b"t", boxes, ("/a",), (), locks=True
    )
    versions = (SignedVersion(100, ("s001",)), SignedVersion(200, (), boxes))
    return SealedDocument("pdf", (), (facts,), ((210.0, 297.0),), {}, (b"x",), (b"y",), versions)


@pytest.mark.parametrize("value", [licence(), document(), SealedFile("pdf", ())], ids=["licence", "document", "bare"])
def test_a_value_comes_back_as_it_was(value: SealedFile | SealedDocument) -> None:
    assert unpack(pack(value), KIND) == value


def told() -> dict[str, object]:
    return json.loads(pack(document()))


@pytest.mark.parametrize(
    "changed",
    [
        {"": "Finding"},
        {"": "os.system"},
        {"kind": "exe"},
        {"findings": {}},
        {"findings": [1]},
        {"pages": [[1, 2, 3]]},
        {"pages": [["1", "2"]]},
        {"custom": {"a": 1}},
        {"validation": "AA=="},
        {"validation": ["no base64!"]},
        {"more": 1},
    ],
    ids=str,
)
def test_anything_else_is_refused(changed: dict[str, object]) -> None:
    assert unpack(json.dumps(told()).encode(), KIND) == document()
    with pytest.raises(NotCarried):
        unpack(json.dumps(told() | changed).encode(), KIND)


@pytest.mark.parametrize("octets", [b"", b"null", b"[]", b"{}", b"\xff", b'"x"', b"[" * 100_000], ids=range(7))
def test_what_is_no_value_is_refused(octets: bytes) -> None:
    with pytest.raises(NotCarried):
        unpack(octets, KIND)


@dataclass(frozen=True)
class Plain:
    number: int
    flag: bool
    at: datetime


def test_types_are_not_taken_for_each_other() -> None:
    whole = Plain(1, flag=True, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert unpack(pack(whole), Plain) == whole
    for wrong in ({"number": True}, {"number": 1.0}, {"flag": 1}, {"at": "gestern"}, {"at": 5}):
        with pytest.raises(NotCarried):
            unpack(json.dumps(json.loads(pack(whole)) | wrong).encode(), Plain)
    assert unpack(pack(replace(whole, number=2)), Plain).number == 2


def facts_told() -> dict[str, object]:
    (facts,) = json.loads(pack(document()))["signatures"]
    return facts


FINDING_TOLD = {
    "": "Finding",
    "step": 1,
    "name": "x",
    "indication": "PASSED",
    "detail": "d",
    "evidence_age_s": None,
    "warning": False,
    "signature": None,
}
HOSTILE = {
    "a list for a mapping": {"custom": [1]},
    "nothing for a mapping": {"custom": None},
    "a text for a mapping": {"custom": "x"},
    "half a character": {"custom": {"a": "\ud800"}},
    "half a character as a name": {"custom": {"\udfff": "a"}},
    "an integer beyond all floats": {"pages": [[10**400, 1]]},
    "no number": {"pages": [[float("nan"), 1.0]]},
    "infinity": {"pages": [[1.0, float("-inf")]]},
    "a number of 4000 digits": {"findings": [FINDING_TOLD | {"step": 10**4000}]},
    "a number of 64 bits": {"findings": [FINDING_TOLD | {"step": 2**63}]},
    "a list for a word": {"kind": ["ofd"]},
    "an object for a word": {"kind": {}},
    "a list for a class": {"": ["SealedDocument"]},
    "no date at all": {"signatures": [facts_told() | {"claimed_at": 5}]},
    "a date without a zone": {"signatures": [facts_told() | {"claimed_at": "2026-01-01T00:00:00"}]},
    "a date before all dates": {"signatures": [facts_told() | {"claimed_at": "0001-01-01T00:00:00+14:00"}]},
    "a list for an enumeration": {"signatures": [facts_told() | {"form": ["x"]}]},
    "octets that are none": {"validation": ["文"]},
}


@pytest.mark.parametrize("changed", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_a_reader_that_was_taken_over_writes_is_refused_in_one_way(changed: dict[str, object]) -> None:
    octets = json.dumps(told() | changed).encode()
    with pytest.raises(NotCarried):
        unpack(octets, KIND)


def test_numbers_beyond_all_numbers_are_refused() -> None:
    octets = json.dumps(told()).replace("210.0", "1e999")
    assert octets != json.dumps(told())
    with pytest.raises(NotCarried):
        unpack(octets.encode(), KIND)


def test_instants_come_back_in_universal_time() -> None:
    octets = json.dumps(told() | {"signatures": [facts_told() | {"claimed_at": "2026-01-01T08:00:00+08:00"}]})
    found = unpack(octets.encode(), SealedDocument)
    assert found.signatures[0].claimed_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert str(found.signatures[0].claimed_at) == "2026-01-01 00:00:00+00:00"


@pytest.mark.parametrize("part", ["[],", "{},", "0,", '"",'])
def test_many_small_values_are_refused_before_they_are_made(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes twenty times its octets in memory."""
    made: list[object] = []
    monkeypatch.setattr(carrying, "_loaded", made.append)
    octets = f'{{"pages":[{part * MAX_VALUES}0]}}'
    with pytest.raises(NotCarried):
        unpack(octets.encode(), KIND)
    assert made == []


def test_a_long_report_is_carried() -> None:
    """What a document with fifty seals over four thousand entries gives."""
    one = replace(document().signatures[0], covers=tuple(f"/Doc_0/Pages/Page_{n}/Content.xml" for n in range(4000)))
    whole = replace(document(), signatures=(one,) * 50)
    assert unpack(pack(whole), KIND) == whole
