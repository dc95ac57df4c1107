"""Numbers drawn by many at once, on both databases: everybody gets one of their own, and none is given twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from service.wiring import Yinzheng
from tests.catalogue_parts import published, template
from tests.city import City
from tests.journeys.test_numbers import RULE, issue


@pytest.fixture
def city(engine: Engine) -> City:
    made = City(engine=engine, people=False)
    published(made, template(**{"bundle_version = 2": RULE}))
    return made


def test_everybody_gets_a_number_of_their_own(city: City) -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda place: issue(city, f"at once {place}").entry.licence.number, range(12)))
    assert len(set(drawn)) == len(drawn)


def test_another_process_counts_on(city: City) -> None:
    first = issue(city, "first").entry.licence.number
    city.yinzheng = Yinzheng(city.yinzheng._means)
    second = issue(city, "second").entry.licence.number
    assert int(second[9:15]) == int(first[9:15]) + 1
