"""The life of a seal, told through the service: applied for, approved by another, filed, used, suspended, ended, remade."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from issuer.errors import NoPen
from issuer.issuing import Issued, issue
from issuer.warrants.errors import NeedsSecond, WarrantRefused
from issuer.warrants.warrant import Wanted as WantedAct
from service.pens import Pens
from service.publisher import Publisher
from tests.city import OFFICIAL, SEAL_OFFICERS, City
from tests.journey_parts import (
    FAILED,
    INDETERMINATE,
    PASSED,
    Exchanged,
    failed,
    indication,
    number,
    office_of,
    open_at,
)
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from trust.certification.profiles import SEAL_SIGNER
from trust.errors import Conflict, Malformed
from trust.formats.leaf import EntryKind, decode_entry, sealed_commitment
from trust.formats.placing import AtPoint, AtWords, Placing, Riding
from trust.formats.trust_list import TrustList
from trust.formats.x509_fields import make_name
from trust.rules.seal_standing import FOR_LICENCES, SealKind, standing_of, subject_of
from trust.rules.standing import ActKind, Standing, Status
from trust.rules.times import Times
from trust.rules.two_people import Cause as Because
from trust.sealing.errors import (
    SameOfficer,
    SealKindTaken,
    SealMoveRefused,
    SealNeedsApproval,
    SealNotUsable,
    SealQuotaReached,
    SealUnknown,
    SealWishRefused,
)
from trust.sealing.life import State, Step
from trust.sealing.ports import Application, Cause, FiledSeal, Limits, Officer, Wish
from trust.sealing.sealing import Sealed, SealingDesk, Wanted, seal_document
from trust.sealing.using import Progress, Request, Result
from verifier.authority import judge_seal
from verifier.evidence import weigh
from verifier.verifying import Examined, verify_file

ASKER, SECOND = SEAL_OFFICERS
KEYS = (f"seal-key-{one}" for one in count(1))
CORNER = AtPoint(0, 100, 100)


@pytest.fixture
def city(fresh: City) -> City:
    return fresh


@pytest.fixture
def peopled() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def wish(city: City, kind: SealKind = SealKind.CONTRACT, **changes: object) -> Wish:
    made = Wish(city.body_code("business-licence"), kind, "云岭市市场监督管理局合同专用章", "签订合同")
    return replace(made, **changes)  # type: ignore[arg-type]  # the test decides


def applied(city: City, kind: SealKind = SealKind.CONTRACT, **changes: object) -> Application:
    return city.yinzheng.seals.apply(wish(city, kind, **changes), key=next(KEYS), by=ASKER)


def filed(city: City, kind: SealKind = SealKind.CONTRACT, **changes: object) -> FiledSeal:
    """A seal through all its steps."""
    return city.seal(kind, **changes)


def act(city: City, seal_id: str, step: Step, ground: str, **more: object) -> State:
    city.clock.forward(seconds=1)
    if step is Step.CANCEL:
        city.end_seal(seal_id, ground, **more)  # type: ignore[arg-type]  # as below
        return city.yinzheng.seals.state(seal_id)
    values: dict[str, object] = {"ground": ground, "reason": "", "by": ASKER, "key": next(KEYS)} | more
    return city.yinzheng.seals.act(seal_id, step, **values)  # type: ignore[arg-type]  # the test decides


def seal(
    city: City,
    seal_id: str,
    data: bytes | None = None,
    placing: Placing = CORNER,
    *,
    key: str | None = None,
    by: Officer = ASKER,
    department: str | None = None,
) -> Sealed:
    return city.yinzheng.seals.seal(
        seal_id,
        data or letter(),
        Wanted(placing, "向市政府报送材料"),
        key=key or next(KEYS),
        by=by,
        department=department or city.body_code("business-licence"),
    )


def published(city: City) -> TrustList:
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    return listed


def licence_seal(city: City) -> FiledSeal:
    (found,) = city.yinzheng.archive.seals.of_body(city.body_code("business-licence"))
    return found


def refused(work: Callable[[], object], kind: type[Exception] = Conflict) -> str:
    with pytest.raises(kind) as refusal:
        work()
    return str(getattr(refusal.value, "reason", ""))


# --- the register ---------------------------------------------------------------------------------------------------


def test_from_application_to_the_end(city: City) -> None:
    seals = city.yinzheng.seals
    made = applied(city)
    states = [seals.state(made.seal_id)]
    seals.decide(made.seal_id, approve=True, note="同意", by=SECOND)
    states.append(seals.state(made.seal_id))
    assert published(city).seal(made.seal_id) is None
    one = seals.file(made.seal_id, by=ASKER)
    states.append(seals.state(made.seal_id))
    listed = published(city).seal(made.seal_id)
    assert listed is not None
    assert (listed.kind, listed.body_code, listed.history) == (SealKind.CONTRACT, one.body_code, ())
    for step, ground in (
        (Step.SUSPEND, "seal-paused"),
        (Step.RESUME, "seal-pause-ended"),
        (Step.CANCEL, "seal-body-renamed"),
    ):
        states.append(act(city, made.seal_id, step, ground))
        standing = standing_of(published(city).seal(made.seal_id) or listed, city.clock())
        assert standing is seals.acts.standing(made.seal_id, city.clock()).status
    assert states == [
        State.APPLIED, State.APPROVED, State.IN_USE, State.SUSPENDED, State.IN_USE, State.CANCELLED,
    ]  # fmt: skip
    assert [one.step for one in seals.steps(made.seal_id)] == [Step.APPROVE, Step.MAKE, Step.FILE]
    assert [one.by for one in seals.steps(made.seal_id)] == [SECOND, ASKER, ASKER]
    assert len(seals.acts_on(made.seal_id)) == 3


@pytest.mark.parametrize("by", [ASKER, Officer("another", "周明远"), Officer("scjg", "别名")])
def test_the_applicant_never_approves(city: City, by: Officer) -> None:
    made = applied(city)
    for approve in (True, False):
        assert refused(
            lambda: city.yinzheng.seals.decide(made.seal_id, approve=approve, note="不行", by=by),  # noqa: B023  (called at once)
            SameOfficer,
        )
    assert city.yinzheng.seals.state(made.seal_id) is State.APPLIED


def test_what_was_decided_stays_decided(city: City) -> None:
    seals, made = city.yinzheng.seals, applied(city)
    assert refused(lambda: seals.file(made.seal_id, by=ASKER), SealMoveRefused)
    assert refused(lambda: seals.decide(made.seal_id, approve=False, note="", by=SECOND), Malformed) == "empty"
    seals.decide(made.seal_id, approve=False, note="名称不符", by=SECOND)
    for work in (
        lambda: seals.decide(made.seal_id, approve=True, note="", by=SECOND),
        lambda: seals.file(made.seal_id, by=ASKER),
        lambda: seals.withdraw(made.seal_id, note="", by=ASKER),
    ):
        assert refused(work, SealMoveRefused) == "seal-move"
    other = applied(city)
    seals.withdraw(other.seal_id, note="改日再报", by=ASKER)
    assert refused(lambda: seals.decide(other.seal_id, approve=True, note="", by=SECOND), SealMoveRefused)


def test_the_same_key_is_the_same_application_and_filing_twice_files_once(city: City) -> None:
    seals = city.yinzheng.seals
    one = seals.apply(wish(city), key="one key", by=ASKER)
    assert seals.apply(wish(city), key="one key", by=ASKER) == one
    assert refused(lambda: seals.apply(wish(city, years=2), key="one key", by=ASKER)) == "idempotency-mismatch"
    seals.decide(one.seal_id, approve=True, note="", by=SECOND)
    first = seals.file(one.seal_id, by=ASKER)
    city.clock.forward(hours=1)
    assert seals.file(one.seal_id, by=ASKER) == first


def test_a_filing_that_was_cut_off_is_taken_up(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    seals, made = city.yinzheng.seals, applied(city)
    seals.decide(made.seal_id, approve=True, note="", by=SECOND)
    for owner, name in ((city.yinzheng.archive.seals, "file"), (Publisher, "after_seal_act")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, cut_off)
            with pytest.raises(CutOffError):
                seals.file(made.seal_id, by=ASKER)
    octets = seals.application(made.seal_id)
    city.yinzheng.publisher.refresh(city.clock.forward(seconds=1))  # what was filed is published without being asked
    assert published(city).seal(made.seal_id) is not None
    again = seals.file(made.seal_id, by=ASKER)
    assert octets is not None
    assert again.seal.der == octets.octets


class CutOffError(Exception):
    """The process ends here."""


def cut_off(*_: object, **__: object) -> None:
    raise CutOffError


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("wish-period", {"years": 6}),
        ("wish-period", {"years": 0}),
        ("wish-limits", {"limits": Limits(0, None)}),
        ("wish-limits", {"limits": Limits(None, 10**7)}),
        ("wish-holder", {"holder": ASKER, "name": "周明远印"}),
        ("wish-name", {"name": "云岭市人民政府"}),
        ("wish-name", {"name": "公章"}),
        ("wish-name", {"kind": SealKind.PERSONAL, "holder": ASKER, "name": "云岭市市场监督管理局"}),
        ("wish-name", {"kind": SealKind.PERSONAL, "holder": ASKER, "name": "顾清和印"}),
        ("wish-holder", {"kind": SealKind.PERSONAL}),
        ("wish-cause", {"replaces": "53019900000001"}),
        ("wish-cause", {"cause": Cause.LOST}),
        ("wish-body", {"body_code": "11530199MB0T35T60R"}),
        ("empty", {"reason": ""}),
        ("format-character", {"name": "云岭市市场监督管理局\u200b"}),
        ("wish-body", {"body_code": "11530199MB0T35T1XF"}),
    ],
)
def test_what_no_seal_can_be_made_of(city: City, reason: str, changes: dict[str, object]) -> None:
    seals = city.yinzheng.seals
    found = refused(lambda: seals.apply(wish(city, **changes), key=next(KEYS), by=ASKER), Malformed)  # type: ignore[arg-type]  # the test decides
    assert found == reason
    assert seals.applications(city.body_code("business-licence")) == []


def test_one_seal_of_each_kind_that_speaks_for_the_whole(city: City) -> None:
    first = applied(city, SealKind.UNIT)
    assert refused(lambda: applied(city, SealKind.UNIT), SealKindTaken) == "seal-kind-taken"
    city.yinzheng.seals.withdraw(first.seal_id, note="", by=ASKER)
    unit = filed(city, SealKind.UNIT)
    assert refused(lambda: applied(city, SealKind.UNIT), SealKindTaken) == "seal-kind-taken"
    assert refused(lambda: applied(city, SealKind.LICENCE), SealKindTaken) == "seal-kind-taken"
    filed(city, SealKind.FINANCE)
    filed(city, SealKind.FINANCE)
    act(city, unit.seal.seal_id, Step.CANCEL, "seal-body-renamed")
    assert filed(city, SealKind.UNIT).seal.seal_id != unit.seal.seal_id


def test_a_seal_that_was_lost_is_suspended_before_another_is_made(city: City) -> None:
    old = filed(city, SealKind.UNIT).seal.seal_id
    remake = {"replaces": old, "cause": Cause.LOST}
    assert refused(lambda: applied(city, SealKind.UNIT, **remake), SealKindTaken) == "seal-still-in-use"
    assert refused(lambda: applied(city, SealKind.FINANCE, **remake), SealKindTaken) == "seal-replaces"
    act(city, old, Step.SUSPEND, "seal-suspected")
    new = filed(city, SealKind.UNIT, **remake).seal.seal_id
    assert [city.yinzheng.seals.state(one) for one in (old, new)] == [State.CANCELLED, State.IN_USE]
    assert [one.ground for one in city.yinzheng.seals.acts_on(old)] == ["seal-suspected", "seal-lost"]
    assert refused(lambda: act(city, old, Step.RESUME, "seal-pause-ended"), SealMoveRefused) == "seal-move"


def test_a_compromise_reaches_back(city: City) -> None:
    """What was sealed after the key was lost to others is nobody's, whenever that was noticed."""
    issued = city.issue(number=number())
    city.clock.forward(days=2)
    later = city.issue(number=number())
    since = city.clock() - timedelta(days=1)
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", since, "签章服务器被入侵")
    reports.confirm(reports.report(loss, by=ASKER, key=next(KEYS)), digest=loss.digest, by=SECOND)
    assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED
    assert failed(city.yinzheng.verify_file(later.ofd)) == {(3, "seal-status"), (5, "signer-path")}
    assert refused(lambda: city.issue(number=number()), NoPen) == "certificate-revoked"


def test_one_person_pauses_a_seal_and_two_end_it(city: City) -> None:
    """However it is asked for: at once, reaching back, or by the ground that would block the key."""
    seals, one = city.yinzheng.seals, filed(city).seal.seal_id
    with pytest.raises(Conflict) as refusal:
        city.end_seal(one, "seal-lost", effective_at=city.clock() - timedelta(days=1))
    assert refusal.value.reason == "before-issue"  # it was filed today
    city.clock.forward(days=2)
    yesterday = city.clock() - timedelta(days=1)
    table = [
        ("seal-body-renamed", None, (Because.FINAL,)),
        ("seal-lost", None, (Because.FINAL,)),
        ("seal-lost", yesterday, (Because.RETROACTIVE, Because.FINAL)),
    ]
    for ground, effective_at, causes in table:
        with pytest.raises(NeedsSecond) as caught:
            seals.act(one, Step.CANCEL, ground=ground, reason="", by=ASKER, key=next(KEYS), effective_at=effective_at)
        assert caught.value.causes == causes
    with pytest.raises(Conflict) as refusal:
        seals.act(one, Step.CANCEL, ground="seal-compromised", reason="", by=ASKER, key=next(KEYS))
    assert refusal.value.reason == "report-key-loss"
    with pytest.raises(WarrantRefused):
        city.end_seal(one, "seal-compromised")
    assert seals.acts_on(one) == ()
    assert act(city, one, Step.SUSPEND, "seal-suspected") is State.SUSPENDED
    own = WantedAct("11530199MB0T35T77C", ActKind.CANCEL, "seal-lost", (subject_of(one),))
    with pytest.raises(WarrantRefused):
        city.yinzheng.warrants.place(own, by=ASKER, key=next(KEYS))  # another body's
    done = city.end_seal(one, "seal-lost")
    assert done.by == "周明远（scjg）；批准：顾清和（scjg2）"
    assert seals.state(one) is State.CANCELLED
    assert standing_of(published(city).seal(one), city.clock()) is Status.CANCELLED  # type: ignore[arg-type]  # it is listed


def test_acts_need_grounds_for_seals_and_reach_back_only_where_those_do(city: City) -> None:
    one = filed(city).seal.seal_id
    yesterday = city.clock() - timedelta(days=1)
    table = [
        ({"step": Step.SUSPEND, "ground": "penalty"}, "ground-unknown"),
        ({"step": Step.SUSPEND, "ground": "seal-lost"}, "ground-kind"),
        ({"step": Step.SUSPEND, "ground": "other"}, "reason-missing"),
        ({"step": Step.SUSPEND, "ground": "seal-paused", "effective_at": yesterday}, "not-retroactive"),
        ({"step": Step.MAKE, "ground": "seal-paused"}, "seal-move"),
        ({"step": Step.RESUME, "ground": "seal-pause-ended"}, "seal-move"),
    ]
    for given, reason in table:
        assert refused(lambda: act(city, one, **given), Exception) == reason  # type: ignore[arg-type]  # noqa: B023  (called at once)
    assert refused(lambda: act(city, "nobody's", Step.SUSPEND, "seal-paused"), SealUnknown)
    assert city.yinzheng.seals.acts_on(one) == ()


def test_an_act_repeated_is_one_act(city: City) -> None:
    one = filed(city).seal.seal_id
    for _ in range(2):
        assert act(city, one, Step.SUSPEND, "seal-paused", key="the same") is State.SUSPENDED
    assert len(city.yinzheng.seals.acts_on(one)) == 1
    assert refused(lambda: act(city, one, Step.SUSPEND, "seal-suspected", key="the same")) == "idempotency-mismatch"


# --- licences -------------------------------------------------------------------------------------------------------


def test_a_suspended_seal_issues_nothing_and_what_it_sealed_before_stays(city: City) -> None:
    before = city.issue(number=number())
    held = city.yinzheng.evidence_bundle()
    one = licence_seal(city).seal.seal_id
    act(city, one, Step.SUSPEND, "seal-suspected")
    assert refused(lambda: city.issue(number=number()), NoPen) == "seal-suspended"
    during = issued_nevertheless(city)
    assert indication(city.yinzheng.verify_file(before.ofd)) is PASSED
    assert failed(city.yinzheng.verify_file(during.ofd)) == {(3, "seal-status")}
    assert failed(city.yinzheng.verify_file(during.pdf)) == {(3, "seal-status")}
    act(city, one, Step.RESUME, "seal-pause-ended")
    city.clock.forward(seconds=1)
    after = city.issue(number=number())
    for issued, online in ((before, PASSED), (during, FAILED), (after, PASSED)):
        assert indication(city.yinzheng.verify_file(issued.ofd)) is online
        alone = offline(city, issued)
        assert (indication(alone), (3, "seal-status") in open_at(alone)) == (INDETERMINATE, True)
    old = weigh(held, city.yinzheng.anchors, city.clock())
    assert indication(verify_file(before.ofd, old, now=city.clock(), online=None)) is PASSED


def offline(city: City, issued: Issued) -> Examined:
    evidence = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    return verify_file(issued.ofd, evidence, now=city.clock(), online=None)


def issued_nevertheless(city: City) -> Issued:
    """Issue with a pen that does not ask for the seal's standing, as somebody with the key could."""
    pens = Pens(city.yinzheng.archive, city.yinzheng.directory, city.plan)
    at = licence_seal(city).filed_at
    office = office_of(city, pen=lambda code, _now: pens.pen(code, at))
    made = issue(
        office, city.application("business-licence", number=number()), key=next(KEYS), by=OFFICIAL, at=city.clock()
    )
    city.yinzheng.publisher.after_issue(made.entry.licence.status.list, city.clock())
    return made


def test_a_cancelled_seal_ends_issuing_until_another_is_made(city: City) -> None:
    before = city.issue(number=number())
    old = licence_seal(city).seal.seal_id
    act(city, old, Step.CANCEL, "seal-remade")
    assert refused(lambda: city.issue(number=number()), NoPen) == "seal-ended"
    new = filed(city, SealKind.LICENCE)
    city.clock.forward(seconds=1)
    after = city.issue(number=number())
    assert new.seal.seal_id != old
    for issued in (before, after):
        assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED
        assert indication(city.yinzheng.verify_file(issued.pdf)) is PASSED
    assert (indication(offline(city, before)), indication(offline(city, after))) == (INDETERMINATE, PASSED)


def test_a_renewed_certificate_needs_the_seal_made_again(city: City) -> None:
    before, old = city.issue(number=number()), licence_seal(city).seal.seal_id
    code = city.body_code("business-licence")
    signer, certificate = city.yinzheng.directory.body(code)
    city.clock.forward(days=1)
    subject = make_name(certificate.subject.common_name, organisation="云岭市市场监督管理局", organisation_code=code)
    city.yinzheng.authority.certify(
        signer.public, SEAL_SIGNER, subject=subject, at=city.clock(), random=city.yinzheng.random
    )
    city.yinzheng.publisher.refresh(city.clock())
    assert refused(lambda: city.issue(number=number()), NoPen) == "signer-not-in-seal"
    assert refused(lambda: seal(city, old), SealNotUsable) == "signer-not-in-seal"
    new = filed(city, SealKind.LICENCE, replaces=old, cause=Cause.RENEWED)
    assert city.yinzheng.seals.acts_on(old)[-1].ground == "seal-certificate-renewed"
    city.clock.forward(seconds=1)
    after = city.issue(number=number())
    assert city.yinzheng.directory.body(code)[1].der in new.seal.signer_certificates
    for issued in (before, after):
        assert indication(city.yinzheng.verify_file(issued.ofd)) is PASSED


def test_a_seal_that_nobody_filed_seals_no_licence(city: City) -> None:
    issued = city.issue(number=number())
    evidence = city.yinzheng.evidence()
    assert evidence.trust_list is not None
    others = evidence.trust_list.seals[1:] if evidence.trust_list.seals else ()
    now = city.clock.forward(hours=1)
    for made_at, found in ((now, failed), (now - timedelta(hours=2), open_at)):
        without = replace(evidence, trust_list=replace(evidence.trust_list, seals=others, issued_at=made_at))
        verdict = verify_file(issued.ofd, without, now=now, online=city.yinzheng.online)
        name = "seal-not-filed" if found is failed else "seal-status"  # an older list cannot know the seal
        assert (3, name) in found(verdict)
        assert indication(verdict) is not PASSED


def test_a_seal_of_another_kind_seals_no_licence(city: City) -> None:
    contract = filed(city)
    times = Times(city.clock())
    evidence = city.yinzheng.evidence()
    found = judge_seal(contract.seal, evidence, times, kinds=FOR_LICENCES)
    assert [(one.name, one.indication) for one in found if one.indication is not PASSED] == [("seal-kind", FAILED)]
    assert all(one.indication is PASSED for one in judge_seal(contract.seal, evidence, times))


# --- documents ------------------------------------------------------------------------------------------------------


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
