"""What was begun at the backup and not signed yet, and was released after it: nothing tells the restored register so.

The token that went to the log was signed later than the backup, so the log cannot be asked by it. Whatever could be it
waits: nothing is signed under its identifier again, however somebody tries, until its very files are handed in or a
person has given it up. One licence, one pair of sealed files.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from issuer.applying.life import Stage
from issuer.batches.life import RowState, State, key_of
from issuer.batches.running import run_chunk
from issuer.converting.comparing import compare
from issuer.converting.confirming import confirm
from issuer.converting.releasing import release
from issuer.converting.stock import Stage as StockStage
from issuer.copying.making import CopyRequest, make_copy
from issuer.errors import GivenUp, MaybeReleased
from issuer.issuing import Issued, issue
from issuer.ports import Entry, none_out
from issuer.ports import State as EntryState
from service.auditing.opening import inside
from service.wiring import Yinzheng
from tests.applying_parts import SECOND, Hall, key
from tests.batch_parts import FIRST
from tests.copy_parts import PURPOSE, RECIPIENT
from tests.journey_parts import Exchanged, identifier
from tests.journeys.test_handed_in_after_restore import blobs_of, both
from tests.journeys.test_restored_issuing import AMENDS, batch_of, cut, hall_of
from tests.restoring_parts import TwoTimelines
from tests.stock_parts import FIRST as STOCK_FIRST
from tests.stock_parts import SECOND as STOCK_SECOND
from tests.stock_parts import checks_for, desk_of, submitted
from trust.errors import Conflict
from trust.revocation.acting import Order, act
from trust.rules.conversion import Grade
from trust.rules.standing import ActKind, Status
from trust.rules.verdict import Indication
from verifier.auditing.auditing import Brought

PLACES = count(1)


class _CutError(Exception):
    """The process ends here."""


def _end(*_: object) -> None:
    raise _CutError


def _cut_short(part: Any) -> Any:
    """A register, or an office, that ends before it keeps what will be signed."""
    return Exchanged(part, plan_many=_end)


class Begun:
    """A city that was backed up with six kinds of issues begun and none signed, that released all, and was restored."""

    def __init__(self, two: TwoTimelines) -> None:
        self.two, self.city = two, two.city
        yinzheng, now = self.city.yinzheng, self.city.clock
        self.office = replace(yinzheng.office, register=_cut_short(yinzheng.office.register))
        self.hall = Hall(two.city)
        before = self.hall.issue()
        self.predecessor = identifier(before)
        self.successor = self.hall.follow(before.entry, AMENDS, {"fields": {"legal_representative": "孟庭芳"}})
        cut(self.hall, self.successor, "plan_many")
        self.direct = self.city.application("business-licence", number=f"JB{next(PLACES):08}")
        with pytest.raises(_CutError):
            issue(self.office, self.direct, key="direct", by="窗口", at=now())
        self.batches = [self._cut_batch(first) for first in (801, 851)]
        self.copy = CopyRequest(self.predecessor, PURPOSE, RECIPIENT, "持证人", "holder")
        desk = replace(yinzheng.copies.desk, copies=_cut_short(yinzheng.copies.desk.copies))
        with pytest.raises(_CutError):
            make_copy(desk, self.copy, key="copy", by="持证人", at=now())
        self._cut_stock()
        two.back_up()
        self.city.clock.forward(minutes=3)  # the claims of the workers that were killed have run out
        self.issued = self._released()
        yinzheng.publisher.refresh(now())
        self.second_pair = self._sealed_twice(two.restore())
        self.restored = two.restore()  # once more from the same backup, as nothing had come of the first time

    def _sealed_twice(self, yinzheng: Yinzheng) -> list[bytes]:
        """A second pair under one identifier, as an installation makes it that does not hold anything back."""
        before, office = set(blobs_of(yinzheng)), replace(yinzheng.office, out=none_out)
        with pytest.raises(_CutError):
            issue(
                replace(office, log=Exchanged(office.log, append_many=_end)),  # type: ignore[arg-type]  # a port with one method exchanged
                self.direct,
                key="direct",
                by="窗口",
                at=self.city.clock(),
            )
        return [octets for name, octets in blobs_of(yinzheng).items() if name not in before]

    def _cut_batch(self, first: int) -> Any:
        batch, desk = batch_of(self.two, first), self.city.yinzheng.batches.desk
        with pytest.raises(_CutError):
            run_chunk(replace(desk, office=self.office), "killed", now=self.city.clock)
        return batch

    def _cut_stock(self) -> None:
        desk, at = desk_of(self.city), self.city.clock()
        stock = submitted(self.city, desk, number=f"JB{next(PLACES):08}")
        stock = compare(desk, stock, checks_for(stock, Grade.A), by=STOCK_FIRST, at=at)
        self.stock = confirm(desk, stock, content=stock.content, pages=[1, 2], by=STOCK_SECOND, at=at)
        broken = desk_of(self.city, issue=lambda one, **said: issue(self.office, one, at=at, **said))
        with pytest.raises(_CutError):
            release(broken, self.stock, by=STOCK_SECOND, at=at)

    def _released(self) -> dict[str, Issued]:
        yinzheng, now = self.city.yinzheng, self.city.clock
        while yinzheng.batches.work("another") is not None:
            pass
        return {
            "docket": yinzheng.applications.issue(self.hall.now(self.successor), by=SECOND)[1],
            "direct": yinzheng.issue(self.direct, key="direct", by="窗口"),
            "copy": make_copy(yinzheng.copies.desk, self.copy, key="copy", by="持证人", at=now()),
            "stock": release(desk_of(self.city), self.stock, by=STOCK_SECOND, at=now())[1],
            **{f"row {batch.number} {row}": one for batch in self.batches for row, one in self._rows(batch)},
        }

    def _rows(self, batch: Any) -> Iterator[tuple[int, Issued]]:
        yinzheng = self.city.yinzheng
        for row in yinzheng.batches.rows(batch, (RowState.DONE,), limit=9):
            entry = yinzheng.archive.register.by_key(key_of(batch.number, row.number))
            assert entry is not None
            yield row.number, yinzheng.files_of(entry)


def entry_in(yinzheng: Yinzheng, issued: Issued) -> Entry:
    """How an entry stands in a restored register."""
    copy, found = yinzheng.archive.copies.find(identifier(issued)), yinzheng.archive.register.find(identifier(issued))
    made = copy.entry if copy is not None else found
    assert made is not None
    return made


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    two = TwoTimelines(tmp_path_factory.mktemp("begun"))
    yield Begun(two)
    two.close()


@pytest.fixture(scope="module")
def restored(begun: Begun) -> Yinzheng:
    return begun.restored


# The tests below tell one story, in this order, about one restored installation.


def test_whatever_may_be_out_is_named(begun: Begun, restored: Yinzheng) -> None:
    names = sorted(identifier(one) for one in begun.issued.values())
    assert len(names) == 10
    report = begun.two.report
    assert (report["issued_since"], report["released_again"]) == ([], [])
    assert sorted(restored.still_out()) == names
    assert isinstance(report["maybe_issued"], list)
    assert sorted(report["maybe_issued"]) == names


def test_nobody_seals_it_a_second_time(begun: Begun, restored: Yinzheng) -> None:
    before = set(blobs_of(restored))
    done, kept = restored.applications.take_up()
    assert (done, [type(one) for one in kept]) == (0, [MaybeReleased])
    with pytest.raises(MaybeReleased):
        restored.issue(begun.direct, key="direct", by="窗口")
    with pytest.raises(MaybeReleased):
        make_copy(restored.copies.desk, begun.copy, key="copy", by="持证人", at=begun.city.clock())
    stock = restored.archive.stocks.find(begun.stock.number)
    assert stock is not None
    with pytest.raises(MaybeReleased):
        restored.conversions.release(stock, by=STOCK_SECOND)
    first, second = [restored.batches.find(one.number, one.body_code) for one in begun.batches]
    restored.batches.resume(first, by=FIRST)
    restored.batches.cancel(second, by=FIRST)
    for _ in range(2):
        begun.city.clock.forward(minutes=3)
        while restored.batches.work("one more") is not None:
            pass
    for one, state in ((first, State.RUNNING), (second, State.CANCELLED)):
        seen = restored.batches.find(one.number, one.body_code)
        assert (seen.state, seen.trouble) == (state, "maybe-released")
        assert restored.batches.counts(seen)[RowState.WAITING] == 3
    assert set(blobs_of(restored)) == before
    assert {(entry_in(restored, one).state, entry_in(restored, one).void) for one in begun.issued.values()} == {
        (EntryState.BEGUN, None)
    }


def test_other_files_are_not_taken(begun: Begun, restored: Yinzheng) -> None:
    ofd, pdf = both(begun.issued["direct"])
    second = begun.second_pair
    assert len(second) == 2
    for files, reason in (
        ([ofd], "handed-in-half"),
        (second, "handed-in-differs"),
        ([pdf, *second], "handed-in-differs"),
    ):
        (outcome,) = restored.hand_in(files).values()
        assert (isinstance(outcome, Conflict), getattr(outcome, "reason", "")) == (True, reason)
    assert entry_in(restored, begun.issued["direct"]).state is EntryState.BEGUN


def test_its_files_bring_it_back_as_it_was(begun: Begun, restored: Yinzheng) -> None:
    done = restored.hand_in(iter([octets for one in begun.issued.values() for octets in both(one)]))
    assert {name: getattr(one, "reason", "") for name, one in done.items() if not isinstance(one, Entry)} == {}
    for one in begun.issued.values():
        assert entry_in(restored, one) == one.entry  # the same plan, files, place in the log and time
    assert restored.still_out() == []
    assert hall_of(begun.two, restored).now(begun.successor).stage is Stage.RELEASED
    assert restored.standing(begun.predecessor, begun.city.clock()).status is Status.LAPSED
    assert [restored.batches.counts(one)[RowState.DONE] for one in begun.batches] == [3, 3]
    stock = restored.archive.stocks.find(begun.stock.number)
    assert stock is not None
    assert (stock.stage, stock.identifier) == (StockStage.RELEASED, identifier(begun.issued["stock"]))
    assert both(restored.issue(begun.direct, key="direct", by="窗口")) == both(begun.issued["direct"])


def test_an_auditor_finds_nothing_against_it(begun: Begun, restored: Yinzheng) -> None:
    begun.city.clock.forward(minutes=10)
    restored.publisher.refresh(begun.city.clock())
    audit, registers, trail = inside(restored, restored.anchors, Brought(), begun.city.clock())
    report = audit.inside(registers, trail, files=True)
    assert {one.name for one in report.findings if one.indication is not Indication.PASSED} == set()


def test_a_person_may_give_it_up_and_it_never_comes_back(begun: Begun) -> None:
    again = begun.two.restore()
    hall = hall_of(begun.two, again)
    hall.desk.abandon(hall.now(begun.successor), reason="核对过，没有发出", by=SECOND, key=key())
    again.publisher.refresh(begun.city.clock())
    begun.city.clock.forward(minutes=2)
    given_up = begun.issued["docket"]
    assert again.verify_file(given_up.ofd).verdict.indication is Indication.FAILED
    assert again.hand_in(both(given_up)) == {}
    void = entry_in(again, given_up).void
    assert void is not None
    assert void.reason == "abandoned"
    done, kept = again.applications.take_up()
    assert (done, [type(one) for one in kept]) == (0, [])
    with pytest.raises(GivenUp):
        issue(
            again.office,
            begun.successor.proposal.application(),
            key=begun.successor.key,
            by="窗口",
            at=begun.city.clock(),
        )


def test_giving_up_that_breaks_off_has_done_nothing_and_is_done_again(
    begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    again, given_up = begun.two.restore(), begun.issued["direct"]
    subject = identifier(given_up)
    with monkeypatch.context() as broken:
        broken.setattr("issuer.store.register.void_in", _end)
        with pytest.raises(_CutError):
            again.give_up(subject, words="核对过，没有发出", by="甲；批准：乙")
    assert again.archive.acts.of(subject) == []  # nobody reads that it has lapsed while its files may come back
    assert subject in again.still_out()
    void = again.give_up(subject, words="又核对过一次", by="丙；批准：丁").void
    assert (void is not None, subject in again.still_out()) == (True, False)
    assert [one.reason for one in again.archive.acts.of(subject)] == ["未发出即作废：又核对过一次"]
    assert again.archive.acts.unlogged(1) == []


def test_an_act_that_was_left_without_its_end_is_carried_on(begun: Begun) -> None:
    """As an earlier version left it, which recorded the act first: whoever comes then, and whatever they say."""
    again, given_up = begun.two.restore(), begun.issued["direct"]
    subject, archive = identifier(given_up), again.archive
    left = Order(ActKind.LAPSE, subject, "issued-in-error", "未发出即作废：核对过", "甲；批准：乙")
    act(archive.acts, archive.log, left, key=f"given-up:{subject}", at=begun.city.clock(), random=again.random)
    assert subject in again.still_out()
    void = again.give_up(subject, words="又核对过一次", by="丙；批准：丁").void
    assert (void is not None, subject in again.still_out()) == (True, False)
    assert [one.by for one in archive.acts.of(subject)] == ["甲；批准：乙"]


def test_what_was_released_meanwhile_is_not_given_up(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    again, issued = begun.two.restore(), begun.issued["direct"]
    found = again.archive.register.find(identifier(issued))
    assert again.hand_in(both(issued))
    monkeypatch.setattr(again.archive.register, "find", lambda _identifier: found)  # as it stood a moment before
    with pytest.raises(Conflict) as refused:
        again.give_up(identifier(issued), words="核对过", by="甲；批准：乙")
    assert refused.value.reason == "not-in-doubt"
    assert again.archive.acts.of(identifier(issued)) == []


def test_two_people_give_up_what_no_application_stands_for(begun: Begun) -> None:
    again, now = begun.two.restore(), begun.city.clock
    names = ["direct", "stock", f"row {begun.batches[1].number} 2"]
    for name in names:
        subject = identifier(begun.issued[name])
        for _ in range(2):  # safe to repeat
            void = again.give_up(subject, words="核对过，没有发出", by="甲；批准：乙").void
            assert void is not None
            assert void.reason == "given-up-after-restore"
        assert subject not in again.still_out()
        assert again.hand_in(both(begun.issued[name])) == {}
        now.forward(minutes=2)
        assert again.verify_file(begun.issued[name].pdf).verdict.indication is Indication.FAILED
    with pytest.raises(GivenUp):
        again.issue(begun.direct, key="direct", by="窗口")
    anew = again.issue(begun.direct, key="anew", by="窗口").entry.licence  # another identifier, the same number
    assert (str(anew.identifier) != identifier(begun.issued["direct"]), anew.number) == (True, begun.direct.number)
    again.batches.cancel(again.batches.find(begun.batches[1].number, begun.batches[1].body_code), by=FIRST)
    while again.batches.work("one more") is not None:
        pass
    counts = again.batches.counts(begun.batches[1])
    assert (counts[RowState.WAITING], counts[RowState.FAILED], counts[RowState.DONE]) == (2, 1, 0)
    for name, reason in (("docket", "given-up-with-application"), ("copy", "not-in-doubt")):
        with pytest.raises(Conflict) as refused:
            again.give_up(identifier(begun.issued[name]), words="核对过", by="甲；批准：乙")
        assert refused.value.reason == reason
