"""Publishing status lists: right, read back, numbered upwards, and never taking a final word back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keys.custody import memory_signer
from tests.unit.trust.log.memory import MemoryLog
from tests.unit.trust.revocation.register import AT, CountingRandom, MemoryPublications, MemoryRegister
from trust.errors import Conflict, Malformed, Untrusted
from trust.formats.cose import sign1, split
from trust.formats.status_list import STATUS_LIST_TYPE, StatusList, encode_status_list, pack
from trust.revocation.acting import Order, act
from trust.revocation.errors import PublicationDamaged
from trust.revocation.ports import PlannedList
from trust.revocation.publishing import due, open_status_list, publish
from trust.rules.standing import ActKind

SIGNER, OTHER = memory_signer(), memory_signer("other")
URI = "https://zhengzhao.example/status/0"
HOUR = timedelta(hours=1)


class Office:
    """A register with five licences in list 0, and its publisher."""

    def __init__(self) -> None:
        self.register, self.log, self.random = MemoryRegister(), MemoryLog(), CountingRandom()
        self.publications, self.count = MemoryPublications(), 0
        for index in range(5):
            self.register.enrol(f"s{index}", 0, index * 3)
        self.register.enrol("elsewhere", 1, 0)

    def act(self, subject: str, kind: ActKind, ground: str, at=AT, **more: object) -> None:
        self.count += 1
        order = Order(kind, subject, ground, "", "official", **more)
        act(self.register, self.log, order, key=str(self.count), at=at, random=self.random)

    def publish(self, at=AT, signer=SIGNER, served: bytes | None = None) -> StatusList:
        octets = publish(
            self.register,
            self.publications,
            signer,
            shard=0,
            uri=URI,
            at=at,
            log_size=self.log.size(),
            next_update=at + 12 * HOUR,
            size=16,
            served=served,
        )
        return open_status_list(octets, signer.public)

    def due(self, at=AT) -> bool:
        return due(self.register, self.publications.current(0), at)


def values(status_list: StatusList) -> dict[int, int]:
    return {index: value for index in range(status_list.size) if (value := status_list.value(index))}


def test_the_first_list_says_that_all_is_well() -> None:
    made = Office().publish()
    assert (values(made), made.number, made.list, made.size, made.uri) == ({}, 1, 0, 16, URI)
    assert (made.issued_at, made.next_update, made.ttl_s) == (AT, AT + 12 * HOUR, 60)


def test_each_standing_has_its_value_and_other_lists_do_not_mix_in() -> None:
    office = Office()
    office.act("s1", ActKind.REVOKE, "penalty")
    office.act("s2", ActKind.SUSPEND, "penalty")
    office.act("s3", ActKind.TRANSFER_OUT, "transfer-applied", receiver="另一机构")
    office.act("s4", ActKind.SUSPEND, "penalty", effective_at=AT + HOUR)
    office.act("elsewhere", ActKind.REVOKE, "penalty")
    made = office.publish()
    assert (values(made), made.log_size) == ({3: 1, 6: 2, 9: 3}, 5)
    assert values(office.publish(AT + HOUR)) == {3: 1, 6: 2, 9: 3, 12: 2}


def test_a_suspension_may_be_lifted() -> None:
    office = Office()
    office.act("s1", ActKind.SUSPEND, "penalty")
    assert values(office.publish()) == {3: 2}
    office.act("s1", ActKind.REINSTATE, "rectified", AT + HOUR)
    assert values(office.publish(AT + HOUR)) == {}


def test_numbers_grow_and_what_is_current_is_the_latest() -> None:
    office = Office()
    assert [office.publish(AT + n * HOUR).number for n in range(3)] == [1, 2, 3]
    assert office.publications.current(0).number == 3


def test_a_number_that_was_planned_and_never_served_is_not_used_again() -> None:
    office = Office()
    office.publish()
    office.publications.plan(PlannedList(0, 7, AT, AT + HOUR, 60, 0, b"planned"))
    assert office.publish(AT + HOUR).number == 8


class CutOffSigner:
    """Notes what is on record when it is asked to sign, and then the power fails."""

    public = SIGNER.public

    def __init__(self, publications: MemoryPublications) -> None:
        self.publications, self.asked = publications, []

    def sign(self, message: bytes) -> bytes:
        self.asked.append((message, [one.to_be_signed for one in self.publications.planned.values()]))
        raise RuntimeError("power")


def test_what_is_signed_is_on_record_before_and_a_plan_never_completed_is_no_obstacle() -> None:
    office = Office()
    office.publish()
    signer = CutOffSigner(office.publications)
    with pytest.raises(RuntimeError, match="power"):
        office.publish(AT + HOUR, signer=signer)
    assert [message == planned[-1] for message, planned in signer.asked] == [True]
    assert (office.publications.current(0).number, office.publications.highest(0)) == (1, 2)
    assert office.publish(AT + HOUR).number == 3
    assert office.publications.at_time(0, AT + HOUR).number == 3
    for key, one in office.publications.all.items():
        assert split(one.octets, 4096).to_be_signed == office.publications.planned[key].to_be_signed


def test_a_list_holds_no_longer_than_what_it_says() -> None:
    office = Office()
    office.act("s1", ActKind.SUSPEND, "penalty", effective_at=AT + 11 * HOUR)
    office.act("s2", ActKind.REVOKE, "penalty", effective_at=AT + 3 * HOUR + timedelta(seconds=1.9))
    office.act("elsewhere", ActKind.REVOKE, "penalty", effective_at=AT + HOUR)
    assert office.publish().next_update == AT + 3 * HOUR + timedelta(seconds=1)
    assert office.publications.current(0).next_update == AT + 3 * HOUR + timedelta(seconds=1)
    at = AT + 3 * HOUR + timedelta(seconds=2)
    made = office.publish(at)
    assert (values(made), made.next_update) == ({6: 1}, AT + 11 * HOUR)
    assert office.publish(AT + 11 * HOUR).next_update == AT + 23 * HOUR


def test_what_is_fixed_and_changes_nothing_ends_no_list() -> None:
    office = Office()
    office.act("s1", ActKind.SUSPEND, "penalty", effective_at=AT + 3 * HOUR)
    office.act("s1", ActKind.REVOKE, "penalty")
    assert office.publish().next_update == AT + 12 * HOUR


def test_a_lifting_that_is_fixed_ends_the_list_too() -> None:
    office = Office()
    office.act("s1", ActKind.SUSPEND, "penalty")
    office.act("s1", ActKind.REINSTATE, "suspension-ended", effective_at=AT + 3 * HOUR)
    assert office.publish().next_update == AT + 3 * HOUR


@pytest.mark.parametrize("milliseconds", [1, 600, 999])
def test_a_list_holds_for_a_second_at_least(milliseconds: int) -> None:
    office = Office()
    effective = AT + timedelta(milliseconds=milliseconds)
    office.act("s1", ActKind.SUSPEND, "penalty", effective_at=effective)
    made = office.publish()
    assert (made.issued_at, made.next_update) == (AT, AT + timedelta(seconds=1))
    assert office.due(effective)


def test_a_list_that_ends_with_an_act_is_due_at_its_end_and_not_by_halves() -> None:
    """The next one could not hold longer."""
    office = Office()
    office.act("s1", ActKind.SUSPEND, "penalty", effective_at=AT + 10 * HOUR + timedelta(milliseconds=700))
    end = office.publish().next_update
    assert end == AT + 10 * HOUR
    assert not office.due(end - timedelta(seconds=1))
    assert office.due(end)


def test_a_final_word_is_never_taken_back() -> None:
    office = Office()
    office.act("s1", ActKind.REVOKE, "penalty")
    office.publish()
    office.register.recorded["s1"].clear()
    with pytest.raises(Conflict, match="would-un-revoke"):
        office.publish(AT + HOUR)
    assert (office.publications.current(0).number, office.publications.highest(0)) == (1, 1)


def test_after_a_restore_the_served_copy_is_what_must_not_be_taken_back() -> None:
    office, before = Office(), Office()
    office.act("s1", ActKind.REVOKE, "penalty")
    office.publish()
    office.publish(AT + HOUR)
    served = office.publications.current(0).octets
    with pytest.raises(Conflict, match="would-un-revoke"):
        before.publish(AT + HOUR, served=served)
    before.act("s1", ActKind.REVOKE, "penalty")
    assert before.publish(AT + HOUR, served=served).number == 3


def test_a_served_copy_must_be_ours() -> None:
    forged = sign1(encode_status_list(Office().publish()), OTHER, STATUS_LIST_TYPE)
    with pytest.raises(Untrusted, match="signature"):
        Office().publish(served=forged)
    with pytest.raises(Malformed):
        Office().publish(served=b"<html>")


def test_a_new_key_goes_on_from_the_list_of_the_old_one() -> None:
    office = Office()
    office.act("s1", ActKind.REVOKE, "penalty")
    office.publish()
    made = office.publish(AT + HOUR, signer=OTHER)
    assert (made.number, values(made)) == (2, {3: 1})


def test_the_clock_may_go_back_a_second_and_no_more() -> None:
    office = Office()
    office.publish()
    office.publish(AT - timedelta(seconds=1))
    with pytest.raises(Conflict, match="clock-went-back"):
        office.publish(AT - timedelta(seconds=3))


class FlippingStorage(MemoryPublications):
    """Damages one octet between storing and reading back."""

    def complete(self, shard, number, octets):
        damaged = bytearray(octets)
        damaged[len(damaged) // 2] ^= 1
        super().complete(shard, number, bytes(damaged))


class ForgetfulStorage(MemoryPublications):
    """Gives back an older, rightly signed list."""

    def stored(self, shard, number):
        return super().stored(shard, 1)


def test_damage_in_storage_is_found_before_the_list_is_served() -> None:
    office = Office()
    office.publications = FlippingStorage()
    with pytest.raises(PublicationDamaged, match="stored-list"):
        office.publish()
    assert office.publications.current(0) is None
    office.publications = ForgetfulStorage()
    office.publish()
    with pytest.raises(PublicationDamaged, match="stored-list"):
        office.publish(AT + HOUR)
    assert office.publications.current(0).number == 1


def test_a_current_list_that_cannot_be_read_stops_publishing() -> None:
    office = Office()
    office.publish()
    office.publications.all[0, 1] = replace(office.publications.all[0, 1], octets=b"")
    with pytest.raises(PublicationDamaged, match="current-list"):
        office.publish(AT + HOUR)


class OvertakenStorage(MemoryPublications):
    """Another publisher plans the next number while this one is at work."""

    def plan(self, planned):
        super().plan(planned)
        super().plan(planned)


def test_of_two_publishers_one_is_refused() -> None:
    office = Office()
    office.publications = OvertakenStorage()
    with pytest.raises(Conflict, match="number-not-greater"):
        office.publish()


def test_due_when_never_published() -> None:
    assert Office().due()


def test_due_when_an_act_was_recorded_even_one_of_an_earlier_time() -> None:
    office = Office()
    office.publish(AT + HOUR)
    assert not office.due(AT + HOUR)
    office.act("s1", ActKind.SUSPEND, "penalty", AT)
    assert office.due(AT + HOUR)


def test_due_when_an_act_takes_effect() -> None:
    office = Office()
    office.act("s1", ActKind.SUSPEND, "penalty", effective_at=AT + HOUR)
    office.publish()
    assert not office.due(AT + HOUR - timedelta(seconds=1))
    assert office.due(AT + HOUR)
    office.publish(AT + HOUR)
    assert not office.due(AT + 2 * HOUR)


def test_due_at_half_life() -> None:
    office = Office()
    office.publish()
    assert not office.due(AT + 6 * HOUR - timedelta(seconds=1))
    assert office.due(AT + 6 * HOUR)


def test_not_due_for_acts_on_other_lists() -> None:
    office = Office()
    office.publish()
    office.act("elsewhere", ActKind.REVOKE, "penalty")
    assert not office.due()


def test_a_list_of_one_size_does_not_become_another() -> None:
    made = pack([(15, 1)], 16)
    office = Office()
    office.publish()
    current = office.publications.current(0)
    larger = replace(open_status_list(current.octets, SIGNER.public), bits=made + bytes(4))
    octets = sign1(encode_status_list(larger), SIGNER, STATUS_LIST_TYPE)
    office.publications.all[0, 1] = replace(current, octets=octets)
    with pytest.raises(PublicationDamaged, match="current-list"):
        office.publish(AT + HOUR)
