"""Mandates: who asks, who decides, and what cannot be granted, delegated or ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.catalogue.errors import EntryUnknown, MandateRefused, SecondPerson, StepRefused
from issuer.catalogue.granting import Actor
from issuer.catalogue.life import Progress
from issuer.catalogue.ports import MandateWish, Origin, Wanted
from tests.catalogue_parts import (
    ADMIN,
    COUNTY,
    COUNTY_AREA,
    FOOD,
    FOOD_CODE,
    SECOND_ADMIN,
    actor_for,
    delegated,
    ended,
    mandate_of,
)
from tests.city import City
from trust.errors import Conflict, Malformed
from trust.rules.errors import FieldRefused
from trust.sealing.ports import Officer

DAY = timedelta(days=1)
TEACHERS = "11100000999901153M001"
CLERK = Actor(Officer("qx", "县经办"), COUNTY.body.code, administers=False)


def grant(**changed: object) -> MandateWish:
    values: dict[str, object] = {"area": COUNTY_AREA, "reason": "三定方案"} | changed
    return MandateWish(Wanted.GRANT, COUNTY.body.code, TEACHERS, **values)  # type: ignore[arg-type]  # names and values come from the test


def delegate(city: City, **changed: object) -> MandateWish:
    values: dict[str, object] = {"area": COUNTY_AREA, "reason": "下放", "above": mandate_of(city, city.body_code(FOOD))}
    return MandateWish(Wanted.DELEGATE, COUNTY.body.code, "", **(values | changed))  # type: ignore[arg-type]  # as above


def test_a_grant_is_asked_for_by_one_and_approved_by_another(city: City) -> None:
    catalogue = city.yinzheng.catalogue
    before = city.yinzheng.publisher.trust_list()
    asked = catalogue.ask(grant(), key="k", by=CLERK)
    assert (asked.progress, asked.mandate) == (Progress.WAITING, None)
    assert catalogue.ask(grant(), key="k", by=CLERK) == asked
    with pytest.raises(Conflict, match="idempotency-mismatch"):
        catalogue.ask(grant(reason="另一个事由"), key="k", by=CLERK)
    for another in (CLERK, replace(ADMIN, officer=CLERK.officer), replace(ADMIN, officer=Officer("x", "县经办"))):
        with pytest.raises(SecondPerson):
            catalogue.decide(asked.number, approve=True, by=another)
    decided = catalogue.decide(asked.number, approve=True, by=ADMIN)
    assert (decided.progress, decided.decided_by) == (Progress.APPROVED, ADMIN.officer)
    after = city.yinzheng.publisher.trust_list()
    assert before is not None
    assert after is not None
    (new,) = set(after.mandates) - set(before.mandates)
    assert (new.number, new.issuer_name, new.area, new.valid_until) == (
        decided.mandate, COUNTY.body.name, COUNTY_AREA, None,
    )  # fmt: skip
    with pytest.raises(StepRefused):
        catalogue.decide(asked.number, approve=False, by=SECOND_ADMIN, note="改主意")


def test_a_request_is_refused_with_a_reason_or_taken_back(city: City) -> None:
    catalogue = city.yinzheng.catalogue
    asked = catalogue.ask(grant(), key="k", by=CLERK)
    with pytest.raises(MandateRefused, match="note-missing"):
        catalogue.decide(asked.number, approve=False, by=ADMIN)
    assert catalogue.decide(asked.number, approve=False, by=ADMIN, note="依据不足").progress is Progress.REFUSED
    other = catalogue.ask(grant(), key="k2", by=CLERK)
    with pytest.raises(EntryUnknown):
        catalogue.withdraw_request(other.number, by=ADMIN)
    assert catalogue.withdraw_request(other.number, by=CLERK).progress is Progress.WITHDRAWN
    with pytest.raises(StepRefused):
        catalogue.withdraw_request(other.number, by=CLERK)
    assert COUNTY.body.code not in {one.mandate.issuer_code for one in catalogue.mandates()}
    for number in ("nothing", "", "\0"):
        with pytest.raises(EntryUnknown):
            catalogue.decide(number, approve=True, by=ADMIN)


NOT_GRANTED = {
    "a body that is none": ({"issuer_code": "11530199MB0T35T60R"}, "body-unknown"),
    "a type that is none": ({"type_code": "11100000MB0143028R999"}, "type-unknown"),
    "over before it begins": ({"valid_until": -DAY}, "mandate-period"),
    "over when it begins": ({"valid_from": DAY, "valid_until": DAY}, "mandate-period"),
}


@pytest.mark.parametrize(("changed", "reason"), NOT_GRANTED.values(), ids=NOT_GRANTED.keys())
def test_what_is_not_granted(city: City, changed: dict[str, object], reason: str) -> None:
    at = city.clock()
    moved = {name: at + value if isinstance(value, timedelta) else value for name, value in changed.items()}
    with pytest.raises(MandateRefused) as refusal:
        city.yinzheng.catalogue.ask(replace(grant(), **moved), key="k", by=ADMIN)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("area", ["530100", "5301a", "530", ""])
def test_an_area_that_is_none(city: City, area: str) -> None:
    with pytest.raises(Malformed, match="area"):
        city.yinzheng.catalogue.ask(grant(area=area), key="k", by=ADMIN)


@pytest.mark.parametrize("reason", ["", "两\n行", "长" * 201])
def test_a_request_says_why(city: City, reason: str) -> None:
    with pytest.raises(FieldRefused):
        city.yinzheng.catalogue.ask(grant(reason=reason), key="k", by=ADMIN)


@pytest.mark.parametrize("key", ["", "k" * 129, "a\nb"])
def test_a_key_that_is_none(city: City, key: str) -> None:
    with pytest.raises(Malformed, match="idempotency-key"):
        city.yinzheng.catalogue.ask(grant(), key=key, by=ADMIN)


def test_a_mandate_begins_when_it_is_approved_and_never_before(city: City) -> None:
    catalogue = city.yinzheng.catalogue
    asked = catalogue.ask(grant(valid_from=city.clock() - 30 * DAY), key="k", by=CLERK)
    city.clock.forward(days=2)
    number = catalogue.decide(asked.number, approve=True, by=ADMIN).mandate
    (made,) = [one for one in catalogue.mandates() if one.mandate.number == number]
    assert (made.mandate.valid_from, made.origin) == (city.clock(), Origin.DECISION)
    with pytest.raises(MandateRefused, match="mandate-known"):
        catalogue.ask(grant(), key="again", by=ADMIN)


NOT_DELEGATED = {
    "a wider area": ({"area": "53"}, "mandate-area"),
    "everywhere": ({"area": None}, "mandate-area"),
    "another city": ({"area": "5302"}, "mandate-area"),
    "from nothing": ({"above": "M-0"}, "mandate-unknown"),
    "from no number": ({"above": None}, "mandate-unknown"),
    "another type": ({"type_code": TEACHERS}, "mandate-area"),
}


@pytest.mark.parametrize(("changed", "reason"), NOT_DELEGATED.values(), ids=NOT_DELEGATED.keys())
def test_what_is_not_delegated(city: City, changed: dict[str, object], reason: str) -> None:
    with pytest.raises(MandateRefused) as refusal:
        city.yinzheng.catalogue.ask(replace(delegate(city), **changed), key="k", by=ADMIN)
    assert refusal.value.reason == reason


def test_a_delegation_ends_no_later_than_what_it_rests_on(city: City) -> None:
    catalogue, above = city.yinzheng.catalogue, mandate_of(city, city.body_code(FOOD))
    until = city.clock() + 30 * DAY
    wish = MandateWish(Wanted.END, "", "", "到期", valid_until=until, above=above)
    catalogue.decide(catalogue.ask(wish, key="end", by=ADMIN).number, approve=True, by=SECOND_ADMIN)
    with pytest.raises(MandateRefused, match="mandate-period"):
        catalogue.ask(delegate(city, valid_until=until + DAY), key="k", by=ADMIN)
    number = delegated(city).mandate
    (made,) = [one.mandate for one in catalogue.mandates() if one.mandate.number == number]
    assert (made.valid_until, made.delegated_from, made.type_code) == (until, above, FOOD_CODE)


def test_a_body_delegates_what_is_its_own_and_decides_about_it(city: City) -> None:
    catalogue = city.yinzheng.catalogue
    own, colleague = actor_for(city), actor_for(city, login="spj2", name="同事")
    stranger = actor_for(city, "teacher-qualification", "jyj", "何书言")
    with pytest.raises(MandateRefused, match="mandate-not-yours"):
        catalogue.ask(delegate(city), key="k", by=stranger)
    with pytest.raises(MandateRefused, match="mandate-not-yours"):
        catalogue.ask(grant(), key="k", by=own)
    asked = catalogue.ask(delegate(city), key="k", by=own)
    with pytest.raises(MandateRefused, match="mandate-not-yours"):
        catalogue.decide(asked.number, approve=True, by=stranger)
    assert catalogue.decide(asked.number, approve=True, by=colleague).progress is Progress.APPROVED
    with pytest.raises(MandateRefused, match="mandate-not-yours"):
        catalogue.decide(catalogue.ask(grant(), key="g", by=CLERK).number, approve=True, by=own)


def test_an_end_is_final_and_ends_what_rests_on_it(city: City) -> None:
    catalogue, above = city.yinzheng.catalogue, mandate_of(city, city.body_code(FOOD))
    delegated(city)
    city.clock.forward(days=1)
    waiting = catalogue.ask(delegate(city, area="530198"), key="late", by=ADMIN)
    ended(city, above)
    book = catalogue.mandate_book()
    assert book.judge(COUNTY.body.code, FOOD_CODE, city.clock()) == "delegation"
    with pytest.raises(MandateRefused, match="mandate-over"):
        catalogue.decide(waiting.number, approve=True, by=SECOND_ADMIN)
    with pytest.raises(MandateRefused, match="mandate-over"):
        ended(city, above)
    city.yinzheng.publisher.refresh(city.clock.forward(days=4))
    again = city.yinzheng.publisher.trust_list()
    assert again is not None
    assert again.mandate_book.judge(city.body_code(FOOD), FOOD_CODE, city.clock()) == "none", "the plan still names it"


def test_a_body_ends_its_own_mandate_and_what_it_delegated(city: City) -> None:
    catalogue, number = city.yinzheng.catalogue, delegated(city).mandate
    city.clock.forward(days=1)
    wish = MandateWish(Wanted.END, "", "", "收回", above=number)
    for stranger in (actor_for(city, "teacher-qualification", "jyj", "何书言"),):
        with pytest.raises(MandateRefused, match="mandate-not-yours"):
            catalogue.ask(wish, key="k", by=stranger)
    asked = catalogue.ask(wish, key="k", by=actor_for(city))
    with pytest.raises(MandateRefused, match="mandate-not-yours"):
        catalogue.decide(asked.number, approve=True, by=CLERK)
    assert catalogue.decide(asked.number, approve=True, by=actor_for(city, login="spj2", name="同事")).mandate == number
