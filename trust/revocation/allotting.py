"""Allotting an entry of a status list to a licence, at random and for ever.

The entry is chosen before the licence is signed, because the licence names it. Choosing at random keeps two things
from strangers: how many licences there are, and which were issued together. A list takes subjects until three
quarters of it are given away, then the next one is opened; so a free entry is found in a few tries.
"""

from collections.abc import Callable, Sequence

from trust.errors import Conflict
from trust.formats.status_list import SIZE
from trust.revocation.ports import Slots
from trust.rules.status_pointer import StatusPointer

MAX_ROUNDS = 200
AT_ONCE = 500


def allot(slots: Slots, subject: str, *, random: Callable[[int], bytes], size: int = SIZE) -> StatusPointer:
    """The entry of one subject; the same one again for a subject that has one."""
    return allot_many(slots, [subject], random=random, size=size)[subject]


def allot_many(
    slots: Slots, subjects: Sequence[str], *, random: Callable[[int], bytes], size: int = SIZE
) -> dict[str, StatusPointer]:
    """The entry of each subject; `size` is the number of entries of lists that have to be opened, a power of two.

    Raises:
        Conflict: `no-free-entry`, no entry was found in very many tries.

    """
    if size < 4 or size & (size - 1):
        raise ValueError("the size of a list is a power of two from 4 on")
    wanted = list(dict.fromkeys(subjects))
    placed: dict[str, StatusPointer] = {}
    for _ in range(MAX_ROUNDS + len(wanted)):
        left = [subject for subject in wanted if subject not in placed][:AT_ONCE]
        if not left:
            return placed
        drawn = {subject: int.from_bytes(random(8), "big") % size for subject in left}
        placed |= slots.take(drawn, size=size, full=size * 3 // 4)
    raise Conflict("no-free-entry", "no free entry of a status list was found")
