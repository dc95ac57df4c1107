"""What a list said before a restore outweighs the acts that are left, until one that makes a standing has come."""

from datetime import UTC, datetime, timedelta

import pytest

from trust.rules.carried_over import Carried, standing_with
from trust.rules.past_standing import Answer, Life, past_standing
from trust.rules.standing import Act, ActKind, Standing, Status, standing_at

RESTORED = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = RESTORED + 10 * HOUR
LIFE = Life(RESTORED - 99 * HOUR, (RESTORED - 99 * HOUR).date(), None)


def act(kind: ActKind, recorded: int, effective: int | None = None, *, sequence: int = 1) -> Act:
    """An act so many hours after the restore."""
    at, since = (RESTORED + hours * HOUR for hours in (recorded, recorded if effective is None else effective))
    return Act("id", sequence, kind, "other", "为测试", at, since, at, "甲")


LIFTED = (act(ActKind.SUSPEND, 1), act(ActKind.REINSTATE, 2, sequence=2))


@pytest.mark.parametrize(
    ("value", "acts", "expected", "carried"),
    [
        (1, (), Status.LAPSED, True),
        (2, (), Status.SUSPENDED, True),
        (3, (), Status.OTHER, True),
        (1, (act(ActKind.REVOKE, 1),), Status.REVOKED, False),
        (1, LIFTED, Status.LAPSED, True),  # what has ended stays so
        (2, LIFTED, Status.VALID, False),
        (2, (act(ActKind.REVOKE, 1),), Status.REVOKED, False),
        (2, (act(ActKind.CHECK, 1),), Status.SUSPENDED, True),
        (2, (act(ActKind.REVOKE, 1, 11),), Status.SUSPENDED, True),  # not in effect yet
        (3, (act(ActKind.SUSPEND, 1),), Status.SUSPENDED, False),
        (3, (act(ActKind.SUSPEND, -1),), Status.OTHER, True),  # the restored register knew it
        (2, (act(ActKind.LAPSE, -1),), Status.LAPSED, False),
    ],
)
def test_the_standing(value: int, acts: tuple[Act, ...], expected: Status, carried: bool) -> None:
    found = standing_with(acts, Carried(7, value, RESTORED), NOW)
    assert (found.status, found.carried) == (expected, carried)
    assert (found.act is None) == carried


def test_before_the_restore_and_without_anything_carried_over_acts_alone_count() -> None:
    early = RESTORED - HOUR
    assert standing_with((), Carried(7, 1, RESTORED), early) == Standing(Status.VALID)
    assert standing_with(LIFTED, None, NOW) == standing_at(LIFTED, NOW)


@pytest.mark.parametrize(
    ("acts", "hours", "expected"),
    [
        ((), -1, Answer.UNKNOWN),  # who knows since when, and whether it reaches back
        ((), 1, Answer.NOT_VALID),
        ((), -100, Answer.NOT_YET_ISSUED),
        ((act(ActKind.REVOKE, 2),), -1, Answer.VALID_NOT_SINCE),
        ((act(ActKind.RESCIND, 2, -5),), -1, Answer.NOT_VALID),
        ((act(ActKind.SUSPEND, -3),), -2, Answer.NOT_VALID),
    ],
)
def test_a_past_day(acts: tuple[Act, ...], hours: int, expected: Answer) -> None:
    found = past_standing(acts, RESTORED + hours * HOUR, LIFE, NOW, carried=Carried(7, 1, RESTORED))
    assert found.answer is expected
