"""Reading an application: the closed form, every refusal by name and reason, and all of them at once."""

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from issuer.application import MAX_OCTETS, Application, parse_application, read_application
from issuer.errors import ApplicationRefused
from trust.rules.party import Holder

TYPE, BODY = "11100000MB0143028R001", "11530199MB0T35T1XE"
HOLDER = {"name": "云岭市青禾数据科技有限公司", "code": "91530199MA6QH2K74U", "code_type": "001"}
SOUND: dict[str, Any] = {
    "number": "91530199MA6QH2K74U",
    "issued_on": "2026-03-18",
    "area_code": "530199",
    "holder": HOLDER,
    "fields": {"legal_representative": "沈砚秋"},
}
ABSENT = object()


def body(**changed: object) -> dict[str, object]:
    """The sound body with members changed or, where the change is `ABSENT`, left out."""
    return {name: value for name, value in (SOUND | changed).items() if value is not ABSENT}


def read(value: object) -> Application:
    return read_application(value, type_code=TYPE, issuer_code=BODY)


def parse(octets: bytes) -> Application:
    return parse_application(octets, type_code=TYPE, issuer_code=BODY)


def problems(value: object) -> tuple[tuple[str, str], ...]:
    with pytest.raises(ApplicationRefused) as refusal:
        read(value)
    return refusal.value.problems


def test_a_sound_application() -> None:
    application = read(SOUND)
    assert application == Application(
        type_code=TYPE,
        issuer_code=BODY,
        number="91530199MA6QH2K74U",
        issued_on=date(2026, 3, 18),
        area_code="530199",
        holders=(Holder(HOLDER["name"], HOLDER["code"], "001"),),
        fields={"legal_representative": "沈砚秋"},
    )
    assert parse(json.dumps(SOUND).encode()) == application


@pytest.mark.parametrize(
    ("changed", "members"),
    [
        ({"valid_from": "2026-03-18", "valid_until": "2031-03-17"}, (date(2026, 3, 18), date(2031, 3, 17))),
        ({"valid_from": None, "valid_until": None}, (None, None)),
        ({"valid_from": "", "valid_until": ""}, (None, None)),
        ({"valid_until": "2028-02-29"}, (None, date(2028, 2, 29))),
    ],
)
def test_dates_may_be_left_open(changed: dict[str, object], members: tuple[date | None, date | None]) -> None:
    application = read(body(**changed))
    assert (application.valid_from, application.valid_until) == members


def test_the_mark_that_some_editors_put_first_is_no_matter() -> None:
    assert parse(b"\xef\xbb\xbf" + json.dumps(SOUND).encode()) == read(SOUND)


def test_several_holders_keep_their_order() -> None:
    other = {"name": "云岭市禾香园餐饮有限公司", "code": "91530199MA6RT5X39X", "code_type": "001"}
    application = read(body(holder=ABSENT, holders=[other, HOLDER]))
    assert [holder.code for holder in application.holders] == [other["code"], HOLDER["code"]]
    assert read(body(holder=ABSENT, holders=[HOLDER])) == read(SOUND)


REFUSED: dict[str, tuple[dict[str, object], tuple[tuple[str, str], ...]]] = {
    "a member nobody knows": ({"status": "01"}, (("status", "unknown"),)),
    "the issuer among the data": ({"issuer_code": BODY}, (("issuer_code", "unknown"),)),
    "a number that is none": ({"number": 7}, (("number", "not-text"),)),
    "a number too long": ({"number": "7" * 129}, (("number", "too-long"),)),
    "no area": ({"area_code": ABSENT}, (("area_code", "missing"),)),
    "an area too long": ({"area_code": "5301990"}, (("area_code", "too-long"),)),
    "an area that is a list": ({"area_code": ["530199"]}, (("area_code", "not-text"),)),
    "no date": ({"issued_on": ABSENT}, (("issued_on", "missing"),)),
    "an empty date": ({"issued_on": ""}, (("issued_on", "missing"),)),
    "a date of words": ({"issued_on": "18 March!!"}, (("issued_on", "not-a-date"),)),
    "a day that is none": ({"issued_on": "2026-02-29"}, (("issued_on", "not-a-date"),)),
    "a date without hyphens": ({"issued_on": "20260318"}, (("issued_on", "not-a-date"),)),
    "a week date": ({"issued_on": "2026-W12-3"}, (("issued_on", "not-a-date"),)),
    "a date in full-width digits": ({"issued_on": "\uff12\uff10\uff12\uff16-03-18"}, (("issued_on", "not-a-date"),)),
    "a date with a time": ({"issued_on": "2026-03-18T00:00:00"}, (("issued_on", "not-a-date"),)),
    "a date that is a number": ({"valid_until": 20310317}, (("valid_until", "not-a-date"),)),
    "a date that is false": ({"valid_from": False}, (("valid_from", "not-a-date"),)),
    "no holder": ({"holder": ABSENT}, (("holder", "missing"),)),
    "holder and holders": ({"holders": [HOLDER]}, (("holder", "given-twice"),)),
    "holders of none": ({"holder": ABSENT, "holders": []}, (("holder", "missing"),)),
    "holders in an object": ({"holder": ABSENT, "holders": {"0": HOLDER}}, (("holder", "missing"),)),
    "twenty-one holders": ({"holder": ABSENT, "holders": [HOLDER] * 21}, (("holder", "missing"),)),
    "a holder that is text": ({"holder": "青禾"}, (("holder", "needs name, code and code_type"),)),
    "a holder without a code type": (
        {"holder": {"name": "青禾", "code": "1"}},
        (("holder", "needs name, code and code_type"),),
    ),
    "a holder with a member too many": (
        {"holder": HOLDER | {"phone": "123"}},
        (("holder", "needs name, code and code_type"),),
    ),
    "a holder's code as a number": ({"holder": HOLDER | {"code": 9}}, (("holder", "needs name, code and code_type"),)),
    "a holder without a name": ({"holder": HOLDER | {"name": ""}}, (("holder", "needs name, code and code_type"),)),
    "a name of 257 characters": (
        {"holder": HOLDER | {"name": "青" * 257}},
        (("holder", "needs name, code and code_type"),),
    ),
    "fields in a list": ({"fields": [1]}, (("fields", "not-an-object"),)),
    "fields of null": ({"fields": None}, (("fields", "not-an-object"),)),
    "a field that is a number": ({"fields": {"a": 1}}, (("fields.a", "not-text"),)),
    "a field that is an object": ({"fields": {"a": {}}}, (("fields.a", "not-text"),)),
}


@pytest.mark.parametrize(("changed", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(changed: dict[str, object], expected: tuple[tuple[str, str], ...]) -> None:
    assert problems(body(**changed)) == expected


@pytest.mark.parametrize("number", [ABSENT, "", None])
def test_a_number_may_be_left_out(number: object) -> None:
    """Whether it is then drawn is for the rules of the type to say."""
    assert read_application(body(number=number), type_code=TYPE, issuer_code=BODY).number == ""


def test_everything_wrong_is_told_at_once() -> None:
    wrong = {"colour": 1, "issued_on": "never", "valid_until": "x", "fields": {"a": 1, "b": "good"}, "number": 5}
    assert set(problems(wrong)) == {
        ("colour", "unknown"),
        ("number", "not-text"),
        ("area_code", "missing"),
        ("issued_on", "not-a-date"),
        ("valid_until", "not-a-date"),
        ("holder", "missing"),
        ("fields.a", "not-text"),
    }


def test_problems_come_in_one_order_in_every_process() -> None:
    program = (
        "from issuer.application import read_application\n"
        "from issuer.errors import ApplicationRefused\n"
        "try: read_application({name: 1 for name in 'qwertyuiop'}, type_code='t', issuer_code='i')\n"
        "except ApplicationRefused as error: print(error)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True, timeout=60
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert b"e: unknown; i: unknown; o: unknown" in said.pop()


def test_a_name_nobody_knows_is_told_in_short() -> None:
    assert problems(body(**{"x" * 5000: 1})) == (("x" * 64, "unknown"),)


OCTETS = {
    "nothing": (b"", "not-json"),
    "no JSON": (b"number: 1", "not-json"),
    "cut short": (json.dumps(SOUND).encode()[:-1], "not-json"),
    "in UTF-16": (json.dumps(SOUND).encode("utf-16"), "not-json"),
    "not UTF-8": (b'{"number": "\xff"}', "not-json"),
    "nested without end": (b"[" * 60_000, "not-json"),
    "a number of ten thousand digits": (b'{"number": ' + b"9" * 10_000 + b"}", "not-json"),
    "the same member twice": (b'{"number": "1", "number": "2"}', "not-json"),
    "the same field twice": (b'{"fields": {"a": "1", "a": "2"}}', "not-json"),
    "not a number": (b'{"number": NaN}', "not-json"),
    "a list": (b"[]", "not-an-object"),
    "a text": (b'"number"', "not-an-object"),
    "null": (b"null", "not-an-object"),
    "too large": (b'{"number": "' + b"1" * MAX_OCTETS + b'"}', "too-large"),
}


@pytest.mark.parametrize(("octets", "reason"), OCTETS.values(), ids=OCTETS.keys())
def test_octets_that_are_no_application(octets: bytes, reason: str) -> None:
    with pytest.raises(ApplicationRefused) as refusal:
        parse(octets)
    assert refusal.value.problems == (("", reason),)


def test_the_digest_is_of_everything_asked_for_and_of_nothing_else() -> None:
    same = read(dict(reversed(SOUND.items())))
    assert same.digest == read(SOUND).digest
    assert len(same.digest) == len("sm3:") + 64
    changed: list[dict[str, object]] = [
        {"number": "2"},
        {"issued_on": "2026-03-19"},
        {"valid_from": "2026-03-18"},
        {"valid_until": "2031-03-18"},
        {"area_code": "530198"},
        {"holder": HOLDER | {"name": "别家"}},
        {"holder": HOLDER | {"code_type": "099"}},
        {"fields": {"legal_representative": "别人"}},
        {"fields": {}},
    ]
    digests = [read(body(**change)).digest for change in changed]
    digests.append(read_application(SOUND, type_code=TYPE[:-1] + "2", issuer_code=BODY).digest)
    digests.append(read_application(SOUND, type_code=TYPE, issuer_code=BODY[:-1] + "X").digest)
    assert len({same.digest, *digests}) == len(digests) + 1


def test_a_lone_surrogate_has_a_digest_too() -> None:
    """It is refused by the rules of text later; comparing it with an earlier request must not fail before that."""
    one, other = (read(body(number=f"7{half}")) for half in ("\ud800", "\udfff"))
    assert one.digest != other.digest
