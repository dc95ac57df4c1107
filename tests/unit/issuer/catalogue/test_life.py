"""The life of an entry: the table of states and steps, and who may take which."""

from dataclasses import replace

import pytest

from issuer.catalogue.defining import event_of
from issuer.catalogue.errors import EntryRefused, SecondPerson, StepRefused
from issuer.catalogue.life import LIFE, State, Step
from issuer.catalogue.ports import Version
from templates.library import load_bundle
from tests.catalogue_parts import DRAFTER, REVIEWER
from tests.city import BEGINNING
from trust.rules.errors import FieldRefused
from trust.sealing.ports import Officer

ALLOWED = {
    (State.DRAFT, Step.DRAFT): State.DRAFT,
    (State.DRAFT, Step.SUBMIT): State.IN_REVIEW,
    (State.DRAFT, Step.WITHDRAW): State.WITHDRAWN,
    (State.IN_REVIEW, Step.SEND_BACK): State.DRAFT,
    (State.IN_REVIEW, Step.PASS): State.REVIEWED,
    (State.IN_REVIEW, Step.WITHDRAW): State.WITHDRAWN,
    (State.REVIEWED, Step.PUBLISH): State.PUBLISHED,
    (State.REVIEWED, Step.WITHDRAW): State.WITHDRAWN,
    (State.PUBLISHED, Step.RETIRE): State.RETIRED,
}
KIND = load_bundle("food-operation").type


def version(state: State) -> Version:
    return Version(KIND, "sm3:" + "0" * 64, None, state, DRAFTER, BEGINNING)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", State)
def test_every_state_and_step(state: State, step: Step) -> None:
    if (state, step) in ALLOWED:
        assert LIFE.after(state, step) is ALLOWED[state, step]
    else:
        with pytest.raises(StepRefused):
            LIFE.after(state, step)


def test_what_was_ever_in_force() -> None:
    assert [state for state in State if state.listed] == [State.PUBLISHED, State.RETIRED]


@pytest.mark.parametrize("step", [Step.PASS, Step.SEND_BACK])
@pytest.mark.parametrize("by", [DRAFTER, Officer("another", DRAFTER.name), Officer(DRAFTER.login, "别人")])
def test_a_reviewer_is_a_second_person(step: Step, by: Officer) -> None:
    with pytest.raises(SecondPerson):
        event_of(version(State.IN_REVIEW), step, by=by, at=BEGINNING, note="说明")
    assert event_of(version(State.IN_REVIEW), step, by=REVIEWER, at=BEGINNING, note="说明").by == REVIEWER


@pytest.mark.parametrize(("state", "step"), [(State.DRAFT, Step.SUBMIT), (State.REVIEWED, Step.WITHDRAW)])
def test_some_steps_are_the_drafters_alone(state: State, step: Step) -> None:
    with pytest.raises(EntryRefused, match="not-the-drafter"):
        event_of(version(state), step, by=REVIEWER, at=BEGINNING)
    assert event_of(version(state), step, by=DRAFTER, at=BEGINNING).step is step


@pytest.mark.parametrize(("state", "step"), [(State.IN_REVIEW, Step.SEND_BACK), (State.PUBLISHED, Step.RETIRE)])
def test_some_steps_say_why(state: State, step: Step) -> None:
    with pytest.raises(EntryRefused, match="note-missing"):
        event_of(version(state), step, by=REVIEWER, at=BEGINNING)


@pytest.mark.parametrize("note", ["两\n行", "长" * 201, " 首尾"])
def test_a_note_is_one_line_of_text(note: str) -> None:
    with pytest.raises(FieldRefused):
        event_of(version(State.REVIEWED), Step.PUBLISH, by=REVIEWER, at=BEGINNING, note=note)


def test_an_event_is_about_the_layout_that_is_on_record() -> None:
    other = replace(version(State.IN_REVIEW), layout="sm3:" + "1" * 64)
    assert event_of(other, Step.PASS, by=REVIEWER, at=BEGINNING).layout == other.layout
