"""Patterns of items: what they let through, what is no pattern, and that a long text costs no more than its length."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.errors import Malformed
from trust.rules import pattern
from trust.rules.field import FieldRule
from trust.rules.pattern import MAX_PLACES, Pattern, pattern_of

MATCHES = [
    (r"\d{4}年\d{2}月\d{2}日", "2026年11月21日"),
    (r"[\d\-]{3,20}", "0871-65"),
    ("[男女]", "女"),
    ("[0-9A-Z]{28}", "A" * 28),
    ("甲级|乙级|丙级", "乙级"),
    ("(?:云)?林证字(第[0-9]+号)?", "林证字第12号"),
    ("[^0-9]*", "没有数字"),
    ("[^0-9]*", ""),
    (r"a\.b\\", "a.b\\"),
    (".{2}", "\u3400x"),
    ("(a|b){2,3}", "bab"),
    ("(a?){3}", "aa"),
    (r"[\]\[a-]", "-"),
    ("[a-c-]", "-"),
]
OTHERS = [
    (r"\d{4}年", "\uff12026年"),
    ("[0-9A-Z]{28}", "A" * 27),
    ("[0-9A-Z]{28}", "A" * 29),
    ("甲级|乙级", "甲级乙级"),
    ("[男女]", ""),
    ("a+", "aab"),
    (r"a\.b", "axb"),
]


@pytest.mark.parametrize(("text", "value"), MATCHES)
def test_what_a_pattern_takes(text: str, value: str) -> None:
    assert Pattern(text).takes(value)
    assert re.fullmatch(text, value, re.ASCII)


@pytest.mark.parametrize(("text", "value"), OTHERS)
def test_what_a_pattern_does_not_take(text: str, value: str) -> None:
    assert not Pattern(text).takes(value)
    assert not re.fullmatch(text, value, re.ASCII)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "1: empty"),
        ("(", "2: )"),
        (")", "1: )"),
        ("a)", "2: )"),
        ("[", "2: ]"),
        ("[]", "2: ]"),
        ("[^]", "3: ]"),
        ("[z-a]", "4: range"),
        (r"[\d-z]", "5: range"),
        ("[a-\\d]", "4: range"),
        ("*a", "1: *"),
        ("a**", "3: *"),
        ("a+?", "3: ?"),
        ("a++", "3: +"),
        ("a{2}{3}", "5: {"),
        ("a{", "2: {"),
        ("a{2", "2: {"),
        ("a{,3}", "2: {"),
        ("a{3,2}", "2: {"),
        ("a{0}", "2: {"),
        ("a{1000}", "2: {"),
        ("((){256}){2}", f"{MAX_PLACES}"),
        ("a}", "2: }"),
        ("a]", "2: ]"),
        ("^a$", "1: ^"),
        ("a$", "2: $"),
        (r"\w", r"1: \w"),
        (r"\s", r"1: \s"),
        (r"(a)\1", r"4: \1"),
        ("a\\", "2: \\"),
        ("(?=a)", "2: ?"),
        ("(?i)a", "2: ?"),
        ("(?P<a>b)", "2: ?"),
        ("a{200}b{200}", f"{MAX_PLACES}"),
        ("((a{15}){15}){15}", f"{MAX_PLACES}"),
        ("(" * 20 + "a" + ")" * 20, "nested"),
        ("a" * 401, "too-long"),
        ("a\n", "control-character"),
    ],
)
def test_what_is_no_pattern(text: str, fact: str) -> None:
    with pytest.raises(Malformed) as refusal:
        Pattern(text)
    assert refusal.value.reason == "field-pattern"
    assert fact in str(refusal.value)


def test_a_rule_takes_no_other_pattern() -> None:
    with pytest.raises(Malformed, match="field-pattern") as refusal:
        FieldRule(key="item", short_name="XM", label="项目", max_length=60, pattern="([0-9A-Z]+)+$")
    assert refusal.value.reason == "field-pattern"


@pytest.mark.parametrize(
    "text", ["([0-9A-Z]+)+_", "(a|a)*_", "(a*)*_", "a*a*a*a*a*a*a*a*_", "(a?){40}a{40}_", ".*.*.*.*.*_"]
)
def test_a_long_text_costs_its_length_times_the_places(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a matcher that tries every way ages is counted here: one step for each character and place."""
    made, looked = Pattern(text), 0
    followers = pattern.followers_of

    def counted(automaton: pattern.Automaton, hit: int) -> int:
        nonlocal looked
        looked += hit.bit_count()
        return followers(automaton, hit)

    monkeypatch.setattr(pattern, "followers_of", counted)
    assert not made.takes("a" * 2000)
    assert looked <= 2000 * MAX_PLACES


ATOMS = st.sampled_from(["a", "b", "年", r"\d", "[ab]", "[^a]", ".", r"\."])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: f"({'|'.join(some)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,3}", "{2,}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("ab年1.", max_size=7))
def test_it_means_what_the_usual_expression_means(text: str, value: str) -> None:
    assert Pattern(text).takes(value) == bool(re.fullmatch(text, value, re.ASCII))


def test_a_pattern_is_read_once() -> None:
    assert pattern_of("[0-9]{3}") is pattern_of("[0-9]{3}")
