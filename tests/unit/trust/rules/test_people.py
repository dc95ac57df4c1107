"""Who counts as one person, and in which form names are enrolled."""

import pytest

from trust.rules.people import same_person, tidy_name
from trust.sealing.ports import Officer

ZHOU = Officer("scjg", "周明远")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Officer("scjg", "顾清和"), True),  # one login
        (Officer("SCJG", "顾清和"), True),
        (Officer("zhou2", "周明远"), True),  # one name under two logins
        (Officer("zhou2", "周 明远"), True),
        (Officer("zhou2", "周　明远 "), True),
        (Officer("zhou2", "周\u00b7明远"), True),
        (Officer("zhou2", "周\u200b明远"), True),  # a character that nobody sees
        (Officer("zhou2", "周\u2060明远\ufeff"), True),
        (Officer("\uff53\uff43jg", "顾清和"), True),
        (Officer("scjg2", "顾清和"), False),
        (Officer("scjg2", "周明"), False),
    ],
)
def test_one_human_with_two_accounts_is_one_person(other: Officer, same: bool) -> None:
    assert same_person(ZHOU, other) is same
    assert same_person(other, ZHOU) is same


def test_latin_names_are_compared_without_their_case_and_width() -> None:
    assert same_person(Officer("a", "Zhou Ming"), Officer("b", "".join(chr(ord(one) + 0xFEE0) for one in "zhouming")))


def test_an_officer_is_no_other_than_the_same_person() -> None:
    assert not ZHOU.is_other_than(Officer("zhou2", "周 明远"))
    assert ZHOU.is_other_than(Officer("zhou2", "周明"))


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("周明远", "周明远"),
        (" 周 明\u3000远 ", "周明远"),
        ("周\u200b明远", "周明远"),
        ("\uff21nna  Zhou", "Anna Zhou"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("", ""),
    ],
)
def test_names_are_enrolled_in_one_form(given: str, tidy: str) -> None:
    assert tidy_name(given) == tidy
    assert tidy_name(tidy) == tidy
