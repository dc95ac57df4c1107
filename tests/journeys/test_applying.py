"""Applications from draft to licence: two people, what an approval binds, and what is left when something breaks off."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from issuer.applying import deciding, releasing
from issuer.applying.docket import APPROVAL_LASTS, Docket
from issuer.applying.errors import (
    ApprovalStale,
    DocketMoved,
    NeedsApproval,
    NoSuchDocket,
    NotAnAuthor,
    SamePerson,
)
from issuer.applying.life import Stage, Step
from issuer.applying.ports import Consequence
from issuer.applying.store import SqlDockets
from issuer.errors import ApplicationRefused, DuplicateNumber, IdempotencyMismatch
from issuer.ports import State
from service.database import open_engine
from templates.errors import MissingGlyph
from tests.applying_parts import BUNDLE, MAKER, SECOND, TYPE, Hall, key, members
from tests.city import City
from tests.journey_parts import PASSED, Exchanged, all_at_once, indication
from trust.sealing.ports import Officer
from trust.store import METADATA

THIRD = Officer("scjg3", "孟庭芳")


@pytest.fixture(scope="module")
def hall(city: City) -> Hall:
    return Hall(city)


@pytest.fixture
def apart(fresh: City) -> Hall:
    return Hall(fresh)


@pytest.fixture
def two(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The business licence as a type that takes two people."""
    office = hall.city.yinzheng.office
    bundle = office.bundle(TYPE)
    changed = replace(bundle, type=replace(bundle.type, approval="two"))
    monkeypatch.setitem(vars(hall.city.yinzheng), "office", replace(office, bundle=lambda _: changed))


def steps(hall: Hall, docket: Docket) -> list[Step]:
    return [event.step for event in hall.desk.events(docket)]


def test_from_draft_to_licence_everybody_and_every_step_is_on_record(hall: Hall) -> None:
    docket = hall.draft(fields={})
    assert docket.stage is Stage.DRAFT
    with pytest.raises(ApplicationRefused) as refused:
        hall.desk.submit(docket, by=MAKER, key=key())
    assert ("fields.legal_representative", "missing") in refused.value.problems
    assert hall.now(docket).stage is Stage.DRAFT
    whole = hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body)
    docket = hall.desk.save(docket, whole, by=MAKER, key=key())
    docket = hall.desk.submit(docket, by=MAKER, key=key())
    docket = hall.desk.send_back(docket, reason="经营范围请与批准文件核对", by=SECOND, key=key())
    docket = hall.desk.submit(docket, by=MAKER, key=key())
    docket, issued = hall.approve(docket)
    assert docket.stage is Stage.RELEASED
    assert docket.identifier == str(issued.entry.licence.identifier)
    assert issued.entry.by == "周明远（scjg）；批准：顾清和（scjg2）"
    assert steps(hall, docket) == [
        Step.OPEN, Step.SAVE, Step.SUBMIT, Step.RETURN, Step.SUBMIT, Step.APPROVE, Step.BEGIN, Step.RELEASE,
    ]  # fmt: skip
    events = hall.desk.events(docket)
    assert [event.sequence for event in events] == list(range(1, 9))
    assert [event.by.name for event in events if event.step in {Step.RETURN, Step.APPROVE}] == ["顾清和"] * 2
    assert events[3].reason == "经营范围请与批准文件核对"
    assert indication(hall.city.yinzheng.verify_file(issued.ofd)) is PASSED
    assert indication(hall.city.yinzheng.verify_file(issued.pdf)) is PASSED


@pytest.mark.parametrize("hand", [MAKER, Officer("zhou2", "周明远"), Officer("zhou3", "周 明远")], ids=str)
def test_nobody_approves_what_they_had_a_hand_in(hall: Hall, hand: Officer) -> None:
    docket = hall.submit()
    for decide in (
        lambda: hall.desk.approve(docket, digest=docket.proposal.digest, by=hand, key=key()),
        lambda: hall.desk.send_back(docket, reason="理由", by=hand, key=key()),
        lambda: hall.desk.refuse(docket, reason="理由", by=hand, key=key()),
    ):
        with pytest.raises(SamePerson):
            decide()
    assert hall.now(docket) == docket
    assert hall.city.yinzheng.archive.register.by_key(docket.key) is None


def test_whoever_put_it_right_does_not_approve_it_either(hall: Hall) -> None:
    docket = hall.draft(fields={})
    whole = hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body)
    docket = hall.desk.save(docket, whole, by=SECOND, key=key())
    docket = hall.desk.submit(docket, by=MAKER, key=key())
    for hand in (MAKER, SECOND):
        with pytest.raises(SamePerson):
            hall.approve(docket, by=hand)
    assert hall.approve(docket, by=THIRD)[0].stage is Stage.RELEASED


def test_an_approval_of_other_bytes_is_refused(hall: Hall) -> None:
    """K06: what was looked at is what is approved; another content, or none named, is not."""
    docket = hall.submit()
    for digest in ("", "sm3:" + "0" * 64, hall.submit().proposal.digest):
        with pytest.raises(ApprovalStale):
            hall.desk.approve(docket, digest=digest, by=SECOND, key=key())
    assert hall.now(docket).stage is Stage.SUBMITTED


def test_what_is_changed_after_it_was_looked_at_is_not_approved_with_the_old_word(hall: Hall) -> None:
    seen = hall.submit()
    back = hall.desk.send_back(seen, reason="请改住所", by=SECOND, key=key())
    other = hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body)
    now = hall.desk.submit(hall.desk.save(back, other, by=MAKER, key=key()), by=MAKER, key=key())
    with pytest.raises(ApprovalStale):
        hall.desk.approve(now, digest=seen.proposal.digest, by=SECOND, key=key())
    with pytest.raises(DocketMoved):  # whoever still has the old page before them
        hall.desk.approve(seen, digest=seen.proposal.digest, by=SECOND, key=key())
    assert hall.now(now).stage is Stage.SUBMITTED


def test_a_stored_content_that_was_changed_behind_its_approval_is_not_issued(apart: Hall) -> None:
    """Who can write the table can change what stands there; what was approved is still another digest."""
    docket = _approved_only(apart)
    dockets = apart.city.yinzheng.archive.dockets
    forged = replace(docket, proposal=replace(docket.proposal, body=docket.proposal.body.replace("SQ", "XQ")))
    with pytest.raises(ApprovalStale):
        releasing.carry_out(apart.desk.ports, forged, by=SECOND, at=apart.city.clock())
    assert dockets.find(docket.number) == docket


def _approved_only(hall: Hall) -> Docket:
    """An application that stands at `approved`: the approval is stored, issuing has not begun."""
    docket = hall.submit()
    digest = docket.proposal.digest
    return deciding.approve(hall.desk.ports, docket, digest=digest, by=SECOND, key=key(), at=hall.city.clock())


def test_an_approval_runs_out_and_is_asked_for_again(apart: Hall) -> None:
    docket = _approved_only(apart)
    apart.city.clock.at += APPROVAL_LASTS
    with pytest.raises(DocketMoved):
        apart.desk.issue(docket, by=SECOND)
    late = apart.now(docket)
    assert (late.stage, late.approval) == (Stage.SUBMITTED, None)
    assert steps(apart, late)[-1] is Step.EXPIRE
    assert apart.approve(late)[0].stage is Stage.RELEASED


def test_an_approval_holds_until_it_runs_out(apart: Hall) -> None:
    docket = _approved_only(apart)
    apart.city.clock.at += APPROVAL_LASTS - timedelta(microseconds=1)
    assert apart.desk.issue(docket, by=SECOND)[0].stage is Stage.RELEASED


def test_the_same_key_gives_the_same_and_another_content_is_refused(hall: Hall) -> None:
    proposal = hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body)
    other = hall.desk.propose(members(), type_code=TYPE, issuer_code=hall.body)
    handing, approving = key(), key()
    docket = hall.desk.hand_in(proposal, by=MAKER, key=handing)
    assert hall.desk.hand_in(proposal, by=MAKER, key=handing) == docket
    with pytest.raises(IdempotencyMismatch):
        hall.desk.hand_in(other, by=MAKER, key=handing)
    digest = docket.proposal.digest
    first = hall.desk.approve(docket, digest=digest, by=SECOND, key=approving)
    again = hall.desk.approve(docket, digest=digest, by=SECOND, key=approving)
    assert (again[0], again[1].ofd, again[1].pdf) == (first[0], first[1].ofd, first[1].pdf)
    with pytest.raises(IdempotencyMismatch):
        hall.desk.refuse(docket, reason="不予批准", by=SECOND, key=approving)
    assert hall.desk.hand_in(proposal, by=MAKER, key=handing) == first[0]


def test_a_replayed_approval_of_another_application_is_refused(hall: Hall) -> None:
    """The key of one application's approval does nothing for another."""
    used = key()
    docket, other = hall.submit(), hall.submit()
    hall.desk.approve(docket, digest=docket.proposal.digest, by=SECOND, key=used)
    with pytest.raises(IdempotencyMismatch):
        hall.desk.approve(other, digest=other.proposal.digest, by=SECOND, key=used)
    assert hall.now(other).stage is Stage.SUBMITTED


def test_two_decisions_at_once_give_one_outcome(tmp_path: Any) -> None:
    city = _city_on_disk(tmp_path)
    hall = Hall(city)
    for _ in range(3):
        docket = hall.submit()
        outcomes = all_at_once(
            lambda docket=docket: hall.approve(docket, by=SECOND),
            lambda docket=docket: hall.desk.refuse(docket, reason="不符合条件", by=THIRD, key=key()),
        )
        failed = [one for one in outcomes if isinstance(one, Exception)]
        assert len(failed) == 1, outcomes
        assert isinstance(failed[0], DocketMoved)
        assert hall.now(docket).stage in {Stage.RELEASED, Stage.REFUSED}
    city.close()


def test_two_approvals_at_once_give_one_licence(tmp_path: Any) -> None:
    city = _city_on_disk(tmp_path)
    hall = Hall(city)
    docket = hall.submit()
    before = len(city.yinzheng.archive.register.recent(hall.body, 99))
    all_at_once(lambda: hall.approve(docket, by=SECOND), lambda: hall.approve(docket, by=THIRD))
    assert hall.now(docket).stage is Stage.RELEASED
    assert len(city.yinzheng.archive.register.recent(hall.body, 99)) == before + 1
    assert [step for step in steps(hall, docket) if step is Step.APPROVE] == [Step.APPROVE]
    city.close()


def _city_on_disk(folder: Any) -> City:
    engine = open_engine(f"sqlite:///{folder / 'city.db'}")
    METADATA.create_all(engine)
    return City(people=False, engine=engine)


def test_what_was_refused_or_withdrawn_stays_so(hall: Hall) -> None:
    refused = hall.desk.refuse(hall.submit(), reason="不符合法定条件", by=SECOND, key=key())
    withdrawn = hall.desk.withdraw(hall.submit(), by=MAKER, key=key())
    for docket in (refused, withdrawn):
        for again in (
            lambda docket=docket: hall.desk.submit(docket, by=MAKER, key=key()),
            lambda docket=docket: hall.approve(docket, by=THIRD),
            lambda docket=docket: hall.desk.issue(docket, by=THIRD),
            lambda docket=docket: hall.desk.withdraw(docket, by=MAKER, key=key()),
        ):
            with pytest.raises(DocketMoved):
                again()


def test_nobody_else_withdraws(hall: Hall) -> None:
    docket = hall.submit()
    with pytest.raises(NotAnAuthor):
        hall.desk.withdraw(docket, by=SECOND, key=key())


@pytest.mark.parametrize("reason", ["", "  ", "\n", "理" * 401, "理由\u202e"])
def test_what_turns_down_says_why_in_words_that_can_be_kept(hall: Hall, reason: str) -> None:
    docket = hall.submit()
    with pytest.raises(ApplicationRefused):
        hall.desk.send_back(docket, reason=reason, by=SECOND, key=key())
    assert hall.now(docket) == docket


def test_anothers_application_is_like_one_that_does_not_exist(hall: Hall) -> None:
    docket = hall.submit()
    for number, body in ((docket.number, hall.city.body_code("food-operation")), ("0" * 24, hall.body)):
        with pytest.raises(NoSuchDocket):
            hall.desk.find(number, body)


@pytest.mark.usefixtures("two")
def test_a_type_for_two_is_not_issued_by_one(hall: Hall) -> None:
    application = hall.city.application(BUNDLE, number="SQ-TWO-1")
    with pytest.raises(NeedsApproval):
        hall.city.yinzheng.issue(application, key=key(), by="周明远")
    docket = hall.submit()
    with pytest.raises(NeedsApproval):
        hall.desk.issue(docket, by=MAKER)
    with pytest.raises(NeedsApproval):  # nor by the second alone without approving
        hall.desk.issue(docket, by=SECOND)
    assert hall.now(docket).stage is Stage.SUBMITTED
    assert hall.approve(docket)[0].stage is Stage.RELEASED
    again = key()
    one, two = (
        hall.desk.issue_for(application, key=again, maker=MAKER, second=SECOND) for _ in range(2)
    )  # as the command line does it, for both of them
    assert one == two
    with pytest.raises(SamePerson):
        hall.desk.issue_for(replace(application, number="SQ-TWO-2"), key=key(), maker=MAKER, second=MAKER)


def test_a_type_for_one_may_be_issued_by_one_and_it_is_on_record(hall: Hall) -> None:
    docket, issued = hall.desk.issue(hall.submit(), by=MAKER)
    assert Step.WAIVE in steps(hall, docket)
    assert issued.entry.by == "周明远（scjg）"


def test_what_to_weigh_is_said_and_keeps_nothing(apart: Hall) -> None:
    first = apart.issue()
    docket = apart.submit(holders=[HOLDER | {"name": "云岭市青禾数据有限公司"}])
    own = str(first.entry.licence.identifier)
    assert {(one.reason, one.subject) for one in apart.desk.warnings(docket)} == {
        ("holder-has-one", own),
        ("holder-name-differs", own),
    }
    assert apart.approve(docket)[0].stage is Stage.RELEASED


# --- bad inputs -------------------------------------------------------------------------------------------------------

HOLDER = {"name": "云岭市青禾数据科技有限公司", "code": "91530199MA6QH2K74U", "code_type": "001"}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no number": ({"number": ...}, ("number", "missing")),
    "no day": ({"issued_on": ...}, ("issued_on", "missing")),
    "no holder": ({"holders": ...}, ("holder", "missing")),
    "no field": ({"fields": {}}, ("fields.legal_representative", "missing")),
    "a member too many": ({"status": "released"}, ("status", "unknown")),
    "a check digit": ({"holders": [HOLDER | {"code": "91530199MA6QH2K74X"}]}, ("holder", "check")),
    "a holder of another kind": (
        {"holders": [{"name": "林雅", "code": "530199191107070021", "code_type": "111"}]},
        ("holder.code_type", "not-for-this-type"),
    ),
    "a field unknown": ({"fields": {"colour": "red"}}, ("fields.colour", "unknown")),
    "tomorrow": ({"issued_on": "2026-11-22"}, ("issued_on", "in-the-future")),
    "30 February": ({"issued_on": "2026-02-30"}, ("issued_on", "not-a-date")),
    "an end where there is none": ({"valid_until": "2030-01-01"}, ("valid_until", "this-type-has-no-end")),
    "an area of letters": ({"area_code": "ABCDEF"}, ("", "area-code")),
    "two holders the same": ({"holders": [HOLDER, HOLDER]}, ("", "holders")),
    "too many holders": ({"holders": [HOLDER] * 21}, ("holder", "missing")),
    "a bidirectional mark": ({"holders": [HOLDER | {"name": "云岭\u202e公司"}]}, ("holder", "format-character")),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_become_a_licence_is_not_handed_in(hall: Hall, name: str) -> None:
    changed, problem = BAD[name]
    before = hall.desk.counts(hall.body)
    with pytest.raises(ApplicationRefused) as refused:
        hall.submit(**changed)
    assert problem in refused.value.problems
    assert hall.desk.counts(hall.body) == before


def test_what_cannot_be_printed_is_not_handed_in(hall: Hall) -> None:
    with pytest.raises(MissingGlyph):
        hall.submit(holders=[HOLDER | {"name": "云岭市\U00030edd有限公司"}])


def test_a_number_in_use_is_refused_and_one_taken_meanwhile_sends_back(apart: Hall) -> None:
    apart.issue(number="SQ-SAME")
    with pytest.raises(DuplicateNumber):
        apart.submit(number="SQ-SAME")
    one, other = apart.submit(number="SQ-BOTH"), apart.submit(number="SQ-BOTH")
    apart.approve(one)
    with pytest.raises(DuplicateNumber):
        apart.approve(other)
    assert apart.now(other).stage is Stage.SUBMITTED


def test_what_can_no_longer_be_issued_goes_back_with_the_reason(apart: Hall) -> None:
    docket = _approved_only(apart)
    number = docket.proposal.members["number"]
    apart.city.issue(BUNDLE, number=number)
    with pytest.raises(DuplicateNumber):
        apart.desk.issue(docket, by=SECOND)
    back = apart.now(docket)
    assert (back.stage, back.approval) == (Stage.RETURNED, None)
    assert apart.desk.events(back)[-1].reason == "DuplicateNumber"


# --- broken off -------------------------------------------------------------------------------------------------------


class _CutError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("port", ["plan_many", "seal_many"])
def test_an_issue_that_was_cut_off_is_taken_up_when_the_service_starts(apart: Hall, port: str) -> None:
    docket = _approved_only(apart)
    whole = apart.desk.ports

    def cut(*_: object) -> None:
        raise _CutError

    broken = replace(whole, office=replace(whole.office, register=Exchanged(whole.office.register, **{port: cut})))  # type: ignore[arg-type]  # a port with one method exchanged
    with pytest.raises(_CutError):
        releasing.carry_out(broken, docket, by=SECOND, at=apart.city.clock())
    assert apart.now(docket).stage is Stage.ISSUING
    apart.city.clock.forward(days=30)  # the approval has run out; what was promised is kept all the same
    assert apart.desk.take_up() == (1, ())
    assert apart.now(docket).stage is Stage.RELEASED
    assert apart.desk.take_up() == (0, ())


def test_a_release_that_was_cut_off_released_nothing(apart: Hall) -> None:
    """Licence and application are released together or not at all."""
    docket = _approved_only(apart)
    whole = apart.desk.ports

    def cut(before: Docket, after: Docket, event: Any, wanted: Any, _consequence: object) -> None:
        def end(_: object) -> None:
            raise _CutError

        subject = str(wanted[0][0].licence.identifier)
        dockets = apart.city.yinzheng.archive.dockets
        SqlDockets.release(dockets, before, after, event, wanted, Consequence(subject, end))  # type: ignore[arg-type]  # it records nothing

    broken = replace(whole, dockets=Exchanged(whole.dockets, release=cut))  # type: ignore[arg-type]  # as above
    with pytest.raises(_CutError):
        releasing.carry_out(broken, docket, by=SECOND, at=apart.city.clock())
    entry = apart.city.yinzheng.archive.register.by_key(docket.key)
    assert entry is not None
    assert entry.state is State.PLANNED
    assert apart.now(docket).stage is Stage.ISSUING
    assert apart.desk.take_up() == (1, ())
    assert apart.now(docket).identifier == str(entry.licence.identifier)
