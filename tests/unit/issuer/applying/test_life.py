"""The table of steps: what leads where, what is final, and that the table is whole."""

import pytest

from issuer.applying.errors import DocketMoved
from issuer.applying.life import AUTHORING, LIFE, Stage, Step
from trust.rules.life import Who

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
        assert LIFE.after(stage, step) is LEADS[stage, step]
        return
    with pytest.raises(DocketMoved) as refused:
        LIFE.after(stage, step)
    assert refused.value.step is step


def test_nothing_is_issued_without_somebody_elses_word_or_the_types_leave() -> None:
    """Every way into `approved` is an approval by another, or the step that only a type for one person allows."""
    into = {step for (_, step), to in LEADS.items() if to is Stage.APPROVED}
    assert into == {Step.APPROVE, Step.WAIVE}
    assert LIFE.row(Step.APPROVE).who is Who.ANOTHER
    assert {step for (_, step), to in LEADS.items() if to is Stage.ISSUING} == {Step.BEGIN}
    assert {step for (_, step), to in LEADS.items() if to is Stage.RELEASED} == {Step.RELEASE}


def test_what_turns_somebody_down_needs_a_reason() -> None:
    assert {row.step for row in LIFE.rows if row.needs_reason} == {
        Step.RETURN, Step.REFUSE, Step.BREAK_OFF, Step.ABANDON, Step.VOID,
    }  # fmt: skip


def test_every_word_is_said_in_chinese() -> None:
    for word in (*(stage.label for stage in Stage), *(step.label for step in Step)):
        assert all("\u4e00" <= character <= "\u9fff" for character in word)


def test_people_are_not_offered_what_the_register_does() -> None:
    offered = {row.step for stage in Stage for row in LIFE.from_stage(stage)}
    assert offered == set(Step) - {Step.OPEN, Step.EXPIRE, Step.BREAK_OFF, Step.RELEASE, Step.VOID}
    assert offered >= AUTHORING - {Step.OPEN}
