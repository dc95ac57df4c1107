"""What stands for a seal after a restore: told × recorded × carried, instant by instant."""

from datetime import UTC, datetime, timedelta

import pytest

from trust.rules.carried_over import Carried
from trust.rules.carried_seal import KnownSeal, Restored, Told, history_after, is_taken_back
from trust.rules.seal_standing import SealPeriod, history_of, subject_of
from trust.rules.standing import Act, ActKind, Status, history

RESTORED = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
V, S, C, L = Status.VALID, Status.SUSPENDED, Status.CANCELLED, Status.LAPSED
SUSPEND, RESUME, CANCEL = ActKind.SUSPEND, ActKind.REINSTATE, ActKind.CANCEL
Changes = tuple[tuple[Status, int], ...]
Done = tuple[tuple[ActKind, int, int], ...]


def acts(*done: tuple[ActKind, int, int]) -> tuple[Act, ...]:
    """Acts with the hours, from the restore on, at which they were recorded and take effect."""
    made = list[Act]()
    for kind, recorded, effective in done:
        at, since = RESTORED + recorded * HOUR, RESTORED + effective * HOUR
        lifted = len(made) if kind is RESUME else None
        made.append(Act(subject_of("1"), len(made) + 1, kind, "other", "", at, since, at, "甲", reverses=lifted))
    return tuple(made)


def periods(told: Changes) -> tuple[SealPeriod, ...]:
    return tuple(SealPeriod(status, RESTORED + hours * HOUR) for status, hours in told)


SUSPENDED, BOTH = ((SUSPEND, -9, -9),), ((SUSPEND, -9, -9), (RESUME, -7, -7))
ISSUED = -2
"""When the list was issued that the restore took up."""


def told_of(told: tuple[SealPeriod, ...], issued: int = ISSUED, number: int = 7) -> Told:
    return Told(number, RESTORED + issued * HOUR, told)


def restored(told: Changes, at: int = 0, issued: int = ISSUED) -> tuple[Restored, ...]:
    return (Restored(told_of(periods(told), issued), RESTORED + at * HOUR),)


TABLE: dict[str, tuple[Changes, Done, Changes]] = {
    # nothing was lost: the acts count
    "nothing told, nothing done": ((), (), ()),
    "told what is on record": (((S, -9),), SUSPENDED, ((S, -9),)),
    "an act that was never published": ((), ((SUSPEND, -1, -1),), ((S, -1),)),
    "a resumption that was never published": (((S, -9),), (*SUSPENDED, (RESUME, -1, -1)), ((S, -9), (V, -1))),
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
    "fixed for later, and another one since": (
        ((S, 5),),
        ((SUSPEND, 1, 1), (RESUME, 2, 2)),
        ((S, 1), (V, 2), (S, 5)),
    ),
    "fixed for later, recorded again when it had come": (
        ((S, 5),),
        ((SUSPEND, 1, 1), (RESUME, 2, 2), (SUSPEND, 6, 6), (RESUME, 7, 7)),
        ((S, 1), (V, 2), (S, 5), (V, 7)),
    ),
    "suspended, until a day that was put off": (
        ((S, -9),),
        (*SUSPENDED, (RESUME, -8, 4)),
        ((S, -9),),
    ),
    "suspended, until a day that was put off, recorded again": (
        ((S, -9),),
        (*SUSPENDED, (RESUME, -8, 4), (SUSPEND, 5, 5)),
        ((S, -9),),
    ),
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
    "one that was fixed, lifted before it began": ((), ((SUSPEND, -9, -5),), ((S, 0),)),
    "one that is fixed, lifted before it begins": ((), ((SUSPEND, -9, 5),), ((S, 5),)),
    "resumed as of a day to come": (((S, -9), (V, 5)), SUSPENDED, ((S, -9),)),
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
    known, restores = acts(*done), restored(told)
    assert history_after(known, restores) == periods(expected)
    assert history_after(known, ()) == history_of(history(known))


@pytest.mark.parametrize("name", TABLE)
def test_every_list_follows_on_the_one_before_it_whichever_act_came_between(name: str) -> None:
    told, done, _ = TABLE[name]
    known, restores = acts(*done), restored(told)
    assert not is_taken_back(restores[0].told, known, restores)
    for count in range(len(done) + 1):
        listed = history_after(known[:count], restores)
        if all(recorded > 0 for _, recorded, _ in done[count:]):
            assert not is_taken_back(told_of(listed, done[count - 1][1] if count else 0, 8), known, restores)


LAST: dict[str, tuple[Changes, int, Done, Changes | None, bool]] = {
    # what the last list said, when, the acts there are, what a restore took up; whether anything is taken back
    "nothing": ((), 9, (), None, False),
    "what the acts say": (((S, -9),), 9, SUSPENDED, None, False),
    "an act since": (((S, -9),), -8, BOTH, None, False),
    "its act is gone": (((S, -9),), 9, (), None, True),
    "the last act is gone": (((S, -9), (V, -7)), 9, SUSPENDED, None, True),
    "an act that came before it": ((), 9, SUSPENDED, None, True),
    "the end is gone": (((C, -9),), 9, (), None, True),
    "another act since": (((S, -9),), 1, ((SUSPEND, 2, 2),), None, True),
    "what was lifted by one that is gone": ((), 9, ((SUSPEND, -9, 20),), None, True),
    "what a restore took up": (((S, -9),), 9, (), ((S, -9),), False),
    "what a restore took up, and an act since": (((S, -9),), 1, ((SUSPEND, 2, 2), (RESUME, 3, 3)), ((S, -9),), False),
    "an act since the restore is gone": (((S, -9), (V, 3)), 9, ((SUSPEND, 2, 2),), ((S, -9),), True),
}


@pytest.mark.parametrize("name", LAST)
def test_nothing_that_was_told_is_taken_back(name: str) -> None:
    said, issued, done, taken_up, expected = LAST[name]
    last, restores = told_of(periods(said), issued, 8), () if taken_up is None else restored(taken_up)
    seal = KnownSeal(acts(*done), restores, listed=last)
    assert is_taken_back(last, seal.acts, restores) is seal.taken_back is expected
    if expected and said and said[-1][0] is not V:
        assert seal.counting(RESTORED + 30 * HOUR).status is said[-1][0]


def test_an_act_that_was_being_stored_while_the_list_was_made_takes_nothing_back() -> None:
    at, known = RESTORED + timedelta(minutes=4), acts((SUSPEND, 0, 0))
    assert not is_taken_back(Told(8, at), known, ())
    assert is_taken_back(Told(8, at + timedelta(minutes=2)), known, ())


def test_a_restore_is_never_before_the_list_that_it_took_up() -> None:
    told = told_of(periods(((S, -5),)), issued=3)
    assert Restored(told, RESTORED).at == RESTORED + 3 * HOUR


def test_a_second_restore_goes_on_where_the_first_one_led() -> None:
    suspended, first = acts((SUSPEND, 2, 2)), restored(((S, -5),))

    def second(*told: tuple[Status, int]) -> tuple[Restored, ...]:
        return (*first, *restored(told, 20, 15))

    assert history_after(suspended, second((S, -5))) == periods(((S, -5),))
    resumed = acts((SUSPEND, 2, 2), (RESUME, 10, 10))
    assert history_after(resumed, second((S, -5), (V, 10))) == periods(((S, -5), (V, 10)))
    assert history_after(suspended, second((S, -5), (V, 10))) == periods(((S, -5), (V, 10), (S, 20)))
    assert history_after((), second((S, -5), (V, 10))) == periods(((S, -5), (V, 10), (S, 20)))
    late = acts((SUSPEND, 2, 2), (RESUME, 30, 30))
    assert history_after(late, second((S, -5))) == periods(((S, -5), (V, 30)))


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
    told: Changes, done: Done, value: int | None, hours: int, status: Status, carried: bool, recorded: Status
) -> None:
    listed = None if value is None else Carried(7, value, RESTORED)
    seal, at = KnownSeal(acts(*done), restored(told), listed), RESTORED + hours * HOUR
    found = seal.counting(at)
    assert (found.status, found.carried) == (status, carried)
    assert seal.recorded(at).status is recorded
    assert not (carried and found.act)


def test_since_when_is_open_where_a_status_list_alone_says_so() -> None:
    at = RESTORED + HOUR
    alone = KnownSeal((), (), Carried(7, 2, RESTORED))
    assert alone.since_when_open(at)
    assert not alone.since_when_open(RESTORED - HOUR)
    assert not KnownSeal((), restored(((S, -5),)), Carried(7, 2, RESTORED)).since_when_open(at)
    assert not KnownSeal(acts((SUSPEND, 1, 1)), (), Carried(7, 2, RESTORED)).since_when_open(at + HOUR)


@pytest.mark.parametrize(
    ("told", "done", "lost"),
    [
        (((S, -9), (V, -5)), SUSPENDED, True),
        (((S, -9), (V, -5)), (*SUSPENDED, (RESUME, 2, 2)), False),
        (((S, -9), (V, -5)), (*SUSPENDED, (CANCEL, 2, 2)), False),
        (((S, -9), (V, -7)), BOTH, False),
        (((S, -9), (V, 5)), SUSPENDED, True),
        ((), ((SUSPEND, -9, 5),), True),
        ((), ((SUSPEND, -1, 5),), False),
    ],
)
def test_a_resumption_that_was_lost_is_told(told: Changes, done: Done, lost: bool) -> None:
    assert KnownSeal(acts(*done), restored(told)).resumption_lost is lost


def test_a_resumption_that_was_lost_is_told_after_another_restore() -> None:
    first = restored(((S, -9), (V, -5)))
    again = (*first, *restored(((S, -9), (V, -5), (S, 0)), 20, 15))
    assert KnownSeal(acts(*SUSPENDED), again).resumption_lost
    assert not KnownSeal(acts(*SUSPENDED, (RESUME, 30, 30)), again).resumption_lost


@pytest.mark.parametrize(
    ("told", "done", "expected"),
    [
        (((S, 5),), (), (S, 5)),
        (((C, 5),), (), (C, 5)),
        (((S, 5),), ((SUSPEND, 1, 5),), None),
        (((S, -5),), (), None),
        (((S, -9), (V, 5)), SUSPENDED, None),
    ],
)
def test_what_was_told_for_later_is_to_come(told: Changes, done: Done, expected: tuple[Status, int] | None) -> None:
    found = KnownSeal(acts(*done), restored(told)).to_come(RESTORED + HOUR)
    assert found == (None if expected is None else periods((expected,))[0])
