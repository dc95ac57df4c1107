"""Acts that two people stand behind: who may, what is recorded, what is passed over, and what happens in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.errors import ApplicationRefused, IdempotencyMismatch
from issuer.issuing import Issued
from issuer.warrants import deciding
from issuer.warrants.errors import (
    NeedsSecond,
    NoSuchWarrant,
    NotTheMaker,
    OwnWarrant,
    WarrantMoved,
    WarrantRefused,
)
from issuer.warrants.life import Stage, Step
from issuer.warrants.warrant import Wanted
from keys.sm3 import sm3
from tests.city import OFFICIAL, SEAL_OFFICERS, City
from tests.journey_parts import FAILED, PASSED, identifier, indication, number
from trust.errors import Conflict
from trust.revocation.acting import Order, act
from trust.rules.errors import FieldRefused, MoveRefused
from trust.rules.standing import ActKind, Status
from trust.rules.two_people import Cause
from trust.sealing.ports import Officer

MAKER, SECOND = SEAL_OFFICERS
SIGNED = "周明远（scjg）"


@pytest.fixture
def licences(city: City) -> list[Issued]:
    city.clock.forward(seconds=1)
    return [city.issue(number=number()) for _ in range(3)]


def wanted(city: City, licences: list[Issued], **changed: object) -> Wanted:
    values = {"kind": ActKind.REVOKE, "ground": "penalty", "decision": "云市监罚〔2026〕18号"} | changed
    subjects = tuple(map(identifier, licences))
    return Wanted(body_code=city.body_code("business-licence"), subjects=subjects, **values)


def statuses(city: City, licences: list[Issued]) -> list[Status]:
    return [city.yinzheng.standing(identifier(one), city.clock()).status for one in licences]


def test_many_at_once_take_two_people_and_are_one_order(city: City, licences: list[Issued]) -> None:
    desk, order = city.yinzheng.warrants, wanted(city, licences)
    assert desk.causes(order, "scjg") == (Cause.BULK,)
    placed = desk.place(order, by=MAKER, key="many")
    assert (placed.stage, statuses(city, licences)) == (Stage.WAITING, [Status.VALID] * 3)
    city.clock.forward(hours=3)
    done = desk.approve(placed, digest=order.digest, by=SECOND, key="many:approve")
    assert (done.stage, statuses(city, licences)) == (Stage.DONE, [Status.REVOKED] * 3)
    for one in licences:
        (found,) = city.yinzheng.archive.acts.of(identifier(one))
        assert (found.recorded_at, found.effective_at, found.decision) == (city.clock(), city.clock(), order.decision)
        assert MAKER.name in found.by
        assert SECOND.name in found.by
        assert indication(city.yinzheng.verify_file(one.ofd)) is FAILED
    steps = [(event.step, event.by) for event in desk.events(done)]
    assert steps == [(Step.PLACE, MAKER), (Step.APPROVE, SECOND), (Step.CARRY_OUT, SECOND)]
    assert [one.act_sequence for one in desk.outcomes(done)] == [1, 1, 1]


@pytest.mark.parametrize("twin", [MAKER, Officer("SCJG", "别名"), Officer("other", f" {MAKER.name} ")])
def test_one_person_with_two_accounts_approves_nothing(city: City, licences: list[Issued], twin: Officer) -> None:
    desk, order = city.yinzheng.warrants, wanted(city, licences)
    placed = desk.place(order, by=MAKER, key=f"twin {twin.login} {identifier(licences[0])}")
    with pytest.raises(OwnWarrant):
        desk.approve(placed, digest=order.digest, by=twin, key=f"approve {twin.login}")
    with pytest.raises(OwnWarrant):
        desk.refuse(placed, reason="不妥", by=twin, key=f"refuse {twin.login}")
    assert statuses(city, licences) == [Status.VALID] * 3
    assert [event.step for event in desk.events(placed)] == [Step.PLACE]


def test_what_reaches_back_takes_two_people(city: City, licences: list[Issued]) -> None:
    since = city.clock() - timedelta(minutes=30)
    order = Order(ActKind.RESCIND, identifier(licences[0]), "fraud", "", OFFICIAL, effective_at=since)
    with pytest.raises(NeedsSecond) as caught:
        city.yinzheng.act(order, key="back")
    assert caught.value.causes == (Cause.RETROACTIVE,)
    assert statuses(city, licences) == [Status.VALID] * 3
    done = city.act(ActKind.RESCIND, licences[0], "fraud", effective_at=since)
    assert (done.effective_at, done.recorded_at) == (since, city.clock())


def test_an_end_of_what_two_people_issue_takes_two_people(fresh: City) -> None:
    estate = fresh.issue("real-estate-certificate")
    order = Order(ActKind.CANCEL, identifier(estate), "holder-request", "", OFFICIAL)
    with pytest.raises(NeedsSecond) as caught:
        fresh.yinzheng.act(order, key="end")
    assert caught.value.causes == (Cause.FINAL,)
    suspended = fresh.yinzheng.act(replace(order, kind=ActKind.SUSPEND, ground="penalty"), key="suspend")
    assert suspended.kind is ActKind.SUSPEND  # what can be lifted again one person may do


def test_one_after_the_other_is_as_many_at_once() -> None:
    """Three a day alone; the fourth takes two, whichever way it is asked for, until the first ones are a day old."""
    city = City(alone_a_day=3)
    some = [city.issue(number=number()) for _ in range(5)]
    kinds = [(ActKind.SUSPEND, "penalty"), (ActKind.RESTRICT, "other"), (ActKind.CANCEL, "holder-request")]
    for one, (kind, ground) in zip(some, kinds, strict=False):
        city.clock.forward(hours=1)
        city.yinzheng.act(Order(kind, identifier(one), ground, "说明", SIGNED), key=f"alone {kind}")
    lifting = Order(ActKind.REINSTATE, identifier(some[0]), "rectified", "", SIGNED)
    city.yinzheng.act(lifting, key="lift")  # what takes nothing away is not counted
    more = Order(ActKind.REVOKE, identifier(some[3]), "penalty", "", SIGNED)
    for by in (SIGNED, "scjg"):
        with pytest.raises(NeedsSecond) as caught:
            city.yinzheng.act(replace(more, by=by), key=f"four {by}")
        assert caught.value.causes == (Cause.MANY,)
    city.yinzheng.act(replace(more, by="顾清和（scjg2）"), key="another person's first")
    desk, order = city.yinzheng.warrants, wanted(city, some[4:])
    placed = desk.place(order, by=MAKER, key="by two")
    assert placed.causes == (Cause.MANY,)
    desk.approve(placed, digest=order.digest, by=SECOND, key="by two:approve")
    (done,) = city.yinzheng.archive.acts.of(identifier(some[4]))
    assert done.by == "周明远（scjg）；批准：顾清和（scjg2）"
    city.clock.forward(hours=22)
    city.yinzheng.act(replace(lifting, kind=ActKind.SUSPEND, ground="penalty"), key="the day after")
    city.close()


def test_the_decision_keeps_its_own_time(city: City, licences: list[Issued]) -> None:
    decided = city.clock() - timedelta(hours=1)
    order = wanted(city, licences[:1], kind=ActKind.SUSPEND, decided_at=decided, effective_at=decided)
    placed = city.yinzheng.warrants.place(order, by=MAKER, key="times")
    city.clock.forward(days=2)
    done = city.yinzheng.warrants.approve(placed, digest=order.digest, by=SECOND, key="times:approve")
    (found,) = city.yinzheng.archive.acts.of(identifier(licences[0]))
    assert (found.decided_at, found.effective_at, found.recorded_at) == (decided, decided, city.clock())
    assert city.yinzheng.published_since(found.subject)[1] == city.clock().replace(microsecond=0)
    assert done.stage is Stage.DONE


def test_what_cannot_be_acted_on_is_passed_over_and_named(city: City, licences: list[Issued]) -> None:
    desk, order = city.yinzheng.warrants, wanted(city, licences)
    city.act(ActKind.CANCEL, licences[1], "holder-request")
    assert desk.refusals(order, MAKER) == {identifier(licences[1]): "standing-final"}
    placed = desk.place(order, by=MAKER, key="some")
    city.act(ActKind.CANCEL, licences[2], "holder-request")  # between order and approval
    done = desk.approve(placed, digest=order.digest, by=SECOND, key="some:approve")
    told = [(one.act_sequence, one.refusal) for one in desk.outcomes(done)]
    assert told == [(1, None), (None, "standing-final"), (None, "standing-final")]
    assert indication(city.yinzheng.verify_file(licences[0].ofd)) is FAILED


def test_an_order_that_would_record_nothing_is_refused_or_waits(city: City, licences: list[Issued]) -> None:
    desk, order = city.yinzheng.warrants, wanted(city, licences)
    placed = desk.place(order, by=MAKER, key="in time")
    for one in licences:
        city.act(ActKind.CANCEL, one, "holder-request")
    with pytest.raises(WarrantRefused):
        desk.approve(placed, digest=order.digest, by=SECOND, key="too late")
    assert city.yinzheng.archive.warrants.find(placed.number).stage is Stage.WAITING
    with pytest.raises(WarrantRefused):
        desk.place(order, by=MAKER, key="not again")
    with pytest.raises(MoveRefused):
        desk.place(wanted(city, licences[:1]), by=MAKER, key="nor one")
    assert desk.refuse(placed, reason="已经全部注销", by=SECOND, key="refused").stage is Stage.REFUSED


def test_what_is_refused_at_once(city: City, licences: list[Issued]) -> None:
    desk, own = city.yinzheng.warrants, wanted(city, licences)
    strange = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    for subjects, reason in (
        ((), "missing"),
        ((own.subjects[0], own.subjects[0]), "repeated"),
        ((own.subjects[0], strange), "not-own-licence"),
    ):
        with pytest.raises(WarrantRefused) as caught:
            desk.place(replace(own, subjects=subjects), by=MAKER, key=f"bad {reason}")
        assert [found for _, found in caught.value.problems] == [reason]
    with pytest.raises(WarrantRefused):
        desk.place(replace(own, body_code="11530199MB0T35T000"), by=MAKER, key="another body")
    with pytest.raises(FieldRefused):
        desk.place(replace(own, kind=ActKind.SUSPEND, ground="other"), by=MAKER, key="no reason")
    with pytest.raises(ApplicationRefused):
        desk.place(own, by=MAKER, key="a note", reason="字" * 401)
    with pytest.raises(NoSuchWarrant):
        desk.find("00", own.body_code)


def test_steps_are_taken_once_and_by_whom_they_are_for(city: City, licences: list[Issued]) -> None:
    desk, order = city.yinzheng.warrants, wanted(city, licences)
    placed = desk.place(order, by=MAKER, key="steps")
    assert desk.place(order, by=MAKER, key="steps") == placed
    with pytest.raises(IdempotencyMismatch):
        desk.place(replace(order, reason="另有理由"), by=MAKER, key="steps")
    with pytest.raises(NotTheMaker):
        desk.withdraw(placed, by=SECOND, key="not his")
    with pytest.raises(WarrantRefused):
        desk.approve(placed, digest="sm3:00", by=SECOND, key="another content")
    with pytest.raises(ApplicationRefused):
        desk.refuse(placed, reason=" ", by=SECOND, key="no reason given")
    gone = desk.withdraw(placed, by=MAKER, key="withdrawn")
    assert gone.stage is Stage.WITHDRAWN
    with pytest.raises(WarrantMoved):
        desk.approve(gone, digest=order.digest, by=SECOND, key="after that")
    assert statuses(city, licences) == [Status.VALID] * 3


def test_an_approval_that_was_cut_off_is_carried_on(city: City, licences: list[Issued]) -> None:
    """Approved, one act recorded, the process gone: whoever starts next records the others, and nothing twice."""
    desk, order = city.yinzheng.warrants, wanted(city, licences)
    placed = desk.place(order, by=MAKER, key="cut")
    approved = deciding.advance(desk.bench, placed, Step.APPROVE, by=SECOND, key="cut:approve", at=city.clock())
    first = order.order(order.subjects[0], deciding.signed_by(MAKER, SECOND))
    archive, own_key = city.yinzheng.archive, f"{approved.key}/{sm3(first.subject.encode()).hex()[:32]}"
    act(archive.acts, archive.log, first, key=own_key, at=city.clock(), random=city.yinzheng.random)
    city.clock.forward(hours=1)
    assert desk.take_up() == (1, ())
    assert desk.take_up() == (0, ())
    assert statuses(city, licences) == [Status.REVOKED] * 3
    assert [len(city.yinzheng.archive.acts.of(one)) for one in order.subjects] == [1, 1, 1]
    assert desk.approve(approved, digest=order.digest, by=SECOND, key="cut:approve").stage is Stage.DONE
    assert indication(city.yinzheng.verify_file(city.issue(number=number()).ofd)) is PASSED


def test_an_end_is_set_aside_by_an_act_that_names_it(city: City, licences: list[Issued]) -> None:
    """Nothing is deleted and nothing comes back: the decision that set the revocation aside is on record beside it."""
    one = licences[0]
    city.act(ActKind.REVOKE, one, "penalty")
    city.clock.forward(hours=1)
    aside = city.act(ActKind.OVERTURN, one, "decision-set-aside", decision="（2026）云行终3号")
    assert (aside.reverses, statuses(city, [one])) == (1, [Status.REVOKED])
    assert indication(city.yinzheng.verify_file(one.ofd)) is FAILED
    with pytest.raises(Conflict) as caught:
        city.act(ActKind.OVERTURN, one, "decision-set-aside", decision="（2026）云行终4号")
    assert caught.value.reason == "already-reversed"
