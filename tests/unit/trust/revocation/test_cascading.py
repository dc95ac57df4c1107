"""Cascades: one act each, again after an interruption, and what cannot move is named."""

from datetime import timedelta

import pytest

from tests.unit.trust.log.memory import MemoryLog
from tests.unit.trust.revocation.register import AT, CountingRandom, MemoryRegister
from trust.errors import Conflict
from trust.revocation.acting import Order, act
from trust.revocation.cascading import act_on_all
from trust.revocation.errors import SubjectUnknown
from trust.rules.standing import ActKind

ORDER = Order(ActKind.LAPSE, "", "issued-in-error", "签章密钥失控", "official")
SUBJECTS = ["a", "b", "c", "d"]


@pytest.fixture
def register() -> MemoryRegister:
    made = MemoryRegister()
    for index, subject in enumerate(SUBJECTS):
        made.enrol(subject, 0, index)
    return made


def test_each_gets_its_act_and_the_ended_are_passed_over(register: MemoryRegister) -> None:
    log, random = MemoryLog(), CountingRandom()
    act(register, log, Order(ActKind.REVOKE, "b", "penalty", "", "official"), key="x", at=AT, random=random)
    done = act_on_all(register, log, [*SUBJECTS, "a"], ORDER, key="k", at=AT, random=random)
    assert [one.subject for one in done.acts] == ["a", "c", "d"]
    assert (done.passed_over, log.size()) == ({"b": "standing-final"}, 4)


def test_an_interrupted_cascade_is_ordered_again(register: MemoryRegister) -> None:
    log, random = MemoryLog(), CountingRandom()
    with pytest.raises(SubjectUnknown):
        act_on_all(register, log, ["a", "b", "unknown", "c"], ORDER, key="k", at=AT, random=random)
    later = AT + timedelta(hours=1)
    done = act_on_all(register, log, SUBJECTS, ORDER, key="k", at=later, random=random)
    assert [one.recorded_at for one in done.acts] == [AT, AT, later, later]
    assert (done.passed_over, log.size()) == ({}, 4)


def test_the_same_key_for_another_cascade_is_refused(register: MemoryRegister) -> None:
    log, random = MemoryLog(), CountingRandom()
    act_on_all(register, log, SUBJECTS, ORDER, key="k", at=AT, random=random)
    other = Order(ActKind.REVOKE, "", "penalty", "", "official")
    with pytest.raises(Conflict, match="idempotency-mismatch"):
        act_on_all(register, log, SUBJECTS, other, key="k", at=AT, random=random)
