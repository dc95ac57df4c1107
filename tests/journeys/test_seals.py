"""The life of a seal, told through the service: applied for, approved by another, filed, suspended, ended, made again."""

from datetime import timedelta

import pytest

from issuer.errors import NoPen
from issuer.warrants.errors import NeedsSecond, WarrantRefused
from issuer.warrants.warrant import Wanted as WantedAct
from service.publisher import Publisher
from tests.city import City
from tests.journey_parts import (
    PASSED,
    failed,
    indication,
    number,
)
from tests.seal_life_parts import ASKER, KEYS, SECOND, act, applied, filed, published, refused, wish
from trust.errors import Conflict, Malformed
from trust.rules.seal_standing import SealKind, standing_of, subject_of
from trust.rules.standing import ActKind, Status
from trust.rules.two_people import Cause as Because
from trust.sealing.errors import (
    SameOfficer,
    SealKindTaken,
    SealMoveRefused,
    SealUnknown,
)
from trust.sealing.life import State, Step
from trust.sealing.ports import Cause, Limits, Officer


@pytest.fixture
def city(fresh: City) -> City:
    return fresh


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
