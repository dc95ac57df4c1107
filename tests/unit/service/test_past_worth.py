"""What seals, keys and certificates were worth on a day, by acts and revocations alone."""

from datetime import datetime, timedelta

import pytest

from service.past_worth import certificate_on, key_on, seal_on
from tests.city import SEAL_OFFICERS, City
from trust.rules.past_standing import Answer
from trust.sealing.errors import SealUnknown
from trust.sealing.life import Step

ASKER, SECOND = SEAL_OFFICERS
HOUR = timedelta(hours=1)


@pytest.fixture
def city() -> City:
    return City()


def test_a_seal_suspended_resumed_and_ended(city: City) -> None:
    filed = city.seal()
    begun, seal_id = city.clock(), filed.seal.seal_id
    for hours, step, ground in ((2, Step.SUSPEND, "seal-paused"), (4, Step.RESUME, "seal-pause-ended")):
        city.clock.at = begun + HOUR * hours
        city.yinzheng.seals.act(seal_id, step, ground=ground, reason="", by=ASKER, key=f"{step}")
    city.clock.at = begun + HOUR * 6
    city.end_seal(seal_id, "seal-lost", effective_at=begun + HOUR * 5)

    def answers(now: datetime) -> list[Answer]:
        hours = (-1, 0, 1, 2, 3, 4, 5, 6, 9)
        return [seal_on(city.yinzheng.archive, seal_id, begun + HOUR * one, now).answer for one in hours]

    none, no, once, unknown = Answer.NOT_YET_ISSUED, Answer.NOT_VALID, Answer.VALID_NOT_SINCE, Answer.UNKNOWN
    assert answers(city.clock()) == [none, once, once, no, no, once, no, no, unknown]
    assert seal_on(city.yinzheng.archive, seal_id, begun, city.clock()).why == "注销（seal-lost）"
    assert seal_on(city.yinzheng.archive, seal_id, begun + 3 * HOUR, city.clock()).why == "暂扣（seal-paused）"
    with pytest.raises(SealUnknown):
        seal_on(city.yinzheng.archive, "53019900000000", begun, city.clock())


def test_a_key_that_was_lost_and_every_certificate_of_it(city: City) -> None:
    signer, certificate = city.yinzheng.directory.body(city.body_code("business-licence"))
    begun = city.clock()
    city.clock.forward(hours=6)
    (before,) = key_on(city.yinzheng.archive, signer.public, begun + HOUR, city.clock())
    assert (before.answer, before.why) == (Answer.VALID, "")
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", begun + 3 * HOUR, "签章服务器被入侵")
    reports.confirm(reports.report(loss, by=ASKER, key="lost"), digest=loss.digest, by=SECOND)
    asked = {
        begun - timedelta(days=4000): Answer.NOT_YET_ISSUED,
        begun + 2 * HOUR: Answer.VALID_NOT_SINCE,
        begun + 3 * HOUR: Answer.NOT_VALID,
        begun + 5 * HOUR: Answer.NOT_VALID,
        certificate.not_after + HOUR: Answer.UNKNOWN,
    }
    for on, answer in asked.items():
        (found,) = key_on(city.yinzheng.archive, signer.public, on, city.clock())
        assert (found.answer, found.subject) == (answer, f"cert:{certificate.serial:x}")
        assert found.why == "吊销（key_compromise）"
    record = city.yinzheng.archive.books.certificates.find("issuing", certificate.serial)
    assert record is not None
    later = certificate.not_after + timedelta(days=2)
    assert certificate_on(city.yinzheng.archive, record, certificate.not_after + HOUR, later).answer is Answer.NOT_VALID
