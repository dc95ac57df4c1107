"""Mandates: half-open periods, and the youngest where several cover an instant."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from trust.errors import Malformed
from trust.rules.mandate import Mandate, mandate_for

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
