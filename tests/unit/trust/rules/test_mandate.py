"""Mandates: half-open periods, and the youngest where several cover an instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from trust.errors import Malformed
from trust.rules.mandate import Mandate, MandateBook, mandate_for

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
BODY, TYPE = "11440106007480318H", "11100000000013338W032"
MANDATE = Mandate(BODY, "印江市住房和城乡建设局", TYPE, START, END)
TICK = timedelta(microseconds=1)
NAIVE = START.replace(tzinfo=None)


@pytest.mark.parametrize(("at", "covered"), [(START - TICK, False), (START, True), (END - TICK, True), (END, False)])
def test_the_period_is_half_open(at, covered):
    assert (mandate_for([MANDATE], BODY, TYPE, at) is MANDATE) is covered


def test_another_body_or_type_has_no_mandate():
    assert mandate_for([MANDATE], "11430000006122244L", TYPE, START) is None
    assert mandate_for([MANDATE], BODY, "11100000000013338W011", START) is None
    assert mandate_for([], BODY, TYPE, START) is None


def test_without_an_end_it_lasts():
    assert Mandate(BODY, "局", TYPE, START).covers(datetime(2999, 1, 1, tzinfo=UTC))


def test_the_youngest_of_several_is_named():
    younger = Mandate(BODY, "新局名", TYPE, START + timedelta(days=1))
    for order in ([MANDATE, younger], [younger, MANDATE]):
        assert mandate_for(order, BODY, TYPE, START + timedelta(days=2)) is younger


def test_any_zone_is_the_same_instant():
    beijing = Mandate(BODY, "局", TYPE, datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))))
    assert beijing == Mandate(BODY, "局", TYPE, START)


def test_an_empty_period_or_a_time_without_zone_is_refused():
    with pytest.raises(Malformed, match="mandate-period"):
        Mandate(BODY, "局", TYPE, START, START)
    with pytest.raises(ValueError, match="time zone"):
        Mandate(BODY, "局", TYPE, NAIVE)
    with pytest.raises(ValueError, match="time zone"):
        MANDATE.covers(NAIVE)


# --- where, and on what it rests --------------------------------------------------------------------------------------

COUNTY, TOWN, VILLAGE, HAMLET = "11430000006122244L", "11100000MB03271699", "113700000045030270", "11100000000013338W"
CITY = Mandate(BODY, "市局", TYPE, START, END, "5301", "M1")
GIVEN = Mandate(COUNTY, "县局", TYPE, START + timedelta(days=10), END, "530102", "M2", "M1")
MIDDLE = START + timedelta(days=20)


def judged(*mandates: Mandate, issuer: str = COUNTY, at: datetime = MIDDLE, area: str | None = "530102"):
    return MandateBook(mandates).judge(issuer, TYPE, at, area)


def test_a_mandate_is_for_its_area():
    assert judged(CITY, issuer=BODY) == CITY
    assert judged(CITY, issuer=BODY, area="530202") == "area"
    assert judged(CITY, issuer=BODY, area=None) == CITY
    assert mandate_for([CITY], BODY, TYPE, MIDDLE, "530202") is None


def test_the_mandate_for_the_place_counts_among_several():
    other = replace(CITY, area="5302", number="M3", valid_from=START + timedelta(days=1))
    assert judged(CITY, other, issuer=BODY) == CITY
    assert judged(CITY, other, issuer=BODY, area="530202") == other


def test_a_delegated_mandate_holds_with_what_it_rests_on():
    assert judged(CITY, GIVEN) == GIVEN
    assert judged(CITY, GIVEN, area="530103") == "area"
    ended = replace(CITY, valid_until=MIDDLE)
    assert judged(ended, GIVEN, at=MIDDLE - timedelta(microseconds=1)) == GIVEN
    assert judged(ended, GIVEN) == "delegation"
    assert judged(GIVEN) == "delegation", "what it rests on is not listed"
    assert judged(CITY) == "none"


@pytest.mark.parametrize(
    "wider",
    [
        replace(GIVEN, area="53"),
        replace(GIVEN, area=None),
        replace(GIVEN, area="5302"),
        replace(GIVEN, delegated_from="M9"),
    ],
    ids=["a province", "everywhere", "another city", "from nothing"],
)
def test_a_delegation_that_reaches_further_is_void(wider: Mandate):
    assert judged(CITY, wider, area=None) == "delegation"


def test_a_delegation_is_for_the_same_type():
    other_type = "11100000000013338W011"
    other = replace(GIVEN, type_code=other_type)
    assert MandateBook([CITY, other]).judge(COUNTY, other_type, MIDDLE, "530102") == "delegation"


def test_a_delegation_may_be_narrower_in_time_than_what_it_rests_on():
    short = replace(GIVEN, valid_until=MIDDLE)
    assert judged(CITY, short) == "none"
    assert judged(CITY, short, at=MIDDLE - timedelta(seconds=1)) == short


def test_mandates_rest_on_each_other_four_deep_and_no_deeper():
    chain = [CITY, GIVEN]
    for number, body in enumerate((TOWN, VILLAGE, HAMLET), start=3):
        chain.append(replace(GIVEN, issuer_code=body, number=f"M{number}", delegated_from=f"M{number - 1}"))
    assert judged(*chain, issuer=TOWN) == chain[2]
    assert judged(*chain, issuer=VILLAGE) == chain[3]
    assert judged(*chain, issuer=HAMLET) == "delegation"


def test_mandates_that_rest_on_each_other_in_a_circle_hold_nothing():
    first = replace(GIVEN, number="M1", delegated_from="M2")
    second = replace(GIVEN, number="M2", delegated_from="M1", issuer_code=TOWN)
    assert judged(first, second) == "delegation"


def test_a_mandate_does_not_rest_on_itself():
    for broken in ({"delegated_from": "M2"}, {"number": "", "delegated_from": ""}):
        with pytest.raises(Malformed, match="mandate-number"):
            replace(GIVEN, **broken)
    with pytest.raises(Malformed, match="area"):
        replace(GIVEN, area="530100")


def test_a_book_finds_by_number_and_by_body():
    book = MandateBook([CITY, GIVEN])
    assert (book.numbered("M2"), book.numbered(None), book.numbered("")) == (GIVEN, None, None)
    assert list(book.of(BODY, TYPE)) == [CITY]
    assert list(book.of(TOWN, TYPE)) == []
