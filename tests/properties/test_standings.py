"""Properties of standings: what holds for every pile of acts, not only for examples."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trust.errors import TrustError
from trust.rules.admission import check_act, reversed_by
from trust.rules.grounds import GROUNDS, grounds_for
from trust.rules.standing import (
    LIST_VALUE,
    MOVES,
    Act,
    ActKind,
    Standing,
    Status,
    history,
    next_change,
    recorded_by,
    standing_at,
)

thorough = settings(max_examples=200)  # cheap, and what matters needs four acts in the right order
START = datetime(2026, 1, 1, tzinfo=UTC)


# Standings


TICK = timedelta(microseconds=1)
LIFTABLE = (ActKind.SUSPEND, ActKind.REINSTATE, ActKind.RESTRICT, ActKind.REINSTATE)
kinds = st.sampled_from([*ActKind, *LIFTABLE, *LIFTABLE, *LIFTABLE])  # else hardly a record would be long
hours = st.integers(0, 60).map(lambda number: START + timedelta(hours=number))


@st.composite
def piles(draw) -> list[Act]:
    """Acts as a register of anybody could hold them, allowed or not."""
    about = st.none() | st.integers(1, 7)
    rows = draw(st.lists(st.tuples(kinds, hours, hours, hours, about), max_size=8))
    pile = []
    for number, (kind, decided, effective, recorded, other) in enumerate(rows, start=1):
        times = min(decided, recorded), effective, recorded
        reverses = other if other is not None and other < number else None
        pile.append(Act("id", number, kind, "other", "为测试", *times, "甲", reverses=reverses))
    return pile


@st.composite
def records(draw) -> list[Act]:
    """Acts as they come to be recorded here: offered one after another, each admitted or refused."""
    recorded: list[Act] = []
    now = START
    for _ in range(draw(st.integers(0, 10))):
        now += timedelta(hours=draw(st.integers(0, 5)))
        kind = draw(kinds)
        ground = draw(st.sampled_from(grounds_for(kind)))
        decided = now - timedelta(hours=draw(st.integers(0, 3)))
        effective = draw(st.sampled_from([decided, now])) + timedelta(hours=draw(st.integers(-10, 20)))
        reverses = reversed_by(recorded, kind, effective) if draw(st.booleans()) else None
        act = Act(
            "id", len(recorded) + 1, kind, ground.code, "为测试", decided, effective, now, "甲", "〔2026〕1号", reverses
        )
        with suppress(TrustError):
            check_act(recorded, act, authority=draw(st.sampled_from(sorted(ground.authorities))))
            recorded.append(act)
    return recorded


@thorough
@given(piles(), hours, st.randoms(use_true_random=False))
def test_standing_does_not_depend_on_the_order_given(acts, at, random):
    shuffled = random.sample(acts, len(acts))
    assert standing_at(shuffled, at) == standing_at(acts, at)
    assert next_change(shuffled, at) == next_change(acts, at)


@thorough
@given(piles() | records())
def test_standing_moves_only_along_the_table(acts):
    periods = history(acts)
    assert periods[0].standing.status is Status.VALID or periods[0].standing.since is not None
    before = Status.VALID
    for period in periods:
        act = period.standing.act
        if act is None:
            assert period.standing.status is Status.VALID
            assert period.standing.since is None
            continue
        # Between two periods others may have lasted for no time at all; their moves are in the table just the same.
        gone = [other for other in acts if other.effective_at == act.effective_at and other.sequence < act.sequence]
        reachable = {before} | {MOVES[other.kind].result for other in gone}
        assert reachable & MOVES[act.kind].allowed_from
        assert period.standing.status is MOVES[act.kind].result
        before = period.standing.status


@thorough
@given(piles() | records(), hours)
def test_periods_touch_and_are_half_open(acts, at):
    periods = history(acts)
    assert periods[-1].until is None
    for period, following in pairwise(periods):
        assert period.until == following.standing.since
        assert period.standing.since is None or period.standing.since < period.until
        assert standing_at(acts, period.until) == following.standing
        assert standing_at(acts, period.until - TICK) == period.standing
    change = next_change(acts, at)
    if change is None:
        assert standing_at(acts, at + timedelta(days=9)) == standing_at(acts, at)
    else:
        assert change > at
        assert standing_at(acts, change) != standing_at(acts, at)
        assert standing_at(acts, change - TICK) == standing_at(acts, at)


@thorough
@given(piles() | records(), hours, hours)
def test_what_is_final_stays(acts, one, other):
    earlier, later = sorted((one, other))
    then = standing_at(acts, earlier)
    if then.status.final:
        assert standing_at(acts, later) == then


def set_aside_before(acts: list[Act], act: Act) -> Act | None:
    """The end that an act sets aside before its day; None for every other act, and for an end that has come."""
    if act.kind is not ActKind.OVERTURN:
        return None
    end = next(one for one in acts if one.sequence == act.reverses)
    return end if act.recorded_at < end.effective_at and act.effective_at < end.effective_at else None


@thorough
@given(records())
def test_an_admitted_act_decides_from_the_instant_it_takes_effect(acts):
    for number, act in enumerate(acts, start=1):
        if MOVES[act.kind].result is None:  # it stands beside the standing, but for an end that is yet to come
            withdrawn = set_aside_before(acts, act)
            assert history(acts[:number]) == history([one for one in acts[: number - 1] if one != withdrawn])
        else:
            assert standing_at(acts[:number], act.effective_at).act == act


@thorough
@given(records() | piles())
def test_nothing_is_undone_but_by_an_act_that_says_so(acts):
    """Taking out any act that names another never takes that other one out; and a lifting that names one lifts it."""
    for before, after in pairwise(history(acts)):
        lifting = after.standing.act
        if lifting is not None and MOVES[lifting.kind].lifts and lifting.reverses is not None:
            lifted = next(one for one in acts if one.sequence == lifting.reverses)
            # One that is lifted as it begins lasts for no time at all, and no period is of it.
            assert before.standing.act == lifted or lifted.effective_at == lifting.effective_at


@thorough
@given(records())
def test_ends_are_monotone_in_the_record(acts):
    """Each act more on record, at every instant: what was an end stays one, but for one set aside before its day."""
    for number, new in enumerate(acts):
        withdrawn = set_aside_before(acts, new)
        for act in acts:
            before = standing_at(acts[:number], act.effective_at)
            if before.status.final and before.act != withdrawn:
                assert standing_at(acts[: number + 1], act.effective_at).status.final


def moments_told(acts: list[Act]) -> Iterator[tuple[Standing, Standing]]:
    """What was told of an instant just before an act was recorded, and what is told of it in the end."""
    for act in acts:
        known = act.recorded_at - TICK
        earlier = recorded_by(acts, known)
        instants = {start for other in acts for start in (other.effective_at, other.effective_at - TICK)} | {known}
        for at in instants:
            if at <= known:
                yield standing_at(earlier, at), standing_at(acts, at)


@thorough
@given(records())
def test_nothing_recorded_later_makes_the_past_better(acts):
    """A verifier that was told of an interruption is never told afterwards that there was none."""
    for then, finally_ in moments_told(acts):
        if then.status is not Status.VALID:
            assert finally_.status is not Status.VALID
        if LIST_VALUE[then.status] == 1:
            assert LIST_VALUE[finally_.status] == 1


@thorough
@given(records())
def test_what_was_told_of_the_future_gets_no_milder_but_by_an_act_that_lifts_or_ends_it(acts):
    """Each act, judged against the record before it: whatever was fixed to begin still begins."""
    for number, new in enumerate(acts):
        before, after = acts[:number], acts[: number + 1]
        lifted = standing_at(before, new.effective_at).act if MOVES[new.kind].lifts else set_aside_before(acts, new)
        for period in history(before):
            begun = period.standing
            if begun.act is None or begun.act == lifted or begun.status in {Status.VALID, Status.TRANSFERRING}:
                continue
            there = standing_at(after, begun.act.effective_at)
            assert there == begun or there.status.final


@thorough
@given(records())
def test_a_suspension_ends_only_by_an_act_that_ends_it(acts):
    """From when it was to begin the licence is suspended or at its end, until something recorded later lifts it."""
    for act in acts:
        if act.kind is not ActKind.SUSPEND:
            continue
        later = [other for other in acts if other.kind is ActKind.REINSTATE and other.sequence > act.sequence]
        for period in history(acts):
            status, first = period.standing.status, max(period.standing.since or START, act.effective_at)
            if status is Status.SUSPENDED or status.final or (period.until or first) < first or period.until == first:
                continue
            assert any(act.effective_at <= lift.effective_at <= first for lift in later)


@thorough
@given(records())
def test_an_end_that_was_told_changes_into_nothing_but_a_rescission(acts):
    for then, finally_ in moments_told(acts):
        if then.status.final:
            assert finally_.status in {then.status, Status.RESCINDED}


@thorough
@given(piles() | records())
def test_an_interruption_ends_only_by_an_act_recorded_after_it(acts):
    for interrupted, following in pairwise(history(acts)):
        # Valid follows valid where an interruption began and ended at one instant.
        if interrupted.standing.status is not Status.VALID and following.standing.status is Status.VALID:
            assert following.standing.act.sequence > interrupted.standing.act.sequence


@thorough
@given(records(), st.sampled_from(list(GROUNDS.values())), hours)
def test_a_ground_that_does_not_reach_back_never_does(acts, ground, decided):
    assume(not ground.retroactive)
    now = max([decided, *(act.recorded_at for act in acts)])
    back = Act(
        "id",
        len(acts) + 1,
        min(ground.kinds),
        ground.code,
        "为测试",
        now,
        now - TICK,
        now,
        "甲",
    )
    with pytest.raises(TrustError) as caught:
        check_act(acts, back, authority=min(ground.authorities))
    assert caught.value.reason == "not-retroactive"
