"""Any people, any steps, in any order: an application is where the table says, and nothing is issued without two people.

The real journeys over the real stores. After every step the events are replayed over the table and must lead to where
the application stands.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from issuer.applying import deciding, filing, releasing
from issuer.applying.docket import Docket
from issuer.applying.errors import ApprovalStale, DocketMoved, NeedsApproval, NotAnAuthor, SamePerson
from issuer.applying.life import AUTHORING, LIFE, Stage, Step
from issuer.errors import ApplicationRefused, IdempotencyMismatch, IssuerError
from tests.applying_parts import MAKER, SECOND, TYPE, Hall, key, members
from tests.city import BEGINNING, City
from trust.rules.people import same_person
from trust.sealing.ports import Officer

PEOPLE = (MAKER, SECOND, Officer("scjg3", "孟庭芳"), Officer("zhou2", "周 明远"))
REFUSALS = (DocketMoved, SamePerson, NotAnAuthor, ApprovalStale, NeedsApproval, ApplicationRefused, IdempotencyMismatch)
people = st.sampled_from(PEOPLE)

_CITY: list[City] = []


def city() -> City:
    """One city for many runs, since an application is its own world; a new one before its seals grow old."""
    if _CITY and _CITY[0].clock() > BEGINNING + timedelta(days=300):
        _CITY.pop().close()
    if not _CITY:
        _CITY.append(City(people=False))
    return _CITY[0]


class Life(RuleBasedStateMachine):
    """One application, and everybody doing whatever they like to it."""

    @initialize(by=people, two=st.booleans())
    def opened(self, by: Officer, two: bool) -> None:
        self.hall = Hall(city())
        whole = self.hall.desk.ports
        bundle = whole.office.bundle(TYPE)
        changed = replace(bundle, type=replace(bundle.type, approval="two" if two else "one"))
        self.two = two
        self.ports = replace(whole, office=replace(whole.office, bundle=lambda _: changed))
        self.proposal = self.hall.desk.propose(members(), type_code=TYPE, issuer_code=self.hall.body)
        self.keys: list[str] = [key()]
        self.docket = filing.open_docket(self.ports, self.proposal, by=by, key=self.keys[0], at=self.hall.city.clock())
        self.seen = [self.docket]

    def now(self) -> Docket:
        found = self.ports.dockets.find(self.docket.number)
        assert found is not None
        return found

    def attempt(self, step: Any) -> None:
        before = self.now()
        try:
            step(before)
        except REFUSALS:
            if self.now() != before:  # an approval that ran out may have been taken back on the way
                assert self.ports.dockets.events(before.number)[-1].step is Step.EXPIRE
        self.seen.append(self.now())

    @rule(by=people)
    def save(self, by: Officer) -> None:
        other = self.hall.desk.propose(members(), type_code=TYPE, issuer_code=self.hall.body)
        at = self.hall.city.clock()
        self.attempt(lambda docket: filing.save(self.ports, docket, other, by=by, key=key(), at=at))

    @rule(by=people)
    def submit(self, by: Officer) -> None:
        at = self.hall.city.clock()
        self.attempt(lambda docket: filing.submit(self.ports, docket, by=by, key=key(), at=at))

    @rule(by=people)
    def withdraw(self, by: Officer) -> None:
        at = self.hall.city.clock()
        self.attempt(lambda docket: filing.withdraw(self.ports, docket, reason="", by=by, key=key(), at=at))

    @rule(by=people, reason=st.sampled_from(["", "请补正"]))
    def send_back(self, by: Officer, reason: str) -> None:
        at = self.hall.city.clock()
        self.attempt(lambda docket: deciding.send_back(self.ports, docket, reason=reason, by=by, key=key(), at=at))

    @precondition(lambda self: len(self.seen) > 6)
    @rule(by=people)
    def refuse(self, by: Officer) -> None:
        at = self.hall.city.clock()
        self.attempt(lambda docket: deciding.refuse(self.ports, docket, reason="不符合", by=by, key=key(), at=at))

    @rule(by=people, looked_at=st.integers(0, 3))
    def approve(self, by: Officer, looked_at: int) -> None:
        """Approve what was seen some steps ago: only the present content counts."""
        at, seen = self.hall.city.clock(), self.seen[-1 - min(looked_at, len(self.seen) - 1)]
        digest = seen.proposal.digest
        self.attempt(lambda docket: deciding.approve(self.ports, docket, digest=digest, by=by, key=key(), at=at))

    @rule(by=people)
    def waive(self, by: Officer) -> None:
        at = self.hall.city.clock()
        self.attempt(lambda docket: deciding.waive(self.ports, docket, by=by, key=key(), at=at))

    @rule(days=st.sampled_from([1, 8]))
    def wait(self, days: int) -> None:
        self.hall.city.clock.at += timedelta(days=days)

    @rule(by=people)
    def issue(self, by: Officer) -> None:
        at = self.hall.city.clock()
        self.attempt(lambda docket: releasing.carry_out(self.ports, docket, by=by, at=at))

    @invariant()
    def the_events_lead_to_where_it_stands(self) -> None:
        stage: Stage | None = None
        docket, events = self.now(), self.ports.dockets.events(self.docket.number)
        for place, event in enumerate(events, 1):
            stage = LIFE.after(stage, event.step)
            assert (event.sequence, event.stage) == (place, stage)
            assert event.reason or not LIFE.row(event.step).needs_reason
        assert (docket.stage, docket.sequence) == (stage, len(events))
        assert docket.proposal.digest == events[-1].digest

    @invariant()
    def nothing_is_approved_by_a_hand_that_wrote_it(self) -> None:
        events = self.ports.dockets.events(self.docket.number)
        hands: list[Officer] = []
        for event in events:
            hands += [event.by] if event.step in AUTHORING else []
            if event.step is Step.APPROVE:
                assert not any(same_person(event.by, hand) for hand in hands)
            if event.step is Step.WAIVE:
                assert not self.two

    @invariant()
    def a_licence_exists_just_where_it_was_released(self) -> None:
        entry = self.ports.office.register.by_key(self.docket.key)
        released = entry is not None and entry.artefacts is not None
        docket = self.now()
        assert released is (docket.stage is Stage.RELEASED)
        if released:
            assert entry is not None
            assert docket.identifier == str(entry.licence.identifier)
            assert docket.approval is not None
            assert docket.approval.digest == docket.proposal.digest


Life.TestCase.settings = settings(
    max_examples=8, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLife = Life.TestCase


@pytest.mark.long
def test_many_more_lives() -> None:
    class More(Life):
        pass

    More.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
    More.TestCase("runTest").runTest()


def test_the_table_refuses_with_errors_that_are_ours() -> None:
    assert all(issubclass(refusal, IssuerError) for refusal in REFUSALS)
