"""Number rules: checked, drawn, and compared; ISO 7064 MOD 11,10 on published examples."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Malformed
from trust.rules.number_rule import (
    MAX_NUMBER,
    NumberFacts,
    NumberRule,
    check_alphabet,
    check_digit,
    number_rule,
    same_number,
)

FACTS = NumberFacts("530199", date(2026, 11, 21), "91530199MA6QH2K74U")
FOOD = NumberRule("JY1{area}{sequence:6}{check}")

GOOD = [
    ("JY1{area}{sequence:6}{check}", FOOD.number(FACTS, 12345)),
    ("{holder}", "91530199MA6QH2K74U"),
    ("云（{year}）云岭市不动产权第{sequence:7}号", "云（2026）云岭市不动产权第0000001号"),
    ("{area:4}-{year}-{digits:3}", "5301-2026-007"),
    ("{letters:2}{any:4}", "ABA0Z9"),
]


@pytest.mark.parametrize(("text", "number"), GOOD)
def test_a_number_by_the_rule(text: str, number: str) -> None:
    number_rule(text).check(number, FACTS)


WORDS = [
    ("JY1{area}{sequence:6}{check}", "JY1〔区划代码〕〔6位顺序号〕〔校验位〕"),
    ("云（{year}）第{sequence:7}号", "云（〔颁发年份〕）第〔7位顺序号〕号"),
    ("{holder}", "〔持证主体代码〕"),
    ("{area:4}-{digits:3}{letters:2}{any:4}", "〔区划代码前4位〕-〔3位数字〕〔2位大写字母〕〔4位字母或数字〕"),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_a_rule_in_words(text: str, words: str) -> None:
    assert number_rule(text).words == words


BAD = [
    ("JY1{area}{sequence:6}{check}", "JY1530198000001" + "0", "number-form"),
    ("JY1{area}{sequence:6}{check}", "JY15301990000010", "number-check"),
    ("{holder}", "91530199MA6RT5X39X", "number-form"),
    ("{year}{sequence:4}", "20250001", "number-form"),
    ("{year}{sequence:4}", "20260001 ", "number-form"),
    ("{year}{sequence:4}", "2026000\uff11", "number-form"),
    ("{year}{sequence:4}", "202600012", "number-form"),
    ("{letters:2}", "ab", "number-form"),
    ("A.B{sequence:1}", "AxB1", "number-form"),
]


@pytest.mark.parametrize(("text", "number", "reason"), BAD)
def test_a_number_against_the_rule(text: str, number: str, reason: str) -> None:
    correct = FOOD.number(FACTS, 1)
    number = number if number != correct else correct[:-1] + str((int(correct[-1]) + 1) % 10)
    with pytest.raises(Malformed) as refusal:
        number_rule(text).check(number, FACTS)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "JY1",
        "{colour}",
        "{sequence}",
        "{sequence:0}",
        "{sequence:19}",
        "{area:1}",
        "{area:7}",
        "{year:4}",
        "{sequence:2}{sequence:2}",
        "{check}{check}",
        "{sequence:6",
        "}{sequence:6}",
        "{sequence:6}\n",
        "{sequence:6}" + "A" * 200,
    ],
)
def test_a_text_that_is_no_rule(text: str) -> None:
    with pytest.raises(Malformed):
        NumberRule(text)


@given(count=st.integers(1, 999_999))
def test_what_is_drawn_is_by_the_rule_and_as_long_as_the_widest(count: int) -> None:
    number = FOOD.number(FACTS, count)
    FOOD.check(number, FACTS)
    assert len(number) == len(FOOD.widest(FACTS))
    assert f"{count:06d}" in number


@given(first=st.integers(1, 999_999), second=st.integers(1, 999_999))
def test_two_counts_never_give_one_number(first: int, second: int) -> None:
    assert (FOOD.number(FACTS, first) == FOOD.number(FACTS, second)) is (first == second)


@pytest.mark.parametrize("count", [0, -1, 1_000_000])
def test_a_count_without_a_place(count: int) -> None:
    with pytest.raises(Malformed, match="number-exhausted"):
        FOOD.number(FACTS, count)


@pytest.mark.parametrize("text", ["{holder}", "{year}{digits:4}", "{sequence:4}{any:2}"])
def test_a_rule_that_leaves_something_free_is_not_drawn_by(text: str) -> None:
    rule = NumberRule(text)
    assert not rule.drawable
    with pytest.raises(Malformed, match="number-rule"):
        rule.number(FACTS, 1)


def test_numbers_are_counted_by_what_they_share() -> None:
    rule = NumberRule("{area:4}{year}{sequence:4}{check}")
    other_year = NumberFacts("530199", date(2027, 1, 1), "x")
    assert rule.scope(FACTS) == "53012026"
    assert rule.scope(other_year) == "53012027"
    assert rule.scope(NumberFacts("530198", date(2026, 1, 1), "y")) == rule.scope(FACTS)


@pytest.mark.parametrize(("digits", "check"), [("0794", "5"), ("00200667308", "5")])
def test_the_check_digit_of_the_standard(digits: str, check: str) -> None:
    """The examples that circulate for ISO 7064 MOD 11,10: 0794-5, and a tax number."""
    assert check_digit(digits) == check
    assert check_digit(f"JY{digits}") == check, "letters do not count"


SAME = [
    ("jy1530199", "JY1530199"),
    ("\uff2a\uff39\uff11", "JY1"),
    ("JY 1530\u3000199", "JY1530199"),
    ("云（2026）1号", "云(2026)1号"),
    ("\u2160号", "I号"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_people_read_as_one_number_is_one(one: str, other: str) -> None:
    assert same_number(one) == same_number(other)


def test_other_numbers_are_others() -> None:
    numbers = ["JY1", "JY2", "1YJ", "JY10", "O1", "01"]
    assert len({same_number(one) for one in numbers}) == len(numbers)


@given(st.text(min_size=1, max_size=MAX_NUMBER))
def test_every_text_has_a_form_of_bounded_length(text: str) -> None:
    form = same_number(text)
    assert 0 < len(form) <= MAX_NUMBER
    assert same_number(form) == form or form.startswith("sm3:")


@pytest.mark.parametrize(
    "twin",
    [
        "yl-abc1",
        "\uff39L-AbC1",
        "YL\u2010AbC1",
        "YL\u2014AbC1",
        "YL\uff0dAbC1",
        "YL-Ab\u04211",
        "YL-\u0391bC1",
        "YL-AbC1\u200b",
        "YL -AbC1",
    ],
)
def test_numbers_that_print_the_same_are_one(twin: str) -> None:
    assert same_number(twin) == same_number("YL-AbC1")


@pytest.mark.parametrize(
    "number", ["YL-AbC1", "云（2026）云岭市不动产权第0000001号", "云岭采字〔2026〕第12号", "\uff39L1", "Ⅱ-3", "㐀1"]
)
def test_the_alphabet_of_numbers(number: str) -> None:
    check_alphabet(number)


@pytest.mark.parametrize(
    "number", ["YL\u2010AbC1", "YL-Ab\u04211", "\u0391-1", "A\u200b1", "A\u2014B", "é1", "😀", "A\n1"]
)
def test_characters_that_no_number_is_written_in(number: str) -> None:
    with pytest.raises(Malformed, match="number-characters"):
        check_alphabet(number)


def test_a_rule_has_no_character_that_no_number_has() -> None:
    with pytest.raises(Malformed, match="number-rule"):
        NumberRule("YL\u2010{sequence:4}")
