"""Work that began before others logged is no clock set back; a clock that is behind when its turn comes is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from issuer.completing import complete
from issuer.issuing import issue
from issuer.ports import Entry, SealUse, State
from tests.city import OFFICIAL, City
from tests.journey_parts import number, office_of
from trust.errors import Conflict
from trust.formats.leaf import EntryKind, Statement, decode_entry
from trust.log.appending import append

LONG = timedelta(seconds=20)


class StoppedHereError(Exception): ...


def statement(name: str) -> Statement:
    return Statement(EntryKind.ISSUE, (name.encode().ljust(32, b"."),))


@pytest.fixture
def city() -> City:
    return City(people=False)


def others_go_on(city: City) -> datetime:
    """When some work began; by now others have logged and published, and the register has rows to be marked."""
    began = city.clock()
    city.clock.forward(seconds=LONG.total_seconds())
    city.issue(number=number())
    city.clock.forward(minutes=2)
    city.yinzheng.publisher.refresh(city.clock())
    city.issue(number=number())
    return began


def test_what_took_long_is_logged_when_its_turn_comes(city: City) -> None:
    began, log = others_go_on(city), city.yinzheng.archive.log
    (place,) = append(log, [statement("slow")], began)
    assert decode_entry(log.entries(place, place + 1)[0]).at == city.clock()
    city.yinzheng.publisher.after_issues([0], began)


def test_a_process_that_starts_slowly_publishes_what_is_due(city: City) -> None:
    """As a worker does when it joins others: what it marks and logs first may take longer than their next entries."""
    began = others_go_on(city)
    city.clock.forward(minutes=2)
    city.issue(number=number())
    before = city.yinzheng.archive.log.size()
    city.yinzheng.publisher.refresh(began)
    assert city.yinzheng.archive.log.size() > before, "the trail's head, with the rows of that licence"


def test_a_clock_that_is_behind_is_refused(city: City) -> None:
    began, log = others_go_on(city), city.yinzheng.archive.log
    append(log, [statement("no checkpoint covers it yet")], city.clock())
    city.clock.at = began
    for work in (
        lambda: append(log, [statement("set back")], began),
        lambda: city.yinzheng.publisher.after_issues([0], began),
        city.yinzheng.publisher.ready,
    ):
        with pytest.raises(Conflict, match="clock-went-back"):
            work()


def test_an_entry_that_another_worker_began_meanwhile(city: City) -> None:
    """Its lease had run out under a slow chunk: the slow one meets entries that are younger than its own beginning."""
    city.clock.forward(seconds=2 * LONG.total_seconds())
    entry, began = cut_off(city), city.clock() - LONG
    assert complete(city.yinzheng.office, entry, at=began).entry.state is State.RELEASED
    younger = cut_off(city)
    city.clock.at = began
    with pytest.raises(Conflict, match="clock-went-back"):
        complete(city.yinzheng.office, younger, at=began)


class NoUses:
    """A record of uses that cannot be written, so that nothing is sealed."""

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        raise StoppedHereError


def cut_off(city: City) -> Entry:
    """A licence begun now, of which nothing is sealed yet."""
    application, key = city.application("business-licence", number=number()), f"cut {number()}"
    with pytest.raises(StoppedHereError):
        issue(office_of(city, uses=NoUses()), application, key=key, by=OFFICIAL, at=city.clock())
    found = city.yinzheng.archive.register.by_key(key)
    assert found is not None
    return found
