"""Numbers by the rule of their type: drawn, checked, and never given twice, whatever width or case they are typed in."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from issuer.errors import ApplicationRefused, DuplicateNumber
from issuer.issuing import Issued
from tests.catalogue_parts import FOOD, published, template
from tests.city import OFFICIAL, City
from tests.journey_parts import PASSED, indication, number
from trust.rules.number_rule import check_digit

RULE = 'bundle_version = 2\nnumber_rule = "JY1{area}{sequence:6}{check}"\nnumber_drawn = true\nyears = 5'


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    published(made, template(**{"bundle_version = 2": RULE}))
    yield made
    made.close()


def issue(city: City, key: str, given: str = "", **changed: object) -> Issued:
    asked = city.application(
        FOOD, **{"issued_on": "2026-11-21", "valid_from": "2026-11-21", "valid_until": "2031-11-20", **changed}
    )
    return city.yinzheng.issue(replace(asked, number=given), key=key, by=OFFICIAL)


def test_a_number_that_is_left_out_is_drawn(city: City) -> None:
    first, second = issue(city, "first"), issue(city, "second")
    numbers = [one.entry.licence.number for one in (first, second)]
    assert numbers == [f"JY1530199{count:06d}{check_digit(f'1530199{count:06d}')}" for count in (1, 2)]
    assert indication(city.yinzheng.verify_file(first.pdf)) is PASSED
    assert issue(city, "first").ofd == first.ofd, "the same request has the same number"


def test_a_number_given_by_hand_is_passed_over_when_the_count_comes_to_it(city: City) -> None:
    last = int(issue(city, "before").entry.licence.number[9:15])
    taken = f"1530199{last + 1:06d}"
    issue(city, "by hand", f"JY{taken}{check_digit(taken)}")
    assert int(issue(city, "after").entry.licence.number[9:15]) == last + 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [("JY15301980000990", "number-form"), ("JY1530199000099", "number-form"), ("JY15301990009990", "number-check")],
)
def test_a_number_against_the_rule_is_refused(city: City, given: str, reason: str) -> None:
    if given[:-1] == "JY1530199000999" and check_digit("1530199000999") == given[-1]:
        given = given[:-1] + "1"
    with pytest.raises(ApplicationRefused) as refusal:
        issue(city, f"refused {given}", given)
    assert refusal.value.problems == (("number", reason),)


def test_a_licence_lasts_no_longer_than_its_type_allows(city: City) -> None:
    with pytest.raises(ApplicationRefused) as refusal:
        issue(city, "too long", valid_until="2031-11-21")
    assert refusal.value.problems == (("valid_until", "beyond-longest"),)


def test_a_type_without_a_count_wants_its_number(city: City) -> None:
    asked = replace(city.application("business-licence"), number="")
    with pytest.raises(ApplicationRefused) as refusal:
        city.yinzheng.issue(asked, key="none", by=OFFICIAL)
    assert refusal.value.problems == (("number", "missing"),)


@pytest.mark.parametrize(
    "again",
    [
        str.lower,
        lambda text: text.translate({ord(c): ord(c) + 0xFEE0 for c in text}),
        lambda text: f"{text[:4]} {text[4:]}",
    ],
)
def test_the_same_number_in_another_width_or_case_is_refused(city: City, again) -> None:
    first = number()
    city.issue(number=first, key=f"plain {first}")
    with pytest.raises(DuplicateNumber):
        city.issue(number=again(first), key=f"again {first}")
