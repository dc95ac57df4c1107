"""Times: aware instants only, and the proven one before the present one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from trust.rules.times import Times, aware

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_an_instant_is_kept_in_utc():
    beijing = datetime(2026, 1, 5, 20, tzinfo=timezone(timedelta(hours=8)))
    assert aware(beijing) == NOON
    assert aware(beijing).tzinfo is UTC
    assert Times(beijing).now.tzinfo is UTC


@pytest.mark.parametrize("make", [aware, Times, lambda naive: Times(NOON, naive)])
def test_a_time_without_a_zone_is_refused(make):
    with pytest.raises(ValueError, match="time zone"):
        make(NOON.replace(tzinfo=None))


def test_only_a_proven_time_replaces_now():
    assert Times(NOON).judged_at == NOON
    assert Times(NOON, NOON - timedelta(days=9)).judged_at == NOON - timedelta(days=9)
