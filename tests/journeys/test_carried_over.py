"""After a restore what the public lists said goes on counting everywhere, until the act is recorded again."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cases.errors import NotVerified
from issuer.applying.errors import SuccessionRefused
from issuer.applying.life import Stage
from issuer.copying.errors import NotInForce
from issuer.copying.ports import Terms
from issuer.issuing import Issued
from issuer.presenting.errors import PresentingRefused
from service.problems import problem_of
from service.wiring import Yinzheng
from tests.applying_parts import Hall
from tests.copy_parts import MATTER, PURPOSE, RECIPIENT, REQUIREMENT, WINDOW, holder_of, presenter_of
from tests.journey_parts import failed, identifier
from tests.journeys.test_restored_issuing import AMENDS, cut, hall_of
from tests.restoring_parts import TwoTimelines
from trust.errors import Conflict
from trust.revocation.acting import Order
from trust.rules.past_standing import Answer
from trust.rules.standing import ActKind, Status

SUSPENDED, REVOKED, CHANGED = "suspended", "revoked", {"fields": {"legal_representative": "孟庭芳"}}
DONE = {
    REVOKED: (ActKind.REVOKE, "penalty", Status.LAPSED),
    SUSPENDED: (ActKind.SUSPEND, "penalty", Status.SUSPENDED),
}


class Story:
    """Two licences acted on after the backup, one with its successor signed for already; then everything restored."""

    def __init__(self, two: TwoTimelines) -> None:
        self.two, self.clock = two, two.city.clock
        hall = Hall(two.city)
        self.issued = {name: hall.issue() for name in DONE}
        followed = hall.issue()
        self.begun = hall.follow(followed.entry, AMENDS, CHANGED)
        cut(hall, self.begun, "plan_many")
        two.back_up()
        self.before = self.clock()
        self.clock.forward(minutes=2)
        yinzheng = two.city.yinzheng
        for name, (kind, ground, _) in DONE.items():
            yinzheng.act(order(self.issued[name], kind, ground), key=f"then-{name}")
        yinzheng.act(order(followed, ActKind.REVOKE, "penalty"), key="then-followed")
        yinzheng.publisher.refresh(self.clock())
        self.restored = two.restore()

    @property
    def hall(self) -> Hall:
        return hall_of(self.two, self.restored)


def order(issued: Issued, kind: ActKind, ground: str) -> Order:
    return Order(kind, identifier(issued), ground, "依原卷", "窗口")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    two = TwoTimelines(tmp_path_factory.mktemp("carried-over"))
    yield Story(two)
    two.close()


@pytest.mark.parametrize("name", DONE)
def test_the_standing_is_what_was_published_and_says_that_no_act_is_on_record(story: Story, name: str) -> None:
    found = story.restored.standing(identifier(story.issued[name]), story.clock())
    assert (found.status, found.carried, found.act) == (DONE[name][2], True, None)
    assert "待重新登记" in found.label
    examined = story.restored.verify_file(story.issued[name].ofd)
    assert failed(examined) == {(8, "status"), (8, "carried-over")}


def copied(yinzheng: Yinzheng, issued: Issued) -> object:
    return yinzheng.copies.for_holder(identifier(issued), Terms(PURPOSE, RECIPIENT), by=holder_of(issued), key="copy")


def shown(yinzheng: Yinzheng, issued: Issued) -> object:
    return yinzheng.presenting.once(identifier(issued), presenter_of(issued))


@pytest.mark.parametrize("name", DONE)
@pytest.mark.parametrize(("rest", "error"), [(copied, NotInForce), (shown, PresentingRefused)])
def test_nothing_rests_on_it(
    story: Story, name: str, rest: Callable[[Yinzheng, Issued], object], error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        rest(story.restored, story.issued[name])
    told = problem_of(refused.value)
    assert getattr(refused.value, "reason", "") == "carried-over"
    assert "重新登记" in told.zh


@pytest.mark.parametrize("name", DONE)
def test_it_is_not_cited(story: Story, name: str) -> None:
    issued = story.issued[name]
    request = story.two.city.request(
        issued, matter=MATTER, requirement=REQUIREMENT, department=WINDOW, identifier=identifier(issued)
    )
    with pytest.raises(NotVerified) as refused:
        story.restored.cite(request, key=f"citation-of-tests-{name}")
    assert "重新登记" in dict(problem_of(refused.value).details)["carried-over"]


@pytest.mark.parametrize("name", DONE)
def test_it_is_not_followed(story: Story, name: str) -> None:
    with pytest.raises(SuccessionRefused) as refused:
        story.hall.follow(story.issued[name].entry, AMENDS, CHANGED)
    assert refused.value.problems == (("predecessor", "carried-over"),)


def test_a_successor_that_was_signed_for_at_the_backup_is_not_released(story: Story) -> None:
    (kept,) = story.hall.desk.take_up()[1]
    assert isinstance(kept, Conflict)
    assert kept.reason == "carried-over"
    assert story.hall.now(story.begun).stage is Stage.ISSUING


@pytest.mark.parametrize("name", DONE)
def test_of_the_time_before_nothing_can_be_told_and_after_it_is_not_valid(story: Story, name: str) -> None:
    def answer(on: datetime) -> Answer:
        return story.restored.past_standings.answer(identifier(story.issued[name]), on).answer

    assert [answer(on) for on in (story.before, story.clock())] == [Answer.UNKNOWN, Answer.NOT_VALID]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Story]:
    """A story for a test that goes on with it."""
    two = TwoTimelines(tmp_path)
    yield Story(two)
    two.close()


def test_a_check_lifts_nothing_and_recorded_again_it_is_an_act_like_any_other(own: Story) -> None:
    issued = own.issued[SUSPENDED]
    own.clock.forward(seconds=2)
    own.restored.act(order(issued, ActKind.CHECK, "check-passed"), key="check")
    standing = own.restored.standing(identifier(issued), own.clock())
    assert (standing.status, standing.carried) == (Status.SUSPENDED, True)
    assert (8, "status") in failed(own.restored.verify_file(issued.ofd))
    for name, (kind, ground, _) in DONE.items():
        one = own.issued[name]
        own.clock.forward(seconds=2)
        own.restored.act(order(one, kind, ground), key=f"again-{name}")
        found = own.restored.standing(identifier(one), own.clock())
        assert (found.carried, found.act and found.act.kind) == (False, kind)
        assert own.restored.past_standings.answer(identifier(one), own.before).answer is Answer.VALID_NOT_SINCE
    own.clock.forward(seconds=2)
    own.restored.act(order(issued, ActKind.REINSTATE, "rectified"), key="lifted")
    assert own.restored.standing(identifier(issued), own.clock()).status is Status.VALID
    assert copied(own.restored, issued) is not None
