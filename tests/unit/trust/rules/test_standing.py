"""The table of moves, and how acts with three times make a standing."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest

from trust.errors import Malformed
from trust.rules.errors import MoveRefused
from trust.rules.standing import (
    LIST_VALUE,
    MOVES,
    Act,
    ActKind,
    Standing,
    Status,
    check_move,
    history,
    next_change,
    recorded_by,
    standing_at,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
NAIVE = START.replace(tzinfo=None)
V, S, C, L, R = Status.VALID, Status.SUSPENDED, Status.CANCELLED, Status.LAPSED, Status.RESCINDED


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def act(sequence: int, kind: ActKind, effective: float, recorded: float | None = None) -> Act:
    """Effective on a day and recorded on it, or on the other day given."""
    on_record = day(effective if recorded is None else recorded)
    return Act("id", sequence, kind, "other", "为测试", min(on_record, day(effective)), day(effective), on_record, "甲")


def statuses(acts, *days) -> list[Status]:
    return [standing_at(acts, day(number)).status for number in days]


SUSPEND, REINSTATE, RESCIND, REVOKE, CANCEL, LAPSE = (
    ActKind.SUSPEND,
    ActKind.REINSTATE,
    ActKind.RESCIND,
    ActKind.REVOKE,
    ActKind.CANCEL,
    ActKind.LAPSE,
)

EXPECTED_MOVES = (
    {
        (Status.VALID, ActKind.SUSPEND): Status.SUSPENDED,
        (Status.VALID, ActKind.TRANSFER_OUT): Status.TRANSFERRING,
        (Status.VALID, ActKind.RESTRICT): Status.OTHER,
        (Status.SUSPENDED, ActKind.REINSTATE): Status.VALID,
        (Status.OTHER, ActKind.REINSTATE): Status.VALID,
        (Status.TRANSFERRING, ActKind.TRANSFER_BACK): Status.VALID,
    }
    | {
        (live, kind): end
        for live in (Status.VALID, Status.SUSPENDED, Status.TRANSFERRING, Status.OTHER)
        for kind, end in (
            (ActKind.RESCIND, Status.RESCINDED),
            (ActKind.REVOKE, Status.REVOKED),
            (ActKind.CANCEL, Status.CANCELLED),
            (ActKind.LAPSE, Status.LAPSED),
            (ActKind.CHECK, None),
        )
    }
    | {(end, ActKind.OVERTURN): None for end in Status if end.final}
)
"""Where each act leads; None leaves the standing as it is, and what is not here is no move."""


@pytest.mark.parametrize("status", Status, ids=lambda status: status.name)
@pytest.mark.parametrize("kind", ActKind, ids=lambda kind: kind.name)
def test_the_whole_table(status, kind):
    current = Standing(status, START)
    if (status, kind) in EXPECTED_MOVES:
        check_move(current, kind)
        assert MOVES[kind].result is EXPECTED_MOVES[status, kind]
        return
    with pytest.raises(MoveRefused) as caught:
        check_move(current, kind)
    assert caught.value.reason == ("standing-final" if status.final else "standing-move")
    assert (caught.value.status, caught.value.kind) == (status, kind)


def test_codes_labels_and_list_values():
    assert {status.value: status.label for status in Status} == {
        "01": "有效",
        "02": "暂扣",
        "03": "撤销",
        "04": "注销",
        "05": "失效",
        "06": "办理转出",
        "07": "吊销",
        "99": "其他",
    }
    assert {status.name for status in Status if status.final} == {"RESCINDED", "CANCELLED", "LAPSED", "REVOKED"}
    assert {status.value: LIST_VALUE[status] for status in Status} == {
        "01": 0,
        "02": 2,
        "03": 1,
        "04": 1,
        "05": 1,
        "06": 3,
        "07": 1,
        "99": 3,
    }
    assert {kind.label for kind in (SUSPEND, REINSTATE, RESCIND, REVOKE, CANCEL, LAPSE)} == {
        "暂扣",
        "恢复",
        "撤销",
        "吊销",
        "注销",
        "失效",
    }
    assert set(MOVES) == set(ActKind)


def test_a_licence_without_acts_is_valid():
    assert standing_at([], START) == Standing(Status.VALID, None, None)
    assert next_change([], START) is None


def test_a_suspension_is_half_open_and_its_interval_stays():
    acts = [act(1, SUSPEND, 10), act(2, REINSTATE, 20)]
    assert standing_at(acts, day(10) - TICK).status is V
    assert standing_at(acts, day(10)) == Standing(S, day(10), acts[0])
    assert standing_at(acts, day(20) - TICK).status is S
    assert standing_at(acts, day(20)) == Standing(V, day(20), acts[1])
    assert [(p.standing.status, p.standing.since, p.until) for p in history(acts)] == [
        (V, None, day(10)),
        (S, day(10), day(20)),
        (V, day(20), None),
    ]


def test_effective_and_not_recorded_time_decides():
    fixed_ahead = [act(1, SUSPEND, 30, recorded=10)]
    assert statuses(fixed_ahead, 10, 29, 30) == [V, V, S]
    recorded_late = [act(1, SUSPEND, 5, recorded=10)]
    assert statuses(recorded_late, 4, 5, 10) == [V, S, S]


def test_what_was_known_at_the_time_is_another_question():
    acts = [act(1, SUSPEND, 5, recorded=10)]
    assert standing_at(recorded_by(acts, day(7)), day(7)).status is V
    assert standing_at(acts, day(7)).status is S
    assert recorded_by(acts, day(10)) == tuple(acts)


@pytest.mark.parametrize("end", [RESCIND, REVOKE, CANCEL, LAPSE])
def test_ends_are_final(end):
    acts = [act(1, end, 10)]
    acts += [act(n, kind, 10 + n) for n, kind in enumerate(ActKind, start=2)]
    for number in (10, 15, 99):
        assert standing_at(acts, day(number)) == Standing(MOVES[end].result, day(10), acts[0])
    assert next_change(acts, day(10)) is None


def test_a_retroactive_end_swallows_what_came_between():
    acts = [act(1, SUSPEND, 10), act(2, REINSTATE, 20), act(3, RESCIND, 2, recorded=30)]
    assert statuses(acts, 1, 2, 10, 25) == [V, R, R, R]


def test_a_rescission_from_the_beginning_wins_over_a_later_cancellation():
    acts = [act(1, CANCEL, 10), act(2, RESCIND, 2, recorded=12)]
    assert statuses(acts, 1, 2, 10, 12) == [V, R, R, R]
    assert standing_at(recorded_by(acts, day(11)), day(11)).status is C


def test_a_scheduled_reinstatement_does_not_lift_a_later_suspension():
    acts = [
        act(1, SUSPEND, 10),
        act(2, REINSTATE, 20, recorded=10),
        act(3, REINSTATE, 15),
        act(4, SUSPEND, 18),
    ]
    assert statuses(acts, 14, 15, 17, 18, 20, 99) == [S, V, V, S, S, S]
    assert standing_at([*acts, act(5, REINSTATE, 25)], day(25)).status is V


def test_a_suspension_recorded_late_is_not_lifted_by_what_was_on_record_before():
    acts = [act(1, SUSPEND, 10), act(2, REINSTATE, 20, recorded=10), act(3, SUSPEND, 5, recorded=12)]
    assert statuses(acts, 5, 10, 20, 30) == [S, S, S, S]


def test_acts_at_one_instant_follow_their_sequence():
    handover = [act(1, SUSPEND, 10), act(2, REINSTATE, 20), act(3, SUSPEND, 20)]
    assert standing_at(handover, day(20)) == Standing(S, day(20), handover[2])
    assert all(period.until is None or period.standing.since != period.until for period in history(handover))
    two_ends = [act(1, CANCEL, 10), act(2, REVOKE, 10)]
    assert standing_at(two_ends, day(10)).status is C


def test_an_act_that_does_not_fit_changes_nothing():
    acts = [act(1, REINSTATE, 5), act(2, SUSPEND, 10), act(3, SUSPEND, 12), act(4, ActKind.TRANSFER_OUT, 13)]
    assert standing_at(acts, day(5)) == Standing(V, None, None)
    assert standing_at(acts, day(20)) == Standing(S, day(10), acts[1])


def test_the_order_given_does_not_matter():
    acts = [act(1, SUSPEND, 10), act(2, REINSTATE, 20), act(3, SUSPEND, 20), act(4, LAPSE, 30), act(5, RESCIND, 25)]
    expected = history(acts)
    assert all(history(order) == expected for order in permutations(acts))


def test_next_change_names_only_instants_that_change_something():
    acts = [act(1, SUSPEND, 10), act(2, SUSPEND, 12), act(3, REINSTATE, 20), act(4, LAPSE, 30), act(5, REVOKE, 40)]
    assert next_change(acts, START) == day(10)
    assert next_change(acts, day(10)) == day(20)
    assert next_change(acts, day(20) - TICK) == day(20)
    assert next_change(acts, day(20)) == day(30)
    assert next_change(acts, day(30)) is None


def test_transfer_and_restriction_are_left_by_their_own_acts():
    moved = [act(1, ActKind.TRANSFER_OUT, 1), act(2, REINSTATE, 2), act(3, ActKind.TRANSFER_BACK, 3)]
    assert statuses(moved, 1, 2, 3) == [Status.TRANSFERRING, Status.TRANSFERRING, V]
    restricted = [act(1, ActKind.RESTRICT, 1), act(2, ActKind.TRANSFER_BACK, 2), act(3, REINSTATE, 3)]
    assert statuses(restricted, 1, 2, 3) == [Status.OTHER, Status.OTHER, V]


def test_times_are_kept_in_utc_and_need_a_zone():
    beijing = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    made = Act("id", 1, SUSPEND, "penalty", "", beijing, beijing, beijing, "甲")
    assert made.effective_at.tzinfo is UTC
    assert made.effective_at == START
    with pytest.raises(ValueError, match="time zone"):
        Act("id", 1, SUSPEND, "penalty", "", START, NAIVE, START, "甲")
    with pytest.raises(ValueError, match="time zone"):
        standing_at([], NAIVE)
    with pytest.raises(ValueError, match="time zone"):
        next_change([], NAIVE)


def test_impossible_acts_are_refused():
    with pytest.raises(Malformed, match="act-sequence"):
        Act("id", 0, SUSPEND, "penalty", "", START, START, START, "甲")
    with pytest.raises(Malformed, match="act-times"):
        Act("id", 1, SUSPEND, "penalty", "", day(1), START, START, "甲")


def test_a_mixed_pile_of_acts_is_refused():
    mine, yours = act(1, SUSPEND, 1), Act("other", 2, SUSPEND, "penalty", "", START, START, START, "乙")
    with pytest.raises(Malformed, match="act-subject"):
        standing_at([mine, yours], START)
    with pytest.raises(Malformed, match="act-sequence"):
        standing_at([mine, act(1, REVOKE, 2)], START)


def test_retroaction_is_measured_from_the_decision():
    late = Act("id", 1, SUSPEND, "penalty", "", day(1), day(1), day(9), "甲")
    back = Act("id", 1, RESCIND, "fraud", "", day(9), day(1), day(9), "甲")
    assert (late.retroactive, back.retroactive) == (False, True)
