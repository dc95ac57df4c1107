"""What stands for a seal after a restore: told × recorded × carried, instant by instant."""

from datetime import UTC, datetime, timedelta

import pytest

from trust.rules.carried_over import Carried
from trust.rules.carried_seal import KnownSeal, history_after
from trust.rules.seal_standing import SealPeriod, history_of, subject_of
from trust.rules.standing import Act, ActKind, Status, history

RESTORED = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
V, S, C, L = Status.VALID, Status.SUSPENDED, Status.CANCELLED, Status.LAPSED
SUSPEND, RESUME, CANCEL = ActKind.SUSPEND, ActKind.REINSTATE, ActKind.CANCEL
Told = tuple[tuple[Status, int], ...]
Done = tuple[tuple[ActKind, int, int], ...]


def acts(*done: tuple[ActKind, int, int]) -> tuple[Act, ...]:
    """Acts with the hours, from the restore on, at which they were recorded and take effect."""
    made = list[Act]()
    for kind, recorded, effective in done:
        at, since = RESTORED + recorded * HOUR, RESTORED + effective * HOUR
        lifted = len(made) if kind is RESUME else None
        made.append(Act(subject_of("1"), len(made) + 1, kind, "other", "", at, since, at, "甲", reverses=lifted))
    return tuple(made)


def periods(told: Told) -> tuple[SealPeriod, ...]:
    return tuple(SealPeriod(status, RESTORED + hours * HOUR) for status, hours in told)


SUSPENDED, BOTH = ((SUSPEND, -9, -9),), ((SUSPEND, -9, -9), (RESUME, -7, -7))

TABLE: dict[str, tuple[Told, Done, Told]] = {
    # nothing was lost: the acts count
    "nothing told, nothing done": ((), (), ()),
    "told what is on record": (((S, -9),), SUSPENDED, ((S, -9),)),
    "an act that was never published": ((), SUSPENDED, ((S, -9),)),
    "a resumption that was never published": (((S, -9),), BOTH, ((S, -9), (V, -7))),
    "done since": ((), ((SUSPEND, 2, 2),), ((S, 2),)),
    "told and done since": (((S, -9),), (*SUSPENDED, (RESUME, 2, 2)), ((S, -9), (V, 2))),
    # a suspension was lost
    "suspended": (((S, -5),), (), ((S, -5),)),
    "suspended, recorded again": (((S, -5),), ((SUSPEND, 2, 2),), ((S, -5),)),
    "suspended, recorded again, resumed": (((S, -5),), ((SUSPEND, 2, 2), (RESUME, 3, 3)), ((S, -5), (V, 3))),
    "suspended, recorded again for later": (((S, -5),), ((SUSPEND, 2, 8), (CANCEL, 3, 9)), ((S, -5), (C, 9))),
    "suspended, recorded as begun earlier": (((S, -5),), ((SUSPEND, 2, -6),), ((S, -6),)),
    "suspended, then ended": (((S, -5),), ((CANCEL, 2, 2),), ((S, -5), (C, 2))),
    "fixed for later": (((S, 5),), (), ((S, 5),)),
    "fixed for later, recorded again and lifted": (((S, 5),), ((SUSPEND, 2, 5), (RESUME, 3, 5)), ()),
    "a second one, after one on record": (
        ((S, -9), (V, -7), (S, -5)),
        BOTH,
        ((S, -9), (V, -7), (S, -5)),
    ),
    "suspended and resumed": (((S, -5), (V, -3)), (), ((S, -5), (V, -3))),
    "suspended and resumed, suspended since": (
        ((S, -5), (V, -3)),
        ((SUSPEND, 2, 2),),
        ((S, -5), (V, -3), (S, 2)),
    ),
    "a resumption fixed on record, and a later suspension told": (
        ((S, -9), (V, -6), (S, -5)),
        ((SUSPEND, -9, -9), (RESUME, -8, 4)),
        ((S, -9), (V, -6), (S, -5)),
    ),
    # a resumption was lost: the time before stands, after it the seal rests
    "resumed": (((S, -9), (V, -5)), SUSPENDED, ((S, -9), (V, -5), (S, 0))),
    "resumed, recorded again": (
        ((S, -9), (V, -5)),
        (*SUSPENDED, (RESUME, 2, 2)),
        ((S, -9), (V, -5), (S, 0), (V, 2)),
    ),
    "resumed, then ended": (((S, -9), (V, -5)), (*SUSPENDED, (CANCEL, 2, 2)), ((S, -9), (V, -5), (S, 0), (C, 2))),
    # an end was lost: it stands for ever
    "ended": (((C, -5),), (), ((C, -5),)),
    "ended, recorded again": (((C, -5),), ((CANCEL, 2, 2),), ((C, -5),)),
    "ended, recorded as earlier": (((C, -5),), ((CANCEL, 2, -6),), ((C, -6),)),
    "ended, and only suspended since": (((C, -5),), ((SUSPEND, 2, 2), (RESUME, 3, 3)), ((C, -5),)),
    "ended, and suspended as of before": (((C, -5),), ((SUSPEND, 2, -6),), ((S, -6), (C, -5))),
    "suspended on record, and ended": (((S, -9), (C, -5)), SUSPENDED, ((S, -9), (C, -5))),
    "an end fixed for later": (((C, 5),), (), ((C, 5),)),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_history_that_counts(name: str) -> None:
    told, done, expected = TABLE[name]
    known = acts(*done)
    found = history_after(known, periods(told), RESTORED)
    assert found == periods(expected)
    assert history_after(known, found, RESTORED) == found  # the next list is made from the last one
    assert history_after(known, periods(told), None) == history_of(history(known))
    half = acts(*done[:-1]) if done and done[-1][1] > 0 else known  # and whichever act came between two lists
    assert history_after(known, history_after(half, periods(told), RESTORED), RESTORED) == found


def test_a_second_restore_begins_where_the_first_one_led() -> None:
    suspended = acts((SUSPEND, 2, 2))
    first = history_after(suspended, periods(((S, -5),)), RESTORED)
    assert history_after(suspended, first, RESTORED + 20 * HOUR) == first
    resumed = history_after(acts((SUSPEND, 2, 2), (RESUME, 10, 10)), first, RESTORED)
    assert resumed == periods(((S, -5), (V, 10)))
    assert history_after(suspended, resumed, RESTORED + 20 * HOUR) == periods(((S, -5), (V, 10), (S, 20)))
    assert history_after((), resumed, RESTORED + 20 * HOUR) == resumed


@pytest.mark.parametrize(
    ("told", "done", "value", "hours", "status", "carried", "recorded"),
    [
        ((), (), None, 1, V, False, V),
        (((S, -5),), (), None, -6, V, False, V),
        (((S, -5),), (), 2, -4, S, True, V),
        (((S, -5),), (), 2, 1, S, True, V),
        (((S, -5),), ((SUSPEND, 2, 2),), 2, 1, S, True, V),
        (((S, -5),), ((SUSPEND, 2, 2),), 2, 3, S, False, S),
        (((S, -5),), ((SUSPEND, 2, 2), (RESUME, 3, 3)), 2, 4, V, False, V),
        (((S, -5), (V, 5)), (), 2, 6, S, True, V),  # the status list still says so
        (((S, 5),), (), None, 6, S, True, V),  # only the trust list ever said so
        (((C, -5),), (), 1, 1, C, True, V),
        (((C, -5),), ((CANCEL, 2, 2),), 1, 3, C, False, C),
        (((C, -5),), ((SUSPEND, 2, 2),), 1, 3, C, True, S),
        ((), (), 1, 1, L, True, V),  # a status list that was younger than the trust list
        ((), (), 2, 1, S, True, V),
        ((), (), 2, -1, V, False, V),
        (((S, -5),), (), 1, 1, L, True, V),
        (((S, -9), (V, -5)), SUSPENDED, None, -8, S, False, S),
        (((S, -9), (V, -5)), SUSPENDED, None, -4, V, True, S),
        (((S, -9), (V, -5)), SUSPENDED, None, 1, S, False, S),
    ],
)
def test_what_counts_at_an_instant(
    told: Told, done: Done, value: int | None, hours: int, status: Status, carried: bool, recorded: Status
) -> None:
    listed = None if value is None else Carried(7, value, RESTORED)
    seal, at = KnownSeal(acts(*done), periods(told), RESTORED, listed), RESTORED + hours * HOUR
    found = seal.counting(at)
    assert (found.status, found.carried) == (status, carried)
    assert seal.recorded(at).status is recorded
    assert not (carried and found.act)


def test_since_when_is_open_where_a_status_list_alone_says_so() -> None:
    at = RESTORED + HOUR
    alone = KnownSeal((), (), RESTORED, Carried(7, 2, RESTORED))
    assert alone.since_when_open(at)
    assert not alone.since_when_open(RESTORED - HOUR)
    assert not KnownSeal((), periods(((S, -5),)), RESTORED, Carried(7, 2, RESTORED)).since_when_open(at)
    assert not KnownSeal(acts((SUSPEND, 1, 1)), (), RESTORED, Carried(7, 2, RESTORED)).since_when_open(at + HOUR)


@pytest.mark.parametrize(
    ("done", "lost"),
    [(SUSPENDED, True), ((*SUSPENDED, (RESUME, 2, 2)), False), ((*SUSPENDED, (CANCEL, 2, 2)), False), (BOTH, False)],
)
def test_a_resumption_that_was_lost_is_told(done: Done, lost: bool) -> None:
    told = ((S, -9), (V, -7 if done == BOTH else -5))
    assert KnownSeal(acts(*done), periods(told), RESTORED).resumption_lost is lost
