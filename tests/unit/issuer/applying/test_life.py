"""The table of steps: what leads where, what is final, and that the table is whole."""

import pytest

from issuer.applying.errors import DocketMoved
from issuer.applying.life import AUTHORING, STEPS, Part, Stage, Step, after, steps_from

LEADS = {
    (None, Step.OPEN): Stage.DRAFT,
    (Stage.DRAFT, Step.SAVE): Stage.DRAFT,
    (Stage.RETURNED, Step.SAVE): Stage.RETURNED,
    (Stage.DRAFT, Step.SUBMIT): Stage.SUBMITTED,
    (Stage.RETURNED, Step.SUBMIT): Stage.SUBMITTED,
    (Stage.DRAFT, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.RETURNED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.SUBMITTED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.APPROVED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.SUBMITTED, Step.RETURN): Stage.RETURNED,
    (Stage.APPROVED, Step.RETURN): Stage.RETURNED,
    (Stage.SUBMITTED, Step.REFUSE): Stage.REFUSED,
    (Stage.SUBMITTED, Step.APPROVE): Stage.APPROVED,
    (Stage.SUBMITTED, Step.WAIVE): Stage.APPROVED,
    (Stage.APPROVED, Step.EXPIRE): Stage.SUBMITTED,
    (Stage.ISSUING, Step.EXPIRE): Stage.SUBMITTED,
    (Stage.APPROVED, Step.BEGIN): Stage.ISSUING,
    (Stage.ISSUING, Step.BREAK_OFF): Stage.RETURNED,
    (Stage.ISSUING, Step.RELEASE): Stage.RELEASED,
    (Stage.ISSUING, Step.ABANDON): Stage.REFUSED,
    (Stage.ISSUING, Step.VOID): Stage.REFUSED,
}
"""Everything that leads anywhere; whatever is not here is refused."""


@pytest.mark.parametrize("stage", [None, *Stage])
@pytest.mark.parametrize("step", Step)
def test_a_step_leads_where_the_table_says_and_nowhere_else(stage: Stage | None, step: Step) -> None:
    if (stage, step) in LEADS:
        assert after(stage, step) is LEADS[stage, step]
        return
    with pytest.raises(DocketMoved) as refused:
        after(stage, step)
    assert refused.value.step is step


def test_nothing_leads_on_from_what_is_final() -> None:
    for stage in Stage:
        assert stage.final is not any(stage is begun for begun, _ in LEADS)
        assert bool(steps_from(stage)) is not stage.final


def test_every_stage_but_the_first_is_reached() -> None:
    reached, frontier = {None}, {None}
    while frontier:
        frontier = {to for (begun, _), to in LEADS.items() if begun in frontier} - reached
        reached |= frontier
    assert reached == {None, *Stage}


def test_nothing_is_issued_without_somebody_elses_word_or_the_types_leave() -> None:
    """Every way into `approved` is an approval by another, or the step that only a type for one person allows."""
    into = {step for (_, step), to in LEADS.items() if to is Stage.APPROVED}
    assert into == {Step.APPROVE, Step.WAIVE}
    assert STEPS[Step.APPROVE].part is Part.OTHER
    assert {step for (_, step), to in LEADS.items() if to is Stage.ISSUING} == {Step.BEGIN}
    assert {step for (_, step), to in LEADS.items() if to is Stage.RELEASED} == {Step.RELEASE}


def test_what_turns_somebody_down_needs_a_reason() -> None:
    assert {step for step, row in STEPS.items() if row.needs_reason} == {
        Step.RETURN, Step.REFUSE, Step.BREAK_OFF, Step.ABANDON, Step.VOID,
    }  # fmt: skip


def test_every_word_is_said_in_chinese() -> None:
    for word in (*(stage.label for stage in Stage), *(step.label for step in Step)):
        assert all("\u4e00" <= character <= "\u9fff" for character in word)


def test_people_are_not_offered_what_the_register_does() -> None:
    offered = {row.step for stage in Stage for row in steps_from(stage)}
    assert offered == set(Step) - {Step.OPEN, Step.EXPIRE, Step.BREAK_OFF, Step.RELEASE, Step.VOID}
    assert offered >= AUTHORING - {Step.OPEN}
