"""Values of citing: numbers, digests, what a request may say and what of it is kept."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cases.citation import (
    Citation,
    CitationRequest,
    allot_number,
    body_digest,
    check_key,
    check_request,
    is_number,
    terms_digest,
)
from cases.consent import Mode
from cases.errors import MalformedRequest
from tests.case_parts import FIRM, INDEX_KEY, NEWER, NOW, PERSON, WINDOW, asked, counting, given, statutory

NUMBER = allot_number(counting())


@examples(st.binary(min_size=16, max_size=16))
def test_a_number_holds_128_bits_and_checks(octets: bytes) -> None:
    number = allot_number(lambda count: octets[:count])
    assert is_number(number)
    assert len(number) == 29


@pytest.mark.parametrize("place", range(2, 29))
def test_one_wrong_character_is_noticed(place: int) -> None:
    wrong = "A" if NUMBER[place] != "A" else "B"
    assert not is_number(NUMBER[:place] + wrong + NUMBER[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "YZ", NUMBER.lower(), NUMBER + "\n", NUMBER[:-1], "XX" + NUMBER[2:], "\uff39\uff3a" + NUMBER[2:]]
)
def test_what_is_no_number(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize("key", ["5f0c7a52-8a5e-4c0b-9a43-9b6d1c1e8d10", "x" * 16, "~" * 128])
def test_keys_that_will_do(key: str) -> None:
    check_key(key)


@pytest.mark.parametrize("key", ["", "x" * 15, "x" * 129, "sixteen letters.\n", "sixteen letters.", "十六" * 8])
def test_keys_that_will_not(key: str) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        check_key(key)
    assert refusal.value.reason == "key"


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("case_number", "", "case-number"),
        ("case_number", "YL/2026", "case-number"),
        ("case_number", "9" * 51, "case-number"),
        ("case_number", "YL-2026-\u0661", "case-number"),
        ("matter_code", "食品", "code"),
        ("requirement_code", "", "code"),
        ("department_code", "a b", "code"),
        ("holder_code", "", "holder-code"),
        ("holder_code", "9" * 65, "holder-code"),
        ("holder_code_type", "x" * 65, "holder-code"),
        ("identifier", "", "identifier"),
        ("identifier", "1.2.156.3005.2.x", "identifier"),
        ("identifier", str(NEWER.identifier)[:-1] + "0", "identifier"),
        ("identifier", "9" * 10_000, "identifier"),
        ("purpose", "", "purpose"),
        ("purpose", "办" * 201, "purpose"),
        ("purpose", "办理\u202e证照", "purpose"),
        ("officer", "", "officer"),
        ("officer", "罗小满\n", "officer"),
        ("purpose", f"核对{FIRM.code}", "personal-data"),
        ("purpose", f"核对{FIRM.code.lower()}", "personal-data"),
        ("case_number", f"YL-{FIRM.code}", "personal-data"),
        ("consent", given(reference=f"SQ-{FIRM.code}"), "personal-data"),
    ],
)
def test_a_request_that_cannot_be_answered(member: str, value: object, reason: str) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        check_request(asked(**{member: value}), NOW)
    assert refusal.value.reason == reason


CITIZEN = "11010119900307125X"
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
ARABIC = {ord(str(digit)): 0x0660 + digit for digit in range(10)}
CHINESE = str.maketrans("0123456789", "\u3007一二三四五六七八九")
SPELLINGS = {
    "plain": FIRM.code,
    "small letters": FIRM.code.lower(),
    "full width": FIRM.code.translate(WIDE),
    "a space": f"{FIRM.code[:8]} {FIRM.code[8:]}",
    "wide spaces": "\u3000".join(FIRM.code),
    "points and hyphens": f"{FIRM.code[:4]}.{FIRM.code[4:8]}-{FIRM.code[8:12]}_{FIRM.code[12:]}",
    "digits of another script": FIRM.code.translate(ARABIC),
    "digits in Chinese": FIRM.code.translate(CHINESE),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_the_holders_code_is_not_kept_in_any_spelling(spelling: str) -> None:
    for changed in ({"purpose": f"核对{spelling}的许可"}, {"consent": statutory(reference=f"依据{spelling}的申请")}):
        with pytest.raises(MalformedRequest) as refusal:
            check_request(asked(**changed), NOW)
        assert refusal.value.reason == "personal-data"


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": f"受托人身份证号{CITIZEN}代办"},
        {"purpose": "受托人身份证号110101 19900307 125x代办"},
        {"purpose": "受托人１１０１０１１９９００３０７１２５Ｘ代办"},
        {"purpose": f"受托人{CITIZEN}0007代办"},
        {"purpose": "孩子110101202602280015"},
        {"consent": statutory(reference=f"依据{CITIZEN}的申请")},
        {"consent": given(reference=CITIZEN)},
        {"consent": given(reference=f"SQ-{CITIZEN}")},
        {"case_number": CITIZEN},
        {"purpose": "代理人E12345678", "consent": given(mode=Mode.AGENT, given_by="E 1234-5678")},
        {"consent": given(mode=Mode.AGENT, given_by="E12345678", reference="SQ-E12345678")},
    ],
)
def test_nobodys_number_is_kept(changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        check_request(asked(**changed), NOW)
    assert refusal.value.reason == "personal-data"


@pytest.mark.parametrize(
    "changed",
    [
        {"case_number": "110101202602280015"},  # a division, last week's day, and a sequence that checks by chance
        {"consent": given(reference="110101202602280015")},
        {"purpose": "核对110101199003071250"},  # the check digit is another
        {"purpose": "第20260302号通知所列1101011990项"},
        {"case_number": f"{WINDOW}-0001"},
    ],
)
def test_numbers_that_are_nobodys(changed: dict[str, Any]) -> None:
    check_request(asked(**changed), NOW)


def test_a_usual_request_passes() -> None:
    check_request(asked(), NOW)
    check_request(asked(identifier=str(NEWER.identifier)), NOW)


OTHER: dict[str, Any] = {
    "case_number": "YL-2026-000816",
    "matter_code": "other",
    "requirement_code": "02",
    "holder_code_type": "111",
    "holder_code": PERSON.code,
    "identifier": str(NEWER.identifier),
    "purpose": "其他",
    "officer": "沈知夏",
    "department_code": "11530199MB0T35T28E",
    "consent": statutory(reference="其他依据"),
}


def test_every_member_of_a_request_tells() -> None:
    assert OTHER.keys() == {member.name for member in fields(CitationRequest)}
    digests = {body_digest(replace(asked(), **{name: value}), INDEX_KEY) for name, value in OTHER.items()}
    assert len(digests | {body_digest(asked(), INDEX_KEY)}) == len(OTHER) + 1


def test_the_digest_needs_the_key_and_not_the_order_of_fields() -> None:
    one, other = given(fields=("a", "b")), given(fields=("b", "a"))
    assert body_digest(asked(consent=one), INDEX_KEY) == body_digest(asked(consent=other), INDEX_KEY)
    assert body_digest(asked(consent=one), INDEX_KEY) != body_digest(asked(consent=one), bytes(32))
    assert terms_digest(asked(consent=one), INDEX_KEY) == terms_digest(asked(consent=other), INDEX_KEY)


@pytest.mark.parametrize(
    "changed",
    [
        asked(consent=given(mode=Mode.AGENT)),
        asked(consent=given(given_by=PERSON.code)),
        asked(consent=given(purpose="其他")),
        asked(consent=given(fields=("address",))),
        asked(consent=given(fields="all")),
        asked(consent=given(valid_until=NOW)),
        asked(consent=given(valid_until=None)),
        asked(consent=given(case_number="YL-2026-000815")),
        asked(consent=given(), holder_code=PERSON.code),
        asked(consent=given(), holder_code_type="111"),
    ],
)
def test_other_terms_have_another_digest(changed: CitationRequest) -> None:
    assert terms_digest(changed, INDEX_KEY) != terms_digest(asked(consent=given()), INDEX_KEY)


def test_the_same_terms_serve_other_cases_of_the_same_purpose() -> None:
    first, second = asked(consent=given()), asked(consent=given(), case_number="YL-2026-000816", officer="沈知夏")
    assert terms_digest(first, INDEX_KEY) == terms_digest(second, INDEX_KEY)


def test_nothing_of_a_citation_is_the_holders() -> None:
    kept = {member.name for member in fields(Citation)}
    assert not {name for name in kept if "holder" in name or "given_by" in name}
