"""The feed on both databases: numbers without a gap whoever writes at the same time, and nothing told that did not happen."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

import pytest
from sqlalchemy import Engine

from issuer.feeding.asking import read_on
from issuer.feeding.errors import CursorAhead, HookRefused
from issuer.feeding.events import EventKind, Noted
from issuer.feeding.hooks import KEPT, Delivery, Hook, HookState
from issuer.feeding.store import SqlFeed, note_in

AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)
BODY, OTHER = "11530199MB0T35T1XE", "11530199MB0T35T28E"
HOOK = Hook("0a", BODY, "https://oa.example/x", made_at=AT, made_by="scjg", next_at=AT)


def noted(mark: str, body: str = BODY) -> Noted:
    return Noted(body, EventKind.LICENCE_ISSUED, f"subject of {mark}", mark, AT)


@pytest.fixture
def feed(engine: Engine) -> SqlFeed:
    return SqlFeed(engine)


def test_each_body_has_numbers_of_its_own(feed: SqlFeed) -> None:
    feed.note([noted("a"), noted("b", OTHER), noted("c")])
    feed.note([noted("d", OTHER)])
    assert [(one.number, one.subject) for one in feed.after(BODY, 0, 10)] == [(1, "subject of a"), (2, "subject of c")]
    assert [one.number for one in feed.after(OTHER, 1, 10)] == [2]
    assert (feed.last(BODY), feed.last(OTHER), feed.last("nobody")) == (2, 2, 0)
    assert feed.after(BODY, 0, 1) == feed.after(BODY, 0, 10)[:1]
    assert feed.after(BODY, 2, 10) == []


def test_what_is_noted_is_noted_once(feed: SqlFeed) -> None:
    feed.note([noted("a"), noted("a")])
    feed.note([noted("a"), noted("b")])
    assert [one.number for one in feed.after(BODY, 0, 10)] == [1, 2]


def test_what_was_rolled_back_was_never_given(feed: SqlFeed, engine: Engine) -> None:
    feed.note([noted("a")])

    def broken_off() -> None:
        with engine.begin() as connection:
            note_in(connection, [noted("b")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    feed.note([noted("c")])
    assert [(one.number, one.subject) for one in feed.after(BODY, 0, 10)] == [(1, "subject of a"), (2, "subject of c")]


def test_many_at_the_same_time_leave_no_gap(feed: SqlFeed) -> None:
    def write(place: int) -> None:
        feed.note([noted(f"{place}-{step}") for step in range(3)])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(20)))
    assert [one.number for one in feed.after(BODY, 0, 100)] == list(range(1, 61))


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_number_is_seen_when_all_before_it_are(feed: SqlFeed, engine: Engine) -> None:
    """A slow transaction holds its number; a faster one after it waits, so that no reader passes over the slow one."""
    feed.note([noted("first")])
    holding, may_end = Flag(), Flag()

    def slow() -> None:
        with engine.begin() as connection:
            note_in(connection, [noted("slow")])
            holding.set()
            may_end.wait(20)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(slow)
        assert holding.wait(20)
        two = pool.submit(lambda: feed.note([noted("fast")]))
        assert [event.number for event in feed.after(BODY, 0, 10)] == [1]
        assert not two.done()
        may_end.set()
        one.result(20)
        two.result(20)
    found = feed.after(BODY, 0, 10)
    assert [(event.number, event.subject) for event in found[1:]] == [(2, "subject of slow"), (3, "subject of fast")]


def test_a_hook_comes_back_whole(feed: SqlFeed) -> None:
    assert feed.add(HOOK, 5) == HOOK
    assert (feed.find("0a"), feed.find("0b"), feed.find("\0")) == (HOOK, None, None)
    changed = replace(HOOK, state=HookState.PAUSED, generation=3, failures=12, trouble="status 503")
    assert feed.change(replace(changed, delivered=7), HOOK)
    assert feed.find("0a") == changed
    assert feed.of_body(BODY) == [changed]
    assert not feed.change(HOOK, HOOK), "it is another one now"
    assert feed.add(HOOK, 0) == changed, "one that was sent twice"
    with pytest.raises(HookRefused, match="hook-moved"):
        feed.add(replace(HOOK, url="https://other.example/"), 5)


def test_hooks_are_counted_together(feed: SqlFeed) -> None:
    def add(place: int) -> bool:
        try:
            feed.add(replace(HOOK, hook_id=f"{place:02x}"), 3)
        except HookRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, range(8))) == 3
    (first, *_) = feed.of_body(BODY)
    assert feed.change(replace(first, state=HookState.ENDED), first)
    assert add(20)
    assert not add(21)


def test_due_are_those_who_wait_for_something(feed: SqlFeed) -> None:
    ready = feed.add(HOOK, 5)
    later = feed.add(replace(HOOK, hook_id="0b", next_at=AT + timedelta(hours=1)), 5)
    feed.add(replace(HOOK, hook_id="0c", state=HookState.PAUSED), 5)
    feed.add(replace(HOOK, hook_id="0d", body_code=OTHER), 5)
    assert feed.due(AT, 9, deaf=False) == []
    feed.note([noted("a")])
    assert feed.due(AT, 9, deaf=False) == [ready]
    assert feed.due(AT + timedelta(hours=2), 9, deaf=False) == [ready, later]
    assert feed.due(AT + timedelta(hours=2), 1, deaf=False) == [ready]
    feed.told(replace(HOOK, failures=1), Delivery("0a", 0, AT, 1, 1, "timeout"), AT)
    assert [one.hook_id for one in feed.due(AT + timedelta(hours=2), 9, deaf=True)] == ["0a"]
    assert [one.hook_id for one in feed.due(AT + timedelta(hours=2), 9, deaf=False)] == ["0b"]


def test_a_try_belongs_to_one_worker(feed: SqlFeed) -> None:
    feed.add(HOOK, 5)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: feed.claim(HOOK, AT + timedelta(minutes=2)), range(8)))
    assert taken.count(True) == 1


def test_tries_are_kept_newest_first_and_for_so_long(feed: SqlFeed) -> None:
    feed.add(HOOK, 5)
    for place in range(3):
        feed.told(replace(HOOK, delivered=place), Delivery("0a", 0, AT, place, place, "" if place else "timeout"), AT)
    assert [(one.sequence, one.trouble) for one in feed.deliveries("0a", 2)] == [(3, ""), (2, "")]
    feed.told(HOOK, Delivery("0a", 0, AT + KEPT, 3, 3), AT)
    assert [one.sequence for one in feed.deliveries("0a", 9)] == [4, 3, 2, 1]
    feed.told(HOOK, Delivery("0a", 0, AT + KEPT + timedelta(seconds=1), 4, 4), AT)
    assert [one.sequence for one in feed.deliveries("0a", 9)] == [5, 4]


def test_whoever_is_late_takes_nothing_back(feed: SqlFeed) -> None:
    """A worker whose claim was over comes back after another has told the hook more, and waits for it."""
    feed.add(HOOK, 5)
    lease, wait = AT + timedelta(minutes=2), AT + timedelta(hours=6)
    assert feed.claim(HOOK, lease)
    ahead = replace(HOOK, delivered=5, next_at=wait)
    feed.told(ahead, Delivery("0a", 0, AT, 1, 5), lease)
    late = replace(HOOK, delivered=3, failures=12, trouble="timeout", state=HookState.PAUSED, next_at=AT)
    feed.told(late, Delivery("0a", 0, AT, 1, 3, "timeout"), lease)
    assert feed.find("0a") == ahead
    assert [one.last for one in feed.deliveries("0a", 9)] == [3, 5]


def test_after_a_restore_numbers_go_on_beyond_all_that_were_given(feed: SqlFeed) -> None:
    feed.note([noted("a"), noted("b")])
    for _ in range(2):  # cut off and repeated
        feed.leap([BODY, OTHER], 5_000_000, mark="restored:1", subject="1", at=AT)
    feed.note([noted("c"), noted("d", "late")])
    told = [(one.number, one.kind.value, one.detail) for one in feed.after(BODY, 2, 10)]
    assert told == [(5_000_001, "feed.restored", "after=2"), (5_000_002, "licence.issued", "")]
    assert [(one.number, one.detail) for one in feed.after(OTHER, 0, 10)] == [(5_000_001, "after=0")]
    assert [one.number for one in feed.after("late", 0, 10)] == [5_000_001]  # it may have had events all the same
    assert [one.number for one in feed.after("", 0, 10)] == []
    feed.leap([], 9_000_000, mark="restored:2", subject="2", at=AT)
    assert [feed.last(body) for body in (BODY, OTHER, "late", "nobody")] == [9_000_001] * 3 + [0]


def test_a_cursor_beyond_the_newest_event_is_told(feed: SqlFeed) -> None:
    feed.note([noted("a")])
    assert [one.number for one in read_on(feed, BODY, 0, 10)] == [1]
    assert read_on(feed, BODY, 1, 10) == []
    with pytest.raises(CursorAhead) as ahead:
        read_on(feed, BODY, 2, 10)
    assert (ahead.value.number, ahead.value.last) == (2, 1)
