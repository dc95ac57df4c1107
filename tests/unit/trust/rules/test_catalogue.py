"""The catalogue: rules of items, types that contradict themselves, and every problem of a licence's values."""

from dataclasses import replace
from datetime import date

import pytest

from trust.errors import Malformed
from trust.rules.catalogue import FieldRule, check_fields, field_problems
from trust.rules.errors import FieldRefused
from trust.rules.party import IssuingBody
from trust.rules.seal_standing import SealKind


def problems(licence_type, values) -> list[tuple[str, str]]:
    return [(problem.key, problem.reason) for problem in field_problems(licence_type, values)]


def test_good_values_come_back_in_the_order_of_the_type_without_empty_ones(licence_type):
    values = check_fields(licence_type, {"home": "", "level": "12", "work": "建筑电工", "note": None})
    assert list(values.items()) == [("work", "建筑电工"), ("level", "12")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, [("work", "missing")]),
        ({"work": ""}, [("work", "missing")]),
        ({"work": None}, [("work", "missing")]),
        ({"work": " "}, [("work", "edge-space")]),
        ({"work": 3}, [("work", "not-text")]),
        ({"work": 0}, [("work", "not-text")]),
        ({"work": ["建筑电工"]}, [("work", "not-text")]),
        ({"work": "工" * 41}, [("work", "too-long")]),
        ({"work": "电\u202e工"}, [("work", "format-character")]),
        ({"work": "电工\ue000"}, [("work", "private-use")]),
        ({"work": "电工\ud800"}, [("work", "surrogate")]),
        ({"work": "电工", "level": "三"}, [("level", "pattern")]),
        ({"work": "电工", "level": "\uff13"}, [("level", "pattern")]),
        ({"work": "电工", "level": "3\n"}, [("level", "control-character")]),
        ({"work": "电工", "wrok": "x"}, [("wrok", "unknown")]),
        ({"level": "abc", "x": "1"}, [("work", "missing"), ("level", "too-long"), ("x", "unknown")]),
    ],
)
def test_every_problem_is_named(licence_type, values, expected):
    assert problems(licence_type, values) == expected
    with pytest.raises(FieldRefused) as caught:
        check_fields(licence_type, values)
    assert (caught.value.key, caught.value.reason) == expected[0]


def test_the_value_is_not_in_the_refusal(licence_type):
    with pytest.raises(FieldRefused) as caught:
        check_fields(licence_type, {"work": "张三丰的住址\n"})
    assert "张三丰" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "Work"},
        {"key": ""},
        {"short_name": "czlb"},
        {"short_name": "操作"},
        {"max_length": 0},
        {"max_length": 4001},
        {"disclosure": "everybody"},
    ],
)
def test_rules_that_make_no_sense(changes):
    with pytest.raises(Malformed) as caught:
        replace(FieldRule("work", "CZLB", "操作类别", 40), **changes)
    assert caught.value.reason == "field-rule"


def test_metadata_names_carry_the_prefix_once():
    assert FieldRule("work", "CZLB", "操作类别", 40).metadata_name == "KZ_CZLB"
    assert FieldRule("work", "KZ_CZLB", "操作类别", 40).metadata_name == "KZ_CZLB"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "11100000000013338W03"}, "type-format"),
        ({"code": "11100000000013338X032"}, "type-authority-code"),
        ({"defining_authority": IssuingBody("自然资源部", "11100000MB03271699")}, "type-authority-code"),
        ({"holder_code_types": ()}, "type-rule"),
        ({"holder_code_types": ("112",)}, "type-rule"),
        ({"validity": "forever"}, "type-rule"),
        ({"number_disclosure": "everybody"}, "type-rule"),
        (
            {"fields": (FieldRule("a", "XM", "甲", 1), FieldRule("b", "KZ_XM", "乙", 1))},
            "type-rule",
        ),
        ({"fields": (FieldRule("a", "XM", "甲", 1), FieldRule("a", "XN", "乙", 1))}, "type-rule"),
        ({"name": "证照\u200b"}, "format-character"),
    ],
)
def test_types_that_make_no_sense(licence_type, changes, reason):
    with pytest.raises(Malformed) as caught:
        replace(licence_type, **changes)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "changes",
    [
        {"validity": "permanent", "years": 5},
        {"validity": "years", "years": 0},
        {"validity": "years", "years": 101},
        {"approval": "three"},
        {"check_months": 0},
        {"check_months": 121},
        {"check_months": True},
        {"seals": ()},
        {"seals": ("contract",)},
        {"seals": ("licence", "licence")},
        {"number_drawn": True},
        {"number_rule": "{holder}", "number_drawn": True},
    ],
)
def test_rules_of_a_type_that_make_no_sense(licence_type, changes):
    with pytest.raises(Malformed, match="type-rule"):
        replace(licence_type, **changes)


def test_a_type_with_rules_of_its_own(licence_type):
    kind = replace(
        licence_type, validity="years", years=5, approval="two", seals=("unit",), number_rule="A{sequence:3}",
        number_drawn=True,
    )  # fmt: skip
    assert kind.seals == (SealKind.UNIT,)
    assert kind.numbering is not None
    assert kind.numbering.drawable
    assert licence_type.numbering is None
    with pytest.raises(Malformed):
        replace(licence_type, number_rule="A{sequence}")


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        (date(2026, 11, 21), 5, date(2031, 11, 20)),
        (date(2026, 1, 1), 1, date(2026, 12, 31)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 28)),
        (date(9990, 1, 2), 100, date(9999, 12, 30)),
    ],
)
def test_the_last_day_a_licence_may_have(licence_type, first, years, last):
    kind = replace(licence_type, validity="years", years=years)
    assert kind.last_day(first) == last
    assert replace(kind, years=None).last_day(first) is None


def test_items_stand_under_their_headings_in_the_order_of_the_type(licence_type):
    first, second, *rest = licence_type.fields
    kind = replace(
        licence_type, fields=(replace(first, group="甲"), second, *(replace(one, group="甲") for one in rest))
    )
    assert [(name, [rule.key for rule in rules]) for name, rules in kind.groups.items()] == [
        ("甲", [first.key, *(rule.key for rule in rest)]),
        ("证照特有信息", [second.key]),
    ]
