"""A key that leaked after the backup stays blocked and revoked when the backup is restored, and its loss is worked anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from issuer.errors import NoPen
from issuer.issuing import Issued
from keys.errors import KeyNotUsable
from keys.lifecycle import KeyState
from service.lost_keys.errors import CompromiseRefused
from service.lost_keys.order import Loss, Stage
from service.past_worth import key_on
from tests.city import SEAL_OFFICERS
from tests.journey_parts import FAILED, PASSED, indication, number
from tests.ofd_foreign import letter
from tests.restoring_parts import TwoTimelines
from trust.certification.profiles import SEAL_SIGNER
from trust.errors import Conflict
from trust.formats.crl import Reason, load_crl
from trust.formats.ocsp import OcspAnswer, read_answer, write_request
from trust.formats.placing import AtPoint
from trust.rules.past_standing import Answer
from trust.rules.seal_standing import SealKind
from trust.rules.standing import Status
from trust.sealing.life import LostAct, State
from trust.sealing.sealing import Wanted

MAKER, SECOND = SEAL_OFFICERS
HOUR = timedelta(hours=1)


class Story:
    """Documents of before and after the loss; then everything restored as it was before it, keys included."""

    def __init__(self, two: TwoTimelines) -> None:
        self.two, self.clock, self.code = two, two.city.clock, two.city.body_code("business-licence")
        self.own = two.city.yinzheng
        filed = self.own.seals.filed(self.code)
        self.seal_id = next(one.seal.seal_id for one in filed if one.kind is SealKind.LICENCE)
        self.signer, self.certificate = self.own.directory.body(self.code)
        self.name = self.signer.reference.removeprefix("file:")
        self.before = self.sealed("before")
        self.licence: Issued = two.city.issue(number=number())
        self.clock.forward(hours=1)
        two.back_up()
        self.lost = self.clock.forward(hours=1)
        self.clock.forward(hours=1)
        self.after = self.sealed("after")
        reports = self.own.compromises
        one = reports.report(self.loss(), by=MAKER, key="lost")
        assert reports.confirm(one, digest=one.loss.digest, by=SECOND).stage is Stage.DONE
        self.own.authority.revoke_certificate(
            self.own.directory.service("presentation")[1].serial, Reason.SUPERSEDED, self.clock()
        )
        self.own.publisher.refresh(self.clock())
        self.restored = two.restore()
        self.restored.publisher.refresh(self.clock.forward(days=2))

    def loss(self) -> Loss:
        return self.own.compromises.loss_of_body("scjg", self.lost, "签章服务器被入侵")

    def sealed(self, key: str) -> bytes:
        wanted = Wanted(AtPoint(0, 100, 100), "答复")
        done = self.own.seals.seal(self.seal_id, letter(), wanted, key=key, by=MAKER, department=self.code)
        assert done.file is not None
        return done.file


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    two = TwoTimelines(tmp_path_factory.mktemp("restored-key-loss"))
    yield Story(two)
    two.close()


def test_the_key_is_blocked_again(story: Story) -> None:
    assert story.two.ring.record(story.name).state is KeyState.ACTIVE  # as the backup has it
    assert story.two.report["keys_blocked"] == [story.name]
    assert story.restored.ring.record(story.name).state is KeyState.COMPROMISED
    with pytest.raises(KeyNotUsable, match="key-compromised"):
        story.restored.directory.body(story.code)[0].sign(b"anything")
    with pytest.raises(NoPen, match="certificate-revoked"):
        story.restored.office.pen(story.code, story.clock())
    with pytest.raises(Conflict, match="key-blocked"):
        story.restored.authority.certify(
            story.signer.public,
            SEAL_SIGNER,
            subject=story.certificate.subject,
            at=story.clock(),
            random=story.restored.random,
        )


def test_every_revocation_stays_with_its_date_and_reason(story: Story) -> None:
    then, now = (one.archive.books.editions.current("issuing") for one in (story.own, story.restored))
    assert then is not None
    assert now is not None
    assert now.number > then.number
    assert dict(load_crl(now.octets).revoked) == dict(load_crl(then.octets).revoked)
    revoked = load_crl(now.octets).revoked[story.certificate.serial]
    assert (revoked.reason, revoked.invalid_since) == (Reason.KEY_COMPROMISE, story.lost)
    request = write_request([(story.restored.authority.issuing.certificate, story.certificate.serial)])
    told = read_answer(story.restored.answer_ocsp(request).octets)
    assert isinstance(told, OcspAnswer)
    assert told.singles[0].revoked is not None


def test_on_any_day_asked_about(story: Story) -> None:
    def answer(on: datetime) -> Answer:
        (found,) = key_on(story.restored.archive, story.signer.public, on, story.clock())
        return found.answer

    assert [answer(story.lost + one * HOUR) for one in (-1, 0, 1)] == [
        Answer.VALID_NOT_SINCE,
        Answer.NOT_VALID,
        Answer.NOT_VALID,
    ]


def test_what_was_signed_before_the_loss_stands_and_what_was_signed_after_it_does_not(story: Story) -> None:
    told = [indication(story.restored.verify_file(one)) for one in (story.before, story.after, story.licence.ofd)]
    assert told == [PASSED, FAILED, PASSED]


def test_its_seals_stay_ended_and_the_loss_is_reported_anew(story: Story) -> None:
    restored, reports = story.restored, story.restored.compromises
    assert (restored.seals.state(story.seal_id), restored.seals.lost_act(story.seal_id)) == (
        State.CANCELLED,
        LostAct.END,
    )
    one = reports.report(story.loss(), by=MAKER, key="lost again")
    assert reports.confirm(one, digest=one.loss.digest, by=SECOND).stage is Stage.DONE
    assert restored.seals.lost_act(story.seal_id) is None
    listed = restored.publisher.trust_list()
    assert listed is not None
    found = listed.seal(story.seal_id)
    assert found is not None
    assert [(period.status, period.since) for period in found.history] == [(Status.CANCELLED, story.lost)]
    with pytest.raises(CompromiseRefused, match="loss-known"):
        reports.report(story.loss(), by=MAKER, key="once more")
