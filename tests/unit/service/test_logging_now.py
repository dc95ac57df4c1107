"""Whoever began before others logged is no clock set back; a clock that is behind at every look is."""

from datetime import datetime, timedelta

import pytest

from service.adapters import LogBook
from service.logging_now import at_its_turn
from tests.city import BEGINNING, City
from tests.journey_parts import number
from trust.errors import Conflict
from trust.formats.leaf import EntryKind, Statement, decode_entry

SECOND = timedelta(seconds=1)


def statement(name: str) -> Statement:
    return Statement(EntryKind.ISSUE, (name.encode().ljust(32, b"."),))


def test_work_that_took_long_is_logged_when_it_is_done() -> None:
    city = City(people=False)
    archive, began = city.yinzheng.archive, city.clock()
    city.clock.forward(seconds=20)
    city.issue(number=number())  # another process, meanwhile
    place = LogBook(archive, city.clock).append(statement("slow"), began)
    assert decode_entry(archive.log.entries(place, place + 1)[0]).at == city.clock()
    city.clock.forward(seconds=20)
    city.yinzheng.publisher.refresh(city.clock())
    city.yinzheng.publisher.after_issues([0], began)  # its checkpoint too
    with pytest.raises(Conflict) as caught:
        LogBook(archive, lambda: began).append(statement("set back"), began)
    assert caught.value.reason == "clock-went-back"


@pytest.mark.parametrize(("waits", "tries"), [((0.2,), 1), ((1.5, 0.2), 2), ((3, 2, 0), 3)])
def test_it_is_tried_again_as_long_as_something_was_waited_for(waits: tuple[float, ...], tries: int) -> None:
    clock, waited, asked = [BEGINNING], iter(waits), list[datetime]()

    def act(instant: datetime) -> None:
        asked.append(instant)
        clock[0] += SECOND * next(waited)
        raise Conflict("clock-went-back")

    with pytest.raises(Conflict):
        at_its_turn(act, BEGINNING - SECOND, lambda: clock[0])
    assert len(asked) == tries
    assert asked == sorted(asked)


def test_other_refusals_are_not_tried_again() -> None:
    def act(_instant: datetime) -> None:
        raise Conflict("commitment-in-use")

    with pytest.raises(Conflict, match="commitment-in-use"):
        at_its_turn(act, BEGINNING, lambda: BEGINNING)
    assert at_its_turn(lambda instant: instant, BEGINNING, lambda: BEGINNING + SECOND) == BEGINNING + SECOND
