"""Every vector of `licence_identifier.json`, then what the vectors leave open."""

import json
from pathlib import Path

import pytest

from trust.errors import Conflict, Malformed
from trust.rules.identifier import MAX_LENGTH, LicenceIdentifier, check_character, check_type_code, parse, parse_lenient

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/licence_identifier.json").read_text(encoding="utf-8"))
GOOD = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"


def reason_of(call, *arguments) -> str | None:
    try:
        call(*arguments)
    except Malformed as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize("case", VECTORS["check_strings"], ids=lambda case: case["body"])
def test_check_strings(case):
    assert check_character(case["body"]) == case["check"]


def test_the_worked_example_step_by_step():
    trace = VECTORS["trace"]
    product = trace["start"]
    for _, value, x, after in trace["steps"]:
        assert ((product + value) % 36 or 36) == x
        product = 2 * x % 37
        assert product == after
    assert check_character("".join(step[0] for step in trace["steps"])) == trace["check"]
    assert parse(trace["id"]).check == trace["check"]


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["id"])
def test_valid(case):
    found = parse_lenient(case["id"])
    assert (found.type_code, found.issuer_code, found.serial, found.version, found.check) == tuple(
        case[name] for name in ("type", "issuer", "serial", "version", "check")
    )
    assert check_character(case["body"]) == case["check"]
    assert str(found) == case["id"]
    assert reason_of(parse, case["id"]) == case.get("strict_reason")
    assert reason_of(found.require_strict) == case.get("strict_reason")
    assert (reason_of(parse, case["id"]) is None) == case["strict"]


@pytest.mark.parametrize("case", VECTORS["every_check_character"], ids=lambda case: case["check"])
def test_every_check_character(case):
    assert parse(case["id"]).check == case["check"]
    assert str(parse(case["id"])) == case["id"]


def test_the_vectors_cover_the_whole_alphabet():
    assert len({case["check"] for case in VECTORS["every_check_character"]}) == 36


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: case["note"])
def test_invalid(case):
    assert reason_of(parse, case["id"]) == case["strict_reason"]
    assert reason_of(parse_lenient, case["id"]) == (None if case["lenient"] else case["lenient_reason"])


def test_the_vectors_show_every_reason():
    assert {case["strict_reason"] for case in VECTORS["invalid"]} == set(VECTORS["reasons"])


def test_the_first_failing_rule_gives_the_reason():
    wrong_everywhere = "1.2.156.3005.2.11100000000013338X032.340100.a.000.??"
    assert reason_of(parse, wrong_everywhere) == "type-authority-code"
    assert reason_of(parse_lenient, wrong_everywhere) == "serial-format"


@pytest.mark.parametrize("text", ["1.2.156.3005.2" + "." * 5, GOOD + "0" * MAX_LENGTH, GOOD.replace(".", "\uff0e")])
def test_odd_text_is_refused(text):
    assert reason_of(parse, text) is not None
    assert reason_of(parse_lenient, text) is not None


def test_the_longest_lenient_identifier_is_as_long_as_the_bound():
    longest = LicenceIdentifier("A" * 21, "B" * 32, "C" * 64, "999")
    assert len(str(longest)) == MAX_LENGTH
    assert parse_lenient(str(longest)) == longest


def test_no_identifier_is_made_of_characters_without_a_value():
    with pytest.raises(Malformed, match="serial-format"):
        LicenceIdentifier("11100000000013338W032", "11440106007480318H", "2026-1")
    with pytest.raises(Malformed, match="check-body"):
        check_character("a")


def test_versions_count_up_to_999():
    first = parse(GOOD)
    assert str(first.next_version()).split(".")[-2] == "002"
    assert parse(str(first.next_version())).serial == first.serial
    with pytest.raises(Conflict, match="versions-exhausted"):
        LicenceIdentifier(first.type_code, first.issuer_code, "1", "999").next_version()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("11100000000013338W032", None),
        ("11100000000013338WA32", "type-format"),
        ("11100000000013338W\u0660\u0663\u0662", "type-format"),
        ("11100000000013338X032", "type-authority-code"),
        ("11100000000013338W032\n", "type-format"),
    ],
)
def test_type_codes(code, reason):
    assert reason_of(check_type_code, code) == reason
