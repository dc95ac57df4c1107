"""Periodic checks 校验、年检: which types ask for one, until when, and whether a licence has had its own.

A type may ask that its licences are checked every so many months. The duty runs from the issue of a licence, or from
when its type began to ask, if that is later; every check that was passed (the act 校验合格) begins the period anew from
the day on which it takes effect. The last day is that of the same number so many months later, or the last of a month
without one: from 31 August, six months end on 28 February. Days are those of China. A check overdue ends nothing by
itself: what follows is for the authority, and the licence stands as its acts say.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from trust.errors import Malformed
from trust.rules.catalogue import LONGEST_MONTHS
from trust.rules.licence import day_in_china
from trust.rules.standing import Act, ActKind
from trust.rules.times import aware


@dataclass(frozen=True)
class CheckTerm:
    """Where a licence stands with its checks: the last one passed, until when the next, and whether that is late."""

    checked_at: datetime | None
    due: date
    overdue: bool


@dataclass(frozen=True)
class CheckDuty:
    """校验要求: the licences of a type are checked every so many months, since its authority began to ask for it.

    Raises:
        Malformed: `check-duty`, a number of months below 1 or above 120.

    """

    type_code: str
    months: int
    since: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "since", aware(self.since))
        if not 1 <= self.months <= LONGEST_MONTHS:
            raise Malformed("check-duty", self.type_code)

    def last_day(self, issued_on: date, checked_at: datetime | None) -> date:
        """The last day on which a licence, checked last at an instant (None: never), may go unchecked."""
        starts = [issued_on, day_in_china(self.since)]
        if checked_at is not None:
            starts.append(day_in_china(checked_at))
        return _later(max(starts), self.months)

    def term(self, issued_on: date, checked_at: datetime | None, on: datetime) -> CheckTerm:
        """Where a licence stands at an instant, of which the last check is known."""
        due = self.last_day(issued_on, checked_at)
        return CheckTerm(checked_at, due, overdue=day_in_china(on) > due)


def last_check(acts: Iterable[Act], at: datetime) -> datetime | None:
    """When the last check took effect that a licence had passed by an instant; None if it passed none."""
    passed = (act.effective_at for act in acts if act.kind is ActKind.CHECK and act.effective_at <= aware(at))
    return max(passed, default=None)


def _later(day: date, months: int) -> date:
    """The day of the same number so many months later, or the last of that month; the calendar's end at most."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
