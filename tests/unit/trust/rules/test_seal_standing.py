"""What a filed seal was at an instant, from the history that the trust list carries."""

from datetime import UTC, datetime, timedelta

import pytest

from trust.errors import Malformed
from trust.rules.grounds import GROUNDS
from trust.rules.seal_grounds import SEAL_GROUNDS, grounds_about
from trust.rules.seal_standing import (
    ListedSeal,
    SealKind,
    SealPeriod,
    always_in_use,
    ever_in_use,
    history_of,
    standing_of,
    subject_of,
)
from trust.rules.standing import MOVES, Act, ActKind, Status, history
from trust.rules.status_pointer import StatusPointer

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
V, S, C = Status.VALID, Status.SUSPENDED, Status.CANCELLED


def seal(*changes: tuple[Status, int]) -> ListedSeal:
    """A seal filed at AT, with its changes so many days after."""
    periods = tuple(SealPeriod(status, AT + days * DAY) for status, days in changes)
    return ListedSeal(
        "53019900000001", SealKind.UNIT, "11530199MB0T35T1XE", bytes(32), AT, StatusPointer(0, 1), periods
    )


@pytest.mark.parametrize(
    ("changes", "day", "standing", "always", "ever"),
    [
        ((), -1, None, False, False),
        ((), 0, V, True, True),
        ((), 900, V, True, True),
        (((S, 2),), 1, V, True, True),
        (((S, 2),), 2, S, False, True),
        (((S, 2), (V, 4)), 3, S, False, True),
        (((S, 2), (V, 4)), 4, V, False, True),
        (((S, 2), (V, 4), (C, 6)), 7, C, False, True),
        (((C, 0),), 0, C, False, False),
        (((C, -3),), 1, C, False, False),
        (((C, -3),), -2, None, False, False),
        (((S, -1), (V, 1)), 0, S, False, False),
        (((S, -1), (V, 1)), 1, V, False, True),
    ],
)
def test_standing(
    changes: tuple[tuple[Status, int], ...], day: int, standing: Status | None, always: bool, ever: bool
) -> None:
    listed, at = seal(*changes), AT + day * DAY
    assert (standing_of(listed, at), always_in_use(listed, at), ever_in_use(listed, at)) == (standing, always, ever)


@pytest.mark.parametrize(
    "changes",
    [
        ((S, 2), (V, 2)),
        ((S, 4), (V, 2)),
        ((V, 1),),
        ((S, 1), (S, 2)),
        ((C, 1), (V, 2)),
    ],
)
def test_a_history_that_cannot_be(changes: tuple[tuple[Status, int], ...]) -> None:
    with pytest.raises(Malformed) as refusal:
        seal(*changes)
    assert refusal.value.reason == "seal-history"


def test_a_digest_has_32_octets() -> None:
    with pytest.raises(Malformed):
        ListedSeal("1", SealKind.UNIT, "x", bytes(31), AT, StatusPointer(0, 1))


def act(kind: ActKind, sequence: int, day: int) -> Act:
    at = AT + day * DAY
    return Act(subject_of("1"), sequence, kind, "other", "试验", at, at, at, "tester")


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ((), ()),
        ((act(ActKind.SUSPEND, 1, 2), act(ActKind.REINSTATE, 2, 4)), ((S, 2), (V, 4))),
        ((act(ActKind.SUSPEND, 1, 2), act(ActKind.REINSTATE, 2, 2)), ()),
        ((act(ActKind.SUSPEND, 1, 2), act(ActKind.CANCEL, 2, 1)), ((C, 1),)),
        ((act(ActKind.SUSPEND, 1, 2), act(ActKind.CANCEL, 2, 2)), ((C, 2),)),
    ],
)
def test_history_from_acts(acts: tuple[Act, ...], expected: tuple[tuple[Status, int], ...]) -> None:
    assert history_of(history(acts)) == tuple(SealPeriod(status, AT + day * DAY) for status, day in expected)


def test_grounds_for_seals_are_not_those_for_licences() -> None:
    assert grounds_about(subject_of("1")) is SEAL_GROUNDS
    assert grounds_about("1.2.156.3005.2.x") is GROUNDS
    assert SEAL_GROUNDS.keys() & GROUNDS.keys() == {"other"}
    kinds = {kind for ground in SEAL_GROUNDS.values() for kind in ground.kinds}
    assert kinds == {ActKind.SUSPEND, ActKind.REINSTATE, ActKind.CANCEL}
    assert all(code == ground.code for code, ground in SEAL_GROUNDS.items())
    lifting = {kind for kind in kinds if MOVES[kind].lifts}
    assert not any(ground.retroactive and ground.kinds & lifting for ground in SEAL_GROUNDS.values())
