"""The one table of a seal's states and steps."""

import pytest

from trust.rules.life import Who
from trust.rules.standing import ActKind, Status
from trust.sealing.errors import SealMoveRefused
from trust.sealing.life import ACTS, LIFE, State, Step, state_of

ALLOWED = {
    (State.APPLIED, Step.APPROVE): State.APPROVED,
    (State.APPLIED, Step.REJECT): State.REJECTED,
    (State.APPLIED, Step.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Step.WITHDRAW): State.WITHDRAWN,
    **dict.fromkeys([(one, Step.EXPIRE) for one in (State.APPLIED, State.APPROVED, State.MADE)], State.WITHDRAWN),
    (State.APPROVED, Step.MAKE): State.MADE,
    (State.MADE, Step.FILE): State.IN_USE,
    (State.IN_USE, Step.SUSPEND): State.SUSPENDED,
    (State.IN_USE, Step.CANCEL): State.CANCELLED,
    (State.SUSPENDED, Step.RESUME): State.IN_USE,
    (State.SUSPENDED, Step.CANCEL): State.CANCELLED,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_every_step_from_every_state(state: State, step: Step) -> None:
    expected = ALLOWED.get((state, step))
    if expected is not None:
        assert LIFE.after(state, step) is expected
        return
    with pytest.raises(SealMoveRefused) as refusal:
        LIFE.after(state, step)
    assert (refusal.value.reason, refusal.value.state, refusal.value.step) == ("seal-move", state, step)


def test_what_is_over_and_what_needs_two() -> None:
    assert {state for state in State if state.over} == {State.REJECTED, State.WITHDRAWN, State.CANCELLED}
    assert {row.step for row in LIFE.rows if row.who is Who.ANOTHER} == {Step.APPROVE, Step.REJECT}
    assert {row.step for row in LIFE.rows if row.who is Who.REGISTER} == {Step.EXPIRE}
    assert set(ACTS.values()) == {ActKind.SUSPEND, ActKind.REINSTATE, ActKind.CANCEL}


@pytest.mark.parametrize("status", Status)
def test_the_state_of_a_filed_seal(status: Status) -> None:
    expected = State.IN_USE if status is Status.VALID else State.CANCELLED if status.final else State.SUSPENDED
    assert state_of(status) is expected
