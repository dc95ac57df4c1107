"""A key in other hands since an instant: what stays, what falls, who decides, and how the body goes on working."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from keys.errors import KeyNotUsable
from service.errors import NotYetPublished
from service.lost_keys.again import State
from service.lost_keys.errors import CompromiseError, CompromiseRefused, NotAnother
from service.lost_keys.order import Compromise, Stage, Work
from service.lost_keys.signed import Kind, Proof
from tests.city import SEAL_OFFICERS, City
from tests.journey_parts import FAILED, INDETERMINATE, PASSED, code_text
from tests.ofd_foreign import letter
from trust.formats.crl import Reason, load_crl
from trust.formats.leaf import token_commitment
from trust.formats.log_proof import decode_log_proof
from trust.formats.placing import AtPoint
from trust.rules.seal_standing import SealKind
from trust.rules.verdict import Indication
from trust.sealing.life import State as SealState
from trust.sealing.ports import Cause, Officer, Wish
from trust.sealing.sealing import Wanted
from verifier.verifying import Examined, verify_file, verify_words

MAKER, SECOND = SEAL_OFFICERS
ADMIN = Officer("admin", "系统管理员")
HOUR = timedelta(hours=1)


@pytest.fixture
def city() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def body(city: City) -> str:
    return city.body_code("business-licence")


def seal_of(city: City) -> str:
    filed = city.yinzheng.seals.filed(body(city))
    return next(one.seal.seal_id for one in filed if one.kind is SealKind.LICENCE)


def sealed(city: City, key: str) -> bytes:
    done = city.yinzheng.seals.seal(
        seal_of(city), letter(), Wanted(AtPoint(0, 100, 100), "答复"), key=key, by=MAKER, department=body(city)
    )
    assert done.file is not None
    city.yinzheng.publisher.refresh(city.clock())
    return done.file


def lose(city: City, since: datetime | None, *, key: str = "loss") -> Compromise:
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", since, "签章服务器被入侵")
    one = reports.report(loss, by=MAKER, key=key)
    return reports.confirm(one, digest=loss.digest, by=SECOND)


@dataclass(frozen=True)
class Told:
    """Everything that was made at one time, as it is judged now."""

    licence: Examined
    code: Examined
    document: Examined
    licence_offline: Examined
    code_offline: Examined
    document_offline: Examined
    licence_with_proof: Examined
    code_with_proof: Examined

    def indications(self) -> dict[str, Indication]:
        return {name: getattr(self, name).verdict.indication for name in self.__dataclass_fields__}


def made(city: City, name: str) -> Callable[[], Told]:
    issued, document = city.issue(number=f"YL-{name}"), sealed(city, f"doc-{name}")

    def judged() -> Told:
        yinzheng, now, code = city.yinzheng, city.clock(), code_text(issued)
        carried = yinzheng.evidence()
        proven = replace(carried, proof=decode_log_proof(yinzheng.log_proof(token_commitment(issued.token))))
        return Told(
            yinzheng.verify_file(issued.pdf),
            yinzheng.verify_words(code),
            yinzheng.verify_file(document),
            verify_file(issued.pdf, carried, now=now, online=None),
            verify_words(code, carried, now=now, online=None),
            verify_file(document, carried, now=now, online=None),
            verify_file(issued.pdf, proven, now=now, online=None),
            verify_words(code, proven, now=now, online=None),
        )

    return judged


# --- the table (promise P12) ------------------------------------------------------------------------------------------

TIMED = ("licence", "code", "document", "document_offline", "licence_with_proof", "code_with_proof")
"""Judged with a time: the log's, asked or brought along, or a time stamp's."""
UNTIMED = ("licence_offline", "code_offline")


@pytest.mark.parametrize(
    ("since", "before", "after", "unproven"),
    [("known", PASSED, FAILED, FAILED), ("unknown", FAILED, FAILED, FAILED)],
)
def test_a_key_that_was_lost(
    city: City, since: str, before: Indication, after: Indication, unproven: Indication
) -> None:
    """Before, an instant, after: with the log's time, with a time stamp (the document offline), and without any."""
    early = made(city, "1")
    lost = city.clock.forward(hours=1)
    exactly = made(city, "2")
    city.clock.forward(hours=1)
    late = made(city, "3")
    assert early().licence.verdict.indication is late().licence.verdict.indication is PASSED
    city.clock.forward(hours=1)
    assert lose(city, lost if since == "known" else None).stage is Stage.DONE
    city.clock.forward(hours=1)
    for told, proven in ((early(), before), (exactly(), after), (late(), after)):
        found = told.indications()
        assert {name: found[name] for name in TIMED} == dict.fromkeys(TIMED, proven)
        assert {name: found[name] for name in UNTIMED} == dict.fromkeys(UNTIMED, unproven)


def test_what_stays_valid_says_that_the_key_was_lost_later(city: City) -> None:
    early = made(city, "1")
    lost = city.clock.forward(hours=1)
    city.clock.forward(hours=1)
    lose(city, lost)
    told = early()
    for examined in (told.licence, told.code, told.document, told.document_offline):
        (found,) = [one for one in examined.verdict.findings if (one.step, one.name) == (5, "signer-path")]
        assert (found.indication, found.warning) == (PASSED, True)
        assert "泄露（自 2026-11-21 13:00 起）" in found.detail
    (found,) = [one for one in told.code_offline.verdict.findings if one.name == "signer-path"]
    assert (found.indication, "没有可信时间证明" in found.detail) == (FAILED, True)


def test_a_seal_that_was_cancelled_without_a_loss_of_its_key(city: City) -> None:
    """With a time it is settled; without one it is open, because the signature may be older."""
    early = made(city, "1")
    city.clock.forward(hours=1)
    city.end_seal(seal_of(city), "seal-lost")
    city.clock.forward(hours=1)
    found = early().indications()
    assert {name: found[name] for name in TIMED} == dict.fromkeys(TIMED, PASSED)
    assert found["code_offline"] is PASSED, "a code bears no seal"
    assert found["licence_offline"] is INDETERMINATE


# --- the order of work ------------------------------------------------------------------------------------------------


def test_the_work_is_recorded_in_its_order_and_shown_at_once(city: City) -> None:
    city.issue()
    lost = city.clock.forward(hours=1)
    one = lose(city, lost)
    reports, archive = city.yinzheng.compromises, city.yinzheng.archive
    assert [done.work for done in reports.work(one)] == list(Work)
    certificate = city.yinzheng.directory.body(body(city))[1]
    current = archive.books.editions.current("issuing")
    assert current is not None
    entry = load_crl(current.octets).revoked[certificate.serial]
    assert (entry.reason, entry.invalid_since) == (Reason.KEY_COMPROMISE, lost)
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    found = listed.seal(seal_of(city))
    assert found is not None
    assert found.history[-1].since == lost
    (act,) = city.yinzheng.seals.acts_on(seal_of(city))
    assert (act.ground, act.by) == ("seal-compromised", "周明远、顾清和")
    assert archive.log.size() > (one.boundary or 0) > 0


def test_nobody_issues_or_seals_with_it_any_more(city: City) -> None:
    lose(city, city.clock())
    with pytest.raises(Exception, match=r"certificate-revoked|key-compromised|seal") as refused:
        city.issue()
    assert type(refused.value).__name__ in {"NoPen", "KeyNotUsable"}
    with pytest.raises(Exception, match=r"cancel|revoked|compromised"):
        sealed(city, "later")
    with pytest.raises(KeyNotUsable):
        city.ring.open("file:body-scjg")


def test_one_human_does_not_do_both_steps(city: City) -> None:
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", city.clock(), "遗失")
    one = reports.report(loss, by=MAKER, key="k")
    for again in (MAKER, Officer("other-login", MAKER.name)):
        with pytest.raises(NotAnother):
            reports.confirm(one, digest=loss.digest, by=again)
    with pytest.raises(CompromiseRefused, match="loss-changed"):
        reports.confirm(one, digest="sm3:00", by=ADMIN)
    assert reports.withdraw(one, by=MAKER).stage is Stage.WITHDRAWN
    with pytest.raises(CompromiseError, match="compromise-moved"):
        reports.confirm(reports.find(one.number, None), digest=loss.digest, by=ADMIN)
    assert city.issue().pdf, "nothing was done"


@pytest.mark.parametrize(
    ("body_login", "ahead", "reason", "refusal"),
    [("nobody", 0, "遗失", "body-unknown"), ("scjg", 1, "遗失", "loss-in-future"), ("scjg", 0, "", "loss-reason")],
)
def test_a_loss_that_cannot_be(city: City, body_login: str, ahead: int, reason: str, refusal: str) -> None:
    with pytest.raises(CompromiseRefused) as refused:
        city.yinzheng.compromises.loss_of_body(body_login, city.clock() + ahead * HOUR, reason)
    assert refused.value.reason == refusal


def test_the_same_loss_is_not_reported_again_and_an_earlier_one_is(city: City) -> None:
    begun, lost = city.clock(), city.clock.forward(hours=2)
    one = lose(city, lost)
    reports = city.yinzheng.compromises
    assert reports.report(one.loss, by=MAKER, key="loss") == reports.find(one.number, None)
    with pytest.raises(CompromiseRefused, match="loss-known"):
        reports.report(one.loss, by=MAKER, key="another")
    assert lose(city, begun + HOUR, key="earlier").stage is Stage.DONE


@pytest.mark.parametrize("where", ["block", "publish_revocations", "refresh", "add"])
def test_cut_off_anywhere_it_is_carried_on(city: City, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = city.issue()
    city.clock.forward(hours=1)
    yinzheng, reports = city.yinzheng, city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", issued.entry.begun_at, "遗失")
    one = reports.report(loss, by=MAKER, key="k")

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        if where == "block":
            patch.setattr("service.compromises.working.block_leaked_key", broken)
        else:
            patch.setattr(yinzheng.archive.reissues if where == "add" else yinzheng.publisher, where, broken)
        with pytest.raises((OSError, NotYetPublished)):
            reports.confirm(one, digest=loss.digest, by=SECOND)
    cut = reports.find(one.number, None)
    assert cut.stage is Stage.CONFIRMED
    assert (city.ring.record("body-scjg").state == "active") is (where == "block")
    city.clock.forward(minutes=1)
    assert reports.take_up() == (1, ())
    done = reports.find(one.number, None)
    assert (done.stage, len(reports.work(done))) == (Stage.DONE, len(Work))
    assert reports.confirm(done, digest=loss.digest, by=SECOND) == done, "said again, it changes nothing"
    assert len(city.yinzheng.seals.acts_on(seal_of(city))) == 1
    assert yinzheng.verify_file(issued.pdf).verdict.indication is FAILED


# --- how far it reaches -----------------------------------------------------------------------------------------------


def test_the_blast_is_known_before_anything_is_done(city: City) -> None:
    city.issue(number="YL-1")
    city.issue("food-operation", number="SP-1")
    sealed(city, "early")
    lost = city.clock.forward(hours=2)
    late = city.issue(number="YL-2")
    sealed(city, "late")
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", lost, "遗失")
    blast = reports.blast(loss)
    own = len([one for one in city.plan.bodies if {"business-licence", "food-operation"} <= set(one.types)])
    assert blast.total(Kind.LICENCE) == (1 + own, 1, 0)
    assert blast.total(Kind.DOCUMENT) == (1, 1, 0)
    assert (blast.falls, blast.codes) == (2, 2 + own)
    assert {one.month for one in blast.counts} == {"2026-11"}
    falling = list(reports.signed(loss))
    assert falling[0].subject == str(late.entry.licence.identifier)
    assert {(one.kind, one.proof) for one in falling} == {(Kind.LICENCE, Proof.AFTER), (Kind.DOCUMENT, Proof.AFTER)}
    assert len(list(reports.signed(loss, everything=True))) == 4 + own
    assert city.issue(number="YL-3").pdf, "nothing was done"


# --- going on ---------------------------------------------------------------------------------------------------------


def go_on(city: City) -> str:
    """A new key, and the seal for licences made again by two officials."""
    old = seal_of(city)
    reference, _ = city.yinzheng.renew_key("scjg")
    filed = city.seal(
        SealKind.LICENCE,
        replaces=old,
        cause=Cause.COMPROMISED,
        name=city.yinzheng.seals.default_name(SealKind.LICENCE, body(city), None),
    )
    assert city.yinzheng.seals.state(filed.seal.seal_id) is SealState.IN_USE
    return reference


def test_the_body_goes_on_with_a_new_key_and_a_new_seal(city: City) -> None:
    with pytest.raises(CompromiseRefused, match="key-in-use"):
        city.yinzheng.renew_key("scjg")
    city.clock.forward(hours=1)
    lose(city, city.clock())
    city.clock.forward(hours=1)
    assert go_on(city) == "file:body2-scjg"
    issued = city.issue(number="YL-9")
    city.clock.forward(seconds=1)
    assert city.yinzheng.verify_file(issued.pdf).verdict.indication is PASSED
    city.clock.forward(hours=1)
    lose(city, city.clock(), key="second")
    assert city.yinzheng.verify_file(issued.pdf).verdict.indication is PASSED
    assert city.yinzheng.renew_key("scjg")[0] == "file:body3-scjg"


def test_what_falls_is_issued_again(city: City) -> None:
    early = city.issue(number="YL-1")
    lost = city.clock.forward(hours=1)
    late = [city.issue(number=f"YL-{number}") for number in (2, 3)]
    sealed(city, "late")
    city.clock.forward(hours=1)
    one = lose(city, lost)
    work = city.yinzheng.remaking
    waiting = {entry.signed.subject for entry in work.listed(one)}
    assert str(early.entry.licence.identifier) not in waiting
    assert len(waiting) == 3
    stuck = work.work(one, maker=MAKER, second=SECOND, limit=10)
    assert (stuck.again, len(stuck.stuck)) == (0, 2), "there is no pen yet"
    city.clock.forward(hours=1)
    go_on(city)
    assert work.work(one, maker=MAKER, second=SECOND, limit=1).again == 1
    assert work.work(one, maker=MAKER, second=SECOND, limit=10).again == 1
    assert work.work(one, maker=MAKER, second=SECOND, limit=10).again == 0
    for issued in late:
        entry = work.entry(one, str(issued.entry.licence.identifier))
        assert entry.state is State.AGAIN
        follower = city.yinzheng.archive.register.find(entry.successor or "")
        assert follower is not None
        files = city.yinzheng.files_of(follower)
        assert city.yinzheng.verify_file(files.pdf).verdict.indication is PASSED
    (document,) = work.listed(one, State.WAITING)
    with pytest.raises(CompromiseRefused, match="loss-successor"):
        work.settle(document, successor="nothing", by=MAKER)
    with pytest.raises(CompromiseRefused, match="loss-reason"):
        work.drop(document, reason="", by=MAKER)
    work.drop(document, reason="收件人已撤回来函", by=MAKER)
    with pytest.raises(CompromiseError, match="compromise-moved"):
        work.drop(document, reason="再来一次", by=MAKER)


def test_a_personal_seal_falls_alone(city: City) -> None:
    holder = city.yinzheng.seals.holder("scjg", body(city))
    own = city.yinzheng.seals.apply(
        Wish(body_code=body(city), kind=SealKind.PERSONAL, name=holder.name, reason="签发", holder=holder),
        key="p",
        by=MAKER,
    )
    third = Officer("scjg3", "孟书尧")
    city.yinzheng.seals.decide(own.seal_id, approve=True, note="同意", by=third)
    city.yinzheng.seals.file(own.seal_id, by=third)
    city.clock.forward(hours=1)
    reports = city.yinzheng.compromises
    loss = reports.loss_of_seal(own.seal_id, city.clock(), "遗失")
    assert reports.blast(loss).counts == ()
    one = reports.report(loss, by=MAKER, key="k")
    assert reports.confirm(one, digest=loss.digest, by=third).stage is Stage.DONE
    assert city.yinzheng.seals.state(own.seal_id) is SealState.CANCELLED
    assert city.yinzheng.seals.state(seal_of(city)) is SealState.IN_USE
    assert city.issue().pdf
