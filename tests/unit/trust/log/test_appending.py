"""Appending: in order, once, at the log's own time."""

from datetime import UTC, datetime, timedelta

import pytest

from keys.sm3 import sm3
from tests.unit.trust.log.memory import MemoryLog
from trust.errors import Conflict
from trust.formats.leaf import EntryKind, Statement, decode_entry
from trust.formats.merkle import read_root, root_of
from trust.log.appending import append, check_clock

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def statement(*names: str, kind: EntryKind = EntryKind.ISSUE) -> Statement:
    return Statement(kind, tuple(sm3(name.encode()) for name in names))


def test_indexes_follow_one_another_and_the_tree_is_that_of_the_entries() -> None:
    log = MemoryLog()
    assert append(log, [], AT) == []
    for step in range(1, 9):
        made = append(log, [statement(f"{step}/{number}") for number in range(step)], AT)
        assert made == list(range(log.size() - step, log.size()))
        assert read_root(log.nodes, log.size()) == root_of(log.stored)


def test_what_is_logged_is_not_logged_again() -> None:
    log = MemoryLog()
    first = append(log, [statement("a"), statement("b", "c")], AT)
    later = AT + timedelta(days=1)
    assert append(log, [statement("b", "c"), statement("d"), statement("a"), statement("d")], later) == [1, 2, 0, 2]
    assert (first, log.size()) == ([0, 1], 3)
    assert decode_entry(log.stored[1]).at == AT


@pytest.mark.parametrize(
    "statements",
    [
        [statement("a", "x")],
        [statement("a", kind=EntryKind.ACT)],
        [statement("b")],
        [statement("c", "b")],
        [statement("a", "b", "c")],
        [statement("x"), statement("x", "y")],
    ],
)
def test_a_commitment_stands_in_one_statement_only(statements: list[Statement]) -> None:
    log = MemoryLog()
    append(log, [statement("a"), statement("b", "c")], AT)
    with pytest.raises(Conflict, match="commitment-in-use"):
        append(log, statements, AT)
    assert log.size() == 2


def test_time_in_the_log_never_runs_backwards() -> None:
    log = MemoryLog()
    append(log, [statement("a")], AT)
    append(log, [statement("b")], AT - timedelta(seconds=1))
    append(log, [statement("c")], AT + timedelta(seconds=5))
    assert [decode_entry(entry).at - AT for entry in log.stored] == [timedelta(0), timedelta(0), timedelta(seconds=5)]
    with pytest.raises(Conflict, match="clock-went-back"):
        append(log, [statement("d")], AT + timedelta(seconds=3))
    assert log.size() == 3


def test_whether_anything_could_be_logged_is_asked_before() -> None:
    log = MemoryLog()
    check_clock(log, AT - timedelta(days=1))
    append(log, [statement("a")], AT)
    check_clock(log, AT - timedelta(seconds=1))
    with pytest.raises(Conflict, match="clock-went-back"):
        check_clock(log, AT - timedelta(seconds=1, microseconds=1))
