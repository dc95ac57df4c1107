"""What goes on after a restore is never what was done already: successors, batches, applications, drawn numbers."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from issuer.applying import deciding, releasing
from issuer.applying.docket import Docket
from issuer.applying.life import Stage, Step
from issuer.batches.life import Batch, RowState, State
from issuer.feeding.errors import CursorAhead
from issuer.feeding.events import EventKind
from issuer.issuing import Issued
from issuer.ports import Entry
from service.batches import trouble_of
from service.wiring import Yinzheng
from tests.applying_parts import SECOND, TYPE, Hall, key
from tests.batch_parts import FIRST, members, sheet_of
from tests.journey_parts import Exchanged, identifier
from tests.restoring_parts import TwoTimelines
from trust.revocation.acting import Order
from trust.rules.standing import ActKind
from trust.rules.succession import SuccessionKind

AMENDS, COURT_ORDER = SuccessionKind.AMEND, SuccessionKind.COURT_ORDER
BASIS = "（2026）云0199行初12号"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoTimelines]:
    made = TwoTimelines(tmp_path)
    yield made
    made.close()


def hall_of(two: TwoTimelines, yinzheng: Yinzheng | None = None) -> Hall:
    """The officials' desk in one of the timelines."""
    hall = Hall(two.city)
    hall.desk = (yinzheng or two.city.yinzheng).applications
    return hall


def amended(hall: Hall, before: Entry, name: str, kind: SuccessionKind = AMENDS) -> Issued:
    hall.city.clock.forward(seconds=2)
    changed, basis = {"fields": {"legal_representative": name}}, BASIS if kind is COURT_ORDER else ""
    return hall.approve(hall.follow(before, kind, changed, basis=basis))[1]


def set_aside(two: TwoTimelines, restored: Yinzheng, subject: str) -> None:
    """Record the end that a restore has lost again, and that it was set aside: then a judgment may carry it on."""
    for kind, ground in ((ActKind.LAPSE, "superseded"), (ActKind.OVERTURN, "decision-set-aside")):
        two.city.clock.forward(seconds=2)
        order = Order(kind, subject, ground, "依原卷", "窗口", decision=BASIS)
        restored.act(order, key=f"{kind} again")


# --- identifiers of successors --------------------------------------------------------------------------------------


def test_no_successor_has_the_identifier_of_one_that_was_lost(two: TwoTimelines) -> None:
    first = hall_of(two).issue()
    two.back_up()
    lost = amended(hall_of(two), first.entry, "程亦舟")
    two.city.yinzheng.publisher.refresh(two.city.clock())
    seen = {str(lost.entry.licence.identifier)}
    for name in ("孟庭芳", "顾远舟"):  # restored from the same backup twice over
        restored = two.restore()
        hall = hall_of(two, restored)
        set_aside(two, restored, identifier(first))  # it was listed as ended: its successor is out, and lost here
        again = amended(hall, first.entry, name, COURT_ORDER)
        after = again.entry.licence.identifier
        assert str(after) not in seen
        assert after.version == "002"
        seen.add(str(after))
        third = amended(hall, again.entry, "程亦舟").entry.licence  # and the line goes on, under its number
        assert (third.identifier.serial, third.identifier.version) == (after.serial, "003")
        assert third.number == first.entry.licence.number
        seen.add(str(third.identifier))


def test_a_licence_of_before_shares_its_number_with_its_line_alone(two: TwoTimelines) -> None:
    first = hall_of(two).issue()
    two.back_up()
    hall = hall_of(two, two.restore())
    second = amended(hall, first.entry, "孟庭芳")
    with pytest.raises(Exception, match="number"):
        hall.submit(number=second.entry.licence.number)


# --- drawn numbers --------------------------------------------------------------------------------------------------


def test_a_count_that_began_in_the_part_that_was_lost_does_not_begin_again(two: TwoTimelines) -> None:
    two.back_up()
    drawn = replace(two.city.application("planning-permit"), number="")
    lost = two.city.yinzheng.issue(drawn, key="lost", by="窗口")
    two.city.yinzheng.publisher.refresh(two.city.clock())
    again = two.restore().issue(drawn, key="again", by="窗口")
    assert again.entry.licence.number != lost.entry.licence.number


# --- batches and applications ---------------------------------------------------------------------------------------


def batch_of(two: TwoTimelines, first: int) -> Batch:
    body = two.city.body_code("business-licence")
    sheet = sheet_of([members(first + place) for place in range(3)])
    return two.city.yinzheng.batches.submit(
        sheet, type_code=TYPE, body_code=body, name="t.csv", by=FIRST, key=f"batch-{first}"
    )


def work(yinzheng: Yinzheng) -> int:
    chunks = 0
    while yinzheng.batches.work("worker") is not None:
        chunks += 1
    return chunks


def test_a_batch_waits_for_a_person_after_a_restore(two: TwoTimelines) -> None:
    running, paused = batch_of(two, 1), batch_of(two, 11)
    two.city.yinzheng.batches.pause(paused, by=FIRST)
    two.back_up()
    assert work(two.city.yinzheng) > 0
    two.city.yinzheng.publisher.refresh(two.city.clock())
    restored = two.restore()
    assert two.report["held_batches"] == sorted([running.number, paused.number])
    two.city.clock.forward(minutes=5)
    assert work(restored) == 0
    desk = restored.batches
    for one in (running, paused):
        now = desk.find(one.number, one.body_code)
        assert (now.state, now.trouble) == (State.PAUSED, "restored")
        assert "恢复" in trouble_of(now)
    held = desk.resume(desk.find(running.number, running.body_code), by=FIRST)  # somebody has looked
    assert work(restored) > 0
    assert desk.counts(held)[RowState.DONE] == 3


def test_the_report_tells_how_much_was_issued_since_the_backup(two: TwoTimelines) -> None:
    two.back_up()
    for _ in range(2):
        two.city.issue(number=f"RPT{next(PLACES):06}")
    two.city.yinzheng.publisher.refresh(two.city.clock())
    two.restore()
    recovered = two.report["log_entries_recovered"]
    assert isinstance(recovered, dict)
    assert recovered["issue"] == 2


PLACES = count(1)


class _CutError(Exception):
    """The process ends here."""


def cut(hall: Hall, docket: Docket, port: str) -> None:
    """Approve, and end before a step of the register is stored."""
    whole = hall.desk.ports

    def end(*_: object) -> None:
        raise _CutError

    broken = replace(whole, office=replace(whole.office, register=Exchanged(whole.office.register, **{port: end})))  # type: ignore[arg-type]  # a port with one method exchanged
    approved = deciding.approve(
        broken, docket, digest=docket.proposal.digest, by=SECOND, key=key(), at=hall.city.clock()
    )
    with pytest.raises(_CutError):
        releasing.carry_out(broken, approved, by=SECOND, at=hall.city.clock())


def test_an_application_that_had_not_begun_waits_for_a_person_after_a_restore(two: TwoTimelines) -> None:
    hall = hall_of(two)
    waiting, begun, signed = hall.submit(), hall.submit(), hall.submit()
    for docket, port in ((waiting, "begin_many"), (begun, "plan_many"), (signed, "seal_many")):
        cut(hall, docket, port)
    promised = [two.city.yinzheng.archive.register.by_key(one.key) for one in (begun, signed)]
    assert {hall.now(one).stage for one in (waiting, begun, signed)} == {Stage.ISSUING}
    two.back_up()
    assert hall.desk.take_up() == (3, ())
    two.city.yinzheng.publisher.refresh(two.city.clock())
    again = hall_of(two, two.restore())
    assert two.report["approvals_ended"] == [waiting.number]
    identifiers = [str(one.licence.identifier) for one in promised if one is not None]
    assert two.report["issued_since"] == identifiers[1:]
    assert two.report["maybe_issued"] == identifiers[:1]
    done, kept = again.desk.take_up()  # what was signed before the backup is the same licence still
    reasons = sorted(getattr(one, "reason", "") for one in kept)
    assert (done, reasons) == (0, ["maybe-released", "released-before-restore"])
    docket = again.now(waiting)
    assert (docket.stage, docket.approval) == (Stage.SUBMITTED, None)
    last = again.desk.events(docket)[-1]
    assert (last.step, "恢复" in last.reason) == (Step.EXPIRE, True)
    assert "restored" in {one.reason for one in again.desk.warnings(docket)}
    fresh = again.submit()
    assert "restored" not in {one.reason for one in again.desk.warnings(fresh)}


def test_what_was_begun_is_completed_where_nothing_was_issued_since_the_backup(two: TwoTimelines) -> None:
    hall = hall_of(two)
    dockets = {port: hall.submit() for port in ("plan_many", "seal_many")}
    for port, docket in dockets.items():
        cut(hall, docket, port)
    two.back_up()
    restored = two.restore()
    assert (two.report["maybe_issued"], restored.still_out()) == ([], [])
    assert restored.applications.take_up() == (2, ())


# --- the feed -------------------------------------------------------------------------------------------------------


def test_no_event_has_a_number_that_another_had(two: TwoTimelines) -> None:
    hall = hall_of(two)
    hall.issue()
    body, other = hall.body, two.city.body_code("teacher-qualification")
    two.back_up()
    before = two.city.yinzheng.feeds.last(body)
    hall.issue()
    two.city.issue("teacher-qualification", number="20261530199000001")
    lost = two.city.yinzheng.feeds
    seen = {code: {one.number for one in lost.after(code, 0, 99)} for code in (body, other)}
    two.city.yinzheng.publisher.refresh(two.city.clock())
    for _ in range(2):  # from the same backup twice over
        restored = two.restore()
        hall_of(two, restored).issue()
        restored.issue(two.city.application("teacher-qualification", number="20261530199000002"), key=key(), by="窗口")
        for code, last in ((body, before), (other, 0)):
            behind = max(seen[code])
            fresh = restored.feeds.after(code, behind, 99)
            assert not {one.number for one in fresh} & seen[code]
            assert (fresh[0].kind, fresh[0].detail) == (EventKind.FEED_RESTORED, f"after={last}")
            assert EventKind.LICENCE_ISSUED in {one.kind for one in fresh}
            seen[code] |= {one.number for one in fresh}
        restored.publisher.refresh(two.city.clock())


def test_a_reader_that_has_seen_more_than_there_is_is_told(two: TwoTimelines) -> None:
    feeds, body = two.city.yinzheng.feeds, two.city.body_code("business-licence")
    assert feeds.after(body, feeds.last(body), 9) == []
    with pytest.raises(CursorAhead):
        feeds.after(body, feeds.last(body) + 1, 9)
