"""Documents under seal: sealed, recorded, logged and given again; what cannot be sealed, and how often may be."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.city import City
from tests.journey_parts import (
    PASSED,
    Exchanged,
    failed,
    indication,
    number,
    open_at,
)
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.seal_life_parts import ASKER, CORNER, KEYS, SECOND, act, filed, licence_seal, published, refused, seal, wish
from trust.errors import Conflict, Malformed
from trust.formats.leaf import EntryKind, decode_entry, sealed_commitment
from trust.formats.placing import AtPoint, AtWords, Placing, Riding
from trust.rules.seal_standing import SealKind, standing_of
from trust.rules.standing import Standing, Status
from trust.sealing.errors import (
    SameOfficer,
    SealMoveRefused,
    SealNeedsApproval,
    SealNotUsable,
    SealQuotaReached,
    SealUnknown,
    SealWishRefused,
)
from trust.sealing.life import Step
from trust.sealing.ports import Cause, Limits, Officer
from trust.sealing.sealing import SealingDesk, Wanted, seal_document
from trust.sealing.using import Progress, Request, Result
from verifier.evidence import weigh
from verifier.verifying import verify_file


@pytest.fixture
def city(fresh: City) -> City:
    return fresh


@pytest.fixture
def peopled() -> Iterator[City]:
    made = City()
    yield made
    made.close()


@pytest.mark.parametrize("data", [letter(), page(pages=3)], ids=["ofd", "pdf"])
@pytest.mark.parametrize("placing", [CORNER, Riding()], ids=["point", "riding"])
def test_a_document_is_sealed_recorded_logged_and_given_again(city: City, data: bytes, placing: Placing) -> None:
    one = filed(city).seal.seal_id
    made = seal(city, one, data, placing, key="a letter")
    assert made.file is not None
    assert made.request.progress is Progress.OPEN
    assert seal(city, one, data, placing, key="a letter").file == made.file
    ((_, use, request),) = city.yinzheng.seals.uses(one, after=0, limit=9)
    assert request is not None
    (item,) = request.items
    assert (use.subject, use.digest, item.result, item.file is not None) == (
        made.request.number, item.signed, Result.SEALED, True,
    )  # fmt: skip
    log = city.yinzheng.archive.log
    logged = [decode_entry(octets).statement for octets in log.entries(0, log.size())]
    assert (EntryKind.SEAL_USE, (sealed_commitment(made.file),)) in [(one.kind, one.commitments) for one in logged]
    assert not failed(city.yinzheng.verify_file(made.file))


def test_seals_follow_each_other_on_one_document(city: City) -> None:
    one, other = filed(city).seal.seal_id, filed(city, SealKind.FINANCE).seal.seal_id
    first = seal(city, one).file
    second = seal(city, other, first, Riding()).file
    assert second is not None
    assert not failed(city.yinzheng.verify_file(second))


def test_a_document_sealed_while_in_use_and_judged_after_the_suspension(city: City) -> None:
    one = filed(city).seal.seal_id
    file = seal(city, one).file
    assert file is not None
    city.clock.forward(minutes=1)  # a time stamp is exact to a second
    act(city, one, Step.SUSPEND, "seal-suspected")
    assert refused(lambda: seal(city, one), SealNotUsable) == "seal-suspended"
    assert indication(city.yinzheng.verify_file(file)) is PASSED
    held = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    alone = verify_file(file, held, now=city.clock(), online=None)
    assert indication(alone) is PASSED, "the time stamp in the file proves when"


def test_a_document_sealed_while_suspended_never_verifies(city: City) -> None:
    """Whoever has the key can still sign; no verifier takes it, neither now nor after the seal was resumed."""
    one = filed(city).seal.seal_id
    city.clock.forward(minutes=1)
    act(city, one, Step.SUSPEND, "seal-suspected")
    city.clock.forward(minutes=1)
    valid = Standing(Status.VALID)
    careless = replace(
        city.yinzheng.seals.desk, standings=Exchanged(city.yinzheng.seals.acts, counting=lambda *_: valid)
    )
    stamped = sealed_by(careless, city, one)
    bare = sealed_by(replace(careless, stamp=None, note=lambda *_: None), city, one)
    for step in (None, Step.RESUME):
        if step is not None:
            city.clock.forward(minutes=1)
            act(city, one, step, "seal-pause-ended")
        assert failed(city.yinzheng.verify_file(stamped)) == {(3, "seal-status"), (3, "seal-not-in-use-at-claim")}
        without_proof = city.yinzheng.verify_file(bare)
        assert failed(without_proof) == {(3, "seal-not-in-use-at-claim")}, "by its own word it was made then"
        assert (3, "seal-status") in open_at(without_proof)


def sealed_by(desk: SealingDesk, city: City, one: str, *, key: str | None = None) -> bytes:
    """A letter sealed at a desk of the test's own."""
    city.clock.forward(seconds=1)
    made = seal_document(
        desk, one, letter(), Wanted(CORNER, "报送"), key=key or next(KEYS), by=ASKER,
        department=city.body_code("business-licence"), at=city.clock(),
    )  # fmt: skip
    assert made.file is not None
    return made.file


@pytest.mark.parametrize(
    ("kind", "reason", "given"),
    [
        (SealUnknown, "seal-unknown", {"seal_id": "53019900000000"}),
        (SealUnknown, "seal-unknown", {"department": "11530199MB0T35T28E"}),
        (SealWishRefused, "seal-document", {"data": b"not a document"}),
        (Malformed, "zip-structure", {"data": b"PK\x03\x04 and then nothing"}),
        (Conflict, "no-such-page", {"placing": AtPoint(99, 1, 1)}),
        (Conflict, "seal-off-page", {"placing": AtPoint(0, 200, 100)}),
        (Conflict, "no-such-words", {"placing": AtWords("这里没有这些字")}),
    ],
)
def test_what_cannot_be_sealed(city: City, kind: type[Exception], reason: str, given: dict[str, object]) -> None:
    values: dict[str, object] = {"seal_id": filed(city).seal.seal_id} | given
    found = refused(lambda: seal(city, **values), kind)  # type: ignore[arg-type]  # the test decides
    assert found == reason or reason == "zip-structure"
    assert [
        use
        for one in city.yinzheng.seals.filed()
        for use in city.yinzheng.seals.uses(one.seal.seal_id, after=0, limit=9)
    ] == []


def test_a_licence_takes_no_further_seal(city: City) -> None:
    issued = city.issue(number=number())
    one = filed(city).seal.seal_id
    for file in (issued.ofd, issued.pdf):
        with pytest.raises((Conflict, Malformed)):
            seal(city, one, file)


@pytest.mark.parametrize("data", [letter(), page()], ids=["ofd", "pdf"])
def test_two_requests_in_one_second_are_two_uses(city: City, data: bytes) -> None:
    one, other = filed(city, limits=Limits(per_day=2)).seal.seal_id, Officer("another", "李四")
    first, second = seal(city, one, data), seal(city, one, data, by=other)
    assert first.request.number != second.request.number
    assert [(use.subject, use.by) for _, use, _ in city.yinzheng.seals.uses(one, after=0, limit=9)] == [
        (first.request.number, ASKER.login),
        (second.request.number, "another"),
    ]
    assert refused(lambda: seal(city, one, data), SealQuotaReached) == "seal-quota"


def test_sealing_may_take_its_time_while_others_are_logged(city: City) -> None:
    one, seals = filed(city).seal.seal_id, city.yinzheng.seals

    def slowly(value: bytes) -> bytes:
        token = stamp_of(city)(value)
        city.clock.forward(seconds=3)
        city.issue(number=number())
        return token

    desk = replace(seals.desk, stamp=slowly)
    begun = city.clock()
    file = sealed_by(desk, city, one)
    log = city.yinzheng.archive.log
    entry = decode_entry(log.entries(log.size() - 1, log.size())[0])
    assert entry.statement.commitments == (sealed_commitment(file),)
    assert entry.at == begun + timedelta(seconds=4), "the log says when the file was done, not when it was asked for"
    assert not failed(city.yinzheng.verify_file(file))


def stamp_of(city: City) -> Callable[[bytes], bytes]:
    stamp = city.yinzheng.seals.desk.stamp
    assert stamp is not None
    return stamp


def test_a_seal_suspended_while_it_is_being_used_hands_nothing_out(city: City) -> None:
    one, seals, key = filed(city).seal.seal_id, city.yinzheng.seals, next(KEYS)
    log = city.yinzheng.archive.log

    def suspended(value: bytes) -> bytes:
        token = stamp_of(city)(value)
        act(city, one, Step.SUSPEND, "seal-suspected")
        return token

    hasty = replace(seals.desk, stamp=suspended)
    assert refused(lambda: sealed_by(hasty, city, one, key=key), SealNotUsable) == "seal-suspended"
    (item,) = only_request(city, one).items
    assert (item.result, item.detail, item.file) == (Result.FAILED, "seal-suspended", None)
    logged = [decode_entry(octets).statement.kind for octets in log.entries(0, log.size())]
    assert EntryKind.SEAL_USE not in logged
    assert refused(lambda: sealed_by(seals.desk, city, one, key=key), SealNotUsable) == "seal-suspended"
    act(city, one, Step.RESUME, "seal-pause-ended")
    assert not failed(city.yinzheng.verify_file(sealed_by(seals.desk, city, one, key=key)))
    assert len(seals.uses(one, after=0, limit=9)) == 1, "the same octets were signed for the same request"


def only_request(city: City, one: str) -> Request:
    (found,) = city.yinzheng.seals.requests(one, 9)
    return found


def test_what_cannot_be_logged_is_not_handed_out_until_it_can(city: City) -> None:
    one, seals, key = filed(city).seal.seal_id, city.yinzheng.seals, next(KEYS)

    def unlogged(_file: bytes, _at: datetime) -> None:
        raise Conflict("clock-went-back")

    assert refused(lambda: sealed_by(replace(seals.desk, note=unlogged), city, one, key=key)) == "clock-went-back"
    (item,) = only_request(city, one).items
    assert (item.result, item.detail) == (Result.FAILED, "clock-went-back")
    file = sealed_by(seals.desk, city, one, key=key)
    assert sealed_by(seals.desk, city, one, key=key) == file
    (item,) = only_request(city, one).items
    assert (item.result, item.detail) == (Result.SEALED, "")
    assert not failed(city.yinzheng.verify_file(file))


def test_a_quota_is_for_a_day(city: City) -> None:
    one = filed(city, limits=Limits(per_day=2)).seal.seal_id
    first = seal(city, one, key="first")
    city.clock.forward(seconds=1)
    seal(city, one)
    city.clock.forward(seconds=1)
    assert refused(lambda: seal(city, one), SealQuotaReached) == "seal-quota"
    assert seal(city, one, key="first").file == first.file
    city.clock.forward(days=1)
    assert seal(city, one).file is not None


def test_above_the_threshold_a_second_person_has_to_approve(city: City) -> None:
    one, seals = filed(city, limits=Limits(threshold=1)).seal.seal_id, city.yinzheng.seals
    seal(city, one)
    city.clock.forward(seconds=1)
    waiting = seal(city, one, key="second")
    assert (waiting.file, waiting.request.progress) == (None, Progress.WAITING)
    assert seal(city, one, key="second").file is None
    assert refused(lambda: seals.decide_request(waiting.request.number, approve=True, by=ASKER), SameOfficer)
    seals.decide_request(waiting.request.number, approve=True, by=SECOND)
    assert refused(lambda: seals.decide_request(waiting.request.number, approve=False, by=SECOND), SealMoveRefused)
    assert seal(city, one, key="second").file is not None
    refusal = seal(city, one, key="third")
    seals.decide_request(refusal.request.number, approve=False, by=SECOND)
    assert refused(lambda: seal(city, one, key="third")) == "seal-refused"


def test_a_batch_of_licences_above_the_threshold_needs_an_allowance(city: City) -> None:
    seals, old = city.yinzheng.seals, licence_seal(city).seal.seal_id
    one = filed(city, SealKind.LICENCE, replaces=old, cause=Cause.CHANGED, limits=Limits(threshold=2)).seal.seal_id
    city.issue(number=number())  # two signatures: OFD and PDF
    wanted, key = number(), next(KEYS)
    with pytest.raises(SealNeedsApproval):
        city.issue(number=wanted, key=key)
    asked = seals.allow(one, 2, purpose="批量换发", key=next(KEYS), by=ASKER)
    assert asked.progress is Progress.WAITING
    with pytest.raises(SealNeedsApproval):
        city.issue(number=wanted, key=key)
    seals.decide_request(asked.number, approve=True, by=SECOND)
    assert indication(city.yinzheng.verify_file(city.issue(number=wanted, key=key).ofd)) is PASSED
    with pytest.raises(SealNeedsApproval):
        city.issue(number=number())


def test_a_personal_seal_is_its_holders_and_speaks_for_no_body(peopled: City) -> None:
    city = peopled
    one = city.yinzheng.seals.apply(
        wish(city, SealKind.PERSONAL, name="周明远印", holder=ASKER), key=next(KEYS), by=SECOND
    )
    assert refused(lambda: city.yinzheng.seals.decide(one.seal_id, approve=True, note="", by=ASKER), SameOfficer)
    city.yinzheng.seals.decide(one.seal_id, approve=True, note="", by=Officer("boss", "管理员"))
    made = city.yinzheng.seals.file(one.seal_id, by=SECOND)
    assert (made.holder, made.seal.seal_type, made.seal.picture.width_mm) == ("scjg", 2, 18)
    _, certificate = city.yinzheng.seals.pen(made)
    assert (certificate.subject.common_name, certificate.subject.organisation_code) == ("周明远", None)
    assert certificate.der != city.yinzheng.directory.body(made.body_code)[1].der
    assert refused(lambda: seal(city, one.seal_id, by=SECOND), SealUnknown)
    file = seal(city, one.seal_id).file
    assert file is not None
    assert not failed(city.yinzheng.verify_file(file))
    assert refused(lambda: city.yinzheng.seals.holder("jyj", made.body_code), SealWishRefused) == "wish-holder"


def test_seals_are_kept_by_the_body_that_owns_them(city: City) -> None:
    one = filed(city).seal.seal_id
    code = city.body_code("business-licence")
    assert one in {found.seal.seal_id for found in city.yinzheng.seals.filed(code)}
    assert {found.body_code for found in city.yinzheng.seals.filed()} == {body.body.code for body in city.plan.bodies}
    assert published(city).seal(one) is not None
    assert Status.VALID is standing_of(published(city).seal(one), city.clock())  # type: ignore[arg-type]  # it is listed
