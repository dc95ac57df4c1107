"""What an auditor's page looks at: a period, of one body or of all, and how instants fall into it in China's time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement

from trust.rules.licence import CHINA

OFFICE = (time(8, 30), time(18, 0))
MOST_DAYS = 92
"""Days that a chart has room for."""


@dataclass(frozen=True)
class Period:
    """What is looked at: from an instant to another, of one body or of all."""

    begins: datetime
    ends: datetime
    body: str = ""

    @property
    def days(self) -> list[date]:
        """The days in China, first one first."""
        last = (self.ends - timedelta(microseconds=1)).astimezone(CHINA).date()
        first = self.begins.astimezone(CHINA).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def within(column: ColumnElement[datetime], period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions that an instant lies in the period."""
    return column >= period.begins, column < period.ends


def out_of_hours(at: datetime) -> bool:
    """Whether an instant lies outside of office hours in China; public holidays are not known here."""
    local = at.astimezone(CHINA)
    return local.weekday() >= 5 or not OFFICE[0] <= local.time() < OFFICE[1]


def by_hour(instants: Sequence[datetime]) -> list[int]:
    """How many fall into each hour of the day in China."""
    counted = Counter(one.astimezone(CHINA).hour for one in instants)
    return [counted[hour] for hour in range(24)]


def last_days(counts: Mapping[date, int], period: Period) -> list[tuple[str, int]]:
    """How many there are on each day of the period, at most its last `MOST_DAYS`."""
    return [(f"{one:%m-%d}", counts.get(one, 0)) for one in period.days[-MOST_DAYS:]]
