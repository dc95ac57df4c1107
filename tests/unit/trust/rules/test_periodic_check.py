"""Until when a licence may go unchecked: from its issue, from the duty's beginning, from its last check."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from trust.errors import Malformed
from trust.rules.periodic_check import CheckDuty, last_check
from trust.rules.standing import Act, ActKind

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TYPE = "111000009999011888003"


def at(day: str, hour: int = 4) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def act(sequence: int, kind: ActKind, effective: datetime) -> Act:
    return Act("id", sequence, kind, "check-passed", "", effective, effective, effective, "甲")


@pytest.mark.parametrize(
    ("issued_on", "months", "checked", "last"),
    [
        ("2026-01-20", 12, None, "2027-01-20"),
        ("2026-01-20", 12, "2026-12-01", "2027-12-01"),
        ("2026-01-20", 36, "2029-01-05", "2032-01-05"),
        ("2026-08-31", 6, None, "2027-02-28"),
        ("2027-08-31", 6, None, "2028-02-29"),
        ("2024-02-29", 12, None, "2025-02-28"),
        ("2026-12-31", 1, None, "2027-01-31"),
        ("2026-01-20", 12, "2025-06-01", "2027-01-20"),
        ("9999-06-01", 12, None, "9999-12-31"),
    ],
    ids=[
        "from the issue", "from the last check", "every third year", "a month without the day", "a leap year",
        "from a leap day", "over the new year", "a check before the issue", "the end of the calendar",
    ],
)  # fmt: skip
def test_the_last_day(issued_on: str, months: int, checked: str | None, last: str) -> None:
    duty = CheckDuty(TYPE, months, LONG_AGO)
    found = duty.last_day(date.fromisoformat(issued_on), None if checked is None else at(checked))
    assert found == date.fromisoformat(last)


def test_a_licence_from_before_the_duty_has_a_whole_period() -> None:
    duty = CheckDuty(TYPE, 12, at("2026-11-21"))
    assert duty.last_day(date(2019, 5, 1), None) == date(2027, 11, 21)
    assert duty.last_day(date(2027, 5, 1), None) == date(2028, 5, 1)


def test_days_are_those_of_china() -> None:
    duty = CheckDuty(TYPE, 12, LONG_AGO)
    late = datetime(2026, 12, 31, 16, tzinfo=UTC)  # the new year in China
    assert duty.last_day(date(2026, 1, 1), late) == date(2028, 1, 1)
    assert duty.last_day(date(2026, 1, 1), late - timedelta(seconds=1)) == date(2027, 12, 31)


@pytest.mark.parametrize("months", [0, -1, 121])
def test_periods_that_make_no_sense(months: int) -> None:
    with pytest.raises(Malformed, match="check-duty"):
        CheckDuty(TYPE, months, LONG_AGO)


def test_the_beginning_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        CheckDuty(TYPE, 12, datetime(2026, 1, 1))  # noqa: DTZ001  (this is what is refused)


def test_the_last_check_is_the_one_that_took_effect_last_and_no_later() -> None:
    acts = [
        act(1, ActKind.CHECK, at("2027-01-10")),
        act(2, ActKind.SUSPEND, at("2027-02-01")),
        act(3, ActKind.CHECK, at("2028-01-05")),
        act(4, ActKind.CHECK, at("2027-12-20")),
    ]
    assert last_check(acts, at("2026-12-31")) is None
    assert last_check(acts, at("2027-01-10")) == at("2027-01-10")
    assert last_check(acts, at("2027-12-31")) == at("2027-12-20")
    assert last_check(reversed(acts), at("2028-01-05").astimezone(timezone(timedelta(hours=8)))) == at("2028-01-05")
    assert last_check([], at("2028-01-05")) is None
