"""After a restore a seal is what the public was told before it: for verifiers, for whoever uses it, on any day asked about.

Of three seals one was suspended after the backup, one ended, and one, suspended before it, was resumed. What was sealed
with each of them is judged before the restore, after it, and after the acts were recorded again.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest

from issuer.errors import NoPen
from service.auditing.opening import inside
from service.auditing.report_signing import ReportPen
from service.past_worth import seal_on
from service.wiring import Yinzheng
from tests.audit_parts import found
from tests.journey_parts import FAILED, PASSED, Indication
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.restoring_parts import TwoTimelines
from trust.formats.ofd.adding import plan_ofd_sealing
from trust.formats.placing import AtPoint
from trust.formats.ses import stamped_value
from trust.revocation.acting import Order, act
from trust.rules.past_standing import Answer
from trust.rules.seal_standing import ListedSeal, SealKind, subject_of
from trust.rules.standing import ActKind, Status
from trust.sealing.errors import SealKindTaken, SealNotUsable
from trust.sealing.life import LostAct, State
from trust.sealing.ports import Cause, FiledSeal, Officer, Wish
from trust.sealing.sealing import Wanted
from verifier.auditing.auditing import Brought
from verifier.evidence import weigh
from verifier.past_parts import seal_then
from verifier.verifying import verify_file

SUSPENDED, ENDED, RESUMED = "suspended", "ended", "resumed"
LOST = {
    SUSPENDED: (ActKind.SUSPEND, "seal-suspected"),
    ENDED: (ActKind.CANCEL, "seal-lost"),
    RESUMED: (ActKind.REINSTATE, "seal-pause-ended"),
}
BEFORE, RESTORED, AGAIN = "before the restore", "after it", "recorded again"
Verdicts = dict[str, dict[str, tuple[Indication, Indication]]]


class Story:
    """Everything in its order; `told` and `listed` are what verifiers say, and the trust list, at each time."""

    def __init__(self, two: TwoTimelines) -> None:
        self.two, self.clock = two, two.city.clock
        filed = [one for one in two.city.yinzheng.seals.filed() if one.kind is SealKind.LICENCE]
        self.seals = dict(zip(LOST, filed, strict=False))
        self.documents: dict[str, dict[str, bytes]] = {name: {} for name in LOST}
        self.told: dict[str, Verdicts] = {}
        self.listed: dict[str, dict[str, ListedSeal]] = {}
        self.own = two.city.yinzheng
        self._sealed("first")
        self.licence = two.city.issue()
        self.act(self.own, RESUMED, ActKind.SUSPEND, "seal-paused")
        self._sealed("while it was suspended", RESUMED)
        two.back_up()
        self.backed_up = self.clock()
        for name, (kind, ground) in LOST.items():
            self.act(self.own, name, kind, ground)
        self.acted = self.clock()
        self._sealed("since the act")
        self.report = ReportPen(self.own).sign(page(), self.clock())  # by a seal that is made for it, after the backup
        self._tell(BEFORE, self.own)
        self.restored = two.restore()
        self.restored.publisher.refresh(self.clock())
        self._tell(RESTORED, self.restored)

    def act(self, yinzheng: Yinzheng, name: str, kind: ActKind, ground: str) -> None:
        order = Order(kind, subject_of(self.number(name)), ground, "依原卷", "窗口")
        at, key = self.clock.forward(seconds=2), f"{name}-{kind}-{self.clock():%H%M%S}"
        act(yinzheng.archive.acts, yinzheng.archive.log, order, key=key, at=at, random=yinzheng.random)
        yinzheng.publisher.after_seal_act(self.clock())
        self.clock.forward(seconds=2)

    def record_again(self) -> None:
        for name, (kind, ground) in LOST.items():
            self.act(self.restored, name, kind, ground)
        self._tell(AGAIN, self.restored)

    def number(self, name: str) -> str:
        return self.seals[name].seal.seal_id

    def worth(self, name: str, on: datetime) -> tuple[Answer, str]:
        answered = seal_on(self.restored.archive, self.number(name), on, self.clock())
        return answered.answer, answered.why

    def _sealed(self, when: str, *names: str) -> None:
        for name in names or LOST:
            self.documents[name][when] = sealed_apart(self.own, self.seals[name], self.clock())
        self.clock.forward(seconds=2)

    def _tell(self, when: str, yinzheng: Yinzheng) -> None:
        """Every document, online, and offline by what was published."""
        now = self.clock.forward(seconds=2)
        evidence = weigh(yinzheng.evidence_bundle(), yinzheng.anchors, now)
        self.told[when] = {
            name: {
                made: (
                    yinzheng.verify_file(octets).verdict.indication,
                    verify_file(octets, evidence, now=now, online=None).verdict.indication,
                )
                for made, octets in some.items()
            }
            for name, some in self.documents.items()
        }
        listed = yinzheng.publisher.trust_list()
        assert listed is not None
        self.listed[when] = {name: seal for name in LOST if (seal := listed.seal(self.number(name))) is not None}


def sealed_apart(yinzheng: Yinzheng, filed: FiledSeal, at: datetime) -> bytes:
    """Sealed with the body's key past the service, which would refuse, and stamped."""
    signer, certificate = yinzheng.seals.pen(filed)
    corner = AtPoint(0, 20, 20)
    plan = plan_ofd_sealing(
        letter(), corner, seal_der=filed.seal.der, certificate=certificate.der, at=at, lock=True, provider="印证"
    )
    stamp, raw = yinzheng.seals.desk.stamp, signer.sign(plan.to_be_signed)
    assert stamp is not None
    assert plan.complete_stamped is not None
    return plan.complete_stamped(raw, certificate.der, stamp(stamped_value(raw)))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    two = TwoTimelines(tmp_path_factory.mktemp("carried-seals"))
    yield Story(two)
    two.close()


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    two = TwoTimelines(tmp_path_factory.mktemp("carried-seals-again"))
    made = Story(two)
    made.record_again()
    yield made
    two.close()


def test_an_audit_holds_what_the_restore_lost_against_nobody(again: Story) -> None:
    audit, registers, trail = inside(again.restored, again.restored.anchors, Brought(), again.clock())
    report = audit.inside(registers, trail, files=False)
    assert found(report) == {"act-without-second"}  # one of these acts was taken past the orders, for brevity
    told = {one.name: one.detail for one in report.findings}
    assert "备份以后备案" in told["seal-lost"]
    assert "恢复备份时失去" in told["rebuilt-lost"]


EXPECTED = {
    SUSPENDED: {"first": PASSED, "since the act": FAILED},
    ENDED: {"first": PASSED, "since the act": FAILED},
    RESUMED: {"first": PASSED, "while it was suspended": FAILED, "since the act": PASSED},
}


@pytest.mark.parametrize("when", [BEFORE, RESTORED, AGAIN])
@pytest.mark.parametrize("name", LOST)
def test_verifiers_say_the_same_of_what_was_sealed(again: Story, name: str, when: str) -> None:
    assert again.told[when][name] == {made: (one, one) for made, one in EXPECTED[name].items()}


@pytest.mark.parametrize("name", LOST)
def test_the_trust_list_takes_nothing_back(again: Story, name: str) -> None:
    before, after, recorded = (again.listed[when][name].history for when in (BEFORE, RESTORED, AGAIN))
    assert after[: len(before)] == before
    assert recorded[: len(after)] == after
    grown = {RESUMED: [Status.SUSPENDED, Status.VALID]}  # it rests from the restore until it is on record again
    assert [one.status for one in recorded[len(before) :]] == grown.get(name, [])


REFUSALS = {SUSPENDED: "carried-over", ENDED: "carried-over", RESUMED: "seal-suspended"}
STATES = {
    SUSPENDED: (State.SUSPENDED, LostAct.SUSPENSION),
    ENDED: (State.CANCELLED, LostAct.END),
    RESUMED: (State.SUSPENDED, LostAct.RESUMPTION),
}


@pytest.mark.parametrize("name", LOST)
def test_nobody_uses_it_before_the_act_is_on_record_again(story: Story, name: str) -> None:
    filed, seals = story.seals[name], story.restored.seals
    with pytest.raises(SealNotUsable) as refused:
        seals.seal(
            story.number(name),
            letter(),
            Wanted(AtPoint(0, 20, 20), "答复"),
            key=f"use-{name}",
            by=Officer("scjg", "周明远"),
            department=filed.body_code,
        )
    assert refused.value.reason == REFUSALS[name]
    assert (seals.state(story.number(name)), seals.lost_act(story.number(name))) == STATES[name]
    told = story.listed[BEFORE][name].history[-1].since
    assert seals.told_since(story.number(name)) == (None if name == RESUMED else told)
    with pytest.raises(NoPen) as unsealed:
        story.restored.office.pen(filed.body_code, story.clock())
    assert unsealed.value.reason == REFUSALS[name]


def test_a_seal_that_is_carried_as_ended_makes_room_and_one_that_is_suspended_is_replaced(story: Story) -> None:
    seals = story.restored.seals

    def ask(name: str, **more: object) -> State:
        filed = story.seals[name]
        wish = Wish(filed.body_code, SealKind.LICENCE, seals.body_name(filed.body_code), "重新制章", **more)  # type: ignore[arg-type]  # the test decides
        made = seals.apply(wish, key=f"wish-{name}-{len(more)}", by=Officer("scjg", "周明远"))
        return seals.withdraw(made.seal_id, note="", by=Officer("scjg", "周明远")).state

    assert ask(ENDED) is State.WITHDRAWN
    assert ask(SUSPENDED, replaces=story.number(SUSPENDED), cause=Cause.LOST) is State.WITHDRAWN
    with pytest.raises(SealKindTaken):
        ask(SUSPENDED)


def test_the_evidence_of_a_licence_says_what_its_seal_was(story: Story) -> None:
    identifier, evidence = str(story.licence.entry.licence.identifier), story.restored.evidence()
    made, verdict = story.restored.past_standings.evidence(identifier, story.acted)
    assert made.seal in map(story.number, LOST)
    findings = {one.name: one.indication for one in verdict.findings}
    assert (verdict.answer, findings["seal-then"]) == (Answer.VALID, PASSED)
    told = {name: seal_then(story.number(name), evidence, story.acted).indication for name in LOST}
    assert told == {SUSPENDED: FAILED, ENDED: FAILED, RESUMED: PASSED}


def test_reports_are_sealed_with_another_seal_where_theirs_was_lost(story: Story) -> None:
    report = ReportPen(story.restored).sign(page(), story.clock.forward(seconds=2))
    story.restored.publisher.refresh(story.clock.forward(seconds=2))
    for one in (story.report, report):
        assert story.restored.verify_file(one).verdict.indication is PASSED


PENDING = {
    SUSPENDED: "停用（恢复前已公布，待重新登记）",
    ENDED: "已注销（恢复前已公布，待重新登记）",
    RESUMED: "暂扣（seal-paused）",
}


@pytest.mark.parametrize("name", LOST)
def test_on_any_day_asked_about(story: Story, name: str) -> None:
    once, no = Answer.VALID_NOT_SINCE, Answer.NOT_VALID
    since = once if name == RESUMED else no
    first = story.seals[name].filed_at
    asked = [story.worth(name, on)[0] for on in (first, story.acted, story.clock())]
    assert asked == [once, since, no]
    assert story.worth(name, story.backed_up)[0] is (no if name == RESUMED else once)
    assert story.worth(name, story.clock())[1] == PENDING[name]


def test_of_the_time_between_it_stays_told_when_the_act_is_on_record_again(again: Story) -> None:
    assert again.worth(SUSPENDED, again.acted) == (Answer.NOT_VALID, "停用（恢复前已公布）")
    assert [again.worth(RESUMED, on)[0] for on in (again.acted, again.clock())] == [Answer.VALID, Answer.VALID]
    assert again.restored.seals.state(again.number(RESUMED)) is State.IN_USE
    assert [again.restored.seals.lost_act(again.number(name)) for name in LOST] == [None, None, None]
