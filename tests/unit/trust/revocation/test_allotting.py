"""Allotting entries: random, each once, and the same again for the same subject."""

import pytest

from tests.unit.trust.revocation.register import CountingRandom, MemoryRegister
from trust.errors import Conflict
from trust.revocation.allotting import allot, allot_many
from trust.rules.status_pointer import StatusPointer


def test_a_subject_keeps_its_entry() -> None:
    slots, random = MemoryRegister(), CountingRandom()
    first = allot(slots, "a", random=random, size=64)
    assert allot(slots, "a", random=random, size=64) == first
    assert allot_many(slots, ["b", "a", "b"], random=random, size=64)["a"] == first


def test_entries_are_unique_and_the_next_list_opens_at_three_quarters() -> None:
    slots = MemoryRegister()
    subjects = [f"s{number}" for number in range(200)]
    pointers = [
        allot(slots, subject, random=CountingRandom(number), size=64) for number, subject in enumerate(subjects)
    ]
    assert len(set(pointers)) == 200
    assert max(pointer.list for pointer in pointers) == 4
    assert all(pointer.index < 64 for pointer in pointers)


def test_many_at_once_are_all_placed() -> None:
    slots = MemoryRegister()
    pointers = allot_many(slots, [f"s{number}" for number in range(700)], random=CountingRandom(), size=1024)
    assert len(set(pointers.values())) == 700


def test_the_entry_is_what_the_random_octets_say() -> None:
    pointer = allot(MemoryRegister(), "a", random=lambda count: (1000 + 5).to_bytes(count, "big"), size=1024)
    assert pointer == StatusPointer(0, 1005)


def test_a_source_that_repeats_itself_is_given_up() -> None:
    slots = MemoryRegister()
    slots.enrol("other", 0, 7)
    with pytest.raises(Conflict, match="no-free-entry"):
        allot(slots, "a", random=lambda count: (7).to_bytes(count, "big"), size=64)


@pytest.mark.parametrize("size", [0, 2, 3, 100])
def test_lists_have_a_size_that_divides_evenly(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        allot(MemoryRegister(), "a", random=CountingRandom(), size=size)
