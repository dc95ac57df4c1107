"""A retired type stays retired: for issuing, for publishing and for verifiers, whoever can write the database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.catalogue.errors import TypeRetired
from issuer.issuing import issue
from service.wiring import Yinzheng
from tests.catalogue_parts import FOOD, FOOD_CODE, REVIEWER, published, tamper, template
from tests.city import City
from tests.journey_parts import PASSED, failed, indication
from trust.certification.trust_listing import check_successor
from trust.errors import Conflict
from trust.rules.catalogue_entry import TypeInForce
from trust.rules.number_rule import check_digit


@pytest.fixture
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def retired(city: City) -> None:
    city.clock.forward(hours=1)
    city.yinzheng.catalogue.retire(FOOD_CODE, by=REVIEWER, note="停办")


def brought_back(city: City) -> Yinzheng:
    """What whoever can write the database does: everything that says the type was retired is gone from the catalogue."""
    tamper(city, "DELETE FROM catalogue_event WHERE type_code = :code AND step = 'retire'", code=FOOD_CODE)
    tamper(
        city,
        "DELETE FROM catalogue_edition WHERE number = "
        "(SELECT max(number) FROM catalogue_edition WHERE type_code = :code)",
        code=FOOD_CODE,
    )
    tamper(city, "UPDATE catalogue_version SET state = 'published' WHERE type_code = :code", code=FOOD_CODE)
    return Yinzheng(city.yinzheng._means)


def test_the_trust_list_says_what_is_in_force(city: City) -> None:
    city.yinzheng.publisher.refresh(city.clock())
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    assert listed.type_in_force(FOOD_CODE) == TypeInForce(FOOD_CODE, 1)
    assert {one.code for one in listed.in_force or ()} == {code for code, _ in listed.types}
    retired(city)
    after = city.yinzheng.publisher.trust_list()
    assert after is not None
    told = after.type_in_force(FOOD_CODE)
    assert told is not None
    assert told.retired_at == city.clock().replace(microsecond=0)


def test_who_writes_the_database_brings_no_type_back(city: City) -> None:
    retired(city)
    told = city.yinzheng.publisher.trust_list()
    again = brought_back(city)
    with pytest.raises(TypeRetired):
        again.office.bundle(FOOD_CODE)
    again.publisher.refresh(city.clock.forward(days=4))
    listed = again.publisher.trust_list()
    assert listed is not None
    assert told is not None
    assert listed.sequence > told.sequence
    assert listed.type_in_force(FOOD_CODE) == told.type_in_force(FOOD_CODE)
    with pytest.raises(TypeRetired):
        again.office.bundle(FOOD_CODE)


def test_a_higher_version_brings_it_back(city: City) -> None:
    retired(city)
    city.clock.forward(hours=1)
    published(city, template(FOOD, 2))
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    assert listed.type_in_force(FOOD_CODE) == TypeInForce(FOOD_CODE, 2)
    assert city.yinzheng.office.bundle(FOOD_CODE).template.endswith("/2")


@pytest.mark.parametrize(
    "change",
    [
        lambda one: None,
        lambda one: replace(one, retired_at=None),
        lambda one: replace(one, retired_at=one.retired_at + timedelta(days=1)),
    ],
    ids=["forgotten", "in force again", "retired later"],
)
def test_a_list_that_takes_it_back_is_not_published(city: City, change: object) -> None:
    retired(city)
    last = city.yinzheng.publisher.trust_list()
    assert last is not None
    others = tuple(one for one in last.in_force or () if one.code != FOOD_CODE)
    changed = change(last.type_in_force(FOOD_CODE))  # type: ignore[operator]  # a function of the table
    forged = replace(last, sequence=last.sequence + 1, in_force=others + ((changed,) if changed else ()))
    with pytest.raises(Conflict, match="type-revived"):
        check_successor(last, forged)


def test_what_was_issued_after_the_end_fails_and_what_was_issued_before_holds(city: City) -> None:
    before, bundle = city.issue(FOOD), city.yinzheng.office.bundle(FOOD_CODE)
    retired(city)
    city.clock.forward(hours=1)
    all_the_same = replace(city.yinzheng.office, bundle=lambda _code: bundle)
    application = city.application(FOOD, number="JY25301990009992")
    application = replace(application, number=type_number(application.number))
    after = issue(all_the_same, application, key="after the end", by="沈知夏", at=city.clock())
    city.yinzheng.publisher.after_issue(after.entry.licence.status.list, city.clock())
    assert indication(city.yinzheng.verify_file(before.ofd)) is PASSED
    for file in (after.ofd, after.pdf):
        assert (6, "type-in-force") in failed(city.yinzheng.verify_file(file))


def type_number(number: str) -> str:
    """A number of the rule of food permits: its last digit is a check."""
    return number[:-1] + check_digit(number[:-1])
