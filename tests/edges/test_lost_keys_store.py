"""Reports of lost keys, their queue, and the counts behind a preview, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from service.lost_keys.again import State
from service.lost_keys.errors import CompromiseMoved
from service.lost_keys.order import Compromise, Done, Loss, Stage, Work
from service.lost_keys.signed import Kind, Proof, Reach, Signed
from service.lost_keys.store.extent import SqlExtent
from service.lost_keys.store.orders import SqlCompromises
from service.lost_keys.store.queue import SqlQueue
from trust.sealing.ports import Officer

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BODY = "11530199MB0T35T1XE"
MAKER, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
NEW = Compromise("KC01", Loss(BODY, "body-scjg", bytes(32), None, "遗失"), Stage.WAITING, MAKER, AT)


def test_a_report_is_stored_once_and_moved_from_what_was_seen(engine: Engine) -> None:
    store = SqlCompromises(engine)
    assert store.report(NEW, key="k") == NEW
    assert store.report(replace(NEW, number="KC02"), key="k") == NEW
    confirmed = replace(NEW, stage=Stage.CONFIRMED, decided_by=SECOND, decided_at=AT, boundary=7)
    assert store.move(NEW, confirmed) == store.find("KC01") == store.by_key("k")
    with pytest.raises(CompromiseMoved):
        store.move(NEW, replace(NEW, stage=Stage.REFUSED))
    assert (list(store.unfinished()), list(store.recent(BODY, 5)), list(store.recent("x", 5))) == (
        [confirmed],
        [confirmed],
        [],
    )
    for at in (AT, AT + timedelta(hours=1)):
        store.note("KC01", Done(Work.BLOCKED, at, 1))
    assert list(store.work("KC01")) == [Done(Work.BLOCKED, AT, 1)], "the first time stands"
    assert store.find("K\0") is None


def test_the_queue_takes_each_thing_once_and_lets_it_go_once(engine: Engine) -> None:
    SqlCompromises(engine).report(NEW, key="k")
    queue = SqlQueue(engine)
    some = [Signed(Kind.LICENCE, f"licence-{n}", "T", AT, Proof.AFTER) for n in range(3)]
    queue.add("KC01", BODY, some[:2])
    queue.add("KC01", BODY, some)
    waiting = queue.listed("KC01", State.WAITING, kind=Kind.LICENCE)
    assert [one.signed.subject for one in waiting] == [one.subject for one in some]
    assert [one.signed.subject for one in queue.listed("KC01", None, after="licence-0", limit=1)] == ["licence-1"]
    queue.stuck(waiting[0], "predecessor-suspended")
    queue.settle(waiting[0], State.AGAIN, by=MAKER, at=AT, successor="licence-9")
    with pytest.raises(CompromiseMoved):
        queue.settle(waiting[0], State.DROPPED, by=MAKER, at=AT, note="x")
    found = queue.find("KC01", "licence-0")
    assert found is not None
    assert (found.state, found.successor, found.moved_by, found.note) == (State.AGAIN, "licence-9", MAKER, "")
    assert queue.counts("KC01") == {(Kind.LICENCE, State.AGAIN): 1, (Kind.LICENCE, State.WAITING): 2}


@pytest.mark.parametrize("since", [None, AT])
@pytest.mark.parametrize("ends", [None, AT + timedelta(days=9)])
@pytest.mark.parametrize("used", [False, True])
def test_nothing_signed_is_nothing_counted(
    engine: Engine, since: datetime | None, ends: datetime | None, used: bool
) -> None:
    reach = Reach(BODY, since, 0, AT - timedelta(days=9), ends, ("53019900000001",), used=used)
    extent = SqlExtent(engine)
    assert (extent.span(reach), extent.middle(reach)) == (None, None)
    assert [*extent.licences(reach, AT, AT), *extent.copies(reach, AT, AT), *extent.documents(reach)] == []
    for kind in (Kind.LICENCE, Kind.COPY):
        assert [*extent.signed(reach, kind, everything=True), *extent.signed(reach, kind, everything=False)] == []
