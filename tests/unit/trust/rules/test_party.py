"""Every vector of `identity_codes.json`, then holders, bodies and masks."""

import json
from datetime import date
from pathlib import Path

import pytest

from trust.errors import Malformed
from trust.rules.errors import FieldRefused
from trust.rules.party import (
    HOLDER_CODE_TYPES,
    PROVINCES,
    RESIDENCE_PERMIT_DIVISIONS,
    Holder,
    IssuingBody,
    check_citizen_number,
    check_holder,
    check_issuing_body,
    check_organisation_code,
    check_uscc,
    citizen_check_character,
    organisation_check_character,
    uscc_check_character,
)

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/identity_codes.json").read_text(encoding="utf-8"))
TODAY = date.fromisoformat(VECTORS["evaluated_on"])
CITIZEN, USCC, ORGANISATION = VECTORS["citizen"], VECTORS["uscc"], VECTORS["organisation"]
PERSON = Holder("张三丰", "11010519491231002X", "111")
FIRM = Holder("印江市甲乙有限公司", "91440300MA5TEXT03E", "001")

ANNEX_A = (
    *("001", "099", "111", "114", "115", "118", "119", "120", "122"),
    *("411", "412", "413", "414", "511", "516", "999"),
)


def named(case) -> str:
    return f"{case['code']!a}-{case.get('note', '')}"


def citizen_reason(code: str) -> str | None:
    try:
        check_citizen_number(code, on=TODAY)
    except Malformed as refusal:
        return refusal.reason
    return None


def reason_of(check, code: str) -> str | None:
    try:
        check(code)
    except Malformed as refusal:
        return refusal.reason
    return None


def test_the_tables_are_those_of_the_vectors():
    assert {str(part) for part in VECTORS["province_parts"]} == PROVINCES
    assert set(VECTORS["residence_permit_divisions"]) == RESIDENCE_PERMIT_DIVISIONS


@pytest.mark.parametrize("case", CITIZEN["valid"] + CITIZEN["every_check_character"], ids=named)
def test_valid_citizen_number(case):
    code = case["code"]
    assert citizen_reason(code) is None
    assert citizen_check_character(code[:17]) == code[17] == case.get("check", code[17])
    if "birth" in case:
        assert code[6:14] == case["birth"]


@pytest.mark.parametrize("case", CITIZEN["invalid"], ids=named)
def test_invalid_citizen_number(case):
    assert citizen_reason(case["code"]) == case["reason"]


@pytest.mark.parametrize("case", [case for case in CITIZEN["invalid"] if "normalises_to" in case], ids=named)
def test_an_old_spelling_is_refused_and_not_repaired(case):
    assert citizen_reason(case["code"]) is not None
    assert citizen_reason(case["normalises_to"]) is None


def test_the_day_of_birth_itself_is_not_the_future():
    check_citizen_number("11010519491231002X", on=date(1949, 12, 31))
    with pytest.raises(Malformed, match="birth-date-future"):
        check_citizen_number("11010519491231002X", on=date(1949, 12, 30))


@pytest.mark.parametrize("case", USCC["valid"], ids=named)
def test_valid_uscc(case):
    code = case["code"]
    check_uscc(code)
    check_organisation_code(code[8:17])
    assert (code[8:17], code[2:8]) == (case["organisation_code"], case["division"])
    assert uscc_check_character(code[:17]) == code[17]


@pytest.mark.parametrize("case", USCC["invalid"], ids=named)
def test_invalid_uscc(case):
    assert reason_of(check_uscc, case["code"]) == case["reason"]


@pytest.mark.parametrize("case", ORGANISATION["valid"], ids=named)
def test_valid_organisation_code(case):
    check_organisation_code(case["code"])
    assert organisation_check_character(case["code"][:8]) == case["code"][8]
    assert case["display"].replace("-", "") == case["code"]


@pytest.mark.parametrize("case", ORGANISATION["invalid"], ids=named)
def test_invalid_organisation_code(case):
    assert reason_of(check_organisation_code, case["code"]) == case["reason"]


@pytest.mark.parametrize(("part", "expected"), [(CITIZEN, 7), (USCC, 5), (ORGANISATION, 3)])
def test_the_vectors_show_every_reason(part, expected):
    assert {case["reason"] for case in part["invalid"]} == set(part["reasons"])
    assert len(part["reasons"]) == expected


def test_unassigned_all_digit_division_is_refused_and_the_centre_passes():
    assert reason_of(check_uscc, "11100000000013338W") is None
    assert reason_of(check_uscc, "11100001000013338" + uscc_check_character("11100001000013338")) == "division"


def test_the_holder_table_is_annex_a():
    assert set(HOLDER_CODE_TYPES) == set(ANNEX_A)
    assert {code for code, row in HOLDER_CODE_TYPES.items() if not row.person} == {"001", "099"}


@pytest.mark.parametrize(
    "holder",
    [
        PERSON,
        FIRM,
        Holder("阿卜杜拉·买买提", "110101190402290010", "111"),
        Holder("Ivan Petrov", "P1234567", "414"),
        Holder("李四", "军字第0123456号", "114"),
        Holder("𬭎䶮", "H00000001", "516"),
    ],
)
def test_good_holders(holder):
    check_holder(holder, TODAY)


@pytest.mark.parametrize(
    ("holder", "key", "reason"),
    [
        (Holder("张三丰", "11010519491231002X", "112"), "holder_code_type", "unknown"),
        (Holder("", "11010519491231002X", "111"), "holder_name", "empty"),
        (Holder("张\u202e三", "11010519491231002X", "111"), "holder_name", "format-character"),
        (Holder("张三", "110105194912310021", "111"), "holder_code", "check"),
        (Holder("甲公司", "11010519491231002X", "001"), "holder_code", "division"),
        (Holder("Ivan", "p123456", "414"), "holder_code", "characters"),
        (Holder("Ivan", "P1", "414"), "holder_code", "characters"),
        (Holder("李四", "军字\n1", "114"), "holder_code", "control-character"),
        (Holder("李四", "1" * 65, "999"), "holder_code", "too-long"),
    ],
)
def test_bad_holders(holder, key, reason):
    with pytest.raises(FieldRefused) as caught:
        check_holder(holder, TODAY)
    assert (caught.value.key, caught.value.reason) == (key, reason)
    assert holder.code not in str(caught.value), "a person's code must not leave by an error"


def test_issuing_bodies():
    check_issuing_body(IssuingBody("住房和城乡建设部", "11100000000013338W"))
    with pytest.raises(FieldRefused) as caught:
        check_issuing_body(IssuingBody("住房和城乡建设部", "11100000000013338X"))
    assert (caught.value.key, caught.value.reason) == ("issuing_body_code", "check")


@pytest.mark.parametrize(
    ("name", "code_type", "masked"),
    [
        ("张", "111", "*"),
        ("张三", "111", "张*"),
        ("张三丰", "111", "张**"),
        ("欧阳锋锋", "111", "欧***"),
        ("阿卜杜拉·买买提", "414", "阿***"),
        ("𬭎小明", "999", "𬭎**"),
        ("某人", "无此类型", "某*"),
        ("印江市甲乙有限公司", "001", "印江市甲乙有限公司"),
        ("某协会", "099", "某协会"),
    ],
)
def test_masked_names(name, code_type, masked):
    assert Holder(name, "x" * 9, code_type).masked_name == masked


@pytest.mark.parametrize(
    ("code", "code_type", "masked"),
    [
        ("11010519491231002X", "111", "1" + "*" * 16 + "X"),
        ("91440300MA5TEXT03E", "001", "91440300MA5TEXT03E"),
        ("P1234567", "414", "P******7"),
        ("1234", "999", "****"),
        ("社证字第12345号", "099", "社********号"),
    ],
)
def test_masked_codes(code, code_type, masked):
    assert Holder("某", code, code_type).masked_code == masked
