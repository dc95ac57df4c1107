"""One item of a type: what its kind, pattern, list and count let through, and rules that make no sense."""

from typing import Any

import pytest

from trust.errors import Malformed
from trust.rules.field import FieldRule
from trust.rules.field_kind import KIND_LABELS, KINDS

SEXES = [["1", "男"], ["2", "女"]]  # as TOML gives it


def rule(**changed: Any) -> FieldRule:
    return FieldRule(**{"key": "item", "short_name": "XM", "label": "项目", "max_length": 60, **changed})


GOOD = {
    "text": ({}, ["任何文字", "a；b"]),
    "date": ({"kind": "date"}, ["2026年11月21日", "2024年02月29日", "0001年01月01日"]),
    "month": ({"kind": "month"}, ["2026年01月", "1999年12月"]),
    "number": ({"kind": "number"}, ["0", "-0.5", "12", "123456789012345.123456"]),
    "code": ({"kind": "code", "codes": SEXES}, ["男", "女"]),
    "uscc": ({"kind": "uscc"}, ["91530199MA6QH2K74U"]),
    "citizen": ({"kind": "citizen"}, ["530199191107070021", "11010519491231002X"]),
    "photo": ({"kind": "photo", "max_length": 80}, ["sm3:" + "0a" * 32]),
    "table": ({"kind": "table", "columns": ["树种", "株数"]}, ["杉木｜120", "杉木｜120；马尾松｜45"]),
    "several dates": ({"kind": "date", "repeat": 2}, ["2026年11月21日", "2026年11月21日；2027年11月21日"]),
    "several of a pattern": ({"pattern": "[A-C]", "repeat": 3}, ["A", "A；B；C"]),
}


@pytest.mark.parametrize(("changed", "values"), GOOD.values(), ids=GOOD.keys())
def test_what_an_item_may_hold(changed: dict[str, Any], values: list[str]) -> None:
    for value in values:
        assert rule(**changed).check(value) == value


BAD = [
    ({"kind": "date"}, "2026年02月30日", "not-a-day"),
    ({"kind": "date"}, "2026-11-21", "not-a-day"),
    ({"kind": "date"}, "2026年1月1日", "not-a-day"),
    ({"kind": "date"}, "\uff12026年01月01日", "not-a-day"),
    ({"kind": "date"}, "0000年01月01日", "not-a-day"),
    ({"kind": "month"}, "2026年13月", "not-a-month"),
    ({"kind": "month"}, "2026年", "not-a-month"),
    ({"kind": "number"}, "1,000", "not-a-number"),
    ({"kind": "number"}, "01", "not-a-number"),
    ({"kind": "number"}, "1.", "not-a-number"),
    ({"kind": "number"}, "1e5", "not-a-number"),
    ({"kind": "number"}, "\uff11", "not-a-number"),
    ({"kind": "code", "codes": SEXES}, "1", "not-in-list"),
    ({"kind": "code", "codes": SEXES}, "不详", "not-in-list"),
    ({"kind": "uscc"}, "91530199MA6QH2K74A", "check"),
    ({"kind": "uscc"}, "91530199", "length"),
    ({"kind": "citizen"}, "530199191107070022", "check"),
    ({"kind": "citizen"}, "530199191113070021", "birth-date"),
    ({"kind": "photo", "max_length": 80}, "sm3:" + "0A" * 32, "photo"),
    ({"kind": "table", "columns": ["树种", "株数"]}, "杉木｜120；马尾松", "table-cells"),
    ({"kind": "table", "columns": ["树种", "株数"], "repeat": 1}, "杉木｜1；松｜2", "too-many-values"),
    ({"kind": "date", "repeat": 2}, "2026年11月21日；昨天", "not-a-day"),
    ({"kind": "date", "repeat": 2}, "2026年11月21日；", "empty"),
    ({"repeat": 2}, "甲；乙；丙", "too-many-values"),
    ({"repeat": 2}, "甲； 乙", "edge-space"),
    ({"pattern": "[A-C]", "repeat": 3}, "A；D", "pattern"),
    ({"pattern": "[A-C]"}, "A；B", "pattern"),
]


@pytest.mark.parametrize(("changed", "value", "reason"), BAD)
def test_what_an_item_may_not_hold(changed: dict[str, Any], value: str, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        rule(**changed).check(value)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "colour"},
        {"kind": "table"},
        {"kind": "table", "columns": ("一",)},
        {"kind": "date", "columns": ("一", "二")},
        {"kind": "code"},
        {"kind": "text", "codes": SEXES},
        {"kind": "code", "codes": [["1", "男"], ["1", "女"]]},
        {"kind": "code", "codes": [["1", "男"], ["2", "男"]]},
        {"kind": "code", "codes": [[str(code), f"第{code}"] for code in range(501)]},
        {"kind": "photo", "pattern": "x"},
        {"kind": "photo", "repeat": 2},
        {"repeat": 0},
        {"repeat": 401},
        {"max_length": 0},
        {"max_length": 4001},
        {"disclosure": "friends"},
    ],
)
def test_a_rule_that_makes_no_sense(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="field-rule"):
        rule(**changed)


@pytest.mark.parametrize("changed", [{"group": ""}, {"group": "组\n"}, {"columns": ("一", ""), "kind": "table"}])
def test_names_are_texts_that_may_stand_on_a_licence(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        rule(**changed)


def test_every_kind_has_a_name() -> None:
    assert KIND_LABELS.keys() == KINDS


def test_rules_from_a_file_and_from_a_document_are_equal() -> None:
    assert rule(kind="code", codes=SEXES) == rule(kind="code", codes=(("1", "男"), ("2", "女")))
    assert hash(rule(kind="code", codes=SEXES)) == hash(rule(kind="code", codes=(("1", "男"), ("2", "女"))))
