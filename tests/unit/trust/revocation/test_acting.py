"""Acting: stored, then logged; the same key twice is one act; a crash in between is made good."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.trust.log.memory import MemoryLog
from tests.unit.trust.revocation.register import AT, CountingRandom, MemoryRegister
from trust.errors import Conflict, Malformed, Untrusted
from trust.formats.act_record import act_commitment
from trust.formats.leaf import EntryKind, decode_entry
from trust.log.proving import find
from trust.revocation.acting import Order, act, resume
from trust.revocation.errors import SubjectUnknown
from trust.revocation.reading import read_standing
from trust.rules.grounds import Authority
from trust.rules.standing import ActKind, Status

SUBJECT = "1.2.156.3005.2.A"
SUSPEND = Order(ActKind.SUSPEND, SUBJECT, "penalty", "", "official-7")
REINSTATE = Order(ActKind.REINSTATE, SUBJECT, "rectified", "", "official-7")
REVOKE = Order(ActKind.REVOKE, SUBJECT, "penalty", "", "official-7")


class Office:
    """A register with one licence, a log, and a clock that goes on by a minute with every act."""

    def __init__(self) -> None:
        self.register, self.log, self.random, self.at = MemoryRegister(), MemoryLog(), CountingRandom(), AT
        self.register.enrol(SUBJECT)

    def act(self, order: Order, key: str, **changes: object):
        self.at += timedelta(minutes=1)
        return act(self.register, self.log, replace(order, **changes), key=key, at=self.at, random=self.random)

    def status(self, later: timedelta = timedelta(0)) -> Status:
        return read_standing(self.register, SUBJECT, self.at + later).status


def test_an_act_is_stored_logged_and_moves_the_standing() -> None:
    office = Office()
    done = office.act(SUSPEND, "k1")
    assert (done.sequence, done.recorded_at, done.effective_at) == (1, office.at, office.at)
    assert (office.status(), office.register.status[SUBJECT]) == (Status.SUSPENDED, Status.SUSPENDED)
    recorded = office.register.by_key("k1")
    index, entry = find(office.log, act_commitment(done, recorded.salt))
    assert (index, recorded.log_index, entry.statement.kind) == (0, 0, EntryKind.ACT)


def test_the_log_does_not_show_whom_it_was_about() -> None:
    office = Office()
    office.act(SUSPEND, "k1", reason="欠缴罚款")
    assert set(decode_entry(office.log.stored[0]).__dataclass_fields__) == {"at", "statement"}
    for hidden in (SUBJECT, "欠缴", "penalty", "official-7", "suspend"):
        assert hidden.encode() not in office.log.stored[0]


def test_the_same_key_and_order_give_the_same_act() -> None:
    office = Office()
    first = office.act(SUSPEND, "k1")
    assert office.act(SUSPEND, "k1") == first
    assert (len(office.register.recorded[SUBJECT]), office.log.size()) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": ActKind.REVOKE},
        {"ground": "other", "reason": "x"},
        {"reason": "x"},
        {"by": "official-8"},
        {"effective_at": AT + timedelta(days=9)},
        {"decided_at": AT},
        {"authority": Authority.ENFORCEMENT},
    ],
)
def test_the_same_key_with_another_order_is_refused(change: dict) -> None:
    office = Office()
    office.act(SUSPEND, "k1")
    with pytest.raises(Conflict, match="idempotency-mismatch"):
        office.act(SUSPEND, "k1", **change)
    assert len(office.register.recorded[SUBJECT]) == 1


def test_the_same_order_with_another_key_is_another_act() -> None:
    office = Office()
    office.act(SUSPEND, "k1")
    with pytest.raises(Conflict, match="standing-move"):
        office.act(SUSPEND, "k2")


def test_a_suspension_is_lifted_and_a_revocation_is_final() -> None:
    office = Office()
    office.act(SUSPEND, "k1")
    office.act(REINSTATE, "k2")
    assert office.status() is Status.VALID
    office.act(REVOKE, "k3")
    for number, order in enumerate((REVOKE, SUSPEND, REINSTATE)):
        with pytest.raises(Conflict, match="standing-final"):
            office.act(order, f"after-{number}")
    assert (office.status(), office.log.size()) == (Status.REVOKED, 3)


def test_an_act_may_take_effect_later() -> None:
    office = Office()
    office.act(SUSPEND, "k1", effective_at=AT + timedelta(days=1))
    assert (office.status(), office.register.status[SUBJECT]) == (Status.VALID, Status.VALID)
    assert office.status(timedelta(days=2)) is Status.SUSPENDED


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"subject": "1.2.156.3005.2.B"}, SubjectUnknown, "subject-unknown"),
        ({"ground": "nonsense"}, Malformed, "ground-unknown"),
        ({"ground": "rectified"}, Malformed, "ground-kind"),
        ({"ground": "other"}, Malformed, "reason-missing"),
        ({"authority": Authority.SUPERIOR}, Untrusted, "ground-authority"),
        ({"effective_at": AT - timedelta(days=1)}, Conflict, "not-retroactive"),
    ],
)
def test_what_the_rules_refuse_is_neither_stored_nor_logged(changes: dict, error: type, reason: str) -> None:
    office = Office()
    with pytest.raises(error) as refused:
        office.act(SUSPEND, "k1", **changes)
    assert refused.value.reason == reason
    assert (office.register.keys, office.log.size()) == ({}, 0)


@pytest.mark.parametrize("key", ["", "x" * 129, "a\nb"])
def test_a_key_is_short_and_printable(key: str) -> None:
    with pytest.raises(Malformed, match="idempotency-key"):
        Office().act(SUSPEND, key)


class CrashError(Exception): ...


class CrashingLog(MemoryLog):
    def writing(self):
        raise CrashError


class CrashingRegister(MemoryRegister):
    def mark_logged(self, indexes):
        raise CrashError


def test_after_a_crash_before_logging_the_act_stands_and_is_logged_by_resume() -> None:
    office = Office()
    office.log = CrashingLog()
    with pytest.raises(CrashError):
        office.act(SUSPEND, "k1")
    office.log = MemoryLog()
    assert (office.status(), len(office.register.unlogged(9))) == (Status.SUSPENDED, 1)
    assert resume(office.register, office.log, office.at + timedelta(days=1)) == 1
    assert (office.register.unlogged(9), office.log.size()) == ([], 1)
    assert decode_entry(office.log.stored[0]).at == office.at + timedelta(days=1)
    assert resume(office.register, office.log, office.at) == 0


def test_after_a_crash_between_logging_and_noting_nothing_is_logged_twice() -> None:
    office = Office()
    office.register = CrashingRegister()
    office.register.enrol(SUBJECT)
    with pytest.raises(CrashError):
        office.act(SUSPEND, "k1")
    office.register.__class__ = MemoryRegister
    assert resume(office.register, office.log, office.at) == 1
    assert (office.register.by_key("k1").log_index, office.log.size()) == (0, 1)


def test_asking_again_with_the_same_key_logs_what_was_not_logged() -> None:
    office, log = Office(), MemoryLog()
    office.log = CrashingLog()
    with pytest.raises(CrashError):
        office.act(SUSPEND, "k1")
    office.log = log
    office.act(SUSPEND, "k1")
    assert (log.size(), len(office.register.recorded[SUBJECT])) == (1, 1)


def test_resume_takes_any_number_in_portions() -> None:
    office = Office()
    subjects = [office.register.enrol(f"1.2.156.3005.2.{number}") for number in range(450)]
    office.log = CrashingLog()
    for subject in subjects:
        with pytest.raises(CrashError):
            act(
                office.register, office.log, replace(SUSPEND, subject=subject), key=subject, at=AT, random=office.random
            )
    office.log = MemoryLog()
    assert (resume(office.register, office.log, AT), office.log.size()) == (450, 450)


def test_the_standing_of_an_unknown_licence_is_not_valid_but_unknown() -> None:
    with pytest.raises(SubjectUnknown):
        read_standing(MemoryRegister(), SUBJECT, AT)
