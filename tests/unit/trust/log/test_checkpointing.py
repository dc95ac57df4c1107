"""Checkpoints: signed only over what was read back, and history that does not change."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from keys.custody import memory_signer
from keys.sm3 import sm3
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown, published
from trust.errors import Conflict, Untrusted
from trust.formats.checkpoint import verify_checkpoint
from trust.formats.leaf import EntryKind, Statement
from trust.formats.merkle import Node, leaf_hash, node_hash, root_of, verify_consistency
from trust.log.appending import append
from trust.log.checkpointing import audit_log, publish_checkpoint, publish_if_due
from trust.log.errors import LogDamaged
from trust.log.proving import consistency

OTHER = memory_signer("other")


def test_a_checkpoint_states_size_and_root_of_the_log() -> None:
    log = grown(MemoryLog(), 7)
    note = publish_checkpoint(log, SIGNER, ORIGIN, AT)
    checkpoint = verify_checkpoint(note, ORIGIN, SIGNER.public)
    assert (checkpoint.size, checkpoint.root, checkpoint.at) == (7, root_of(log.stored), AT)
    assert log.latest() == note


def test_an_empty_log_can_be_signed_too() -> None:
    note = publish_checkpoint(MemoryLog(), SIGNER, ORIGIN, AT)
    assert verify_checkpoint(note, ORIGIN, SIGNER.public).root == sm3(b"")


def test_later_checkpoints_continue_earlier_ones() -> None:
    log = published(3, 9, 20)
    checkpoints = [verify_checkpoint(note, ORIGIN, SIGNER.public) for _, note in log.notes.values()]
    for old, new in pairwise(checkpoints):
        verify_consistency(old.size, new.size, old.root, new.root, consistency(log, old.size, new.size))


def test_a_quiet_log_is_signed_again_with_a_later_time() -> None:
    log = published(3)
    publish_checkpoint(log, SIGNER, ORIGIN, AT + timedelta(minutes=10))
    assert len(log.notes) == 1
    assert verify_checkpoint(log.latest(), ORIGIN, SIGNER.public).at == AT + timedelta(minutes=10)


def test_the_clock_may_go_back_a_second_and_no_more() -> None:
    log = published(3)
    note = publish_checkpoint(log, SIGNER, ORIGIN, AT - timedelta(seconds=1))
    assert verify_checkpoint(note, ORIGIN, SIGNER.public).at == AT
    with pytest.raises(Conflict, match="clock-went-back"):
        publish_checkpoint(log, SIGNER, ORIGIN, AT - timedelta(seconds=2))


class CutOffSigner:
    """Notes what is on record when it is asked to sign, and then the power fails."""

    public = SIGNER.public

    def __init__(self, log: MemoryLog) -> None:
        self.log, self.asked = log, []

    def sign(self, message: bytes) -> bytes:
        self.asked.append((message, dict(self.log.plans)))
        raise RuntimeError("power")


def test_what_is_signed_is_on_record_before_and_a_plan_never_completed_is_no_obstacle() -> None:
    log = grown(published(3), 2)
    note, signer, at = log.latest(), CutOffSigner(log), AT + timedelta(minutes=1)
    with pytest.raises(RuntimeError, match="power"):
        publish_checkpoint(log, signer, ORIGIN, at)
    assert [planned[5, at] == message for message, planned in signer.asked] == [True]
    assert log.latest() == note
    for later in (at, at + timedelta(seconds=1)):
        assert verify_checkpoint(publish_checkpoint(log, SIGNER, ORIGIN, later), ORIGIN, SIGNER.public).size == 5
    for (size, instant), text in log.plans.items():
        assert text.decode().split("\n")[1] == str(size), instant


def change_new_entry(log: MemoryLog) -> None:
    log.stored[6] = log.stored[6].replace(b"issue", b"act")


def change_new_entry_and_leaf(log: MemoryLog) -> None:
    change_new_entry(log)
    log.tree[Node(0, 6)] = leaf_hash(log.stored[6])


def garbage_hashed_right(log: MemoryLog) -> None:
    log.stored[8] = b"{}"
    log.tree[Node(0, 8)] = leaf_hash(b"{}")


def change_inner_node(log: MemoryLog) -> None:
    log.tree[Node(1, 3)] = bytes(32)


def rewrite_signed_history(log: MemoryLog) -> None:
    log.stored[4] = log.stored[4].replace(b"issue", b"act")
    log.tree[Node(0, 4)] = leaf_hash(log.stored[4])


def truncate(log: MemoryLog) -> None:
    del log.stored[4:]


def lose_a_node(log: MemoryLog) -> None:
    del log.tree[Node(0, 7)]


def swap_new_entries(log: MemoryLog) -> None:
    log.stored[6], log.stored[7] = log.stored[7], log.stored[6]


@pytest.mark.parametrize(
    "damage",
    [
        change_new_entry,
        change_new_entry_and_leaf,
        garbage_hashed_right,
        change_inner_node,
        rewrite_signed_history,
        truncate,
        lose_a_node,
        swap_new_entries,
    ],
)
def test_damage_is_never_signed(damage: Callable[[MemoryLog], None]) -> None:
    log = grown(published(5), 4)
    note = log.latest()
    damage(log)
    with pytest.raises(LogDamaged):
        publish_checkpoint(log, SIGNER, ORIGIN, AT)
    assert log.latest() == note


def rehashed(log: MemoryLog) -> None:
    """What an intruder with the database can do: make all nodes fit the entries again."""
    log.tree.update({Node(0, place): leaf_hash(entry) for place, entry in enumerate(log.stored)})
    for level in (1, 2, 3, 4):
        for place in range(len(log.stored) >> level):
            left, right = log.tree[Node(level - 1, 2 * place)], log.tree[Node(level - 1, 2 * place + 1)]
            log.tree[Node(level, place)] = node_hash(left, right)


@pytest.mark.parametrize("place", range(12))
def test_an_audit_with_old_checkpoints_finds_a_history_rewritten_all_through(place: int) -> None:
    log = published(5, 9, 12)
    notes = [note for _, note in log.notes.values()]
    assert audit_log(log, notes, ORIGIN, SIGNER.public) == 12
    log.stored[place] = log.stored[place].replace(b"issue", b"act")
    rehashed(log)
    assert audit_log(log, [], ORIGIN, SIGNER.public) == 12
    with pytest.raises(LogDamaged, match="root-changed"):
        audit_log(log, notes, ORIGIN, SIGNER.public)
    with pytest.raises(LogDamaged, match="root-changed"):
        publish_checkpoint(log, SIGNER, ORIGIN, AT)


def test_an_audit_finds_a_truncated_log_and_a_forged_checkpoint() -> None:
    log = published(5, 9)
    notes = [note for _, note in log.notes.values()]
    with pytest.raises(Untrusted):
        audit_log(log, [publish_checkpoint(published(9), OTHER, ORIGIN, AT)], ORIGIN, SIGNER.public)
    del log.stored[8]
    with pytest.raises(LogDamaged, match="log-shorter"):
        audit_log(log, notes, ORIGIN, SIGNER.public)


def test_long_logs_are_read_in_pieces() -> None:
    log = MemoryLog()
    append(log, [Statement(EntryKind.ISSUE, (sm3(n.to_bytes(2, "big")),)) for n in range(1200)], AT)
    note = publish_checkpoint(log, SIGNER, ORIGIN, AT)
    assert verify_checkpoint(note, ORIGIN, SIGNER.public).root == root_of(log.stored)


@pytest.mark.parametrize(("more", "later", "due"), [(0, 0, False), (1, 0, True), (0, 59, False), (0, 60, True)])
def test_a_checkpoint_is_due_when_the_log_grew_or_time_went_by(more: int, later: int, due: bool) -> None:
    log = grown(published(2), more)
    at = AT + timedelta(seconds=later)
    before = log.latest()
    note = publish_if_due(log, SIGNER, ORIGIN, at, every=timedelta(minutes=1))
    assert (note is not None) is due
    assert log.latest() == (note if due else before)
    assert publish_if_due(MemoryLog(), SIGNER, ORIGIN, AT, every=timedelta(minutes=1))
