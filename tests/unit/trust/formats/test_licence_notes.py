"""The parts that most licences lack: each comes back as it was, absent stays absent, and nothing else is accepted."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.unit.trust.formats.test_licence_document import LICENCE
from trust.errors import Malformed
from trust.formats.licence_document import decode_licence, encode_licence
from trust.rules.annotated_copy import CopyNote
from trust.rules.conversion import Conversion, Grade
from trust.rules.identifier import parse
from trust.rules.metadata import differences, standard_names
from trust.rules.status_pointer import StatusPointer
from trust.rules.succession import Succession, SuccessionKind

ORIGINAL = parse("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U")
MADE = datetime(2026, 3, 1, 16, tzinfo=UTC)
COPY = CopyNote(
    original=ORIGINAL,
    original_status=StatusPointer(2, 7),
    made_at=MADE,
    creator="雁栖市政务服务和数据局",
    recipient="雁栖市教育局",
    cause="办理教师资格认定",
    expires_at=MADE + timedelta(days=30),
    basis="citation:YZ-1",
)
SCAN = "sm3:" + "0" * 64
PARTS: list[dict[str, object]] = [
    {"succession": Succession(kind, str(ORIGINAL))} for kind in SuccessionKind
]  # fmt: skip
PARTS += [{"conversion": Conversion(grade, "雁栖市档案馆", SCAN)} for grade in Grade]
PARTS += [
    {"conversion": Conversion(Grade.D, "雁栖市档案馆")},
    {"copy": COPY},
    {"succession": Succession(SuccessionKind.RENEW, str(ORIGINAL)), "copy": COPY},
]


@pytest.mark.parametrize("parts", PARTS)
def test_a_licence_with_parts_comes_back(parts: dict[str, object]) -> None:
    licence = replace(LICENCE, **parts)  # type: ignore[arg-type]  # values of several kinds by name
    assert decode_licence(encode_licence(licence)) == licence
    assert parts.keys() <= json.loads(encode_licence(licence)).keys()


def test_absent_parts_are_not_written() -> None:
    assert not {"succession", "copy", "conversion"} & json.loads(encode_licence(LICENCE)).keys()


def written(name: str, value: object) -> bytes:
    document = json.loads(encode_licence(LICENCE)) | {name: value}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


NOTE = json.loads(encode_licence(replace(LICENCE, copy=COPY)))["copy"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("succession", None),
        ("succession", {"kind": "inherit", "predecessor": str(ORIGINAL)}),
        ("succession", {"kind": "renew", "predecessor": "1.2.3"}),
        ("succession", {"kind": "renew"}),
        ("succession", {"kind": "renew", "predecessor": str(ORIGINAL), "why": "x"}),
        ("conversion", {"grade": "E", "scan": SCAN, "source": "档案馆"}),
        ("conversion", {"grade": "A", "scan": None, "source": "档案馆"}),
        ("conversion", {"grade": "A", "scan": SCAN.upper(), "source": "档案馆"}),
        ("conversion", {"grade": "A", "scan": SCAN, "source": ""}),
        ("conversion", []),
        ("copy", NOTE | {"basis": "rumour:1"}),
        ("copy", NOTE | {"basis": "citation:"}),
        ("copy", NOTE | {"expires_at": NOTE["made_at"]}),
        ("copy", NOTE | {"made_at": "2026-03-01T16:00:00.5Z"}),
        ("copy", NOTE | {"original": str(LICENCE.identifier)}),
        ("copy", NOTE | {"cause": "x" * 201}),
        ("copy", {name: text for name, text in NOTE.items() if name != "recipient"}),
    ],
)
def test_anything_else_is_refused(name: str, value: object) -> None:
    with pytest.raises(Malformed):
        decode_licence(written(name, value))


def test_a_copy_is_relied_on_from_its_making_until_its_end() -> None:
    assert COPY.covers(MADE)
    assert COPY.covers(COPY.expires_at - timedelta(seconds=1))
    assert not COPY.covers(COPY.expires_at)
    assert not COPY.covers(MADE - timedelta(seconds=1))


def test_times_of_a_copy_are_kept_in_utc() -> None:
    china = timezone(timedelta(hours=8))
    assert replace(COPY, made_at=MADE.astimezone(china)) == COPY


def test_a_copy_has_its_four_items_in_the_metadata_on_the_clock_in_china() -> None:
    copied = replace(LICENCE, copy=COPY)
    names = standard_names(copied)
    assert {name: text for name, text in names.items() if name.startswith("JZJ")} == {
        "JZJZZSJ": "20260302000000",
        "JZJZZZ": "雁栖市政务服务和数据局",
        "JZJZZSY": "办理教师资格认定",
        "JZJYXQJZSJ": "20260401000000",
    }
    assert "JZJZZSY" in differences(copied, names | {"JZJZZSY": "别的用途"})
    assert "JZJZZSY" in differences(LICENCE, names)


def test_grades_are_ordered_best_first() -> None:
    assert [grade.at_least(Grade.B) for grade in Grade] == [True, True, False, False]


def test_operation_codes() -> None:
    assert {kind.value: kind.operation for kind in SuccessionKind} == {
        "renew": "02",
        "amend": "09",
        "reissue": "07",
        "correct": "09",
        "transfer-in": "08",
        "court-order": "09",
    }
