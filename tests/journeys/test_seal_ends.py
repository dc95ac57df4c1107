"""A seal that ends without the loss of a key: how far that reaches, before it is approved, and what is made again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update

from issuer.warrants.warrant import Warrant, wanted_of
from service.lost_keys.again import State
from service.lost_keys.order import Compromise, Stage, Work
from service.lost_keys.signed import Kind, Proof
from tests.city import OFFICIAL, SEAL_OFFICERS, City
from tests.journey_parts import FAILED, PASSED
from tests.ofd_foreign import letter
from trust.formats.placing import AtPoint
from trust.revocation.acting import Order
from trust.rules.seal_standing import SealKind, subject_of
from trust.rules.standing import ActKind
from trust.sealing.ports import Cause
from trust.sealing.sealing import Wanted
from trust.sealing.store.tables import seal_request_item

MAKER, SECOND = SEAL_OFFICERS


@pytest.fixture
def city() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def licence_seal(city: City) -> str:
    filed = city.yinzheng.seals.filed(city.body_code("business-licence"))
    return next(one.seal.seal_id for one in filed if one.kind is SealKind.LICENCE)


def sealed(city: City, key: str, seal_id: str) -> bytes:
    body = city.body_code("business-licence")
    done = city.yinzheng.seals.seal(
        seal_id, letter(), Wanted(AtPoint(0, 100, 100), "答复"), key=key, by=MAKER, department=body
    )
    assert done.file is not None
    city.yinzheng.publisher.refresh(city.clock())
    return done.file


def ordered(city: City, seal_id: str, since: datetime) -> Warrant:
    order = Order(ActKind.CANCEL, subject_of(seal_id), "seal-lost", "遗失在途", OFFICIAL, effective_at=since)
    wanted = wanted_of(order, city.body_code("business-licence"))
    return city.yinzheng.warrants.place(wanted, by=MAKER, key="end")


def approved(city: City, order: Warrant) -> Compromise:
    city.yinzheng.warrants.approve(order, digest=order.wanted.digest, by=SECOND, key="end:approve")
    (one,) = city.yinzheng.archive.compromises.recent(None, 9)
    return one


def test_what_was_sealed_since_is_seen_before_anybody_approves_and_listed_after(city: City) -> None:
    seal_id, other = licence_seal(city), city.seal(SealKind.CONTRACT).seal.seal_id
    early = city.issue(number="YL-1")
    kept = sealed(city, "early", seal_id)
    lost = city.clock.forward(hours=2)
    late = city.issue(number="YL-2")
    fallen = sealed(city, "late", seal_id)
    sealed(city, "elsewhere", other)
    city.clock.forward(hours=1)
    order, reports = ordered(city, seal_id, lost), city.yinzheng.compromises
    blast = reports.blast(reports.end_of_seal(seal_id, lost))
    assert (blast.total(Kind.LICENCE), blast.total(Kind.DOCUMENT), blast.falls) == ((1, 1, 0), (1, 1, 0), 2)
    assert {(one.body_code, one.before, one.after) for one in blast.by_department()} == {
        (city.body_code("business-licence"), 1, 1)
    }
    assert city.yinzheng.archive.compromises.recent(None, 9) == [], "looking changes nothing"
    one = approved(city, order)
    assert (one.stage, one.loss.of_key, one.loss.since) == (Stage.DONE, False, lost)
    assert (one.reported_by, one.decided_by) == (MAKER, SECOND)
    assert [done.work for done in reports.work(one)] == [Work.LISTED]
    waiting = {entry.signed.subject: entry.signed for entry in city.yinzheng.remaking.listed(one)}
    assert str(late.entry.licence.identifier) in waiting
    assert str(early.entry.licence.identifier) not in waiting
    assert [signed.kind for signed in waiting.values()].count(Kind.DOCUMENT) == 1
    assert len(waiting) == blast.falls
    verify = city.yinzheng.verify_file
    found = [verify(file).verdict.indication for file in (early.pdf, late.pdf, kept, fallen)]
    assert found == [PASSED, FAILED, PASSED, FAILED], "the list and the verifier agree"


def test_a_licence_is_issued_again_with_a_new_seal_and_the_same_key(city: City) -> None:
    seal_id, lost = licence_seal(city), city.clock.forward(hours=2)
    late = city.issue(number="YL-2")
    city.clock.forward(hours=1)
    one = approved(city, ordered(city, seal_id, lost))
    city.clock.forward(hours=1)
    city.seal(
        SealKind.LICENCE,
        replaces=seal_id,
        cause=Cause.LOST,
        name=city.yinzheng.seals.default_name(SealKind.LICENCE, city.body_code("business-licence"), None),
    )
    newer = city.issue(number="YL-3")
    blast = city.yinzheng.compromises.blast(one.loss)
    assert blast.total(Kind.LICENCE) == (0, 1, 0), "what the new seal was put to is nobody's business"
    assert city.yinzheng.remaking.work(one, maker=MAKER, second=SECOND, limit=9).again == 1
    entry = city.yinzheng.remaking.entry(one, str(late.entry.licence.identifier))
    assert entry.state is State.AGAIN
    assert city.yinzheng.verify_file(newer.pdf).verdict.indication is PASSED


@pytest.mark.parametrize("where", ["report", "add"])
def test_cut_off_it_is_listed_when_the_service_starts(city: City, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seal_id, lost = licence_seal(city), city.clock.forward(hours=2)
    city.issue(number="YL-2")
    order = ordered(city, seal_id, lost)

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    archive = city.yinzheng.archive
    with monkeypatch.context() as patch:
        patch.setattr(archive.compromises if where == "report" else archive.reissues, where, broken)
        with pytest.raises(Exception, match=order.number):
            approved(city, order)
    for expected in (1, 0):
        assert city.yinzheng.compromises.take_up() == (expected, ())
    (one,) = archive.compromises.recent(None, 9)
    assert (one.stage, len(city.yinzheng.remaking.listed(one))) == (Stage.DONE, 1)


@pytest.mark.parametrize(("logged", "proof"), [(True, Proof.AFTER), (False, Proof.NONE)])
def test_a_document_planned_long_before_counts_by_its_place_in_the_log(city: City, logged: bool, proof: Proof) -> None:
    """Planned before the loss; cut off, and logged after it or never."""
    planned, seal_id = city.clock(), licence_seal(city)
    lost = city.clock.forward(hours=3)
    if not logged:
        seals = city.yinzheng.seals
        seals.desk = replace(seals.desk, note=lambda *_: None)
    sealed(city, "late", seal_id)
    with city.engine.begin() as connection:
        connection.execute(update(seal_request_item).values(planned_at=planned))
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", lost, "遗失")
    (one,) = [each for each in reports.signed(loss) if each.kind is Kind.DOCUMENT]
    assert one.proof is proof
    assert reports.blast(loss).total(Kind.DOCUMENT)[0] == 0
