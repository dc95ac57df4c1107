"""Storage that lies, and storage that fails twice: nothing is signed, nothing is handed out, and nothing goes on."""

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from keys.sm3 import sm3
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown, published
from trust.formats.checkpoint import verify_checkpoint
from trust.formats.merkle import Node, root_of
from trust.log.checkpointing import audit_log, publish_checkpoint
from trust.log.errors import LogDamaged


def flip(octets: bytes, bit: int) -> bytes:
    changed = bytearray(octets)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


def in_entry(log: MemoryLog, bit: int) -> None:
    log.stored[6] = flip(log.stored[6], bit)


def in_node(log: MemoryLog, bit: int) -> None:
    log.tree[Node(1, 3)] = flip(log.tree[Node(1, 3)], bit)


def in_leaf_hash(log: MemoryLog, bit: int) -> None:
    log.tree[Node(0, 8)] = flip(log.tree[Node(0, 8)], bit)


def in_signed_part(log: MemoryLog, bit: int) -> None:
    log.tree[Node(2, 0)] = flip(log.tree[Node(2, 0)], bit)


def in_index(log: MemoryLog, bit: int) -> None:
    commitment = next(value for value, place in log.commitments.items() if place == 7)
    log.commitments[flip(commitment, bit)] = log.commitments.pop(commitment)


def in_place(log: MemoryLog, bit: int) -> None:
    commitment = next(value for value, place in log.commitments.items() if place == 7)
    log.commitments[commitment] ^= 1 << bit % 3


@pytest.mark.parametrize("damage", [in_entry, in_node, in_leaf_hash, in_signed_part, in_index, in_place])
@pytest.mark.parametrize("bit", [0, 5, 77, 200, 255])
def test_one_flipped_bit_is_found_before_anything_is_signed(damage: Callable[[MemoryLog, int], None], bit: int) -> None:
    log = grown(published(5), 4)
    note, signer = log.latest(), Counting()
    damage(log, bit)
    for _ in range(2):
        with pytest.raises(LogDamaged):
            publish_checkpoint(log, signer, ORIGIN, AT)
    assert (log.latest(), signer.signed) == (note, 0)


class Counting:
    """The log's signer, counting."""

    public = SIGNER.public

    def __init__(self) -> None:
        self.signed = 0

    def sign(self, message: bytes) -> bytes:
        self.signed += 1
        return SIGNER.sign(message)


class Forgetful(MemoryLog):
    """Storage that takes a plan, or a note, and keeps another."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def plan(self, size: int, at: Any, to_be_signed: bytes) -> None:
        super().plan(size, at, flip(to_be_signed, 40) if self.where == "plan" else to_be_signed)
        super().plan(size, at, to_be_signed)  # what reading back compares

    def complete(self, size: int, at: Any, note: bytes) -> None:
        super().complete(size, at, flip(note, 100 * 8) if self.where == "note" else note)


@pytest.mark.parametrize(("where", "reason", "signed"), [("plan", "plan-changed", 0), ("note", "note-changed", 1)])
def test_a_plan_or_a_note_that_is_stored_otherwise_goes_no_further(where: str, reason: str, signed: int) -> None:
    log, signer = grown(Forgetful(where), 3), Counting()
    with pytest.raises(LogDamaged, match=reason):
        publish_checkpoint(log, signer, ORIGIN, AT)
    assert signer.signed == signed


class Failing:
    """A log of which the calls with these numbers fail, as a disk does; the others are answered rightly."""

    def __init__(self, log: MemoryLog, failing: tuple[int, ...]) -> None:
        self.log, self.failing, self.calls = log, failing, 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        whole = getattr(self.log, name)

        def call(*given: Any) -> Any:
            self.calls += 1
            if self.calls in self.failing:
                raise OSError(5, "Input/output error")
            return whole(*given)

        return call


def attempts(log: Failing, count: int) -> list[object]:
    """What so many attempts to publish gave: a note, or the error."""
    given: list[object] = []
    for second in range(count):
        try:
            given.append(publish_checkpoint(log, SIGNER, ORIGIN, AT + timedelta(seconds=second)))
        except (OSError, LogDamaged) as error:
            given.append(type(error))
    return given


CALLS = 12
"""Calls of one publication, and some of the next."""


def test_as_many_calls_are_made_as_are_failed() -> None:
    log = Failing(grown(published(5), 4), ())
    attempts(log, 1)
    assert CALLS - 4 <= log.calls <= CALLS


@pytest.mark.parametrize("pair", list(combinations(range(1, CALLS + 1), 2)))
def test_two_storage_errors_in_a_row_leave_a_log_that_is_right(pair: tuple[int, int]) -> None:
    """First a call fails, then one of the recovery: the log stops, and when the disk is well again it is the same log."""
    whole = grown(published(5), 4)
    log = Failing(whole, pair)
    given = attempts(log, 4)
    assert OSError in given
    assert isinstance(given[-1], bytes)
    assert verify_checkpoint(given[-1], ORIGIN, SIGNER.public).root == root_of(whole.stored)
    for (size, _), text in whole.plans.items():
        assert text.split(b"\n")[1] == b"%d" % size
    assert audit_log(whole, [note for _, note in whole.notes.values()], ORIGIN, SIGNER.public) == 9


@pytest.mark.parametrize("first", range(1, CALLS - 3))
def test_an_error_and_then_a_lie_is_never_signed(first: int) -> None:
    """The disk fails, and what it gives when it is asked again is not what was stored."""
    whole = grown(published(5), 4)
    note, log = whole.latest(), Failing(whole, (first,))
    with pytest.raises(OSError, match="Input/output"):
        publish_checkpoint(log, SIGNER, ORIGIN, AT)
    in_entry(whole, 33)
    before = whole.latest()
    with pytest.raises(LogDamaged):
        publish_checkpoint(log, SIGNER, ORIGIN, AT)
    assert whole.latest() == before
    assert before == note or verify_checkpoint(before, ORIGIN, SIGNER.public).size == 9


def test_a_flip_in_a_whole_block_is_found_by_the_re_check() -> None:
    log = MemoryLog()
    for _ in range(5):
        grown(log, 500)
    note = publish_checkpoint(log, SIGNER, ORIGIN, AT)
    assert audit_log(log, [note], ORIGIN, SIGNER.public) == 2500
    for damage in (
        lambda: log.stored.__setitem__(700, flip(log.stored[700], 9)),
        lambda: log.tree.__setitem__(Node(4, 17), sm3(b"other")),
        lambda: log.tree.pop(Node(11, 0)),
    ):
        stored, tree = list(log.stored), dict(log.tree)
        damage()
        with pytest.raises(LogDamaged):
            audit_log(log, [note], ORIGIN, SIGNER.public)
        log.stored, log.tree = stored, tree
